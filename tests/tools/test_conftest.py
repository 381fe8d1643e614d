"""What conftest.py does to a pytest run: the cost of notebooks and the threads of workers."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from nbformat.v4 import new_output

from tests.tools.conftest import code, notebook_of
from tools.book import ROOT, write_notebook

BUSY = "import time\nwhile time.process_time() < 4:\n    pass"
THREADS = "import os\n\n\ndef test_threads():\n    assert os.environ['OMP_NUM_THREADS'] == '1'\n"


def run(folder, *words, **variables):
    """Run pytest in a folder with conftest.py alone; return (exit status, what it says)."""
    shutil.copy(ROOT / "conftest.py", folder)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    options = {"cwd": folder, "env": environment | variables, "capture_output": True, "text": True}
    done = subprocess.run(command, check=False, **options)
    return done.returncode, done.stdout


@pytest.mark.parametrize(("limit", "failed"), [("3", 1), ("60", 0)])
def test_a_notebook_fails_at_the_cell_that_overran_its_time(tmp_path, limit, failed):
    cells = [code("light", "x = 1"), code("heavy", BUSY), code("after", "y = 1")]
    write_notebook(tmp_path / "cost.ipynb", notebook_of(*cells))
    status, said = run(tmp_path, "--nbval", "-n", "1", "cost.ipynb", NOTEBOOK_SECONDS=limit)
    assert status == failed
    pattern = r"FAILED cost\.ipynb::Cell 1 - cost\.ipynb: \d\.\d s of pro"
    assert bool(re.search(pattern, said)) == failed
    shown = re.search(r"cost\.ipynb: [\d.]+ s, ([\d.]+) s of processor time", said)
    assert 4 <= float(shown[1]) < 60


NEAR = {  # what is stored of `error 0.1234, 42 rounds, 17%`, and whether that passes
    "error  0.1234, 42 rounds, 17%": True,
    "error 0.1236, 42 rounds, 19%": True,  # two units of the last digit
    "error 0.1245, 42 rounds, 17%": True,  # 1 %
    "error 0.1249, 42 rounds, 17%": False,
    "error 0.1234, 42 rounds, 20%": False,
    "error 0.1234, 43 rounds, 17%": False,  # what is counted stays exact
    "error -0.1234, 42 rounds, 17%": False,
    "wrong 0.1234, 42 rounds, 17%": False,
}


def test_outputs_of_what_is_trained_may_differ_by_rounding_alone(tmp_path):
    cells, wanted = [], set()
    for stored, near in NEAR.items():
        for shown in ("print(text)", "text"):
            source = f"text = 'error 0.1234, 42 rounds, 17%'\n{shown}"
            made = code(f"cell-{len(cells)}", source, tags=["trained"])
            made.execution_count = 1
            if shown == "text":
                data = {"text/plain": repr(stored)}
                made.outputs = [new_output("execute_result", data, execution_count=1)]
            else:
                made.outputs = [new_output("stream", name="stdout", text=f"{stored}\n")]
            wanted |= set() if near else {f"near.ipynb::Cell {len(cells)}"}
            cells.append(made)
    wanted.add(f"near.ipynb::Cell {len(cells)}")  # without the tag nothing is forgiven
    cells.append(code("exact", "print('error 0.1234')"))
    cells[-1].execution_count = 1
    cells[-1].outputs = [new_output("stream", name="stdout", text="error 0.1235\n")]
    write_notebook(tmp_path / "near.ipynb", notebook_of(*cells))
    _, said = run(tmp_path, "--nbval", "near.ipynb")
    assert set(re.findall(r"FAILED (near\.ipynb::Cell \d+)", said)) == wanted
    assert f"{len(cells) - len(wanted)} passed" in said


def test_workers_share_the_cores(tmp_path):
    (tmp_path / "test_threads.py").write_text(THREADS)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert run(tmp_path, "-n", str(cores), "test_threads.py")[0] == 0
    assert run(tmp_path, "-n", "1", "test_threads.py")[0] == int(cores > 1)
