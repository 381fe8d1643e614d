"""Wrong answers lose points and right ones keep them, whatever the global random generators hold.

A sample: one state for each variant, every fourth variant of questions that are slow to grade, and
private variants of the exercises that are quick; with ``EXERCISES=all`` all of them in one state.
In 20 states: ``python -m tests.autograder.states``.
"""

import json
import subprocess
import sys

import pytest

from autograder import build, grade
from tests.autograder.answers import SLOW, VARIANTS
from tests.autograder.conftest import EVERYTHING, JOBS
from tools.book import ROOT

NAMES = build.exercises(ROOT)
QUICK = ["01-kmeans", "03-denoising-autoencoder"]


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_enough_variants(name):
    for question in grade.questions(ROOT, name):
        if not question["manual"]:
            kinds = VARIANTS[name].get(question["name"], {"right": {}, "wrong": {}})
            assert len(kinds["wrong"]) >= 10, question["name"]
            assert len(kinds["right"]) >= 3, question["name"]


def graded(name, folder, *more):
    """Return what the command finds, which must succeed; more: its words."""
    path = folder / "runs.json"
    command = [sys.executable, "-m", "tests.autograder.states", name, "--states", "1", *more]
    command += ["--jobs", str(JOBS)]
    command += ["--json", path] if EVERYTHING else ["--sample", "--json", path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    (rows,) = json.loads(path.read_text()).values()
    return rows


@pytest.mark.parametrize("name", NAMES)
def test_variants_get_what_they_deserve(name, tmp_path):
    rows = graded(name, tmp_path)
    for question, kinds in VARIANTS[name].items():
        there = sum(len(answers) for answers in kinds.values())
        part = 4 if question in SLOW[name] and not EVERYTHING else 1
        assert sum(row["question"] == question for row in rows) == -(-there // part), question


@pytest.mark.parametrize("name", NAMES if EVERYTHING else QUICK)
def test_answers_get_what_they_deserve_in_a_private_variant(name, tmp_path):
    rows = graded(name, tmp_path, "--seeds", "0")
    own = {row["question"] for row in rows if row["answer"] == "the solution"}
    assert own == set(VARIANTS[name])
    assert sum(row["kind"] == "wrong" for row in rows) >= 20
