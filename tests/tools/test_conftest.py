"""What conftest.py does to a pytest run: the cost of notebooks and the threads of workers."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.tools.conftest import code, notebook_of
from tools.book import ROOT, write_notebook

BUSY = "import time\nwhile time.process_time() < {seconds}:\n    pass"


@pytest.fixture
def project(tmp_path):
    """Return a folder with conftest.py and a notebook whose second cell takes 4 seconds."""
    shutil.copy(ROOT / "conftest.py", tmp_path)
    cells = [code("light", "x = 1"), code("heavy", BUSY.format(seconds=4)), code("after", "y = 1")]
    write_notebook(tmp_path / "cost.ipynb", notebook_of(*cells))
    (tmp_path / "test_threads.py").write_text(
        "import os\n\n\ndef test_threads():\n    assert os.environ['OMP_NUM_THREADS'] == '1'\n"
    )
    return tmp_path


def run(root, *words, **variables):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=root,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_notebook_over_its_time_fails_at_the_cell_that_overran(project):
    done = run(project, "--nbval", "-n", "1", "cost.ipynb", NOTEBOOK_SECONDS="3")
    assert done.returncode == 1
    assert "1 failed, 2 passed" in done.stdout
    assert re.search(r"FAILED cost\.ipynb::Cell 1 - cost\.ipynb: \d\.\d s of pro", done.stdout)


def test_a_notebook_within_its_time_passes_and_its_cost_is_shown(project):
    done = run(project, "--nbval", "cost.ipynb", NOTEBOOK_SECONDS="60")
    assert done.returncode == 0, done.stdout
    shown = re.search(r"cost\.ipynb: [\d.]+ s, ([\d.]+) s of processor time", done.stdout)
    assert 4 <= float(shown[1]) < 60


def test_workers_share_the_cores(project):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert run(project, "-n", str(cores), "test_threads.py").returncode == 0
    assert run(project, "-n", "1", "test_threads.py").returncode == int(cores > 1)
