"""Images for style transfer: checks, sizes, first image, brightness and color.

Images are (1, C, H, W) float32 in [0, 1] with 3 channels, or 1 for brightness alone.
"""

import torch
from torch.nn.functional import interpolate

from course_lib.support.checks import floats

LUMA = (0.299, 0.587, 0.114)  # brightness of red, green and blue (ITU-R BT.601)


def as_image(value, name):
    """Return one image (3, H, W) or (1, 3, H, W), gray or in color, as (1, 3, H, W) on the CPU."""
    shape = tuple(floats(value, name).shape)
    image = value if len(shape) == 4 else value[None]
    if len(shape) not in (3, 4) or len(image) != 1 or image.shape[1] not in (1, 3):
        alpha = image.ndim == 4 and image.shape[1] in (2, 4)
        hint = "; it has an alpha channel: put it on a background first" if alpha else ""
        raise ValueError(f"{name} must have shape (3, H, W) or (1, 3, H, W), got {shape}{hint}")
    image = image.detach().float().cpu()
    if not (image.min() >= 0 and image.max() <= 1):
        least, most = float(image.min()), float(image.max())
        raise ValueError(f"{name} must be in [0, 1], got {least:.4g} to {most:.4g}")
    return image.expand(-1, 3, -1, -1).contiguous()


def resize(image, hw):
    """Resize to (height, width): bilinear with antialiasing, like `load_photo`."""
    if tuple(image.shape[2:]) == tuple(hw):
        return image
    return interpolate(image, hw, mode="bilinear", antialias=True).clamp(0, 1)


def resize_shorter_side(image, hw):
    """Resize so that the shorter side is that of (height, width); keep the aspect ratio."""
    sides = image.shape[2:]
    return resize(image, tuple(min(hw) * side // min(sides) for side in sides))


def enlarge(image, hw, detail):
    """Enlarge to (height, width), and add the fine detail of the image `detail` unless None."""
    before = tuple(image.shape[2:])
    if before == tuple(hw):
        return image
    if detail is None:
        return interpolate(image, hw, mode="bicubic").clamp(0, 1)
    enlarged = interpolate(torch.cat([image, resize(detail, before)]), hw, mode="bicubic")
    return (enlarged[:1] + resize(detail, hw) - enlarged[1:]).clamp(0, 1)


def begin(init, content, style, hw):
    """Return the image for `enlarge` to take detail from (or None), and the first image.

    Args:
        init: "content", "noise", a torch.Generator for the noise, or an image.
        content: image (1, C, H, W) with the number of channels and the device of the result.
        style: image whose mean color the content gets, or None.
        hw: height and width of the first image.
    """
    if isinstance(init, str) and init == "noise":
        init = torch.Generator().manual_seed(0)
    if isinstance(init, torch.Generator):
        noise = torch.rand(1, content.shape[1], *hw, generator=init, device=init.device)
        return None, noise.to(content.device)
    if isinstance(init, str) and init == "content":
        image = content
        if style is not None:
            shift = style.mean((2, 3), keepdim=True) - content.mean((2, 3), keepdim=True)
            image = (content + shift).clamp(0, 1)
    elif isinstance(init, str):
        wanted = 'init must be "content", "noise", a torch.Generator or an image'
        raise ValueError(f"{wanted}, got {init!r}")
    else:
        image = as_image(init, "init").to(content.device)
        image = gray(image) if content.shape[1] == 1 else image
    return image, resize(image, hw)


def gray(image):
    """Return the brightness (1, 1, H, W) of an image (1, 3, H, W)."""
    return (image * image.new_tensor(LUMA).reshape(3, 1, 1)).sum(1, keepdim=True)


def match(brightness, other):
    """Shift and scale a brightness to the mean and standard deviation of another."""
    scale = other.std() / brightness.std().clamp_min(1e-6)
    return ((brightness - brightness.mean()) * scale + other.mean()).clamp(0, 1)


def recolor(brightness, photo):
    """Add the colors of a photo (1, 3, H, W) to a brightness, paler where they leave [0, 1]."""
    chroma = photo - gray(photo)
    room = torch.where(chroma > 0, 1 - brightness, brightness)
    share = (room / chroma.abs().clamp_min(1e-6)).amin(1, keepdim=True).clamp(max=1)
    return (brightness + share * chroma).clamp(0, 1)


def finish(image, photo=None):
    """Return a copy (3, H, W) on the CPU, with the colors of `photo` unless it is None."""
    if photo is not None:
        image = recolor(image, resize(photo, image.shape[2:]))
    return image[0].cpu().contiguous().clone()
