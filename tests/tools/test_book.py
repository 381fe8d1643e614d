"""Reading and writing the book's files: byte for byte, and whole or not at all."""

import pytest

from tests.tools.conftest import edit, files
from tools.book import BookError, chapters, notebook, read_notebook, write_text


def test_chapters_are_found_by_name_file_or_path(book):
    assert chapters(book, ["01-mean.ipynb", "book/ko/01-mean.ipynb"]) == ["01-mean", "01-mean"]
    with pytest.raises(BookError, match="'02-median'.*01-mean"):
        chapters(book, ["02-median"])


def test_reading_and_writing_leaves_every_byte(book):
    before = files(book)
    edit(book, "ko", lambda chapter: None)
    assert files(book) == before
    assert "평균".encode() in before[notebook(book, "ko", "01-mean")]


@pytest.mark.parametrize(("other", "said"), [("", "no id"), ("setup", "two cells .* 'setup'")])
def test_cells_without_an_id_of_their_own_are_refused(book, other, said):
    path = notebook(book, "ko", "01-mean")
    path.write_text(path.read_text("utf8").replace('"id": "sum"', f'"id": "{other}"'), "utf8")
    with pytest.raises(BookError, match=said):
        read_notebook(path)


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    def interrupted(*paths):
        raise KeyboardInterrupt

    write_text(tmp_path / "page.md", "before")
    monkeypatch.setattr("os.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "page.md", "after")
    assert files(tmp_path) == {tmp_path / "page.md": b"before"}
