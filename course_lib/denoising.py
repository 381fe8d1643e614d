"""Three kinds of noise for training a denoising autoencoder.

Each takes a floating-point tensor of any shape and returns a new one of the same shape, dtype and
device. `train_autoencoder(corrupt=lambda x: gaussian_noise(x, 0.5))` trains with it.

Source: Vincent, Larochelle, Bengio and Manzagol (2008), "Extracting and composing robust features
    with denoising autoencoders", ICML; Vincent et al. (2010), JMLR 11, section 3.3.
"""

import torch

from course_lib.support.checks import floats, non_negative, probability


def gaussian_noise(x, sigma, generator=None):
    """Return x + sigma * epsilon, epsilon ~ N(0, I), sigma >= 0; not clipped to [0, 1].

    The same seed of `generator`, a torch.Generator on the device of x, gives the same noise; None
    is PyTorch's global generator. Bad arguments raise TypeError or ValueError.
    Source: Vincent et al. (2010), JMLR 11, section 3.3, as for the other two kinds.
    """
    sigma = non_negative(sigma, "sigma")
    generator = check_device(generator, x)
    return x + sigma * torch.empty_like(x).normal_(generator=generator)


def mask_noise(x, p, generator=None):
    """Set every element of x to 0 with probability p, independently of the others."""
    return torch.where(uniform_like(x, generator) < probability(p, "p"), 0.0, x)


def salt_and_pepper(x, p, generator=None):
    """Replace every element of x, in [0, 1], with probability p: by 0 or 1, with equal chances."""
    p = probability(p, "p")
    u = uniform_like(x, generator)
    return torch.where(u < p / 2, 0.0, torch.where(u < p, 1.0, x))


def uniform_like(x, generator):
    """Draw numbers in [0, 1) in the shape of x; in float32 at least, as float16 is too coarse."""
    generator = check_device(generator, x)
    dtype = torch.promote_types(x.dtype, torch.float32)
    return torch.empty_like(x, dtype=dtype).uniform_(generator=generator)


def check_device(generator, x):
    """Return the generator; raise if x is not a floating-point tensor on the generator's device."""
    device = floats(x, "x").device
    if generator is not None and generator.device.type != device.type:
        message = f"generator must be on the device of x, {device}, got {generator.device}"
        raise ValueError(message)
    return generator
