"""K-means clustering, step by step. `course_lib.fast.KMeans` finds the same clusters in less time.

Three metrics, each with the center that minimizes its own cost:

    metric       cost of x at center c    best center of a cluster
    euclidean    |x - c|^2                mean
    cosine       1 - cos(x, c)            mean of the unit vectors x / |x|, scaled to length 1
    manhattan    sum_d |x_d - c_d|        median of each coordinate
"""

from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.utils import check_random_state

from course_lib.support.checks import whole
from course_lib.support.kmeans_checks import (
    check_labels,
    check_matrix,
    check_pair,
    check_weight,
)

CHUNK = 1024  # rows at a time: (CHUNK, K) costs in memory, never (N, K)
CANCELED = 1e-12  # unit vectors whose mean is shorter cancel out: any direction is best


class Step(NamedTuple):
    """One step of Lloyd's algorithm: centers (K, D), labels (N,) int32, inertia (the cost J)."""

    centers: np.ndarray
    labels: np.ndarray
    inertia: float


def unit(x):
    """Rows of x (N, D) divided by their length."""
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def costs(x, centers, metric="euclidean"):
    """Cost of every point of x (N, D) at every center (K, D): (N, K) float64, >= 0."""
    x, centers = np.asarray(x, np.float64), np.asarray(centers, np.float64)
    if metric == "manhattan":
        return cdist(x, centers, "cityblock")
    if metric == "cosine":
        return np.maximum(1 - unit(x) @ unit(centers).T, 0)
    # Shift both so that the centers' mean is 0: distances stay, rounding errors shrink.
    origin = centers.mean(axis=0)
    x, centers = x - origin, centers - origin
    d2 = (x**2).sum(axis=1)[:, None] - 2 * x @ centers.T + (centers**2).sum(axis=1)
    return np.maximum(d2, 0)  # (N, K)


def assign(x, centers, metric="euclidean"):
    """Assign each point of x (N, D) to its nearest center (K, D).

    Returns labels (N,) int32 in 0..K-1 (the lower number on a tie) and each point's cost
    at its center (N,) float64, >= 0. Raises ValueError or TypeError for other input.
    """
    x, centers = check_pair(x, centers, metric)
    labels = np.empty(len(x), np.int32)  # (N,)
    cost = np.empty(len(x))  # (N,)
    for start in range(0, len(x), CHUNK):
        rows = slice(start, start + CHUNK)
        c = costs(x[rows], centers, metric)  # (CHUNK, K)
        labels[rows] = c.argmin(axis=1)
        cost[rows] = c.min(axis=1)
    return labels, cost


def update(x, labels, centers, metric="euclidean"):
    """Move each center (K, D) to the point that minimizes the cost of its cluster.

    x: (N, D); labels: (N,) integers in 0..K-1. Returns the new centers (K, D). An empty
    cluster first takes the point farthest from its center, so that K clusters stay K.
    """
    x, centers = check_pair(x, centers, metric, most="N")
    labels = check_labels(labels, x, centers)
    if not np.bincount(labels, minlength=len(centers)).all():
        labels = fill_empty(labels, assign(x, centers, metric)[1], len(centers))
    if metric == "cosine":
        x = unit(x)
    new = centers.copy()  # (K, D)
    for k in range(len(centers)):
        members = x[labels == k]  # (N_k, D)
        if metric == "manhattan":
            new[k] = np.median(members, axis=0)
        else:
            new[k] = members.mean(axis=0, dtype=np.float64)
    return scaled(new, centers) if metric == "cosine" else new


def scaled(means, centers):
    """Means (K, D) of unit vectors scaled to length 1; the old center where they cancel out."""
    length = np.linalg.norm(means, axis=1, keepdims=True)
    return np.where(length > CANCELED, means / np.maximum(length, CANCELED), centers)


def fill_empty(labels, cost, n_clusters):
    """Labels (N,) that give every empty cluster the point of the highest cost (N,)."""
    labels, counts = labels.copy(), np.bincount(labels, minlength=n_clusters)  # (N,), (K,)
    for k in np.flatnonzero(counts == 0):
        far = np.where(counts[labels] > 1, cost, -1.0).argmax()  # never a lone point
        counts[labels[far]] -= 1
        counts[k] += 1
        labels[far] = k
    return labels


def lloyd(x, centers, *, metric="euclidean", max_iter=300):
    """Run Lloyd's algorithm on x (N, D) from centers (K, D), one `Step` at a time.

    Yields Step(centers, labels, inertia): first for the given centers, then one per update,
    at most max_iter of them. Ends after the first update that changes no label.
    Source: Lloyd, Least squares quantization in PCM, IEEE Trans. Inf. Theory 28(2), 1982.
    """
    x, centers = check_pair(x, centers, metric, most="N")
    whole(max_iter, "max_iter", 1)
    labels, cost = assign(x, centers, metric)
    yield Step(centers, labels, cost.sum())
    for _ in range(max_iter):
        centers = update(x, labels, centers, metric)
        old, (labels, cost) = labels, assign(x, centers, metric)
        yield Step(centers, labels, cost.sum())
        if np.array_equal(labels, old):
            return


def kmeans_plusplus(
    x,
    n_clusters,
    *,
    random_state=None,
    n_local_trials=None,
    metric="euclidean",
    sample_weight=None,
):
    """Choose n_clusters rows of x (N, D) that lie far apart: greedy k-means++.

    n_local_trials: candidates per center, the best of which is kept (None: 2 + floor(log K);
    1: plain k-means++). sample_weight: (N,), >= 0. Returns centers (K, D), row numbers (K,).
    Source: Arthur & Vassilvitskii, k-means++, SODA 2007, sections 2.2 and 8.
    """
    x = check_matrix("x", x, metric)
    whole(n_clusters, "n_clusters", 1, len(x))
    if n_local_trials is None:
        n_local_trials = 2 + int(np.log(n_clusters))
    n_trials = whole(n_local_trials, "n_local_trials", 1)
    weight = check_weight(sample_weight, len(x))  # (N,)
    rng = check_random_state(random_state)

    chosen = [rng.choice(len(x), p=weight / weight.sum())]
    cost = costs_to(x, chosen, metric)[0]  # (N,), to the nearest center so far
    while len(chosen) < n_clusters:
        total = np.cumsum(weight * cost)  # (N,): a point's chance is its share
        drawn = np.searchsorted(total, rng.uniform(size=n_trials) * total[-1])
        drawn = np.minimum(drawn, len(x) - 1)  # rounding may step past the end
        trial = np.minimum(cost, costs_to(x, drawn, metric))  # (n_trials, N)
        best = (trial @ weight).argmin()
        chosen.append(drawn[best])
        cost = trial[best]
    return x[chosen], np.array(chosen)


def costs_to(x, rows, metric):
    """Cost of every point of x (N, D) at each of a few of its rows: (len(rows), N)."""
    parts = [costs(x[i : i + CHUNK], x[rows], metric).T for i in range(0, len(x), CHUNK)]
    return np.concatenate(parts, axis=1)
