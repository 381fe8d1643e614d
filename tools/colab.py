"""Rehearse Google Colab: run every chapter by itself in an environment like Colab's.

A chapter is copied alone into an empty folder and run from top to bottom by a Python that has
Colab's packages and no course_lib, so that its first cell really installs; the repository's address
leads to a clone on this disk. Afterward Colab's packages must be what they were, and nothing may
have been written but in the folder, the environment and the caches.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from tools.book import NAMES, SOURCE, BookError, chapters, each, write_text
from tools.repository import configured
from tools.run import execute

LIST = "requirements-colab.txt"
WATCH = Path(__file__).with_name("colab_watch.py")
SITE = "import json, sys; print(json.dumps([p for p in sys.path if p.endswith('-packages')]))"
PACKAGES = """
import importlib.metadata, json
found = {}
for one in importlib.metadata.distributions():
    found.setdefault(one.metadata["Name"].lower(), one.version)  # the first is what is imported
print(json.dumps(found))
"""
ORIGIN = """
import importlib.metadata, json
print(importlib.metadata.distribution("course-lib").read_text("direct_url.json") or "{}")
"""

ARGUMENTS = {
    "names": NAMES,
    "--python": {"type": Path, "help": f"which has Colab's packages (else made from {LIST})"},
    "--timeout": {"type": int, "default": 600, "help": "seconds for one cell (default: 600)"},
}


def output(*command):
    """Return what a command prints; raise BookError with its errors if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BookError(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return done.stdout


def ask(python, program):
    """Return what a short program prints as JSON, run by another Python outside of the book."""
    return json.loads(output(python, "-I", "-c", program))


def image(root):
    """Return the Python of an environment with what LIST names; make it where it is not there."""
    folder, wanted = root / "_build/colab", (root / LIST).read_text("utf8")
    python, stamp = folder / "bin/python", folder / LIST
    if not stamp.exists() or stamp.read_text("utf8") != wanted:
        print(f"Making an environment like Colab's in {folder} (some minutes, once)", flush=True)
        output(sys.executable, "-m", "venv", "--clear", folder)
        output(python, "-m", "pip", "install", "-q", "-r", root / LIST)
        write_text(stamp, wanted)
    return python


def environment(base, folder):
    """Make an empty environment in ``folder`` that sees the packages of another Python.

    What is installed into it leaves the other one as it is. Returns the path of its Python.
    """
    output(base, "-m", "venv", "--without-pip", folder)
    python = folder / "bin/python"
    (own,) = ask(python, SITE)
    # Where PYTHONPATH is set, pip is building a package, apart from what is installed.
    add = "import os, site; os.environ.get('PYTHONPATH') or site.addsitedir({!r})"
    lines = [add.format(path) for path in ask(base, SITE)]
    Path(own, "colab.pth").write_text("\n".join([*lines, f"import {WATCH.stem}", ""]))
    Path(own, WATCH.name).write_text(WATCH.read_text("utf8"))
    return python


def kernel(python, folder):
    """Return a manager of kernels that another Python runs; ``folder`` takes its description."""
    spec = folder / "colab/kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "Colab", "language": "python"}))
    specs = KernelSpecManager(kernel_dirs=[str(folder)], ensure_native_kernel=False)
    return AsyncKernelManager(
        kernel_name="colab",
        kernel_spec_manager=specs,
        connection_file=str(folder / "cache/connection.json"),  # which the kernel removes
    )


def variables(session, address, clone):
    """Return the environment variables of a session whose folders lie in ``session``.

    git takes the clone for the repository's address; caches, temporary files and what Jupyter and
    matplotlib keep stay in the session.
    """
    cache = session / "cache"
    allowed = [session / "folder", session / "env", session / "tmp", cache, "/dev", "/proc"]
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return inherited | {
        "HOME": str(session / "home"),
        "TMPDIR": str(session / "tmp"),
        "XDG_CACHE_HOME": str(cache),
        "IPYTHONDIR": str(cache / "ipython"),
        "MPLCONFIGDIR": str(cache / "matplotlib"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{clone.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
        "COLAB_WATCH_LOG": str(session / "written"),
        "COLAB_WATCH_ALLOWED": os.pathsep.join(map(str, allowed)),
    }


def rehearse(name, base, clone, address, timeout=600):
    """Run one chapter of a bare clone as on Colab; print what it installed.

    base: the Python whose packages are Colab's. clone: the bare clone that stands for the
    repository at ``address``. Raises BookError for whatever is not as it must be.
    """
    with tempfile.TemporaryDirectory(prefix="colab-") as made:
        session = Path(made).resolve()
        for part in ("folder", "home", "tmp", "cache"):
            (session / part).mkdir()
        path = session / "folder" / f"{name}.ipynb"
        git = ("git", "--git-dir", clone)
        path.write_text(output(*git, "show", f"HEAD:book/{SOURCE}/{path.name}"), "utf8")
        python = environment(base, session / "env")
        before = ask(python, PACKAGES)
        if "course-lib" in before:
            raise BookError(f"{base} has course_lib already, so the first cell would not install")

        start = time.perf_counter()
        execute(path, timeout, kernel(python, session), variables(session, address, clone))
        seconds = time.perf_counter() - start

        after = ask(python, PACKAGES)
        for package, version in before.items():
            if after.get(package) != version:
                raise BookError(f"{name} replaced {package} {version} by {after.get(package)}")
        if "course-lib" not in after:
            raise BookError(f"{name} did not install course_lib")
        commit = ask(python, ORIGIN).get("vcs_info", {}).get("commit_id")
        if commit != output(*git, "rev-parse", "HEAD").strip():
            raise BookError(f"{name} installed course_lib of the commit {commit}, not of HEAD")
        log = session / "written"
        if log.exists():
            written = sorted(set(log.read_text("utf8").splitlines()))
            raise BookError("\n".join([f"{name} wrote outside of its folder:", *written]))
        added = ", ".join(f"{new} {after[new]}" for new in sorted(set(after) - set(before)))
        torch = f"torch {after['torch']} as before"
        print(f"{name}: ran in {seconds:.0f} s; added {added}; {torch}", flush=True)


def main(args, root):
    """Rehearse the named chapters; one that fails does not keep the others from running."""
    names = chapters(root, args.names)
    base = args.python or image(root)
    with tempfile.TemporaryDirectory(prefix="clone-") as made:
        clone = Path(made).resolve() / "book.git"
        output("git", "clone", "--bare", "--quiet", root, clone)
        print(f"Python {output(base, '-c', 'import platform as p; print(p.python_version())')}")
        address = configured(root)
        return each(names, lambda name: rehearse(name, base, clone, address, args.timeout))
