"""Compiled loops over rows on all threads, none of which waits for one that has lost its core."""

from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
import scipy.linalg  # noqa: F401  loads the BLAS that Numba calls, so that it can be limited
import torch
from numba.extending import intrinsic
from numba.np.arrayobj import make_array
from threadpoolctl import ThreadpoolController

BLAS = ThreadpoolController()
LITTLE = 1_000_000  # multiplications, about a millisecond


def compiled(function):
    """Compile a function when it is first called, and keep the result on disk if possible."""
    options = {"nogil": True, "fastmath": {"nnan", "nsz", "reassoc", "contract"}}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder that can be written to
        return numba.njit(**options)(function)


@intrinsic
def take(typing, counter):
    """Add 1 to counter (1,) in one step that no thread can interrupt; returns what it held."""

    def build(context, builder, signature, arguments):
        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        one = context.get_constant(signature.args[0].dtype, 1)
        return builder.atomic_rmw("add", data, one, "monotonic")

    return counter.dtype(counter), build


class Threads:
    """Context manager: as many threads as torch uses, with BLAS limited to one in each.

    work: multiplications in one `run`. A little work is done sooner by one thread, above all on a
    busy machine, where the others have to be waited for.
    """

    def __init__(self, work=LITTLE):
        """Remember how much there is to do."""
        self.work = work

    def __enter__(self):
        """Return this object, ready to `run`."""
        self.torch = torch.get_num_threads()
        self.n = self.torch if self.work >= LITTLE else 1
        torch.set_num_threads(self.n)  # torch's own would wait for each other, too
        self.pool = ThreadPoolExecutor(max(1, self.n - 1))
        self.limit = BLAS.limit(limits=1, user_api="blas")
        return self

    def __exit__(self, *error):
        """End the threads and give BLAS its own back."""
        self.limit.restore_original_limits()
        torch.set_num_threads(self.torch)
        self.pool.shutdown()

    def run(self, function, *arguments):
        """Call function(counter, *arguments) on all threads; `take(counter)` hands out 0, 1, ...

        Returns the sum of what the calls return.
        """
        counter = np.zeros(1, np.int64)
        others = [self.pool.submit(function, counter, *arguments) for _ in range(self.n - 1)]
        total = function(counter, *arguments)  # this thread works too
        return total + sum(other.result() for other in others if not other.cancel())
