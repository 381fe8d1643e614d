"""Autoencoders, dense and convolutional: x -> encode -> z -> decode -> x_hat, close to x.

Images are (N, C, H, W) float32, trained in [0, 1]. The last layer is linear: its output is the mean
of a Gaussian, which may leave [0, 1] a little, and the linear autoencoder is a special case.
"""

import inspect
from itertools import pairwise

from torch import nn
from torch.nn.functional import mse_loss

from course_lib.fast.layers import ConvTranspose2d
from course_lib.support.checks import floats, image_shape, whole
from course_lib.training import train


class Autoencoder(nn.Module):
    """An encoder followed by a decoder; subclasses make the two."""

    def encode(self, x):
        """Compress images x (N, C, H, W) to latent vectors (N, latent_dim)."""
        return self.encoder(floats(x, "x", (None, *self.image_shape)))

    def decode(self, z):
        """Expand latent vectors z (N, latent_dim) to images (N, C, H, W)."""
        return self.decoder(floats(z, "z", (None, self.latent_dim)))

    def forward(self, x):
        """Reconstruct images x (N, C, H, W); the shape stays the same."""
        return self.decode(self.encode(x))


class DenseAutoencoder(Autoencoder):
    """Linear layers of widths `hidden` with ReLU between them; the decoder mirrors the encoder.

    `hidden=()` has no ReLU: a linear autoencoder. Bad arguments raise TypeError or ValueError.
    Source: Hinton and Salakhutdinov (2006), Science 313.
    """

    def __init__(self, latent_dim, hidden=(256,), *, image_size=28, image_channels=1):
        super().__init__()
        self.latent_dim = whole(latent_dim, "latent_dim", 1)
        self.image_shape = image_shape(image_size, image_channels)
        n_pixels = image_channels * image_size**2
        self.encoder = nn.Sequential(nn.Flatten(), *dense(n_pixels, hidden, latent_dim))
        layers = dense(latent_dim, hidden[::-1], n_pixels)
        self.decoder = nn.Sequential(*layers, nn.Unflatten(1, self.image_shape))


def dense(n_in, hidden, n_out, activation=nn.ReLU):
    """List linear layers from n_in through the widths `hidden` to n_out, activations in between."""
    if not isinstance(hidden, (tuple, list)):
        raise TypeError(f"hidden must be a sequence of integers, got {hidden!r}")
    widths = [n_in, *(whole(width, "hidden", 1) for width in hidden), n_out]
    layers = [layer for pair in pairwise(widths) for layer in (nn.Linear(*pair), activation())]
    return layers[:-1]


class ConvAutoencoder(Autoencoder):
    """Two convolutions of stride 2, a linear layer to z (N, latent_dim), and the way back.

    image_size must be a multiple of 4; bad arguments raise TypeError or ValueError.
    Source: Masci et al. (2011), ICANN (with pooling; here strides take its place).
    """

    def __init__(self, latent_dim, channels=(16, 32), *, image_size=28, image_channels=1):
        super().__init__()
        self.latent_dim = whole(latent_dim, "latent_dim", 1)
        self.image_shape = image_shape(image_size, image_channels)
        if image_size % 4:
            raise ValueError(f"image_size must be a multiple of 4, got {image_size}")
        try:
            first, second = (whole(c, "channels", 1) for c in channels)
        except (TypeError, ValueError) as error:
            raise type(error)(f"channels must be two positive integers, got {channels!r}") from None
        side = image_size // 4
        n_features = second * side**2
        self.encoder = nn.Sequential(  # (N, C, H, W)
            nn.Conv2d(image_channels, first, 3, stride=2, padding=1),  # (N, 16, H/2, W/2)
            nn.ReLU(),
            nn.Conv2d(first, second, 3, stride=2, padding=1),  # (N, 32, H/4, W/4)
            nn.Flatten(),  # (N, 32 H/4 W/4)
            nn.ReLU(),
            nn.Linear(n_features, latent_dim),  # (N, latent_dim)
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, n_features),
            nn.ReLU(),
            nn.Unflatten(1, (second, side, side)),  # (N, 32, H/4, W/4)
            ConvTranspose2d(second, first, 4, stride=2, padding=1),  # (N, 16, H/2, W/2)
            nn.ReLU(),
            ConvTranspose2d(first, image_channels, 4, stride=2, padding=1),  # (N, C, H, W)
        )


def train_autoencoder(model, images, *, corrupt=None, **options):
    """Train a model to reproduce images (N, ...) by the mean squared error; returns the History.

    `corrupt` is None or a callable of a batch x, or of x and `generator`, that returns a noisy x of
    the same shape. The noise is drawn anew for every batch: the model gets the noisy x, the loss
    compares with the clean one. For model, options and errors see `course_lib.training.train`.
    """
    seeded = corrupt is not None and takes_generator(corrupt)

    def batch_loss(model, x, rng):
        y = x if corrupt is None else corrupt(x, generator=rng) if seeded else corrupt(x)
        return mse_loss(model(y), x)

    return train(model, images, batch_loss, **options)


def takes_generator(corrupt):
    """Return True for `corrupt(x, generator=...)`, False for `corrupt(x)`, else raise TypeError."""
    if not callable(corrupt):
        raise TypeError(f"corrupt must be callable or None, got {type(corrupt).__name__}")
    try:
        signature = inspect.signature(
            corrupt.forward if isinstance(corrupt, nn.Module) else corrupt
        )
    except ValueError:  # functions written in C have no signature
        return False
    for keywords in ({"generator": None}, {}):
        try:
            signature.bind(None, **keywords)
            return bool(keywords)
        except TypeError:
            pass
    raise TypeError(f"corrupt must take x, or x and generator, but its arguments are {signature}")
