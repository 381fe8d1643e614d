"""The browsers of the site's tests: Debian's Chromium, installed where allowed, and Firefox.

Without Firefox the tests that want it are skipped.
"""

import os
import shutil
import subprocess

from tools.book import BookError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A container often runs as root, with little shared memory and no graphics card.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
]
FIREFOX = ("firefox-esr", "firefox")
INSTALL = ("apt-get", "install", "-y", "--no-install-recommends", "chromium")


def find(names=NAMES):
    """Return the path of the first of these programs, or of a Chromium, on the PATH, or None."""
    return next(filter(None, map(shutil.which, names)), None)


def install():
    """Install Debian's Chromium with apt-get and return its path.

    Raises BookError, with the command to run, where this is not root on a machine with apt-get
    or where apt-get fails.
    """
    command = " ".join(INSTALL[:3] + INSTALL[-1:])
    advice = f"the site's tests need Chromium; install it with: sudo {command}"
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise BookError(advice)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (("apt-get", "update"), INSTALL, (*INSTALL[:-1], FIREFOX[0])):
        print("+", " ".join(step), flush=True)
        failed = subprocess.run(step, env=environment, check=False).returncode
        if failed and step[-1] != FIREFOX[0]:
            raise BookError(f"{' '.join(step)} failed; {advice}")
    path = find()
    if path is None:
        raise BookError(f"apt-get installed no Chromium named {' or '.join(NAMES)}; {advice}")
    return path


def add_arguments(parser):
    """Declare the command's arguments: none."""


def main(args, root):
    """Print the path of the browser; install it first if there is none."""
    print(find() or install())
    return 0
