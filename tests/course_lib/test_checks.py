"""Checks of arguments that no function's own test covers."""

import numpy as np
import pytest
import torch

from course_lib.support.checks import one_of, whole


@pytest.mark.parametrize("value", [3, np.int64(3), torch.tensor(3)])
def test_whole_numbers_become_int(value):
    assert type(whole(value, "n", 3, 3)) is int
    assert whole(value, "n", 1) == 3


@pytest.mark.parametrize("value", [3.0, "3", None, True, np.float64(3), [3], torch.tensor(3.0)])
def test_other_types_are_named(value):
    with pytest.raises(TypeError, match=f"n must be an integer, got {type(value).__name__} "):
        whole(value, "n", 0)


def test_limits_are_named():
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        whole(0, "n", 1)
    for value in (0, 6):
        with pytest.raises(ValueError, match=rf"n must be in 1\.\.5, got {value}"):
            whole(value, "n", 1, 5)


def test_one_of():
    assert one_of("a", "name", ("a", "b")) == "a"
    for value in ("c", 3, ["a"]):
        with pytest.raises(ValueError, match="name must be one of a, b, got "):
            one_of(value, "name", {"a": 1, "b": 2})
