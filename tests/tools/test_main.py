"""The commands: each explains itself, and says when something is wrong or failed."""

import json
from types import SimpleNamespace

import pytest

from tools import test
from tools.__main__ import COMMANDS, main


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert f"tools {command}" in capsys.readouterr().out


def test_a_command_that_lacks_something_says_in_one_line_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    for command, advice in (
        ("browser", "install it with: sudo apt-get install -y chromium"),
        ("gpu", "--tiny tries every measurement on the CPU with tiny sizes"),
    ):
        assert main([command]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"python -m tools {command}: ")
        assert line.endswith(advice)


@pytest.mark.parametrize(
    ("lines", "branches", "lint", "status"),
    [(95, 95, "true", 0), (94, 99, "true", 1), (99, 94, "true", 1), (99, 99, "false", 1)],
)
def test_a_stage_that_fails_or_covers_too_little_fails_make_test(
    tmp_path, monkeypatch, lines, branches, lint, status
):
    totals = {"num_statements": 100, "num_branches": 100}
    totals |= {"covered_lines": lines, "covered_branches": branches}
    (tmp_path / "_build").mkdir()
    (tmp_path / test.COVERAGE).write_text(json.dumps({"totals": totals}))
    monkeypatch.setenv("COVERAGE_FILE", "")  # put back afterward
    monkeypatch.setattr(test, "stages", lambda: {"lint": [lint], "units": ["true"]})
    assert test.main(SimpleNamespace(stages=[]), tmp_path) == status
