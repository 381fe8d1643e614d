"""Train the models that come with course_lib, and check that they are still what their cards say.

A recipe is how one model is made and measured; its settings stand here and nowhere else. A model
that is made anew must reach the metric of its card within the tolerance written there, or nothing
is stored.
"""

from dataclasses import dataclass
from functools import partial

import torch
from torch.nn.functional import mse_loss

from course_lib import checkpoints
from course_lib.autoencoder import ConvAutoencoder, train_autoencoder
from course_lib.data import load_mnist
from course_lib.denoising import gaussian_noise
from course_lib.metrics import psnr
from tools.book import BookError


@dataclass(frozen=True)
class Recipe:
    """How a checkpoint is made: `train(model, seed)` in place, then `measure(model)` -> float."""

    kind: type
    arguments: dict
    train: callable
    measure: callable
    metric: str
    tolerance: float
    data: str
    seed: int = 0


def add_arguments(parser):
    """Arguments of ``python -m tools checkpoints``."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all of them by default")
    parser.add_argument(
        "--accept", action="store_true", help="store even what differs from the card's metric"
    )


def main(args, root):
    """Make the checkpoints, one after the other; a BookError names the first that went wrong."""
    unknown = [name for name in args.names if name not in RECIPES]
    if unknown:
        raise BookError(f"no recipe for {', '.join(unknown)}; there are {', '.join(RECIPES)}")
    for name in args.names or RECIPES:
        print(make(name, accept=args.accept), flush=True)
    return 0


def make(name, *, accept=False):
    """Train, measure, compare with the card that is there, store; returns a line of report."""
    recipe = RECIPES[name]
    torch.manual_seed(recipe.seed)
    model = recipe.kind(**recipe.arguments)
    recipe.train(model, recipe.seed)
    value = round(recipe.measure(model.cpu().eval()), 5)
    if name in checkpoints.names() and not accept:
        old = checkpoints.card(name)["metric"]
        if not abs(value - old["value"]) <= old["tolerance"]:
            raise BookError(
                f"{name}: {recipe.metric} is {value}, the card says {old['value']} "
                f"within {old['tolerance']}; nothing was stored (--accept stores it)"
            )
    checkpoints.save(model, name, {
        "arguments": recipe.arguments,
        "command": f"python -m tools checkpoints {name}",
        "seed": recipe.seed,
        "data": recipe.data,
        "metric": {"name": recipe.metric, "value": value, "tolerance": recipe.tolerance},
    })
    return f"{name}: {recipe.metric} {value}"


# --- The recipes -----------------------------------------------------------------------------


def stages(model, seed, *, corrupt=None, plan):
    """Train with several step sizes after another: plan is a list of (num_epochs, lr)."""
    images = load_mnist("small").train_images
    for number, (num_epochs, lr) in enumerate(plan):
        train_autoencoder(model, images, corrupt=corrupt, num_epochs=num_epochs, lr=lr,
                          seed=seed + number, device="cpu")


@torch.no_grad()
def error_of_digits(model):
    """Mean squared error per pixel of the reconstructed test images."""
    images = load_mnist("small").test_images
    return mse_loss(model(images), images).item()


@torch.no_grad()
def psnr_of_denoised(model):
    """Mean PSNR per test image after Gaussian noise of sigma 0.5, the output clipped to [0, 1]."""
    images = load_mnist("small").test_images
    noisy = gaussian_noise(images, 0.5, torch.Generator().manual_seed(0))
    return psnr(model(noisy).clamp(0, 1), images).mean().item()


DIGITS = "MNIST small: 4,000 training images; measured on its 1,000 test images"
RECIPES = {
    "conv-autoencoder": Recipe(
        ConvAutoencoder, {"latent_dim": 32},
        partial(stages, plan=[(40, 3e-3), (20, 1e-3), (10, 3e-4)]),
        error_of_digits, "test MSE", 0.0003, DIGITS,
    ),
    "conv-denoiser": Recipe(
        ConvAutoencoder, {"latent_dim": 64},
        partial(stages, corrupt=partial(gaussian_noise, sigma=0.5),
                plan=[(40, 2e-3), (20, 7e-4), (10, 2e-4)]),
        psnr_of_denoised, "test PSNR in dB at sigma 0.5", 0.15, DIGITS,
    ),
}
