"""Stored tables of measurements."""

import numpy as np
import pytest
import torch

from course_lib.support import checkpoints, runs


def test_a_table_comes_back_by_run_and_measure(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    assert runs.names() == []
    rows = [("a", 0, "test", 0.12341), ("a", 0, "train", 1.0), ("a", 1, "test", 2e-5)]
    runs.save("small", rows)
    assert runs.names() == ["small"]
    table = runs.load("small")
    assert set(table) == {("a", "test"), ("a", "train")}
    np.testing.assert_array_equal(table["a", "test"], [0.1234, 2e-5])


def test_an_unknown_table_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="none yet"):
        runs.load("small")


@pytest.mark.parametrize("name", ["conv-runs", "color-runs", "style-runs", "hangul-runs"])
def test_the_stored_tables_have_three_seeds_of_everything(name):
    table = runs.load(name)
    assert all(values.shape == (3,) and np.isfinite(values).all() for values in table.values())


def test_pictures_come_back_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    pictures = torch.arange(3 * 3 * 4 * 4).reshape(3, 3, 4, 4) / 255
    assert runs.save_pictures("small", pictures) == tmp_path / "small.png"
    assert torch.equal(runs.load_pictures("small"), pictures)
