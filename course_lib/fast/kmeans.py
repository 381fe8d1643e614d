"""K-means as a scikit-learn estimator: the clusters of `kmeans.lloyd`, by `fast.lloyd`'s loop."""

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
)

from course_lib.fast import lloyd as engine
from course_lib.kmeans import CHUNK, costs, kmeans_plusplus, unit
from course_lib.support import kmeans_checks as checks
from course_lib.support.parallel import Threads


class KMeans(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):
    """K-means with exact Lloyd iterations, on CPU or GPU.

    Args:
        n_clusters: K, 1 to N.
        init: "k-means++" (greedy), "random" (K rows of X), starting centers (K, D), or a callable
            `(X, n_clusters, random_state)` that returns them.
        metric: "euclidean" (k-means), "cosine" (spherical k-means) or "manhattan" (k-medians).
        n_init: number of starts, of which the lowest inertia is kept; "auto": 10 for "random" and
            callables, else 1. Given centers are one start.
        max_iter: most iterations; with `batch_size`, most passes over the data.
        tol: stop when the squared movement of all centers together is at most tol times the mean
            variance of the features; 0 runs until no label changes.
        batch_size: None for Lloyd, or rows per mini-batch (Sculley, Web-scale k-means clustering,
            WWW 2010). Under "manhattan" it averages the medians of the batches.
        device: what torch.device takes; None: that of X if X is a tensor, else the CPU.
        random_state: None, int or numpy RandomState.

    Attributes:
        cluster_centers_: (K, D), dtype of X; unit rows under "cosine".
        labels_: (N,) int32, the nearest center of each row.
        inertia_: sum of the (weighted) costs of all rows.
        n_iter_: iterations run; n_features_in_: D.

    X is an array or tensor (N, D) of finite numbers; float32 and float64 are kept, anything else
    becomes float64. Results are NumPy arrays. Bad input raises ValueError or TypeError.
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
        """Find the clusters of X (N, D). y is ignored; sample_weight: (N,), >= 0, or None."""
        X, weight, device, n_init, rng = checks.check_fit(self, X, sample_weight)
        best = None
        some = slice(None) if weight.all() else weight > 0  # a row without weight changes nothing
        x, w, group = X[some], weight[some], slice(None)
        if self.batch_size is None and device.type == "cpu":
            x, w, group = engine.merge_equal(x, w, self.n_clusters)
        n_rows = min(self.batch_size or len(x), len(x))  # that one step looks at
        with Threads(n_rows * x.shape[1] * self.n_clusters) as threads:
            rows = engine.Rows(x, w, self.metric, self.n_clusters, device, threads)
            settings = self.max_iter, self.tol * rows.variance(), self.batch_size, rng
            for _ in range(n_init):
                centers, n_iter = engine.lloyd(rows, self._start(X, weight, rng), *settings)
                inertia = float(w @ rows.cost(centers))
                if best is None or inertia < best[0]:
                    best = inertia, n_iter, centers.astype(X.dtype), rows.labels.astype(np.int32)
        self.inertia_, self.n_iter_, self.cluster_centers_, labels = best
        self._n_features_out = self.n_clusters
        self.labels_ = labels[group] if weight.all() else self._nearest(X, device)[0]
        checks.warn_of_fewer(self.labels_, self.n_clusters)
        return self

    def predict(self, X):
        """Nearest center of each row of X (N, D): (N,) int32."""
        return self._nearest(*checks.check_new(self, X))[0]

    def transform(self, X):
        """Distance of each row of X (N, D) to each center: (N, K), dtype of X.

        Euclidean distance (not squared), 1 - cos, or Manhattan distance.
        """
        X, _ = checks.check_new(self, X)
        out = np.empty((len(X), len(self.cluster_centers_)), X.dtype)
        for i in range(0, len(X), CHUNK):
            out[i : i + CHUNK] = costs(X[i : i + CHUNK], self.cluster_centers_, self.metric)
        return np.sqrt(out, out=out) if self.metric == "euclidean" else out

    def score(self, X, y=None, sample_weight=None):
        """Minus the inertia of X (N, D) at the fitted centers; y is ignored."""
        cost = self._nearest(*checks.check_new(self, X))[1]
        return -float(cost @ checks.check_weight(sample_weight, len(cost)))

    def _nearest(self, X, device):
        """Labels (N,) and costs (N,) of the rows of X at the fitted centers."""
        weight, centers = np.ones(len(X)), self.cluster_centers_.astype(np.float64)
        with Threads(X.size * self.n_clusters) as threads:
            rows = engine.Rows(X, weight, self.metric, self.n_clusters, device, threads)
            rows.assign(centers)
            return rows.labels.astype(np.int32), rows.cost(centers)

    def _start(self, X, w, rng):
        """Starting centers (K, D) of one run: float64, unit under "cosine"."""
        init, n, metric = self.init, self.n_clusters, self.metric
        if callable(init):
            centers = checks.check_centers("init(...)", init(X, n, random_state=rng), X, n, metric)
        elif not isinstance(init, str):
            centers = checks.check_centers("init", init, X, n, metric)
        elif init == "k-means++":
            centers = kmeans_plusplus(X, n, random_state=rng, metric=metric, sample_weight=w)[0]
        else:
            few = np.count_nonzero(w) < n  # rows with a weight: draw some twice
            centers = X[rng.choice(len(X), n, replace=few, p=w / w.sum())]
        return (unit(centers) if metric == "cosine" else centers).astype(np.float64)
