"""New exercises: they build and grade, in both languages, and a bad name writes nothing."""

import importlib.util

import nbformat
import pytest

from autograder import build, cards, grade
from tools.__main__ import main
from tools.book import BookError, read_notebook
from tools.new_exercise import new

NAME = "01-centering"


@pytest.fixture
def made(book, monkeypatch, capsys):
    """Return the small book with a new exercise, built."""
    monkeypatch.setattr("tools.__main__.ROOT", book)
    assert main(["new-exercise", NAME, "--title", "과제 1. 평균", "Assignment 1. Means"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"wrote exercises/{NAME}/{NAME}.ipynb",
        "wrote tests/autograder/answers/01_centering.py",
        f"Write its questions, then: python -m autograder build {NAME}",
    ]
    build.build(book, NAME)
    return book


def answers_of(root):
    path = root / "tests/autograder/answers/01_centering.py"
    spec = importlib.util.spec_from_file_location("answers", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ANSWERS


def test_a_new_exercise_builds_and_grades(made, tmp_path):
    solution = build.solution_path(made, NAME, "ko")
    found = {"solution": solution, "blank": build.student_path(made, NAME, "en")}
    wanted = {"solution": (4,), "blank": (0,)}
    for answer, (edits, points) in answers_of(made).items():
        notebook = read_notebook(solution)
        for old, new_text in edits:
            assert any(old in cell.source for cell in notebook.cells), (answer, old)
            for cell in notebook.cells:
                cell.source = cell.source.replace(old, new_text)
        found[answer], wanted[answer] = tmp_path / f"{answer}.ipynb", points
        nbformat.write(notebook, found[answer])
    limits = {"timeout": 60, "cell_timeout": 20, "memory": 2 * 10**9}
    results = grade.grade_all(
        made, NAME, found, tmp_path / "results", limits=limits, jobs=2, quiet=True
    )
    assert results["solution"]["errors"] == []
    assert {name: tuple(one["points"].values()) for name, one in results.items()} == wanted


def test_its_text_is_in_both_languages_and_its_card_in_the_chapter(made):
    ko, en = (read_notebook(build.student_path(made, NAME, one)) for one in build.LANGUAGES)
    assert ko.cells[0].source.startswith("# 과제 1. 평균\n")
    assert en.cells[0].source.startswith("# Assignment 1. Means\n")
    assert [cell.id for cell in ko.cells] == [cell.id for cell in en.cells]
    assert sum(cell.source.count("...") for cell in en.cells if cell.id == "q1-code") == 5
    cards.write(made, NAME)
    text = read_notebook(cards.chapter(made, NAME, "en")).cells[-1].source
    assert "is worth 4 points for code and 4 for writing" in text


@pytest.mark.parametrize(
    ("name", "message"),
    [("kmedians", "like 02-autoencoder"), ("../02-x", "must look like"), (NAME, "exists")],
)
def test_a_bad_name_writes_nothing(book, name, message):
    new(book, NAME, ("가", "A"))
    before = {path: path.read_bytes() for path in book.rglob("*") if path.is_file()}
    with pytest.raises(BookError, match=message):
        new(book, name, ("가", "A"))
    assert {path: path.read_bytes() for path in book.rglob("*") if path.is_file()} == before
