"""Calls in a process of their own: what they return, and what becomes of those that do not."""

import os
import subprocess
import time
from functools import partial

import psutil
import pytest

from tools.apart import within


@pytest.mark.parametrize(
    ("call", "limit", "said"),
    [
        (partial(int, "no number"), 300, "ValueError: invalid literal"),
        (os.abort, 300, "without a word"),
        (partial(time.sleep, 600), 1, "not done after 1 s"),
    ],
)
def test_what_fails_is_told(call, limit, said):
    assert said in within(limit, call)["error"]


def test_what_is_found_comes_back_with_its_time():
    found = within(300, partial(dict, speed=3))
    assert found.pop("in all") > 0
    assert found == {"speed": 3}


def test_what_takes_too_long_leaves_no_process_behind():
    seconds = f"600.{os.getpid()}"  # by which the process is known
    assert "error" in within(10, partial(subprocess.run, ["sleep", seconds]))
    running = [one.info["cmdline"] or [] for one in psutil.process_iter(["cmdline"])]
    assert ["sleep", seconds] not in running
