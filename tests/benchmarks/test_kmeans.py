"""The k-means benchmark's libraries for GPUs, by stand-ins that compute on the CPU."""

import sys
from types import ModuleType

import pytest
import torch
from sklearn.cluster import KMeans

from benchmarks import kmeans


@pytest.fixture
def peers(monkeypatch):
    """Return the methods that are found where both libraries are installed."""

    def lloyd(x, centers, n_iter):
        model = KMeans(len(centers), init=centers.numpy(), n_init=1, max_iter=n_iter, tol=0)
        return model.fit(x.numpy())

    def batch_kmeans_Euclid(x, n_clusters, *, max_iters, init_centroids):
        assert n_clusters == init_centroids.shape[1]
        model = lloyd(x[0], init_centroids[0], max_iters)
        return None, torch.from_numpy(model.cluster_centers_)[None], model.n_iter_

    class FastKMeans:
        def __init__(self, d, k, *, niter, tol, device, dtype):
            assert (d, tol, device, dtype) == (32, -1, "cpu", torch.float32)
            self.k, self.niter = k, niter

        def train(self, x):
            rows = torch.from_numpy(x)
            self.centroids = lloyd(rows, rows[: self.k], self.niter).cluster_centers_

    for name, thing in (
        ("flash_kmeans", batch_kmeans_Euclid),
        ("fastkmeans", FastKMeans),
    ):
        module = ModuleType(name)
        setattr(module, thing.__name__, thing)
        monkeypatch.setitem(sys.modules, name, module)
    return kmeans.gpu_peers("cpu")


def test_libraries_for_gpus_reach_the_inertia_of_the_others(peers):
    x = kmeans.normal(400, 32)
    centers = kmeans.start(x, 5)
    wanted, n_iter = kmeans.ours(x, centers, 10, 0)
    found, same = peers["flash-kmeans"](x, centers, 10, n_iter)
    assert found == pytest.approx(wanted, rel=1e-3)
    assert same == n_iter
    found, _ = peers["fastkmeans"](x, centers, 10, n_iter)
    assert found == pytest.approx(wanted, rel=0.05)  # from another start


def test_libraries_that_are_not_installed_are_left_out(monkeypatch):
    for name in ("flash_kmeans", "fastkmeans"):
        monkeypatch.setitem(sys.modules, name, None)
    assert kmeans.gpu_peers() == {}
