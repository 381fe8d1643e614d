"""What conftest.py does to notebooks: what they may cost, and how outputs may differ."""

import os
import re
import shutil
import subprocess
import sys

from nbformat.v4 import new_output

from tests.tools.conftest import code, notebook_of
from tools.book import ROOT, write_notebook

BUSY = "import time\nwhile time.process_time() < 4:\n    pass"
SHOWN = "error 0.1234, 42 rounds, 17%"
STORED = {  # what is stored of what is now SHOWN, and whether that passes
    "error  0.1236, 42 rounds, 19%": True,  # two units of the last digit
    "error 0.1245, 42 rounds, 17%": True,  # 1 %
    "error 0.1249, 42 rounds, 17%": False,
    "error 0.1234, 42 rounds, 20%": False,
    "error 0.1234, 43 rounds, 17%": False,  # what is counted stays exact
    "wrong 0.1234, 42 rounds, 17%": False,
}


def run(folder, *words, **variables):
    """Run pytest in a folder with conftest.py alone; return (exit status, what it says)."""
    shutil.copy(ROOT / "conftest.py", folder)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    options = {"cwd": folder, "env": environment | variables, "capture_output": True, "text": True}
    done = subprocess.run(command, check=False, **options)
    return done.returncode, done.stdout


def test_a_notebook_fails_at_the_cell_that_overran_its_time(tmp_path):
    cells = [code("light", "x = 1"), code("heavy", BUSY), code("after", "y = 1")]
    write_notebook(tmp_path / "cost.ipynb", notebook_of(*cells))
    _, said = run(tmp_path, "--nbval", "-n", "1", "cost.ipynb", NOTEBOOK_SECONDS="3")
    assert re.findall(r"FAILED cost\.ipynb::(.*) - .* \d\.\d s of pro", said) == ["Cell 1"]
    assert re.search(r"cost\.ipynb: [\d.]+ s, [4-9]\.\d s of processor time", said)


def test_outputs_of_what_is_trained_may_differ_by_rounding_alone(tmp_path):
    cells = [code(f"cell-{n}", f"print({SHOWN!r})", tags=["trained"]) for n in range(len(STORED))]
    cells.append(code("exact", "print('error 0.1234')"))  # without the tag nothing is forgiven
    for number, (cell, text) in enumerate(zip(cells, [*STORED, "error 0.1235"], strict=True), 1):
        cell.execution_count = number
        cell.outputs = [new_output("stream", name="stdout", text=f"{text}\n")]
    write_notebook(tmp_path / "near.ipynb", notebook_of(*cells))
    _, said = run(tmp_path, "--nbval", "near.ipynb")
    wanted = [n for n, passes in enumerate([*STORED.values(), False]) if not passes]
    assert re.findall(r"FAILED near\.ipynb::Cell (\d+)", said) == list(map(str, wanted))
    assert f"{len(wanted)} failed, {len(cells) - len(wanted)} passed" in said
