"""What the tests of grading share: how much of the slow is done, and one workshop for all.

``make test`` grades a sample; with ``EXERCISES=all`` in the environment these tests leave out
nothing (an hour or two of processor time).
"""

import os

import pytest

from autograder import grade
from autograder.session import Workshop

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
