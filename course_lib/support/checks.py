"""Checks of arguments: each returns the value in one type, or raises an error that names it."""

import math
import numbers
import operator

import torch


def whole(value, name, least):
    """`value` as an int that is at least `least`."""
    try:
        if isinstance(value, bool):
            raise TypeError
        value = operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name} must be an integer, got {type(value).__name__} {value!r}"
        ) from None
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return value


def non_negative(value, name):
    """`value` as a finite float that is at least 0."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {type(value).__name__} {value!r}")
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} must be finite and at least 0, got {value}")
    return float(value)


def positive(value, name):
    """`value` as a finite float above 0."""
    if non_negative(value, name) == 0:
        raise ValueError(f"{name} must be above 0, got {value}")
    return float(value)


def probability(value, name):
    """`value` as a float in [0, 1]."""
    if non_negative(value, name) > 1:
        raise ValueError(f"{name} must be in [0, 1], got {value}")
    return float(value)


def floats(value, name, shape=None):
    """`value`, a floating-point tensor with at least one element.

    `shape`, where given, says what the sizes must be, None standing for any: (None, 1, 28, 28).
    """
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{name} must be a torch tensor, got {type(value).__name__}")
    if not value.is_floating_point():
        raise TypeError(f"{name} must be floating point, got {value.dtype}")
    got = tuple(value.shape)
    if shape is not None and (
        len(got) != len(shape) or any(w not in (None, g) for w, g in zip(shape, got))
    ):
        wanted = ", ".join("N" if size is None else str(size) for size in shape)
        raise ValueError(f"{name} must have shape ({wanted}), got {got}")
    if value.numel() == 0:
        raise ValueError(f"{name} must not be empty, got shape {got}")
    return value


def image_shape(image_size, image_channels):
    """(C, H, W) of square images, grey or RGB."""
    if image_channels not in (1, 3):
        raise ValueError(f"image_channels must be 1 or 3, got {image_channels!r}")
    return (image_channels, whole(image_size, "image_size", 1), image_size)
