"""Measures of quality that the chapters share and that no library offers."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics.cluster import contingency_matrix


def clustering_accuracy(labels_true, labels_pred):
    """Share of points whose cluster is matched with their class, in the best one-to-one matching.

    Cluster numbers mean nothing by themselves, so clusters are first matched with classes, each
    with at most one, so that as many points as possible agree (the assignment problem). Where there
    are more clusters than classes, or fewer, what is left unmatched counts as wrong. A label -1
    (noise in DBSCAN) is a cluster like any other.

    Args:
        labels_true: (N,) array, tensor or list of integers, booleans or strings: the classes.
        labels_pred: (N,) likewise: the clusters.

    Returns:
        float: accuracy in (0, 1]; 1 when the two agree up to the names of the clusters.

    Raises:
        TypeError: an argument holds no labels (complex numbers, objects).
        ValueError: an argument is not one-dimensional, is empty, holds fractions or NaN, or the two
            differ in length.

    Source: Xie, Girshick and Farhadi (2016), "Unsupervised Deep Embedding for Clustering Analysis",
        ICML (the measure); Kuhn (1955) (the matching).
    """
    labels_true = _labels(labels_true, "labels_true")
    labels_pred = _labels(labels_pred, "labels_pred")
    if len(labels_true) != len(labels_pred):
        raise ValueError(
            "labels_pred must be as long as labels_true, "
            f"got {len(labels_pred)} and {len(labels_true)} labels"
        )
    counts = contingency_matrix(labels_true, labels_pred)  # (classes, clusters)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    return float(counts[rows, columns].sum() / len(labels_true))


def _labels(labels, name):
    """`labels` as an array (N,) of integers, booleans or strings, or an error that names it."""
    if hasattr(labels, "detach"):  # a tensor, perhaps on a GPU
        labels = labels.detach().cpu().numpy()
    try:
        labels = np.asarray(labels)
    except ValueError:
        raise ValueError(f"{name} must be one-dimensional, got a ragged sequence") from None
    if labels.ndim != 1 or labels.size == 0:
        raise ValueError(f"{name} must have shape (N,) with N >= 1, got shape {labels.shape}")
    if labels.dtype.kind not in "iubUSf":
        raise TypeError(f"{name} must hold integers, booleans or strings, got dtype {labels.dtype}")
    if labels.dtype.kind == "f":
        if not np.array_equal(labels, np.round(labels)) or not np.isfinite(labels).all():
            raise ValueError(f"{name} must hold whole numbers, got fractions, NaN or infinity")
        labels = labels.astype(np.int64)
    return labels
