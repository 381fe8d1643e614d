"""The command for GPUs, on a CPU: its measurements with tiny sizes, its limits, and the page."""

import json
import os
import re
import subprocess
import time
from functools import partial

import psutil
import pytest
import torch

from tools import gpu, gpu_measures
from tools.__main__ import main
from tools.apart import within
from tools.book import ROOT, BookError

LANGUAGES = sorted(gpu.TEXTS)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Return the folder that a tiny run fills: of all but the notebooks, in this process."""
    out = tmp_path_factory.mktemp("gpu")
    names = [name for name in gpu.MEASUREMENTS if name != "notebooks"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gpu, "within", lambda limit, call: call())
        patch.setitem(os.environ, "TQDM_DISABLE", "1")  # and put back afterward
        assert main(["gpu", *names, "--tiny", "--out", str(out)]) == 0
    return out


def result(tiny):
    """Return what the run found, with notebooks, as if it were of a GPU."""
    found = json.loads((tiny / "gpu.json").read_text("utf8"))
    found |= {"device": "Some GPU", "tiny": False}
    held = {"n": 9, "held": 7, "late": 1, "failed": {"05-gan": "why"}, "workers": 4, "seconds": 9.0}
    found["measurements"] = {"notebooks": held} | found["measurements"]
    return found


def test_without_a_gpu_or_a_name_it_says_so_in_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(gpu.torch.cuda, "is_available", lambda: False)
    assert main(["gpu"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "finds no GPU here; --tiny" in line
    assert main(["gpu", "kmeans", "nosuch"]) == 1
    assert "'nosuch'; there are: notebooks, kmeans" in capsys.readouterr().err


def test_a_tiny_run_measures_everything(tiny):
    found = json.loads((tiny / "gpu.json").read_text("utf8"))
    assert sum(gpu.MEASUREMENTS[name][0] for name in gpu.USUAL) <= 600  # seconds
    assert found["tiny"]
    assert set(found["measurements"]) == set(gpu.MEASUREMENTS) - {"notebooks"}
    assert not any("error" in one for one in found["measurements"].values())
    inertia = found["measurements"]["kmeans"]["inertia"]
    assert inertia["ours"] == pytest.approx(inertia["sklearn lloyd"], rel=1e-4)
    assert found["measurements"]["dcgan"]["distance"] > 0
    assert {path.name for path in tiny.glob("*.png")} == {
        "faces.png",
        "hangul-convolutional.png",
        "hangul-dcgan.png",
        "hangul-dense.png",
    }


def test_a_measurement_in_a_process_of_its_own_joins_those_of_before(tiny, tmp_path, capsys):
    before = json.loads((tiny / "gpu.json").read_text("utf8"))
    del before["measurements"]["style"]
    (tmp_path / "gpu.json").write_text(json.dumps(before), "utf8")
    assert main(["gpu", "style", "--tiny", "--out", str(tmp_path)]) == 0
    after = json.loads((tmp_path / "gpu.json").read_text("utf8"))["measurements"]
    found = after.pop("style")
    assert found["in all"] > found["step"] > 0
    assert after == before["measurements"]
    assert capsys.readouterr().out.splitlines()[-1].startswith("| Style transfer, 32 pixels")


@pytest.mark.parametrize(
    ("call", "limit", "said"),
    [
        (partial(int, "no number"), 300, "ValueError: invalid literal"),
        (os.abort, 300, "without a word"),
        (partial(time.sleep, 600), 1, "not done after 1 s"),
    ],
)
def test_what_fails_in_another_process_is_told(call, limit, said):
    assert said in within(limit, call)["error"]


def test_what_takes_too_long_leaves_no_process_behind():
    seconds = f"600.{os.getpid()}"  # by which the process is known
    assert "error" in within(10, partial(subprocess.run, ["sleep", seconds]))
    running = [one.info["cmdline"] or [] for one in psutil.process_iter(["cmdline"])]
    assert ["sleep", seconds] not in running


def test_drawing_stops_when_its_time_is_over(tmp_path):
    found = gpu_measures.learn_to_draw(
        torch.rand(16, 3, 64, 64), tmp_path / "x.png", "cpu", limit=0, num_epochs=5, width=2
    )
    assert found["epochs"] == 1
    assert (tmp_path / "x.png").stat().st_size > 1000


FAILS = subprocess.CalledProcessError(1, "run", stderr="cell 'spread' failed")


@pytest.mark.parametrize(
    ("raised", "held", "late", "failed"),
    [(None, 1, 0, 0), (FAILS, 0, 0, 1), (subprocess.TimeoutExpired("run", 1), 0, 1, 0)],
)
def test_notebooks_tell_whose_asserts_hold(monkeypatch, raised, held, late, failed):
    called = []

    def run(command, *, check, timeout, **options):
        assert check
        assert 0 < timeout <= 180
        called.append(command)
        if raised:
            raise raised

    monkeypatch.setattr(gpu_measures.subprocess, "run", run)
    found = gpu_measures.run_notebooks(None, "cpu", True)
    (command,) = called
    assert command[2:4] == ["tools", "run"]
    assert command[-1] == "--check"
    assert (found["n"], found["held"], found["late"]) == (1, held, late)
    assert found["failed"] == ({command[-2]: "cell 'spread' failed"} if failed else {})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_shows_every_measurement_and_every_failure(tiny, language):
    found = result(tiny)
    found["measurements"]["style"] = {"error": "OutOfMemoryError: 80 GB\nand more"}
    shown = gpu.table(found, language)
    assert "Some GPU" in shown.splitlines()[0]
    rows = [line for line in shown.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == len(gpu.MEASUREMENTS)
    assert all(row.count("|") == 3 for row in rows)
    assert sum("OutOfMemoryError: 80 GB |" in row for row in rows) == 1


def test_a_result_goes_to_the_pages_and_a_new_one_takes_its_place(tiny, tmp_path):
    for language in LANGUAGES:
        page = tmp_path / f"book/{language}/running.md"
        page.parent.mkdir(parents=True)
        page.write_text("Above\n\n<!-- gpu -->\n\nNothing.\n\n<!-- /gpu -->\n\nBelow\n", "utf8")
    (tmp_path / "benchmarks").mkdir()
    found = result(tiny)
    for device in ("Some GPU", "Another GPU"):
        found["device"] = device
        (tmp_path / "gpu.json").write_text(json.dumps(found), "utf8")
        assert gpu.store(tmp_path, tmp_path / "gpu.json") == 0
        for language in LANGUAGES:
            text = (tmp_path / f"book/{language}/running.md").read_text("utf8")
            shown = gpu.table(found, language)
            assert text == f"Above\n\n<!-- gpu -->\n\n{shown}\n\n<!-- /gpu -->\n\nBelow\n"
    assert json.loads((tmp_path / gpu.STORED).read_text("utf8")) == found


def test_what_says_nothing_is_not_stored(tiny, tmp_path):
    with pytest.raises(BookError, match="tiny run"):
        gpu.store(tmp_path, tiny / "gpu.json")
    with pytest.raises(BookError, match="measure first"):
        gpu.store(tmp_path, tmp_path / "gpu.json")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_the_stored_result_or_says_that_there_is_none(language):
    stored = ROOT / gpu.STORED
    found = json.loads(stored.read_text("utf8")) if stored.exists() else None
    text = (ROOT / f"book/{language}/running.md").read_text("utf8")
    (shown,) = gpu.PLACE.findall(text)
    assert shown == gpu.table(found, language)
    assert re.search(r"python -m tools gpu$", text, re.M)
