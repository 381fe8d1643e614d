"""Mark one submission: read its notebook, have its cells run, and test what they define.

This is done in a process apart from the one that looks after the whole class, with limits of its
own: to read what students hand in, to unpack what they answer and to compare it can take any time
and memory. Tell the other process (see `main`) what is known so far, in case it comes to that.
"""

import base64
import contextlib
import os
import resource
import signal
import socket
import time
from functools import partial

import nbformat
from otter.test_files.exception_test import ExceptionTestFile

from autograder import build, child, forks, wire
from autograder.session import START, Fault, Killed, Session, StudentError, open_process

MEMORY = 2 * 2**30  # bytes that marking may use
LONGEST = 50_000  # characters of a notebook's text that are kept, for the written answer


class Unreadable(Exception):
    """A submission is not a notebook: why."""


class QuestionTests(ExceptionTestFile):
    """Otter's tests of one question; failures do not quote the test."""

    def _generate_error_message(self, excp, context=0):
        text = str(excp)
        name = type(excp).__name__
        return text if name in ("StudentError", "AssertionError") and text else f"{name}: {text}"


def parse(data):
    """Return (sources of the code cells, language, [(id, text) of the others]) of a notebook."""
    try:
        content = nbformat.reads(data.decode("utf-8-sig"), as_version=4)
        cells = [(c.cell_type, str(c.get("id", "")), str(c.source)) for c in content.cells]
        language = content.metadata.get("exercise", {}).get("language")
    except MemoryError:
        raise
    except Exception as error:  # nbformat raises of every kind on what is not a notebook
        raise Unreadable(f"not a notebook ({type(error).__name__})") from None
    code = [source for kind, _, source in cells if kind == "code" and source.strip()]
    if not code:
        raise Unreadable("the notebook has no code")
    text = [(name[:100], source[:LONGEST]) for kind, name, source in cells if kind != "code"]
    return code, language if language in build.LANGUAGES else None, text


def outcome(files, errors=(), failed=False, **known):
    """Return a result, a dict that JSON can hold, of the questions' tests as far as they were run.

    "failed" is true where the machine is at fault and not the student.
    """
    result = {"points": {}, "cases": [], "errors": [*errors], "language": None, "written": None}
    result |= {"text": None, "isolation": {}, "failed": failed, **known}
    for file in files:
        done = file.test_case_results
        result["points"][file.name] = round(sum(t.test_case.points for t in done if t.passed), 5)
        for number, case in enumerate(file.test_cases):
            passed = number < len(done) and done[number].passed
            said = done[number].message if number < len(done) else "was not run"
            about = dict(question=file.name, points=case.points, about=case.failure_message or "")
            about["message"] = "" if passed else said.removeprefix("❌ Test case failed\n")[:600]
            result["cases"].append({**about, "passed": passed})
    return result


def test_files(tests):
    """Return otter's test files of {name: text}."""
    return [QuestionTests.from_string(text, path=f"{name}.py") for name, text in tests.items()]


def own_time(seconds, session):
    """Let the tests of a question use so many seconds of this process's own, and then so many."""

    def ring():
        signal.setitimer(signal.ITIMER_PROF, seconds)
        session.kill()  # what it is about to say must not be taken for another answer
        raise StudentError(f"took longer than {seconds:g} s to be compared")

    return forks.alarm(signal.ITIMER_PROF, seconds, ring)


def mark(data, tests, limits, opened, tell=lambda result: None):
    """Return a notebook's result, and tell what there is of it meanwhile; opened: see Session."""
    files, session, known, errors = test_files(tests), None, {}, []
    tell(outcome(files))
    try:
        cells, known["language"], known["text"] = parse(data)
        session = Session(opened, cells, **limits)
        session.run()
        known["isolation"] = session.isolation
        for file in files:
            with own_time(limits["cell_timeout"], session):
                file.run(session)
            tell(outcome(files, errors + said(session), **known))
    except (Unreadable, Killed) as error:
        errors.append(str(error))
    except (MemoryError, StudentError) as error:
        errors.append(f"{type(error).__name__} while it was marked: {error}")
    except (Fault, Exception) as error:
        errors.append(f"grading failed: {type(error).__name__}: {error}")
        known["failed"] = True
    return outcome(files, errors + said(session), **known)


def said(session):
    """Return what went wrong in a session's cells, in a line for each."""
    errors = sorted(session.errors.items()) if session else []
    return [f"code cell {number + 1}: {text}" for number, text in errors]


def main(end, become, trust, place):
    """Mark the submission that comes through a socket; send back what there is of its result."""
    forks.process_control(forks.ADOPT_ORPHANS, 1)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # an orphan that nobody asks for must be gone
    ours, theirs = socket.socketpair()
    if os.fork() == 0:  # what forks the student's process, from before a test is here
        end.close()
        ours.close()
        forks.serve(theirs, become)
    theirs.close()
    students = forks.Forks(ours)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))

    def opened(memory):
        wire.send(end, {"wait": START})  # a busy machine's time, not the student's
        begin = time.monotonic()
        process, its_end, walls, _ = open_process(students, trust, memory=memory, **place)
        wire.send(end, {"wait": time.monotonic() - begin - START})
        return process, its_end, walls

    job = wire.receive(end)
    data = base64.b64decode(job["data"])
    result = mark(data, job["tests"], job["limits"], opened, partial(wire.send, end))
    wire.send(end, {**result, "done": True})
    end.recv(1)  # until this process is ended, and all that came of it


def template():
    """Import what is slow, then fork for every submission that standard input, a socket, names."""
    requests, nowhere = socket.socket(fileno=os.dup(0)), os.open(os.devnull, os.O_RDWR)
    for number in (0, 1) if os.environ.get("EXERCISES_DEBUG") else (0, 1, 2):
        os.dup2(nowhere, number)
    become = {"child": partial(child.child, shell=child.preload())}
    for minor in range(6):  # of a notebook's format, each with a schema that is compiled once
        empty = nbformat.v4.new_notebook(nbformat_minor=minor)
        with contextlib.suppress(Unreadable):
            parse(nbformat.v4.writes(empty).encode())
    forks.serve(requests, {**become, "mark": partial(main, become=become)})
