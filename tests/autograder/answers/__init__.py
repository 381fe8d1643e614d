"""Answers that students may give: edits of the solution's code, and the points they deserve.

A module for each exercise, with underscores in its name, holds ANSWERS: {answer: (edits, points of
each question)}. An edit is a pair of texts, old and new.
"""

from importlib import import_module
from pathlib import Path

ANSWERS = {
    path.stem.replace("_", "-"): import_module(f"{__name__}.{path.stem}").ANSWERS
    for path in sorted(Path(__file__).parent.glob("[0-9]*.py"))
}
