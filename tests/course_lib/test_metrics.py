from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.linalg import sqrtm
from scipy.ndimage import gaussian_filter
from scipy.stats import norm
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torchmetrics.image.fid import FrechetInceptionDistance

from course_lib import checkpoints
from course_lib.data import load_mnist
from course_lib.metrics import (
    clustering_accuracy,
    digit_features,
    frechet_distance,
    gaussian_frechet,
    precision_recall,
    psnr,
    ssim,
)


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
    options = dict(
        channel_axis=0, data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
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


# --- Frechet distance ------------------------------------------------------------------------


def gaussian(rng, n, rank=None):
    """Mean and covariance of n numbers; a rank below n makes the covariance singular."""
    root = rng.normal(size=(n, rank or n))
    return rng.normal(size=n), root @ root.T


def by_sqrtm(mu1, cov1, mu2, cov2):
    """The formula as it is printed, with scipy's square root of a matrix without symmetry."""
    root = sqrtm(cov1 @ cov2)
    return ((mu1 - mu2) ** 2).sum() + np.trace(cov1 + cov2) - 2 * np.trace(root).real


def flat(images):
    return images.flatten(1)


@pytest.mark.parametrize("n", [1, 2, 7, 64])
def test_gaussian_frechet_against_sqrtm(n):
    rng = np.random.default_rng(n)
    a, b = gaussian(rng, n), gaussian(rng, n)
    value = gaussian_frechet(*a, *b)
    assert type(value) is float
    assert value == pytest.approx(by_sqrtm(*a, *b), rel=1e-10)
    assert gaussian_frechet(*b, *a) == pytest.approx(value, rel=1e-12)
    assert gaussian_frechet(*a, *a) == pytest.approx(0, abs=1e-11 * np.trace(a[1]))


def test_gaussian_frechet_is_the_transport_cost_in_one_dimension():
    """The best plan moves quantile to quantile: an integral that knows no covariance."""
    (m1, s1), (m2, s2) = (0.3, 0.5), (-1.0, 2.0)
    cost, _ = quad(lambda u: (norm.ppf(u, m1, s1) - norm.ppf(u, m2, s2)) ** 2, 0, 1)
    assert gaussian_frechet([m1], [[s1**2]], [m2], [[s2**2]]) == pytest.approx(cost, rel=1e-6)


def test_gaussian_frechet_of_singular_covariances():
    """Far-apart planes: no direction in common, so the trace of the root vanishes."""
    x, y = np.diag([1.0, 4.0, 0, 0]), np.diag([0, 0, 9.0, 1.0])
    assert gaussian_frechet(np.zeros(4), x, np.zeros(4), y) == pytest.approx(15, abs=1e-12)
    rng = np.random.default_rng(0)
    mu, cov = gaussian(rng, 30, rank=4)
    assert 0 <= gaussian_frechet(mu, cov, mu, cov) < 1e-11 * np.trace(cov)


@pytest.mark.parametrize("name", ["mu1", "cov1", "mu2", "cov2"])
def test_gaussian_frechet_of_other_shapes(name):
    arguments = {"mu1": np.zeros(3), "cov1": np.eye(3), "mu2": np.zeros(3), "cov2": np.eye(3)}
    with pytest.raises(ValueError, match=rf"{name} must have shape .*, got \(3, 2\)"):
        gaussian_frechet(**arguments | {name: np.zeros((3, 2))})


def test_frechet_distance_against_torchmetrics_and_numpy():
    """On the digits, through the classifier: sums in another order, another root, other code."""
    digits = load_mnist()
    real, fake = digits.test_images[:400], 0.9 * digits.train_images[:300]
    value = frechet_distance(real, fake)

    class Features(torch.nn.Module):
        num_features = 64

        def forward(self, images):
            return digit_features()(images)

    fid = FrechetInceptionDistance(feature=Features())
    fid.update(real, real=True)
    fid.update(fake, real=False)
    assert value == pytest.approx(fid.compute().item(), rel=1e-4)  # theirs ends in float32

    a, b = (digit_features()(x).double().numpy() for x in (real, fake))
    alive = (a.max(0) > 0) | (b.max(0) > 0)  # sqrtm wants regular matrices
    moments = [m for x in (a[:, alive], b[:, alive]) for m in (x.mean(0), np.cov(x, rowvar=False))]
    assert value == pytest.approx(by_sqrtm(*moments), rel=1e-5)
    assert frechet_distance(fake, real) == pytest.approx(value, rel=1e-10)
    assert value > 10


def test_frechet_distance_of_equal_sets():
    images = load_mnist().test_images[:200]
    shuffled = images[torch.randperm(200, generator=torch.Generator().manual_seed(0))]
    assert frechet_distance(images, images) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(images, shuffled) == pytest.approx(0, abs=1e-4)


def test_frechet_distance_grows_with_damage_and_shrinks_with_the_number_of_images():
    digits = load_mnist()
    noise = torch.randn(digits.test_images.shape, generator=torch.Generator().manual_seed(0))
    values = [
        frechet_distance(digits.test_images, (digits.test_images + sigma * noise).clamp(0, 1))
        for sigma in (0.05, 0.1, 0.3)
    ]
    assert values[0] < values[1] / 2 < values[2] / 4
    # Two halves of one set: what is left is bias, and that goes with 1 / N.
    order = torch.randperm(4000, generator=torch.Generator().manual_seed(1))
    images = digits.train_images[order]
    few, many = (
        np.mean(
            [
                frechet_distance(images[i : i + n], images[2000 + i : 2000 + i + n])
                for i in range(0, 2000, n)
            ]
        )
        for n in (100, 1000)
    )
    assert 5 < few / many < 20


def test_frechet_distance_in_other_features():
    """The pixels themselves as features, where the covariance is known by construction."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(500, 6)), 3 * rng.normal(size=(400, 6)) + 2
    shape = (-1, 1, 2, 3)
    value = frechet_distance(
        torch.tensor(x).reshape(shape), torch.tensor(y).reshape(shape), features=flat
    )
    moments = x.mean(0), np.cov(x, rowvar=False), y.mean(0), np.cov(y, rowvar=False)
    assert value == pytest.approx(by_sqrtm(*moments), rel=1e-10)
    one = frechet_distance(torch.tensor(x[:, :1]), torch.tensor(y[:, :1]), features=lambda x: x)
    spread = x[:, 0].std(ddof=1) - y[:, 0].std(ddof=1)
    assert one == pytest.approx((x[:, 0].mean() - y[:, 0].mean()) ** 2 + spread**2, rel=1e-10)


def test_frechet_distance_counts_in_float64():
    """A mean far from 0: in float32 the variance of 1e-4 would be lost beside it."""
    x = torch.tensor([[1000.0], [1000.0 + 2**-13]]).repeat(50, 1)
    y = torch.full_like(x, 1000.0)
    expected = (2**-14) ** 2 + (2**-13) ** 2 / 4 * 100 / 99
    assert frechet_distance(x, y, features=lambda x: x) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"real": [1.0]}, TypeError, "real must be a torch tensor, got list"),
        ({"fake": torch.zeros(4, 1, 2, 2).long()}, TypeError, "fake must be floating point"),
        ({"fake": torch.zeros(4, 1, 3, 2)}, ValueError, r"fake must have shape \(N, 1, 2, 2\)"),
        ({"real": torch.zeros(1, 1, 2, 2)}, ValueError, "real must hold at least 2 images, got 1"),
        ({"fake": torch.zeros(1, 1, 2, 2)}, ValueError, "fake must hold at least 2 images, got 1"),
        ({"features": "pixels"}, TypeError, "features must be callable or None, got str"),
        ({"features": lambda x: x}, ValueError, r"features\(real\) must have shape \(4, N\)"),
        ({"features": lambda x: x[:1].flatten(1)}, ValueError, r"features\(real\) must have"),
        ({"fake": torch.full((4, 1, 2, 2), torch.nan)}, ValueError, r"features\(fake\) must be"),
        ({"features": None}, ValueError, r"x must have shape \(N, 1, 28, 28\)"),
    ],
)
def test_bad_arguments_of_frechet_distance(change, error, message):
    arguments = {"real": torch.rand(4, 1, 2, 2), "fake": torch.rand(5, 1, 2, 2), "features": flat}
    with pytest.raises(error, match=message):
        frechet_distance(**arguments | change)


def test_digit_features_are_the_classifiers():
    """What is measured is what tells digits apart: a linear layer on the features reads them."""
    digits = load_mnist()
    features = digit_features()
    assert features is digit_features()  # read once
    values = features(digits.test_images)
    assert values.shape == (1000, 64)
    assert not values.requires_grad
    torch.testing.assert_close(values[620:660], features(digits.test_images[620:660]))
    head = checkpoints.load("digit-classifier").head
    accuracy = (head(values).argmax(1) == digits.test_labels).double().mean()
    assert accuracy >= 0.975
    assert torch.equal(features(digits.test_images[:3]), features(digits.test_images[:3].double()))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_frechet_distance_on_a_gpu():
    real, fake = load_mnist().test_images[:100], load_mnist().train_images[:100]
    on_gpu = frechet_distance(real.cuda(), fake.cuda())
    assert on_gpu == pytest.approx(frechet_distance(real, fake), rel=1e-3)


# --- Precision and recall --------------------------------------------------------------------


def among(points, others, k):
    """The definition in loops: the share of points within a ball around one of the others."""
    n_inside = 0
    radii = [sorted(np.linalg.norm(other - x) for x in others)[k] for other in others]
    for point in points:
        n_inside += any(np.linalg.norm(point - o) <= r for o, r in zip(others, radii, strict=True))
    return n_inside / len(points)


@pytest.mark.parametrize("k", [1, 3])
def test_precision_and_recall_against_the_definition(k):
    rng = np.random.default_rng(k)
    real, fake = rng.normal(size=(40, 2)), rng.normal(size=(30, 2)) * 0.5 + 0.7
    found = precision_recall(torch.tensor(real), torch.tensor(fake), features=flat, k=k)
    assert found == pytest.approx((among(fake, real, k), among(real, fake, k)))
    assert 0.1 < found[1] < found[0] <= 1


def test_precision_and_recall_of_what_is_known():
    """Half of two far clusters: all fakes are real, half of the real ones are covered."""
    rng = torch.Generator().manual_seed(0)
    cluster = torch.rand(200, 2, generator=rng)
    real = torch.cat([cluster, cluster + 100])
    assert precision_recall(real, cluster, features=flat) == (1, 0.5)
    assert precision_recall(cluster, real, features=flat) == (0.5, 1)
    assert precision_recall(cluster, cluster + 100, features=flat) == (0, 0)


def test_precision_and_recall_of_digits():
    digits = load_mnist()
    real, other = digits.test_images, digits.train_images[:1000]
    assert min(precision_recall(real, other)) > 0.8
    ones = other[digits.train_labels[:1000] == 1]
    precision, recall = precision_recall(real, ones)
    assert precision > 0.8
    assert recall < 0.2


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"fake": torch.zeros(4, 1, 3, 2)}, ValueError, r"fake must have shape \(N, 1, 2, 2\)"),
        ({"real": torch.zeros(3, 1, 2, 2)}, ValueError, "real must hold at least 4 images, got 3"),
        ({"k": 0}, ValueError, "k must be"),
        ({"features": "pixels"}, TypeError, "features must be callable or None, got str"),
    ],
)
def test_bad_arguments_of_precision_and_recall(change, error, message):
    arguments = {"real": torch.rand(4, 1, 2, 2), "fake": torch.rand(5, 1, 2, 2), "features": flat}
    with pytest.raises(error, match=message):
        precision_recall(**arguments | change)
