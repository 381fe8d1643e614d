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
    with zipfile.ZipFile(f"{folder}/{made}", "w") as file:
        file.writestr("course_lib.py", "")
        file.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: course-lib\\nVersion: 0.1")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true")
        file.writestr(f"{info}/RECORD", "")
    return made
"""
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
COMMIT = "git add . && git -c user.name=test -c user.email=test@example.org commit -qm message"
SETUP = code("setup", setup_cell(ADDRESS))
REPLACE = """
import sysconfig, pathlib
info = pathlib.Path(sysconfig.get_path("purelib"), "numpy-0.1.dist-info")
info.mkdir()
(info / "METADATA").write_text("Metadata-Version: 2.1\\nName: numpy\\nVersion: 0.1\\n")
"""
WRITE = "import os\nos.mkdir(os.path.expanduser('~/x'))\nopen('../y', 'w').close()"


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
    (book / "pyproject.toml").write_text(PROJECT)
    (book / "backend.py").write_text(BACKEND)
    subprocess.run(f"git init -q && {COMMIT}", cwd=book, shell=True, check=True)

    def run(*cells):
        write_notebook(notebook(book, "ko", "01-mean"), notebook_of(*cells))
        clone = f"{COMMIT} && git clone -q --bare . clone.git"
        subprocess.run(clone, cwd=book, shell=True, check=True)
        colab.rehearse("01-mean", base, book / "clone.git", ADDRESS, timeout=60)

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
        ([SETUP, code("writes", WRITE)], "wrote outside of its folder:\n.*/home/x\n.*/y$"),
        ([code("old", f"%pip install -q git+{ADDRESS}@HEAD~1")], "not of HEAD"),
    ],
    ids=["nothing installed", "fails", "replaces", "writes", "another commit"],
)
def test_what_must_not_be_is_an_error(rehearse, cells, message):
    with pytest.raises(BookError, match=message):
        rehearse(*cells)
