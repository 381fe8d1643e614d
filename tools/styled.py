"""The finished pictures of the chapter on style transfer: a photograph in two styles.

`python -m course_lib style` paints each with the arguments below, which the chapter prints as the
recipe, in a minute and a half on a CPU.
"""

from course_lib.__main__ import main as run_command

FOLDER = "book/_static/styled"
RECIPES = {  # file name: arguments of the command style, without the output
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
        run_command(["style", *recipe, "--output", str(path)])
        print(f"{path.relative_to(root)}: {path.stat().st_size:,} bytes", flush=True)
    return 0
