"""The finished pictures of the chapter on style transfer: a photograph in two styles.

Each is made by `python -m course_lib.style` with the arguments below, which are the recipe that the
chapter prints; a minute and a half each on a CPU.
"""

from course_lib import __main__ as command

FOLDER = "book/_static/styled"
RECIPES = {  # file name to arguments of the command, without the output
    "china-jogakbo.jpg": ("china", "jogakbo", "--steps", "60", "--style-weight", "30"),
    "china-swirl.jpg": ("china", "swirl", "--steps", "60", "--style-weight", "30"),
}


def add_arguments(parser):
    """Nothing to choose."""


def main(args, root):
    """Paint the pictures; the same machine writes the same files."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, recipe in RECIPES.items():
        path = folder / name
        command.main([*recipe, "--output", str(path)])
        print(f"{path.relative_to(root)}: {path.stat().st_size:,} bytes", flush=True)
    return 0
