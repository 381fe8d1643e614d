"""Read and write the image files of the command line."""

import os
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from course_lib.support.download import replacing

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP")
LOSSY = (".jpg", ".jpeg", ".webp")
DEEP = ("I", "F")  # prefixes of Pillow's modes with more than 8 bits per channel


def read_image(path):
    """Return the image file as (3, H, W) float32 in [0, 1], upright, on white where transparent.

    Raises ValueError if the file cannot be read or has more than 8 bits per channel.
    """
    path = Path(path)
    try:
        with Image.open(path) as image:
            if image.mode.startswith(DEEP):
                raise ValueError(f"{path} has more than 8 bits per channel: convert it first")
            image = ImageOps.exif_transpose(image)
            if "A" in image.getbands() or "transparency" in image.info:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            pixels = np.array(image.convert("RGB"))
    except UnidentifiedImageError:
        raise ValueError(f"{path} is not an image that can be read") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    return torch.from_numpy(pixels).permute(2, 0, 1).float() / 255


def check_output(path):
    """Return `path` as a Path that `write_image` can write, or raise ValueError."""
    path = Path(path)
    if Image.registered_extensions().get(path.suffix.lower()) not in FORMATS:
        raise ValueError(f"{path} must end in .png, .jpg, .webp, .tif or .bmp")
    if path.is_dir():
        raise ValueError(f"{path} is a folder")
    if not path.parent.is_dir():
        raise ValueError(f"the folder {path.parent} does not exist")
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise ValueError(f"{path} cannot be written: no permission")
    return path


def write_image(image, path, quality=95):
    """Write an image (3, H, W) in [0, 1] to a file. A failed write leaves an old file as it was."""
    pixels = (image * 255).round().byte().permute(1, 2, 0).numpy()
    options = {"quality": quality} if path.suffix.lower() in LOSSY else {}
    with replacing(path) as part:
        Image.fromarray(pixels).save(part, **options)
