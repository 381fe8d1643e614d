from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.metrics import clustering_accuracy


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
