"""K-means clustering: the textbook algorithm, step by step, and a fast scikit-learn estimator.

`assign`, `update`, `lloyd` and `kmeans_plusplus` are written to be read; chapter 1 prints them.
`KMeans` finds the same clusters with the same steps, in `_blocks`' cache-sized blocks.

Three metrics, each with the centre that minimises its own cost:

    metric       cost of x at centre c    best centre of a cluster
    euclidean    |x - c|^2                mean
    cosine       1 - cos(x, c)            mean of the unit vectors x / |x|, itself made unit
    manhattan    sum_d |x_d - c_d|        median of each coordinate
"""

import warnings
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
import torch
from scipy.sparse import issparse
from scipy.spatial.distance import cdist
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from course_lib import _lloyd
from course_lib._blocks import Blocks
from course_lib._device import OnDevice

METRICS = ("euclidean", "cosine", "manhattan")
CHUNK = 1024  # rows at a time: (CHUNK, K) costs in memory, never (N, K)


class Step(NamedTuple):
    """One step of Lloyd's algorithm: centers (K, D), labels (N,) int32, inertia (the cost J)."""

    centers: np.ndarray
    labels: np.ndarray
    inertia: float


# --- The textbook part -----------------------------------------------------------------------


def unit(x):
    """Rows of x (N, D) divided by their length."""
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def costs(x, centers, metric="euclidean"):
    """Cost of every point of x (N, D) at every centre (K, D): (N, K) float64, >= 0."""
    x, centers = np.asarray(x, np.float64), np.asarray(centers, np.float64)
    if metric == "manhattan":
        return cdist(x, centers, "cityblock")
    if metric == "cosine":
        return np.maximum(1 - unit(x) @ unit(centers).T, 0)
    origin = centers.mean(axis=0)  # moving both changes no distance, and small
    x, centers = x - origin, centers - origin  # numbers round less
    d2 = (x**2).sum(axis=1)[:, None] - 2 * x @ centers.T + (centers**2).sum(axis=1)
    return np.maximum(d2, 0)  # (N, K)


def assign(x, centers, metric="euclidean"):
    """Send each point to its nearest centre.

    x: (N, D) array or tensor of finite numbers; centers: (K, D).
    Returns labels (N,) int32 in 0..K-1 (the lower number on a tie) and the cost of
    each point at its centre (N,) float64, >= 0. Raises ValueError or TypeError on
    anything else.
    """
    x, centers = _check_pair(x, centers, metric)
    labels = np.empty(len(x), np.int32)  # (N,)
    cost = np.empty(len(x))  # (N,)
    for start in range(0, len(x), CHUNK):
        rows = slice(start, start + CHUNK)
        c = costs(x[rows], centers, metric)  # (CHUNK, K)
        labels[rows] = c.argmin(axis=1)
        cost[rows] = c.min(axis=1)
    return labels, cost


def update(x, labels, centers, metric="euclidean"):
    """Move each centre to the point that minimises the cost of its cluster.

    x: (N, D); labels: (N,) integers in 0..K-1; centers: (K, D), the centres so far.
    Returns the new centres (K, D). An empty cluster takes over the point that is
    farthest from its centre, so that K clusters stay K. Raises ValueError or
    TypeError on bad input.
    """
    x, centers = _check_pair(x, centers, metric, most="N")
    labels = fill_empty(x, _check_labels(labels, x, centers), centers, metric)
    if metric == "cosine":
        x = unit(x)
    new = centers.copy()  # (K, D)
    for k in range(len(centers)):
        members = x[labels == k]  # (N_k, D)
        if metric == "manhattan":
            new[k] = np.median(members, axis=0)
        else:
            new[k] = members.mean(axis=0, dtype=np.float64)
    if metric == "cosine":
        length = np.linalg.norm(new, axis=1, keepdims=True)
        # Where the members cancel out the length is 0, and any centre is best.
        new = np.where(length > 0, new / np.maximum(length, 1e-300), centers)
    return new


def fill_empty(x, labels, centers, metric="euclidean"):
    """Labels (N,) that give every empty cluster the point farthest from its centre."""
    counts = np.bincount(labels, minlength=len(centers))  # (K,)
    if counts.all():
        return labels
    labels = labels.copy()
    cost = assign(x, centers, metric)[1]  # (N,)
    for k in np.flatnonzero(counts == 0):
        far = np.where(counts[labels] > 1, cost, -1.0).argmax()  # never a lone point
        counts[labels[far]] -= 1
        counts[k] += 1
        labels[far] = k
    return labels


def lloyd(x, centers, *, metric="euclidean", max_iter=300):
    """Lloyd's algorithm, one `Step` at a time.

    x: (N, D) array or tensor of finite numbers, N >= K; centers: (K, D), the start;
    metric: "euclidean", "cosine" or "manhattan"; max_iter: most updates, >= 1.
    Yields Step(centers, labels, inertia): first the given centres with the labels
    and the inertia that they induce, then one Step per update. Ends after the first
    update that changes no label. Raises ValueError or TypeError on bad input.

    Source: Lloyd, Least squares quantization in PCM, IEEE Transactions on
    Information Theory 28(2), 1982.
    """
    x, centers = _check_pair(x, centers, metric, most="N")
    _check_int("max_iter", max_iter)
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
    """Choose starting centres that lie far apart: greedy k-means++.

    x: (N, D) array or tensor; n_clusters: K, 1 to N; random_state: None, int or
    RandomState; n_local_trials: candidates per centre, the best of which is kept
    (None: 2 + floor(log K); 1: plain k-means++); sample_weight: (N,), >= 0 (None: 1).
    Returns the centres (K, D), rows of x, and their row numbers (K,).
    Raises ValueError or TypeError on bad input.

    Source: Arthur & Vassilvitskii, k-means++: the advantages of careful seeding,
    SODA 2007, section 2.2; the greedy variant is the one their conclusion mentions.
    """
    x = _check_matrix("x", x, metric)
    _check_int("n_clusters", n_clusters, most=len(x), why="the number of rows of x")
    n_trials = n_local_trials
    if n_trials is None:
        n_trials = 2 + int(np.log(n_clusters))
    _check_int("n_local_trials", n_trials)
    weight = _check_weight(sample_weight, len(x))  # (N,)
    rng = check_random_state(random_state)

    chosen = [rng.choice(len(x), p=weight / weight.sum())]
    cost = _costs_to(x, chosen, metric)[0]  # (N,), to the nearest centre so far
    while len(chosen) < n_clusters:
        total = np.cumsum(weight * cost)  # (N,): a point's chance is its share
        drawn = np.searchsorted(total, rng.uniform(size=n_trials) * total[-1])
        drawn = np.minimum(drawn, len(x) - 1)  # rounding may step past the end
        trial = np.minimum(cost, _costs_to(x, drawn, metric))  # (n_trials, N)
        best = (trial @ weight).argmin()
        chosen.append(drawn[best])
        cost = trial[best]
    return x[chosen], np.array(chosen)


def _costs_to(x, rows, metric):
    """Cost of every point at each of a few rows of x: (len(rows), N)."""
    parts = [costs(x[i : i + CHUNK], x[rows], metric).T for i in range(0, len(x), CHUNK)]
    return np.concatenate(parts, axis=1)


# --- The estimator ---------------------------------------------------------------------------


class KMeans(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):
    """K-means as a scikit-learn estimator: exact Lloyd iterations, fast on CPU and CUDA.

    Parameters
    ----------
    n_clusters: K, an integer, 1 to N.
    init: "k-means++" (greedy, 2 + floor(log K) trials), "random" (K rows of X) or an array of
        starting centres (K, D).
    metric: "euclidean" (k-means), "cosine" (spherical k-means) or "manhattan" (k-medians).
    n_init: how many starts; the run with the lowest inertia is kept. An array is one start.
    max_iter: most iterations, at least 1; with `batch_size`, most passes over the data.
    tol: stop when the squared movement of all centres together is at most tol times the mean
        variance of the features (scikit-learn's meaning); 0 runs until no label changes or no
        centre moves.
    batch_size: None for Lloyd, or the rows per mini-batch update (Sculley, Web-scale k-means
        clustering, WWW 2010). Under "manhattan" it averages the medians of the batches.
    device: None (that of X if X is a tensor, else the CPU) or what torch.device takes.
    random_state: None, int or numpy RandomState; an int makes the result reproducible.

    Attributes
    ----------
    cluster_centers_: (K, D), dtype of X; unit rows under "cosine".
    labels_: (N,) int32, the nearest centre of each row.
    inertia_: the (weighted) sum of the costs of all rows.
    n_iter_: iterations run; n_features_in_: D.

    X is an array or tensor (N, D) of finite numbers, float32 or float64 kept as given, anything
    else made float64; results are NumPy arrays. Bad input raises ValueError or TypeError that
    names the argument. Source of the metrics: the table on top of this module.
    """

    def __init__(
        self,
        n_clusters=8,
        *,
        init="k-means++",
        metric="euclidean",
        n_init=1,
        max_iter=300,
        tol=1e-4,
        batch_size=None,
        device=None,
        random_state=None,
    ):
        self.n_clusters = n_clusters
        self.init = init
        self.metric = metric
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.batch_size = batch_size
        self.device = device
        self.random_state = random_state

    def fit(self, X, y=None, sample_weight=None):
        """Find the clusters of X (N, D). y is ignored; sample_weight: (N,), at least 0, or None."""
        self._check_parameters()
        device = self._device(X)
        X = _check_matrix("X", X, self.metric, estimator=self)
        _check_int("n_clusters", self.n_clusters, most=len(X), why="the number of rows of X")
        weight = _check_weight(sample_weight, len(X))
        rng = check_random_state(self.random_state)
        starts = [self.init] if not isinstance(self.init, str) else [self.init] * self.n_init

        best = None
        # A mini-batch is a sample of the rows as given: merging equal ones would change it.
        with self._data(X, device, weight, merge=self.batch_size is None) as data:
            for start in starts:
                centers, limits = self._start(X, start, weight, rng), (self.max_iter, self.tol)
                if self.batch_size is None:
                    result = _lloyd.lloyd(data, centers, *limits)
                else:
                    result = _lloyd.mini_batch(data, centers, *limits, self.batch_size, rng)
                if best is None or result.inertia < best.inertia:
                    best = result
        self.cluster_centers_, self.labels_, self.inertia_, self.n_iter_ = best
        self._n_features_out = self.n_clusters
        found = len(np.unique(self.labels_))
        if found < self.n_clusters:
            warnings.warn(
                f"n_clusters={self.n_clusters}, but only {found} distinct clusters were found; "
                "X may have too few distinct rows",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def predict(self, X):
        """Nearest centre of each row of X (N, D): (N,) int32."""
        return self._nearest(X)[0]

    def transform(self, X):
        """Distance of each row of X (N, D) to each centre: (N, K), dtype of X.

        Euclidean distance (not squared), 1 - cos, or Manhattan distance.
        """
        check_is_fitted(self)
        X = _check_matrix("X", X, self.metric, estimator=self, reset=False)
        out = np.empty((len(X), len(self.cluster_centers_)), X.dtype)  # the answer is N x K
        for start in range(0, len(X), CHUNK):
            out[start : start + CHUNK] = costs(
                X[start : start + CHUNK], self.cluster_centers_, self.metric
            )
        return np.sqrt(out, out=out) if self.metric == "euclidean" else out

    def score(self, X, y=None, sample_weight=None):
        """Minus the inertia of X (N, D) at the fitted centres; y is ignored."""
        cost = self._nearest(X)[1]
        return -float(cost @ _check_weight(sample_weight, len(cost)))

    def _nearest(self, X):
        check_is_fitted(self)
        device = self._device(X)
        X = _check_matrix("X", X, self.metric, estimator=self, reset=False)
        with self._data(X, device) as data:
            centers = data.inside(self.cluster_centers_)
            labels = data.nearest(centers)
            cost = data.cost(centers, labels)
            return data.outside(centers, labels)[1], data.ungroup(cost)

    def _data(self, X, device, weight=None, *, merge=True):
        if device.type == "cpu":
            return Blocks(X, self.metric, weight, merge=merge)
        return OnDevice(X, self.metric, weight, merge=merge, device=device)

    def _start(self, X, init, weight, rng):
        if isinstance(init, str) and init == "k-means++":
            return kmeans_plusplus(
                X,
                self.n_clusters,
                random_state=rng,
                metric=self.metric,
                sample_weight=weight,
            )[0]
        if isinstance(init, str):
            share = weight / weight.sum()
            if np.count_nonzero(share) < self.n_clusters:
                share = None  # too few rows weigh anything: draw from all
            return X[rng.choice(len(X), self.n_clusters, replace=False, p=share)]
        return _check_centers("init", init, X, self.n_clusters, self.metric)

    def _check_parameters(self):
        _check_int("n_clusters", self.n_clusters)
        _check_int("n_init", self.n_init)
        _check_int("max_iter", self.max_iter)
        _check_metric(self.metric)
        if isinstance(self.init, str) and self.init not in ("k-means++", "random"):
            raise ValueError(
                f"init must be 'k-means++', 'random' or an array of centres, got {self.init!r}"
            )
        if self.batch_size is not None:
            _check_int("batch_size", self.batch_size)
        if isinstance(self.tol, bool) or not isinstance(self.tol, Real):
            raise TypeError(f"tol must be a number, at least 0, got {self.tol!r}")
        if not 0 <= self.tol < np.inf:
            raise ValueError(f"tol must be a finite number, at least 0, got {self.tol!r}")

    def _device(self, X):
        if self.device is None:
            return X.device if isinstance(X, torch.Tensor) else torch.device("cpu")
        try:
            device = torch.device(self.device)
            torch.empty(0, device=device, dtype=torch.float64)  # raises where there is none
        except (RuntimeError, TypeError, AssertionError, NotImplementedError) as error:
            raise ValueError(
                f"device must be None or a torch device of this machine, got {self.device!r}: "
                f"{str(error).splitlines()[0]}"
            ) from error
        return device


# --- Validation: every message names the argument, what it got and what it wants ---------------


def _describe(value):
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{type(value).__name__} of shape {tuple(value.shape)} and dtype {value.dtype}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) < 60 else text[:57] + '...'}"


def _check_int(name, value, *, least=1, most=None, why=""):
    wanted = f"an integer, at least {least}" if most is None else f"{least} to {most} ({why})"
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be {wanted}, got {value!r}")
    if value < least or (most is not None and value > most):
        raise ValueError(f"{name} must be {wanted}, got {value!r}")


def _check_metric(metric):
    if metric not in METRICS:
        raise ValueError(f"metric must be one of {', '.join(METRICS)}, got {metric!r}")


def _check_matrix(name, value, metric, *, estimator=None, reset=True):
    """A C-contiguous NumPy array (N, D) of finite float32 or float64, or a telling error."""
    _check_metric(metric)
    got, wanted = _describe(value), f"{name} must be a dense 2-D array (N, D) of finite numbers"
    if issparse(value):
        raise TypeError(f"{wanted}, got a sparse {got}; sparse input is not supported")
    options = {"dtype": [np.float64, np.float32], "order": "C"}
    try:
        if isinstance(value, torch.Tensor):
            value = value.detach().cpu().numpy()
        if estimator is None:
            value = check_array(value, input_name=name, **options)
        else:
            value = validate_data(estimator, value, reset=reset, **options)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{wanted}, got {got}: {error}") from error
    if metric == "cosine" and not value.any(axis=1).all():
        row = int(np.flatnonzero(~value.any(axis=1))[0])
        raise ValueError(
            f"{name} must have no zero row under metric='cosine' (it has no direction), "
            f"got a zero row {row}"
        )
    return value


def _check_centers(name, centers, x, n_clusters, metric):
    centers = _check_matrix(name, centers, metric).astype(x.dtype)
    wanted = (n_clusters or len(centers), x.shape[1])
    if centers.shape != wanted:
        raise ValueError(
            f"{name} must have shape {wanted} (n_clusters, n_features), got {centers.shape}"
        )
    return centers


def _check_pair(x, centers, metric, *, most=None):
    x = _check_matrix("x", x, metric)
    centers = _check_centers("centers", centers, x, None, metric)
    if most == "N" and len(centers) > len(x):
        raise ValueError(f"centers must have at most {len(x)} rows (N), got {len(centers)}")
    return x, centers


def _check_labels(labels, x, centers):
    labels = np.asarray(labels)
    wanted = f"labels must be {len(x)} integers in 0..{len(centers) - 1}"
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{wanted}, got {_describe(labels)}")
    if labels.shape != (len(x),) or labels.min() < 0 or labels.max() >= len(centers):
        raise ValueError(f"{wanted}, got {_describe(labels)}")
    return labels


def _check_weight(weight, n):
    """Weights as float64 (N,), or a telling error."""
    if weight is None:
        return np.ones(n)
    got, wanted = _describe(weight), f"sample_weight must be {n} finite numbers, at least 0"
    try:
        weight = np.asarray(weight, np.float64)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{wanted}, got {got}: {error}") from error
    if weight.shape != (n,):
        raise ValueError(f"{wanted}, got {got}")
    if not (np.isfinite(weight).all() and (weight >= 0).all() and weight.any()):
        raise ValueError(f"{wanted} and not all zero, got {got}")
    return weight
