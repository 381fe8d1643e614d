"""Find Chromium, or install it where that is allowed, and what else the site's tests look for.

Without Firefox or epubcheck the tests that want them are skipped.
"""

import contextlib
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
OPTIONAL = (FIREFOX[0], "epubcheck")
ARRIVED = "!('arriving' in document.documentElement.dataset)"
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
    others = ((*INSTALL[:-1], name) for name in OPTIONAL)
    for step in (("apt-get", "update"), INSTALL, *others):
        print("+", " ".join(step), flush=True)
        failed = subprocess.run(step, env=environment, check=False).returncode
        if failed and step[-1] not in OPTIONAL:
            raise BookError(f"{' '.join(step)} failed; {advice}")
    path = find()
    if path is None:
        raise BookError(f"apt-get installed no Chromium named {' or '.join(NAMES)}; {advice}")
    return path


def go(tab, address):
    """Open an address in a tab, and wait until all of a long page is there (arriving.js)."""
    tab.goto(address)
    tab.wait_for_function(ARRIVED)


@contextlib.contextmanager
def launched():
    """Context manager: Playwright's Chromium, installed first if there is none."""
    from playwright.sync_api import sync_playwright  # which the other commands can do without

    with sync_playwright() as playwright:
        path = find() or install()
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


def main(args, root):
    """Print the path of the browser; install it first if there is none."""
    print(find() or install())
    return 0
