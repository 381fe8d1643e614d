"""Grade every variant of the answers under many states of the global random generators.

    python -m tests.autograder.states 01-kmeans 02-autoencoder
    python -m tests.autograder.states 01-kmeans --states 1 --seeds 0 1 2

The second grades the answers in private variants of the exercise, as far as they have a place
there: those that are written otherwise where the variant changes the solution are left out.

A notebook's solution runs once, here and without a sandbox. At each question the process forks once
for each variant and state: the fork seeds numpy's, torch's and Python's global generators, runs the
variant, seeds them again, and runs the hidden tests of that question alone. A right variant must
keep all points (and pass the public check), a wrong one must lose some.
"""

import argparse
import contextlib
import json
import os
import random
import resource
import sys
import tempfile
import time
from multiprocessing import get_context

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported: forks do not survive its threads
os.environ["TQDM_DISABLE"] = "1"
os.environ["MPLBACKEND"] = "agg"

import numpy as np
import torch

from autograder import build, grade, variant, wire
from autograder.session import Session, StudentError
from tests.autograder.answers import HARMLESS, SLOW, VARIANTS
from tools.book import ROOT, read_notebook

STATES = 20
LIMIT = 60  # seconds of processor time for one variant under one state


class Here(Session):
    """A session without a process: tests reach a namespace of this one, values still travel."""

    def __init__(self, names):
        self.names, self.kept, self.generation = names, [], 0

    def reach(self, **message):
        """Answer as the process of a submission would."""
        if message["do"] == "get":
            if message["name"] not in self.names:
                return {"missing": True}
            return {"value": wire.pack(self.names[message["name"]], self.keep)}
        function = self.kept[message["object"]]
        if message["attribute"] is not None:
            function = getattr(function, message["attribute"])
        found = lambda number, name: self.kept[number]  # noqa: E731
        args, kwargs = wire.unpack(message["given"], found)
        try:
            return {"value": wire.pack(function(*args, **kwargs), self.keep)}
        except Exception as error:
            raise StudentError(f"{type(error).__name__}: {error}") from error

    def keep(self, value):
        """Keep an object that cannot travel; return its number."""
        self.kept.append(value)
        return len(self.kept) - 1


def seed(state):
    """Put all global random generators into a state."""
    random.seed(state)
    np.random.seed(state)
    torch.manual_seed(state)


def attempt(end, job, names, code, check, test, state):
    """Grade one variant in a fork; send {"points", "said", "check"}: check is its error or None."""
    torch.set_num_threads(1)
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    os.chdir(os.environ.get("TMPDIR", "/tmp"))
    for number in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    result = {"points": 0, "said": [], "check": None}
    try:
        seed(state)
        for source in code:
            exec(compile(source, f"<{job}>", "exec"), names)
    except Exception as error:
        result["said"].append(f"its cell: {type(error).__name__}: {error}")
    if check is not None:
        try:
            exec(compile(check, f"<{job}>", "exec"), dict(names))
        except Exception as error:
            result["check"] = f"{type(error).__name__}: {error}"
    seed(state)
    file = grade.QuestionTests.from_string(test, path="question.py")
    file.run(Here(names))
    done = file.test_case_results
    result["points"] = sum(one.test_case.points for one in done if one.passed)
    result["said"] += [
        one.message.removeprefix("❌ Test case failed\n").strip() for one in done if not one.passed
    ]
    end.send(result)
    end.close()


def replaced(source, edits):
    """Return a cell's source with texts replaced; each must be there."""
    for old, new in edits:
        if old not in source:
            raise ValueError(f"{old!r} is not in the cell")
        source = source.replace(old, new)
    return source


def code_of(change, source, edits):
    """Return an answer's code; None where a private variant leaves no place for it.

    source: the question's cell of the public solution; edits: what the variant replaces, or None.
    """
    code = change if isinstance(change, str) else replaced(source, change)
    if edits is None:
        return code
    code, found = variant.replaced(edits, code)
    return code if found == variant.replaced(edits, source)[1] else None


def cells_of(root, name):
    """Return {id: source} of the code cells of an exercise's solution, but for what installs."""
    cells = read_notebook(build.solution_path(root, name, "ko")).cells
    cells = {cell.id: cell.source for cell in cells if cell.cell_type == "code"}
    return {key: source for key, source in cells.items() if key not in ("setup", "weights")}


def forked(jobs, at_a_time):
    """Run {job: arguments of attempt}, some at a time; yield (job, result, seconds)."""
    context, waiting, running = get_context("fork"), list(jobs.items()), []
    sys.stdout.flush()
    while waiting or running:
        while waiting and len(running) < at_a_time:
            job, rest = waiting.pop(0)
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=attempt, args=(theirs, job, *rest))
            process.start()
            theirs.close()
            running.append((job, process, ours, time.perf_counter()))
        job, process, ours, start = running.pop(0)
        try:
            result = ours.recv()
        except EOFError:
            result = {"points": 0, "said": ["its process ended"], "check": "its process ended"}
        process.join()
        yield job, result, time.perf_counter() - start


def states_of(number, states, sample, slow):
    """Return the states for a question's variant of this number: 0, 1, ..., states - 1.

    In a sample they differ between variants; of a slow question, three variants of four have none.
    """
    if not sample:
        return list(range(states))
    return [] if slow and number % 4 else [(number + k * 7) % STATES for k in range(states)]


def run(name, *, states=STATES, sample=False, only=(), at_a_time=None, seed=None):
    """Grade an exercise's variants; return a list of dicts, one for each variant and state.

    only: names of questions, or of a question and a variant as "q1/name"; seed: of the private
    variant of the exercise, whose own solution is an answer like the others.
    """
    torch.set_num_threads(1)
    build.build_if_changed(ROOT, name)
    if seed is None:
        return grade_answers(ROOT, name, None, VARIANTS[name], states, sample, only, at_a_time)
    parts, all_of_them = variant.variants(variant.choices_path(ROOT, name))
    picked = all_of_them[seed % len(all_of_them)]
    right = {one for pick in picked.items() for one in HARMLESS[name].get("/".join(pick), ())}
    wanted = {
        question: {
            "right": {"the solution": [], **kinds["right"]},
            "wrong": {a: c for a, c in kinds["wrong"].items() if f"{question}/{a}" not in right},
        }
        for question, kinds in VARIANTS[name].items()
    }
    with tempfile.TemporaryDirectory() as target:
        variant.write(ROOT, name, target, parts, picked)
        edits = variant.edits_of(parts, picked)
        return grade_answers(target, name, edits, wanted, states, sample, only, at_a_time)


def grade_answers(root, name, edits, wanted, states, sample, only, at_a_time):
    """Do what run does, with the answers wanted, in the book's folder or a variant's, root."""
    tests = grade.load_tests(build.autograder_path(root, name))
    possible = {one["name"]: one["points"] for one in grade.questions(root, name)}
    cells, public = cells_of(root, name), cells_of(ROOT, name)
    checks = {key.removesuffix("-check"): text for key, text in cells.items() if "-check" in key}
    last = max(one.split("/")[0] for one in only or wanted)
    names, rows = {"__name__": "__main__"}, []
    for key, source in cells.items():
        question = key.removesuffix("-code")
        of_it = wanted.get(question, {}) if key.endswith("-code") else {}
        numbered = enumerate((kind, answer) for kind in of_it for answer in of_it[kind])
        jobs = ({}, {})  # before the cell and after it
        for number, (kind, answer) in numbered:
            change = of_it[kind][answer]
            if only and not {question, f"{question}/{answer}"} & set(only):
                continue
            code = code_of(change, public[key], edits)
            if code is None:
                continue
            for state in states_of(number, states, sample, question in SLOW[name]):
                check = checks.get(question) if kind == "right" else None
                given = (names, [code], check, tests[question], state)
                jobs[isinstance(change, str)][question, kind, answer, state] = given
        for late in (False, True):
            if late:
                with contextlib.redirect_stdout(open(os.devnull, "w")):
                    exec(compile(source, key, "exec"), names)
            for job, result, seconds in forked(jobs[late], at_a_time or os.cpu_count()):
                full = result["points"] == possible[question]
                good = full and not result["check"] if job[1] == "right" else not full
                fields = dict(zip(("question", "kind", "answer", "state"), job))
                rows.append({**fields, **result, "good": good, "seconds": round(seconds, 2)})
        if question == last:  # what comes after it is for the eye
            break
    return rows


def table(name, rows):
    """Return lines that count, for each question, variants and those that were graded wrongly."""
    lines = []
    for question in sorted({row["question"] for row in rows}):
        for kind in ("right", "wrong"):
            own = [row for row in rows if (row["question"], row["kind"]) == (question, kind)]
            bad = sorted({row["answer"] for row in own if not row["good"]})
            lines.append(
                f"{name} {question} {kind}: {len({row['answer'] for row in own})} answers, "
                f"{len({row['state'] for row in own})} states, {len(own)} runs, "
                f"{len(bad)} graded wrongly{': ' if bad else ''}{', '.join(bad)}"
            )
    return lines


def main():
    """Grade the exercises named; print a table, and each run that was graded wrongly."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("exercises", nargs="*", metavar="NAME", help="all by default")
    parser.add_argument("--states", type=int, default=STATES, help="states for each variant (20)")
    parser.add_argument("--sample", action="store_true", help="as make test does")
    parser.add_argument(
        "--only",
        nargs="+",
        default=(),
        metavar="q1[/ANSWER]",
        help="questions, or variants of them",
    )
    parser.add_argument("--seeds", type=int, nargs="+", help="of private variants of the exercises")
    parser.add_argument("--jobs", type=int, help="forks at a time (one for each core)")
    parser.add_argument("--json", metavar="FILE", help="write all runs to a file")
    args = parser.parse_args()
    bad, everything = 0, {}
    for name in args.exercises or VARIANTS:
        for seed in args.seeds or [None]:
            start = time.perf_counter()
            given = dict(states=args.states, sample=args.sample, only=args.only, seed=seed)
            rows = run(name, at_a_time=args.jobs, **given)
            label = name if seed is None else f"{name} --seed {seed}"
            everything[label] = rows
            for row in (row for row in rows if not row["good"]):
                bad += 1
                where = "/".join(str(row[key]) for key in ("question", "kind", "answer", "state"))
                print(f"{label} {where}: {row['points']} {row['check'] or ''} {row['said']}")
            print("\n".join(table(label, rows)))
            print(f"{label}: {len(rows)} runs in {time.perf_counter() - start:.0f} s", flush=True)
    if args.json:
        with open(args.json, "w", encoding="utf8") as file:
            json.dump(everything, file, ensure_ascii=False, indent=1)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
