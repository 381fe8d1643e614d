"""Each command of CONTRIBUTING.md runs, in a copy of the repository."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import course_lib
from tools.__main__ import COMMANDS
from tools.book import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf8")
BLOCK = re.compile(r"^(<!-- not run by the test -->\n)?```sh\n(.*?)^```$", re.M | re.S)
RUN = [commands for slow, commands in BLOCK.findall(TEXT) if not slow]
START = """
cp requirements-site.txt .venv/site.txt
cat requirements-site.txt requirements.txt requirements-weights.txt pyproject.toml > .venv/all.txt
git init --quiet
git config user.name test
git config user.email test@example.org
git add --all
git commit --quiet --message start
"""
PAGES = ["CONTRIBUTING.md", "README.md", "README.ko.md", "book/ko/running.md", "book/en/running.md"]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Return a repository with the files as they stand here, and an environment in .venv."""
    root = tmp_path_factory.mktemp("clone")
    copy = "git ls-files --cached --others --exclude-standard -z | tar -c --null -T - | tar -x -C"
    subprocess.run(f"{copy} {root}", cwd=ROOT, shell=True, check=True)
    # An environment of its own in make's eyes, so that nothing is installed; the packages are ours.
    (root / ".venv").mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.suffix != ".txt":
            (root / ".venv" / path.name).symlink_to(path)
    if (ROOT / "node_modules").exists():
        (root / "node_modules").symlink_to(ROOT / "node_modules")
    shell(root, START)
    return root


def shell(root, commands):
    """Run commands with sh in the copy, in the activated environment; all must succeed."""
    environment = {
        **os.environ,
        "PATH": f"{root / '.venv/bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(root),
        "PIP_NO_INDEX": "1",  # an installation here would change the environment of the tests
    }
    for name in ("MAKEFLAGS", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        environment.pop(name, None)
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    command = ["sh", "-e", "-c", commands]
    done = subprocess.run(command, cwd=root, env=environment, check=False, **options)
    assert done.returncode == 0, f"{commands}\n{done.stdout[-4000:]}"
    return done.stdout


@pytest.mark.parametrize("commands", RUN)
def test_the_commands_run_in_their_order(clone, commands):
    shell(clone, commands)


def test_they_did_what_the_text_says(clone):
    assert len(BLOCK.findall(TEXT)) == TEXT.count("```sh\n")
    assert (clone / "book/en/10-diffusion.ipynb").exists()
    assert (clone / "_build/html/book/ko/10-diffusion.html").exists()
    assert (clone / "exercises/students/en/10-diffusion.ipynb").exists()
    assert (clone / "_build/private/exercises/students/ko/01-kmeans.ipynb").exists()
    config = yaml.safe_load((clone / "_config.yml").read_text("utf8"))
    assert config["repository"]["url"] == "https://github.com/your-name/your-book"
    assert "v0.2.0" in shell(clone, "git tag")


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_that_a_page_names_exist(page):
    text = (ROOT / page).read_text("utf8")
    targets = " ".join(re.findall(r"(?:^|`)make ([a-z -]+)", text, re.M)).split()
    makefile = (ROOT / "Makefile").read_text("utf8")
    assert targets
    assert [target for target in targets if f"\n{target}:" not in makefile] == []
    assert set(re.findall(r"python -m tools ([a-z][a-z-]*)", text)) <= set(COMMANDS)


def test_the_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    assert citation["version"] == course_lib.__version__
