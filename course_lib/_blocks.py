"""Data in main memory, and the steps of k-means on them: `KMeans` on a CPU.

What is spared, and why it changes no result beyond rounding:

- Repeated rows are kept once with their count as weight. A photo has far fewer colours than
  pixels (96,615 against 273,280 in scikit-learn's china.jpg).
- |x - c|^2 = |x|^2 - 2 x.c + |c|^2, and |x|^2 is the same for every centre: one matrix product per
  block of rows that fits into a core's cache, never an N x K matrix.
- A row whose second centre is farther than its own by a gap keeps its label until the centres
  have moved by that gap (Hamerly, SDM 2010, with one bound instead of two). On the four wide
  problems of `python -m benchmarks kmeans` 56 to 69 % of the rows are skipped over a run.

Blocks run on Python threads with single-threaded BLAS: NumPy releases the interpreter lock, and
threads that meet once per step cost less than BLAS threads that meet at every small product.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import torch
from scipy.sparse import csc_array
from scipy.spatial.distance import cdist
from threadpoolctl import ThreadpoolController

BLOCK = 2**18  # numbers per block, 1 MB of float32: a core's L2 cache
PIECE = 4096  # rows per sparse product, whose fixed cost is that of about 100 rows
MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: Fibonacci hashing
BLAS = ThreadpoolController()


class Blocks:
    """Rows x (N, D), their weights (N,) or None, and the metric; threads run inside `with`.

    Inside, there are n <= N distinct rows, moved by `origin` (D,); so are the centres, float64.
    """

    def __init__(self, x, metric, weight=None, *, merge=True):
        self.metric, self.given, self.merge = metric, (x, weight), merge

    def __enter__(self):
        """Start the threads and prepare the data."""
        self.n_threads, self.local = torch.get_num_threads(), threading.local()
        with ExitStack() as stack:  # undone at once if the preparation fails
            stack.enter_context(BLAS.limit(limits=1, user_api="blas"))
            self.pool = stack.enter_context(ThreadPoolExecutor(self.n_threads))
            self.prepare(*self.given)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *error):
        """End the threads."""
        self.stack.close()

    def prepare(self, x, weight):
        """Merge equal rows, make them unit under "cosine", measure them, move them if need be."""
        self.weight, self.group = np.ones(len(x)) if weight is None else weight, None
        if self.merge and x.shape[1] <= 8:  # beyond, equal rows are rare and finding them costs
            x = self._merge(x)
        self.heavy = (self.weight > 0).astype(np.float64)  # (n,) 1 where a row counts at all
        self.x = x / np.linalg.norm(x, axis=1, keepdims=True) if self.metric == "cosine" else x
        self.origin = np.zeros(x.shape[1])
        self._measure()
        # The products below err by eps |x| |c - mean|. Where the offset would cost more than a
        # digit, move the data; elsewhere a moved copy would only cost memory.
        if self.metric == "euclidean" and self.mean @ self.mean > 100 * self.square.mean():
            self.origin = self.mean.astype(x.dtype).astype(np.float64)
            self.x = self.x - self.mean.astype(x.dtype)
            self._measure()

    def _merge(self, x):
        """Keep equal rows once; self.group (N,) says which of them each given row is."""
        key = np.zeros(len(x), np.uint64)
        for column in x.view(np.uint32 if x.dtype == np.float32 else np.uint64).T:
            key = (key ^ column) * MIX  # a hash of the row
            key ^= key >> np.uint64(32)
        # The row number in the low bits: sorting numbers is 5 times as fast as sorting their order.
        shift = np.uint64(len(x).bit_length())
        key = np.sort(key >> shift << shift | np.arange(len(x), dtype=np.uint64))
        order = (key & ((np.uint64(1) << shift) - np.uint64(1))).astype(np.intp)
        key >>= shift
        first = np.diff(key, prepend=~key[:1]) != 0
        if 2 * np.count_nonzero(first) > len(x):
            return x
        group = np.empty(len(x), np.intp)
        group[order] = np.cumsum(first) - 1
        distinct = x[order[first]]
        if not np.array_equal(distinct[group], x):  # two different rows shared a key
            return x
        self.group, self.weight = group, np.bincount(group, self.weight)
        return distinct

    def _measure(self):
        """Mean (D,), squared distances to it (n,), and the mean variance of the features."""
        weight, blocks = self.weight.astype(self.x.dtype), self._blocks()
        sums = self._run(lambda rows: (weight[rows] @ self.x[rows]).astype(np.float64), blocks)
        self.mean = sum(sums) / self.weight.sum()
        mean = self.mean.astype(self.x.dtype)
        self.square = np.empty(len(self.x))

        def square(rows):
            gap = self.x[rows] - mean
            self.square[rows] = np.einsum("nd,nd->n", gap, gap)

        self._run(square, blocks)
        self.variance = self.weight @ self.square / self.weight.sum() / len(mean)

    # --- Between the data as given and the data inside -----------------------------------------

    def inside(self, centers):
        """Centres as given (K, D) to centres as used here, unit under "cosine"."""
        if self.metric == "cosine":
            centers = centers / np.linalg.norm(centers, axis=1, keepdims=True)
        return self.round(centers.astype(np.float64) - self.origin)

    def round(self, centers):
        """Centres that survive `outside` unchanged: `predict` must see the ones `fit` used."""
        return (centers + self.origin).astype(self.x.dtype) - self.origin

    def outside(self, centers, labels):
        """Centres (K, D) and labels (N,) int32 of the data as given."""
        labels = labels.astype(np.int32)
        return (centers + self.origin).astype(self.x.dtype), self.ungroup(labels)

    def ungroup(self, values):
        """Values of the distinct rows (n,) to values of the given rows (N,)."""
        return values if self.group is None else values[self.group]

    # --- Steps ---------------------------------------------------------------------------------

    def new_gap(self, n_clusters):
        """Gaps (n,) that are all used up, or None where they would not pay.

        A row skipped saves 2 D K operations; keeping its gap costs about as much as 4,096.
        """
        pays = n_clusters > 1 and n_clusters * self.x.shape[1] >= 4096
        return np.full(len(self.x), -1.0) if pays else None

    def nearest(self, centers, labels=None, gap=None, rows=None):
        """Labels (n,) at the centres (K, D): of all rows, of some, or of those with gap < 0."""
        labels = np.zeros(len(self.x), np.intp) if labels is None else labels.copy()
        if gap is not None:
            rows = np.flatnonzero(gap < 0)
            rows = None if 4 * len(rows) > 3 * len(gap) else rows  # slices need no copy
        costs = self._costs(centers)
        reach = ((centers - self.mean) ** 2).sum(axis=1).max()

        def assign(rows):
            cost = costs(rows)  # (n, K), less |x|^2 if squared
            nearest = labels[rows] = cost.argmin(axis=1)
            if gap is not None:
                i = np.arange(len(nearest))
                best = cost[i, nearest].astype(np.float64)
                cost[i, nearest] = np.inf
                second = cost[i, cost.argmin(axis=1)].astype(np.float64)
                gap[rows] = self._gap(best, second, self.square[rows], reach)

        self._run(assign, self._blocks(rows, len(centers)))
        return labels

    def _gap(self, best, second, square, reach):
        """How much farther the second centre is than the first (n,), or less: never more."""
        if self.metric == "manhattan":
            return second - best
        slack = 8 * np.finfo(self.x.dtype).eps * (square + reach)  # rounding of the products
        far, near = np.sqrt(np.maximum([second + square, best + square], 0) + slack)
        return (second - best - 2 * slack) / (far + near)

    def _costs(self, centers):
        """A function from rows to their costs (n, K), up to a constant in each row."""
        if self.metric == "manhattan":
            return lambda rows: cdist(self.x[rows], centers, "cityblock")
        factor, bias = self.products(centers)

        def costs(rows):
            x = self.x[rows]
            cost = self._scratch("cost", (len(x), len(centers)), x.dtype)
            np.matmul(x, factor, out=cost)
            return np.add(cost, bias, out=cost)

        return costs

    def products(self, centers):
        """Factor (D, K) and bias (K,): x @ factor + bias is |x - c|^2 - |x - mean|^2.

        Only the centres move by the mean m, which makes the products small without a copy of x:
        |x - c|^2 - |x - m|^2 = -2 x.(c - m) + 2 m.(c - m) + |c - m|^2.
        """
        moved = centers - self.mean
        bias = ((moved + 2 * self.mean) * moved).sum(axis=1)
        return np.ascontiguousarray(-2 * moved.T, self.x.dtype), bias.astype(self.x.dtype)

    def sums(self, rows, labels, weights, n_clusters):
        """Sums (K, D), in float64, of weighted rows (None: all) over their clusters.

        labels, weights: (n, times); a row may join several clusters, or leave (weight < 0).
        """

        def add(piece):
            chosen = self.x[piece if rows is None else rows[piece]]
            x = self._scratch("chosen", chosen.shape, np.float64)
            x[:] = chosen  # in float64, what was added can be taken away again
            ends = np.arange(len(x) + 1) * labels.shape[1]
            entries = weights[piece].ravel(), labels[piece].ravel(), ends
            return csc_array(entries, shape=(n_clusters, len(x))) @ x

        total = np.zeros((n_clusters, self.x.shape[1]))
        pieces = [slice(i, i + PIECE) for i in range(0, len(labels), PIECE)]
        for i in range(0, len(pieces), 16):  # few sums in memory, and added in a fixed order
            total += sum(self._run(add, pieces[i : i + 16]))
        return total

    def median(self, rows, weight):
        """Weighted median (D,) of each feature; between two that will do, their middle."""
        x = self.x[rows]  # (n, D)
        order = x.argsort(axis=0)
        below = weight[order].cumsum(axis=0)  # (n, D)
        half = below[-1] / 2
        low, high = (below < half).sum(axis=0), (below <= half).sum(axis=0)
        middle = np.take_along_axis(order, np.stack([low, np.minimum(high, len(x) - 1)]), axis=0)
        return np.take_along_axis(x, middle, axis=0).mean(axis=0, dtype=np.float64)

    def cost(self, centers, labels):
        """Cost (n,) of each row at its centre, from differences: exact where products round."""
        cost, centers = np.empty(len(self.x)), centers.astype(self.x.dtype)

        def one(rows):
            gap = self.x[rows] - centers[labels[rows]]
            if self.metric == "manhattan":
                cost[rows] = np.abs(gap).sum(axis=1)
            else:  # between unit vectors, 1 - cos is half the squared distance
                cost[rows] = np.einsum("nd,nd->n", gap, gap)

        self._run(one, self._blocks())
        return cost / 2 if self.metric == "cosine" else cost

    # --- Plumbing ------------------------------------------------------------------------------

    def _blocks(self, rows=None, n_clusters=0):
        """Slices, or parts of the given row numbers, of a size that fits into cache."""
        size = max(64, BLOCK // (self.x.shape[1] + n_clusters))
        n = len(self.x) if rows is None else len(rows)
        parts = [slice(i, i + size) for i in range(0, n, size)]
        return parts if rows is None else [rows[part] for part in parts]

    def _run(self, function, blocks):
        """[function(b) for b in blocks], on as many threads as torch is set to use."""
        results, todo = [None] * len(blocks), iter(range(len(blocks)))

        def work():
            for i in todo:  # shared: each thread takes the next block
                results[i] = function(blocks[i])

        # This thread works too: handing a single small block to another costs more than the block.
        others = [self.pool.submit(work) for _ in range(min(self.n_threads, len(blocks)) - 1)]
        work()
        for other in others:
            other.result()
        return results

    def _scratch(self, name, shape, dtype):
        """An array of this thread, used again: fresh memory costs as much as a small product."""
        size, old = int(np.prod(shape)), getattr(self.local, name, None)
        if old is None or old.size < size:
            old = np.empty(size, dtype)
            setattr(self.local, name, old)
        return old[:size].reshape(shape)
