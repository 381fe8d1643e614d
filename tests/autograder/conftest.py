"""What the tests of grading share: how much of the slow is done, and one workshop for all.

``make test`` grades a sample; with ``EXERCISES=all`` in the environment these tests leave out
nothing (an hour or two of processor time).
"""

import os

import pytest

from autograder import grade
from autograder.session import Workshop, end_all, open_process

EVERYTHING = os.environ.get("EXERCISES") == "all"


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
