"""``python -m tools COMMAND``: each command is a module of this package, or of `recipes`.

Its `main(args, root)` returns the exit status; its ARGUMENTS, if any, are argparse's.
"""

import argparse
import importlib
import sys
from pathlib import Path

import tools
from tools.book import ROOT, BookError

ROWS = [row.split(" | ") for row in tools.__doc__.split("\n\n")[2].splitlines()]
COMMANDS = {name.strip(): summary for name, summary, _ in ROWS}


def load(command):
    """Return the module of a command."""
    name = command.replace("-", "_")
    package = "tools" if Path(__file__).with_name(f"{name}.py").exists() else "recipes"
    return importlib.import_module(f"{package}.{name}")


def main(argv=None):
    """Run one command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    # Only the command that is asked for is imported: the site's light environment has
    # no Jupyter client, and needs none to check the repository's address.
    asked = next((word for word in (sys.argv[1:] if argv is None else argv) if word[0] != "-"), "")
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if name == asked:
            module = load(name)
            for argument, options in getattr(module, "ARGUMENTS", {}).items():
                sub.add_argument(argument, **options)
            sub.set_defaults(call=module.main)
    args = parser.parse_args(argv)
    try:
        return args.call(args, ROOT)
    except BookError as error:
        print(f"python -m tools {args.command}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
