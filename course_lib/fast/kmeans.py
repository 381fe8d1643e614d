"""K-means as a scikit-learn estimator: the clusters of `course_lib.kmeans.lloyd`, sooner.

`fast.lloyd` holds the compiled loop; `python -m benchmarks kmeans` measures it.
"""

import warnings

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from course_lib.fast import lloyd as runs
from course_lib.kmeans import CHUNK, costs, kmeans_plusplus
from course_lib.support import kmeans_checks as checks
from course_lib.support.checks import whole
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
        n_init, device = checks.check_parameters(self), checks.check_device(self.device, X)
        X = checks.check_matrix("X", X, self.metric, estimator=self)
        whole(self.n_clusters, "n_clusters", 1, len(X))
        weight = checks.check_weight(sample_weight, len(X))
        rng, best = check_random_state(self.random_state), None
        merge = self.batch_size is None  # a mini-batch is a sample of the rows as given
        rows = min(self.batch_size or len(X), len(X))  # that one step looks at
        with Threads(rows * X.shape[1] * self.n_clusters) as threads:
            problem = runs.Problem(
                threads, X, self.metric, self.n_clusters, weight=weight, device=device, merge=merge
            )
            for _ in range(n_init):
                start = self._start(X, weight, rng)
                if merge:
                    result = runs.lloyd(problem, start, self.max_iter, self.tol)
                else:
                    settings = self.max_iter, self.tol, self.batch_size, rng
                    result = runs.mini_batch(problem, start, *settings)
                if best is None or result[2] < best[2]:
                    best = result
        self.cluster_centers_, self.labels_, self.inertia_, self.n_iter_ = best
        self._n_features_out = self.n_clusters
        n_found = np.count_nonzero(np.bincount(self.labels_))
        if n_found < self.n_clusters:
            warnings.warn(
                f"n_clusters={self.n_clusters}, but only {n_found} distinct clusters were found; "
                "X may have too few distinct rows",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def predict(self, X):
        """Nearest center of each row of X (N, D): (N,) int32."""
        return self._nearest(X)[0]

    def transform(self, X):
        """Distance of each row of X (N, D) to each center: (N, K), dtype of X.

        Euclidean distance (not squared), 1 - cos, or Manhattan distance.
        """
        check_is_fitted(self)
        X = checks.check_matrix("X", X, self.metric, estimator=self, reset=False)
        out = np.empty((len(X), len(self.cluster_centers_)), X.dtype)
        for i in range(0, len(X), CHUNK):
            out[i : i + CHUNK] = costs(X[i : i + CHUNK], self.cluster_centers_, self.metric)
        return np.sqrt(out, out=out) if self.metric == "euclidean" else out

    def score(self, X, y=None, sample_weight=None):
        """Minus the inertia of X (N, D) at the fitted centers; y is ignored."""
        cost = self._nearest(X)[1]
        return -float(cost @ checks.check_weight(sample_weight, len(cost)))

    def _nearest(self, X):
        """Labels (N,) and costs (N,) of the rows of X at the fitted centers."""
        check_is_fitted(self)
        device = checks.check_device(self.device, X)
        X = checks.check_matrix("X", X, self.metric, estimator=self, reset=False)
        with Threads(X.size * self.n_clusters) as threads:
            problem = runs.Problem(threads, X, self.metric, self.n_clusters, device=device)
            centers = problem.start(self.cluster_centers_)
            problem.assign(centers)
            labels, group = problem.labels.astype(np.int32), problem.group
            return labels[group], problem.cost(centers)[group]

    def _start(self, X, weight, rng):
        """Starting centers (K, D) of one run."""
        if callable(self.init):
            centers = self.init(X, self.n_clusters, random_state=rng)
            return checks.check_centers("init(...)", centers, X, self.n_clusters, self.metric)
        if not isinstance(self.init, str):
            return checks.check_centers("init", self.init, X, self.n_clusters, self.metric)
        if self.init == "k-means++":
            options = {"random_state": rng, "metric": self.metric, "sample_weight": weight}
            return kmeans_plusplus(X, self.n_clusters, **options)[0]
        share = weight / weight.sum()
        if np.count_nonzero(share) < self.n_clusters:
            share = None  # too few rows have a weight: draw from all
        return X[rng.choice(len(X), self.n_clusters, replace=False, p=share)]
