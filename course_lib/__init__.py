"""The library behind "Unsupervised Learning, Derived and Measured".

A chapter's module holds its idea, and its chapter prints all of it, so what a reader sees is what
ran. The chapters share `data`, `metrics`, `plots` and `runtime`. `fast` gives the same answers in
less time; `support` holds what a reader may skip. Importing the package loads none of them.
"""

import importlib

__version__ = "0.1.0"


def __getattr__(name):
    """Load `course_lib.checkpoints`, which is in `support`, when it is first asked for."""
    if name == "checkpoints":
        return importlib.import_module("course_lib.support.checkpoints")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
