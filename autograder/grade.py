"""Grade a folder of submissions: in parallel, each apart, and not twice.

Every submission's result is stored as soon as it is there, in a folder beside the CSV, under a hash
of the submission, the tests and the limits. A run that is started again grades what is missing.
"""

import contextlib
import csv
import hashlib
import json
import os
import re
import sys
import time
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path

from tqdm import tqdm

from autograder import build, report
from autograder.forks import Fault
from autograder.mark import QuestionTests, Unreadable, outcome, test_files  # noqa: F401
from autograder.session import Workshop
from tools.book import BookError, read_notebook, write_text

LARGEST = 20 * 2**20  # bytes of one submission
DEEPEST = 20  # folders within a submission's folder
OTHER = (".csv", ".xlsx", ".json", ".md")
IGNORED = ("__MACOSX", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db")


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
    """Return {student: path} of a folder: a file or a folder for each."""
    if not folder.is_dir():
        raise BookError(f"no folder {folder}")
    found = {}
    for path in sorted(folder.iterdir()):
        if left_behind(path) or left_out(path):
            continue
        name = os.fsencode(path.name).decode("utf8", "backslashreplace")  # it need not be UTF-8
        student = name if path.is_dir() else re.sub(r"(.)\.[^.]*$", r"\1", name)
        found[name if student in found else student] = path
    if not found:
        raise BookError(f"no submissions in {folder}")
    return found


def left_out(path):
    """Return whether a path is not taken for a submission: a table, a text, a hidden file."""
    other = path.name.startswith((".", "_")) or (path.is_file() and path.suffix in OTHER)
    return other and ".ipynb" not in path.name


def left_behind(path):
    """Return whether a path is what systems leave behind of their own."""
    return path.name in IGNORED or path.name.startswith("._")


def read_submission(path):
    """Return the bytes of the notebook; raise Unreadable where there is none.

    Its cause is an OSError where the machine could not read what is there.
    """
    try:
        if path.is_symlink():
            raise Unreadable("a link, not a file or a folder")
        if path.is_dir():
            inside = notebooks(path)
            if len(inside) != 1:
                raise Unreadable(f"the folder holds {len(inside)} notebooks, not one")
            path = inside[0]
        if path.is_symlink() or not path.is_file():
            raise Unreadable("not a file")
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"the file is larger than {LARGEST // 2**20} MB")
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})") from error
    if not data.strip():
        raise Unreadable("the file is empty")
    if data[:2] == b"PK":
        raise Unreadable("a zip file in place of a notebook")
    return data


def notebooks(folder):
    """Return the notebooks in a folder and those below it, what systems leave behind left out."""

    def fail(error):
        raise error

    found = []
    for place, folders, files in os.walk(folder, onerror=fail):
        inside = [Path(place, name) for name in folders + files]
        kept = [path for path in inside if not left_behind(path)]
        folders[:] = [path.name for path in kept if path.is_dir()]
        if folders and len(Path(place).relative_to(folder).parts) == DEEPEST:
            raise Unreadable(f"folders within folders, more than {DEEPEST} deep")
        found += [path for path in kept if path.suffix == ".ipynb" and not path.is_dir()]
    return found


def failed(tests, reason):
    """Return the result of a submission that could not be graded by the machine's fault."""
    return {**outcome(test_files(tests), [f"grading failed: {reason}"], failed=True), "seconds": 0}


def grade_one(workshop, path, tests, limits):
    """Return the result, whatever happens, of a submission or of a notebook's bytes."""
    start = time.perf_counter()
    try:
        data = path if isinstance(path, bytes) else read_submission(path)
        result = workshop.mark(data, tests, limits)
    except Unreadable as error:
        machine = isinstance(error.__cause__, OSError)
        result = outcome(test_files(tests), [str(error)], failed=machine)
    except (Fault, Exception) as error:  # a student's file never ends the batch
        result = failed(tests, f"{type(error).__name__}: {error}")
    result["seconds"] = round(time.perf_counter() - start, 2)
    # A lone surrogate, in an error or the written answer, cannot be stored.
    return json.loads(json.dumps(result, ensure_ascii=False).encode("utf8", "replace"))


def with_written(result, given):
    """Return a result with the student's written answer in place of all the notebook's text.

    given: the texts of the notebook that students get. What is not among them the student wrote: in
    the cell for it, in one that has lost its id, or in a new one.
    """
    text = result.pop("text", None)
    if text is not None:
        own = [source for _, source in text if source.strip() and source.strip() not in given]
        result["written"] = "\n\n".join(own) or None
        if not any(name == "answer" for name, _ in text):
            instead = "the student's other text is shown in its place" if own else "nor other text"
            result["errors"].append(f"no cell for the written answer; {instead}")
    return result


def given_texts(root, name):
    """Return the texts of the notebooks that students get, in both languages, as a set."""
    paths = [build.student_path(root, name, language) for language in build.LANGUAGES]
    return {cell.source.strip() for path in paths for cell in read_notebook(path).cells}


def key_of(path, tests, limits):
    """Return a hash of all that a result depends on."""
    try:
        data = read_submission(path)
    except Exception as error:  # whatever it is, it is this submission's
        data = str(error).encode("utf8", "replace")
    parts = [data, json.dumps([tests, limits], sort_keys=True).encode()]
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def stored(path, key):
    """Return the result in a file if it is that of the key."""
    try:
        result = json.loads(path.read_text("utf8"))
    except (OSError, ValueError, RecursionError):
        return None
    return result if result.get("key") == key else None


def on_this_machine(jobs, secret, trust, work, tests, limits):
    """Grade {student: path}, jobs at a time, and yield (student, result); see also Workshop."""
    with Workshop(secret, trust) as workshop, ThreadPoolExecutor(max(1, jobs)) as pool:
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


def grade_all(root, name, found, folder, *, limits, jobs=1, again=False, quiet=False, run=None):
    """Grade {student: path}, storing each result in ``folder``; return {student: result}.

    run: called with (work, tests, limits) in place of on_this_machine. Where the machine is at
    fault, the result is not stored: another run tries anew.
    """
    build.build_if_changed(root, name)
    tests, given = load_tests(build.autograder_path(root, name)), given_texts(root, name)
    folder.mkdir(parents=True, exist_ok=True)
    keys = {student: key_of(path, tests, limits) for student, path in found.items()}
    files = {student: folder / report.file_name(student) for student in found}
    results = {} if again else {student: stored(files[student], keys[student]) for student in found}
    work = {student: path for student, path in found.items() if not results.get(student)}
    if not work:
        return results
    run = run or partial(on_this_machine, jobs, (), True)
    with contextlib.closing(run(work, tests, limits)) as done:
        for student, result in tqdm(done, "", len(work), unit="submission", disable=quiet or None):
            results[student] = {"key": keys[student], **with_written(result, given)}
            if not result["failed"]:
                text = json.dumps(results[student], ensure_ascii=False, indent=1)
                write_text(files[student], text)
    return results


def read_written(path, students):
    """Return {student: (points, comment)} from a CSV that spells students as grades.csv does."""
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
    times = Counter(map(report.cell, students))
    for name in found:
        if times[name] != 1:
            several = "several submissions" if times[name] else "no submission"
            raise BookError(f"{path}: {several} of {name!r}")
    return {spelled[name]: mark for name, mark in found.items()}


def main(args, root):
    """Grade, then write the CSV files and the feedback."""
    exercise, found = args.exercise, submissions(args.submissions)
    build.exercises(root, [exercise])
    written = read_written(args.written, found)
    limits = dict(timeout=args.timeout, cell_timeout=args.cell_timeout)
    limits["memory"] = args.memory * 10**6
    base = args.output.with_suffix("")
    base.parent.mkdir(parents=True, exist_ok=True)
    others = [path for path in sorted(args.submissions.iterdir()) if left_out(path)]
    others = [path.name for path in others if not left_behind(path)]
    warn([f"not taken for submissions: {', '.join(others)}"] if others else [])
    folder = base.with_name(f"{base.name}-results")
    run = partial(on_this_machine, args.jobs, [args.submissions, folder], args.trust_students)
    if args.scheduler:
        from autograder import cluster  # with it comes Dask, which nobody else needs

        run = partial(cluster.on_cluster, args.scheduler, args.trust_students)
    start = time.perf_counter()
    results = grade_all(root, exercise, found, folder, limits=limits, again=args.again, run=run)
    title, parts = build.title(root, exercise), questions(root, exercise)
    report.write_all(args.output, title, parts, results, written)
    warn(report.doubtful(results))
    seconds = time.perf_counter() - start
    print(f"{len(results)} submissions in {seconds:.1f} s: {args.output}")
    lost = sorted(student for student, result in results.items() if result.get("failed"))
    if lost:
        remedy = "their errors say why, and the same command tries again"
        names = ", ".join(lost)
        warn([f"{len(lost)} could not be graded and have no points: {names}; {remedy}"])
    return 1 if lost else 0


def warn(lines):
    """Print warnings, which may hold names that students chose."""
    for line in lines:
        print(f"warning: {report.plain(line)}", file=sys.stderr)
