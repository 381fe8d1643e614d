"""Training autoencoders: `train_autoencoder` against the loop of a DataLoader that tutorials teach.

Fair by construction: one process, the same model from the same initial weights, the same images,
batch size, learning rate and number of epochs, 2 threads each. The peer's dataset is
torchvision.datasets.MNIST, which hands out PIL images, with ToTensor, and its model is built of
torch.nn's layers: where course_lib has a faster layer for the same function, the peer does not. The
two take turns; a ratio is taken within each round. Afterward the errors on the training images are
compared.
"""

import argparse
import copy
import time

import numpy as np
import torch
from torch import nn
from torch.nn.functional import mse_loss
from torch.utils.data import DataLoader
from torchvision.transforms import ToTensor

from benchmarks._digits import PILDigits
from course_lib.autoencoder import ConvAutoencoder, DenseAutoencoder, train_autoencoder
from course_lib.data import load_mnist
from course_lib.fast.layers import ConvTranspose2d

N_THREADS = 2
BATCH_SIZE = 64
LR = 1e-3
TOLERANCE = 0.02  # how far apart the two final errors may be, as a fraction

MODELS = {"dense": DenseAutoencoder, "convolutional": ConvAutoencoder}


# --- The methods: train a model in place -----------------------------------------------------


def ours(model, images, num_epochs, device):
    """course_lib."""
    train_autoencoder(
        model, images, num_epochs=num_epochs, batch_size=BATCH_SIZE, lr=LR, device=device
    )


def plain(model):
    """Put torch.nn's transposed convolutions, with the same weights, in place of course_lib's."""
    for name, layer in model.decoder.named_children():
        if isinstance(layer, ConvTranspose2d):
            standard = nn.ConvTranspose2d(
                layer.in_channels,
                layer.out_channels,
                layer.kernel_size,
                layer.stride,
                layer.padding,
            )
            standard.load_state_dict(layer.state_dict())
            setattr(model.decoder, name, standard)


def tutorial(model, images, num_epochs, device):
    """A DataLoader over PIL images, plain layers, plain Adam, the loss read after every batch."""
    plain(model)
    digits = PILDigits(images, ToTensor())
    loader = DataLoader(digits, batch_size=BATCH_SIZE, shuffle=True, num_workers=0)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=LR)
    model.train()
    for _ in range(num_epochs):
        total = 0.0
        for x, _ in loader:
            x = x.to(device)
            loss = mse_loss(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
    model.eval()


METHODS = {"ours": ours, "tutorial": tutorial}


# --- Measuring -------------------------------------------------------------------------------


@torch.no_grad()
def error(model, images, device):
    """Mean squared error of the reconstructions of images (N, 1, 28, 28)."""
    batches = images.to(device).split(1000)
    return sum(mse_loss(model(x), x, reduction="sum").item() for x in batches) / images.numel()


def measure(make, images, num_epochs, n_repeats, device):
    """Images per second of each method (n_repeats,), and its error in each round."""
    speeds = {name: [] for name in METHODS}
    errors = {name: [] for name in METHODS}
    for train in METHODS.values():  # loads what is loaded once
        train(make(32), images[: 4 * BATCH_SIZE], 1, device)
    for repeat in range(n_repeats):
        torch.manual_seed(repeat)
        initial = make(32)
        names = list(METHODS)
        for name in names[:: 1 if repeat % 2 == 0 else -1]:
            model = copy.deepcopy(initial)
            before = time.perf_counter()
            METHODS[name](model, images, num_epochs, device)
            if device == "cuda":
                torch.cuda.synchronize()
            speeds[name].append(num_epochs * len(images) / (time.perf_counter() - before))
            errors[name].append(error(model, images, device))
    return (
        {name: np.array(values) for name, values in speeds.items()},
        {name: np.array(values) for name, values in errors.items()},
    )


def main(arguments):
    """Print one line per model: images per second (medians), ratio, and the final errors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks autoencoder", description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--only", default="", help="run the problems whose name contains this")
    parser.add_argument("--epochs", type=int, default=5)
    options = parser.parse_args(arguments)
    torch.set_num_threads(N_THREADS)
    print(f"{N_THREADS} threads, {options.repeats} rounds of {options.epochs} epochs, batches of")
    print(f"{BATCH_SIZE}; images per second are medians; ratio: ours to the tutorial's, median of")
    print("the rounds [lower, upper quartile]; error: mean squared, on the training images, after")
    print(f"training, median; same: the medians lie within {TOLERANCE:.0%}\n")
    columns = "".join(f"{name:>12}" for name in METHODS)
    print(f"{'problem':<28}{columns}   {'ratio':<19}{'error: ours':>12}{'tutorial':>10}  same")
    problems = [("MNIST small, CPU", "small", "cpu")]
    if torch.cuda.is_available():
        problems.append(("MNIST full, CUDA", "full", "cuda"))
    for title, subset, device in problems:
        for kind, make in MODELS.items():
            name = f"{kind}, {title}"
            if options.only not in name:
                continue
            images = load_mnist(subset).train_images
            speeds, errors = measure(make, images, options.epochs, options.repeats, device)
            low, mid, high = np.quantile(speeds["ours"] / speeds["tutorial"], [0.25, 0.5, 0.75])
            speed = "".join(f"{np.median(speeds[method]):>12,.0f}" for method in METHODS)
            mse, peer = (np.median(errors[method]) for method in METHODS)
            same = "yes" if abs(mse / peer - 1) <= TOLERANCE else f"NO ({mse / peer - 1:+.1%})"
            ratio = f"{mid:.2f} [{low:.2f}, {high:.2f}]"
            print(f"{name:<28}{speed}   {ratio:<19}{mse:>12.5f}{peer:>10.5f}  {same}", flush=True)
