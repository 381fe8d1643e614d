from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from course_lib.metrics import clustering_accuracy, psnr, ssim


def brute_force(labels_true, labels_pred):
    """The best share of agreement over every way to name the clusters after classes."""
    classes, clusters = sorted(set(labels_true)), sorted(set(labels_pred))
    # Where clusters outnumber classes, the rest is named after classes that do not occur.
    names = [*classes, *(f"none {i}" for i in range(len(clusters)))]
    best = 0
    for order in permutations(names, len(clusters)):
        name = dict(zip(clusters, order, strict=True))
        best = max(best, sum(name[p] == t for t, p in zip(labels_true, labels_pred, strict=True)))
    return best / len(labels_true)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_equals_the_best_of_all_matchings(pairs):
    labels_true, labels_pred = zip(*pairs, strict=True)
    assert clustering_accuracy(labels_true, labels_pred) == pytest.approx(
        brute_force(labels_true, labels_pred), abs=1e-12
    )


def test_the_greedy_matching_is_not_enough():
    # Matching the largest cell first (cluster 0 with class 0) leaves nothing for the others: 3 / 7.
    labels_true = [0, 0, 0, 0, 0, 1, 1]
    labels_pred = [0, 0, 0, 1, 1, 0, 0]
    assert clustering_accuracy(labels_true, labels_pred) == 4 / 7


@pytest.mark.parametrize(
    ("labels_true", "labels_pred", "expected"),
    [
        ([0, 0, 1, 1], [1, 1, 0, 0], 1.0),
        ([0, 0, 1, 1], [5, 5, 5, 5], 0.5),
        ([0, 0, 0, 0], [0, 1, 2, 3], 0.25),
        (["cat", "cat", "dog"], [2, 2, -1], 1.0),
        ([True, False], np.array([0.0, 1.0]), 1.0),
        (torch.tensor([0, 1, 1]), torch.tensor([1.0, 0.0, 0.0], requires_grad=True), 1.0),
    ],
)
def test_known_values(labels_true, labels_pred, expected):
    accuracy = clustering_accuracy(labels_true, labels_pred)
    assert type(accuracy) is float
    assert accuracy == expected


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_takes_labels_from_a_gpu():
    labels = torch.tensor([0, 1, 1], device="cuda")
    assert clustering_accuracy(labels, 1 - labels) == 1


@pytest.mark.parametrize("name", ["labels_true", "labels_pred"])
@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        ([], ValueError, r"must have shape \(N,\) with N >= 1, got shape \(0,\)"),
        (3, ValueError, r"must have shape \(N,\) with N >= 1, got shape \(\)"),
        ([[0, 1]], ValueError, r"must have shape \(N,\) with N >= 1, got shape \(1, 2\)"),
        ([[0], [0, 1]], ValueError, "must be one-dimensional, got a ragged sequence"),
        ([0.5, 1.0], ValueError, "must hold whole numbers, got fractions, NaN or infinity"),
        ([np.nan, 1.0], ValueError, "must hold whole numbers"),
        ([np.inf, 1.0], ValueError, "must hold whole numbers"),
        ([1j, 0], TypeError, "must hold integers, booleans or strings, got dtype complex128"),
        ([None, 0], TypeError, "must hold integers, booleans or strings, got dtype object"),
    ],
)
def test_bad_labels_are_named(name, bad, error, message):
    labels = {"labels_true": [0, 1], "labels_pred": [0, 1], name: bad}
    with pytest.raises(error, match=f"{name} {message}"):
        clustering_accuracy(**labels)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="labels_pred must be as long as labels_true, got 3 and 2"):
        clustering_accuracy([0, 1], [0, 1, 1])


def _pair(shape, seed=0):
    rng = np.random.default_rng(seed)
    y = gaussian_filter(rng.random(shape), (0, 0, 1, 1))
    return np.clip(y + 0.1 * rng.standard_normal(shape), 0, 1), y


@pytest.mark.parametrize("shape", [(3, 1, 28, 28), (2, 3, 17, 24)])
def test_psnr_against_scikit_image(shape):
    x, y = _pair(shape)
    expected = [peak_signal_noise_ratio(b, a, data_range=1) for a, b in zip(x, y, strict=True)]
    found = psnr(torch.tensor(x), torch.tensor(y))
    np.testing.assert_allclose(found.numpy(), expected, atol=2e-6)  # a float32 constant inside
    assert psnr(torch.tensor(x[1]), torch.tensor(y[1])).item() == pytest.approx(expected[1])


@pytest.mark.parametrize("shape", [(3, 1, 28, 28), (2, 3, 17, 24)])
def test_ssim_against_scikit_image(shape):
    x, y = _pair(shape)
    options = dict(channel_axis=0, data_range=1, gaussian_weights=True, sigma=1.5,
                   use_sample_covariance=False)
    expected = [structural_similarity(a, b, **options) for a, b in zip(x, y, strict=True)]
    found = ssim(torch.tensor(x), torch.tensor(y))
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)
    assert ssim(torch.tensor(x[1]), torch.tensor(y[1])).item() == pytest.approx(expected[1])


def test_equal_images():
    x = torch.rand(2, 1, 16, 16)
    assert psnr(x, x).isinf().all()
    torch.testing.assert_close(ssim(x, x), torch.ones(2))


def test_one_image_of_a_batch_of_one_and_float32():
    x, y = (torch.tensor(a, dtype=torch.float32) for a in _pair((1, 1, 16, 16)))
    assert psnr(x, y).shape == ssim(x, y).shape == (1,)
    assert psnr(x[0], y[0]).shape == ssim(x[0], y[0]).shape == ()


@pytest.mark.parametrize("measure", [psnr, ssim])
def test_bad_images(measure):
    x = torch.rand(2, 1, 16, 16)
    with pytest.raises(ValueError, match=r"y must have shape \(2, 1, 16, 16\), got \(1, 16, 16\)"):
        measure(x, x[0])
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\)"):
        measure(x[0, 0], x[0, 0])
    with pytest.raises(TypeError, match="x must be a torch tensor"):
        measure(x.numpy(), x)
    with pytest.raises(TypeError, match="y must be floating point"):
        measure(x, (255 * x).to(torch.uint8))


def test_ssim_needs_room_for_its_window():
    with pytest.raises(ValueError, match="at least 11 pixels"):
        ssim(torch.rand(1, 1, 10, 28), torch.rand(1, 1, 10, 28))
