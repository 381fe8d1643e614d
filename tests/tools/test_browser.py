import subprocess

import pytest

from tools import browser
from tools.book import BookError


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Return a machine without Chromium: a folder that is its whole PATH, and what it ran."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    ran = []

    def run(command, env, check):
        ran.append(command)
        if command == browser.INSTALL:
            program(tmp_path, "chromium")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(browser.subprocess, "run", run)
    return tmp_path, ran


def program(folder, name):
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("name", browser.NAMES)
def test_a_chromium_that_is_there_is_used(machine, name, capsys):
    folder, ran = machine
    path = program(folder, name)
    assert browser.main(None, None) == 0
    assert capsys.readouterr().out.strip() == path
    assert ran == []


def test_root_installs_it_with_apt_get_after_an_update(machine, capsys):
    folder, ran = machine
    program(folder, "apt-get")
    assert browser.main(None, None) == 0
    others = [(*browser.INSTALL[:-1], name) for name in ("firefox-esr", "epubcheck")]
    assert ran == [("apt-get", "update"), browser.INSTALL, *others]
    assert capsys.readouterr().out.strip().endswith(str(folder / "chromium"))


def test_without_apt_get_the_error_names_the_command(machine):
    with pytest.raises(BookError, match="sudo apt-get install -y chromium"):
        browser.main(None, None)


def test_who_is_not_root_is_told_the_command_and_nothing_runs(machine, monkeypatch):
    folder, ran = machine
    program(folder, "apt-get")
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000)
    with pytest.raises(BookError, match="sudo apt-get install -y chromium"):
        browser.main(None, None)
    assert ran == []


def test_a_failing_apt_get_is_an_error(machine, monkeypatch):
    folder, _ = machine
    program(folder, "apt-get")
    failed = subprocess.CompletedProcess((), 100)
    monkeypatch.setattr(browser.subprocess, "run", lambda *args, **kwargs: failed)
    with pytest.raises(BookError, match="apt-get update failed"):
        browser.main(None, None)


def test_an_install_that_brings_no_browser_is_an_error(machine, monkeypatch):
    folder, _ = machine
    program(folder, "apt-get")
    done = subprocess.CompletedProcess((), 0)
    monkeypatch.setattr(browser.subprocess, "run", lambda *args, **kwargs: done)
    with pytest.raises(BookError, match="installed no Chromium"):
        browser.main(None, None)
