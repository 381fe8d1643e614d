"""The repository's address: found wherever it is wrong, changed everywhere and nowhere else."""

import pytest

from tests.tools.conftest import files
from tools.book import BookError, notebook, read_notebook
from tools.repository import check, configured, rewrite, setup_cell

NEW = "https://github.com/someone/other.name"
OTHERS = """# 용어

[faiss](https://github.com/facebookresearch/faiss)
https://github.com/example-org/small-book/issues
https://mybinder.org/v2/gh/example-org/small-book/main?urlpath=lab
https://github.com/example-org/small-books
"""


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("README.md", "github/example-org/small-book", "github/example-org/big-book"),
        ("README.md", "example-org.github.io", "another.github.io"),
        ("README.md", "cd small-book", "cd big-book"),
        ("_config.yml", "example-org/small-book", "example-org/renamed"),
        ("book/en/01-mean.ipynb", "example-org/small-book", "another/small-book"),
    ],
)
def test_a_planted_difference_is_found_and_brought_back(book, file, old, new):
    assert check(book) == []
    text = (book / file).read_text("utf8")
    (book / file).write_text(text.replace(old, new), "utf8")
    wrong = "README.md" if file == "_config.yml" else file
    assert any(line.startswith(f"{wrong}:") for line in check(book))
    rewrite(book, configured(book))
    assert check(book) == []


def test_a_new_address_reaches_every_place_and_only_those(book):
    (book / "book/ko/glossary.md").write_text(OTHERS, "utf8")
    before, address = files(book), configured(book)
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
    rewrite(book, address)
    assert files(book) == before


@pytest.mark.parametrize("address", ["https://github.com/a/b.git", "https://e.org/a/b"])
def test_an_address_that_is_none_changes_nothing(book, address):
    before = files(book)
    with pytest.raises(BookError, match="must be https://github.com/OWNER/NAME"):
        rewrite(book, address)
    assert files(book) == before
