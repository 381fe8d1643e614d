"""Train and measure the generators of Hangul syllables."""

from functools import partial

import torch

from course_lib import checkpoints
from course_lib.data import load_hangul
from course_lib.dcgan import ConvDiscriminator, ConvGenerator
from course_lib.gan import sample
from course_lib.hangul import N_PARTS, one_hots, read, write
from course_lib.support.hangul_images import COMMON
from recipes import adversary
from recipes.hangul import moved, syllables
from recipes.recipe import Recipe

WIDTH = 32
TOLD = {"latent_dim": 16 + sum(N_PARTS), "width": WIDTH, "hidden": [128]}
TOLD_TRAINING = {"num_epochs": 40, "lr": 1e-3, "betas": (0.0, 0.99), "penalty": 0.3}


def common_syllables():
    """Images of the training syllables in common use, (1878, 1, 28, 28)."""
    hangul = load_hangul()
    common = torch.tensor([character in COMMON for character in hangul.characters])
    return hangul.images[common & ~hangul.is_test]


def shaken(x, rng):
    """Images x, shifted by at most a pixel, all alike, with a little noise."""
    down, right = (torch.randint(3, (2,), generator=rng) - 1).tolist()
    x = torch.roll(x, (down, right), (2, 3))
    return x + 0.1 * torch.randn(x.shape, generator=rng)


def learn(generator, seed, **settings):
    """Train a generator that gets noise alone, on common syllables; keep its averaged weights."""
    judge, images = ConvDiscriminator(width=WIDTH), common_syllables()
    settings = {"seed": seed, "change": shaken, "decay": 0.998, **settings}
    adversary.learn(generator, judge, images, **settings)
    round_large(generator)


def learn_told(generator, seed, **settings):
    """Train a generator that is told the parts, on all training syllables; keep its average."""
    images, parts = syllables()
    judge = adversary.ToldDiscriminator(WIDTH, sum(N_PARTS))
    settings = {"seed": seed, "change": moved, "decay": 0.998, **settings}
    adversary.learn(generator, judge, images, told=one_hots(parts), **settings)
    round_large(generator)


@torch.no_grad()
def round_large(generator):
    """Round the large weights in place to half precision, to be stored in half the bytes."""
    for weight in generator.parameters():
        if weight.numel() > 10_000:
            weight.copy_(weight.half())


def sure(fakes):
    """Whether the reader is sure, above 0.9, of every part, and the parts that it reads."""
    named, confidence = read(checkpoints.load("hangul-reader"), fakes)
    return (confidence > 0.9).all(dim=1), named


def share_read(generator):
    """Share of 2,000 fakes that the reader is sure of."""
    return sure(sample(generator, 2000))[0].double().mean().item()


def share_written(generator):
    """Share of the test syllables that the reader is sure of and reads as they were asked for."""
    _, parts = syllables(test=True)
    certain, named = sure(write(generator, parts))
    return (certain & (named == parts).all(dim=1)).double().mean().item()


def runs():
    """What chapter 8's table adds: {run: measure(seed) -> {what: value}}."""
    return {"conditional GAN": told_run}


@torch.no_grad()
def told_run(seed):
    """Shares of the unseen syllables that a generator from another seed writes as asked."""
    torch.manual_seed(seed)
    generator = ConvGenerator(**TOLD)
    with torch.enable_grad():
        learn_told(generator, seed, **TOLD_TRAINING)
    _, parts = syllables(test=True)
    certain, named = sure(write(generator, parts))
    right, bare = (named == parts).all(dim=1), parts[:, 2] == 0
    groups = {
        "right": right,
        "right and sure": right & certain,
        "right, no final": right[bare],
        "right, final": right[~bare],
    }
    return {what: group.double().mean().item() for what, group in groups.items()}


RECIPES = {
    "hangul-dcgan": Recipe(
        ConvGenerator,
        TOLD,
        partial(learn_told, **TOLD_TRAINING),
        share_written,
        "share of the unseen syllables read as asked, the reader sure in all three parts",
        0.05,
        "load_hangul(): 8,854 training syllables; measured on its 2,318 test syllables",
    ),
    "hangul-dcgan-noise": Recipe(
        ConvGenerator,
        {"latent_dim": 64, "width": WIDTH},
        partial(learn, num_epochs=160, lr=7e-4),
        share_read,
        "share of 2,000 fakes of which the reader is sure in all three parts",
        0.1,
        "load_hangul(): 1,878 training syllables in common use",
    ),
}
