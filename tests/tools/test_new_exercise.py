"""New exercises: they build and grade, in both languages, and a bad name writes nothing."""

import runpy

import nbformat
import pytest

from autograder import build, cards, grade
from tests.tools.conftest import files
from tools.book import BookError, read_notebook
from tools.new_exercise import new

NAME = "01-centering"


def test_a_new_exercise_is_in_both_languages_builds_and_grades(book, tmp_path):
    _, path = new(book, NAME, ("과제 1. 평균", "Assignment 1. Means"))
    build.build(book, NAME)
    korean, blank = (build.student_path(book, NAME, one) for one in build.LANGUAGES)
    assert read_notebook(korean).cells[0].source.startswith("# 과제 1. 평균\n")
    assert read_notebook(blank).cells[0].source.startswith("# Assignment 1. Means\n")
    cards.write(book, NAME)
    text = read_notebook(cards.chapter(book, NAME, "en")).cells[-1].source
    assert "is worth 4 points for code and 4 for writing" in text

    solution = build.solution_path(book, NAME, "ko")
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
    results = grade.grade_all(book, NAME, found, tmp_path / "results", quiet=True, **options)
    assert results["solution"]["errors"] == []
    assert {name: tuple(one["points"].values()) for name, one in results.items()} == wanted


def test_a_taken_name_writes_nothing(book):
    new(book, NAME, ("가", "A"))
    before = files(book)
    with pytest.raises(BookError, match="exists"):
        new(book, NAME, ("나", "B"))
    assert files(book) == before
