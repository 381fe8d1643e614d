"""The quality measures that several chapters use."""

from functools import cache

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from sklearn.metrics.cluster import contingency_matrix

from course_lib.support import checkpoints
from course_lib.support.checks import floats, whole


def psnr(x, y):
    """Peak signal-to-noise ratio of each image, 10 log10(1 / MSE); average these, not the MSE.

    Args:
        x: images (N, C, H, W) or one image (C, H, W); clip them to [0, 1] first.
        y: images of the same shape.

    Returns:
        torch.Tensor: decibels (N,), or 0-d for one image; infinite for equal images.
    """
    from torchmetrics.functional.image import peak_signal_noise_ratio  # slow to import

    x, y, is_single = _image_pair(x, y)
    values = peak_signal_noise_ratio(x, y, data_range=1.0, reduction="none", dim=(1, 2, 3))
    return values[0] if is_single else values


def ssim(x, y):
    """Structural similarity of each image (Wang et al. 2004), with a Gaussian window (sigma 1.5).

    Args:
        x: images (N, C, H, W) or one image (C, H, W) in [0, 1], H and W >= 11.
        y: images of the same shape.

    Returns:
        torch.Tensor: (N,) in [-1, 1], or 0-d for one image; 1 for equal images.
    """
    from torchmetrics.functional.image import structural_similarity_index_measure

    x, y, is_single = _image_pair(x, y)
    if min(x.shape[2:]) < 11:
        raise ValueError(f"x must be at least 11 pixels high and wide, got {tuple(x.shape[2:])}")
    _, full = structural_similarity_index_measure(
        x, y, data_range=1.0, reduction="none", return_full_image=True
    )
    # torchmetrics also averages over the border, where the 11 x 11 window leaves the image.
    values = full[..., 5:-5, 5:-5].mean(dim=(1, 2, 3))
    return values[0] if is_single else values


def _image_pair(x, y):
    """Return both as (N, C, H, W), and whether they are single images without the axis N."""
    floats(x, "x")
    if x.ndim not in (3, 4):
        raise ValueError(f"x must have shape (N, C, H, W) or (C, H, W), got {tuple(x.shape)}")
    y = floats(y, "y", tuple(x.shape)).to(x.dtype)
    return (x[None], y[None], True) if x.ndim == 3 else (x, y, False)


@cache
def digit_features():
    """Return the feature function of `frechet_distance`: a small classifier's last hidden layer.

    The classifier is the checkpoint "digit-classifier", in eval mode; it is loaded once.

    Returns:
        callable: images (N, 1, 28, 28) in [0, 1] -> features (N, 64) on their device, no gradients.
    """
    classifier = checkpoints.load("digit-classifier")

    @torch.no_grad()
    def features(images):
        classifier.to(images.device)
        return torch.cat([classifier.features(part.float()) for part in images.split(500)])

    return features


def frechet_distance(real, fake, features=None):
    """Frechet distance between the Gaussians fitted to the features of two sets of images.

    Computed in float64 with unbiased covariances. With few images it is too large, so compare only
    values from equal numbers of images. With Inception's features it is the FID (Heusel et al.
    2017, "GANs trained by a two time-scale update rule").

    Args:
        real: floating-point images (N, ...), N >= 2.
        fake: images (M, ...) of the same size, M >= 2.
        features: callable: images -> features (N, D); None is `digit_features()`.

    Returns:
        float: the distance, >= 0, in squared units of the features; 0 for equal sets.
    """
    floats(real, "real")
    floats(fake, "fake", (None, *real.shape[1:]))
    real_moments = _feature_moments(real, features, "real")
    return gaussian_frechet(*real_moments, *_feature_moments(fake, features, "fake"))


def gaussian_frechet(mu1, cov1, mu2, cov2):
    """Squared 2-Wasserstein distance of N(mu1, cov1) and N(mu2, cov2) (Dowson and Landau 1982).

    It is `|mu1 - mu2|^2 + tr(cov1) + tr(cov2) - 2 tr((cov1^(1/2) cov2 cov1^(1/2))^(1/2))`; the last
    trace is the sum of the singular values of `cov1^(1/2) cov2^(1/2)`.

    Args:
        mu1: mean (D,), a tensor or array.
        cov1: covariance (D, D), positive semidefinite; it may be singular.
        mu2: mean (D,).
        cov2: covariance (D, D).

    Returns:
        float: the squared distance, >= 0.
    """
    arguments = {"mu1": mu1, "cov1": cov1, "mu2": mu2, "cov2": cov2}
    tensors = [torch.as_tensor(x, dtype=torch.float64).cpu() for x in arguments.values()]
    n = tensors[0].numel()
    for name, x, shape in zip(arguments, tensors, [(n,), (n, n)] * 2):
        if x.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {tuple(x.shape)}")
    mu1, cov1, mu2, cov2 = tensors
    overlap = torch.linalg.svdvals(_square_root(cov1) @ _square_root(cov2)).sum()
    distance = (mu1 - mu2).square().sum() + cov1.trace() + cov2.trace() - 2 * overlap
    return max(distance.item(), 0.0)  # rounding may leave -1e-15


def precision_recall(real, fake, features=None, k=3):
    """Share of fakes among the real images, and share of real images among the fakes.

    An image lies among a set if it is within a ball around one of the set's images that reaches
    to the k-th nearest other one, in the features. Compare only values from equal numbers of
    images. Source: Kynkaanniemi et al. (2019), "Improved precision and recall metric for assessing
    generative models", NeurIPS, equations 1 and 2.

    Args:
        real: floating-point images (N, ...), N > k.
        fake: images (M, ...) of the same size, M > k.
        features: as for `frechet_distance`.
        k: which neighbor a ball reaches to, >= 1.

    Returns:
        tuple: precision and recall, floats in [0, 1].
    """
    floats(real, "real")
    floats(fake, "fake", (None, *real.shape[1:]))
    k = whole(k, "k", 1)
    values = [_features(x, features, name, k + 1) for x, name in ((real, "real"), (fake, "fake"))]
    # The nearest image of a set is the image itself, hence k + 1.
    radii = [torch.cdist(x, x).kthvalue(k + 1, dim=1).values for x in values]
    distances = torch.cdist(*values)  # (N, M)
    precision = (distances <= radii[0][:, None]).any(dim=0)
    recall = (distances <= radii[1]).any(dim=1)
    return precision.double().mean().item(), recall.double().mean().item()


def _features(images, features, name, least):
    """Return the images' features (N, D) in float64; ValueError if there are less than `least`."""
    features = digit_features() if features is None else features
    if not callable(features):
        raise TypeError(f"features must be callable or None, got {type(features).__name__}")
    if len(images) < least:
        raise ValueError(f"{name} must hold at least {least} images, got {len(images)}")
    values = floats(features(images), f"features({name})", (len(images), None))
    values = values.detach().cpu().double()
    if not values.isfinite().all():
        raise ValueError(f"features({name}) must be finite, got NaN or infinity")
    return values


def _feature_moments(images, features, name):
    """Return the mean (D,) and unbiased covariance (D, D) of the images' features, in float64."""
    values = _features(images, features, name, 2)
    return values.mean(dim=0), torch.cov(values.T).reshape(values.shape[1], -1)


def _square_root(cov):
    """Return the symmetric square root of a covariance; negative eigenvalues (-1e-17) become 0."""
    values, vectors = torch.linalg.eigh(cov)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


def clustering_accuracy(labels_true, labels_pred):
    """Share of points in the cluster of their class, with the best one-to-one matching of both.

    The measure is that of Xie et al. (2016), "Unsupervised deep embedding". Each cluster is matched
    with at most one class; points of unmatched clusters or classes count as wrong. The label -1
    (noise in DBSCAN) is a cluster like any other.

    Args:
        labels_true: classes (N,), an array, tensor or list of integers, booleans or strings.
        labels_pred: clusters (N,), likewise.

    Returns:
        float: accuracy in (0, 1]; 1 if both agree up to the names of the clusters.
    """
    labels_true = _label_array(labels_true, "labels_true")
    labels_pred = _label_array(labels_pred, "labels_pred")
    if len(labels_true) != len(labels_pred):
        lengths = f"{len(labels_pred)} and {len(labels_true)} labels"
        raise ValueError(f"labels_pred must be as long as labels_true, got {lengths}")
    counts = contingency_matrix(labels_true, labels_pred)  # (classes, clusters)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    return float(counts[rows, columns].sum() / len(labels_true))


def _label_array(labels, name):
    """Return labels as an array (N,) of integers, booleans or strings."""
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
