"""The command that takes the README's pictures."""

import io

import pytest
from PIL import Image

from tools.book import BookError
from tools.pictures import README, WINDOW, photograph

MOST_BYTES = 200_000  # of one picture in the repository


def test_it_photographs_both_languages(browser, site):
    shown = [photograph(browser, site, page) for page in README.values()]
    pictures = [Image.open(io.BytesIO(one)).convert("RGB") for one in shown]
    for content, picture in zip(shown, pictures, strict=True):
        assert picture.size == tuple(WINDOW.values())
        assert len(content) <= MOST_BYTES
        assert len(picture.getcolors(2**24)) > 50, "an empty page"
    assert pictures[0].tobytes() != pictures[1].tobytes()


def test_it_asks_for_the_site(browser, tmp_path):
    with pytest.raises(BookError, match="make book"):
        photograph(browser, tmp_path, "book/ko/01-kmeans.html")
