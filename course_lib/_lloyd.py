"""The engine of `kmeans.KMeans`: Lloyd's iterations in torch, block by block."""

from typing import NamedTuple

import numpy as np
import torch

CHUNK = 2048


class Result(NamedTuple):
    """What a run found, as NumPy: centers (K, D), labels (N,), inertia, iterations."""

    centers: np.ndarray
    labels: np.ndarray
    inertia: float
    n_iter: int


class Problem:
    """Data (N, D), metric and weights, prepared once for many runs on one device."""

    def __init__(self, x, metric, weight, device):
        self.metric, self.dtype = metric, x.dtype
        self.origin = x.mean(axis=0, dtype=np.float64).astype(x.dtype)
        if metric != "euclidean":
            self.origin = np.zeros_like(self.origin)
        x = x - self.origin if metric == "euclidean" else x.copy()
        self.x = torch.from_numpy(x).to(device)  # (N, D)
        if metric == "cosine":
            self.x = torch.nn.functional.normalize(self.x, eps=0)
        self.weight = torch.ones(len(x)) if weight is None else torch.from_numpy(weight)
        self.weight = self.weight.to(self.x)  # (N,)
        self.scale = self.x.var(dim=0, correction=0).mean()

    def _inside(self, centers):
        centers = torch.from_numpy(centers.astype(self.dtype) - self.origin).to(self.x)
        return torch.nn.functional.normalize(centers) if self.metric == "cosine" else centers

    def _outside(self, centers):
        return (centers.double().cpu().numpy() + self.origin).astype(self.dtype)

    def assign(self, centers):
        """Labels (N,) int32 and costs (N,) float64 at the given centres (K, D)."""
        centers = self._inside(centers)
        labels = self._labels(self.x, centers)
        cost = self._cost(self.x, centers, labels)
        return labels.int().cpu().numpy(), cost.cpu().numpy()

    def _labels(self, x, centers):
        parts = []
        for rows in x.split(CHUNK):
            if self.metric == "manhattan":
                score = torch.cdist(rows, centers, p=1)
            else:
                score = torch.addmm((centers**2).sum(1), rows, centers.T, alpha=-2)
            parts.append(score.argmin(1))
        return torch.cat(parts)

    def _cost(self, x, centers, labels):
        parts = []
        for rows, label in zip(x.split(CHUNK), labels.split(CHUNK)):
            gap = (rows - centers[label]).double()
            if self.metric == "manhattan":
                parts.append(gap.abs().sum(1))
            else:  # for unit vectors, 1 - cos is half the squared distance
                parts.append((gap**2).sum(1) / (2 if self.metric == "cosine" else 1))
        return torch.cat(parts)

    def _update(self, x, weight, labels, centers):
        """New centres (K, D) and the weight of each cluster (K,)."""
        total = torch.zeros(len(centers), dtype=torch.float64, device=x.device)
        total.index_add_(0, labels, weight.double())
        if self.metric == "manhattan":
            new = centers.clone()
            for k in torch.unique(labels):
                new[k] = _median(x[labels == k], weight[labels == k])
        else:
            new = torch.zeros_like(centers, dtype=torch.float64)
            for rows, label, w in zip(x.split(CHUNK), labels.split(CHUNK), weight.split(CHUNK)):
                new.index_add_(0, label, (rows * w[:, None]).double())
            new /= total[:, None]
            if self.metric == "cosine":
                new = torch.nn.functional.normalize(new)
            new = new.to(centers)
        lost = (total == 0) | ~(new.abs().sum(1) > 0) & (self.metric == "cosine")
        return torch.where(lost[:, None], centers, new), total

    def _fill(self, labels, centers, weight, x):
        count = torch.bincount(labels[weight > 0], minlength=len(centers))
        if (count > 0).all():
            return labels
        labels = labels.clone()
        cost = self._cost(x, centers, labels)
        for k in torch.nonzero(count == 0).flatten():
            far = torch.where((count[labels] > 1) & (weight > 0), cost, -1.0).argmax()
            if count[labels[far]] > 1 and weight[far] > 0:
                count[labels[far]] -= 1
                count[k] += 1
                labels[far] = k
        return labels

    def lloyd(self, centers, max_iter, tol):
        centers, old = self._inside(centers), None
        for n_iter in range(1, max_iter + 1):
            labels = self._labels(self.x, centers)
            filled = self._fill(labels, centers, self.weight, self.x)
            new, _ = self._update(self.x, self.weight, filled, centers)
            shift = ((new - centers) ** 2).sum()
            centers = new
            if old is not None and torch.equal(labels, old):
                break
            old = labels
            if shift <= tol * self.scale:
                break
        return self._result(centers, n_iter)

    def mini_batch(self, centers, max_iter, tol, batch_size, rng):
        centers = self._inside(centers)
        seen = torch.zeros(len(centers), dtype=torch.float64, device=self.x.device)
        for n_iter in range(1, max_iter + 1):
            before, before_seen = centers, seen.clone()
            order = torch.from_numpy(rng.permutation(len(self.x))).to(self.x.device)
            for rows in order.split(batch_size):
                x, weight = self.x[rows], self.weight[rows]
                labels = self._labels(x, centers)
                new, total = self._update(x, weight, labels, centers)
                seen += total
                rate = (total / seen.clamp(min=1e-300))[:, None].to(centers)
                centers = centers + rate * (new - centers)
                if self.metric == "cosine":
                    centers = torch.nn.functional.normalize(centers)
            if (seen == before_seen).any():
                labels = self._labels(self.x, centers)
                labels = self._fill(labels, centers, self.weight, self.x)
                centers, seen = self._update(self.x, self.weight, labels, centers)
            if ((centers - before) ** 2).sum() <= tol * self.scale:
                break
        return self._result(centers, n_iter)

    def _result(self, centers, n_iter):
        labels = self._labels(self.x, centers)
        inertia = float(self._cost(self.x, centers, labels) @ self.weight.double())
        return Result(self._outside(centers), labels.int().cpu().numpy(), inertia, n_iter)


def _median(x, weight):
    """Weighted median of each column of x (n, D): (D,); the middle of two where two will do."""
    x, order = x.sort(dim=0)  # (n, D)
    below = weight.double()[order].cumsum(0)  # (n, D)
    half = below[-1] / 2
    low = (below < half).sum(0).clamp(max=len(x) - 1)
    high = (below <= half).sum(0).clamp(max=len(x) - 1)
    return (x.gather(0, low[None]) + x.gather(0, high[None]))[0] / 2
