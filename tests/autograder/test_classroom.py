"""The template repository for GitHub: valid for what reads it, and it gives the right points."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from autograder import build, grade
from autograder.__main__ import main
from tools import test as stages
from tools.book import ROOT

NAME = "01-kmeans"
PLACE = ".github/classroom"


@pytest.fixture
def made(tmp_path):
    """Return the folder of a template repository."""
    assert main(["classroom", NAME, "--language", "en", "-o", str(tmp_path)]) == 0
    return tmp_path


def read(root, name):
    return json.loads((root / PLACE / f"{name}.json").read_text("utf8"))


@pytest.mark.parametrize("name", build.exercises(ROOT))
def test_both_lists_hold_every_point(name, tmp_path):
    main(["classroom", name, "-o", str(tmp_path)])
    old, new = read(tmp_path, "autograding")["tests"], read(tmp_path, "classroom50")
    total = sum(q["points"] for q in grade.questions(ROOT, name) if not q["manual"])
    assert sum(test["points"] for test in old) == sum(test["points"] for test in new) == total
    assert [test["run"] for test in old] == [test["run"] for test in new[1:]]
    # What Classroom 50 says of its fields (its wiki, Autograding-Basics, August 2026).
    names = [test["name"] for test in new]
    assert len(set(names)) == len(names) <= 100
    for test in new:
        assert set(test) <= {"name", "type", "run", "timeout", "points"}
        assert test["type"] == "run"
        assert len(test["name"].encode()) <= 100
        assert test["name"].isprintable()
        assert type(test["points"]) is int
        assert 0 <= test["points"] <= 1000
        assert 1 <= test.get("timeout", 10) <= 600
    for test in old:
        assert set(test) == {
            "name", "setup", "run", "input", "output", "comparison", "timeout", "points",
        }  # fmt: skip


def test_the_workflow_is_valid_and_runs_the_script(made):
    text = (made / ".github/workflows/classroom.yml").read_text("utf8")
    lint = [*stages.stages()["workflows"], "-"]
    done = subprocess.run(lint, cwd=ROOT, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    steps = yaml.safe_load(text)["jobs"]["grade"]["steps"]
    assert steps[-1]["run"] == f"python {PLACE}/grade.py all"
    ours = (ROOT / ".github/workflows/book.yml").read_text("utf8")
    for used in re.findall(r"uses: (\S+)", text):
        assert used in ours  # one release of an action in all of the repository


def test_the_template_holds_no_solution_and_knows_its_book(made):
    files = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
    assert files == [
        f"{PLACE}/autograding.json",
        f"{PLACE}/classroom50.json",
        f"{PLACE}/exercise.json",
        f"{PLACE}/grade.py",
        ".github/workflows/classroom.yml",
        f"{NAME}.ipynb",
    ]
    given = (made / f"{NAME}.ipynb").read_bytes()
    assert given == build.student_path(ROOT, NAME, "en").read_bytes()
    address = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))["repository"]["url"]
    assert read(made, "exercise") == {"exercise": NAME, "address": address, "branch": "main"}


def push(root, source):
    """Do what GitHub does after a push of this notebook, with the book in place of its clone."""
    (root / ".book").symlink_to(ROOT)
    shutil.copy(source, root / f"{NAME}.ipynb")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(root / "summary.md"),
    }
    command = [sys.executable, f"{PLACE}/grade.py", "all"]
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    summary = (root / "summary.md").read_text("utf8")
    return done, summary


def test_a_right_notebook_gets_all_points(made):
    done, summary = push(made, build.solution_path(ROOT, NAME, "ko"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "::notice title=Autograding complete::Points 16/16\n" in done.stdout
    assert "| **Total** | 16 of 16 |" in summary


def test_a_blank_notebook_gets_none(made):
    done, summary = push(made, build.student_path(ROOT, NAME, "ko"))
    assert done.returncode == 1
    assert "Points 0/16\n" in done.stdout
    assert summary.count("| 0 of ") == len(read(made, "autograding")["tests"]) + 1


def test_what_is_not_a_notebook_gets_none(made, tmp_path):
    (tmp_path / "broken").write_text("no notebook")
    done, _ = push(made, tmp_path / "broken")
    assert done.returncode == 1
    assert "Points 0/16\n" in done.stdout
