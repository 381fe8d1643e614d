"""Grade a folder of submissions: in parallel, each apart, and not twice.

Every submission's result is stored as soon as it is there, in a folder beside the CSV, under a hash
of the submission, the tests and the limits. A run that is started again grades what is missing.
"""

import contextlib
import csv
import hashlib
import json
import os
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import nbformat
from otter.test_files.exception_test import ExceptionTestFile
from tqdm import tqdm

from autograder import build, report
from autograder.session import Fault, Killed, Names, Session, Workshop
from tools.book import BookError, read_notebook, write_text

LARGEST = 20 * 2**20  # bytes of one submission
IGNORED = (".csv", ".xlsx", ".json", ".md")


class Unreadable(Exception):
    """A submission is no notebook: why."""


class QuestionTests(ExceptionTestFile):
    """Otter's tests of one question; failures do not quote the test."""

    def _generate_error_message(self, excp, context=0):
        text = str(excp)
        name = type(excp).__name__
        return text if name in ("StudentError", "AssertionError") and text else f"{name}: {text}"


def load_tests(archive):
    """Return the test files inside an autograder zip as {name: text}."""
    with zipfile.ZipFile(archive) as opened:
        return {
            Path(name).stem: opened.read(name).decode("utf8")
            for name in sorted(opened.namelist())
            if name.startswith("tests/") and name.endswith(".py")
        }


def questions(root, name):
    """Return an exercise's questions as a list of dicts: name, points, manual."""
    return build.questions(read_notebook(build.master_path(root, name)))


def submissions(folder):
    """Return {student: path} of a folder: a file or a folder for each.

    Bytes of a file's name that are not UTF-8 stand in the student's as \\xb1.
    """
    if not folder.is_dir():
        raise BookError(f"no folder {folder}")
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")) or (path.is_file() and path.suffix in IGNORED):
            continue
        name, student = (
            os.fsencode(text).decode("utf8", "backslashreplace")
            for text in (path.name, path.stem if path.is_file() else path.name)
        )
        found[name if student in found else student] = path
    if not found:
        raise BookError(f"no submissions in {folder}")
    return found


def read_submission(path):
    """Return the bytes of the notebook; raise Unreadable where there is none.

    Its cause is an OSError where the machine could not read what is there.
    """
    try:
        return _read(path)
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})") from error


def _read(path):
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
        if len(inside) != 1:
            raise Unreadable(f"the folder holds {len(inside)} notebooks, not one")
        path = inside[0]
    if path.is_symlink() or not path.is_file():
        raise Unreadable("not a file")
    if path.stat().st_size > LARGEST:
        raise Unreadable(f"the file is larger than {LARGEST // 2**20} MB")
    return path.read_bytes()


def parse(data):
    """Return (sources of the code cells, language, written answer) of a notebook's bytes."""
    if not data.strip():
        raise Unreadable("the file is empty")
    if data[:2] == b"PK":
        raise Unreadable("a zip file in place of a notebook")
    try:
        content = nbformat.reads(data.decode("utf8"), as_version=4)
        cells = [(c.cell_type, c.get("id", ""), str(c.source)) for c in content.cells]
        language = content.metadata.get("exercise", {}).get("language")
    except Exception as error:  # nbformat raises of every kind on what is no notebook
        raise Unreadable(f"not a notebook ({type(error).__name__})") from None
    code = [source for kind, _, source in cells if kind == "code" and source.strip()]
    if not code:
        raise Unreadable("the notebook has no code")
    written = next((s for kind, name, s in cells if kind == "markdown" and name == "answer"), None)
    return code, language if language in build.LANGUAGES else None, written


def grade_one(workshop, path, tests, limits):
    """Return one submission's result, a dict that JSON can hold.

    path: of the submission, or its notebook's bytes.
    "failed" is true where the machine is at fault and not the student.
    """
    start = time.perf_counter()
    result = {"points": {}, "cases": [], "errors": [], "language": None, "written": None}
    result |= {"isolation": {}, "failed": False}
    files = [QuestionTests.from_string(text, path=f"{name}.py") for name, text in tests.items()]
    session = None
    try:
        data = path if isinstance(path, bytes) else read_submission(path)
        cells, result["language"], result["written"] = parse(data)
        session = Session(workshop, cells, **limits)
        session.run()
        names = Names(session)
        for file in files:
            file.run(names)
        result["isolation"] = session.isolation
    except (Unreadable, Killed) as error:
        result["errors"].append(str(error))
        result["failed"] = isinstance(error.__cause__, OSError)
    except (Fault, Exception) as error:  # a student's file never ends the batch
        result["errors"].append(f"grading failed: {type(error).__name__}: {error}")
        result["failed"] = True
    finally:
        if session is not None:
            session.close()
            result["errors"] += [
                f"code cell {number + 1}: {text}" for number, text in sorted(session.errors.items())
            ]
    for file in files:
        done = file.test_case_results
        result["points"][file.name] = round(sum(t.test_case.points for t in done if t.passed), 5)
        for number, case in enumerate(file.test_cases):
            passed = number < len(done) and done[number].passed
            said = done[number].message if number < len(done) else "was not run"
            result["cases"].append(
                {
                    "question": file.name,
                    "points": case.points,
                    "passed": passed,
                    "about": case.failure_message or "",
                    "message": "" if passed else said.removeprefix("❌ Test case failed\n")[:600],
                }
            )
    result["seconds"] = round(time.perf_counter() - start, 2)
    # A lone surrogate, in an error or the written answer, cannot be stored.
    return json.loads(json.dumps(result, ensure_ascii=False).encode("utf8", "replace"))


def key_of(path, tests, limits):
    """Return a hash of all that a result depends on."""
    try:
        data = read_submission(path)
    except Unreadable as error:
        data = str(error).encode()
    parts = [data, json.dumps([tests, limits], sort_keys=True).encode()]
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def stored(path, key):
    """Return the result in a file if it is that of the key."""
    try:
        result = json.loads(path.read_text("utf8"))
    except (OSError, ValueError):
        return None
    return result if result.get("key") == key else None


def on_this_machine(jobs):
    """Return a function that grades {student: path}, jobs at a time, and yields their results."""

    def run(work, tests, limits):
        with Workshop() as workshop, ThreadPoolExecutor(max(1, jobs)) as pool:
            waiting = {
                pool.submit(grade_one, workshop, path, tests, limits): student
                for student, path in work.items()
            }
            try:
                for future in as_completed(waiting):
                    yield waiting[future], future.result()
            except BaseException:
                workshop.stop()  # or the pool waits for what is running
                pool.shutdown(cancel_futures=True)
                raise

    return run


def grade_all(root, name, found, folder, *, limits, jobs, again=False, quiet=False, run=None):
    """Grade {student: path}, storing each result in ``folder``; return {student: result}.

    run: grades in place of on_this_machine(jobs). Where the machine is at fault, the result is not
    stored: another run tries anew.
    """
    build.build_if_changed(root, name)
    tests = load_tests(build.autograder_path(root, name))
    folder.mkdir(parents=True, exist_ok=True)
    results, missing = {}, {}
    for student, path in found.items():
        key = key_of(path, tests, limits)
        results[student] = None if again else stored(folder / report.file_name(student), key)
        if results[student] is None:
            missing[student] = key
    if missing:
        work = {student: found[student] for student in missing}
        with contextlib.closing((run or on_this_machine(jobs))(work, tests, limits)) as done:
            bar = tqdm(done, total=len(missing), unit="submission", disable=quiet or None)
            for student, result in bar:
                results[student] = {"key": missing[student], **result}
                if not result["failed"]:
                    text = json.dumps(results[student], ensure_ascii=False, indent=1)
                    write_text(folder / report.file_name(student), text)
    return results


def read_written(path, students):
    """Return {student: (points, comment)} from a CSV file of the graded written answers.

    Each must be one of the students, spelled as in grades.csv.
    """
    if path is None:
        return {}
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        found = {r["student"]: (float(r["points"]), r.get("comment") or "") for r in rows}
    except OSError as error:
        raise BookError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BookError(f"{path}: not UTF-8; save it as CSV UTF-8") from error
    except (KeyError, TypeError, ValueError) as error:
        raise BookError(f"{path}: wants the columns student,points,comment ({error})") from error
    spelled = {report.cell(student): student for student in students}
    for name in found:
        if name not in spelled:
            raise BookError(f"{path}: no submission of {name!r}")
    return {spelled[name]: mark for name, mark in found.items()}


def main(args, root):
    """Grade, then write the CSV files and the feedback."""
    found = submissions(args.submissions)
    exercise = args.exercise
    build.exercises(root, [exercise])
    written = read_written(args.written, found)
    limits = {
        "timeout": args.timeout,
        "cell_timeout": args.cell_timeout,
        "memory": args.memory * 10**6,
    }
    base = args.output.with_suffix("")
    base.parent.mkdir(parents=True, exist_ok=True)
    run = None
    if args.scheduler:
        from autograder import cluster  # with it comes Dask, which nobody else needs

        run = cluster.on_cluster(args.scheduler)
    start = time.perf_counter()
    results = grade_all(
        root,
        exercise,
        found,
        base.with_name(f"{base.name}-results"),
        limits=limits,
        jobs=args.jobs,
        again=args.again,
        run=run,
    )
    parts = questions(root, exercise)
    title = build.title(read_notebook(build.master_path(root, exercise)))
    report.write_all(args.output, title, parts, results, written)
    kinds = [r["isolation"] for r in results.values() if r["isolation"]]
    for kind in ("files", "network", "disk"):
        if not all(one.get(kind) for one in kinds):
            print(
                f"warning: this machine did not shut students' code off from {kind}; use Docker "
                "(otter grade) for submissions that you do not trust",
                file=sys.stderr,
            )
    seconds = time.perf_counter() - start
    print(f"{len(results)} submissions in {seconds:.1f} s: {args.output}")
    failed = [student for student, result in results.items() if result.get("failed")]
    if failed:
        print(
            f"warning: {len(failed)} could not be graded and have no points: "
            f"{', '.join(sorted(failed))}; their errors say why, and the same command tries again",
            file=sys.stderr,
        )
    return 1 if failed else 0
