"""Each command of CONTRIBUTING.md runs, in a copy of the repository."""

import os
import re
import subprocess
import sys

import pytest
import yaml

import course_lib
from tools.__main__ import COMMANDS
from tools.book import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf8")
BLOCK = re.compile(r"^(<!-- not run by the test -->\n)?```sh\n(.*?)^```$", re.M | re.S)
RUN = [commands for slow, commands in BLOCK.findall(TEXT) if not slow]
# In make's eyes the copy has an environment, so that nothing is installed; the packages are ours.
START = f"""
mkdir .venv
ln -s "{sys.prefix}"/* .venv
rm -f .venv/*.txt
cp requirements-site.txt .venv/site.txt
cat requirements-site.txt requirements.txt requirements-weights.txt pyproject.toml > .venv/all.txt
test ! -e "{ROOT}/node_modules" || ln -s "{ROOT}/node_modules" .
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
    listed = "git ls-files --cached --others --exclude-standard -z"
    copy = f"{listed} | tar -cf - --null -T - | tar -xf - -C {root}"
    subprocess.run(copy, cwd=ROOT, shell=True, check=True)
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
    assert (clone / "_build/html/book/ko/10-diffusion.html").exists()
    assert (clone / "exercises/students/en/10-diffusion.ipynb").exists()
    assert (clone / "_build/private/exercises/students/ko/01-kmeans.ipynb").exists()
    config = yaml.safe_load((clone / "_config.yml").read_text("utf8"))
    assert config["repository"]["url"] == "https://github.com/your-name/your-book"


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
