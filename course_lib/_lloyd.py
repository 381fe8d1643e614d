"""The runs of `kmeans.KMeans`: Lloyd's algorithm and mini-batches, on prepared data.

The steps are those of `kmeans.lloyd`, with one thing spared besides what `_blocks` spares: the
sums of the clusters change only by the rows that change cluster, 1 % of them after a few steps.
"""

from typing import NamedTuple

import numpy as np


class Result(NamedTuple):
    """What a run found: centers (K, D), labels (N,) int32, inertia, iterations."""

    centers: np.ndarray
    labels: np.ndarray
    inertia: float
    n_iter: int


def lloyd(data, centers, max_iter, tol):
    """Lloyd's algorithm on `data` (Blocks) from the centres (K, D).

    It stops like scikit-learn's: when no label changes, when the squared movement of the centres
    is at most tol times the mean variance of the features, or after max_iter iterations.
    """
    centers, gap = data.inside(centers), data.new_gap(len(centers))
    labels = member = total = None
    for n_iter in range(1, max_iter + 1):  # noqa: B007
        old, labels = labels, data.nearest(centers, labels, gap)
        if old is not None and np.array_equal(labels, old):
            break
        old_member, member = member, fill_empty(data, labels, centers)
        before = centers
        centers, total = update(data, centers, member, old_member, total)
        moved = centers - before
        if (moved**2).sum() <= tol * data.variance:
            labels = data.nearest(centers)
            break
        if gap is not None:
            drift = np.linalg.norm(moved, 1 if data.metric == "manhattan" else 2, axis=1)
            top = drift.argmax()
            other = np.full(len(drift), drift[top])  # (K,) the most that any other centre moved
            other[top] = np.delete(drift, top).max()
            gap -= (drift + other)[labels]
    else:
        labels = data.nearest(centers)
    return result(data, centers, labels, n_iter)


def mini_batch(data, centers, max_iter, tol, batch_size, rng):
    """Mini-batches: each pulls its centres by its share of the weight that they have seen.

    max_iter counts passes over the data; it stops early when a pass moves the centres by at most
    tol, as above. Source: Sculley, Web-scale k-means clustering, WWW 2010.
    """
    centers = data.inside(centers)
    seen = np.zeros(len(centers))  # (K,) weight
    for n_iter in range(1, max_iter + 1):  # noqa: B007
        before, seen_before = centers, seen.copy()
        order = rng.permutation(len(data.x))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            labels = data.nearest(centers, rows=rows)[rows]
            count = np.bincount(labels, data.weight[rows], len(centers))
            seen += count
            rate = np.divide(count, seen, out=np.zeros(len(count)), where=seen > 0)
            best, _ = update(data, centers, labels, rows=rows)
            centers = finish(data, centers + rate[:, None] * (best - centers), centers)
        if (seen == seen_before).any():  # a centre without a row in the whole pass
            labels = fill_empty(data, data.nearest(centers), centers)
            centers, _ = update(data, centers, labels)
        if ((centers - before) ** 2).sum() <= tol * data.variance:
            break
    return result(data, centers, data.nearest(centers), n_iter)


def result(data, centers, labels, n_iter):
    """The run's result in terms of the data as given."""
    inertia = float(data.weight @ data.cost(centers, labels))
    return Result(*data.outside(centers, labels), inertia, n_iter)


def update(data, centers, labels, member=None, total=None, rows=None):
    """New centres (K, D) for the labels of the rows (None: all), and the sums (K, D) behind them.

    member, total: labels and sums of the step before, if there was one.
    """
    weight = data.weight if rows is None else data.weight[rows]
    count = np.bincount(labels, weight, len(centers))  # (K,)
    changed = None if member is None else np.flatnonzero(labels != member)
    if data.metric == "manhattan":
        which = np.flatnonzero(count)
        if member is not None:  # the other clusters have the same members, so the same medians
            which = np.intersect1d(which, [labels[changed], member[changed]])
        centers = centers.copy()
        for k in which:
            chosen = np.flatnonzero((labels == k) & (weight > 0))
            centers[k] = data.median(chosen if rows is None else rows[chosen], weight[chosen])
        return data.round(centers), None
    if changed is None or 2 * len(changed) > len(labels):
        total = data.sums(rows, labels[:, None], weight[:, None], len(centers))
    else:  # join the new cluster, leave the old one
        moves = np.stack([labels[changed], member[changed]], axis=1)
        signed = np.stack([weight[changed], -weight[changed]], axis=1)
        total = total + data.sums(changed, moves, signed, len(centers))
    mean = np.divide(total, count[:, None], out=centers.copy(), where=count[:, None] > 0)
    return finish(data, mean, centers), total


def finish(data, centers, old):
    """Centres made unit under "cosine"; the old one where the members cancel out: any will do."""
    if data.metric == "cosine":
        length = np.linalg.norm(centers, axis=1, keepdims=True)
        centers = np.divide(centers, length, out=old.copy(), where=length > 1e-12)
    return data.round(centers)


def fill_empty(data, labels, centers):
    """Labels in which every empty cluster has received the row farthest from its centre."""
    count = np.bincount(labels, data.heavy, len(centers))  # (K,)
    if count.all():
        return labels
    labels, cost = labels.copy(), data.cost(centers, labels)
    for k in np.flatnonzero(count == 0):
        spare = (count[labels] > 1) & (data.heavy > 0)  # no other cluster may become empty
        if not spare.any():
            break  # fewer rows than clusters: equal rows count once
        far = np.where(spare, cost, -1.0).argmax()
        count[labels[far]] -= 1
        count[k] += 1
        labels[far] = k
    return labels
