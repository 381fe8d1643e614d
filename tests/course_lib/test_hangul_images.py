"""Hangul: what is drawn, what is kept, and what a broken or missing package says."""

import sys
import unicodedata
from importlib import metadata

import numpy as np
import pytest
import torch

from course_lib import data
from course_lib.support import hangul_images


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """An empty cache folder."""
    monkeypatch.setenv("COURSE_LIB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hangul"


@pytest.fixture
def few(monkeypatch):
    """Only three syllables, so that drawing takes no time."""
    monkeypatch.setattr(hangul_images, "SYLLABLES", "가각힣")


def test_all_syllables_have_the_promised_form():
    hangul = data.load_hangul()
    assert hangul.images.shape == (11172, 1, 28, 28)
    assert hangul.images.dtype == torch.float32
    assert hangul.images.min() == 0
    assert hangul.images.max() == 1
    assert hangul.factors.shape == (11172, 3)
    assert hangul.factors.dtype == torch.int64
    assert hangul.factors.amax(dim=0).tolist() == [18, 20, 27]
    assert "".join(hangul.characters[[0, 1, -1]]) == "가각힣"
    assert len(np.unique(hangul.images.numpy().reshape(11172, -1), axis=0)) == 11172


def test_the_factors_are_those_of_unicode():
    """Oracle: Unicode's decomposition into letters, which are in three runs of their own."""
    hangul = data.load_hangul()
    for character, (initial, vowel, final) in zip(hangul.characters, hangul.factors.tolist()):
        letters = [0x1100 + initial, 0x1161 + vowel] + ([0x11A7 + final] if final else [])
        assert unicodedata.normalize("NFD", character) == "".join(map(chr, letters))


def test_a_fifth_is_for_testing_and_training_has_every_part():
    hangul = data.load_hangul()
    assert int(hangul.is_test.sum()) == 2318
    for column, n in zip(hangul.factors[~hangul.is_test].T, (19, 21, 28)):
        assert (column.bincount(minlength=n) > 250).all()


def test_each_part_stands_where_it_belongs():
    """가 and 거 differ on the right, 가 and 각 below too, 가 and 나 on the left."""
    hangul = data.load_hangul()
    page = dict(zip(hangul.characters, hangul.images[:, 0]))
    for other, area in {"거": np.s_[:, 14:], "각": np.s_[14:], "나": np.s_[:, :17]}.items():
        change = (page["가"] - page[other]).abs()
        assert change[area].sum() > 0.4 * change.sum()


def test_weights_follow_one_another_and_keep_the_split():
    both = data.load_hangul(("light", "regular"))
    assert len(both.images) == 2350 + 11172
    assert "".join(both.characters[:2350]) == hangul_images.COMMON
    ink = both.images.mean(dim=(1, 2, 3))
    assert ink[:2350].mean() < ink[2350:].mean()
    first = dict(zip(both.characters[:2350], both.is_test[:2350].tolist()))
    second = dict(zip(both.characters[2350:], both.is_test[2350:].tolist()))
    assert all(second[character] is side for character, side in first.items())


@pytest.mark.parametrize("size", [16, 28, 64])
def test_nothing_is_cut_off(size, few, cache):
    for weight in hangul_images.FONTS:
        drawn = hangul_images.draw("가뷁힣", hangul_images.font_file(weight), size)
        assert drawn.shape == (3, size, size)
        assert not drawn[:, 0].any()
        assert not drawn[:, :, [0, -1]].any()


def test_drawn_once(few, cache, monkeypatch):
    first = data.load_hangul(size=16)
    (kept,) = cache.iterdir()
    assert np.load(kept).dtype == np.uint8
    monkeypatch.setattr(hangul_images, "draw", None)
    again = data.load_hangul(size=16)
    assert torch.equal(first.images, again.images)
    again.images.fill_(7)
    assert data.load_hangul(size=16).images.max() == 1


@pytest.mark.parametrize("content", [b"", b"not an array", None])
def test_a_broken_cache_is_drawn_again(few, cache, content):
    first = data.load_hangul(size=16)
    (kept,) = cache.iterdir()
    if content is None:
        np.save(kept, np.zeros((2, 16, 16), np.uint8))
    else:
        kept.write_bytes(content)
    assert torch.equal(data.load_hangul(size=16).images, first.images)
    assert np.load(kept).shape == (3, 16, 16)


def test_a_cache_that_cannot_be_written_is_done_without(few, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSE_LIB_CACHE", str(tmp_path / "file"))
    assert len(data.load_hangul(size=16).images) == 3


def test_another_font_or_recipe_has_another_name(few, cache, monkeypatch):
    for _ in range(2):
        data.load_hangul(("regular", "bold"), size=16)
        data.load_hangul(size=17)
    assert len(list(cache.iterdir())) == 3
    monkeypatch.setattr(hangul_images.PIL, "__version__", "0")
    data.load_hangul(size=16)
    assert len(list(cache.iterdir())) == 4


def test_the_package_is_not_imported():
    data.load_hangul()
    assert "koreanize_matplotlib" not in sys.modules


COMMAND = "pip install --force-reinstall --no-deps koreanize-matplotlib==0.1.1$"


def test_a_missing_package_says_the_command(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(hangul_images.metadata, "distribution", missing)
    with pytest.raises(ModuleNotFoundError, match=COMMAND):
        data.load_hangul()


@pytest.mark.parametrize("content", [None, b"", b"another font"])
def test_a_broken_package_says_the_command(monkeypatch, tmp_path, content):
    class Broken:
        def locate_file(self, name):
            return tmp_path / "font.ttf"

    if content is not None:
        (tmp_path / "font.ttf").write_bytes(content)
    monkeypatch.setattr(hangul_images.metadata, "distribution", lambda name: Broken())
    with pytest.raises(RuntimeError, match=COMMAND):
        data.load_hangul()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"weights": "bold"}, TypeError, "weights must be a sequence such as .* got 'bold'"),
        ({"weights": 3}, TypeError, "weights must be a sequence such as .* got 3"),
        ({"weights": ()}, ValueError, "weights must name at least one weight"),
        (
            {"weights": ("black",)},
            ValueError,
            "weights must be one of regular, bold, extra-bold, light, got 'black'",
        ),
        ({"size": 15}, ValueError, "size must be at least 16, got 15"),
        ({"size": 28.0}, TypeError, "size must be an integer, got float 28.0"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        data.load_hangul(**arguments)
