"""Three kinds of noise, a denoiser that is told the noise level, and a walk down the levels.

Each noise takes a floating-point tensor of any shape and returns a new one of the same shape, dtype
and device. `train_autoencoder(corrupt=lambda x: gaussian_noise(x, 0.5))` trains with it.

Source: Vincent, Larochelle, Bengio and Manzagol (2008), "Extracting and composing robust features
    with denoising autoencoders", ICML; Vincent et al. (2010), JMLR 11, section 3.3.
"""

from itertools import pairwise

import torch
from torch import nn
from torch.nn.functional import silu

from course_lib.support.checks import floats, non_negative, positive, probability, whole


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


class SigmaDenoiser(nn.Module):
    """A denoiser r(y, sigma) of images (N, 1, 28, 28) that is told the noise level.

    A small U-Net sees y, brought to one size, and log sigma as a second channel. What it makes is
    added to a share of y that is near 1 for weak noise and near 0 for strong noise.
    Source: Karras et al. (2022), NeurIPS, equation 7 and table 1.
    """

    def __init__(self, channels=(16, 32, 64), *, data_std=0.33):
        super().__init__()
        a, b, c = (whole(n, "channels", 1) for n in channels)
        self.data_std = positive(data_std, "data_std")
        self.enter = nn.Conv2d(2, a, 3, padding=1)  # (N, a, 28, 28)
        self.down = nn.ModuleList([halve(a, b), halve(b, c)])  # (N, c, 7, 7)
        self.whole = nn.Sequential(nn.SiLU(), nn.Flatten(), nn.Linear(49 * c, 32))
        self.whole.extend([nn.SiLU(), nn.Linear(32, 49 * c), nn.Unflatten(1, (c, 7, 7))])
        layers = [(nn.SiLU(), nn.Conv2d(c, c, 3, padding=1)) for _ in range(2)]
        self.middle = nn.Sequential(*layers[0], *layers[1])
        self.up = nn.ModuleList([double(2 * c, b), double(2 * b, a)])  # (N, a, 28, 28)
        self.leave = nn.Conv2d(2 * a, 1, 3, padding=1)

    def forward(self, y, sigma):
        """Guess the clean images from y; sigma > 0 is a number or a tensor (N, 1, 1, 1)."""
        sigma = torch.as_tensor(sigma, dtype=floats(y, "y", (None, 1, 28, 28)).dtype)
        sigma = sigma.to(y.device).expand(len(y), 1, 1, 1)
        if not (sigma > 0).all():
            raise ValueError("sigma must be above 0")
        size = (sigma**2 + self.data_std**2).sqrt()
        first = self.enter(torch.cat([y / size, (sigma.log() / 2).expand_as(y)], dim=1))
        second = self.down[0](silu(first))
        third = self.down[1](silu(second))
        h = third + self.whole(third)
        h = h + self.middle(h)
        h = self.up[0](silu(torch.cat([h, third], dim=1)))
        h = self.up[1](silu(torch.cat([h, second], dim=1)))
        guess = self.leave(silu(torch.cat([h, first], dim=1)))
        return (self.data_std / size) ** 2 * y + sigma * self.data_std / size * guess


def halve(n_in, n_out):
    """Return a convolution of stride 2: (N, n_in, H, W) to (N, n_out, H/2, W/2)."""
    return nn.Conv2d(n_in, n_out, 4, stride=2, padding=1)


def double(n_in, n_out):
    """Return a transposed convolution of stride 2: (N, n_in, H, W) to (N, n_out, 2H, 2W)."""
    return nn.ConvTranspose2d(n_in, n_out, 4, stride=2, padding=1)


def walk_down(denoise, y, sigmas):
    """Go from y (N, ...), noise of level sigmas[0], down the falling sigmas to a clean sample.

    `denoise(y, sigma)` guesses the clean data. At every level all of the noise is taken out, and
    the share sigma_next / sigma of it put back; the last guess is returned as it is.
    Source: Karras et al. (2022), NeurIPS, algorithm 1 without its correction (Euler's method).
    """
    for now, then in pairwise([*sigmas, 0.0]):
        clean = denoise(y, positive(now, "sigmas"))
        y = clean + then / now * (y - clean)
    return y
