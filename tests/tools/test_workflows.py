"""The workflows of .github: what they run exists, and nothing untested is published."""

import re

import pytest
import yaml

from tools.__main__ import COMMANDS
from tools.book import ROOT

PATHS = sorted((ROOT / ".github/workflows").glob("*.yml"))
TEXTS = {path.stem: path.read_text("utf8") for path in PATHS}


def scripts(name):
    """Return the shell scripts of a workflow, as one text."""
    jobs = yaml.safe_load(TEXTS[name])["jobs"].values()
    return "\n".join(step.get("run", "") for job in jobs for step in job["steps"])


@pytest.mark.parametrize("name", TEXTS)
def test_what_a_workflow_runs_exists(name):
    makefile = (ROOT / "Makefile").read_text("utf8")
    targets = re.findall(r"^ *make ([a-z-]+)", scripts(name), re.M)
    commands = re.findall(r"-m tools (\w+)", scripts(name))
    tested = re.findall(r"(?<=\s)(?:\.ci|tests)/[\w/]+", " " + scripts(name))
    assert targets
    assert all(f"\n{target}:" in makefile for target in targets)
    assert set(commands) <= set(COMMANDS)
    assert all((ROOT / path).exists() for path in tested)


def test_the_book_is_tested_before_it_is_published():
    jobs = yaml.safe_load(TEXTS["book"])["jobs"]
    assert ".ci/run" in scripts("book")
    assert jobs["publish"]["needs"] == "test"
    writing = [name for name, job in jobs.items() if "write" in str(job.get("permissions"))]
    assert writing == ["publish"]


def test_an_action_has_one_commit_and_says_its_version():
    found = {}
    for line in "\n".join(TEXTS.values()).splitlines():
        if "uses:" in line:
            action, commit, version = re.search(
                r"uses: ([\w/-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$", line
            ).groups()
            found.setdefault(action, set()).add((commit, version))
    assert found
    assert all(len(pins) == 1 for pins in found.values())


def test_notebooks_run_weekly_with_the_newest_releases_and_in_the_image_of_colab():
    weekly = yaml.safe_load(TEXTS["weekly"])
    assert weekly[True]["schedule"]  # YAML 1.1 reads the key `on` as true
    assert "make update" in scripts("weekly")
    assert "make notebooks" in scripts("weekly")
    assert "make seeds" in scripts("weekly")
    assert weekly["jobs"]["colab"]["env"]["IMAGE"].endswith("/colab-images/public/cpu-runtime")
    assert "python3 -m tools colab --python" in scripts("weekly")
