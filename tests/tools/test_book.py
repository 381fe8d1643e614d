import os
import stat

import pytest

from tools.book import (
    BookError,
    chapters,
    notebook,
    read_notebook,
    write_notebook,
    write_text,
)


def test_chapters_are_found_by_name_file_or_path(book):
    assert chapters(book) == ["01-mean"]
    assert chapters(book, ["01-mean.ipynb", "book/ko/01-mean.ipynb"]) == ["01-mean", "01-mean"]
    with pytest.raises(BookError, match="'02-median'.*01-mean"):
        chapters(book, ["02-median"])


def test_reading_and_writing_leaves_every_byte(book):
    path = notebook(book, "ko", "01-mean")
    before = path.read_bytes()
    write_notebook(path, read_notebook(path))
    assert path.read_bytes() == before
    assert "평균".encode() in before
    assert before.endswith(b"}\n")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text[:100], "not a notebook"),
        (lambda text: text.replace('"id": "sum"', '"id": ""'), "no id"),
        (lambda text: text.replace('"id": "sum"', '"id": "setup"'), "two cells .* 'setup'"),
        (lambda text: text.replace('"cells"', '"sheets"'), "not a notebook"),
    ],
)
def test_a_file_that_is_no_notebook_is_refused(book, spoil, message):
    path = notebook(book, "ko", "01-mean")
    path.write_text(spoil(path.read_text("utf8")), "utf8")
    with pytest.raises(BookError, match=message):
        read_notebook(path)


@pytest.mark.parametrize("step", ["shutil.copymode", "os.replace"])
def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    path = tmp_path / "page.md"
    path.write_text("before", "utf8")

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_text(path, "after")
    assert path.read_text("utf8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_written_file_keeps_its_mode_and_a_new_one_is_readable(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("x")
    old.chmod(0o755)
    write_text(old, "y")
    write_text(new, "z")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(old.stat().st_mode) == 0o755
    assert stat.S_IMODE(new.stat().st_mode) == 0o666 & ~umask
