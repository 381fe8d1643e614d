"""DCGAN: seconds to a given Frechet distance, ours against the reference example's recipe.

The reference is the recipe of the DCGAN example in pytorch/examples, written afresh: a DataLoader
over PIL images, ToTensor and Normalize; Conv2d and BatchNorm2d with ngf = ndf = 64; N(0, 0.02)
weights; BCELoss on a sigmoid with vectors of labels; Adam with 2e-4 and (0.5, 0.999); batches of
64; a step of the discriminator on real images and fakes, then one of the generator on the same
fakes. The example draws 64 pixels in four doublings from 4 x 4, of 512 to 64 channels. Digits have
28 pixels, so here it is two doublings from 7 x 7, the last two of the widths: 128 and 64. The
example loads in two processes of its own. So it does here beside a GPU; on a CPU they would take
the cores from the training, and loading is 5 % of an epoch.

"same networks": `train_gan` with the same two networks and settings: `ConvGenerator(100, width=64)`
and its mirror without their three biases. Only the loop and the layers' code differ.
"with biases": the networks as course_lib has them, with a bias where no batch normalization follows
(the last layer of the generator, the first and last of the discriminator), the settings the same.
"our networks": `train_gan` with what learns quickly on a CPU: narrower networks, a larger step
size, smaller batches and so more steps an epoch.

Fair by construction: one process, the same images and number of threads, by turns; a ratio is taken
within each seed. The clock runs while training and stops while the distance is measured, after
every epoch: of as many fakes as there are test images to the test images, in evaluation mode. The
time to a distance is that of the first epoch that ends at or below it, for everyone.

A step alone is measured apart from the data, on one batch in memory.

The distance to reach is 500, which the reference meets after some 13 epochs, so that a run of three
seeds takes under ten minutes on two cores. For comparison, in the same units: 1,000 training digits
have 11 to 16, a dense GAN after 30 epochs 645, a Gaussian fitted to the pixels 721, uniform noise
2,200. On a GPU it is the 60,000 digits, if they can be had; their epochs have 15 times as many
steps, and the distance to reach is smaller.

The last line is the time to a distance of 100 of what came after DCGAN: the recipe of the
checkpoint "dcgan".
"""

import argparse
import time
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms

from benchmarks._digits import PILDigits
from course_lib.data import load_mnist
from course_lib.dcgan import ConvDiscriminator, ConvGenerator
from course_lib.gan import gan_step, sample, train_gan
from course_lib.metrics import frechet_distance
from course_lib.support.run import place
from recipes import adversary
from recipes.checkpoints import RECIPES

N_THREADS = 2
BATCH_SIZE = 64
LATENT_DIM = 100
BETAS = (0.5, 0.999)
TARGET = 500.0
TARGET_FULL = 100.0
FAR = 100.0  # which only the recipe of the checkpoint is asked for
MAX_EPOCHS = 40
N_STEPS = 5  # in a row, of a step alone
BIASES = {"latent_dim": LATENT_DIM, "width": 64, "lr": 2e-4}
SAME = {**BIASES, "biases": False}
TO_MINUS_ONE_TO_ONE = transforms.Compose(
    [transforms.Resize(28), transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))]
)
OURS = {"latent_dim": 64, "width": 16, "lr": 2e-3, "batch_size": 16}
OURS_CUDA = {"latent_dim": 64, "width": 64, "lr": 1e-3}


# --- The clock -------------------------------------------------------------------------------


class Reached(Exception):
    """Training is over: the distance is reached."""


@dataclass
class Stopwatch:
    """Seconds of training, and the distance after every epoch, measured while it stands still."""

    test_images: torch.Tensor
    target: float
    device: str
    seconds: float = 0.0
    distances: list = field(default_factory=list)

    def start(self):
        """Go on."""
        self._since = self._now()

    def stop(self):
        """Stand still."""
        self.seconds += self._now() - self._since

    def epoch(self, generator):
        """Call after every epoch: measures; raises Reached where the distance is small enough."""
        self.stop()
        fakes = sample(generator, len(self.test_images))
        self.distances.append(frechet_distance(self.test_images, fakes))
        if self.distances[-1] <= self.target:
            raise Reached
        self.start()

    def _now(self):
        if self.device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()


# --- The reference ---------------------------------------------------------------------------


class ReferenceGenerator(nn.Sequential):
    """Noise (N, 100, 1, 1) to images (N, 1, 28, 28) in [-1, 1]."""

    def __init__(self):
        super().__init__(
            nn.ConvTranspose2d(LATENT_DIM, 128, 7, 1, 0, bias=False),
            nn.BatchNorm2d(128),
            nn.ReLU(True),
            nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(True),
            nn.ConvTranspose2d(64, 1, 4, 2, 1, bias=False),
            nn.Tanh(),
        )


class ReferenceDiscriminator(nn.Sequential):
    """Images (N, 1, 28, 28) in [-1, 1] to probabilities (N, 1, 1, 1)."""

    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 64, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(64, 128, 4, 2, 1, bias=False),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(128, 1, 7, 1, 0, bias=False),
            nn.Sigmoid(),
        )


def draw_weights(layer):
    """N(0, 0.02) for convolutions, N(1, 0.02) and 0 for batch normalization."""
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
        nn.init.zeros_(layer.bias)


class Unit(nn.Module):
    """The reference's generator as `sample` wants it: noise (N, 100) to images in [0, 1]."""

    latent_dim = LATENT_DIM

    def __init__(self, generator):
        super().__init__()
        self.generator = generator

    def forward(self, z):
        """Make images (N, 1, 28, 28)."""
        return (self.generator(z[:, :, None, None]) + 1) / 2


class Reference:
    """The two networks, their loss and optimizers, and one step of training."""

    def __init__(self, device):
        self.device = device
        self.generator = ReferenceGenerator().apply(draw_weights).to(device)
        self.discriminator = ReferenceDiscriminator().apply(draw_weights).to(device)
        self.criterion = nn.BCELoss()
        self.optimize_D, self.optimize_G = (
            torch.optim.Adam(network.parameters(), lr=2e-4, betas=BETAS)
            for network in (self.discriminator, self.generator)
        )

    def batch(self, images):
        """Return the first batch of images as `step` takes it."""
        return 2 * images[:BATCH_SIZE].to(self.device) - 1

    def step(self, real):
        """Train both on images (B, 1, 28, 28) in [-1, 1]; returns what the example prints."""
        D, G = self.discriminator, self.generator
        label = torch.full((len(real),), 1.0, device=self.device)

        D.zero_grad()
        output = D(real).view(-1)
        real_loss = self.criterion(output, label)
        real_loss.backward()
        real_mean = output.mean().item()
        noise = torch.randn(len(real), LATENT_DIM, 1, 1, device=self.device)
        fake = G(noise)
        label.fill_(0.0)
        output = D(fake.detach()).view(-1)
        fake_loss = self.criterion(output, label)
        fake_loss.backward()
        before = output.mean().item()
        self.optimize_D.step()

        G.zero_grad()
        label.fill_(1.0)
        output = D(fake).view(-1)
        loss = self.criterion(output, label)
        loss.backward()
        after = output.mean().item()
        self.optimize_G.step()
        return (real_loss + fake_loss).item(), loss.item(), real_mean, before, after

    def train(self, images, num_epochs, on_epoch, seed):
        """Train on images (N, 1, 28, 28) in [0, 1]; calls on_epoch(generator) after every epoch."""
        torch.manual_seed(seed)
        digits = PILDigits(images, TO_MINUS_ONE_TO_ONE)
        loader = DataLoader(
            digits,
            batch_size=BATCH_SIZE,
            shuffle=True,
            num_workers=2 if self.device == "cuda" else 0,
        )
        unit = Unit(self.generator)
        for _ in range(num_epochs):
            for real, _ in loader:
                self.step(real.to(self.device))
            unit.eval()
            on_epoch(unit)
            unit.train()


# --- Ours ------------------------------------------------------------------------------------


class Ours:
    """Two networks of course_lib and `train_gan`."""

    def __init__(self, device, *, latent_dim, width, lr, batch_size=BATCH_SIZE, biases=True):
        self.device, self.lr, self.batch_size = device, lr, batch_size
        self.generator = ConvGenerator(latent_dim, width=width)
        self.discriminator = ConvDiscriminator(width=width)
        if not biases:
            for layer in (*self.generator.modules(), *self.discriminator.modules()):
                if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                    layer.bias = None
        self.optimizers = None

    def batch(self, images):
        """Return the first batch of images as `step` takes it."""
        return images[: self.batch_size].to(self.device)

    def step(self, real):
        """One step on images (B, 1, 28, 28) in [0, 1], prepared as `train_gan` prepares it."""
        if self.optimizers is None:
            networks = (self.generator, self.discriminator)
            for network in networks:
                place(network.train(), self.device)
            self.optimizers = [
                torch.optim.Adam(network.parameters(), lr=self.lr, betas=BETAS, fused=True)
                for network in networks
            ]
            self.rng = torch.Generator(self.device).manual_seed(0)
        gan_step(
            self.generator,
            self.discriminator,
            real,
            self.optimizers,
            loss="non-saturating",
            rng=self.rng,
        )

    def train(self, images, num_epochs, on_epoch, seed):
        """Train on images (N, 1, 28, 28) in [0, 1]; calls on_epoch(generator) after every epoch."""
        train_gan(
            self.generator,
            self.discriminator,
            images,
            num_epochs=num_epochs,
            batch_size=self.batch_size,
            lr=self.lr,
            betas=BETAS,
            device=self.device,
            seed=seed,
            on_epoch=lambda epoch, generator, *_: on_epoch(generator),
        )


class Successors:
    """The recipe of the checkpoint "dcgan", with what came after DCGAN."""

    def __init__(self, device):
        recipe = RECIPES["dcgan"]
        self.generator = recipe.kind(**recipe.arguments)
        self.settings = dict(recipe.train.keywords)
        self.discriminator = adversary.DeepDiscriminator(self.settings.pop("width"))

    def train(self, images, num_epochs, on_epoch, seed):
        """Train as the recipe says; calls on_epoch(average of the generators) after every epoch."""
        adversary.train(
            self.generator,
            self.discriminator,
            images,
            seed=seed,
            change=adversary.moved,
            on_epoch=lambda epoch, average: on_epoch(adversary.measure(average, n_batches=5)),
            **self.settings,
        )


# --- Measuring -------------------------------------------------------------------------------


def seconds_to(target, make, seed, digits, max_epochs, device):
    """Train until the distance is at most target, max_epochs at most; returns the stopwatch."""
    torch.manual_seed(seed)
    player = make(device)
    watch = Stopwatch(digits.test_images, target, device)
    watch.start()
    try:
        player.train(digits.train_images, max_epochs, watch.epoch, seed)
        watch.stop()
    except Reached:
        pass
    return watch


def step_speeds(methods, images, n_repeats, device):
    """Images per second of a step alone, of each method (n_repeats,), by turns."""
    players = {name: make(device) for name, make in methods.items()}
    batches = {name: player.batch(images) for name, player in players.items()}
    speeds = {name: [] for name in methods}
    for repeat in range(n_repeats + 1):
        for name in by_turns(methods, repeat):
            watch = Stopwatch(images, 0.0, device)
            watch.start()
            for _ in range(N_STEPS):
                players[name].step(batches[name])
            watch.stop()
            speeds[name].append(N_STEPS * len(batches[name]) / watch.seconds)
    return {name: np.array(values[1:]) for name, values in speeds.items()}  # the first warms up


def by_turns(names, turn):
    """Names, beginning with another one every turn."""
    names = list(names)
    return names[turn % len(names) :] + names[: turn % len(names)]


def spread(values):
    """Median [lower, upper quartile]."""
    low, mid, high = np.quantile(values, [0.25, 0.5, 0.75])
    return f"{mid:.2f} [{low:.2f}, {high:.2f}]"


def compare(methods, digits, target, max_epochs, n_repeats, device):
    """Print one line per method; the first is what the others are compared with."""
    steps = step_speeds(methods, digits.train_images, 4 * n_repeats + 1, device)
    watches = {name: [] for name in methods}
    for repeat in range(n_repeats):
        for name in by_turns(methods, repeat):
            watches[name].append(
                seconds_to(target, methods[name], repeat, digits, max_epochs, device)
            )
    seconds = {name: np.array([w.seconds for w in watches[name]]) for name in methods}
    peer = next(iter(methods))
    for name in methods:
        reached = sum(watch.distances[-1] <= target for watch in watches[name])
        epochs = np.array([len(watch.distances) for watch in watches[name]])
        distance = np.median([watch.distances[-1] for watch in watches[name]])
        speed = np.median(epochs * len(digits.train_images) / seconds[name])
        print(
            f"{name:<16}{np.median(seconds[name]):>9.1f}{np.median(epochs):>8.0f}"
            f"{f'{reached}/{n_repeats}':>9}{distance:>10.0f}   "
            f"{spread(seconds[peer] / seconds[name]):<22}{speed:>9,.0f}"
            f"{np.median(steps[name]):>9,.0f}   {spread(steps[name] / steps[peer])}",
            flush=True,
        )


def go_far(digits, n_repeats):
    """Print how long the recipe of the checkpoint takes to the distance FAR on the CPU."""
    watches = [
        seconds_to(FAR, Successors, seed, digits, MAX_EPOCHS, "cpu") for seed in range(n_repeats)
    ]
    reached = sum(watch.distances[-1] <= FAR for watch in watches)
    seconds = np.median([watch.seconds for watch in watches])
    epochs = np.median([len(watch.distances) for watch in watches])
    print(
        f"\nMNIST small, CPU, to a distance of {FAR:g}, the checkpoint's recipe: {seconds:.1f} "
        f"seconds, {epochs:.0f} epochs, reached {reached}/{n_repeats}",
        flush=True,
    )


def problems():
    """What can be run here: (title, digits, device, distance to reach, our networks)."""
    yield "MNIST small, CPU", load_mnist("small"), "cpu", TARGET, OURS
    if torch.cuda.is_available():
        try:
            yield "MNIST full, CUDA", load_mnist("full"), "cuda", TARGET_FULL, OURS_CUDA
        except ConnectionError:
            yield "MNIST small, CUDA", load_mnist("small"), "cuda", TARGET, OURS_CUDA


def main(arguments):
    """Print a table per problem: seconds to the distance, images per second, ratios."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks gan",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--repeats", type=int, default=3, help="seeds")
    parser.add_argument(
        "--only",
        default="",
        help="of ours, run those whose name, such as 'our "
        "networks, MNIST small, CPU', contains this",
    )
    parser.add_argument("--target", type=float, help="the distance to reach")
    parser.add_argument("--epochs", type=int, default=MAX_EPOCHS, help="give up after so many")
    options = parser.parse_args(arguments)
    torch.set_num_threads(N_THREADS)
    print(f"{N_THREADS} threads, {options.repeats} seeds; seconds of training to the distance and")
    print("epochs are medians; distance: where training stopped, median; reached: in so many of")
    print("the seeds (elsewhere the seconds count up to the end); times as fast: the reference's")
    print("seconds to these, median over the seeds [lower, upper quartile]; images per second:")
    print("while training, and of a step alone, medians; ratio: of the step, to the reference's")
    for title, digits, device, target, settings in problems():
        methods = {"same networks": SAME, "with biases": BIASES, "our networks": settings}
        methods = {
            name: partial(Ours, **chosen)
            for name, chosen in methods.items()
            if options.only in f"{name}, {title}"
        }
        if not methods:
            continue
        target = target if options.target is None else options.target
        print(
            f"\n{title}, to a distance of {target:g}; our networks: "
            + ", ".join(f"{name} {value}" for name, value in settings.items())
        )
        print(
            f"{'':<16}{'seconds':>9}{'epochs':>8}{'reached':>9}{'distance':>10}   "
            f"{'times as fast':<22}{'images/s':>9}{'step':>9}   ratio"
        )
        compare(
            {"reference": Reference, **methods},
            digits,
            target,
            options.epochs,
            options.repeats,
            device,
        )
    if options.only in "checkpoint, MNIST small, CPU":
        go_far(load_mnist("small"), options.repeats)
