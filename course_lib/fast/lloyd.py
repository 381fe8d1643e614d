"""The engine of `fast.KMeans`: Lloyd's algorithm around one compiled loop, and mini-batches.

It replaces `kmeans.lloyd`; `python -m benchmarks kmeans` measures it. What saves time, without
changing a result beyond rounding:

- |x - c|^2 = |x|^2 - 2 x.c + |c|^2, and |x|^2 is the same for every center: one matrix product per
  block of rows that fits in a core's cache.
- Cluster sums change only by the rows that change cluster.
- A row whose second-nearest center is farther than its nearest by a gap keeps its label until the
  centers have moved by that gap (Hamerly, SDM 2010, with one bound instead of two).
- Equal rows are kept once, with their count as weight: a photograph repeats its colors.

Small problems, "manhattan" and GPUs go through torch instead, which compiles nothing.
"""

import numpy as np
import torch

from course_lib.kmeans import CANCELED
from course_lib.support.parallel import compiled, take

SMALL = 2**20  # N D K up to which a fit is over before Numba has loaded its compiled loop
BLOCK, LARGE = 2**17, 2**26  # numbers at a time: half a cache on a CPU, 256 MB on a GPU
HOSTS = ("cpu",)  # devices that run the compiled loop
HUGE, TINY = 3e38, 1e-300
MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: Fibonacci hashing


@compiled
def move(row, weight, total):
    """Add a weighted row (D,) to the total (D + 2,) of its cluster, or take it away."""
    for f in range(len(row)):
        total[f] += weight * row[f]
    total[-2] += weight
    total[-1] += np.sign(weight)


@compiled
def nearest_two(block, factor, bias, cost, best, second, nearest, bounded):
    """Find the nearest center of each row of block (n, D): its number, its cost, the second cost.

    The cost of row r at center j is factor[j] @ block[r] + bias[j]. Updates cost (K, n), best,
    nearest (n,) and, if bounded, second (n,).
    """
    np.dot(factor, block.T, cost)  # (K, n)
    best[:], second[:], nearest[:] = HUGE, HUGE, 0
    for j in range(len(factor)):
        for r in range(len(block)):  # the compiler does 8 or 16 rows at once
            c = cost[j, r] + bias[j]
            closer = c < best[r]
            if bounded:
                second[r] = best[r] if closer else min(second[r], c)
            nearest[r] = np.int32(j) if closer else nearest[r]
            best[r] = c if closer else best[r]


@compiled
def margin(best, second, square, slack):
    """Lower bound on how much farther the second-nearest center is; square: |x - mean|^2."""
    error = slack[0] * (square + slack[1])  # rounding of the products
    near = np.sqrt(max(best + square, 0.0) + error)
    far = np.sqrt(max(second + square, 0.0) + error)
    return (second - best - 2 * error) / (near + far + TINY)


@compiled
def collect(first, last, labels, gap, drift, which):
    """Collect the rows first..last whose label may change, or all if most may; returns how many.

    drift: (K,), by how much the gap (N,) of a row with each label shrank. Updates which (n,).
    """
    n, size = 0, last - first
    if len(gap):
        for i in range(first, last):
            gap[i] -= drift[labels[i]]
            if gap[i] <= 0:
                which[n] = i
                n += 1
        if 2 * n <= size:
            return n
    which[:size] = np.arange(first, last)
    return size


@compiled
def assign_rows(
    counter, sizes, x, weight, factor, bias, labels, sums, changed, gap, square, drift, slack
):
    """Assign rows of x (N, D) to their nearest centers and move them between cluster sums.

    sizes: rows of a span, of a block. Updates labels (N,), of each span the sums (K, D + 2) and the
    number of changed labels, and gap (N,), which is empty where no row can be skipped.
    """
    (step, size), (n_clusters, n_features), bounded = sizes, factor.shape, len(gap) > 0
    buffer, copy = np.empty(n_clusters * size, x.dtype), np.empty((size, n_features), x.dtype)
    best, second = np.empty(size, x.dtype), np.empty(size, x.dtype)
    nearest, which = np.empty(size, np.int32), np.empty(size, np.int64)
    span = take(counter)
    while span * step < len(x):
        end = min(len(x), (span + 1) * step)
        for first in range(span * step, end, size):
            last = min(first + size, end)
            block, n = x[first:last], collect(first, last, labels, gap, drift, which)
            if n < len(block):
                for r in range(n):
                    copy[r] = x[which[r]]
                block = copy[:n]
            cost = buffer[: n_clusters * n].reshape(n_clusters, n)
            nearest_two(block, factor, bias, cost, best, second, nearest, bounded)
            for r in range(n):
                item, new = which[r], nearest[r]
                old = labels[item]
                if bounded:
                    gap[item] = margin(best[r], second[r], square[item], slack)
                if new != old:
                    labels[item] = new
                    changed[span] += 1
                    move(x[item], weight[item], sums[span, new])
                    if old >= 0:
                        move(x[item], -weight[item], sums[span, old])
        span = take(counter)


@compiled
def distances(counter, step, x, centers, labels, square):
    """Squared distance of each row to its center, from differences: updates square (N,)."""
    span = take(counter)
    while span * step < len(x):
        for i in range(span * step, min(len(x), (span + 1) * step)):
            total = 0.0
            for f in range(x.shape[1]):
                total += np.float64(x[i, f] - centers[labels[i], f]) ** 2
            square[i] = total
        span = take(counter)


class Problem:
    """Rows ready for Lloyd steps, and the state of a run.

    Holds n <= N rows x (n, D) less `origin`, unit under "cosine", and their weights; centers
    inside are float64. The state: labels (n,), gap (n,), and sums (K, D + 2), whose last columns
    are each cluster's weight and its number of rows with a weight.
    """

    def __init__(self, threads, x, metric, n_clusters, *, weight=None, device="cpu", merge=True):
        self.threads, self.metric, self.device = threads, metric, torch.device(device)
        self.weight, self.group = np.ones(len(x)) if weight is None else weight, slice(None)
        host = self.device.type in HOSTS
        self.compiled = host and metric != "manhattan" and x.size * n_clusters > SMALL
        self.room = BLOCK if host else LARGE
        # Finding equal rows costs as much as a few iterations with 64 products per row.
        if merge and self.compiled and x.shape[1] <= 8 and x.shape[1] * n_clusters > 64:
            x = self.merge_equal(x)
        self.step = max(512, -(-len(x) // 32))  # whatever the threads: the same sums everywhere
        self.x = x / np.linalg.norm(x, axis=1, keepdims=True) if metric == "cosine" else x
        self.origin = np.zeros(x.shape[1])
        self.measure()
        # Products err by eps |x| |c - mean|. If an offset would cost a digit, move the data.
        if metric == "euclidean" and self.mean @ self.mean > 100 * self.square.mean():
            origin = self.mean.astype(x.dtype)
            self.x, self.origin = self.x - origin, origin.astype(np.float64)
            self.measure()

    def merge_equal(self, x):
        """Keep equal rows once, with their summed weight, if a sample holds enough of them."""
        key = np.zeros(len(x), np.uint64)
        for column in x.view(np.uint32 if x.dtype == np.float32 else np.uint64).T:
            key = (key ^ column) * MIX  # a hash of the row
            key ^= key >> np.uint64(32)
        sample = key[:: max(1, len(x) // 8192)]
        if len(np.unique(sample)) > 0.98 * len(sample):
            return x
        _, first, group = np.unique(key, return_index=True, return_inverse=True)
        if 2 * len(first) > len(x) or not np.array_equal(x[first][group], x):
            return x
        self.group, self.weight = group, np.bincount(group, self.weight)
        return x[first]

    def measure(self):
        """Compute the mean (D,), |x - mean|^2 (n,), and the mean variance of the features."""
        self.rows, self.labels = self.send(self.x), np.zeros(len(self.x), np.int64)
        parts = self.parts(self.x.shape[1], self.rows, self.send(self.weight.astype(self.x.dtype)))
        self.mean = sum((w @ x).double() for x, w in parts).cpu().numpy() / self.weight.sum()
        self.square = self.distances(self.mean[None])
        self.variance = self.weight @ self.square / self.weight.sum() / len(self.mean)

    def send(self, array):
        """The array as a tensor on the device."""
        return torch.from_numpy(np.require(array, requirements="W")).to(self.device)

    def parts(self, width, *tensors):
        """Split tensors into parts of so many rows that a cache or a GPU holds width times them."""
        return zip(*(tensor.split(max(64, self.room // width)) for tensor in tensors))

    def distances(self, centers):
        """Distance (n,) of each row to its center, squared except under "manhattan"."""
        centers = centers.astype(self.x.dtype)
        if self.compiled:
            square = np.empty(len(self.x))
            self.threads.run(distances, self.step, self.x, centers, self.labels, square)
            return square
        centers, found = self.send(centers), []
        for x, k in self.parts(centers.shape[1], self.rows, self.send(self.labels)):
            apart = x - centers[k]
            apart = apart.abs() if self.metric == "manhattan" else apart.square()
            found.append(apart.sum(1, dtype=torch.float64))
        return torch.cat(found).cpu().numpy()

    def cost(self, centers):
        """Cost (n,) of each row at its center, exact where products round."""
        cost = self.distances(centers)
        return cost / 2 if self.metric == "cosine" else cost  # 1 - cos of unit vectors

    def start(self, centers):
        """Begin a run at centers (K, D); returns them as they are inside."""
        n_clusters, n_features = centers.shape
        self.labels, self.sums = np.full(len(self.x), -1), np.zeros((n_clusters, n_features + 2))
        # A skipped row saves 2 D K operations; keeping its gap costs about 4,096.
        bounded = self.compiled and n_clusters > 1 and n_clusters * n_features >= 4096
        self.gap = np.full(len(self.x) if bounded else 0, -1.0)
        if self.metric == "cosine":
            centers = centers / np.linalg.norm(centers, axis=1, keepdims=True)
        return self.rounded(centers.astype(np.float64) - self.origin)

    def rounded(self, centers):
        """Round centers to the data's dtype, so that fit and predict use identical values."""
        return (centers + self.origin).astype(self.x.dtype) - self.origin

    def products(self, centers):
        """Factor (K, D) and bias (K,): factor @ x + bias = |x - c|^2 - |x - mean|^2.

        Only the centers move by the mean m, which keeps the products small without a copy of x:
        |x - c|^2 - |x - m|^2 = -2 x.(c - m) + 2 m.(c - m) + |c - m|^2.
        """
        moved = centers - self.mean
        bias = ((moved + 2 * self.mean) * moved).sum(axis=1)
        return (-2 * moved).astype(self.x.dtype), bias.astype(self.x.dtype)

    def assign(self, centers, moved=None):
        """Assign all rows to centers (K, D), which moved by (K, D); counts the changed labels."""
        if not self.compiled:
            old, self.labels = self.labels, self.nearest(self.rows, centers)
            self.sums = self.all_sums(len(centers))
            return np.count_nonzero(old != self.labels)
        drift = np.zeros(len(centers))
        if moved is not None and len(self.gap):
            drift = np.linalg.norm(moved, axis=1)
            drift = drift + drift.max()  # a gap shrinks by its own center's move and another's
        reach = ((centers - self.mean) ** 2).sum(axis=1).max()
        slack = np.array([8 * np.finfo(self.x.dtype).eps, reach])
        sizes = self.step, max(64, min(2048, BLOCK // sum(centers.shape)))
        n_spans = -(-len(self.x) // self.step)
        sums, changed = np.zeros((n_spans, *self.sums.shape)), np.zeros(n_spans, np.int64)
        given = sizes, self.x, self.weight, *self.products(centers), self.labels
        self.threads.run(assign_rows, *given, sums, changed, self.gap, self.square, drift, slack)
        self.sums += sums.sum(axis=0)
        return changed.sum()

    def nearest(self, rows, centers):
        """Nearest centers (n,) of rows (n, D), a tensor."""
        if self.metric == "manhattan":
            c = self.send(centers.astype(self.x.dtype))
            found = [torch.cdist(x, c, p=1).argmin(1) for (x,) in self.parts(len(c), rows)]
        else:
            factor, bias = map(self.send, self.products(centers))
            found = [(bias + x @ factor.T).argmin(1) for (x,) in self.parts(len(bias), rows)]
        return torch.cat(found).cpu().numpy()

    def all_sums(self, n_clusters):
        """Sums (K, D + 2) for the labels, from all rows; only the counts under "manhattan"."""
        total = torch.zeros(n_clusters, self.x.shape[1], dtype=torch.float64, device=self.device)
        columns = map(self.send, (self.labels, self.weight))
        if self.metric != "manhattan":  # whose centers are medians
            for x, k, w in self.parts(self.x.shape[1], self.rows, *columns):
                total.index_add_(0, k, x * w[:, None])
        counts = [np.bincount(self.labels, w, n_clusters) for w in (self.weight, self.weight > 0)]
        return np.column_stack([total.cpu().numpy(), *counts])

    def fill_empty(self, centers):
        """Give each empty cluster the row farthest from its center; returns the labels before."""
        if self.sums[:, -1].all():
            return None
        before, cost = self.labels.copy(), self.cost(centers)
        for k in np.flatnonzero(self.sums[:, -1] == 0):
            spare = (self.sums[self.labels, -1] > 1) & (self.weight > 0)  # empty no other cluster
            if not spare.any():
                break  # fewer rows with a weight than clusters
            far = np.where(spare, cost, -1.0).argmax()
            move.py_func(self.x[far], -self.weight[far], self.sums[self.labels[far]])
            move.py_func(self.x[far], self.weight[far], self.sums[k])
            self.labels[far] = k
            self.gap[far : far + 1] = -1
        return before

    def update(self, centers):
        """New centers (K, D) for the labels; a cluster without weight keeps its center."""
        new, filled = centers.copy(), self.sums[:, -1] > 0
        if self.metric == "manhattan":
            for k in np.flatnonzero(filled):
                own = (self.labels == k) & (self.weight > 0)
                new[k] = median(self.x[own], 0, self.weight[own])
        else:
            new[filled] = self.sums[filled, :-2] / self.sums[filled, -2:-1]
        return self.finished(new, centers)

    def finished(self, new, old):
        """Make new centers unit under "cosine"; keep the old one where the members cancel out."""
        if self.metric == "cosine":
            length = np.linalg.norm(new, axis=1, keepdims=True)
            new = np.divide(new, length, out=old.copy(), where=length > CANCELED)
        return self.rounded(new)

    def result(self, centers, n_iter):
        """Centers (K, D), labels (N,) int32, inertia and n_iter, in terms of the data as given."""
        inertia = float(self.weight @ self.cost(centers))
        labels = self.labels.astype(np.int32)[self.group]
        return (centers + self.origin).astype(self.x.dtype), labels, inertia, n_iter


def median(x, axis, weight):
    """Weighted median of x along an axis; between two values that will do, their middle."""
    order = x.argsort(axis)
    below = weight[order].cumsum(axis)
    half = below[-1] / 2
    low, high = (below < half).sum(axis), (below <= half).sum(axis)
    middle = np.take_along_axis(order, np.stack([low, np.minimum(high, len(x) - 1)]), axis)
    return np.take_along_axis(x, middle, axis).mean(axis, dtype=np.float64)


def lloyd(problem, centers, max_iter, tol):
    """Run Lloyd's algorithm from centers (K, D), with scikit-learn's rules for stopping.

    Stops when the squared movement of the centers is at most tol times the mean variance of the
    features, when no label changes, or after max_iter iterations.
    """
    centers = problem.start(centers)
    problem.assign(centers)
    for n_iter in range(1, max_iter + 1):  # noqa: B007
        before = problem.fill_empty(centers)
        old, centers = centers, problem.update(centers)
        changed = problem.assign(centers, centers - old)
        if ((centers - old) ** 2).sum() <= tol * problem.variance:
            break
        if not changed or (before is not None and np.array_equal(before, problem.labels)):
            n_iter += 1  # scikit-learn counts the iteration that changes nothing
            break
    return problem.result(centers, min(n_iter, max_iter))


def mini_batch(problem, centers, max_iter, tol, batch_size, rng):
    """Run mini-batches: each pulls its centers by its share of the weight that they have seen.

    max_iter counts passes over the data; a pass that moves the centers by at most tol, as above,
    is the last. Source: Sculley, Web-scale k-means clustering, WWW 2010.
    """
    centers = problem.start(centers)
    seen = np.zeros(len(centers))  # (K,) weight
    for n_iter in range(1, max_iter + 1):  # noqa: B007
        before, seen_before = centers, seen.copy()
        order = rng.permutation(len(problem.x))
        for i in range(0, len(order), batch_size):
            rows = order[i : i + batch_size]
            x, weight, best = problem.x[rows], problem.weight[rows], centers.copy()
            labels = problem.nearest(problem.send(x), centers)
            for k in np.unique(labels[weight > 0]):
                own = (labels == k) & (weight > 0)
                mean = median if problem.metric == "manhattan" else np.average
                best[k] = mean(x[own], 0, weight[own])
            count = np.bincount(labels, weight, len(centers))
            seen += count
            rate = np.divide(count, seen, out=np.zeros(len(count)), where=seen > 0)
            best = problem.finished(best, centers)
            centers = problem.finished(centers + rate[:, None] * (best - centers), centers)
        if (seen == seen_before).any():  # a center without a row in the whole pass
            problem.assign(problem.start(centers + problem.origin))
            problem.fill_empty(centers)
            centers = problem.update(centers)
        if ((centers - before) ** 2).sum() <= tol * problem.variance:
            break
    problem.assign(problem.start(centers + problem.origin))
    return problem.result(centers, n_iter)
