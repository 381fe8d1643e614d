"""The command `python -m course_lib.style CONTENT STYLE -o OUT`."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from course_lib import style
from course_lib.data import PHOTOS, STYLES, load_photo, load_style
from course_lib.support import vgg

DEEP = ("I", "F")  # Pillow's modes of more than 8 bits begin so


def main(arguments=None):
    """Run the command; ends the process with a readable message where it cannot be done."""
    options = _parser().parse_args(arguments)
    try:
        target = _target(options.output)
        content = _picture(options.content, PHOTOS, load_photo)
        painting = _picture(options.style, STYLES, lambda name: load_style(name, options.size))
        network = style.VGGFeatures(options.weights, pooling=options.pooling)
        image, history = style.transfer(
            content, painting, size=options.size, steps=options.steps, network=network,
            style_weight=options.style_weight, tv_weight=options.tv_weight, init=options.init,
            optimizer=options.optimizer, preserve_color=options.preserve_color, seed=options.seed,
            device=options.device,
        )
        _save(image, target)
    except (OSError, ValueError, RuntimeError, ModuleNotFoundError) as error:
        sys.exit(f"error: {error}")
    height, width = image.shape[1:]
    print(f"{target}: {width} x {height} pixels, {len(history.loss)} steps, "
          f"{sum(history.seconds):.0f} s")
    if history.stopped:
        sys.exit(f"stopped early ({history.stopped}); the image so far is kept")


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.style",
        description="Paint the content of one image in the style of another.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("content", metavar="CONTENT", help=f"image file, or one of {', '.join(PHOTOS)}")
    add("style", metavar="STYLE", help=f"image file, or one of {', '.join(STYLES)}")
    add("-o", "--output", metavar="OUT", required=True, help="file to write, .png or .jpg")
    add("--size", type=int, default=256, help="shorter side of the result in pixels")
    add("--steps", type=int, default=150, help="steps at full size")
    add("--style-weight", type=float, default=style.STYLE_WEIGHT, help="weight of the style loss")
    add("--tv-weight", type=float, default=0.0, help="weight of the total variation")
    add("--weights", choices=vgg.NAMES, default="hed-vgg16", help="the network's weights")
    add("--pooling", choices=style.POOLING, default="max", help="the network's pooling")
    add("--optimizer", choices=style.OPTIMIZERS, default="lbfgs", help="how to descend")
    add("--init", choices=("content", "noise"), default="content", help="where to begin")
    add("--preserve-color", action="store_true", help="keep the content's colours")
    add("--device", help="such as cpu or cuda; the fastest one if left out")
    add("--seed", type=int, default=0, help="seed of the noise")
    return parser


def _target(name):
    """Return the path to write, checked before an hour of work rather than after."""
    path = Path(name)
    known = Image.registered_extensions()
    if known.get(path.suffix.lower()) not in ("PNG", "JPEG", "WEBP", "TIFF", "BMP"):
        raise ValueError(f"{path} must end in .png, .jpg, .webp, .tif or .bmp")
    if path.is_dir():
        raise ValueError(f"{path} is a folder")
    if not path.parent.is_dir():
        raise ValueError(f"the folder {path.parent} does not exist")
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise ValueError(f"{path} cannot be written: no permission")
    return path


def _picture(name, own, load):
    """Return an image (3, H, W) from a file, or one of the book's own by its name."""
    path = Path(name)
    if name in own and not path.exists():
        return load(name)
    if not path.is_file():
        raise ValueError(f"{path} is not a file, nor one of {', '.join(own)}")
    try:
        with Image.open(path) as image:
            if image.mode.startswith(DEEP):
                raise ValueError(f"{path} has more than 8 bits per channel: convert it first")
            image = ImageOps.exif_transpose(image)  # upright, as viewers show it
            if "A" in image.getbands() or "transparency" in image.info:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            pixels = np.array(image.convert("RGB"))
    except UnidentifiedImageError:
        raise ValueError(f"{path} is not an image that can be read") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    return torch.from_numpy(pixels).permute(2, 0, 1).float() / 255


def _save(image, path):
    """Write the image whole or not at all."""
    pixels = (image * 255).round().byte().permute(1, 2, 0).numpy()
    handle, part = tempfile.mkstemp(suffix=path.suffix, prefix=".", dir=path.parent)
    os.close(handle)
    try:
        quality = {"quality": 95} if path.suffix.lower() in (".jpg", ".jpeg", ".webp") else {}
        Image.fromarray(pixels).save(part, **quality)
        os.chmod(part, 0o666 & ~_umask())
        os.replace(part, path)
    finally:
        Path(part).unlink(missing_ok=True)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
