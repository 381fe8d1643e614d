"""Grading on other machines: Gradescope's entry point, and the container's definition."""

import csv
import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder import build
from autograder.session import Workshop
from tools.book import ROOT

NAME = "01-kmeans"
DOCKERFILE = ROOT / "autograder/Dockerfile"


def instructions():
    """Return the Dockerfile's instructions as (word, rest), continued lines joined."""
    text = DOCKERFILE.read_text("utf8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [line.split(maxsplit=1) for line in lines]


@pytest.fixture(scope="session")
def gradescope(tmp_path_factory):
    """Return what Gradescope is told of a right submission and of a blank one."""
    build.build_if_changed(ROOT, NAME)
    told = {}
    given = {
        "solution": build.solution_path(ROOT, NAME, "ko"),
        "blank": build.student_path(ROOT, NAME, "en"),
    }
    for answer, path in given.items():
        root = tmp_path_factory.mktemp(answer)
        with zipfile.ZipFile(build.autograder_path(ROOT, NAME)) as packed:
            packed.extractall(root / "source")
        (root / "results").mkdir()
        (root / "submission").mkdir()
        shutil.copy(path, root / "submission")
        script = root / "source/run_otter.py"
        text = script.read_text("utf8")
        assert text.count('"/autograder"') == 1
        script.write_text(text.replace('"/autograder"', repr(str(root))), "utf8")
        done = subprocess.run(
            [sys.executable, script], cwd=root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        told[answer] = json.loads((root / "results/results.json").read_text("utf8"))
    return told


def test_gradescope_gets_the_points(gradescope):
    points = {
        answer: [sum(test.get(k, 0) for test in told["tests"]) for k in ("score", "max_score")]
        for answer, told in gradescope.items()
    }
    assert points == {"solution": [16, 16], "blank": [0, 16]}


def test_gradescope_hides_the_tests_from_students(gradescope):
    told = gradescope["blank"]
    seen, unseen = (
        json.dumps([t for t in told["tests"] if (t.get("visibility") == "hidden") == hidden])
        for hidden in (False, True)
    )
    assert "Test case failed" not in seen
    assert "assert" not in seen
    assert "Test case failed" in unseen
    assert told.get("stdout_visibility", "hidden") == "hidden"  # hidden is Gradescope's default


def test_the_zip_asks_for_the_library():
    with zipfile.ZipFile(build.autograder_path(ROOT, NAME)) as packed:
        assert "course-lib @ git+https://" in packed.read("environment.yml").decode("utf8")


def test_the_container_is_well_defined():
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_container_closes_what_students_must_not_reach():
    """There each submission is a user of its own, who passes no folder of mode 700."""
    (word, rest) = [one for one in instructions() if one[0] in ("RUN", "COPY")][-1]
    closed = rest.split("chmod 700 ")[1].split()
    secret = [Path(path).relative_to(ROOT).parts[0] for path in Workshop().secret]
    assert set(secret) | {"/root"} == set(closed)
    mounted = re.findall(r"-v \S+:(/\S+?)[:\" ]", DOCKERFILE.read_text("utf8"))
    assert len(mounted) == 2
    assert all(place.startswith("/root/") for place in mounted)


def test_what_the_container_copies_is_enough_to_grade(tmp_path):
    root, environment, steps = tmp_path / "book", {}, []
    root.mkdir()
    for word, rest in instructions():
        if word == "COPY":
            *sources, target = shlex.split(rest)
            for source in sources:
                place = root / target if len(sources) == 1 and target != "./" else root / source
                copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
                copy(ROOT / source, place)
        elif word == "ENV":
            environment |= dict(pair.split("=") for pair in shlex.split(rest))
        elif word == "RUN" and rest.startswith("python"):
            steps.append(shlex.split(rest.split(" && ")[0]))
    entry = json.loads(dict(instructions())["ENTRYPOINT"])
    for other in build.exercises(root):  # one is enough here, and quicker
        if other != NAME:
            shutil.rmtree(root / "exercises" / other)
    shutil.copytree(build.solution_path(ROOT, NAME, "ko").parent, tmp_path / "in")
    for path in (tmp_path / "in").iterdir():
        if path.stem != NAME:
            path.unlink()
    steps.append([*entry, NAME, str(tmp_path / "in"), "-o", str(tmp_path / "out/grades.csv")])
    steps[-1].append("--trust-students")  # where this test runs there may be no bubblewrap
    for step in steps:
        assert step[0] == "python"
        done = subprocess.run(
            [sys.executable, *step[1:]], cwd=root, env=environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
    with open(tmp_path / "out/grades.csv", encoding="utf-8-sig", newline="") as file:
        assert [row["total"] for row in csv.DictReader(file)] == ["16"]
