"""The commands of the library: `python -m course_lib style CONTENT STYLE -o OUT`."""

import argparse
import sys
from pathlib import Path

import torch

from course_lib import runtime, style
from course_lib.data import PHOTOS, STYLES, load_photo, load_style
from course_lib.support import vgg
from course_lib.support.checks import whole
from course_lib.support.image_files import check_output, read_image, write_image

METHODS = {"lbfgs": style.LBFGS, "adam": style.ADAM}


def main(arguments=None):
    """Run a command; exit with a readable message if it fails."""
    parser = argparse.ArgumentParser(prog="python -m course_lib", description=__doc__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_style(commands)
    options = parser.parse_args(arguments)
    try:
        options.command(options)
    except (OSError, ValueError, RuntimeError, ModuleNotFoundError) as error:
        sys.exit(f"error: {error}")


def add_style(commands):
    """Add the command `style` to the subparsers."""
    about = "paint the content of one image in the style of another"
    parser = commands.add_parser(
        "style",
        help=about,
        description=about,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.set_defaults(command=paint)
    add, losses = parser.add_argument, style.Losses()
    add("content", metavar="CONTENT", help=f"image file, or one of {', '.join(PHOTOS)}")
    add("style", metavar="STYLE", help=f"image file, or one of {', '.join(STYLES)}")
    add("-o", "--output", metavar="OUT", required=True, help="file to write, .png or .jpg")
    add("--size", type=int, default=256, help="shorter side of the result in pixels")
    add("--steps", type=int, default=150, help="steps at full size")
    add("--style-weight", type=float, default=losses.style_weight, help="weight of the style loss")
    add("--tv-weight", type=float, default=losses.tv_weight, help="weight of the total variation")
    add("--weights", choices=vgg.NAMES, default="hed-vgg16", help="weights of the network")
    add("--pooling", choices=vgg.POOLING, default="max", help="pooling of the network")
    add("--optimizer", choices=METHODS, default="lbfgs", help="how to descend")
    add("--init", choices=("content", "noise"), default="content", help="first image")
    add("--preserve-color", action="store_true", help="keep the colors of the content")
    add("--half", action="store_true", help="network in bfloat16, faster where the device has it")
    add("--device", help="such as cpu or cuda; the fastest one if left out")
    add("--seed", type=int, default=0, help="seed of the noise")


def paint(options):
    """Run the command `style`."""
    output = check_output(options.output)
    content = find_image(options.content, PHOTOS, load_photo)
    painting = find_image(options.style, STYLES, lambda name: load_style(name, options.size))
    losses = style.Losses(style_weight=options.style_weight, tv_weight=options.tv_weight)
    seed, init = whole(options.seed, "seed", 0), options.init
    network = style.VGGFeatures(options.weights, pooling=options.pooling)
    if options.half:
        network.layers.bfloat16()
    image, history = style.transfer(
        content,
        painting,
        losses,
        size=options.size,
        steps=options.steps,
        network=network.to(options.device or runtime.device()),
        method=METHODS[options.optimizer],
        init=torch.Generator().manual_seed(seed) if init == "noise" else init,
        preserve_color=options.preserve_color,
    )
    write_image(image, output)
    height, width = image.shape[1:]
    steps, seconds = len(history.loss), sum(history.seconds)
    print(f"{output}: {width} x {height} pixels, {steps} steps, {seconds:.0f} s")
    if history.stopped:
        sys.exit(f"stopped early ({history.stopped}); the image so far is kept")


def find_image(name, examples, load):
    """Return an image (3, H, W) from a file, or by the name of one of the book's examples."""
    path = Path(name)
    if name in examples and not path.exists():
        return load(name)
    if not path.is_file():
        raise ValueError(f"{path} is not a file, nor one of {', '.join(examples)}")
    return read_image(path)


if __name__ == "__main__":
    main()
