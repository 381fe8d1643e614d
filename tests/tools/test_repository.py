"""The repository's address: found wherever it is wrong, changed everywhere and nowhere else."""

from types import SimpleNamespace

import pytest

from tools.book import BookError, notebook, read_notebook, write_notebook
from tools.repository import check, configured, main, rewrite, setup_cell

NEW = "https://github.com/someone/other.name"


def all_text(root):
    """Return the text of every file below the root, one after the other."""
    return "\n".join(p.read_text("utf8") for p in sorted(root.rglob("*")) if p.is_file())


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("README.md", "github/example-org/small-book", "github/example-org/big-book"),
        ("README.md", "github.com/example-org/small-book", "github.com/another/small-book"),
        ("README.md", "example-org.github.io", "another.github.io"),
        ("README.md", "cd small-book", "cd big-book"),
        ("_config.yml", "example-org/small-book", "example-org/renamed"),
    ],
)
def test_a_planted_difference_is_found_with_its_line(book, file, old, new, capsys):
    assert main(SimpleNamespace(address=None), book) == 0
    text = (book / file).read_text("utf8")
    assert old in text
    (book / file).write_text(text.replace(old, new), "utf8")
    assert main(SimpleNamespace(address=None), book) == 1
    assert "README.md:" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("field", ["source", "id"])
def test_every_chapter_begins_with_the_setup_cell(book, language, field):
    path = notebook(book, language, "01-mean")
    content = read_notebook(path)
    content.cells[1][field] = "other"
    write_notebook(path, content)
    assert [line.split(":")[0] for line in check(book)] == [f"book/{language}/01-mean.ipynb"]


def test_a_new_address_reaches_every_place_and_only_those(book):
    (book / "book/ko/glossary.md").write_text(
        "# 용어\n\n[faiss](https://github.com/facebookresearch/faiss)\n"
        "https://github.com/example-org/small-book/issues\n"
        "https://mybinder.org/v2/gh/example-org/small-book/main?urlpath=lab\n"
        "https://github.com/example-org/small-books\n",
        "utf8",
    )
    before, address = all_text(book), configured(book)
    changed = rewrite(book, NEW)
    assert configured(book) == NEW
    assert check(book) == []
    text = all_text(book)
    assert text.count("example-org") == 1
    assert "github.com/example-org/small-books\n" in text
    assert "github.com/facebookresearch/faiss" in text
    assert "github.com/someone/other.name/issues" in text
    assert "https://someone.github.io/other.name/" in text
    assert "git clone https://github.com/someone/other.name\ncd other.name\n" in text
    assert "title: Small  # kept" in text
    assert read_notebook(notebook(book, "en", "01-mean")).cells[1].source == setup_cell(NEW)
    assert book / "_config.yml" in changed
    assert rewrite(book, NEW) == []
    rewrite(book, address)
    assert all_text(book) == before


def test_places_that_went_astray_are_brought_back(book):
    path = book / "README.md"
    path.write_text(path.read_text("utf8").replace("example-org/small-book", "a/b"), "utf8")
    rewrite(book, configured(book))
    assert check(book) == []


@pytest.mark.parametrize(
    "address",
    ["github.com/a/b", "https://github.com/a", "https://github.com/a/b.git", "https://e.org/a/b"],
)
def test_an_address_that_is_none_changes_nothing(book, address):
    before = all_text(book)
    with pytest.raises(BookError, match="must be https://github.com/OWNER/NAME"):
        rewrite(book, address)
    assert all_text(book) == before
