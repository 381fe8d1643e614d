"""Private variants: every choice fits its master, and the public solution no longer fits them."""

import csv
import itertools
import re
import shutil
from types import SimpleNamespace

import pytest

from autograder import build, variant
from autograder.__main__ import main
from tests.autograder.conftest import EVERYTHING
from tools.book import ROOT, BookError, read_notebook

ASSIGNMENTS = build.exercises(ROOT)
# One that is being written has its variants last.
NAMES = [name for name in ASSIGNMENTS if variant.choices_path(ROOT, name).exists()]
QUICKEST = "00-introduction"


def test_every_assignment_has_private_variants():
    assert NAMES == ASSIGNMENTS


def all_of(name):
    return variant.variants(variant.choices_path(ROOT, name))


def hangul(text):
    return any("가" <= letter <= "힣" for letter in text)


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_changes_text_in_both_languages_code_and_tests(name):
    master = read_notebook(build.master_path(ROOT, name))
    parts, picked = all_of(name)
    assert len(picked) == len({str(one) for one in picked}) >= 2
    for one in picked:
        made = variant.varied(master, parts, one)
        build.check_master(name, made)
        changed = [new for old, new in zip(master.cells, made.cells) if old.source != new.source]
        assert {cell.metadata.get("language") for cell in changed} == {"ko", "en", None}
        assert any("# BEGIN SOLUTION" in cell.source for cell in changed)
        assert any("# BEGIN TEST CONFIG" in cell.source for cell in changed)
        for cell in made.cells:
            if cell.metadata.get("language") == "en":
                assert not hangul(cell.source), cell.id


def covering(name):
    """Return seeds whose variants take every choice, and every two of different parts together.

    A sample is all of them for the quickest exercise, for the others the first or the second.
    """
    _, picked = all_of(name)
    pairs = [set(itertools.combinations_with_replacement(one.items(), 2)) for one in picked]
    left, seeds = set().union(*pairs), []
    while left:
        seeds.append(max(range(len(picked)), key=lambda seed: len(pairs[seed] & left)))
        left -= pairs[seeds[-1]]
    return seeds if EVERYTHING or name == QUICKEST else [seeds[NAMES.index(name) % 2]]


@pytest.mark.parametrize(("name", "seed"), [(n, seed) for n in NAMES for seed in covering(n)])
def test_a_variants_solution_gets_all_points_and_the_public_one_does_not(
    name, seed, tmp_path, capsys, one_workshop
):
    assert main(["variant", name, "--seed", str(seed), "-o", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    own, public = map(
        float, re.search(r"gets (\S+) points, the\npublic one (\S+)\.", said).groups()
    )
    assert public <= 0.7 * own
    assert f"--variant {tmp_path}" in said
    for language in build.LANGUAGES:
        given = build.student_path(tmp_path, name, language).read_text("utf8")
        assert given != build.student_path(ROOT, name, language).read_text("utf8")
        assert "vary" not in given


def test_submissions_are_graded_by_the_variants_tests(tmp_path, one_workshop):
    name, target, folder = "01-kmeans", tmp_path / "private", tmp_path / "in"
    parts, picked = all_of(name)
    variant.write(ROOT, name, target, parts, picked[0])
    build.build_if_changed(ROOT, name)
    folder.mkdir()
    for student, root in (("own", target), ("public", ROOT)):
        shutil.copy(build.solution_path(root, name, "ko"), folder / f"{student}.ipynb")
    grade = ["grade", name, str(folder), "-o", str(tmp_path / "grades.csv")]
    assert main([*grade, "--variant", str(target)]) == 0
    with open(tmp_path / "grades.csv", encoding="utf-8-sig", newline="") as file:
        got = {row["student"]: float(row["total"]) for row in csv.DictReader(file)}
    assert got["own"] == 16 > got["public"]


def notebook_of(*sources):
    return SimpleNamespace(cells=[SimpleNamespace(source=source) for source in sources])


def test_texts_are_replaced_at_once_and_the_longest_first():
    parts = {"p": {"swap": {"a": "b", "b": "a"}}, "q": {"long": {"ab": "c"}}}
    made = variant.varied(notebook_of("a b", "ab"), parts, {"p": "swap", "q": "long"})
    assert [cell.source for cell in made.cells] == ["b a", "c"]


def test_a_text_that_is_gone_is_named():
    with pytest.raises(BookError, match="no 'gone' any more"):
        variant.varied(notebook_of("a"), {"p": {"x": {"a": "b", "gone": "c"}}}, {"p": "x"})


def test_two_parts_may_not_replace_one_text():
    parts = {"p": {"x": {"a": "b"}}, "q": {"y": {"a": "c"}}}
    with pytest.raises(BookError, match="two parts replace 'a'"):
        variant.varied(notebook_of("a"), parts, {"p": "x", "q": "y"})


def test_a_variant_whose_own_solution_loses_points_is_refused(tmp_path, capsys, monkeypatch):
    choices = tmp_path / "mine.yaml"
    choices.write_text("p:\n  x:\n    'np.allclose(got, want)': 'not np.allclose(got, want)'\n")
    monkeypatch.setattr(variant, "points", lambda *args: ({"its": (14, []), "old": (16, [])}, 16))
    words = ["variant", "01-kmeans", "--seed", "7", "-o", str(tmp_path / "out")]
    assert main([*words, "--choices", str(choices)]) == 1
    assert "its own solution gets 14 of 16 points" in capsys.readouterr().err
    errors = ["code cell 3: AssertionError"]  # a public check that no longer fits
    monkeypatch.setattr(variant, "points", lambda *args: ({"its": (16, errors)}, 16))
    assert main([*words, "--choices", str(choices)]) == 1
    assert errors[0] in capsys.readouterr().err


def test_an_exercise_that_says_nothing_has_no_variant(tmp_path):
    with pytest.raises(BookError, match="nothing says what may vary"):
        variant.variants(tmp_path / "vary.yaml")
