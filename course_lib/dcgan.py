"""DCGAN: a generator and a discriminator of convolutions, by the five guidelines of the paper.

Images are (N, C, H, W) float32 in [0, 1]. Inside, the networks work in [-1, 1], the range of tanh:
the generator's last step and the discriminator's first convert.

Source: Radford, Metz and Chintala (2016), "Unsupervised representation learning with deep
    convolutional generative adversarial networks", ICLR.
"""

import torch
from torch import nn

from course_lib.fast.layers import ConvTranspose2d
from course_lib.support.checks import floats, whole

SIZES = {28: (7, 2), 32: (4, 3), 64: (4, 4)}  # pixels: side of the smallest map, how often doubled


class ConvGenerator(nn.Module):
    """From noise z to images: a small map, doubled again and again by transposed convolutions.

    Args:
        latent_dim: numbers in a noise vector z, >= 1.
        image_size: height and width in pixels: 28, 32 or 64.
        channels: 1 (grey) or 3 (RGB).
        width: channels of the largest hidden map, >= 1; each smaller map has twice as many.

    Weights are drawn by `init_weights` from PyTorch's global generator.

    Raises:
        TypeError, ValueError: an argument is not what it should be, or z is not (N, latent_dim).
    """

    def __init__(self, latent_dim, image_size=28, channels=1, width=64):
        super().__init__()
        self.latent_dim = whole(latent_dim, "latent_dim", 1)
        side, maps = _maps(image_size, channels, width)                 # 28: 7, [w, 2 w]
        layers = [ConvTranspose2d(latent_dim, maps[-1], side, bias=False)]        # 1 -> side
        for before, after in zip(maps[:0:-1], maps[-2::-1]):
            layers += [nn.BatchNorm2d(before), nn.ReLU(),
                       ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=False)]
        self.layers = nn.Sequential(
            *layers, nn.BatchNorm2d(width), nn.ReLU(),
            ConvTranspose2d(width, channels, 4, stride=2, padding=1), nn.Tanh())
        init_weights(self)

    def forward(self, z):
        """Turn noise z (N, latent_dim) into images (N, channels, H, W) in [0, 1]."""
        z = floats(z, "z", (None, self.latent_dim))
        return (self.layers(z[:, :, None, None]) + 1) / 2


class ConvDiscriminator(nn.Module):
    """From images to logits: strided convolutions that halve the map, the generator's mirror.

    Args:
        image_size, channels, width: as in `ConvGenerator`.

    Weights are drawn by `init_weights` from PyTorch's global generator.

    Raises:
        TypeError, ValueError: an argument is not what it should be, or x is not
            (N, channels, H, W).
    """

    def __init__(self, image_size=28, channels=1, width=64):
        super().__init__()
        side, maps = _maps(image_size, channels, width)
        self.image_shape = (channels, image_size, image_size)
        self.stages = nn.ModuleList()                                   # each halves the map
        for before, after in zip([channels, *maps], maps):
            first = not self.stages
            norm = [] if first else [nn.BatchNorm2d(after)]
            self.stages.append(nn.Sequential(
                nn.Conv2d(before, after, 4, stride=2, padding=1, bias=first),
                *norm, nn.LeakyReLU(0.2)))
        self.last = nn.Conv2d(maps[-1], 1, side)                        # side -> 1
        init_weights(self)

    def feature_maps(self, x):
        """Return what each stage makes of images x: a list of (N, width, H/2, W/2) and smaller."""
        maps = [2 * floats(x, "x", (None, *self.image_shape)) - 1]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        return maps[1:]

    def forward(self, x):
        """Return the logits (N,) of images x (N, channels, H, W) in [0, 1]: large means real."""
        return self.last(self.feature_maps(x)[-1]).flatten()


@torch.no_grad()
def init_weights(model):
    """Draw the weights as the paper does, in place.

    Weights of 2-D convolutions, transposed ones too, and of linear layers come from N(0, 0.02),
    scales of 1-D and 2-D batch normalisation from N(1, 0.02) (0.02 is the standard deviation);
    the biases of all become 0. Nothing else is touched.

    Args:
        model: torch.nn.Module; the layers inside it at any depth are meant.

    Raises:
        TypeError: `model` is no module.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    for layer in model.modules():
        norm = isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)
        if norm or isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            for parameter, mean in ((layer.weight, 1.0 if norm else 0.0), (layer.bias, None)):
                if parameter is not None:
                    parameter.zero_() if mean is None else parameter.normal_(mean, 0.02)


def _maps(image_size, channels, width):
    """Side of the smallest map, and the channels of all hidden maps from the largest on."""
    if whole(image_size, "image_size", 1) not in SIZES:
        raise ValueError(f"image_size must be 28, 32 or 64, got {image_size}")
    if whole(channels, "channels", 1) not in (1, 3):
        raise ValueError(f"channels must be 1 or 3, got {channels}")
    side, doublings = SIZES[image_size]
    return side, [whole(width, "width", 1) * 2**i for i in range(doublings)]
