"""Measures of quality that the chapters share, each with one meaning throughout the book."""

from functools import cache

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from sklearn.metrics.cluster import contingency_matrix

from course_lib import checkpoints
from course_lib.support.checks import floats


def psnr(x, y):
    """Peak signal-to-noise ratio of each image: 10 log10(1 / MSE), for values in [0, 1].

    Args:
        x: (N, C, H, W) images or one image (C, H, W), floating point; the range of 1 is taken as
            given, so clip first what may leave [0, 1].
        y: the images to compare with, of the same shape.

    Returns:
        torch.Tensor: (N,) decibels, or 0-d for one image; infinite where the two are equal. The
            mean over images is the mean of these, and not the PSNR of the mean error.

    Raises:
        TypeError: an argument is no floating-point tensor.
        ValueError: the shapes differ, or are not those of images.
    """
    from torchmetrics.functional.image import peak_signal_noise_ratio  # slow to import

    x, y, squeeze = _image_pair(x, y)
    values = peak_signal_noise_ratio(x, y, data_range=1.0, reduction="none", dim=(1, 2, 3))
    return values[0] if squeeze else values


def ssim(x, y):
    """Structural similarity of each image, with the Gaussian window of the paper (sigma 1.5).

    Args:
        x: (N, C, H, W) images or one image (C, H, W), floating point in [0, 1], H and W >= 11.
        y: the images to compare with, of the same shape.

    Returns:
        torch.Tensor: (N,) in [-1, 1], or 0-d for one image; 1 where the two are equal. The mean
            over the places where the whole window, 11 x 11 pixels, lies inside the image.

    Raises:
        TypeError: an argument is no floating-point tensor.
        ValueError: the shapes differ, are not those of images, or an image is under 11 pixels.

    Source: Wang, Bovik, Sheikh and Simoncelli (2004), "Image quality assessment: from error
        visibility to structural similarity", IEEE Transactions on Image Processing 13(4).
    """
    from torchmetrics.functional.image import structural_similarity_index_measure

    x, y, squeeze = _image_pair(x, y)
    if min(x.shape[2:]) < 11:
        raise ValueError(f"x must be at least 11 pixels high and wide, got {tuple(x.shape[2:])}")
    _, full = structural_similarity_index_measure(
        x, y, data_range=1.0, reduction="none", return_full_image=True
    )
    # torchmetrics averages over the border too, where the window hangs over the edge.
    values = full[..., 5:-5, 5:-5].mean(dim=(1, 2, 3))
    return values[0] if squeeze else values


def _image_pair(x, y):
    """Both as (N, C, H, W), and whether that dimension N was added."""
    floats(x, "x")
    if x.ndim not in (3, 4):
        raise ValueError(f"x must have shape (N, C, H, W) or (C, H, W), got {tuple(x.shape)}")
    floats(y, "y", tuple(x.shape))
    y = y.to(x.dtype)
    return (x[None], y[None], True) if x.ndim == 3 else (x, y, False)


@cache
def digit_features():
    """Return the function that `frechet_distance` sees digits through.

    Its features are the last but one layer of a small classifier, the checkpoint
    "digit-classifier": what two digits share for the classifier, they share here. It is read once.

    Returns:
        callable: images (N, 1, 28, 28) in [0, 1] -> features (N, 64), without gradient, on the
            images' device, the classifier in evaluation mode.
    """
    classifier = checkpoints.load("digit-classifier")

    @torch.no_grad()
    def features(images):
        classifier.to(images.device)
        return torch.cat([classifier.features(part.float()) for part in images.split(500)])

    return features


def frechet_distance(real, fake, features=None):
    """Frechet distance of two sets of images: how far apart the Gaussians of their features are.

    Computed in float64, with means and unbiased covariances over each set. Few images make it too
    large, and by an amount that depends on how many: compare only values from equal numbers.

    Args:
        real: (N, ...) floating-point tensor, N >= 2.
        fake: (M, ...) likewise, M >= 2.
        features: callable from images to features (N, D), D >= 1; None is `digit_features()`, for
            images (N, 1, 28, 28) in [0, 1].

    Returns:
        float: >= 0, in squared units of the features; symmetric; 0 for equal sets.

    Raises:
        TypeError: an argument is no floating-point tensor, or `features` cannot be called.
        ValueError: the shapes of two images differ, there is one image alone, or the features are
            not finite or not (N, D).

    Source: Heusel, Ramsauer, Unterthiner, Nessler and Hochreiter (2017), "GANs trained by a two
        time-scale update rule converge to a local Nash equilibrium", NeurIPS (there with the
        features of Inception: FID).
    """
    floats(real, "real")
    floats(fake, "fake", (None, *real.shape[1:]))
    features = digit_features() if features is None else features
    if not callable(features):
        raise TypeError(f"features must be callable or None, got {type(features).__name__}")
    return gaussian_frechet(*_moments(real, features, "real"), *_moments(fake, features, "fake"))


def gaussian_frechet(mu1, cov1, mu2, cov2):
    """Squared 2-Wasserstein distance of N(mu1, cov1) and N(mu2, cov2).

    |mu1 - mu2|^2 + tr(cov1) + tr(cov2) - 2 tr((cov1^(1/2) cov2 cov1^(1/2))^(1/2)). The last trace
    is the sum of the singular values of cov1^(1/2) cov2^(1/2).

    Args:
        mu1, mu2: (D,) tensors or arrays.
        cov1, cov2: (D, D), symmetric, without negative eigenvalues; singular ones are welcome.

    Returns:
        float: >= 0.

    Raises:
        ValueError: the shapes do not agree.

    Source: Dowson and Landau (1982), "The Frechet distance between multivariate normal
        distributions", Journal of Multivariate Analysis 12(3).
    """
    given = {"mu1": mu1, "cov1": cov1, "mu2": mu2, "cov2": cov2}
    mu1, cov1, mu2, cov2 = (torch.as_tensor(x, dtype=torch.float64).cpu() for x in given.values())
    n = mu1.numel()
    for (name, x), shape in zip(given.items(), [(n,), (n, n)] * 2):
        if tuple(np.shape(x)) != shape:
            raise ValueError(f"{name} must have shape {shape}, got {tuple(np.shape(x))}")
    overlap = torch.linalg.svdvals(_root(cov1) @ _root(cov2)).sum()
    distance = (mu1 - mu2).square().sum() + cov1.trace() + cov2.trace() - 2 * overlap
    return max(distance.item(), 0.0)  # rounding may leave -1e-15


def _moments(images, features, name):
    """Mean (D,) and unbiased covariance (D, D) of the features of images, in float64."""
    if len(images) < 2:
        raise ValueError(f"{name} must hold at least 2 images, got {len(images)}")
    values = floats(features(images), f"features({name})", (len(images), None))
    values = values.detach().cpu().double()
    if not values.isfinite().all():
        raise ValueError(f"features({name}) must be finite, got NaN or infinity")
    return values.mean(dim=0), torch.cov(values.T).reshape(values.shape[1], -1)


def _root(cov):
    """The symmetric square root of a covariance matrix; eigenvalues of -1e-17 count as 0."""
    values, vectors = torch.linalg.eigh(cov)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


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
