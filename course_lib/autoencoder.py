"""Autoencoders, dense and convolutional: x -> encode -> z -> decode -> x_hat, close to x.

Images are (N, C, H, W) float32, trained in [0, 1]. The last layer is linear, so that the output is
the mean of a Gaussian and the linear autoencoder is a special case: it may leave [0, 1] a little.
"""

from itertools import pairwise

from torch import nn
from torch.nn.functional import mse_loss

from course_lib import training
from course_lib.fast.layers import ConvTranspose2d
from course_lib.support.checks import floats, image_shape, whole


def dense(widths, activation=nn.ReLU):
    """List the linear layers through the given widths, with an activation between any two."""
    layers = [layer for pair in pairwise(widths) for layer in (nn.Linear(*pair), activation())]
    return layers[:-1]


class Autoencoder(nn.Module):
    """What both kinds share: an encoder and a decoder, one after the other."""

    def encode(self, x):
        """Compress images x (N, C, H, W) to latent vectors (N, latent_dim)."""
        return self.encoder(floats(x, "x", (None, *self.image_shape)))

    def decode(self, z):
        """Expand latent vectors z (N, latent_dim) to images (N, C, H, W)."""
        return self.decoder(floats(z, "z", (None, self.latent_dim)))

    def forward(self, x):
        """Reconstruct images x (N, C, H, W); the shape stays."""
        return self.decode(self.encode(x))


class DenseAutoencoder(Autoencoder):
    """Fully connected layers with ReLU between them, and a decoder that mirrors the encoder.

    Args:
        latent_dim: numbers in a latent vector, >= 1.
        hidden: widths of the hidden layers of the encoder, in order. `()` has no ReLU: a linear
            autoencoder.
        image_size: height and width in pixels, >= 1.
        image_channels: 1 (grey) or 3 (RGB).

    Raises:
        TypeError, ValueError: an argument is not what it should be; `encode` and `decode` raise
            them for other shapes.

    Source: Hinton and Salakhutdinov (2006), "Reducing the dimensionality of data with neural
        networks", Science 313.
    """

    def __init__(self, latent_dim, hidden=(256,), *, image_size=28, image_channels=1):
        super().__init__()
        self.latent_dim = whole(latent_dim, "latent_dim", 1)
        self.image_shape = image_shape(image_size, image_channels)
        if not isinstance(hidden, (tuple, list)):
            raise TypeError(f"hidden must be a sequence of integers, got {hidden!r}")
        n_pixels = image_channels * image_size**2
        widths = [n_pixels, *(whole(width, "hidden", 1) for width in hidden), latent_dim]
        self.encoder = nn.Sequential(nn.Flatten(), *dense(widths))
        self.decoder = nn.Sequential(*dense(widths[::-1]), nn.Unflatten(1, self.image_shape))


class ConvAutoencoder(Autoencoder):
    """Two strided convolutions to a feature map, a linear layer to z, and the way back.

    Args:
        latent_dim: numbers in a latent vector, >= 1.
        channels: channels of the two feature maps, each half as wide as the one before.
        image_size: height and width in pixels, a multiple of 4.
        image_channels: 1 (grey) or 3 (RGB).

    Raises:
        TypeError, ValueError: an argument is not what it should be; `encode` and `decode` raise
            them for other shapes.

    Source: Masci, Meier, Ciresan and Schmidhuber (2011), "Stacked convolutional auto-encoders for
        hierarchical feature extraction", ICANN (the idea; strides here in place of pooling).
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
        self.encoder = nn.Sequential(                                     # (N, C, H, W)
            nn.Conv2d(image_channels, first, 3, stride=2, padding=1),     # (N, 16, H/2, W/2)
            nn.ReLU(),
            nn.Conv2d(first, second, 3, stride=2, padding=1),             # (N, 32, H/4, W/4)
            nn.Flatten(),                                                 # (N, 32 H/4 W/4)
            nn.ReLU(),
            nn.Linear(n_features, latent_dim),                            # (N, latent_dim)
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, n_features),
            nn.ReLU(),
            nn.Unflatten(1, (second, side, side)),                        # (N, 32, H/4, W/4)
            ConvTranspose2d(second, first, 4, stride=2, padding=1),       # (N, 16, H/2, W/2)
            nn.ReLU(),
            ConvTranspose2d(first, image_channels, 4, stride=2, padding=1),  # (N, C, H, W)
        )


def train_autoencoder(
    model,
    images,
    *,
    corrupt=None,
    num_epochs,
    batch_size=64,
    lr=1e-3,
    device=None,
    seed=0,
    on_epoch=None,
    checkpoint=None,
):
    """Train a model to return the images that it is given, by the mean squared error.

    Args:
        model: `DenseAutoencoder`, `ConvAutoencoder` or any module that keeps the shape of its
            input; trained in place.
        images: (N, C, H, W) float32 in [0, 1]; for other modules what they take, (N, ...).
        corrupt: callable `(x, generator=...)` that returns a noisy x of the same shape, drawn anew
            for every batch; the model sees the noisy x, the loss compares with the clean one. None
            trains without noise.
        num_epochs, batch_size, lr, device, seed, on_epoch, checkpoint: see `training.train`.

    Returns:
        History: `loss` (mean squared error per pixel) and `seconds` per epoch.

    Raises:
        TypeError, ValueError, FloatingPointError: see `training.train`; TypeError when `corrupt`
            cannot be called.
    """
    if corrupt is not None and not callable(corrupt):
        raise TypeError(f"corrupt must be callable or None, got {type(corrupt).__name__}")

    def batch_loss(model, x, generator):
        y = x if corrupt is None else corrupt(x, generator=generator)
        return mse_loss(model(y), x)

    return training.train(
        model, images, batch_loss, num_epochs=num_epochs, batch_size=batch_size, lr=lr,
        device=device, seed=seed, on_epoch=on_epoch, checkpoint=checkpoint,
    )
