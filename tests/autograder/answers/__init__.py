"""Answers that students may give, and what they deserve.

A module for each exercise, with underscores in its name, holds

- ANSWERS: {answer: (edits of the solution's code, points of each question)}, graded as whole
  notebooks in the sandbox. An edit is a pair of texts, old and new.
- VARIANTS: {question: {"right": {answer: change}, "wrong": {answer: change}}}, graded by
  ``tests/autograder/states.py``. A change is a list of edits of the question's cell, or a text:
  code that runs after that cell, which costs less where the cell trains a network.
- HARMLESS: {part/choice of a private variant: question/answer of what is wrong elsewhere and makes
  no difference there}.
- SLOW_WHOLE: whether whole notebooks take so long that ``make test`` grades a third of ANSWERS.
- SLOW: the questions of which ``make test`` grades every fourth variant alone.
"""

from importlib import import_module
from pathlib import Path

MODULES = {
    path.stem.replace("_", "-"): import_module(f"{__name__}.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("[0-9]*.py"))
}
ANSWERS = {name: module.ANSWERS for name, module in MODULES.items()}
VARIANTS = {name: getattr(module, "VARIANTS", {}) for name, module in MODULES.items()}
HARMLESS = {name: getattr(module, "HARMLESS", {}) for name, module in MODULES.items()}
SLOW = {name: getattr(module, "SLOW", ()) for name, module in MODULES.items()}


def sample(everything):
    """Return ANSWERS; of those that are slow every third, unless everything is wanted."""
    slow = {name for name, module in MODULES.items() if getattr(module, "SLOW_WHOLE", False)}
    return {
        name: dict(list(answers.items())[:: 3 if name in slow and not everything else 1])
        for name, answers in ANSWERS.items()
    }
