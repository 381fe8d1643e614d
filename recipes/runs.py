"""Train the networks whose errors a chapter shows without training them, and store the errors.

A chapter trains one seed of a thing; the others stand in a table that comes with the library, so
that the page can show their spread. The settings are the chapter's, and its first seed is here too.
"""

from functools import partial

import numpy as np
import torch
from torch import nn

from course_lib import style
from course_lib.autoencoder import ConvAutoencoder, DenseAutoencoder, train_autoencoder
from course_lib.data import load_mnist, load_photo, load_style
from course_lib.denoising import gaussian_noise
from course_lib.metrics import psnr
from course_lib.runtime import seed_everything
from course_lib.support import runs as stored
from course_lib.support.images import resize
from recipes import dcgan_runs, hangul, hangul_writers, painting, styled
from tools.book import NAMES, chosen

SEEDS = range(3)
SHORT = [(9, 2e-3), (3, 2e-4)]  # epochs and learning rates: chapter 2's recipe
LONG = [(40, 2e-3), (20, 7e-4), (10, 2e-4)]
ARGUMENTS = {"names": NAMES}


def main(args, root):
    """Measure the named tables and store them; a BookError names a table that is unknown."""
    for name in chosen(args.names, TABLES, "table"):
        rows = []
        for run, measure in TABLES[name]().items():
            for seed in SEEDS:
                found = measure(seed)
                rows += [(run, seed, what, value) for what, value in found.items()]
                print(name, run, seed, {k: float(f"{v:.4g}") for k, v in found.items()}, flush=True)
        stored.save(name, rows)
    return 0


def trained(make, seed, plan, images, **options):
    """A network whose first weights and order of images come from the seed."""
    seed_everything(seed)
    model = make()
    for num_epochs, lr in plan:
        train_autoencoder(
            model, images, num_epochs=num_epochs, lr=lr, seed=seed, device="cpu", **options
        )
    return model


def smooth(latent_dim):
    """A ConvAutoencoder whose encoder blurs before it leaves out every second place.

    Source: Zhang (2019), "Making convolutional networks shift-invariant again", ICML.
    """
    model = ConvAutoencoder(latent_dim)
    model.encoder = nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), blur(16)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), blur(32)),
        *(nn.Flatten(), model.encoder[-1]),
    )
    return model


def blur(channels):
    """Average neighbors with weights 1, 2, 1 both ways, at every second place; not trained."""
    layer = nn.Conv2d(channels, channels, 3, stride=2, padding=1, groups=channels, bias=False)
    weights = torch.tensor([1.0, 2.0, 1.0]) / 4
    layer.weight.data.copy_(weights[:, None] * weights)
    return layer.requires_grad_(False)


@torch.no_grad()
def error(model, images):
    """Mean squared error per pixel of the reconstructions."""
    return float(((model(images) - images) ** 2).mean())


def conv_runs():
    """Chapter 4: dense and convolutional, by latent size, training, noise and shifts."""
    digits = load_mnist("small")
    train, test = digits.train_images, digits.test_images
    rng = np.random.default_rng(0)
    moved = [torch.roll(x, rng.integers(-3, 4, 2).tolist(), (1, 2)) for x in train]
    noise = partial(gaussian_noise, sigma=0.5)
    noisy = noise(test, generator=torch.Generator().manual_seed(0))

    def reconstruct(make, plan, seed):
        model = trained(make, seed, plan, train)
        return {"train": error(model, train), "test": error(model, test)}

    def move(make, images, seed):
        model = trained(make, seed, SHORT, images)
        return {f"right {s}": error(model, torch.roll(test, s, dims=3)) for s in range(5)}

    def denoise(make, seed):
        model = trained(make, seed, SHORT, train, corrupt=noise)
        with torch.no_grad():
            return {"psnr": float(psnr(model(noisy).clamp(0, 1), test).mean())}

    kinds = {"dense": partial(DenseAutoencoder, hidden=(512,)), "conv": ConvAutoencoder}
    table = {}
    for name, kind in kinds.items():
        for size in (8, 16, 32, 64):
            table[f"{name} {size}"] = partial(reconstruct, partial(kind, size), SHORT)
        table[f"{name} 32, 70 epochs"] = partial(reconstruct, partial(kind, 32), LONG)
        table[f"{name} 64, noise"] = partial(denoise, partial(kind, 64))
    narrow = partial(DenseAutoencoder, 32, (256,))
    table["dense 256-32, 70 epochs"] = partial(reconstruct, narrow, LONG)
    twice = [(18, 2e-3), (6, 2e-4)]
    table["dense 64, 24 epochs"] = partial(reconstruct, partial(kinds["dense"], 64), twice)
    for name, make in {"conv": partial(ConvAutoencoder, 32), "smooth": partial(smooth, 32)}.items():
        table[f"{name} 32, moved"] = partial(move, make, torch.stack(moved))
        table[f"{name} 32, as they are"] = partial(move, make, train)
    return table


class MapAutoencoder(nn.Module):
    """Three convolutions of stride 2 to a map of `channels` numbers at every 8 x 8 pixels."""

    def __init__(self, channels):
        super().__init__()
        self.encoder = nn.Sequential(
            *(nn.Conv2d(3, 32, 4, stride=2, padding=1), nn.ReLU()),
            *(nn.Conv2d(32, 64, 4, stride=2, padding=1), nn.ReLU()),
            nn.Conv2d(64, channels, 4, stride=2, padding=1),
        )
        self.decoder = nn.Sequential(
            *(nn.ConvTranspose2d(channels, 64, 4, stride=2, padding=1), nn.ReLU()),
            *(nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1), nn.ReLU()),
            nn.ConvTranspose2d(32, 3, 4, stride=2, padding=1),
        )

    def forward(self, x):
        """Reconstruct images x (N, 3, H, W), H and W multiples of 8, in [-0.5, 0.5]."""
        return self.decoder(self.encoder(x))


FOLDS = [("china", "coffee"), ("flower", "astronaut"), ("chelsea", "rocket")]  # held out


def tiles(photo, step):
    """Cut a photograph (3, H, W) into pieces (N, 3, 32, 32) that begin at every `step` pixels."""
    pieces = photo.unfold(1, 32, step).unfold(2, 32, step)
    return pieces.permute(1, 2, 0, 3, 4).reshape(-1, 3, 32, 32).contiguous()


def quantized(z):
    """Codes (N, ...) rounded to 256 levels between the extremes of each number."""
    low, high = z.amin(dim=0), z.amax(dim=0)
    step = (high - low).clamp(min=1e-9) / 255
    return ((z - low) / step).round() * step + low


def color_runs():
    """Chapter 4: photographs; the seed is the pair that is held out."""
    short, long = [(15, 2e-3), (5, 2e-4)], [(45, 2e-3), (15, 2e-4)]

    def decibels(x, y):
        return float(-10 * torch.log10(((x - y.clamp(-0.5, 0.5)) ** 2).mean()))

    def held_out(make, plan, fold):
        names = [name for pair in FOLDS for name in pair]
        photos = {name: load_photo(name, 256) - 0.5 for name in names}
        pieces = [tiles(photos[name], 8) for name in names if name not in FOLDS[fold]]
        pieces = torch.cat(pieces)
        model = trained(make, fold, plan, pieces)
        found = {}
        with torch.no_grad():
            for place, name in enumerate(FOLDS[fold]):
                x = tiles(photos[name], 32)
                y = model.decoder(quantized(model.encoder(x)))
                found[f"photo {place}"] = decibels(x, y)
            if plan is long:
                found["train"] = decibels(pieces[::4], model(pieces[::4]))
        return found

    line = partial(ConvAutoencoder, 64, (32, 64), image_size=32, image_channels=3)
    return {
        "numbers": partial(held_out, line, short),
        "map": partial(held_out, partial(MapAutoencoder, 4), short),
        "numbers, 60": partial(held_out, line, long),
    }


def style_runs():
    """Chapter 7: optimizers and their learning rates, sizes, and how the loss curves."""
    painting, losses = load_style("swirl"), style.Losses(style_weight=styled.WEIGHT)

    def run(size, steps, method, seed):
        photo = styled.square("china", size)
        init, plan = styled.noisy(photo, 0.02, seed), {1: steps}
        options = {"size": size, "steps": plan, "init": init, "method": method}
        return style.transfer(photo, painting, losses, **options)

    def optimize(method, seed):
        loss = run(64, 60, method, seed).history.loss
        return {f"loss {n}": min(loss[:n]) for n in (20, 60)}

    def at_size(size, seed):
        history = run(size, 60, style.LBFGS, seed).history
        return {"content": history.content_loss[-1], "style": history.style_loss[-1]}

    def curve(seed):
        image = run(64, 100, style.LBFGS, seed).image[None]
        photo = styled.square("china", 64)[None]
        small = resize(painting[None], (64, 64))
        objective = style.Objective(style.VGGFeatures(), photo, small, losses)
        rng, found = torch.Generator().manual_seed(seed), {}
        for band, keep in enumerate(bands(64)):
            means = []
            for _ in range(4):
                v = unit(keep(torch.randn(image.shape, generator=rng)))
                means.append(float((v * bend(objective, image, v)).sum()))
            for _ in range(15):  # the stiffest direction of the band, by power iteration
                v = unit(keep(bend(objective, image, v)))
            found[f"mean {band}"] = sum(means) / 4
            found[f"stiffest {band}"] = float((v * bend(objective, image, v)).sum())
        return found

    table = {"curvature": curve}
    for name, power in {"W": 0.25, "I": 0.0}.items():
        table[f"L-BFGS, {name}"] = partial(optimize, style.Method(power=power))
        for lr in (0.01, 0.03, 0.1):
            adam = style.Method(partial(torch.optim.Adam, lr=lr), power)
            table[f"Adam {lr}, {name}"] = partial(optimize, adam)
    for size in (64, 96, 128):
        table[f"{size} pixels"] = partial(at_size, size)
    return table


def unit(v):
    """The tensor, divided by its length."""
    return v / v.norm()


def bend(objective, image, v, step=0.05):
    """The Hessian of the loss times v, from the gradients on either side."""
    (up, down) = (gradient(objective, image + sign * step * v) for sign in (1, -1))
    return (up - down) / (2 * step)


def gradient(objective, image):
    """The gradient of the loss at an image."""
    image = image.clone().requires_grad_()
    return torch.autograd.grad(objective(image)[0], image)[0]


def bands(size, n=6):
    """Maps that keep one of n bands of frequencies, from broad to fine, equal in octaves."""
    f = torch.hypot(torch.fft.fftfreq(size)[:, None], torch.fft.rfftfreq(size))
    edges = [0, *(0.5 * 2.0 ** (k - n + 1) for k in range(n - 1)), 1]

    def keep(low, high, images):
        return torch.fft.irfft2(torch.fft.rfft2(images) * ((low <= f) & (f < high)), s=(size, size))

    return [partial(keep, low, high) for low, high in zip(edges, edges[1:])]


TABLES = {
    "conv-runs": conv_runs,
    "color-runs": color_runs,
    "style-runs": style_runs,
    "painter-runs": painting.runs,
    "dcgan-runs": dcgan_runs.table,
    "hangul-runs": lambda: hangul.runs() | hangul_writers.runs(),
}
