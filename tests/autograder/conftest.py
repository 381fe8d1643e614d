"""What the tests of grading share: how much of the slow is done, and one workshop for all.

``make test`` grades a sample; with ``EXERCISES=all`` in the environment these tests leave out
nothing (an hour or two of processor time).
"""

import os

import pytest

from autograder import build, grade
from autograder.session import Workshop, end_all, open_process
from tests.together import each_once, whole_run
from tools.book import ROOT

EVERYTHING = os.environ.get("EXERCISES") == "all"
# Submissions that a test may have graded at a time: its share of the cores.
JOBS = max(1, os.cpu_count() // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


@pytest.fixture(scope="session", autouse=True)
def built(tmp_path_factory):
    """Make what is made from the masters; no two workers write the same files."""
    folder = whole_run(tmp_path_factory) / "exercises"
    each_once(folder, build.exercises(ROOT), lambda name: build.build_if_changed(ROOT, name))


@pytest.fixture(scope="session")
def workshop():
    """Return a workshop with whatever walls this machine has; it takes seconds to start."""
    with Workshop(trust=True) as running:
        yield running


@pytest.fixture
def one_workshop(workshop, monkeypatch):
    """Have grading use that workshop, in place of one that it starts and ends."""
    monkeypatch.setattr(grade, "Workshop", lambda *rest: Borrowed(workshop))


class Borrowed:
    """A context of what somebody else ends."""

    def __init__(self, thing):
        self.thing = thing

    def __enter__(self):
        return self.thing

    def __exit__(self, *raised):
        pass


class Opened:
    """A process for a submission, opened as for marking: its number, socket and walls."""

    def __init__(self, workshop, memory):
        self.place = workshop.place(memory)
        wanted = self.place.__enter__()
        try:
            process, self.end, self.walls, _ = open_process(
                workshop.forks, workshop.trust, memory=memory, **wanted
            )
        except BaseException:
            self.place.__exit__(None, None, None)
            raise
        self.number = process.pid

    def close(self):
        end_all(self.number)
        self.end.close()
        self.place.__exit__(None, None, None)
