"""Checks of what k-means is given: each error names the argument, what it got and what it wants."""

import warnings

import numpy as np
import torch
from scipy.sparse import issparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from course_lib.support.checks import non_negative, one_of, whole

AUTO = {"random": 10, "k-means++": 1}  # n_init="auto", as scikit-learn; 10 for a callable
METRICS = ("euclidean", "cosine", "manhattan")


def describe(value):
    """What a value is, for an error message."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{type(value).__name__} of shape {tuple(value.shape)} and dtype {value.dtype}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) < 60 else text[:57] + '...'}"


def check_matrix(name, value, metric, *, estimator=None, reset=True):
    """A C-contiguous NumPy array (N, D) of finite float32 or float64, or a telling error."""
    one_of(metric, "metric", METRICS)
    got, wanted = describe(value), f"{name} must be a dense 2-D array (N, D) of finite numbers"
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


def check_centers(name, centers, x, n_clusters, metric):
    """Centers (K, D) in the dtype of x (N, D), or an error; n_clusters: K, or None for any."""
    centers = check_matrix(name, centers, metric).astype(x.dtype)
    wanted = (n_clusters or len(centers), x.shape[1])
    if centers.shape != wanted:
        raise ValueError(
            f"{name} must have shape {wanted} (n_clusters, n_features), got {centers.shape}"
        )
    return centers


def check_pair(x, centers, metric, *, most=None):
    """Check x (N, D) and centers (K, D); most="N": K is at most N."""
    x = check_matrix("x", x, metric)
    centers = check_centers("centers", centers, x, None, metric)
    if most == "N" and len(centers) > len(x):
        raise ValueError(f"centers must have at most {len(x)} rows (N), got {len(centers)}")
    return x, centers


def check_labels(labels, x, centers):
    """Labels (N,) as integers in 0..K-1, or an error."""
    labels = np.asarray(labels)
    wanted = f"labels must be {len(x)} integers in 0..{len(centers) - 1}"
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{wanted}, got {describe(labels)}")
    if labels.shape != (len(x),) or labels.min() < 0 or labels.max() >= len(centers):
        raise ValueError(f"{wanted}, got {describe(labels)}")
    return labels


def check_weight(weight, n):
    """Weights as float64 (N,), or a telling error."""
    if weight is None:
        return np.ones(n)
    got, wanted = describe(weight), f"sample_weight must be {n} finite numbers, at least 0"
    try:
        weight = np.asarray(weight, np.float64)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{wanted}, got {got}: {error}") from error
    if weight.shape != (n,):
        raise ValueError(f"{wanted}, got {got}")
    if not (np.isfinite(weight).all() and (weight >= 0).all() and weight.any()):
        raise ValueError(f"{wanted} and not all zero, got {got}")
    return weight


def check_device(device, x):
    """The torch device to compute on; None: that of a tensor x, else the CPU."""
    if device is None:
        return x.device if isinstance(x, torch.Tensor) else torch.device("cpu")
    try:
        found = torch.device(device)
        torch.empty(0, device=found, dtype=torch.float64)  # raises where there is none
    except (RuntimeError, TypeError, AssertionError, NotImplementedError) as error:
        raise ValueError(
            f"device must be None or a torch device of this machine, got {device!r}: "
            f"{str(error).splitlines()[0]}"
        ) from error
    return found


def check_parameters(model):
    """Check the parameters that do not depend on X; returns the number of starts."""
    for name in ("n_clusters", "max_iter"):
        whole(getattr(model, name), name, 1)
    one_of(model.metric, "metric", METRICS)
    non_negative(model.tol, "tol")
    if model.batch_size is not None:
        whole(model.batch_size, "batch_size", 1)
    if isinstance(model.init, str) and model.init not in AUTO:
        raise ValueError(
            f"init must be {', '.join(map(repr, AUTO))}, an array of centers or a callable, "
            f"got {model.init!r}"
        )
    given = not isinstance(model.init, str) and not callable(model.init)
    if isinstance(model.n_init, str) and model.n_init == "auto":
        return 1 if given else AUTO.get(model.init if isinstance(model.init, str) else "", 10)
    if whole(model.n_init, "n_init", 1) > 1 and given:
        warnings.warn(
            f"init gives the starting centers, so n_init={model.n_init} runs would be the same: "
            "one is made",
            RuntimeWarning,
            stacklevel=4,
        )
    return 1 if given else model.n_init


def check_fit(model, x, weight):
    """Check all that `fit` is given: rows (N, D), weights (N,), device, number of starts, rng."""
    n_init, device = check_parameters(model), check_device(model.device, x)
    x = check_matrix("X", x, model.metric, estimator=model)
    whole(model.n_clusters, "n_clusters", 1, len(x))
    return x, check_weight(weight, len(x)), device, n_init, check_random_state(model.random_state)


def check_new(model, x):
    """Check that a model is fitted, and rows (N, D) for it: those and their device."""
    check_is_fitted(model)
    device = check_device(model.device, x)
    return check_matrix("X", x, model.metric, estimator=model, reset=False), device


def warn_of_fewer(labels, n_clusters):
    """Warn if there are fewer distinct labels than clusters."""
    n_found = np.count_nonzero(np.bincount(labels))
    if n_found < n_clusters:
        warnings.warn(
            f"n_clusters={n_clusters}, but only {n_found} distinct clusters were found; "
            "X may have too few distinct rows",
            ConvergenceWarning,
            stacklevel=3,
        )
