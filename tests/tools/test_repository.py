"""The repository's address: found wherever it is wrong, changed everywhere and nowhere else."""

from collections import Counter

import pytest

from tests.tools.conftest import ADDRESS, files
from tools.book import BookError, notebook, read_notebook
from tools.repository import check, configured, rewrite, setup_cell

NEW = "https://github.com/someone/other.name"
OTHERS = """# 용어

[faiss](https://github.com/facebookresearch/faiss)
https://github.com/example-org/small-book/issues
https://mybinder.org/v2/gh/example-org/small-book/main?urlpath=lab
https://github.com/example-org/small-books
"""


def test_every_place_that_has_another_address_is_found_and_brought_back(book):
    assert check(book) == []
    config = book / "_config.yml"
    config.write_text(config.read_text("utf8").replace(ADDRESS, NEW), "utf8")
    found = Counter(line.split(":")[0] for line in check(book))
    assert found == {"README.md": 4, "book/ko/01-mean.ipynb": 2, "book/en/01-mean.ipynb": 2}
    rewrite(book, NEW)
    assert check(book) == []


def test_a_new_address_reaches_every_place_and_only_those(book):
    (book / "book/ko/glossary.md").write_text(OTHERS, "utf8")
    before = files(book)
    rewrite(book, NEW)
    assert configured(book) == NEW
    assert check(book) == []
    text = b"\n".join(files(book).values()).decode()
    assert text.count("example-org") == text.count("github.com/example-org/small-books\n") == 1
    assert "github.com/facebookresearch/faiss" in text
    assert "github.com/someone/other.name/issues" in text
    assert "https://someone.github.io/other.name/" in text
    assert "git clone https://github.com/someone/other.name\ncd other.name\n" in text
    assert "title: Small  # kept" in text
    assert read_notebook(notebook(book, "en", "01-mean")).cells[1].source == setup_cell(NEW)
    assert rewrite(book, NEW) == []
    rewrite(book, ADDRESS)
    assert files(book) == before


def test_an_address_that_is_none_changes_nothing(book):
    before = files(book)
    with pytest.raises(BookError, match="must be https://github.com/OWNER/NAME"):
        rewrite(book, f"{ADDRESS}.git")
    assert files(book) == before
