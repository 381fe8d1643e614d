"""The files that set up other machines: conda, Binder, containers, Colab. What they name exists."""

import ast
import json
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

from tools import test as stages
from tools.book import ROOT
from tools.update import PIN, pins

CONDA = (ROOT / "environment.yml").read_text("utf8")
CONTAINER = (ROOT / ".devcontainer/devcontainer.json").read_text("utf8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
NEEDED = [Requirement(line) for line in PROJECT["dependencies"]]
IN_CONDA = {"torch": "pytorch-cpu"}  # its name there
NOT_ON_COLAB = {"torchmetrics", "koreanize-matplotlib"}  # the first cell of a chapter adds them


@pytest.mark.parametrize(
    ("stage", "text", "right", "wrong"),
    [
        ("conda", CONDA, "  - numpy>=1.26", "  - numpy => 1.26"),
        ("conda", CONDA, "  - conda-forge\n", "  - defaults\n"),
        ("conda", CONDA, "koreanize-matplotlib==0.1.1", "koreanize-matplotlib"),
        ("container", CONTAINER, '"8gb"', '"8 GB"'),
        ("container", CONTAINER, '"updateContentCommand"', '"updateContentComand"'),
        ("container", CONTAINER, "[8000, ", '["8000", '),
    ],
)
def test_our_schemas_find_a_fault(stage, text, right, wrong, tmp_path):
    assert text.count(right) == 1
    *command, checked = stages.stages()[stage]
    path = tmp_path / checked.rpartition("/")[2]
    path.write_text(text.replace(right, wrong), "utf8")
    done = subprocess.run([*command, path], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Schema validation errors were encountered" in done.stdout + done.stderr


def test_conda_and_pip_want_the_same():
    *packages, by_pip = yaml.safe_load(CONDA)["dependencies"]
    found = dict(re.fullmatch(r"([\w.-]+?)((?:[=<>].*)?)", one).groups() for one in packages)
    found |= {one.name: str(one.specifier) for one in map(Requirement, by_pip["pip"])}
    extras = sum(PROJECT["optional-dependencies"].values(), [])
    for one in [*NEEDED, *map(Requirement, extras)]:
        assert found.pop(IN_CONDA.get(one.name, one.name)) == str(one.specifier), one.name
    assert set(found) == {"python", "jupyterlab", "pip"}
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(
        found["python"][1:]
    )


def with_what_they_need(names):
    """Return these packages and those that pip installs with them."""
    found, waiting = set(), [*names]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found:
            continue
        found.add(name)
        for one in map(Requirement, metadata.requires(name) or ()):
            if one.marker is None or one.marker.evaluate({"extra": ""}):
                waiting.append(one.name)
    return found


def test_the_site_is_built_with_its_own_packages_alone():
    """A newcomer's first `make book` has no more; where all is installed, nobody would notice."""
    installed = with_what_they_need(pins((ROOT / "requirements-site.txt").read_text("utf8")))
    assert "torch" not in installed
    allowed = {"booksite", *sys.stdlib_module_names}
    for module, packages in metadata.packages_distributions().items():
        if installed & set(map(canonicalize_name, packages)):
            allowed.add(module)
    for path in (ROOT / "book/_ext").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            if isinstance(node, ast.Import):
                names = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            else:
                continue
            for name in names:
                assert name.partition(".")[0] in allowed, f"{path.name} imports {name}"


def test_binder_runs_what_the_book_has():
    path = ROOT / "postBuild"
    assert path.stat().st_mode & 0o111
    for name in re.findall(r"--requirement (\S+)", path.read_text("utf8")):
        assert (ROOT / name).exists()
    # Where one of these exists, Binder takes it and leaves environment.yml alone.
    assert not any((ROOT / name).exists() for name in ("Dockerfile", "binder", ".binder"))


def test_the_container_installs_what_make_does_with_the_small_pytorch():
    found = json.loads(CONTAINER)
    target = found["updateContentCommand"].removeprefix("make ")
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0
    python = re.search(r"python:(3\.\d+)", found["image"])[1]
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(python)
    (name, index), *more = found["containerEnv"].items()
    assert not more
    for language in ("ko", "en"):
        page = (ROOT / f"book/{language}/running.md").read_text("utf8")
        assert f"{name}={index} make lab" in page


def test_colab_has_what_the_library_needs_or_the_first_cell_adds_it():
    text = (ROOT / "requirements-colab.txt").read_text("utf8")
    assert len(PIN.findall(text)) == len(pins(text))
    assert re.search(r"/googlecolab/backend-info/blob/[0-9a-f]{40}/", text)
    for one in NEEDED:
        assert (one.name in pins(text)) != (one.name in NOT_ON_COLAB), one.name
        if one.name in pins(text):
            assert one.specifier.contains(Version(pins(text)[one.name])), one.name


def test_the_pages_name_the_runtime_that_is_rehearsed():
    text = (ROOT / "requirements-colab.txt").read_text("utf8")
    runtime = re.search(r"runtime, (20\d\d\.\d\d)", text)[1]
    torch = ".".join(pins(text)["torch"].split(".")[:2])
    for language in ("ko", "en"):
        page = (ROOT / f"book/{language}/running.md").read_text("utf8")
        assert runtime in page
        assert f"PyTorch {torch}" in page
