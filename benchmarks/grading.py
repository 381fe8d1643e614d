"""Grading a class: seconds for one submission, and what a stopped run costs.

The submissions are copies of an exercise's solution, each with a line of its own; every fourth
leaves a question out, and every fourth is the notebook as students get it. They are graded by the
command, as a teacher would. Then they are graded afresh into another place, the process is killed
when half of the results are there, and the command is run again: it must leave those results alone,
and end with the same CSV but for the seconds.

With --workers they are graded a third time, by a Dask scheduler and so many workers of this
machine, each a process that grades one submission at a time; a worker is killed when half of the
results are there. The CSV must be the same again.
"""

import argparse
import contextlib
import csv
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from copy import deepcopy
from pathlib import Path

import nbformat
import psutil

from autograder import build
from tools.book import ROOT, read_notebook


def submissions(folder, name, number):
    """Write a class's submissions into a folder: notebooks student-000.ipynb and so on."""
    build.build_if_changed(ROOT, name)
    solution = read_notebook(build.solution_path(ROOT, name, "ko"))
    given = read_notebook(build.student_path(ROOT, name, "en"))
    questions = [cell.id for cell in solution.cells if cell.id.endswith("-code")]
    for i in range(number):
        made = deepcopy(given if i % 4 == 3 else solution)
        left_out = questions[i % len(questions)] if i % 4 == 2 else None
        made.cells = [cell for cell in made.cells if cell.id != left_out]
        made.cells.append(nbformat.v4.new_code_cell(f"student = {i}", id="own"))
        nbformat.write(made, folder / f"student-{i:03}.ipynb")


def grade(name, folder, output, jobs, stop_after=None, stop=None, more=()):
    """Run the command; return its seconds. Once `stop_after` results are there, kill it or stop().

    more: words at the end of the command.
    """
    results = output.with_name(f"{output.stem}-results")
    command = [sys.executable, "-m", "autograder", "grade", name, folder, "-o", output]
    begin = time.perf_counter()
    # What a killed process leaves behind goes with the benchmark's own folder.
    process = subprocess.Popen(
        [*command, "--trust-students", "--jobs", str(jobs), *more],
        cwd=ROOT,
        text=True,
        env={**os.environ, "TMPDIR": str(output.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if stop_after is not None:
        while process.poll() is None and len(list(results.glob("*.json"))) < stop_after:
            time.sleep(0.05)
        (stop or process.kill)()
    said = process.communicate()[0]
    if process.returncode and (stop or stop_after is None):
        sys.exit(said)
    return time.perf_counter() - begin


@contextlib.contextmanager
def cluster(number, folder):
    """Start a scheduler and workers; give its address and a function that kills one worker."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    place = ["--nthreads", "1", "--local-directory", folder]
    commands = [["scheduler", "--host", address], *[["worker", address, *place]] * number]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    started = []

    def kill(process):
        with contextlib.suppress(psutil.Error):
            top = psutil.Process(process.pid)
            for one in [top, *top.children(recursive=True)]:
                one.kill()
        process.wait()

    try:
        for words in commands:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "dask", *words, "--no-dashboard"],
                    cwd=ROOT,
                    env=environment,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
        yield address, lambda: kill(started[-1])
    finally:
        for process in started:
            kill(process)


def rows(path):
    """Return a CSV file's rows, the seconds left out."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


def main(arguments):
    """Print seconds per submission and whether a run that was killed ends as it should."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks grading", description=__doc__)
    parser.add_argument("--exercise", default="01-kmeans")
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="submissions at a time")
    parser.add_argument("--workers", type=int, default=0, help="of a Dask cluster to try, too")
    options = parser.parse_args(arguments)
    n = options.submissions
    if n < 2:
        parser.error(f"--submissions must be 2 or more, got {n}")
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        folder = root / "submissions"
        folder.mkdir()
        submissions(folder, options.exercise, n)
        seconds = grade(options.exercise, folder, root / "whole.csv", options.jobs)
        whole = rows(root / "whole.csv")
        totals = [float(row["total"]) for row in whole]
        print(
            f"{n} submissions of {options.exercise}, {options.jobs} at a time: {seconds:.1f} s, "
            f"{seconds / n:.2f} s each"
        )
        print(
            f"points: median {statistics.median(totals):g} of {whole[0]['possible']}, "
            f"from {min(totals):g} to {max(totals):g}"
        )
        grade(options.exercise, folder, root / "again.csv", options.jobs, stop_after=n // 2)
        there = {path: path.read_bytes() for path in root.glob("again-results/*.json")}
        if (root / "again.csv").exists() or not 0 < len(there) < n:
            sys.exit(f"killed too late or too early: {len(there)} of {n} results were there")
        seconds = grade(options.exercise, folder, root / "again.csv", options.jobs)
        kept = sum(path.read_bytes() == old for path, old in there.items())
        same = rows(root / "again.csv") == whole
        print(
            f"killed after {len(there)}, run again: {seconds:.1f} s for the other "
            f"{n - len(there)}; results kept: {kept} of {len(there)}; CSV the same: {same}"
        )
        if kept < len(there) or not same:
            sys.exit("a run that was stopped did not end as it should")
        if options.workers:
            on_cluster(options, folder, root, whole)


def on_cluster(options, folder, root, whole):
    """Grade on a cluster, without and with a worker killed; the rows must be the same."""
    name, n = options.exercise, options.submissions
    for output, stop_after in ((root / "cluster.csv", None), (root / "killed.csv", n // 2)):
        with cluster(options.workers, root) as (address, kill_one):
            stop = kill_one if stop_after else None
            more = ("--scheduler", address)
            seconds = grade(name, folder, output, 1, stop_after, stop, more)
        same = rows(output) == whole
        print(
            f"{options.workers} workers{f', one killed after {stop_after}' if stop else ''}: "
            f"{seconds:.1f} s, {seconds / n:.2f} s each; CSV the same: {same}"
        )
        if not same:
            sys.exit("the cluster graded otherwise")
