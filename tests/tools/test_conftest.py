"""How far conftest.py lets the output of a notebook differ from what is stored."""

import os
import re
import shutil
import subprocess
import sys

from nbformat.v4 import new_output

from tests.tools.conftest import code, notebook_of
from tools.book import ROOT, write_notebook

SHOWN = "error 0.1234, 42 rounds, 17%"
ALIKE = [
    "error  0.1236, 42 rounds, 19%",  # two units of the last digit
    "error 0.1245, 42 rounds, 17%",  # 1 %
]
UNLIKE = [
    "error 0.1249, 42 rounds, 17%",
    "error 0.1234, 42 rounds, 20%",
    "error 0.1234, 43 rounds, 17%",  # what is counted stays exact
    "wrong 0.1234, 42 rounds, 17%",
]


def run(folder, *words):
    """Run pytest in a folder with conftest.py alone; return (exit status, what it says)."""
    shutil.copy(ROOT / "conftest.py", folder)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    options = {"cwd": folder, "env": environment, "capture_output": True, "text": True}
    done = subprocess.run(command, check=False, **options)
    return done.returncode, done.stdout


def test_outputs_of_what_is_trained_may_differ_by_rounding_alone(tmp_path):
    cells = []
    for number, text in enumerate([*ALIKE, *UNLIKE, ALIKE[0]]):
        cells.append(code(f"cell-{number}", f"print({SHOWN!r})", tags=["trained"]))
        cells[-1].execution_count = number + 1
        cells[-1].outputs = [new_output("stream", name="stdout", text=f"{text}\n")]
    cells[-1].metadata.tags = []  # without the tag nothing is forgiven
    write_notebook(tmp_path / "near.ipynb", notebook_of(*cells))
    _, said = run(tmp_path, "--nbval", "near.ipynb")
    failed = re.findall(r"FAILED near\.ipynb::Cell (\d+)", said)
    assert failed == [str(number) for number in range(len(ALIKE), len(cells))]
    assert f"{len(failed)} failed, {len(ALIKE)} passed" in said
