"""A template repository of an exercise: GitHub Actions grade it on every push of a student.

Written for what reads GitHub Classroom's ``autograding.json`` (the workflow that comes along does),
and as a list of tests for Classroom 50, whose own runner then grades.
"""

import json
import shutil
from pathlib import Path

import yaml

from autograder import build, grade, report
from tools.book import write_text

CALL = "python .github/classroom/grade.py"
LONGEST = 100  # bytes of a test's name in Classroom 50


def tests(root, name, language):
    """Return (command, name, points) of each hidden test, in the order of the notebook."""
    found = []
    for text in grade.load_tests(build.autograder_path(root, name)).values():
        file = grade.QuestionTests.from_string(text, path="question.py")
        for number, case in enumerate(file.test_cases, 1):
            about = report.in_language(case.failure_message or "", language)
            label = f"{file.name}.{number} {about}".encode()[:LONGEST].decode("utf8", "ignore")
            found.append((f"{CALL} {file.name} {number}", label, case.points))
    return found


def main(args, root):
    """Write the template into a folder."""
    name, language, target = args.exercise, args.language, args.output
    build.build_if_changed(root, name)
    found = tests(root, name, language)
    once = dict(setup="", run="", input="", output="", comparison="included", timeout=1)
    old = [{"name": label, **once, "run": run, "points": points} for run, label, points in found]
    old[0] |= {"setup": f"{CALL} setup", "timeout": 12}  # minutes
    new = [{"name": "setup", "type": "run", "run": f"{CALL} setup", "timeout": 600, "points": 0}]
    new += [{"name": label, "type": "run", "run": run, "points": p} for run, label, p in found]
    place = target / ".github/classroom"
    for folder in (place, target / ".github/workflows"):
        folder.mkdir(parents=True, exist_ok=True)
    about = yaml.safe_load(Path(root, "_config.yml").read_text("utf8"))["repository"]
    about = {"exercise": name, "address": about["url"], "branch": about["branch"]}
    files = {"autograding": {"tests": old}, "classroom50": new, "exercise": about}
    for file, content in files.items():
        text = json.dumps(content, ensure_ascii=False, indent=2)
        write_text(place / f"{file}.json", text + "\n")
    shutil.copy(build.TEMPLATES / "grade.py", place)
    shutil.copy(build.TEMPLATES / "classroom.yml", target / ".github/workflows")
    shutil.copy(build.student_path(root, name, language), target)
    print(f"{len(found)} tests, {sum(p for *_, p in found):g} points: make {target} a repository")
    return 0
