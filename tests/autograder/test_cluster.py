"""Grading on a Dask cluster: the same grades as on one machine, whatever is killed meanwhile."""

import csv
import os
import signal
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import distributed
import nbformat
import psutil
import pytest

from autograder import build, cluster, grade
from autograder.__main__ import main
from tests.autograder.conftest import Borrowed
from tests.autograder.standin import NoWorkshop
from tools.book import ROOT, BookError, read_notebook

EXERCISE = "01-kmeans"
NUMBER = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder of submissions: right ones, blank ones, and one that is no notebook."""
    build.build_if_changed(ROOT, EXERCISE)
    made = tmp_path_factory.mktemp("class")
    right = read_notebook(build.solution_path(ROOT, EXERCISE, "ko"))
    blank = read_notebook(build.student_path(ROOT, EXERCISE, "en"))
    for i in range(NUMBER):
        nbformat.write(blank if i % 4 == 3 else right, made / f"student-{i}.ipynb")
    (made / "empty.ipynb").write_text("")
    return made


class Machines:
    """A scheduler and workers, each a process of its own, as on machines of their own."""

    def __init__(self, folder):
        self.folder, self.started = folder, []
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"

    def start(self, *words, **environment):
        """Start `dask WORDS` in the book's folder; return its process."""
        command = [sys.executable, "-m", "dask", *map(str, words), "--no-dashboard"]
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=(self.folder / f"{len(self.started)}.log").open("w"),
            stderr=subprocess.STDOUT,
        )
        self.started.append(process)
        return process

    def scheduler(self):
        return self.start("scheduler", "--host", "127.0.0.1", "--port", self.port)

    def worker(self, **environment):
        place = ["--local-directory", self.folder]
        return self.start("worker", self.address, "--nthreads", 1, *place, **environment)

    def stop(self):
        for process in self.started:
            for one in tree(process):
                one.kill()
            process.wait()


def tree(process):
    """Return a process that was started and all that it started."""
    try:
        top = psutil.Process(process.pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


@pytest.fixture
def machines(tmp_path):
    made = Machines(tmp_path)
    yield made
    made.stop()


def command(folder, output, *more):
    return ["grade", EXERCISE, str(folder), "-o", str(output), "--trust-students", *more]


def begin(folder, output, *more):
    """Start the command in a process of its own."""
    words = [sys.executable, "-m", "autograder", *command(folder, output, *more)]
    return subprocess.Popen(
        words,
        cwd=ROOT,
        env={**os.environ, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def stored(output):
    return sorted(output.with_name(f"{output.stem}-results").glob("*.json"))


def wait_for(number, output, process):
    """Wait until so many results are stored."""
    stop = time.monotonic() + 600
    while len(stored(output)) < number:
        assert time.monotonic() < stop, "nothing was graded for ten minutes"
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.02)


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def alone(folder, workshop, tmp_path_factory):
    """Return the rows of the CSV that one machine makes."""
    output = tmp_path_factory.mktemp("alone") / "grades.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade, "Workshop", lambda *rest: Borrowed(workshop))
        assert main(command(folder, output)) == 0
    return rows(output)


def test_two_workers_of_which_one_is_killed_give_the_same_csv(folder, alone, machines, tmp_path):
    machines.scheduler()
    first, _ = machines.worker(), machines.worker()
    output = tmp_path / "grades.csv"
    running = begin(folder, output, "--scheduler", machines.address)
    wait_for(2, output, running)
    for one in tree(first):
        one.kill()
    said = running.communicate(timeout=900)[0]
    assert running.returncode == 0, said
    assert rows(output) == alone
    assert {row["total"] for row in alone} == {"16", "0"}


def test_a_killed_command_and_a_killed_scheduler_lose_nothing(folder, alone, machines, tmp_path):
    scheduler, _ = machines.scheduler(), machines.worker()
    output = tmp_path / "grades.csv"
    running = begin(folder, output, "--scheduler", machines.address)
    wait_for(2, output, running)
    running.kill()
    running.wait()
    kept = {path: path.read_bytes() for path in stored(output)}
    running = begin(folder, output, "--scheduler", machines.address)
    wait_for(len(kept) + 1, output, running)
    scheduler.send_signal(signal.SIGKILL)
    said = running.communicate(timeout=900)[0]
    assert running.returncode == 1, said
    assert "the same command goes on" in said
    assert "Traceback" not in said, said
    kept |= {path: path.read_bytes() for path in stored(output)}
    assert 2 < len(kept) < NUMBER + 1
    machines.scheduler()
    machines.worker()
    running = begin(folder, output, "--scheduler", machines.address)
    said = running.communicate(timeout=900)[0]
    assert running.returncode == 0, said
    assert {path: path.read_bytes() for path in kept} == kept
    assert rows(output) == alone


def test_a_scheduler_that_is_not_there_is_named(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "TIMEOUT", 1)
    address = "tcp://127.0.0.1:1"
    assert main(command(folder, tmp_path / "grades.csv", "--scheduler", address)) == 1
    assert f"the scheduler at {address} cannot be reached" in capsys.readouterr().err
    assert stored(tmp_path / "grades.csv") == []


def test_a_cluster_that_has_not_the_book_says_so(folder, machines, tmp_path, capsys):
    machines.start("scheduler", "--host", "127.0.0.1", "--port", machines.port, PYTHONPATH="")
    machines.worker()
    words = command(folder, tmp_path / "grades.csv", "--scheduler", machines.address)
    assert main(words) == 1
    assert "start its scheduler and workers in the book's folder" in capsys.readouterr().err


@pytest.fixture(scope="module")
def client():
    """Return a client of a cluster in this process."""
    with (
        distributed.LocalCluster(
            1, processes=False, threads_per_worker=1, dashboard_address=None
        ) as local,
        distributed.Client(local) as made,
    ):
        yield made


def test_a_worker_with_another_version_of_the_book_is_refused(client, monkeypatch):
    versions = iter(["old", "new"])
    monkeypatch.setattr(cluster, "version", lambda: next(versions))
    with pytest.raises(BookError, match="has another version of the book"):
        list(cluster.tasks(client, {}, {}, {}))


def test_a_submission_that_ends_its_workers_is_no_students_fault(client, folder, monkeypatch):
    monkeypatch.setattr(cluster, "Workshop", NoWorkshop)
    monkeypatch.setattr(cluster, "task", lose)
    work = {name: folder / f"{name}.ipynb" for name in ("student-0", "empty")}
    limits = {"timeout": 60, "cell_timeout": 10, "memory": 10**9}
    results = dict(cluster.tasks(client, work, {}, limits))
    assert results["student-0"]["failed"]
    assert "ended its workers" in results["student-0"]["errors"][0]
    assert not results["empty"]["failed"]
    assert results["empty"]["errors"] == ["the file is empty"]


def lose(*args):
    raise distributed.KilledWorker("it", SimpleNamespace(address="w"), 3)
