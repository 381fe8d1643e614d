"""Paint the pictures of the chapter on style transfer that take longer than a page may.

`python -m tools styled` paints all of them, in half an hour on two idle cores; with names it paints
those alone, and `--size` gives the gallery another size. The chapter tells the recipes.
"""

from functools import partial

import torch

from course_lib.data import load_photo, load_style
from course_lib.style import STYLE_LAYERS, Losses, VGGFeatures, transfer
from course_lib.support import runs as stored
from course_lib.support.image_files import write_image
from course_lib.support.images import gray, resize
from tools.book import NAMES, chosen

FOLDER = "book/_static/styled"
WEIGHT = 30  # of the style, but for
WEIGHTS = {"chelsea-swirl": 100}  # a picture
TONED = "ink"  # the style of one pigment
STEPS = {  # by the pixels of the shorter side, from that many on
    0: {0.5: 50, 1: 20},
    384: {0.25: 60, 0.5: 60, 1: 30},
    512: {0.25: 50, 0.5: 25, 1: 16},
}
SIZE = 512  # of the gallery, in pixels of the shorter side
QUALITY = 85  # of the JPEG files of the largest
GALLERY = [
    f"{photo}-{style}"
    for photo in ("china", "flower", "chelsea")
    for style in ("swirl", "jogakbo", "waves", "ink")
]
LEVELS = ("conv1_2", "conv2_2", "conv3_2", "conv4_2", "conv5_2")
SMALL = 96  # pixels of the small pictures
ARGUMENTS = {
    "names": NAMES,
    "--size": {"type": int, "help": "shorter side of the gallery's pictures"},
}


def main(args, root):
    """Paint the pictures; the same machine writes the same files."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in chosen(args.names, [*GALLERY, *STRIPS], "picture"):
        if name in STRIPS:
            path = stored.save_pictures(f"style-{name}", STRIPS[name]())
        else:
            path = folder / f"{name}.jpg"
            photo, style = name.split("-")
            size = args.size or SIZE
            quality = QUALITY if size >= 512 else 95
            write_image(finished(photo, style, size), path, quality=quality)
        print(f"{path.relative_to(root)}: {path.stat().st_size:,} bytes", flush=True)
    return 0


def finished(photo, style, size):
    """One picture of the gallery."""
    losses = Losses(style_weight=WEIGHTS.get(f"{photo}-{style}", WEIGHT))
    painting = load_style(style, size)
    steps = STEPS[max(least for least in STEPS if least <= size)]
    image = transfer(load_photo(photo), painting, losses, size=size, steps=steps).image
    return toned(image, painting) if style == TONED else image


def toned(image, painting):
    """The image's brightness, every shade in the color that the painting has for it."""

    def shades(x):
        light = gray(x[None]).flatten()
        return torch.stack([torch.ones_like(light), light, light**2], dim=1)  # (M, 3)

    colors = torch.linalg.lstsq(shades(painting), painting.flatten(1).T).solution  # (3, 3)
    return (shades(image) @ colors).T.reshape(image.shape).clamp(0, 1)


def square(name, size=SMALL):
    """A photograph, cut to its middle square, and small."""
    photo = load_photo(name)
    side = min(photo.shape[1:])
    left = 30 if name == "china" else (photo.shape[2] - side) // 2
    return resize(photo[None, :, :side, left : left + side], (size, size))[0]


def noisy(image, sigma, seed=0):
    """The image with a little noise."""
    noise = torch.randn(image.shape, generator=torch.Generator().manual_seed(seed))
    return (image + sigma * noise).clamp(0, 1)


def small(losses, init, steps, photo="china", **options):
    """A small picture in swirls, at one size."""
    options = {"size": SMALL, "steps": {1: steps}, "init": init, **options}
    return transfer(square(photo, options["size"]), load_style("swirl"), losses, **options).image


def reconstructions():
    """The photograph from the feature maps of one layer, 200 steps from gray."""
    gray = noisy(torch.full((3, SMALL, SMALL), 0.5), 0.05)
    for layer in LEVELS:
        yield small(Losses(style_weight=0, tv_weight=0.3, content_layers=layer), gray, 200)


def textures():
    """Swirls from the Gram matrices of 1, 2, 3 and 5 layers, 200 steps from noise."""
    mean = load_style("swirl").mean((1, 2), keepdim=True).expand(3, SMALL, SMALL)
    for n in (1, 2, 3, 5):
        losses = Losses(content_weight=0, tv_weight=0.1, style_layers=STYLE_LAYERS[:n])
        yield small(losses, noisy(mean, 0.1), 200)


def weights():
    """The pavilion at weights 1, 10, 100 and 1,000 of the style, 60 steps."""
    for weight in (1, 10, 100, 1000):
        yield small(Losses(style_weight=weight), "content", 60)


def descent():
    """What one descent is at after 1, 4, 10, 25, 60 and 150 steps."""
    frames = {}
    keep = partial(small, Losses(style_weight=WEIGHT), square("china", 128), 150, size=128)
    keep(on_step=lambda step, image, history: frames.update({step: image}))
    return [frames[step] for step in (1, 4, 10, 25, 60, 150)]


def networks():
    """Three photographs, each by the trained network and by random weights, three seeds each."""
    for photo in ("china", "flower", "chelsea"):
        for kind in ("hed-vgg16", "random"):
            for seed in range(3):
                init = noisy(square(photo), 0.02, seed)
                network = VGGFeatures(kind, seed=seed)
                losses = Losses(style_weight=WEIGHT)
                yield small(losses, init, 60, photo=photo, network=network)


STRIPS = {
    function.__name__: function
    for function in (reconstructions, textures, weights, descent, networks)
}
