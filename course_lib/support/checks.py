"""Checks of arguments: each returns the value in one type, or raises an error that names it."""

import math
import numbers
import operator

import torch


def whole(value, name, least, most=None):
    """Return `value` as an int in least..most (no upper limit if `most` is None)."""
    try:
        number = operator.index("" if isinstance(value, bool) else value)
    except TypeError:
        kind = type(value).__name__
        raise TypeError(f"{name} must be an integer, got {kind} {value!r}") from None
    if most is not None and not least <= number <= most:
        raise ValueError(f"{name} must be in {least}..{most}, got {value}")
    if number < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return number


def non_negative(value, name):
    """Return `value` as a finite float >= 0."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {type(value).__name__} {value!r}")
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} must be finite and at least 0, got {value}")
    return float(value)


def positive(value, name):
    """Return `value` as a finite float > 0."""
    if non_negative(value, name) == 0:
        raise ValueError(f"{name} must be above 0, got {value}")
    return float(value)


def probability(value, name):
    """Return `value` as a float in [0, 1]."""
    if non_negative(value, name) > 1:
        raise ValueError(f"{name} must be in [0, 1], got {value}")
    return float(value)


def one_of(value, name, options):
    """Return `value` if it is one of `options` (strings)."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")
    return value


def floats(value, name, shape=None):
    """Return `value`, a non-empty floating-point tensor; None in `shape` stands for any size."""
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{name} must be a torch tensor, got {type(value).__name__}")
    if not value.is_floating_point():
        raise TypeError(f"{name} must be floating point, got {value.dtype}")
    got, wanted = tuple(value.shape), value.shape if shape is None else shape
    if len(got) != len(wanted) or any(w not in (None, g) for w, g in zip(wanted, got)):
        sizes = ", ".join("N" if size is None else str(size) for size in wanted)
        raise ValueError(f"{name} must have shape ({sizes}), got {got}")
    if value.numel() == 0:
        raise ValueError(f"{name} must not be empty, got shape {got}")
    return value


def image_shape(image_size, image_channels):
    """Return the shape (C, H, W) of square images, gray or RGB."""
    if image_channels not in (1, 3):
        raise ValueError(f"image_channels must be 1 or 3, got {image_channels!r}")
    return (image_channels, whole(image_size, "image_size", 1), image_size)
