"""Wrong answers lose points and right ones keep them, whatever the global random generators hold.

A sample: one state for each variant, and every fourth variant of questions that are slow to grade.
All variants in 20 states: ``python -m tests.autograder.states``.
"""

import json
import subprocess
import sys

import pytest

from autograder import build, grade
from tests.autograder.answers import SLOW, VARIANTS
from tools.book import ROOT

NAMES = build.exercises(ROOT)


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_enough_variants(name):
    for question in grade.questions(ROOT, name):
        if not question["manual"]:
            kinds = VARIANTS[name].get(question["name"], {"right": {}, "wrong": {}})
            assert len(kinds["wrong"]) >= 10, question["name"]
            assert len(kinds["right"]) >= 3, question["name"]


@pytest.mark.parametrize("name", NAMES)
def test_variants_get_what_they_deserve(name, tmp_path):
    path = tmp_path / "runs.json"
    command = [sys.executable, "-m", "tests.autograder.states", name, "--sample", "--states", "1"]
    done = subprocess.run([*command, "--json", path], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    rows = json.loads(path.read_text())[name]
    for question, kinds in VARIANTS[name].items():
        there = sum(len(answers) for answers in kinds.values())
        graded = sum(row["question"] == question for row in rows)
        assert graded == (-(-there // 4) if question in SLOW[name] else there), question
