"""The commands: each explains itself, and none is missing from the table."""

import pytest

from tools.__main__ import COMMANDS, main
from tools.book import ROOT


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert f"tools {command}" in capsys.readouterr().out


def test_every_module_with_a_main_is_in_the_table():
    modules = [path for folder in ("tools", "recipes") for path in (ROOT / folder).glob("*.py")]
    runnable = {path.stem for path in modules if "\ndef main(" in path.read_text("utf8")}
    assert runnable - {"__main__"} == {command.replace("-", "_") for command in COMMANDS}


@pytest.mark.parametrize("words", [[], ["nonsense"], ["sync", "--nonsense"]])
def test_an_unknown_word_stops_with_the_usage(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_an_error_in_the_book_is_one_line_and_a_status(capsys):
    assert main(["sync", "99-nothing"]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("python -m tools sync: no chapter '99-nothing'")
    assert shown.count("\n") == 1
