"""Where a chapter runs and what it shows: the device, the seeds, the source of a function."""

import inspect
import operator
import random
import re
import textwrap
from types import FunctionType, MethodType, ModuleType

import numpy as np
import torch


def device():
    """Return the fastest device that PyTorch finds on this machine.

    Returns:
        torch.device: `cuda` (NVIDIA or AMD GPU), else `mps` (Apple GPU), else `cpu`.
    """
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def seed_everything(seed):
    """Seed the generators of Python, NumPy and PyTorch (every device), in place.

    The same seed on the same machine and versions then gives the same numbers. cuDNN is told to
    use its deterministic convolutions as well, which cost little. The switch
    `torch.use_deterministic_algorithms` is left alone: it slows training and refuses some
    operations.

    Nothing is returned, so a cell may end with this call and print nothing.

    Args:
        seed: int, 0 <= seed < 2**32 (the range NumPy takes).

    Raises:
        TypeError: `seed` is not an integer.
        ValueError: `seed` is out of range.
    """
    if isinstance(seed, bool):
        raise TypeError(f"seed must be an integer, got {seed!r}")
    try:
        seed = operator.index(seed)
    except TypeError:
        raise TypeError(f"seed must be an integer, got {type(seed).__name__} {seed!r}") from None
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must be in 0..2**32 - 1, got {seed}")
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


class _Source:
    """Source text that a notebook renders as highlighted Python.

    The rich form is a fenced Markdown block and not HTML with colours of its own, so that
    JupyterLab, Colab, GitHub and the book's site highlight it in their own theme, light or dark.
    The plain form is the text itself.
    """

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text

    def _repr_markdown_(self):
        # A fence must be longer than any run of backticks that it encloses.
        longest = max(map(len, re.findall("`+", self.text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"{fence}python\n{self.text}\n{fence}"


def show_source(obj, *more):
    """Show the source of functions, methods, classes or modules in a notebook's output, as it runs.

    Call it on the last line of a cell. Several objects come out as one listing, in the order given,
    two blank lines between them. A method's common indentation is removed; nothing else is changed.

    Args:
        obj: a Python function, method, class or module.
        *more: further ones.

    Returns:
        An object that a notebook renders as highlighted Python; `str()` of it is the text.

    Raises:
        TypeError: an argument is none of these (an instance, a string, a built-in).
        ValueError: Python cannot find the source of an argument.
    """
    return _Source("\n\n\n".join(_source(item) for item in (obj, *more)))


def _source(obj):
    wanted = "obj must be a Python function, method, class or module"
    if not isinstance(inspect.unwrap(obj), (FunctionType, MethodType, type, ModuleType)):
        raise TypeError(f"{wanted}, got {type(obj).__name__} {obj!r}")
    try:
        return textwrap.dedent(inspect.getsource(obj)).strip("\n")
    except TypeError:  # what Python answers for built-in classes and modules
        raise TypeError(f"{wanted}, got the built-in {obj!r}") from None
    except OSError as error:
        raise ValueError(f"obj: no source found for {obj!r} ({error})") from None
