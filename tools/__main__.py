"""``python -m tools COMMAND``: each command is a module of this package."""

import argparse
import importlib
import sys

from tools.book import ROOT, BookError

COMMANDS = {
    "run": "run chapters in a fresh kernel, store their outputs, copy them to English",
    "colab": "run chapters by themselves in an environment like Google Colab's",
    "sync": "copy code cells and outputs from Korean to English",
    "parity": "compare the Korean and the English pages",
    "glossary": "link each term of the glossary to the chapter that introduces it",
    "repository": "check or change the address of the repository everywhere",
    "new": "start a new chapter in both languages",
    "new-exercise": "start a new exercise in both languages, with the answers that test it",
    "checkpoints": "train the models that come with the library, check them against their cards",
    "gpu": "measure every chapter and the trainings on a GPU",
    "runs": "train what a chapter shows the errors of without training it, and store the errors",
    "live": "store what live figures need of the trained models, the digits and a photograph",
    "strips": "make the small image strips of the DCGAN: time-lapse and latent walks",
    "pdf": "print the built site, a PDF for each language",
    "epub": "make an EPUB of each language from the built site",
    "slides": "make slides of each chapter's door and way from the built site",
    "home": "draw the home page's pictures",
    "styled": "paint the finished pictures of the chapter on style transfer",
    "screenshots": "take the README's pictures from the built site",
    "quality": "measure the built site with Lighthouse, as a phone sees it",
    "update": "refresh the exact version numbers",
    "browser": "find Chromium, or install it where that is allowed",
    "test": "run the stages of `make test`",
}


def main(argv=None):
    """Run one command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    # Only the command that is asked for is imported: the site's light environment has
    # no Jupyter client, and needs none to check the repository's address.
    asked = next((word for word in (sys.argv[1:] if argv is None else argv) if word[0] != "-"), "")
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:])
        if name == asked:
            module = importlib.import_module(f"tools.{name.replace('-', '_')}")
            module.add_arguments(sub)
            sub.set_defaults(call=module.main)
    args = parser.parse_args(argv)
    try:
        return args.call(args, ROOT)
    except BookError as error:
        print(f"python -m tools {args.command}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
