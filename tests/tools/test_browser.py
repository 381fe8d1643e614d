"""Where Chromium comes from: the PATH, or apt-get where that is allowed."""

import subprocess

import pytest

from tools import browser
from tools.book import BookError


def program(folder, name):
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Return a function that makes a machine: a folder that is its PATH, and what it ran."""

    def make(*programs, user=0, status=0, brings=True):
        ran = []

        def run(command, env, check):
            ran.append(command)
            if command == browser.INSTALL and brings:
                program(tmp_path, "chromium")
            return subprocess.CompletedProcess(command, status)

        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(browser.os, "geteuid", lambda: user)
        monkeypatch.setattr(browser.subprocess, "run", run)
        return [program(tmp_path, name) for name in programs], ran

    return make


@pytest.mark.parametrize("name", browser.NAMES)
def test_a_chromium_that_is_there_is_used(machine, name, capsys):
    (path,), ran = machine(name)
    assert browser.main(None, None) == 0
    assert capsys.readouterr().out.strip() == path
    assert ran == []


def test_root_installs_it_with_apt_get_after_an_update(machine, capsys):
    _, ran = machine("apt-get")
    assert browser.main(None, None) == 0
    others = [(*browser.INSTALL[:-1], name) for name in ("firefox-esr", "epubcheck")]
    assert ran == [("apt-get", "update"), browser.INSTALL, *others]
    assert capsys.readouterr().out.strip().endswith("/chromium")


@pytest.mark.parametrize(
    ("programs", "options", "message", "n_ran"),
    [
        ([], {}, "sudo apt-get install -y chromium", 0),
        (["apt-get"], {"user": 1000}, "sudo apt-get install -y chromium", 0),
        (["apt-get"], {"status": 100}, "apt-get update failed", 1),
        (["apt-get"], {"brings": False}, "installed no Chromium", 4),
    ],
    ids=["no apt-get", "not root", "apt-get fails", "nothing comes"],
)
def test_where_it_cannot_be_had_the_error_says_what_to_do(
    machine, programs, options, message, n_ran
):
    _, ran = machine(*programs, **options)
    with pytest.raises(BookError, match=message):
        browser.main(None, None)
    assert len(ran) == n_ran
