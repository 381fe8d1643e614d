"""How the Hangul models are trained and measured: recipes of `tools.checkpoints`."""

from functools import partial

import torch
from torch.nn.functional import affine_grid, cross_entropy, grid_sample, mse_loss

from course_lib import checkpoints, training
from course_lib.autoencoder import train_autoencoder
from course_lib.data import load_hangul
from course_lib.gan import sample
from course_lib.hangul import Reader, read

DATA = "load_hangul(): 8,854 training syllables; measured on its 2,318 test syllables"


def stages(model, seed, *, train, plan):
    """Train with several step sizes one after another: plan is a list of (num_epochs, lr)."""
    for number, (num_epochs, lr) in enumerate(plan):
        train(model, num_epochs=num_epochs, lr=lr, seed=seed + number, device="cpu")


def moved(x, generator):
    """Images x (N, 1, H, W), each scaled by up to 8 percent and shifted by up to 1.5 pixels."""
    u = 2 * torch.rand(3, len(x), generator=generator, device=x.device) - 1
    size, zero = 1 + 0.08 * u[0], torch.zeros_like(u[0])
    dx, dy = 3 / x.shape[-1] * u[1], 3 / x.shape[-2] * u[2]
    maps = torch.stack([size, zero, dx, zero, size, dy], dim=1).reshape(-1, 2, 3)
    return grid_sample(x, affine_grid(maps, x.shape, align_corners=False), align_corners=False)


def syllables(weights=("regular",), *, test=False):
    """Images and parts of the Hangul syllables for training, or of those for testing."""
    hangul = load_hangul(weights)
    return hangul.images[hangul.is_test == test], hangul.factors[hangul.is_test == test]


def training_syllables():
    """Images of the Hangul syllables for training."""
    return syllables()[0]


def autoencode_syllables(model, **settings):
    """Train on the training syllables, clean or with noise."""
    train_autoencoder(model, training_syllables(), **settings)


def spell(model, **settings):
    """Train on three weights of the training syllables and their parts, moved and noisy.

    A tenth of the images are mixtures of two, with both answers in proportion, so that the network
    learns to be unsure. Source: Zhang, Cisse, Dauphin and Lopez-Paz (2018), "mixup: beyond
    empirical risk minimization", ICLR.
    """
    images, parts = syllables(("regular", "bold", "light"))
    rows = torch.cat([images.flatten(1), parts.float()], dim=1)  # the parts, three more numbers

    def batch_loss(model, rows, rng):
        x, parts = rows[:, :-3].unflatten(1, (1, 28, 28)), rows[:, -3:].long()
        x = moved(x, rng)
        share, mixed = torch.rand(2, len(x), generator=rng)
        share = torch.where(mixed < 0.1, share, 1.0)
        other = torch.randperm(len(x), generator=rng)
        lam = share[:, None, None, None]
        x = lam * x + (1 - lam) * x[other]
        sigma = 0.2 * torch.rand(len(x), 1, 1, 1, generator=rng)
        x = x + sigma * torch.randn(x.shape, generator=rng)
        loss = 0
        for logits, answer in zip(model(x), parts.T):
            first, second = (
                cross_entropy(logits, a, reduction="none") for a in (answer, answer[other])
            )
            loss = loss + (share * first + (1 - share) * second).mean()
        return loss

    training.train(model, rows, batch_loss, **settings)


@torch.no_grad()
def error_of_syllables(model):
    """Mean squared error per pixel of the reconstructed test syllables."""
    images, _ = syllables(test=True)
    return mse_loss(model(images), images).item()


def share_read(reader):
    """Share of the test syllables, regular weight, of which all three parts are read rightly."""
    images, parts = syllables(test=True)
    return (read(reader, images)[0] == parts).all(dim=1).double().mean().item()


def share_of_fakes_read(generator):
    """Share of 2,000 fakes that the reader reads, every part with a confidence above 0.9."""
    _, confidence = read(checkpoints.load("hangul-reader"), sample(generator, 2000))
    return (confidence > 0.9).all(dim=1).double().mean().item()


def recipes(kind):
    """The recipes by name, of the given class."""
    return {
        "hangul-reader": kind(
            Reader,
            {},
            partial(stages, train=spell, plan=[(5, 3e-3), (5, 1e-3), (3, 3e-4), (2, 1e-4)]),
            share_read,
            "share of test syllables read rightly, all three parts",
            0.004,
            DATA,
        ),
    }
