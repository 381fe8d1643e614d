"""DCGAN: a generator and a discriminator of convolutions, by the five guidelines of the paper.

Callers see images (N, C, H, W) float32 in [0, 1]. The networks compute in [-1, 1], the range of
tanh: the generator converts in its last step and the discriminator in its first.

Source: Radford, Metz and Chintala (2016), "Unsupervised representation learning with deep
    convolutional generative adversarial networks", ICLR.
"""

import torch
from torch import nn

from course_lib.fast.layers import ConvTranspose2d
from course_lib.support.checks import floats, whole

SIZES = {28: (7, 2), 32: (4, 3), 64: (4, 4)}  # pixels: side of the smallest map, how often doubled


class ConvGenerator(nn.Module):
    """Images (N, channels, H, W) from noise z (N, latent_dim): a small map, doubled repeatedly.

    image_size is 28, 32 or 64; channels 1 (gray) or 3 (RGB); `width` is the number of channels of
    the largest hidden map, and each smaller map has twice as many. `hidden` are widths of layers
    on z itself (Karras et al. 2019, CVPR); DCGAN has none. Weights come from `init_weights` and
    PyTorch's global generator. Bad arguments and shapes raise TypeError or ValueError.
    """

    def __init__(self, latent_dim, image_size=28, channels=1, width=64, hidden=()):
        super().__init__()
        self.latent_dim = whole(latent_dim, "latent_dim", 1)
        side, maps = map_sizes(image_size, channels, width)  # 28 pixels: 7, [w, 2 w]
        layers, n = [], latent_dim
        for size in hidden:  # on a map of one place a convolution is a linear layer
            size = whole(size, "hidden", 1)
            layers += [ConvTranspose2d(n, size, 1, bias=False), nn.BatchNorm2d(size), nn.ReLU()]
            n = size
        layers += [ConvTranspose2d(n, maps[-1], side, bias=False)]  # 1 -> side
        for before, after in zip(maps[:0:-1], maps[-2::-1]):
            doubling = ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=False)
            layers += [nn.BatchNorm2d(before), nn.ReLU(), doubling]
        layers += [nn.BatchNorm2d(width), nn.ReLU()]
        last = ConvTranspose2d(width, channels, 4, stride=2, padding=1)
        self.layers = nn.Sequential(*layers, last, nn.Tanh())
        init_weights(self)

    def forward(self, z):
        """Turn noise z (N, latent_dim) into images (N, channels, H, W) in [0, 1]."""
        z = floats(z, "z", (None, self.latent_dim))
        return (self.layers(z[:, :, None, None]) + 1) / 2


class ConvDiscriminator(nn.Module):
    """Logits (N,) from images (N, channels, H, W): strided convolutions, the generator's mirror.

    image_size, channels, width, weights and errors are those of `ConvGenerator`.
    """

    def __init__(self, image_size=28, channels=1, width=64):
        super().__init__()
        side, maps = map_sizes(image_size, channels, width)
        self.image_shape = (channels, image_size, image_size)
        self.stages = nn.ModuleList()  # each halves the map
        for before, after in zip([channels, *maps], maps):
            first = not self.stages
            convolution = nn.Conv2d(before, after, 4, stride=2, padding=1, bias=first)
            norm = [] if first else [nn.BatchNorm2d(after)]
            self.stages.append(nn.Sequential(convolution, *norm, nn.LeakyReLU(0.2)))
        self.last = nn.Conv2d(maps[-1], 1, side)  # side -> 1
        init_weights(self)

    def feature_maps(self, x):
        """Return a list of each stage's output for images x: (N, width, H/2, W/2) and smaller."""
        maps = [2 * floats(x, "x", (None, *self.image_shape)) - 1]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        return maps[1:]

    def forward(self, x):
        """Return the logits (N,) of images x (N, channels, H, W) in [0, 1]: large means real."""
        return self.last(self.feature_maps(x)[-1]).flatten()


@torch.no_grad()
def init_weights(model):
    """Draw the weights as the paper does, in place, in layers at any depth.

    Weights of 2-D convolutions (transposed too) and linear layers come from N(0, 0.02), scales of
    1-D and 2-D batch normalization from N(1, 0.02), where 0.02 is the standard deviation; their
    biases become 0. Other layers stay as they are. TypeError if `model` is not a module.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    for layer in model.modules():
        norm = isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)
        if norm or isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            if layer.weight is not None:
                layer.weight.normal_(1.0 if norm else 0.0, 0.02)
            if layer.bias is not None:
                layer.bias.zero_()


def map_sizes(image_size, channels, width):
    """Return the side of the smallest map, and the channels of all hidden maps from the largest."""
    if whole(image_size, "image_size", 1) not in SIZES:
        raise ValueError(f"image_size must be 28, 32 or 64, got {image_size}")
    if whole(channels, "channels", 1) not in (1, 3):
        raise ValueError(f"channels must be 1 or 3, got {channels}")
    side, doublings = SIZES[image_size]
    return side, [whole(width, "width", 1) * 2**i for i in range(doublings)]
