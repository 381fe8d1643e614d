"""`python -m benchmarks NAME`: run one benchmark and print its table."""

import importlib
import pkgutil
import sys

import benchmarks
from tools.book import BookError


def main(arguments):
    """Run the benchmark that the first argument names, with the rest as its options."""
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    names = sorted(name for name in names if not name.startswith("_"))
    if not arguments or arguments[0] not in names:
        got = arguments[0] if arguments else "nothing"
        sys.exit(f"usage: python -m benchmarks NAME; NAME is one of {', '.join(names)}, got {got}")
    try:
        importlib.import_module(f"benchmarks.{arguments[0]}").main(arguments[1:])
    except BookError as error:
        sys.exit(f"python -m benchmarks {arguments[0]}: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
