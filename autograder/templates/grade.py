"""Grades the notebook of this repository, by the command of the book that it comes from.

python .github/classroom/grade.py setup    get the book and grade, once
python .github/classroom/grade.py q1 2     succeed where test number 2 of question q1 passed
python .github/classroom/grade.py all      run the tests of autograding.json, count points
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

BOOK, WORK = Path(".book").absolute(), Path(".grading").absolute()


def read(name):
    """Return what a JSON file beside this one holds."""
    return json.loads(Path(__file__).with_name(name).read_text("utf8"))


ABOUT = read("exercise.json")  # the exercise, the book's address and its branch


def setup():
    """Get the book, with what it needs, and grade the notebook."""
    if not BOOK.exists():
        clone = ["git", "clone", "--quiet", "--depth", "1", "--branch", ABOUT["branch"]]
        subprocess.run([*clone, ABOUT["address"], BOOK], check=True)
        install = [sys.executable, "-m", "pip", "install", "--quiet", "-r", "requirements.txt"]
        subprocess.run(install, cwd=BOOK, check=True)
    shutil.rmtree(WORK, ignore_errors=True)
    (WORK / "in").mkdir(parents=True)
    shutil.copy(f"{ABOUT['exercise']}.ipynb", WORK / "in")
    # Each run has a machine of its own, which is thrown away: there is no one to protect.
    grade = ["grade", ABOUT["exercise"], WORK / "in", "-o", WORK / "grades.csv", "--trust-students"]
    subprocess.run([sys.executable, "-m", "autograder", *grade], cwd=BOOK, check=True)


def case(question, number):
    """Say what became of a test, and return whether it passed."""
    result = json.loads(next(WORK.glob("grades-results/*.json")).read_text("utf8"))
    one = [case for case in result["cases"] if case["question"] == question][int(number) - 1]
    print(one["about"], one["message"], *result["errors"], sep="\n")
    return one["passed"]


def run_all():
    """Run the tests of autograding.json; return whether all points were reached."""
    lines, got, possible = ["| Test | Points |", "| - | - |"], 0, 0
    for test in read("autograding.json")["tests"]:
        passed = True
        for command in filter(None, (test["setup"], test["run"])):
            limit = 60 * test["timeout"]
            try:
                passed = (
                    passed and not subprocess.run(command, shell=True, timeout=limit).returncode
                )
            except subprocess.TimeoutExpired:
                passed = False
        got, possible = got + passed * test["points"], possible + test["points"]
        lines.append(f"| {test['name']} | {passed * test['points']} of {test['points']} |")
    print(*lines, f"::notice title=Autograding complete::Points {got}/{possible}", sep="\n")
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        Path(summary).write_text("\n".join([*lines, f"| **Total** | {got} of {possible} |\n"]))
    return got == possible


if __name__ == "__main__":
    if sys.argv[1:] == ["setup"]:
        setup()
    else:
        sys.exit(not (run_all() if sys.argv[1:] == ["all"] else case(*sys.argv[1:3])))
