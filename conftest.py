"""What holds for every pytest run here: shared cores, and a time limit for each notebook."""

import os
from collections import defaultdict

import pytest

# Each pytest worker, and each kernel it starts, takes its share of the cores and no more.
# Set before anything imports numpy or torch, which read it once.
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
os.environ.setdefault("OMP_NUM_THREADS", str(max(1, CORES // WORKERS)))
os.environ["TQDM_DISABLE"] = "1"  # stored outputs hold no progress bars: see tools/run.py

# Seconds that a notebook may take under nbval, on 2 cores like the ones the book is timed on;
# a slower machine sets the variable.
NOTEBOOK_SECONDS = float(os.environ.get("NOTEBOOK_SECONDS", "90"))
seconds = defaultdict(float)  # from a notebook's name to the time its cells took


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail the cell at which a notebook's time runs out."""
    report = yield
    if item.path.suffix == ".ipynb":
        before = seconds[item.nodeid.split("::")[0]]
        if report.passed and before <= NOTEBOOK_SECONDS < before + call.duration:
            report.outcome = "failed"
            report.longrepr = (
                f"{item.path.name}: {before + call.duration:.1f} s up to this cell, "
                f"more than NOTEBOOK_SECONDS={NOTEBOOK_SECONDS:g}"
            )
    return report


def pytest_runtest_logreport(report):
    """Add up each notebook's time, in the worker and where the reports of all workers arrive."""
    name = report.nodeid.split("::")[0]
    if name.endswith(".ipynb"):
        seconds[name] += report.duration


def pytest_terminal_summary(terminalreporter):
    """Say how long each notebook took."""
    for name, time in sorted(seconds.items()):
        terminalreporter.write_line(f"{time:6.1f} s  {name} (limit {NOTEBOOK_SECONDS:g} s)")
