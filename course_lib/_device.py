"""Data on a torch device, a GPU as a rule, and the steps of k-means on them."""

import numpy as np
import torch

from course_lib._blocks import Blocks

SPLIT = 2**26  # costs at a time: 256 MB of float32, enough to fill a GPU


class OnDevice(Blocks):
    """Like Blocks, with the rows x (n, D) on a device: large products there, labels here."""

    def __init__(self, x, metric, weight=None, *, merge=True, device):
        super().__init__(x, metric, weight, merge=merge)
        self.device = device

    def prepare(self, x, weight):
        """Prepare as on a CPU, then send the rows to the device."""
        super().prepare(x, weight)
        self.rows = torch.from_numpy(np.require(self.x, requirements="W")).to(self.device)

    def new_gap(self, n_clusters):
        """None: picking rows out costs a GPU more than their products."""
        return None

    def nearest(self, centers, labels=None, gap=None, rows=None):
        """Labels (n,) at the centres (K, D), of all rows or of some."""
        labels = np.zeros(len(self.x), np.intp)
        x = self.rows if rows is None else self.rows[rows]
        if self.metric == "manhattan":
            c = self._send(centers.astype(self.x.dtype))
            parts = [torch.cdist(part, c, p=1).argmin(1) for part in self._split(x, len(c))]
        else:
            factor, bias = map(self._send, self.products(centers))
            parts = [(bias + part @ factor).argmin(1) for part in self._split(x, len(bias))]
        labels[slice(None) if rows is None else rows] = torch.cat(parts).cpu().numpy()
        return labels

    def sums(self, rows, labels, weights, n_clusters):
        """Sums (K, D), in float64, of weighted rows (None: all) over their clusters."""
        x = self.rows if rows is None else self.rows[self._send(rows)]
        total = torch.zeros(n_clusters, x.shape[1], dtype=torch.float64, device=self.device)
        for label, weight in zip(labels.T, weights.T, strict=True):
            parts = (self._split(v, x.shape[1]) for v in (x, self._send(label), self._send(weight)))
            for part, k, w in zip(*parts, strict=True):
                total.index_add_(0, k, part * w[:, None])
        return total.cpu().numpy()

    def cost(self, centers, labels):
        """Cost (n,) of each row at its centre."""
        centers, labels = self._send(centers.astype(self.x.dtype)), self._send(labels)
        cost = []
        width = self.x.shape[1]
        for part, k in zip(self._split(self.rows, width), self._split(labels, width), strict=True):
            gap = (part - centers[k]).double()
            cost.append(gap.abs().sum(1) if self.metric == "manhattan" else (gap**2).sum(1))
        cost = torch.cat(cost).cpu().numpy()
        return cost / 2 if self.metric == "cosine" else cost

    def _send(self, array):
        return torch.from_numpy(np.ascontiguousarray(array)).to(self.device)

    def _split(self, tensor, width):
        return tensor.split(max(1, SPLIT // width))
