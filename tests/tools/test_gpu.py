"""The command for GPUs, on a CPU: its measurements with tiny sizes, its limits, and the page."""

import json
import os
import subprocess
from functools import partial

import psutil
import pytest

from tools import gpu, gpu_measures
from tools.__main__ import main
from tools.apart import within
from tools.book import ROOT, BookError, chapters

PAGE = "Above\n\n<!-- gpu -->\n\nNothing.\n\n<!-- /gpu -->\n\nBelow\n"
HELD = {"n": 9, "held": 7, "late": 1, "failed": {"05-gan": "why"}, "workers": 4, "seconds": 9.0}
FAILED = {"error": "OutOfMemoryError: 80 GB\nand more"}


def test_a_tiny_run_measures_everything_and_a_real_one_goes_to_the_pages(tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "within", lambda limit, call: call())
    monkeypatch.setenv("TQDM_DISABLE", "1")  # and put back afterward
    names = [name for name in gpu.MEASUREMENTS if name != "notebooks"]
    assert main(["gpu", *names, "--tiny", "--out", str(tmp_path)]) == 0
    assert len(list(tmp_path.glob("*.png"))) == 4
    path = tmp_path / "gpu.json"
    found = json.loads(path.read_text("utf8"))
    measured = found["measurements"]
    assert list(measured) == names
    inertia = measured["kmeans"]["inertia"]
    assert inertia["ours"] == pytest.approx(inertia["sklearn lloyd"], rel=1e-4)
    with pytest.raises(BookError, match="tiny run"):
        gpu.store(tmp_path, path)

    pages = [tmp_path / f"book/{language}/running.md" for language in gpu.TEXTS]
    for page in pages:
        page.parent.mkdir(parents=True)
        page.write_text(PAGE, "utf8")
    (tmp_path / "benchmarks").mkdir()
    found |= {"tiny": False, "measurements": {"notebooks": HELD, **measured, "style": FAILED}}
    for device in ("Some GPU", "Another GPU"):
        path.write_text(json.dumps({**found, "device": device}), "utf8")
        assert gpu.store(tmp_path, path) == 0
    for page in pages:
        above, start, head, rows, end, below = page.read_text("utf8").split("\n\n")
        assert (above, start, end, below) == ("Above", "<!-- gpu -->", "<!-- /gpu -->", "Below\n")
        assert "Another GPU" in head
        assert len(rows.splitlines()) == 2 + len(gpu.MEASUREMENTS)
        assert all(row.count("|") == 3 for row in rows.splitlines())
        assert rows.count("OutOfMemoryError: 80 GB |") == 1
    assert (tmp_path / gpu.STORED).read_text("utf8") == path.read_text("utf8")


def test_what_fails_or_takes_too_long_is_told_and_leaves_no_process_behind():
    assert "ValueError: invalid literal" in within(300, partial(int, "no number"))["error"]
    assert "without a word" in within(300, os.abort)["error"]
    seconds = f"600.{os.getpid()}"  # by which the process is known
    assert "not done after 10 s" in within(10, partial(subprocess.run, ["sleep", seconds]))["error"]
    running = [one.info["cmdline"] or [] for one in psutil.process_iter(["cmdline"])]
    assert ["sleep", seconds] not in running


def test_notebooks_tell_whose_asserts_hold(monkeypatch):
    first, second, *others = chapters(ROOT)

    def run(command, *, check, timeout, **options):
        assert check
        assert 0 < timeout <= 180
        *_, name, option = command
        assert option == "--check"
        if name == first:
            raise subprocess.CalledProcessError(1, command, stderr="cell 'spread' failed")
        if name == second:
            raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(gpu_measures.subprocess, "run", run)
    found = gpu_measures.run_notebooks(None, "cpu", False)
    assert (found["n"], found["held"], found["late"]) == (len(others) + 2, len(others), 1)
    assert found["failed"] == {first: "cell 'spread' failed"}
