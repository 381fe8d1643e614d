"""The command that takes the README's pictures."""

import pytest
from PIL import Image

from tools.book import BookError
from tools.screenshots import MOST_BYTES, PAGES, WINDOW, take


def test_it_photographs_both_languages(browser, site, tmp_path):
    paths = take(browser, site, tmp_path / "images")
    assert [path.stem for path in paths] == list(PAGES)
    pictures = [Image.open(path).convert("RGB") for path in paths]
    for path, picture in zip(paths, pictures, strict=True):
        assert picture.size == tuple(WINDOW.values())
        assert path.stat().st_size <= MOST_BYTES
        assert len(picture.getcolors(2**24)) > 50, "an empty page"
    assert pictures[0].tobytes() != pictures[1].tobytes()


def test_it_asks_for_the_site(browser, tmp_path):
    with pytest.raises(BookError, match="make book"):
        take(browser, tmp_path, tmp_path / "images")
