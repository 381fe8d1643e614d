"""The engine of `fast.KMeans`: Lloyd's algorithm around one compiled loop, and mini-batches.

It replaces `kmeans.lloyd`; `python -m benchmarks kmeans` measures it. Small problems, "manhattan"
and GPUs go through torch, which compiles nothing. What saves time changes nothing but rounding:

- |x - c|^2 - |x|^2 = |c|^2 - 2 x.c: one matrix product per block of rows that fits in a cache.
- Cluster sums change only by the rows that change cluster.
- A row whose second-nearest center is farther than its nearest by a gap keeps its label until the
  centers have moved by that gap (Hamerly, SDM 2010, with one bound instead of two).
- Equal rows are kept once, with their count as weight: a photograph repeats its colors.
"""

import numpy as np
import torch

from course_lib.kmeans import fill_empty, scaled, unit
from course_lib.support.parallel import compiled, take

SMALL = 2**20  # N D K up to which a fit is over before Numba has loaded its compiled loop
BLOCK, LARGE = 2**17, 2**26  # numbers at a time: half a cache on a CPU, 256 MB on a GPU
TINY, HASH = 1e-300, np.random.default_rng(0).random(8)


@compiled
def move(row, weight, total):
    """Add a weighted row (D,) to the total (D + 2,) of its cluster, or take it away."""
    for f in range(len(row)):
        total[f] += weight * row[f]
    total[-2] += weight
    total[-1] += np.sign(weight)


@compiled
def collect(x, first, last, shift, labels, gap, drift):
    """Find the rows first..last - 1 of x (N, D) whose label may change, all if gap is empty.

    drift: (K,), by how much the gaps of rows with each label shrank. Returns the numbers (n,) of
    the rows, these rows less shift (n, D), and their squares (n,), which an empty gap leaves out.
    """
    which, square = np.arange(first, last), np.empty(last - first, x.dtype)
    if len(gap) > 0:
        which = which[gap[first:last] <= drift[labels[first:last]]]
    elif not shift.any():
        return which, x[first:last], square
    block = np.empty((len(which), x.shape[1]), x.dtype)
    for r in range(len(which)):
        row, moved, total = x[which[r]], block[r], x.dtype.type(0)
        for f in range(len(shift)):
            moved[f] = row[f] - shift[f]
            total += moved[f] ** 2
        square[r] = total
    return which, block, square


@compiled
def nearest_two(block, factor, bias, bounded):
    """Find the nearest center of each row of block (n, D): its number, its cost, the second cost.

    The cost of row r at center j is factor[j] @ block[r] + bias[j]. Returns three arrays (n,); the
    last is left out if not bounded.
    """
    cost = np.dot(factor, block.T)  # (K, n)
    nearest, best = np.zeros(len(block), np.int32), np.full(len(block), np.inf, cost.dtype)
    second = best.copy()
    for j in range(len(factor)):
        for r in range(len(block)):  # the compiler does 8 or 16 rows at once
            c = cost[j, r] + bias[j]
            closer = c < best[r]
            if bounded:
                second[r] = best[r] if closer else min(second[r], c)
            nearest[r] = np.int32(j) if closer else nearest[r]
            best[r] = c if closer else best[r]
    return nearest, best, second


@compiled
def assign_rows(counter, size, x, weight, shift, factor, bias, labels, sums, gap, drift, rounding):
    """Assign rows of x (N, D) to their nearest centers and move them between cluster sums.

    size: rows of a block. Updates labels (N,), the sums (K, D + 2) of each span of rows, and gap
    (N,), which is empty where no row can be skipped. Returns how many labels changed.
    """
    bounded, reach, n_changed = len(gap) > 0, bias.max(), 0
    span, step = take(counter), -(-len(x) // len(sums))
    while span < len(sums):
        end = min(len(x), (span + 1) * step)
        for first in range(span * step, end, size):
            last = min(first + size, end)
            which, block, square = collect(x, first, last, shift, labels, gap, drift)
            nearest, best, second = nearest_two(block, factor, bias, bounded)
            for r in range(len(which)):
                i, old, new = which[r], labels[which[r]], nearest[r]
                if bounded:  # from (far - near) (far + near) = second - best, rounded down
                    error = rounding * (square[r] + reach)  # of the products
                    near = np.sqrt(max(best[r] + square[r], 0.0) + error)
                    far = np.sqrt(max(second[r] + square[r], 0.0) + error)
                    gap[i] = drift[new] + (second[r] - best[r] - 2 * error) / (far + near + TINY)
                if new != old:
                    labels[i] = new
                    n_changed += 1
                    move(x[i], weight[i], sums[span, new])
                    if old >= 0:
                        move(x[i], -weight[i], sums[span, old])
        span = take(counter)
    return n_changed


class Rows:
    """Rows (N, D), unit under "cosine", with their weights > 0, and the state of a run.

    The state is the labels (N,) and the sums (K, D + 2) of the rows of each cluster, of their
    weights, and of ones. Centers are float64, of values that the data's dtype can hold.
    """

    def __init__(self, x, weight, metric, n_clusters, device, threads):
        self.simple = x.size * n_clusters <= SMALL or metric == "manhattan" or device.type != "cpu"
        self.metric, self.device, self.threads = metric, device, threads
        self.x, self.weight = unit(x) if metric == "cosine" else x, weight
        self.tensors = self.send(self.x), self.send(weight, np.float64)
        self.mean = self.tensors[0].mean(0).double().cpu().numpy()

    def send(self, array, dtype=None):
        """The array as a tensor on the device, by default of the data's dtype."""
        return torch.from_numpy(np.require(array, dtype or self.x.dtype, "W")).to(self.device)

    def parts(self, *tensors, width=1):
        """Split tensors into parts of so many rows that a cache or a GPU holds width times them."""
        size = (BLOCK if self.device.type == "cpu" else LARGE) // max(width, self.x.shape[1])
        return zip(*(tensor.split(max(64, size)) for tensor in tensors))

    def variance(self):
        """Weighted variance of the features, on average."""
        parts = list(self.parts(self.tensors[0], self.send(self.weight / self.weight.sum())))
        mean = sum(w @ x for x, w in parts)
        return sum(w @ (x - mean).square() for x, w in parts).mean().item()

    def cost(self, centers):
        """Cost (N,) of each row at its center, from differences: exact where products round."""
        p, c = 1 if self.metric == "manhattan" else 2, self.send(centers)
        parts = self.parts(self.tensors[0], self.send(self.labels, np.int64))
        found = [(x - c.index_select(0, k)).abs_().pow_(p).sum(1) for x, k in parts]
        cost = torch.cat(found).double().cpu().numpy()
        return cost / 2 if self.metric == "cosine" else cost  # 1 - cos of unit vectors

    def assign(self, centers, moved=None):
        """Assign all rows to centers (K, D), which moved by (K, D); returns how many changed."""
        if self.simple:
            return self.assign_by_torch(centers, moved)
        (n, d), dtype = self.x.shape, self.x.dtype
        if moved is None:  # a run begins
            self.labels, self.sums, self.drift = np.full(n, -1), 0.0, np.zeros(len(centers))
            self.gap, self.n_changed = np.empty(0), n
        elif len(self.gap) > 0:
            drift = np.linalg.norm(moved, axis=1)
            self.drift += drift + drift.max()  # by its own center's move and by another's
        # A gap costs some 4,096 operations, a row skipped saves 2 D K: most rows, once few change.
        worth = centers.size >= (64 if 1600 * self.n_changed < n * len(centers) else 4096)
        if worth and len(centers) > 1 and len(self.gap) == 0:
            self.gap = np.full(n, -1.0)
        most = 1024 // len(centers) if d >= 32 and len(centers) <= 16 else 2048  # as BLAS likes it
        size = max(64, min(most, BLOCK // sum(centers.shape)))
        n_spans = min(max(n // 512, 1), 32)  # whatever the threads: the same sums everywhere
        sums, apart = np.zeros((n_spans, len(centers), d + 2)), centers - self.mean
        square = (apart**2).sum(axis=1)
        # Products err by eps |x| |c - mean|: shift the rows if their offset would cost a digit.
        shift = self.mean * (len(self.gap) > 0 or self.mean @ self.mean > 100 * square.mean())
        bias = square + 2 * apart @ (self.mean - shift)
        tables = (a.astype(dtype) for a in (shift, -2 * apart, bias))
        given = size, self.x, self.weight, *tables, self.labels, sums, self.gap, self.drift
        self.n_changed = self.threads.run(assign_rows, *given, 8 * np.finfo(dtype).eps)
        self.sums = self.sums + sums.sum(axis=0)
        return self.n_changed

    def assign_by_torch(self, centers, moved):
        """As `assign`, for small problems, "manhattan" and GPUs: nothing to compile."""
        mean, c = self.send(self.mean), self.send(centers - self.mean)
        old, found, sums = None if moved is None else self.labels, [], torch.zeros_like(c).double()
        for x, w in self.parts(*self.tensors, width=len(c)):
            if self.metric == "manhattan":  # its centers are medians, not sums over weights
                found.append(torch.cdist(x, self.send(centers), p=1).argmin(1))
                continue
            # |x - c|^2 - |x|^2, of both less the mean, which keeps the products small
            found.append(torch.addmm(c.square().sum(1), x - mean, c.T, alpha=-2).argmin(1))
            sums.index_add_(0, found[-1], x * w[:, None])
        self.labels = torch.cat(found).cpu().numpy()
        counts = [np.bincount(self.labels, w, len(c)) for w in (self.weight, None)]
        self.sums = np.column_stack([sums.cpu().numpy(), *counts])
        return np.count_nonzero(self.labels != old)

    def update(self, centers, fill=True):
        """New centers (K, D) for the labels, as `kmeans.update`; fill: empty clusters, too."""
        labels, sums = self.labels, self.sums
        if fill and not sums[:, -1].all():
            labels, sums = fill_empty(labels, self.cost(centers), len(centers)), sums.copy()
            for i in np.flatnonzero(labels != self.labels):
                move.py_func(self.x[i], -self.weight[i], sums[self.labels[i]])
                move.py_func(self.x[i], self.weight[i], sums[labels[i]])
        new, filled = centers.copy(), sums[:, -1] > 0
        if self.metric == "manhattan":
            for k in np.flatnonzero(filled):
                new[k] = median(self.x[labels == k], self.weight[labels == k])
        else:
            new[filled] = sums[filled, :-2] / sums[filled, -2:-1]
        return self.finished(new, centers)

    def finished(self, new, old):
        """New centers as they are used: unit under "cosine", rounded as predict will see them."""
        new = scaled(new, old) if self.metric == "cosine" else new
        return new.astype(self.x.dtype).astype(np.float64)


def merge_equal(x, weight, n_clusters):
    """Keep equal rows once if many repeat: x (n, D), their weights (n,), which each row is (N,)."""
    # Finding them costs as much as a few iterations with 64 products per row.
    if x.shape[1] <= 8 and x.shape[1] * n_clusters > 64 and x.size * n_clusters > SMALL:
        hashed = sum(np.multiply(column, f, dtype=np.float64) for column, f in zip(x.T, HASH))
        sample = hashed[:: max(1, len(x) // 8192)]
        if len(np.unique(sample)) <= 0.98 * len(sample):
            _, first, group = np.unique(hashed, return_index=True, return_inverse=True)
            if 2 * len(first) <= len(x) and np.array_equal(x[first][group], x):
                return x[first], np.bincount(group, weight), group
    return x, weight, slice(None)


def median(x, weight):
    """Weighted median of each column of x (n, D); between two values that will do, their middle."""
    order = x.argsort(axis=0)
    x, below = np.take_along_axis(x, order, 0), weight[order].cumsum(axis=0)
    low, high = (2 * below < below[-1]).sum(axis=0), (2 * below <= below[-1]).sum(axis=0)
    middle = np.stack([low, np.minimum(high, len(x) - 1)])
    return np.take_along_axis(x, middle, 0).mean(axis=0, dtype=np.float64)


def lloyd(rows, centers, max_iter, tol, batch_size=None, rng=None):
    """Run Lloyd's algorithm, or mini-batches: returns the last centers (K, D) and n_iter.

    Stops as scikit-learn does: when the squared movement of the centers is at most tol, when no
    label changes, or after max_iter iterations. One of mini-batches is a pass over the data.
    """
    seen, moved = np.zeros((len(centers), 1)), None
    for n_iter in range(1, max_iter + 1):
        if batch_size is not None:
            new = mini_batches(rows, centers, seen, batch_size, rng)
        elif rows.assign(centers, moved):
            new = rows.update(centers)
        else:
            return centers, n_iter
        moved, centers = new - centers, new
        if (moved**2).sum() <= tol:
            break
    rows.assign(centers, moved if batch_size is None else None)
    return centers, n_iter


def mini_batches(rows, centers, seen, batch_size, rng):
    """New centers: each batch pulls them by its share of the weight seen (K, 1), which grows."""
    order, before = rng.permutation(len(rows.x)), seen.copy()
    options = rows.metric, len(centers), rows.device, rows.threads
    for few in np.split(order, range(batch_size, len(order), batch_size)):
        batch = Rows(rows.x[few], rows.weight[few], *options)
        batch.assign(centers)
        weight = batch.sums[:, -2:-1]
        seen += weight
        pull = weight / np.maximum(seen, TINY) * (batch.update(centers, fill=False) - centers)
        centers = rows.finished(centers + pull, centers)
    if (seen > before).all():
        return centers
    rows.assign(centers)  # some center had no row in the whole pass
    return rows.update(centers)
