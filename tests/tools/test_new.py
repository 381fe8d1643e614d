"""New chapters and exercises: whole in both languages, and nothing written for a bad name."""

import runpy

import nbformat
import pytest

from autograder import build, cards, grade
from tests.tools.conftest import files
from tools.book import ROOT, BookError, contents, notebook, read_notebook
from tools.new import GAP, missing, new
from tools.new_exercise import new as new_exercise
from tools.parity import parity
from tools.repository import check

EXERCISE = "01-centering"


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
    ("make", "name", "said"),
    [
        (new, "../02-x", "must look like 02-autoencoder"),
        (new, "01-mean", "book/en/01-mean.ipynb exists"),
        (new, "00-first", "no chapter of book/ko to put 00-first after"),
        (new_exercise, "../02-x", "must look like 02-autoencoder"),
        (new_exercise, EXERCISE, "exists"),
    ],
)
def test_a_bad_name_or_a_taken_one_writes_nothing(book, make, name, said):
    new_exercise(book, EXERCISE, ("가", "A"))
    notebook(book, "ko", "01-mean").unlink()  # taken, too, where it is there in English alone
    before = files(book)
    with pytest.raises(BookError, match=said):
        make(book, name, ("나", "B"))
    assert files(book) == before


def test_no_chapter_of_the_book_is_missing_where_chapters_are_listed():
    assert missing(ROOT) == []


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


def test_a_new_exercise_is_in_both_languages_builds_and_grades(book, tmp_path):
    _, path = new_exercise(book, EXERCISE, ("과제 1. 평균", "Assignment 1. Means"))
    build.build(book, EXERCISE)
    korean, blank = (build.student_path(book, EXERCISE, one) for one in build.LANGUAGES)
    assert read_notebook(korean).cells[0].source.startswith("# 과제 1. 평균\n")
    assert read_notebook(blank).cells[0].source.startswith("# Assignment 1. Means\n")
    cards.write(book, EXERCISE)
    text = read_notebook(cards.chapter(book, EXERCISE, "en")).cells[-1].source
    assert "is worth 4 points for code and 4 for writing" in text

    solution = build.solution_path(book, EXERCISE, "ko")
    found, wanted = {"solution": solution, "blank": blank}, {"solution": (4,), "blank": (0,)}
    for answer, (edits, points) in runpy.run_path(path)["ANSWERS"].items():
        notebook = read_notebook(solution)
        for old, new_text in edits:
            assert any(old in cell.source for cell in notebook.cells), (answer, old)
            for cell in notebook.cells:
                cell.source = cell.source.replace(old, new_text)
        found[answer], wanted[answer] = tmp_path / f"{answer}.ipynb", points
        nbformat.write(notebook, found[answer])
    options = {"limits": {"timeout": 60, "cell_timeout": 20, "memory": 2 * 10**9}, "jobs": 2}
    results = grade.grade_all(book, EXERCISE, found, tmp_path / "results", quiet=True, **options)
    assert results["solution"]["errors"] == []
    assert {name: tuple(one["points"].values()) for name, one in results.items()} == wanted
