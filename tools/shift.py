"""Move every seed that PyTorch is given, as another machine's random numbers would.

A GPU draws other random numbers from the same seed, so what a chapter asserts must hold for
other seeds, too. The library knows nothing of this: the kernel runs `shift` before the chapter.
NumPy draws the same numbers everywhere; its seeds stay as they are.
"""

import inspect


def shift(offset):
    """Make `torch.manual_seed` and the generators made from here on add ``offset`` to a seed."""
    import torch

    seed_all, plain = torch.manual_seed, torch.Generator

    class Generator(plain):
        def manual_seed(self, seed):
            return super().manual_seed(seed + offset)

    torch.manual_seed = torch.random.manual_seed = lambda seed: seed_all(seed + offset)
    torch.Generator = Generator


def cell(offset):
    """Return the source of a cell that shifts the seeds of the kernel it runs in."""
    return f"{inspect.getsource(shift)}\nshift({offset})"
