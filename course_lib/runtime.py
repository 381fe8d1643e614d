"""The device and the seeds of a chapter, and the source code that it shows."""

import inspect
import random
import re
import textwrap
from types import FunctionType, MethodType, ModuleType

import numpy as np
import torch

from course_lib.support.checks import whole


def device():
    """Return the fastest device that PyTorch finds.

    Returns:
        torch.device: `cuda` (NVIDIA or AMD GPU), else `mps` (Apple GPU), else `cpu`.
    """
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def seed_everything(seed):
    """Seed the generators of Python, NumPy and PyTorch with an int in `0..2**32 - 1`.

    The same seed on the same machine with the same versions gives the same numbers. cuDNN is set to
    deterministic convolutions, which cost little; `torch.use_deterministic_algorithms` is not
    changed, because it slows training and rejects some operations. Returns None.
    """
    seed = whole(seed, "seed", 0, 2**32 - 1)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


class _Listing:
    """Source text that a notebook renders as highlighted Python.

    The rich form is a fenced Markdown block, not colored HTML, so that JupyterLab, Colab, GitHub
    and the site highlight it in their own theme. The plain form is the text itself.
    """

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text

    def _repr_markdown_(self):
        # A fence must be longer than any run of backticks inside it.
        longest = max(map(len, re.findall("`+", self.text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"{fence}python\n{self.text}\n{fence}"


def show_source(obj, *more):
    """Show the source of functions, methods, classes or modules; call it last in a cell.

    Several objects make one listing, in the given order. A method's indentation is removed.

    Returns:
        object: a notebook renders it as highlighted Python; `str()` gives the text.

    Raises:
        TypeError: an argument is something else, such as an instance or a built-in.
        ValueError: Python cannot find the source.
    """
    return _Listing("\n\n\n".join(_source_text(item) for item in (obj, *more)))


def _source_text(obj):
    """Return the source of one object, without its common indentation."""
    wanted = "obj must be a Python function, method, class or module"
    if not isinstance(inspect.unwrap(obj), (FunctionType, MethodType, type, ModuleType)):
        raise TypeError(f"{wanted}, got {type(obj).__name__} {obj!r}")
    try:
        return textwrap.dedent(inspect.getsource(obj)).strip("\n")
    except TypeError:  # inspect raises it for built-in classes and modules
        raise TypeError(f"{wanted}, got the built-in {obj!r}") from None
    except OSError as error:
        raise ValueError(f"obj: no source found for {obj!r} ({error})") from None
