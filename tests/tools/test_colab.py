"""The rehearsal of Colab, on a small book whose library installs from a repository of its own."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.tools.conftest import ADDRESS, code, notebook_of
from tools import colab
from tools.book import BookError, notebook, write_notebook
from tools.repository import setup_cell

# Builds a wheel of one empty module, so that installing needs no network.
BACKEND = """
import importlib.util
import zipfile

assert importlib.util.find_spec("torch") is None, "built among what is installed"

def build_wheel(folder, settings=None, metadata=None):
    made, info = "course_lib-0.1-py3-none-any.whl", "course_lib-0.1.dist-info"
    files = {
        "course_lib.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: course-lib\\nVersion: 0.1",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(f"{folder}/{made}", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return made
"""
SETUP = code("setup", setup_cell(ADDRESS))
REPLACE = """
import sysconfig, pathlib
info = pathlib.Path(sysconfig.get_path("purelib"), "numpy-0.1.dist-info")
info.mkdir()
(info / "METADATA").write_text("Metadata-Version: 2.1\\nName: numpy\\nVersion: 0.1\\n")
"""


def git(folder, *words):
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Return the Python of an environment with our packages, all but course_lib."""
    folder = tmp_path_factory.mktemp("base")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin/python"
    (own,) = colab.ask(python, colab.SITE)
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "course_lib" not in path.name and path.suffix != ".pth":
            Path(own, path.name).symlink_to(path)
    return python


@pytest.fixture
def rehearse(book, base, tmp_path):
    """rehearse(cell, ...) runs a chapter of these cells, with the library from a clone."""
    (book / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (book / "backend.py").write_text(BACKEND)
    git(book, "init", "--quiet")
    git(book, "add", ".")
    git(book, "commit", "--quiet", "--message", "first")

    def run(*cells):
        write_notebook(notebook(book, "ko", "01-mean"), notebook_of(*cells))
        git(book, "commit", "--all", "--quiet", "--message", "second")
        clone = tmp_path / "clone.git"
        git(tmp_path, "clone", "--quiet", "--bare", book, clone)
        colab.rehearse("01-mean", base, clone, ADDRESS, timeout=60)

    return run


def test_the_first_cell_installs_and_nothing_else_changes(rehearse, capsys):
    rehearse(
        SETUP,
        code("alone", "import os\nassert os.listdir('.') == ['01-mean.ipynb']"),
        code("writes", "open('mine.txt', 'w').close()\nimport torch, matplotlib.pyplot"),
        code("finds", "import course_lib\nassert '/env/' in course_lib.__file__"),
    )
    assert "added course-lib 0.1; torch 2." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([code("sum", "1 + 1")], "did not install course_lib"),
        ([SETUP, code("faulty", "1 / 0")], "cell 'faulty' failed"),
        ([SETUP, code("replace", REPLACE)], r"replaced numpy \S+ by 0.1"),
        (
            [SETUP, code("home", "from pathlib import Path\n(Path.home() / 'x').mkdir()")],
            "wrote outside of its folder:\n.*/home/x",
        ),
        ([SETUP, code("up", "open('../y', 'w').close()")], "wrote outside of its folder:\n.*/y$"),
        ([code("old", f"%pip install -q git+{ADDRESS}@HEAD~1")], "not of HEAD"),
    ],
    ids=["nothing installed", "fails", "replaces", "writes to home", "writes", "another commit"],
)
def test_what_must_not_be_is_an_error(rehearse, cells, message):
    with pytest.raises(BookError, match=message):
        rehearse(*cells)


def test_a_python_that_has_the_library_proves_nothing(book, tmp_path):
    git(book, "init", "--quiet")
    git(book, "add", ".")
    git(book, "commit", "--quiet", "--message", "first")
    with pytest.raises(BookError, match="has course_lib already"):
        colab.rehearse("01-mean", sys.executable, book / ".git", ADDRESS)


def test_the_environment_is_made_once_and_again_when_its_list_changes(tmp_path, monkeypatch):
    called = []

    def output(*command):
        called.append(" ".join(map(str, command)))
        (tmp_path / "_build/colab").mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(colab, "output", output)
    for text in ("torch==2.9.0\n", "torch==2.9.0\n", "torch==2.10.0\n"):
        (tmp_path / colab.LIST).write_text(text)
        assert colab.image(tmp_path) == tmp_path / "_build/colab/bin/python"
    made = [command for command in called if "-m venv --clear" in command]
    installed = [command for command in called if command.endswith(colab.LIST)]
    assert len(made) == len(installed) == 2
