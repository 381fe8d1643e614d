"""K-means on blocks of points: each block sums its own clusters, and the sums add up.

Only centers and sums (K, D) travel, never points. These are the steps of `course_lib.kmeans.lloyd`
under the Euclidean and the cosine metric; medians do not add up, so Manhattan is not here.

`blocks` is a Dask array (N, D), or an iterable of arrays (n, D) that can be begun again, such as a
list of memory-mapped files. Dask is optional: lists need none of it.
"""

from itertools import repeat
from operator import getitem
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from course_lib.kmeans import CANCELED, assign, kmeans_plusplus, unit
from course_lib.support.checks import one_of, whole
from course_lib.support.cluster import gather
from course_lib.support.kmeans_checks import check_matrix


class Step(NamedTuple):
    """One step: centers (K, D) float64, counts (K,) of their points, inertia (the cost J)."""

    centers: np.ndarray
    counts: np.ndarray
    inertia: float


def each(function, blocks, *more):
    """List function(block, ...) of every block, in their order: `map`, run where the blocks are."""
    if hasattr(blocks, "to_delayed"):
        from dask import delayed  # whoever has a Dask array has Dask

        parts = blocks.rechunk({1: -1}).to_delayed().ravel()  # a block holds whole rows
        return gather([delayed(function)(*arguments) for arguments in zip(parts, *more)])
    if not hasattr(blocks, "__iter__") or iter(blocks) is blocks:
        raise TypeError(f"blocks must be a Dask array or a list, got {type(blocks).__name__}")
    return list(map(function, blocks, *more))


def block_sums(x, centers, metric):
    """What a block x (n, D) adds to the whole: sums (K, D), counts (K,), and the sum of costs."""
    if x.ndim != 2 or x.shape[1] != centers.shape[1]:
        raise ValueError(f"blocks must have shape (n, {centers.shape[1]}), got {x.shape}")
    if len(x) == 0:
        return np.zeros(centers.shape), np.zeros(len(centers), int), 0.0
    labels, cost = assign(x, centers, metric)
    points = unit(x) if metric == "cosine" else x
    sums = [points[labels == k].sum(axis=0, dtype=np.float64) for k in range(len(centers))]
    return np.stack(sums), np.bincount(labels, minlength=len(centers)), cost.sum()


def add_up(blocks, centers, metric):
    """Sums (K, D), counts (K,) and cost of all blocks, in their order, whoever computed them."""
    parts = each(block_sums, blocks, repeat(centers), repeat(metric))
    return [sum(column) for column in zip(*parts)]


def far_points(x, centers, metric):
    """The K points (K, D) of a block that cost most at their centers, labels and costs (K,)."""
    labels, cost = assign(x, centers, metric) if len(x) else (np.empty(0, int), np.empty(0))
    rows = np.argsort(-cost, kind="stable")[: len(centers)]
    points = x[rows].astype(np.float64)
    return unit(points) if metric == "cosine" else points, labels[rows], cost[rows]


def fill_empty(blocks, centers, sums, counts, metric):
    """Sums (K, D), counts (K,) in which empty clusters take the points farthest from their centers.

    As `course_lib.kmeans.fill_empty`; K points of each block are enough, for no more are passed.
    """
    parts = each(far_points, blocks, repeat(centers), repeat(metric))
    points, labels, cost = map(np.concatenate, zip(*parts))
    sums, counts = sums.copy(), counts.copy()
    for k in np.flatnonzero(counts == 0):
        far = np.where(counts[labels] > 1, cost, -1.0).argmax()  # never a lone point
        for cluster, sign in ((labels[far], -1), (k, 1)):
            sums[cluster] += sign * points[far]
            counts[cluster] += sign
        labels[far] = k
    return sums, counts


def kmeans(blocks, centers, *, metric="euclidean", max_iter=300):
    """Run Lloyd's algorithm on blocks from centers (K, D), one `Step` at a time, as `lloyd` does.

    Ends after the first update that changes no sum. The centers are all that the next step needs:
    a run that was lost goes on to the same bits from the centers of its last step.
    """
    one_of(metric, "metric", ("euclidean", "cosine"))
    whole(max_iter, "max_iter", 1)
    centers = check_matrix("centers", centers, metric).astype(np.float64)
    sums, counts, inertia = add_up(blocks, centers, metric)
    if len(centers) > counts.sum():
        raise ValueError(f"centers must be at most {counts.sum()} (N), got {len(centers)}")
    yield Step(centers, counts, inertia)
    for _ in range(max_iter):
        old = sums
        if not counts.all():
            sums, counts = fill_empty(blocks, centers, sums, counts, metric)
        means = sums / counts[:, None]
        if metric == "cosine":
            length = np.linalg.norm(means, axis=1, keepdims=True)
            means = np.where(length > CANCELED, means / np.maximum(length, CANCELED), centers)
        centers = means
        sums, counts, inertia = add_up(blocks, centers, metric)
        yield Step(centers, counts, inertia)
        if np.array_equal(sums, old):
            return


def first_centers(blocks, n_clusters, *, n_sample=10_000, metric="euclidean", random_state=None):
    """Centers (n_clusters, D) by k-means++ on a random sample of n_sample rows of all blocks.

    Which rows depends on their order alone, not on where a block ends.
    """
    rng = check_random_state(random_state)
    ends = np.cumsum(each(len, blocks))
    rows = np.sort(rng.permutation(ends[-1])[: whole(n_sample, "n_sample", n_clusters)])
    cuts = np.split(rows, np.searchsorted(rows, ends[:-1]))
    numbers = [cut - start for cut, start in zip(cuts, [0, *ends[:-1]])]
    sample = np.concatenate(each(getitem, blocks, numbers))
    return kmeans_plusplus(sample, n_clusters, random_state=rng, metric=metric)[0]
