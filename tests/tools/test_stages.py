"""The stages of `make test`: what they print, when they fail, and that none is forgotten."""

import json
import re
import sys
from types import SimpleNamespace

import pytest

from tools import test as stages
from tools.book import ROOT, BookError

PRINT = [sys.executable, "-c"]
COUNTED = "print('== 3 passed, 1 skipped in 0.10s ==')"


@pytest.fixture
def commands(monkeypatch):
    """Return the stages of a small project, for a test to fill in."""
    made = {}
    monkeypatch.setattr(stages, "stages", lambda: made)
    monkeypatch.setenv("COVERAGE_FILE", "")  # put back afterward
    return made


def run(root, *names):
    return stages.main(SimpleNamespace(stages=list(names)), root)


def test_every_stage_runs_with_its_time_and_count_and_a_failure_fails_the_whole(
    commands, tmp_path, capsys
):
    commands["broken"] = [*PRINT, "raise SystemExit(3)"]
    commands["fine"] = [*PRINT, COUNTED]
    assert run(tmp_path) == 1
    table = capsys.readouterr().out.split("== stages\n")[1].splitlines()
    assert "FAILED" in table[0]
    assert re.fullmatch(r"fine +\d+\.\d s  ok +3 passed, 1 skipped in 0\.10s", table[1])
    assert table[2].endswith("1 stages failed")
    assert run(tmp_path, "fine") == 0
    with pytest.raises(BookError, match="no stage 'x'; there are: broken, fine"):
        run(tmp_path, "x")


@pytest.mark.parametrize(
    ("lines", "branches", "status"), [(99, 96, 0), (94, 99, 1), (99, 94, 1), (95, 95, 0)]
)
def test_lines_and_branches_each_have_the_floor(
    commands, tmp_path, capsys, lines, branches, status
):
    kinds = {"lines": ("num_statements", lines), "branches": ("num_branches", branches)}
    totals = {f"covered_{kind}": value for kind, (_, value) in kinds.items()}
    totals |= {total: 100 for total, _ in kinds.values()}
    report = tmp_path / stages.COVERAGE
    report.parent.mkdir()
    report.write_text(json.dumps({"totals": totals}))
    commands["units"] = [*PRINT, COUNTED]
    assert run(tmp_path) == status
    assert f"{lines:.1f} % of lines, {branches:.1f} % of branches" in capsys.readouterr().out


def test_every_folder_of_tests_belongs_to_a_stage():
    made = stages.stages()
    named = {word for command in made.values() for word in command}
    assert "tests" in made["units"]
    for name in stages.ELSEWHERE:
        assert (ROOT / "tests" / name).is_dir()
        assert f"tests/{name}" in named
