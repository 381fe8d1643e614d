"""The page of similar submissions: copies stand on top, and the page says what it cannot see."""

import re

import nbformat
import pytest

from autograder import build, similar
from autograder.__main__ import main
from tests.autograder.answers import ANSWERS
from tools.book import ROOT, read_notebook

EXERCISE = "01-kmeans"
RENAMED = {"centers": "c", "labels": "who", "members": "mask", "donor": "giver", "history": "h"}


def renamed(source):
    """Return code with other names and a comment: what is done to a copy."""
    for old, new in RENAMED.items():
        source = re.sub(rf"\b{old}\b", new, source)
    return source.replace("\n    return", "\n    # my own idea\n    return")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return submissions: two honest ones, a copy of one of them, a blank one, a broken one."""
    build.build_if_changed(ROOT, EXERCISE)
    made = tmp_path_factory.mktemp("class")
    solution = read_notebook(build.solution_path(ROOT, EXERCISE, "ko"))
    other = read_notebook(build.solution_path(ROOT, EXERCISE, "en"))
    for cell in other.cells:
        for old, new in ANSWERS[EXERCISE]["other"][0]:
            cell.source = cell.source.replace(old, new)
    nbformat.write(other, made / "ahn.ipynb")
    for cell in other.cells:
        if cell.id.endswith("-code"):
            cell.source = renamed(cell.source)
    nbformat.write(other, made / "<i>bae.ipynb")
    nbformat.write(solution, made / "choi.ipynb")
    nbformat.write(read_notebook(build.student_path(ROOT, EXERCISE, "ko")), made / "blank.ipynb")
    (made / "broken.ipynb").write_text("")
    return made


def test_a_renamed_copy_stands_above_honest_answers(folder, tmp_path, capsys):
    output = tmp_path / "similar.html"
    assert main(["similar", EXERCISE, str(folder), "-o", str(output), "--pairs", "5"]) == 0
    assert "6 pairs, the 5 most alike" in capsys.readouterr().out
    page = output.read_text("utf8")
    found = re.findall(r"<summary>(.*?) · (.*?): structure (\d+)%, wording (\d+)%", page)
    assert len(found) == 5
    pairs = {frozenset(names): (int(alike), int(words)) for *names, alike, words in found}
    assert pairs[frozenset((similar.REFERENCE, "choi"))] == (100, 100)  # the solution is public
    copied, worded = pairs[frozenset(("ahn", "&lt;i&gt;bae"))]
    honest = [pairs[pair][0] for pair in pairs if "ahn" in pair and "&lt;i&gt;bae" not in pair]
    assert copied > 90 > worded
    assert honest
    assert max(honest) < 80
    assert "blank, broken" in page


def test_the_page_asks_for_nothing_and_says_its_limits(folder, tmp_path):
    main(["similar", EXERCISE, str(folder), "-o", str(tmp_path / "similar.html")])
    page = (tmp_path / "similar.html").read_text("utf8")
    assert not re.search(r"https?:|<script|<link|<img|<i>|url\(", page)
    assert "never proof" in page
    assert "증거가 아닙니다" in page


def test_what_was_given_does_not_count():
    given = {"import numpy as np", "def f(x):"}
    code = similar.own_code(["import numpy as np\n", "def f(x):\n    return x + 1\n\n"], given)
    assert code == "    return x + 1"


def test_comments_strings_and_own_names_do_not_count():
    one = similar.tokens("total = x.sum() + 3  # add\nprint('a', len(total))")
    assert one == similar.tokens("s = data.sum() + 3\nprint('bc', len(s))")
    assert one != similar.tokens("total = x.max() + 3\nprint('a', len(total))")
    assert {"sum", "len", "3"} <= set(one)
    assert similar.tokens("def broken(:\n  '")  # what does not parse is compared, too


def test_a_class_without_code_says_so(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(similar, "LEAST", 10**6)
    assert main(["similar", EXERCISE, str(folder), "-o", str(tmp_path / "x.html")]) == 1
    assert "fewer than two submissions" in capsys.readouterr().err
