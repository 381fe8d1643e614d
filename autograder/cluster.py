"""Grading on a Dask cluster: each submission is one task of whichever worker is free.

Workers need the same copy of the book and its environment, and they keep nothing: a submission and
the tests come with a task, and its result goes back to the machine that gave the command.
"""

import hashlib
import logging
from concurrent.futures import CancelledError
from pathlib import Path

from distributed import Client, KilledWorker, WorkerPlugin, as_completed, get_worker

from autograder import grade
from autograder.session import Workshop
from tools.book import BookError

TIMEOUT = 30  # seconds until a scheduler that does not answer is given up
AHEAD = 256  # submissions at the scheduler at a time, so that a large class does not fill it


def version():
    """Return a hash of the code that grades."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:12]


class Bench(WorkerPlugin):
    """One workshop for each worker process; a worker that joins later gets one, too."""

    idempotent = True  # a second command must not end the workshop of the first

    def __init__(self, trust):
        """trust: see Workshop."""
        self.version, self.trust = version(), trust
        self.name = f"autograder-{self.version}-{trust}"

    def setup(self, worker):
        """Start the workshop, where the worker's code is that of the command."""
        if version() != self.version:
            raise BookError(f"{worker.address} has another version of the book: update it")
        self.workshop = Workshop(trust=self.trust).__enter__()

    def teardown(self, worker):
        """End the workshop with its worker."""
        self.workshop.__exit__()


def task(bench, data, tests, limits):
    """Grade one submission's bytes on a worker; return the result."""
    return grade.grade_one(get_worker().plugins[bench].workshop, data, tests, limits)


def on_cluster(address, trust, work, tests, limits):
    """Grade {student: path} there, and yield (student, result)."""
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # its traces name no remedy
    try:
        with Client(address, timeout=TIMEOUT) as client:
            yield from tasks(client, work, tests, limits, trust)
    except (OSError, CancelledError) as error:
        raise BookError(
            f"the scheduler at {address} cannot be reached ({type(error).__name__}); what was "
            "graded is kept, and the same command goes on"
        ) from error
    except (RuntimeError, ImportError, TypeError) as error:
        raise BookError(
            f"the cluster refused ({str(error).splitlines()[0]}): start its scheduler and workers "
            "in the book's folder, with PYTHONPATH set to it, in environments like this one"
        ) from error


def tasks(client, work, tests, limits, trust=True):
    """Submit {student: path} and yield (student, result) in the order in which they are done."""
    bench = Bench(trust)
    client.register_plugin(bench)
    if not client.nthreads():
        print("no worker is there yet; grading begins when one joins", flush=True)
    students, running = {}, as_completed()

    def finished(future):
        student = students.pop(future.key)
        try:
            return student, future.result()
        except KilledWorker:
            reason = "it ended its workers, or they were lost, again and again"
            return student, grade.failed(tests, reason)

    for student, path in work.items():
        try:
            data = grade.read_submission(path)
        except grade.Unreadable:
            yield student, grade.grade_one(None, path, tests, limits)  # it says why
            continue
        future = client.submit(task, bench.name, data, tests, limits, pure=False)
        students[future.key] = student
        running.add(future)
        if len(students) >= AHEAD:
            yield finished(next(running))
    yield from map(finished, running)
