"""Train and measure the models of Hangul: an autoencoder, a denoiser and a reader."""

from functools import partial

import numpy as np
import torch
from torch.nn.functional import affine_grid, cross_entropy, grid_sample, mse_loss

from course_lib import checkpoints, training
from course_lib.autoencoder import ConvAutoencoder, train_autoencoder
from course_lib.data import load_hangul
from course_lib.denoising import gaussian_noise
from course_lib.hangul import Reader, read
from course_lib.metrics import psnr
from recipes.recipe import Recipe, stages

DATA = "load_hangul(): 8,854 training syllables; measured on its 2,318 test syllables"


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


def autoencode(model, **settings):
    """Train on the training syllables, clean or damaged."""
    train_autoencoder(model, training_syllables(), **settings)


def worn(x, generator):
    """Images x (N, 1, H, W), half of them with noise of sigma 0.5, half without a rectangle."""
    noisy = x + 0.5 * torch.randn(x.shape, generator=generator)
    ends = 28 * torch.rand(4, len(x), 1, 1, 1, generator=generator)
    place = torch.arange(28.0)
    low, high = torch.minimum(ends[0], ends[1]), torch.maximum(ends[0], ends[1])
    rows = (place[:, None] >= low) & (place[:, None] < high)
    low, high = torch.minimum(ends[2], ends[3]), torch.maximum(ends[2], ends[3])
    missing = torch.where(rows & (place >= low) & (place < high), 0.0, x)
    return torch.where(torch.rand(len(x), 1, 1, 1, generator=generator) < 0.5, noisy, missing)


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


@torch.no_grad()
def psnr_of_syllables(model):
    """Mean PSNR per test syllable after Gaussian noise of sigma 0.5, the output clipped."""
    images, _ = syllables(test=True)
    noisy = gaussian_noise(images, 0.5, torch.Generator().manual_seed(0))
    return psnr(model(noisy).clamp(0, 1), images).mean().item()


def share_read(reader):
    """Share of the test syllables, regular weight, of which all three parts are read rightly."""
    images, parts = syllables(test=True)
    return (read(reader, images)[0] == parts).all(dim=1).double().mean().item()


RECIPES = {
    "hangul-reader": Recipe(
        Reader,
        {},
        partial(stages, train=spell, plan=[(5, 3e-3), (5, 1e-3), (3, 3e-4), (2, 1e-4)]),
        share_read,
        "share of test syllables read rightly, all three parts",
        0.004,
        DATA,
    ),
    "hangul-autoencoder": Recipe(
        ConvAutoencoder,
        {"latent_dim": 32, "channels": [32, 48]},
        partial(stages, train=autoencode, plan=[(12, 3e-3), (6, 1e-3), (3, 3e-4)]),
        error_of_syllables,
        "test MSE",
        0.0005,
        DATA,
    ),
    "hangul-denoiser": Recipe(
        ConvAutoencoder,
        {"latent_dim": 48, "channels": [24, 26]},
        partial(
            stages,
            train=partial(autoencode, corrupt=worn),
            plan=[(20, 2e-3), (10, 7e-4), (5, 2e-4)],
        ),
        psnr_of_syllables,
        "test PSNR in dB at sigma 0.5",
        0.2,
        DATA,
    ),
}


SHORT = [(8, 1.5e-3), (5, 1e-3), (3, 3e-4)]  # the chapter's training of its autoencoder
MEDIUM = [(12, 2e-3), (5, 5e-4)]


def runs():
    """The table of the chapter: {run: measure(seed) -> {what: value}}."""
    return {
        "autoencoder": autoencoder_run,
        "denoiser, noise": partial(denoiser_run, partial(gaussian_noise, sigma=0.5)),
        "denoiser, both": partial(denoiser_run, worn),
    }


def autoencoder_run(seed):
    """Error, share read, and arithmetic of the chapter's autoencoder from another seed."""
    torch.manual_seed(seed)
    model = ConvAutoencoder(32, (32, 48))
    stages(model, 10 * seed, train=partial(autoencode, batch_size=32), plan=SHORT)
    (seen, _), (test, parts), reader = syllables(), syllables(test=True), load_reader()
    hangul = load_hangul()
    with torch.no_grad():
        found = {"seen": mse_loss(model(seen), seen), "test": mse_loss(model(test), test)}
        found["read"] = share_right(reader, model(test), parts)
        z = torch.cat([model.encode(x) for x in hangul.images.split(1000)])
        for part in range(3):
            a, b, c, answer = problems(hangul, part)
            latent = model.decode(z[a] - z[b] + z[c])
            pixels = hangul.images[a] - hangul.images[b] + hangul.images[c]
            for name, images in {"latent": latent, "pixels": pixels}.items():
                found[f"{name} {part}"] = share_right(reader, images, hangul.factors[answer])
    return {name: float(value) for name, value in found.items()}


@torch.no_grad()
def measure_denoiser(model):
    """PSNR with noise, and with the right side missing."""
    test, _ = syllables(test=True)
    half = torch.where(torch.arange(28) < 15, test, 0.0)
    missing = psnr(model(half).clamp(0, 1), test).mean().item()
    return {"noisy": psnr_of_syllables(model), "half": missing}


def denoiser_run(corrupt, seed):
    """Quality of a denoiser that was trained on one kind of damage."""
    torch.manual_seed(seed)
    model = ConvAutoencoder(48, (24, 26))
    stages(model, 10 * seed, train=partial(autoencode, corrupt=corrupt), plan=MEDIUM)
    return measure_denoiser(model)


def load_reader():
    """The stored reader."""
    return checkpoints.load("hangul-reader")


def share_right(reader, images, parts):
    """Share of images (N, 1, 28, 28) whose three parts are read as wanted, (N, 3)."""
    return (read(reader, images.clamp(0, 1))[0] == parts).all(dim=1).double().mean()


def problems(hangul, part, n=500, seed=0):
    """Indices (n,) of a, b, c and the answer of a - b + c, as in the chapter."""
    rng, limits = np.random.default_rng(seed), np.array([19, 21, 28])
    pool = hangul.factors[hangul.is_test].numpy()
    answer = pool[pool[:, 2] > 0] if part == 2 else pool
    answer = answer[rng.choice(len(answer), n)]
    other = (answer + rng.integers(1, limits, (n, 3))) % limits
    a, b, c = other.copy(), other.copy(), answer.copy()
    a[:, part] = answer[:, part]
    b[:, part] = c[:, part] = 0 if part == 2 else other[:, part]
    return [(p[:, 0] * 21 + p[:, 1]) * 28 + p[:, 2] for p in (a, b, c, answer)]
