"""New chapters: whole in both languages, in every table, and nothing written for a bad name."""

import pytest

from tests.tools.conftest import files
from tools.book import ROOT, BookError, contents, notebook, read_notebook
from tools.new import GAP, missing, new
from tools.parity import parity
from tools.repository import check


def test_new_chapters_are_whole_in_both_languages_and_have_their_places_and_rows(book):
    new(book, "03-c", ("다", "C"), ("2부. 둘", "Part 2. Two"))
    new(book, "02-k-medians", ("K-중앙값", "K-medians"))
    assert parity(book) == check(book) == []
    names, parts = ["01-mean", "02-k-medians", "03-c"], ["Part 1. Start"] * 2 + ["Part 2. Two"]
    assert contents(book, "en")[1:4] == list(zip(parts, names, strict=True))
    chapters = [read_notebook(notebook(book, "ko", name)) for name in names]
    assert [chapter.metadata["course"]["part"] for chapter in chapters] == [1, 1, 2]
    texts = [cell.source for cell in chapters[1].cells]
    assert texts[0].startswith("# K-중앙값\n")
    assert any("**그림 2.1.**" in one for one in texts)
    assert any("\\tag{2.1}" in one for one in texts)
    mean, medians, c = (book / "README.md").read_text().splitlines()[-3:]
    assert medians == mean.replace("1. The mean", "2. K-medians").replace("01-mean", "02-k-medians")
    korean = (book / "book/ko/instructors.md").read_text().splitlines()
    assert korean[2] == f"| [2. K-중앙값](02-k-medians.ipynb) | {GAP} |"
    left = [one.split(":")[0] for one in missing(book) if "02-k-medians" in one]
    assert left == ["book/ko/instructors.md", "book/en/instructors.md", "recipes/home.py"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../02-x", "must look like 02-autoencoder"),
        ("01-mean", "book/en/01-mean.ipynb exists"),
        ("00-first", "no chapter of book/ko to put 00-first after"),
    ],
)
def test_a_bad_name_writes_nothing(book, name, message):
    if name == "01-mean":  # not even where it is there in English alone
        notebook(book, "ko", name).unlink()
    before = files(book)
    with pytest.raises(BookError, match=message):
        new(book, name, ("가", "A"))
    assert files(book) == before


def test_no_chapter_of_the_book_is_missing_where_chapters_are_book():
    left = missing(ROOT)
    assert not left, "\n".join(["still to write:", *left])


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("_toc.yml", "          - file: book/en/01-mean\n", "", "_toc.yml: list book/en/01-mean"),
        ("_toc.yml", "Part 1", "Part 2", "book/en/01-mean.ipynb: its metadata must say part 2"),
        ("README.md", "ko/01-mean", "ko/02-mean", "README.md: in the row of 01-mean, write the"),
        ("book/ko/instructors.md", "sums", GAP, "book/ko/instructors.md: in the row of 01-mean"),
    ],
)
def test_a_chapter_that_is_missing_somewhere_is_found(book, path, old, new, said):
    assert missing(book) == []
    changed = (book / path).read_text("utf8").replace(old, new)
    (book / path).write_text(changed, "utf8")
    (left,) = missing(book)
    assert left.startswith(said)
