"""The stages of ``make test``, each with its time; all run, and any failure fails the whole."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from tools.book import NAMES, chosen

WORKERS = 2  # pytest processes; conftest.py shares the cores among them
FLOOR = 95  # percent of lines, and of branches, of course_lib that the unit tests must reach
COVERAGE = Path("_build/coverage.json")
# Folders of tests/ with a stage of their own.
ELSEWHERE = ("notebooks", "tools", "recipes", "autograder", "site")
ARGUMENTS = {"stages": {**NAMES, "metavar": "STAGE"}}


def stages():
    """Return the stages as a dict from name to command (a list of words)."""
    python = [sys.executable, "-m"]
    pytest = [*python, "pytest", "-q", "--durations=40", "--durations-min=5"]
    workers = ["-n", str(WORKERS), "--dist", "loadfile"]
    shellcheck, schema = map(Path(sys.executable).with_name, ("shellcheck", "check-jsonschema"))
    schemas = "tools/schemas"
    return {
        "lint": [*python, "ruff", "check", "."],
        "format": [*python, "ruff", "format", "--check", "."],
        "workflows": [*python, "jactionlint", "--no-online", f"--shellcheck={shellcheck}"],
        "scripts": [str(shellcheck), "postBuild", ".ci/run"],
        "conda": [str(schema), "--schemafile", f"{schemas}/environment.json", "environment.yml"],
        "container": [str(schema), "--schemafile", f"{schemas}/devcontainer.json"]
        + [".devcontainer/devcontainer.json"],
        "units": [*pytest, *workers, "tests", *(f"--ignore=tests/{name}" for name in ELSEWHERE)]
        + ["--cov", "--cov-report=term", f"--cov-report=json:{COVERAGE}"],
        # Together, since a chapter keeps one worker busy for long.
        "notebooks and tools": [*pytest, *workers, "--nbval", "book/ko"]
        + ["tests/notebooks", "tests/tools", "tests/recipes"],
        "autograder": [*pytest, *workers, "tests/autograder"],
        "browser": [*python, "tools", "browser"],
        "site": [*pytest, *workers, "tests/site"],
    }


def coverage(path):
    """Return the percentages of lines and of branches covered, from coverage's JSON report."""
    totals = json.loads(Path(path).read_text("utf8"))["totals"]
    return tuple(
        100 * totals[f"covered_{kind}"] / max(1, totals[total])
        for kind, total in (("lines", "num_statements"), ("branches", "num_branches"))
    )


def call(command, root):
    """Run a command, passing its output on; return (exit status, the line that counts tests)."""
    closing = ""
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            if re.search(r"\d+ (passed|failed|errors?|skipped)\b.* in [\d.]+s", line):
                closing = line.strip(" =\n")
    return process.returncode, closing


def main(args, root):
    """Run the stages, print a table of their times and counts, return 1 if any failed."""
    commands = stages()
    rows, failed, total = [], [], time.perf_counter()
    (root / COVERAGE).parent.mkdir(exist_ok=True)
    # Apart from what a `pytest --cov` beside this one writes: coverage merges all that it finds.
    os.environ["COVERAGE_FILE"] = str(root / COVERAGE.with_suffix(".data"))
    for name in chosen(args.stages, commands, "stage"):
        print(f"\n== {name}: {' '.join(commands[name])}", flush=True)
        start = time.perf_counter()
        status, closing = call(commands[name], root)
        if name == "units" and status == 0:
            lines, branches = coverage(root / COVERAGE)
            closing += f"; covered: {lines:.1f} % of lines, {branches:.1f} % of branches"
            status = int(min(lines, branches) < FLOOR)
        if status:
            failed.append(name)
        word = "FAILED" if status else "ok"
        rows.append(f"{name:<20}{time.perf_counter() - start:6.1f} s  {word:<8}{closing}")
    print("\n== stages")
    print("\n".join(rows))
    print(f"{'total':<20}{time.perf_counter() - total:6.1f} s  {len(failed)} stages failed")
    return 1 if failed else 0
