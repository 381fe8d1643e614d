"""Each command of CONTRIBUTING.md runs, in a copy of the repository."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import course_lib
from tools.__main__ import COMMANDS
from tools.book import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf8")
BLOCK = re.compile(
    r"^(?P<slow><!-- not run by the test -->\n)?```(?P<kind>\w*)\n(?P<commands>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
BLOCKS = list(BLOCK.finditer(TEXT))
RUN = [block["commands"] for block in BLOCKS if not block["slow"]]
NOT_RUN = [line for block in BLOCKS if block["slow"] for line in block["commands"].splitlines()]
PAGES = ["CONTRIBUTING.md", "README.md", "README.ko.md", "book/ko/running.md", "book/en/running.md"]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Return a repository with the files as they stand here, and an environment in .venv."""
    root = tmp_path_factory.mktemp("clone") / "course"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    # An environment of its own in make's eyes, so that nothing is installed; the packages are ours.
    (root / ".venv").mkdir()
    for name in ("bin", "lib", "share", "pyvenv.cfg"):
        if (Path(sys.prefix) / name).exists():
            (root / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    names = [f"requirements{part}.txt" for part in ("-site", "", "-weights")]
    stamp = [(root / name).read_text("utf8") for name in (*names, "pyproject.toml")]
    (root / ".venv/site.txt").write_text(stamp[0], "utf8")
    (root / ".venv/all.txt").write_text("".join(stamp), "utf8")
    if (ROOT / "node_modules").exists():
        (root / "node_modules").symlink_to(ROOT / "node_modules")
    shell(root, "git init --quiet && git add --all && git commit --quiet --message start")
    return root


def shell(root, commands):
    """Run commands with sh in the copy, in the activated environment; all must succeed."""
    environment = {
        **os.environ,
        "PATH": f"{root / '.venv/bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(root),
        "PIP_NO_INDEX": "1",  # an installation here would change the environment of the tests
    }
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "test", f"GIT_{role}_EMAIL": "test@example.org"}
    for name in ("MAKEFLAGS", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        environment.pop(name, None)
    done = subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout[-4000:]}"
    return done.stdout


def test_every_block_is_read():
    assert len(BLOCKS) == TEXT.count("```sh\n")
    assert len(RUN) > len(BLOCKS) / 2


@pytest.mark.parametrize("commands", RUN)
def test_the_commands_run_in_their_order(clone, commands):
    shell(clone, commands)


def test_they_did_what_the_text_says(clone):
    assert (clone / "book/en/10-diffusion.ipynb").exists()
    assert (clone / "_build/html/book/ko/10-diffusion.html").exists()
    assert (clone / "exercises/students/en/10-diffusion.ipynb").exists()
    assert (clone / "_build/private/exercises/students/ko/01-kmeans.ipynb").exists()
    config = yaml.safe_load((clone / "_config.yml").read_text("utf8"))
    assert config["repository"]["url"] == "https://github.com/your-name/your-book"
    assert "v0.2.0" in shell(clone, "git tag")


@pytest.mark.parametrize("command", NOT_RUN)
def test_what_does_not_run_here_exists(clone, command):
    words = command.split()
    if words[0] == "make":
        assert shell(clone, f"make -n {words[1]}")
    elif words[0] == "python":
        usage = shell(clone, f"{' '.join(words[:3])} --help || true")
        assert "usage" in usage
        assert words[3] in usage
    else:
        assert words[:2] == ["git", "push"]


@pytest.mark.parametrize("page", PAGES)
def test_everything_that_a_page_names_exists(clone, page):
    text = (ROOT / page).read_text("utf8")
    targets = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
    assert targets
    for target in targets:
        shell(clone, f"make -n {target}")
    assert set(re.findall(r"python -m tools ([a-z][a-z-]*)", text)) <= set(COMMANDS)


def test_the_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    assert citation["version"] == course_lib.__version__
