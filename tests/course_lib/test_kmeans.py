"""Oracles for the algorithm: scikit-learn, closed forms, scipy's minimizer, its own theorems."""

import itertools
import threading
import tracemalloc
import warnings

import numpy as np
import pytest
import sklearn.cluster
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize
from scipy.spatial.distance import cdist
from scipy.stats import chisquare
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from course_lib.data import load_mnist
from course_lib.fast import KMeans
from course_lib.fast import lloyd as engine
from course_lib.kmeans import assign, kmeans_plusplus, lloyd, update

METRICS = ("euclidean", "cosine", "manhattan")
SCIPY = {"euclidean": "sqeuclidean", "cosine": "cosine", "manhattan": "cityblock"}


def blobs(n=600, d=5, k=6, seed=0):
    return datasets.make_blobs(n, d, centers=k, random_state=seed)[0]


def mnist():
    images = load_mnist("small").train_images
    return images.reshape(len(images), -1).numpy()


def jittered(x):
    """Rows off the grid of their digits, so that none is exactly as far from two centers.

    A tie is decided by the last bit, and that depends on the order in which a library adds.
    """
    distinct, which = np.unique(x, axis=0, return_inverse=True)
    moved = distinct + np.random.default_rng(1).normal(0, 1e-3 * x.std(), distinct.shape)
    return moved[which.ravel()]


def digits():
    return jittered(datasets.load_digits().data)


def photo():
    """Coarse colors, most of which repeat, in random order."""
    pixels = datasets.load_sample_image("flower.jpg")[::4, ::4].reshape(-1, 3) // 8 / 32
    return np.random.default_rng(0).permutation(jittered(pixels))


DATA = {
    "iris": (lambda: jittered(datasets.load_iris().data), 3),
    "wine": (lambda: datasets.load_wine().data, 3),
    "breast cancer": (lambda: datasets.load_breast_cancer().data, 2),
    "diabetes": (lambda: datasets.load_diabetes().data, 5),
    "digits": (digits, 10),
    "digits, 64 clusters": (digits, 64),  # wide enough for gaps
    "moons": (lambda: datasets.make_moons(500, noise=0.05, random_state=0)[0], 7),
    "blobs": (blobs, 6),
    "one feature": (lambda: np.random.default_rng(0).standard_t(3, (400, 1)), 4),
    "photo": (photo, 8),  # repeated rows
    "far away": (lambda: blobs() + 1e8, 6),
    "MNIST": (mnist, 10),
}


def rows_of(x, k, seed=0):
    """K distinct rows of x."""
    distinct = np.unique(x, axis=0)
    return distinct[np.random.default_rng(seed).choice(len(distinct), k, replace=False)]


def objective(x, centers, metric="euclidean"):
    return cdist(x, centers, SCIPY[metric]).min(axis=1).sum()


@pytest.fixture(params=["compiled", "torch", "cuda"])
def where(request, monkeypatch):
    """The ways of the estimator: the compiled loop, torch, and torch on a GPU if there is one."""
    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device here; the same code runs as 'torch'")
    monkeypatch.setattr(engine, "SMALL", 0 if request.param == "compiled" else np.inf)
    return "cuda" if request.param == "cuda" else "cpu"


# Against scikit-learn, from the same start


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("tol", [0, 1e-4])
@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("small", [0, engine.SMALL])
def test_same_clusters_as_scikit_learn(name, tol, dtype, small, monkeypatch):
    monkeypatch.setattr(engine, "SMALL", small)
    make, k = DATA[name]
    if name == "far away" and dtype == np.float32:
        pytest.skip("at 1e8 float32 has a spacing of 8: nothing of the blobs is left in the data")
    x = make().astype(dtype)
    start = rows_of(x, k)
    with threadpool_limits(1):  # with more, it adds in whatever order its threads finish
        peer = sklearn.cluster.KMeans(k, init=start, n_init=1, tol=tol).fit(x)
    mine = KMeans(k, init=start, tol=tol).fit(x)
    np.testing.assert_array_equal(mine.labels_, peer.labels_)
    assert mine.inertia_ == pytest.approx(peer.inertia_, rel=1e-5)
    assert mine.n_iter_ == peer.n_iter_
    spread = x.std() * (1e-6 if dtype == np.float64 else 1e-4)
    np.testing.assert_allclose(mine.cluster_centers_, peer.cluster_centers_, atol=spread)
    assert mine.cluster_centers_.dtype == dtype


def test_mnist_in_float32_and_scikit_learn_in_float64_agree():
    x = mnist()
    start = rows_of(x, 64)
    peer = sklearn.cluster.KMeans(64, init=start, n_init=1).fit(x.astype(np.float64))
    mine = KMeans(64, init=start).fit(x)
    np.testing.assert_array_equal(mine.labels_, peer.labels_)
    assert mine.inertia_ == pytest.approx(peer.inertia_, rel=1e-5)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("name", ["iris", "digits", "digits, 64 clusters", "photo", "blobs"])
def test_fit_takes_the_steps_of_lloyd(name, metric, where):
    make, k = DATA[name]
    x = make()
    x = x[(x != 0).any(axis=1)]
    start = rows_of(x, k)
    steps = list(lloyd(x, start, metric=metric))
    model = KMeans(k, init=start, metric=metric, tol=0, device=where).fit(x)
    assert len(steps) - model.n_iter_ in (0, 1)  # a fit also stops where no center moves
    np.testing.assert_array_equal(model.labels_, steps[-1].labels)
    assert model.inertia_ == pytest.approx(steps[-1].inertia, rel=1e-9)
    assert model.inertia_ == pytest.approx(objective(x, model.cluster_centers_, metric), rel=1e-9)
    np.testing.assert_array_equal(model.predict(x), model.labels_)
    distances = model.transform(x[:20]) ** (2 if metric == "euclidean" else 1)
    np.testing.assert_allclose(distances, cdist(x[:20], model.cluster_centers_, SCIPY[metric]))


@pytest.mark.parametrize("metric", METRICS)
def test_lloyd_stops_after_max_iter_and_fit_with_it(metric, where):
    x = digits()
    start = rows_of(x, 10)
    steps = list(lloyd(x, start, metric=metric, max_iter=3))
    model = KMeans(10, init=start, metric=metric, tol=0, max_iter=3, device=where).fit(x)
    assert (len(steps), model.n_iter_) == (4, 3)
    np.testing.assert_array_equal(model.labels_, steps[-1].labels)
    np.testing.assert_allclose(model.cluster_centers_, steps[-1].centers, rtol=1e-9, atol=1e-12)


def test_lloyd_begins_with_the_given_centers():
    x, start = blobs(), blobs()[:6]
    first = next(lloyd(x, start))
    np.testing.assert_array_equal(first.centers, start)
    np.testing.assert_array_equal(first.labels, cdist(x, start).argmin(axis=1))
    assert first.inertia == pytest.approx(objective(x, start))


# The theorems


@st.composite
def problems(draw):
    """Rows (n, d) with ties and repeats, none of them zero, and a start (k, d)."""
    n, d = draw(st.integers(2, 30)), draw(st.integers(1, 4))
    values = st.one_of(st.integers(-3, 3).map(float), st.floats(-1e3, 1e3, width=32))
    x = draw(arrays(np.float64, (n, d), elements=values))
    x[np.abs(x).max(axis=1) < 1e-3] = 1.0  # cosine needs a direction
    k = draw(st.integers(1, n))
    return x, x[draw(st.permutations(range(n)))[:k]]


@pytest.mark.parametrize("metric", METRICS)
@given(problem=problems())
@settings(deadline=None, max_examples=80, derandomize=True)
def test_every_step_descends(metric, problem):
    x, start = problem
    steps = list(lloyd(x, start, metric=metric))
    inertia = np.array([objective(x, step.centers, metric) for step in steps])
    rounding = 1e-12 * (np.abs(x).max() ** 2 + 1) * len(x)
    assert (np.diff(inertia) <= rounding).all()
    np.testing.assert_allclose([s.inertia for s in steps], inertia, rtol=1e-9, atol=rounding)
    for step in steps:
        assert np.isfinite(step.centers).all()
        assert step.labels.min() >= 0
        assert step.labels.max() < len(start)
    assert len(steps) <= 301


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("metric", METRICS)
@given(problem=problems())
@settings(deadline=None, max_examples=40, derandomize=True)
def test_a_fit_is_a_fixed_point(metric, problem):
    x, start = problem
    model = KMeans(len(start), init=start, metric=metric, tol=0).fit(x)
    assert np.isfinite(model.cluster_centers_).all()
    rounding = 1e-12 * (np.abs(x).max() ** 2 + 1) * len(x)
    assert model.inertia_ <= objective(x, start, metric) + rounding
    assert model.inertia_ == pytest.approx(
        objective(x, model.cluster_centers_, metric), rel=1e-9, abs=rounding
    )


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("n", [1, 6, 7])
def test_each_update_minimizes_its_own_objective(metric, n):
    rng = np.random.default_rng(n)
    x = rng.normal(size=(n, 3)) + [3, 0, 0]

    def cost(center):
        return cdist(x, center[None], SCIPY[metric]).sum()

    center = update(x, np.zeros(n, int), x[:1] + 1, metric)[0]
    found = min(
        minimize(cost, x.mean(axis=0) + rng.normal(size=3), method="Nelder-Mead").fun
        for _ in range(3)
    )
    assert cost(center) <= found + 1e-9
    assert cost(center) == pytest.approx(found, rel=1e-3, abs=1e-3)  # as close as the simplex gets
    for step in 10.0 ** np.arange(-5, 1):
        assert cost(center) <= cost(center + step * rng.normal(size=3)) + 1e-12


@pytest.mark.parametrize("metric", METRICS)
def test_assign_finds_the_nearest_center(metric):
    rng = np.random.default_rng(0)
    x, centers = rng.normal(size=(2500, 4)) + 1, rng.normal(size=(7, 4))  # more than two chunks
    labels, cost = assign(x, centers, metric)
    distance = cdist(x, centers, SCIPY[metric])
    np.testing.assert_array_equal(labels, distance.argmin(axis=1))
    np.testing.assert_allclose(cost, distance.min(axis=1), atol=1e-12)


def test_ties_go_to_the_lower_number():
    assert assign([[0.0]], [[1.0], [-1.0], [1.0]])[0].tolist() == [0]


# k-means++


@pytest.mark.parametrize("trials", [1, 2])
@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
def test_plusplus_draws_with_the_probabilities_of_the_paper(metric, trials):
    x = np.array([[0.0], [1.0], [3.0], [7.0], [7.5]])
    weight = np.array([1.0, 2.0, 1.0, 1.0, 0.5])
    cost = cdist(x, x, SCIPY[metric])
    expected = np.zeros((5, 5))  # P(first = i, second = j)
    for i in range(5):
        share = weight * cost[i] / (weight @ cost[i])
        for drawn in itertools.product(range(5), repeat=trials):
            potential = [np.minimum(cost[i], cost[j]) @ weight for j in drawn]
            best = drawn[int(np.argmin(potential))]
            expected[i, best] += weight[i] / weight.sum() * share[list(drawn)].prod()
    n, rng, observed = 3000, np.random.RandomState(0), np.zeros((5, 5))
    for _ in range(n):
        _, chosen = kmeans_plusplus(
            x, 2, random_state=rng, n_local_trials=trials, metric=metric, sample_weight=weight
        )
        observed[tuple(chosen)] += 1
    assert expected.sum() == pytest.approx(1)
    assert observed[expected == 0].sum() == 0
    likely = n * expected >= 5  # the rule for the chi-square approximation
    rest = [n - observed[likely].sum()], [n - n * expected[likely].sum()]
    seen, due = np.append(observed[likely], rest[0]), np.append(n * expected[likely], rest[1])
    # Right code fails one seed in a thousand; the seed is fixed. Uniform draws, or the distance
    # in place of its square, give a p-value below 1e-10.
    assert chisquare(seen[due > 0], due[due > 0]).pvalue > 1e-3


@pytest.mark.parametrize("seed", range(5))
def test_plusplus_chooses_what_scikit_learn_chooses(seed):
    x = datasets.load_digits().data
    centers, chosen = kmeans_plusplus(x, 12, random_state=seed)
    peer_centers, peer_chosen = sklearn.cluster.kmeans_plusplus(x, 12, random_state=seed)
    np.testing.assert_array_equal(chosen, peer_chosen)
    np.testing.assert_array_equal(centers, peer_centers)


def test_starts_come_from_the_data_and_from_the_seed():
    x = blobs()
    for init in ("k-means++", "random"):
        first, again, other = (
            KMeans(6, init=init, random_state=seed, max_iter=1).fit(x) for seed in (0, 0, 1)
        )
        np.testing.assert_array_equal(first.cluster_centers_, again.cluster_centers_)
        assert not np.array_equal(first.cluster_centers_, other.cluster_centers_)
    random = KMeans(600, init="random", random_state=0).fit(x)
    assert random.inertia_ == 0  # 600 different rows were drawn


def test_random_starts_are_rows_that_weigh_something():
    x, weight = blobs(), np.zeros(600)
    weight[:20] = 1
    model = KMeans(20, init="random", random_state=0, max_iter=1).fit(x, sample_weight=weight)
    np.testing.assert_array_equal(*(np.unique(v, axis=0) for v in (model.cluster_centers_, x[:20])))
    few = KMeans(30, init="random", random_state=0).fit(x, sample_weight=weight)  # 20 of them do
    assert np.isfinite(few.cluster_centers_).all()
    assert few.inertia_ == 0


def test_the_best_of_several_starts_is_kept():
    x = blobs(k=12)
    rng = np.random.RandomState(0)
    single = [KMeans(12, init="random", random_state=rng).fit(x).inertia_ for _ in range(5)]
    best = KMeans(12, init="random", n_init=5, random_state=np.random.RandomState(0)).fit(x)
    assert min(single) < max(single)
    assert best.inertia_ == min(single)


# Invariance


@pytest.mark.parametrize("metric", METRICS)
def test_the_order_of_the_rows_does_not_matter(metric, where):
    x = digits()
    start, order = rows_of(x, 10), np.random.default_rng(0).permutation(len(x))
    one, two = (KMeans(10, init=start, metric=metric, device=where) for _ in range(2))
    np.testing.assert_array_equal(one.fit(x).labels_[order], two.fit(x[order]).labels_)
    assert one.inertia_ == pytest.approx(two.inertia_)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
@pytest.mark.parametrize("offset", [-3.0, 1e4, 1e8])
def test_translation_does_not_matter(metric, offset, where):
    x = blobs()
    start = rows_of(x, 6)
    one = KMeans(6, init=start, metric=metric, device=where).fit(x)
    two = KMeans(6, init=start + offset, metric=metric, device=where).fit(x + offset)
    np.testing.assert_array_equal(one.labels_, two.labels_)
    assert one.inertia_ == pytest.approx(two.inertia_, rel=1e-6)
    steps = list(lloyd(x + offset, start + offset, metric=metric))
    np.testing.assert_array_equal(steps[-1].labels, one.labels_)


def test_length_does_not_matter_to_cosine(where):
    x = datasets.load_digits().data
    scale = np.random.default_rng(0).uniform(0.1, 10, (len(x), 1))
    start = rows_of(x, 10)
    one, two = (KMeans(10, init=start, metric="cosine", device=where) for _ in range(2))
    np.testing.assert_array_equal(one.fit(x).labels_, two.fit(x * scale).labels_)
    np.testing.assert_allclose(np.linalg.norm(one.cluster_centers_, axis=1), 1)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("make", [blobs, photo, digits])
def test_weights_are_repetitions(metric, make, where):
    x = make()
    x = x[(x != 0).any(axis=1)][:1500]
    times = np.random.default_rng(0).integers(0, 4, len(x))
    start = rows_of(x, 5)
    one, two = (KMeans(5, init=start, metric=metric, tol=0, device=where) for _ in range(2))
    one.fit(x, sample_weight=times)
    two.fit(np.repeat(x, times, axis=0))
    np.testing.assert_array_equal(np.repeat(one.labels_, times), two.labels_)
    np.testing.assert_allclose(one.cluster_centers_, two.cluster_centers_, atol=1e-9)
    assert one.inertia_ == pytest.approx(two.inertia_)
    assert one.score(x, sample_weight=times) == pytest.approx(-one.inertia_)


def test_weights_agree_with_scikit_learn():
    x = datasets.load_digits().data
    weight, start = np.random.default_rng(0).exponential(size=len(x)), rows_of(x, 10)
    peer = sklearn.cluster.KMeans(10, init=start, n_init=1).fit(x, sample_weight=weight)
    mine = KMeans(10, init=start).fit(x, sample_weight=weight)
    np.testing.assert_array_equal(mine.labels_, peer.labels_)
    assert mine.inertia_ == pytest.approx(peer.inertia_, rel=1e-9)


def test_the_number_of_threads_does_not_matter():
    x = mnist()
    before = torch.get_num_threads()
    found = []
    try:
        for n_threads in (1, 3):
            torch.set_num_threads(n_threads)
            found.append(KMeans(20, random_state=0).fit(x))
    finally:
        torch.set_num_threads(before)
    np.testing.assert_array_equal(found[0].cluster_centers_, found[1].cluster_centers_)
    assert found[0].inertia_ == found[1].inertia_


def test_rows_that_share_a_hash_are_kept_apart(monkeypatch):
    x = photo()[:, :2].copy()
    expected = KMeans(5, init=rows_of(x, 5)).fit(x)
    monkeypatch.setattr(engine, "SMALL", 0)
    monkeypatch.setattr(engine, "HASH", np.zeros(8))  # now all rows do
    model = KMeans(5, init=rows_of(x, 5)).fit(x)
    np.testing.assert_array_equal(model.labels_, expected.labels_)
    assert model.inertia_ == pytest.approx(expected.inertia_)


@pytest.mark.parametrize("weight", [1e-60, 1e60])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_unit_of_the_weights_does_not_matter(weight, dtype, where):
    x = blobs().astype(dtype)
    times = np.random.default_rng(0).integers(1, 4, len(x))
    one, two = (KMeans(6, init=x[:6], device=where) for _ in range(2))
    one.fit(x, sample_weight=times)
    two.fit(x, sample_weight=weight * times)
    np.testing.assert_array_equal(one.labels_, two.labels_)
    np.testing.assert_allclose(one.cluster_centers_, two.cluster_centers_, rtol=1e-6)
    assert two.inertia_ == pytest.approx(weight * one.inertia_)


@pytest.mark.parametrize("metric", METRICS)
def test_the_unit_of_the_data_does_not_matter_to_the_stop(metric, where):
    """`tol` is a share of the variance, so that a fit stops at the same step in any unit."""
    x = datasets.load_digits().data
    fits = [
        KMeans(10, init=unit * x[:10], metric=metric, tol=0.05, device=where).fit(unit * x)
        for unit in (1, 2.0**-10, 2.0**10)
    ]
    assert len({fit.n_iter_ for fit in fits}) == 1
    assert fits[0].n_iter_ < KMeans(10, init=x[:10], metric=metric, tol=0).fit(x).n_iter_


@pytest.mark.parametrize("batch_size", [None, 50])
def test_a_row_without_weight_changes_nothing(batch_size, where):
    """But it gets the label of its nearest center."""
    x, far = blobs(), np.array([[1e3] * 5, [0] * 5])
    rows = np.concatenate([far, x])
    options = {"init": x[:6], "batch_size": batch_size, "random_state": 0, "device": where}
    one = KMeans(6, **options).fit(x)
    two = KMeans(6, **options).fit(rows, sample_weight=[0, 0] + [1] * len(x))
    np.testing.assert_array_equal(one.cluster_centers_, two.cluster_centers_)
    np.testing.assert_array_equal(two.labels_, one.predict(rows))
    assert (one.n_iter_, one.inertia_) == (two.n_iter_, two.inertia_)


# Edges


@pytest.mark.parametrize("metric", METRICS)
def test_one_cluster(metric, where):
    x = blobs() + 20
    model = KMeans(1, metric=metric, random_state=0, device=where).fit(x)
    best = {
        "euclidean": x.mean(axis=0),
        "manhattan": np.median(x, axis=0),
        "cosine": (x / np.linalg.norm(x, axis=1)[:, None]).mean(axis=0),
    }[metric]
    if metric == "cosine":
        best /= np.linalg.norm(best)
    np.testing.assert_allclose(model.cluster_centers_[0], best, rtol=1e-9)
    assert (model.labels_ == 0).all()


@pytest.mark.parametrize("metric", METRICS)
def test_as_many_clusters_as_rows(metric, where):
    x = blobs(40) + 20
    model = KMeans(40, metric=metric, random_state=0, device=where).fit(x)
    assert sorted(model.labels_) == list(range(40))
    assert model.inertia_ == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("distinct", [1, 3])
def test_fewer_distinct_rows_than_clusters(metric, distinct, where):
    x = np.repeat(np.arange(1.0, distinct + 1)[:, None] ** [1, 2], 7, axis=0)
    for init in ("k-means++", "random", x[:6]):
        model = KMeans(6, init=init, metric=metric, random_state=0, device=where)
        with pytest.warns(ConvergenceWarning, match="n_clusters=6, but only"):
            model.fit(x)
        assert np.isfinite(model.cluster_centers_).all()
        assert model.predict(x).shape == (len(x),)
    assert model.inertia_ == pytest.approx(0, abs=1e-12)
    steps = list(lloyd(x, x[:6], metric=metric))
    assert np.isfinite(steps[-1].centers).all()
    assert steps[-1].inertia == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("batch_size", [None, 50])
def test_empty_clusters_are_seeded_again(metric, batch_size, where):
    x = blobs(300, 3) + 30
    start = np.concatenate([x[:1], np.tile([[-1e4, 1e4, 1e4]], (5, 1))])
    model = KMeans(
        6, init=start, metric=metric, device=where, batch_size=batch_size, random_state=0
    )
    model.fit(x)
    assert np.unique(model.labels_).tolist() == list(range(6))
    assert np.isfinite(model.cluster_centers_).all()
    assert model.inertia_ < objective(x, start, metric)
    if batch_size is None:
        np.testing.assert_array_equal(
            model.labels_, list(lloyd(x, start, metric=metric))[-1].labels
        )


@pytest.mark.parametrize("seed", range(3))
def test_rows_that_are_skipped_lose_nothing(seed, monkeypatch):
    """80 clusters of 64 features are wide enough for gaps; half of them begin empty."""
    monkeypatch.setattr(engine, "SMALL", 0)
    x = digits()
    start = np.concatenate([rows_of(x, 40, seed), rows_of(x, 40, seed + 9) - 1e3])
    steps = list(lloyd(x, start))
    model = KMeans(80, init=start, tol=0).fit(x)
    assert len(steps) > 10
    np.testing.assert_array_equal(model.labels_, steps[-1].labels)
    np.testing.assert_allclose(model.cluster_centers_, steps[-1].centers, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_clusters", [5, 10, 40])
def test_rows_are_skipped_once_few_labels_change(n_clusters, dtype, monkeypatch):
    monkeypatch.setattr(engine, "SMALL", 0)
    assign, kept = engine.Rows.assign, []

    def watched(rows, *args):
        n_changed = assign(rows, *args)
        kept.append((n_changed, len(rows.gap)))
        return n_changed

    monkeypatch.setattr(engine.Rows, "assign", watched)
    x = digits().astype(dtype)
    start = rows_of(x, n_clusters, 0)
    steps = list(lloyd(x, start))
    model = KMeans(n_clusters, init=start, tol=0).fit(x)
    begun = [n_changed for n_changed, n_gaps in kept if n_gaps == 0]
    assert begun[-1] < len(x) * n_clusters / 1600 <= min(begun[:-1])
    assert kept[-1][1] == len(x)
    np.testing.assert_array_equal(model.labels_, steps[-1].labels)
    np.testing.assert_allclose(model.cluster_centers_, steps[-1].centers, rtol=1e-5, atol=1e-5)


def test_update_gives_an_empty_cluster_the_farthest_row():
    x = np.array([[0.0], [1.0], [2.0], [50.0]])
    new = update(x, [0, 0, 0, 0], [[1.0], [99.0]])
    np.testing.assert_array_equal(new, [[1.0], [50.0]])
    x[2] = 3
    new = update(x, [0, 0, 0, 2], [[1.0], [99.0], [70.0]])  # must not empty the third cluster
    np.testing.assert_array_equal(new, [[0.5], [3.0], [50.0]])


def test_unit_vectors_that_cancel_out_leave_the_center(where):
    x = np.array([[1.0, 0.0], [-1.0, 0.0]])
    np.testing.assert_array_equal(update(x, [0, 0], [[0.0, 1.0]], "cosine"), [[0.0, 1.0]])
    model = KMeans(1, init=[[0.0, 2.0]], metric="cosine", device=where).fit(x)
    np.testing.assert_array_equal(model.cluster_centers_, [[0.0, 1.0]])
    assert model.inertia_ == 2


# Mini-batches


@pytest.mark.parametrize(
    ("metric", "margin"), [("euclidean", 1.05), ("cosine", 1.05), ("manhattan", 1.05)]
)
def test_mini_batches_come_close_to_lloyd(metric, margin, where):
    x = datasets.load_digits().data
    start = rows_of(x, 10)
    options = {"init": start, "metric": metric, "device": where, "random_state": 0}
    full = KMeans(10, **options).fit(x)
    options["max_iter"] = 10  # passes
    mini = KMeans(10, batch_size=256, **options).fit(x)
    assert mini.inertia_ <= margin * full.inertia_
    assert mini.inertia_ == pytest.approx(objective(x, mini.cluster_centers_, metric))
    assert mini.inertia_ < 0.8 * objective(x, start, metric)  # it did learn
    again = KMeans(10, batch_size=256, **options).fit(x)
    np.testing.assert_array_equal(mini.labels_, again.labels_)


def test_mini_batches_of_all_rows_average_like_one_step():
    x = blobs()
    start = rows_of(x, 6)
    whole = KMeans(6, init=start, batch_size=10**6, max_iter=1, random_state=0).fit(x)
    step = list(lloyd(x, start, max_iter=1))[-1]
    np.testing.assert_allclose(whole.cluster_centers_, step.centers)


# Memory


@pytest.mark.parametrize("metric", METRICS)
def test_no_matrix_of_rows_times_clusters(metric):
    n, k = 100_000, 400
    x = np.random.default_rng(0).uniform(1, 2, (n, 3)).astype(np.float32)
    model = KMeans(k, init=x[:k], metric=metric, max_iter=2)
    runs = [lambda: model.fit(x), lambda: model.predict(x), lambda: assign(x, x[:k], metric)]
    tracemalloc.start()
    for run in runs:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        run()
        peak = tracemalloc.get_traced_memory()[1] - before
        assert peak < n * k * 4 / 4, f"{peak / 1e6:.0f} MB"  # a quarter of N x K float32
    tracemalloc.stop()


@pytest.mark.parametrize("k", [4, 64])
def test_the_compiled_loop_is_the_python_that_is_shown(k, monkeypatch):
    """Without the compiler the same source gives the same clusters (64: wide enough for gaps)."""
    x = digits()[:300]
    start = rows_of(x, k)
    monkeypatch.setattr(engine, "SMALL", 0)
    expected = KMeans(k, init=start, max_iter=5).fit(x)
    for name in ("move", "collect", "nearest_two", "assign_rows"):
        monkeypatch.setattr(engine, name, getattr(engine, name).py_func)
    lock = threading.Lock()

    def take(counter):
        with lock:
            counter += 1
            return counter[0] - 1

    monkeypatch.setattr(engine, "take", take)
    model = KMeans(k, init=start, max_iter=5).fit(x)
    np.testing.assert_array_equal(model.labels_, expected.labels_)
    np.testing.assert_allclose(model.cluster_centers_, expected.cluster_centers_, atol=1e-9)
    assert model.n_iter_ == expected.n_iter_


def test_init_takes_a_callable():
    x = blobs()

    def first_rows(X, n_clusters, random_state):
        assert isinstance(random_state, np.random.RandomState)
        return X[:n_clusters]

    model = KMeans(6, init=first_rows).fit(x)
    np.testing.assert_array_equal(model.labels_, KMeans(6, init=x[:6]).fit(x).labels_)
    with pytest.raises(ValueError, match=r"init\(\.\.\.\) must have shape"):
        KMeans(5, init=lambda X, n_clusters, random_state: X[:4]).fit(x)


@pytest.mark.parametrize(
    ("init", "n_starts"),
    [("k-means++", 1), ("random", 10), (lambda X, n, random_state: X[:n], 10)],
)
def test_auto_makes_as_many_starts_as_scikit_learn(init, n_starts, monkeypatch):
    calls, lloyd_once = [], engine.lloyd
    monkeypatch.setattr(engine, "lloyd", lambda *a: calls.append(1) or lloyd_once(*a))
    KMeans(6, init=init, n_init="auto", random_state=0).fit(blobs())
    assert len(calls) == n_starts


def test_given_centers_are_one_start():
    x = blobs()
    with pytest.warns(RuntimeWarning, match="n_init=3"):
        KMeans(6, init=x[:6], n_init=3).fit(x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        KMeans(6, init=x[:6], n_init="auto").fit(x)
