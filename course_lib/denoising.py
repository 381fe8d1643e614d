"""Three kinds of noise for training a denoising autoencoder.

Each takes any floating-point tensor and returns a new one of the same shape, dtype and device.
With a `torch.Generator` (on the tensor's device) the same seed gives the same noise; without one
PyTorch's global generator is used. `functools.partial(gaussian_noise, sigma=0.5)` is what
`train_autoencoder(corrupt=...)` wants.
"""

import torch

from course_lib.support.checks import floats, non_negative, probability


def gaussian_noise(x, sigma, generator=None):
    """Add independent normal noise to every element. The result is not clipped to [0, 1].

    Args:
        x: floating-point tensor of any shape.
        sigma: standard deviation of the noise, in the unit of x, >= 0.
        generator: torch.Generator on x's device, or None.

    Returns:
        torch.Tensor: x + sigma * epsilon, epsilon ~ N(0, I).

    Raises:
        TypeError: `x` is no floating-point tensor, or `sigma` no number.
        ValueError: `sigma` is negative or not finite, or `generator` is on another device.

    Source: Vincent, Larochelle, Bengio and Manzagol (2008), "Extracting and composing robust
        features with denoising autoencoders", ICML; Vincent et al. (2010), JMLR 11, section 3.3,
        for this and the next two.
    """
    sigma = non_negative(sigma, "sigma")
    epsilon = torch.empty_like(floats(x, "x")).normal_(generator=_on(x, generator))
    return x + sigma * epsilon


def mask_noise(x, p, generator=None):
    """Set every element to 0 with probability p, independently.

    Args:
        x: floating-point tensor of any shape.
        p: probability in [0, 1].
        generator: torch.Generator on x's device, or None.

    Returns:
        torch.Tensor: x with about a share p of its elements replaced by 0.

    Raises:
        TypeError, ValueError: as for `gaussian_noise`, or `p` is outside [0, 1].
    """
    return torch.where(_uniform(x, generator) < probability(p, "p"), 0.0, x)


def salt_and_pepper(x, p, generator=None):
    """Replace every element with probability p, by 0 or 1 with equal chances.

    Args:
        x: floating-point tensor of any shape, values in [0, 1].
        p: probability in [0, 1].
        generator: torch.Generator on x's device, or None.

    Returns:
        torch.Tensor: x with about p/2 of its elements black (0) and p/2 white (1).

    Raises:
        TypeError, ValueError: as for `mask_noise`.
    """
    p = probability(p, "p")
    u = _uniform(x, generator)
    return torch.where(u < p / 2, 0.0, torch.where(u < p, 1.0, x))


def _uniform(x, generator):
    """Numbers in [0, 1) in the shape of x; float32 at least, for half precision is too coarse."""
    dtype = torch.promote_types(floats(x, "x").dtype, torch.float32)
    return torch.empty_like(x, dtype=dtype).uniform_(generator=_on(x, generator))


def _on(x, generator):
    if generator is not None and generator.device.type != x.device.type:
        raise ValueError(f"generator must be on the device of x, {x.device}, "
                         f"got {generator.device}")
    return generator
