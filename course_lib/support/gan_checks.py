"""Checks of the arguments of `course_lib.gan`: two networks that fit the images and each other."""

import torch
from torch import nn

from course_lib.support.checks import floats, non_negative, whole
from course_lib.support.run import evaluating

LOSSES = ("non-saturating", "minimax")


def check_generator(generator):
    """Raise unless the generator is a module with a whole number `latent_dim`."""
    if not isinstance(generator, nn.Module):
        raise TypeError(f"generator must be a torch.nn.Module, got {type(generator).__name__}")
    whole(getattr(generator, "latent_dim", None), "generator.latent_dim", 1)


def check_networks(generator, discriminator, images):
    """Raise if G's output shape differs from the images', or D gives not one logit per image."""
    check_generator(generator)
    if not isinstance(discriminator, nn.Module):
        kind = type(discriminator).__name__
        raise TypeError(f"discriminator must be a torch.nn.Module, got {kind}")
    floats(images, "images")
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        dtype = next(network.parameters(), images).dtype
        if dtype != images.dtype:
            raise TypeError(f"images must be {dtype} as the {name} is, got {images.dtype}")
    with evaluating(generator), evaluating(discriminator):
        z = torch.zeros(2, generator.latent_dim)
        got = tuple(generator(z.to(next(generator.parameters(), images))).shape)
        if got[1:] != images.shape[1:]:
            wanted = ", ".join(["N", *map(str, images.shape[1:])])
            raise ValueError(f"generator must make images ({wanted}), got {got} of two z")
        x = images[:1].expand(2, *images.shape[1:])
        got = tuple(discriminator(x.to(next(discriminator.parameters(), x))).shape)
        if got not in ((2,), (2, 1)):
            raise ValueError(f"discriminator must return one logit an image, got {got} of two")


def check_settings(images, batch_size, lr, betas, loss):
    """Return the settings that a checkpoint must repeat; raise if one of them is bad."""
    if loss not in LOSSES:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {loss!r}")
    rates = pair(lr, "lr")
    if max(rates) == 0:
        raise ValueError("lr must be above 0 for one of the networks at least, got 0")
    return {
        "images": list(images.shape),
        "batch_size": whole(batch_size, "batch_size", 1),
        "lr": rates,
        "betas": pair(betas, "betas"),
        "loss": loss,
    }


def pair(value, name):
    """Return two finite numbers >= 0 as a list; one number stands for both."""
    if not isinstance(value, (tuple, list)):
        value = (value, value)
    if len(value) != 2:
        raise ValueError(f"{name} must be one number or two, got {value!r}")
    return [non_negative(number, name) for number in value]
