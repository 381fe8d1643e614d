"""KMeans as an estimator: scikit-learn's checks, what it takes, and what it says to bad input."""

import re
import warnings

import numpy as np
import pytest
import scipy.sparse
import sklearn.cluster
import torch
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from course_lib.fast import KMeans
from course_lib.fast import lloyd as engine
from course_lib.kmeans import assign, kmeans_plusplus, lloyd, update
from course_lib.support.parallel import LITTLE, Threads

X = load_iris().data


def failed_checks(estimator):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(estimator, on_fail=None)
    passed = {result["check_name"] for result in results if result["status"] == "passed"}
    return {result["check_name"] for result in results} - passed, passed


def test_passes_every_check_that_scikit_learn_passes():
    failed, passed = failed_checks(KMeans())
    _, passed_by_peer = failed_checks(sklearn.cluster.KMeans())
    assert not failed & passed_by_peer
    assert len(passed) > 50


@pytest.mark.parametrize("options", [{"metric": "manhattan"}, {"batch_size": 20}])
def test_other_settings_pass_the_checks_too(options):
    failed, _ = failed_checks(KMeans(**options))
    assert failed <= {
        "check_sample_weight_equivalence_on_dense_data",  # scikit-learn's fails it as well
        "check_array_api_input",  # skipped unless SCIPY_ARRAY_API is set
    }


# What goes in, what comes out


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64, torch.float16])
def test_tensors_are_taken_and_arrays_returned(dtype):
    x = torch.from_numpy(X).to(dtype)
    model = KMeans(3, init=x[:3], random_state=0).fit(x)
    expected = KMeans(3, init=x[:3].numpy()).fit(x.numpy())
    kept = x.numpy().dtype if dtype in (torch.float32, torch.float64) else np.float64
    for value in (model.cluster_centers_, model.labels_, model.predict(x), model.transform(x)):
        assert type(value) is np.ndarray
    assert model.cluster_centers_.dtype == kept
    assert model.labels_.dtype == np.int32
    assert type(model.inertia_) is float
    np.testing.assert_array_equal(model.labels_, expected.labels_)
    steps = list(lloyd(x, x[:3]))
    np.testing.assert_array_equal(assign(x, steps[-1].centers)[0], model.predict(x))


@pytest.mark.parametrize("device", [None, "cpu", torch.device("cpu"), "cuda"])
def test_device(device):
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device here")
    expected = KMeans(3, random_state=0).fit(X)
    model = KMeans(3, random_state=0, device=device).fit(X)
    np.testing.assert_array_equal(model.labels_, expected.labels_)
    if device == "cuda":
        on_gpu = torch.from_numpy(X).cuda()
        np.testing.assert_array_equal(KMeans(3, random_state=0).fit(on_gpu).labels_, model.labels_)


@pytest.mark.parametrize("small", [0, np.inf])
def test_the_data_and_the_start_are_left_alone(small, monkeypatch):
    monkeypatch.setattr(engine, "SMALL", small)
    x, start = X.copy(), X[:3].copy()
    for metric in ("euclidean", "cosine", "manhattan"):
        for offset in (0, 1e6):
            data, first = x + offset, start + offset
            kept = data.copy(), first.copy()
            data.flags.writeable = first.flags.writeable = False
            KMeans(3, init=first, metric=metric).fit(data)
            list(lloyd(data, first, metric=metric))
            np.testing.assert_array_equal(data, kept[0])
            np.testing.assert_array_equal(first, kept[1])


def test_it_works_in_a_pipeline_and_names_its_features():
    model = make_pipeline(StandardScaler(), KMeans(3, random_state=0)).set_output(
        transform="default"
    )
    labels = model.fit_predict(X)
    np.testing.assert_array_equal(labels, model.predict(X))
    assert model.transform(X).shape == (150, 3)
    assert model[-1].get_feature_names_out().tolist() == ["kmeans0", "kmeans1", "kmeans2"]
    assert clone(model[-1]).get_params()["n_clusters"] == 3
    assert KMeans(3, random_state=0).fit_transform(X).shape == (150, 3)


def test_options_are_given_by_name():
    with pytest.raises(TypeError):
        KMeans(3, "random")


# Bad input: the error names the argument, and says what it got


BAD_X = {
    "NaN": ([[0.0, np.nan], [1, 2], [3, 4]], "NaN"),
    "inf": ([[0.0, np.inf], [1, 2], [3, 4]], "infinity"),
    "empty": (np.empty((0, 2)), r"\(0, 2\)"),
    "no features": (np.empty((3, 0)), r"\(3, 0\)"),
    "1-D": (np.arange(3.0), r"\(3,\)"),
    "3-D": (np.zeros((3, 2, 2)), r"\(3, 2, 2\)"),
    "a number": (3.0, "float 3.0"),
    "None": (None, "NoneType None"),
    "strings": ([["a", "b"], ["c", "d"], ["e", "f"]], "'a'"),
    "ragged": ([[1.0, 2.0], [3.0], [4.0]], r"\[3.0\]"),
    "complex": (np.ones((3, 2)) * 1j, "complex128"),
    "sparse": (scipy.sparse.csr_array(np.eye(3)), "sparse"),
    "sparse tensor": (torch.eye(3).to_sparse(), "Sparse"),
    "bfloat16": (torch.eye(3, dtype=torch.bfloat16), "bfloat16"),
}


@pytest.mark.parametrize("case", BAD_X)
def test_bad_data(case):
    bad, got = BAD_X[case]
    for call in (
        lambda: KMeans(2).fit(bad),
        lambda: KMeans(2, random_state=0).fit(X[:, :2]).predict(bad),
        lambda: KMeans(2, random_state=0).fit(X[:, :2]).transform(bad),
    ):
        with pytest.raises((ValueError, TypeError), match=f"(?s)X must be a dense 2-D.*{got}"):
            call()
    for call in (
        lambda: list(lloyd(bad, X[:2])),
        lambda: assign(bad, X[:2]),
        lambda: update(bad, [0], X[:2]),
        lambda: kmeans_plusplus(bad, 2),
    ):
        with pytest.raises((ValueError, TypeError), match=f"(?s)^x must be a dense 2-D.*{got}"):
            call()


BAD_OPTIONS = [
    ("n_clusters", 0),
    ("n_clusters", -1),
    ("n_clusters", 2.5),
    ("n_clusters", "8"),
    ("n_clusters", True),
    ("n_clusters", None),
    ("n_clusters", 151),
    ("init", "kmeans"),
    ("init", X[:2]),
    ("init", X[:3, :2]),
    ("init", [[1.0, 2.0], [3.0]]),
    ("init", X[:3] * np.nan),
    ("init", None),
    ("metric", "chebyshev"),
    ("metric", None),
    ("metric", ["euclidean"]),
    ("n_init", 0),
    ("n_init", 1.5),
    ("max_iter", 0),
    ("max_iter", 10.0),
    ("tol", -1e-4),
    ("tol", np.nan),
    ("tol", np.inf),
    ("tol", "small"),
    ("tol", False),
    ("batch_size", 0),
    ("batch_size", 3.5),
    ("batch_size", "all"),
    ("device", "gpu"),
    ("device", "cuda:99"),
    ("device", 1.5),
]


@pytest.mark.parametrize(("name", "value"), BAD_OPTIONS)
def test_bad_options(name, value):
    options = {"n_clusters": 3, "random_state": 0, name: value}
    with pytest.raises((ValueError, TypeError), match=rf"(?s)^{name} must .*got"):
        KMeans(**options).fit(X)


def test_the_value_is_shown():
    for name, value in BAD_OPTIONS:
        if isinstance(value, str | float | int) and name != "init":
            with pytest.raises((ValueError, TypeError), match=re.escape(repr(value))):
                KMeans(**{"n_clusters": 3, name: value}).fit(X)


@pytest.mark.parametrize(
    "weight", [np.ones(3), np.ones((150, 1)), -np.ones(150), np.zeros(150), [np.nan] * 150, "a"]
)
def test_bad_weights(weight):
    model = KMeans(3, random_state=0).fit(X)
    for call in (model.fit, model.score):
        with pytest.raises(ValueError, match="sample_weight must be 150 finite numbers"):
            call(X, sample_weight=weight)


def test_bad_weights_of_the_wrong_type():
    with pytest.raises(TypeError, match="sample_weight must"):
        KMeans(3).fit(X, sample_weight=[None, {}] * 75)


def test_cosine_needs_directions():
    x = X.copy()
    x[7] = 0
    model = KMeans(3, metric="cosine", random_state=0).fit(X)
    for call in (KMeans(3, metric="cosine").fit, model.predict):
        with pytest.raises(ValueError, match="X must have no zero row.*zero row 7"):
            call(x)
    with pytest.raises(ValueError, match="centers must have no zero row.*zero row 0"):
        next(lloyd(X, [[0.0] * 4], metric="cosine"))
    KMeans(3, random_state=0).fit(x)


@pytest.mark.parametrize("method", ["predict", "transform", "score"])
def test_wrong_number_of_features_after_fit(method):
    model = KMeans(3, random_state=0).fit(X)
    with pytest.raises(ValueError, match=r"(?s)X must .*\(150, 3\).*expecting 4 features"):
        getattr(model, method)(X[:, :3])


def test_bad_arguments_of_the_textbook_functions():
    for bad, message in [
        (X[:2, :3], r"centers must have shape \(2, 4\).*got \(2, 3\)"),
        (X[0], r"centers must be a dense 2-D.*\(4,\)"),
    ]:
        for call in (lambda c: list(lloyd(X, c)), lambda c: assign(X, c)):
            with pytest.raises(ValueError, match=message):
                call(bad)
    for call in (lambda c: list(lloyd(X, c)), lambda c: update(X, np.zeros(150, int), c)):
        with pytest.raises(ValueError, match=r"centers must have at most 150 rows \(N\), got 300"):
            call(np.tile(X, (2, 1)))
    for labels, error in [
        (np.zeros(3, int), ValueError),
        (np.full(150, 2), ValueError),
        (np.full(150, -1), ValueError),
        (np.zeros(150), TypeError),
    ]:
        with pytest.raises(error, match="labels must be 150 integers in 0..1"):
            update(X, labels, X[:2])
    with pytest.raises(ValueError, match="metric must be one of.*'l2'"):
        assign(X, X[:2], "l2")
    with pytest.raises(ValueError, match="max_iter must.*0"):
        list(lloyd(X, X[:2], max_iter=0))
    with pytest.raises(ValueError, match="n_clusters must be in 1..150, got 151"):
        kmeans_plusplus(X, 151)
    with pytest.raises(TypeError, match="n_local_trials must.*1.5"):
        kmeans_plusplus(X, 2, n_local_trials=1.5)


def test_predict_before_fit():
    with pytest.raises(sklearn.exceptions.NotFittedError):
        KMeans().predict(X)


def test_a_little_work_is_done_by_one_thread():
    before = torch.get_num_threads()
    with Threads(LITTLE - 1) as threads:
        assert threads.n == torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
    with Threads(LITTLE) as threads:
        assert threads.n == torch.get_num_threads() == before
