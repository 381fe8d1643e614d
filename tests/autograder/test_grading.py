"""What goes wrong while submissions are graded: it ends no batch and is not taken for an answer."""

import copy
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import nbformat
import psutil
import pytest

from autograder import forks, grade, mark, report, session, wire
from autograder.forks import Fault
from autograder.session import Killed, Remote, Session, StudentError
from tests.autograder.conftest import Opened
from tests.autograder.standin import DONE, NoWorkshop
from tools.book import ROOT, BookError

LIMITS = {"timeout": 60, "cell_timeout": 10, "memory": 2_000_000_000}
EXERCISE = "01-kmeans"
ONE = """
from otter.test_files import test_case
name = "q1"
points = 2
@test_case()
def test_f(f):
    {}
"""


def notebook(path, source, *more):
    cells = [nbformat.v4.new_code_cell(source), *more]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def graded(workshop, path, check="assert f() == 1", limits=LIMITS):
    return grade.grade_one(workshop, path, {"q1": ONE.format(check)}, limits)


@pytest.fixture
def talk():
    """Return a session and the other end of its socket; its process only sleeps."""
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    made = Session(None, [], **LIMITS)
    made.process = psutil.Process(sleeper.pid)
    made.end, theirs = socket.socketpair()
    with made.end, theirs:
        yield made, theirs
    sleeper.kill()
    sleeper.wait()


def broken(answer):
    """Return the near end of a process that forks, which only says this."""
    made = forks.Forks.__new__(forks.Forks)
    made.lock = threading.Lock()
    made.requests, theirs = socket.socketpair()
    theirs.sendall(answer)
    made.theirs = theirs if answer else theirs.close()
    return made


def test_a_folder_is_removed_however_deep(tmp_path):
    dig = "import os\nfor _ in range(1200):\n os.mkdir('d')\n os.chdir('d')"
    subprocess.run([sys.executable, "-c", dig], cwd=tmp_path, check=True)
    try:
        session.remove(tmp_path / "d")
        assert not (tmp_path / "d").exists()
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # pytest could not


def test_what_is_no_text_can_be_stored(workshop, tmp_path):
    answer = nbformat.v4.new_markdown_cell("one \ud800 answer", id="answer")
    path = tmp_path / "x.ipynb"
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell('f = lambda: 1\nraise ValueError("\\ud800")'), answer]
    )
    path.write_text(json.dumps(made))
    result = graded(workshop, path)
    assert result["points"] == {"q1": 2}
    assert result["text"] == [["answer", "one ? answer"]]
    assert result["errors"] == ["code cell 1: ValueError: ? (line 2)"]


def test_a_name_need_not_be_utf8(tmp_path, monkeypatch):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / os.fsdecode(b"\xb1\xe8.ipynb")).write_text("{}")
    found = grade.submissions(folder)
    assert list(found) == [r"\xb1\xe8"]
    monkeypatch.setattr(grade, "Workshop", NoWorkshop)
    monkeypatch.setattr(grade, "grade_one", lambda *args: DONE)
    run = dict(limits=LIMITS, jobs=1, quiet=True)
    results = grade.grade_all(ROOT, EXERCISE, found, tmp_path / "results", **run)
    title = {"ko": "가", "en": "a"}
    report.write_all(tmp_path / "grades.csv", title, grade.questions(ROOT, EXERCISE), results, {})
    assert r"\xb1\xe8,1,1,1,1,,4,20" in (tmp_path / "grades.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("answer", [b"", b"-1"])  # its process is gone; it cannot fork
def test_a_machine_that_fails_is_not_the_students_fault(workshop, tmp_path, answer):
    path = notebook(tmp_path / "x.ipynb", "f = lambda: 1")
    failing = copy.copy(workshop)
    failing.forks = broken(answer)
    result = graded(failing, path)
    assert result["failed"]
    assert result["errors"][0].startswith("grading failed: Fault: no process for the submission")


def test_a_process_that_never_gets_ready_is_not_the_students_fault(workshop):
    ours, theirs = socket.socketpair()
    theirs.close()
    sleeper = subprocess.Popen(["sleep", "60"])
    failing = copy.copy(workshop)
    failing.forks = SimpleNamespace(fork=lambda **wanted: (sleeper.pid, ours))
    with pytest.raises(Fault, match="before the first cell: the process ended"):
        Opened(failing, 10**9)
    assert sleeper.wait(10) == -signal.SIGKILL


def test_a_machine_that_fails_during_a_test_is_not_the_students_fault(workshop, tmp_path):
    opened = []

    def once(memory):
        if opened:
            raise Fault("no process for the submission")
        opened.append(Opened(workshop, memory))
        return psutil.Process(opened[0].number), opened[0].end, opened[0].walls

    data = notebook(tmp_path / "x.ipynb", "f = lambda: 1").read_bytes()
    tests = {"q1": ONE.format("f._session.kill(); f()")}
    result = mark.mark(data, tests, LIMITS, once)
    opened[0].close()
    assert result["failed"]
    assert "no process for the submission" in result["errors"][0]


def test_a_process_says_where_it_cannot_fork():
    script = """
import os
from autograder import forks
def fork():
    raise BlockingIOError("no more processes")
os.fork = fork
import socket
forks.serve(socket.socket(fileno=0), {})
"""
    requests, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdin=theirs)
    try:
        made = forks.Forks(requests)
        for _ in range(2):
            with pytest.raises(Fault, match="no process for the submission"):
                made.fork()
    finally:
        process.kill()
        process.wait()


def test_a_file_that_cannot_be_read_is_tried_again(tmp_path, monkeypatch):
    path = notebook(tmp_path / "x.ipynb", "f = lambda: 1")

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    before = grade.key_of(path, {}, LIMITS)
    monkeypatch.setattr(type(path), "read_bytes", refuse)
    assert grade.key_of(path, {}, LIMITS) != before
    result = graded(None, path)
    assert result["failed"]
    assert result["errors"] == ["cannot be read (Permission denied)"]


def test_what_failed_is_not_stored_and_has_no_points(tmp_path, monkeypatch):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "ab":
        notebook(folder / f"{name}.ipynb", name)
    found = grade.submissions(folder)
    fails, calls = True, []

    def one(workshop, path, tests, limits):
        calls.append(path.stem)
        return {**DONE, "failed": fails and path.stem == "a"}

    monkeypatch.setattr(grade, "Workshop", NoWorkshop)
    monkeypatch.setattr(grade, "grade_one", one)
    args = SimpleNamespace(
        exercise=EXERCISE,
        submissions=folder,
        output=tmp_path / "grades.csv",
        written=None,
        jobs=1,
        scheduler=None,
        timeout=60,
        cell_timeout=10,
        memory=2000,
        again=False,
        trust_students=True,
    )
    assert grade.main(args, ROOT) == 1
    rows = (tmp_path / "grades.csv").read_text("utf-8-sig").splitlines()
    assert rows[1:] == ["a,,,,,,,20,1,", "b,1,1,1,1,,4,20,1,"]
    pages = tmp_path / "grades-feedback"
    assert [page.name for page in pages.iterdir()] == [report.file_name("b", ".html")]
    fails = False
    assert grade.main(args, ROOT) == 0
    assert calls == ["a", "b", "a"]
    assert len(found) == len(list(pages.iterdir())) == 2


def test_stopping_does_not_wait_for_what_is_running(tmp_path, monkeypatch):
    stopped, waited = threading.Event(), []

    class Stops(NoWorkshop):
        def stop(self):
            stopped.set()

    def one(workshop, path, tests, limits):
        if path.stem == "b":
            raise KeyboardInterrupt
        waited.append(stopped.wait(5))
        return DONE

    monkeypatch.setattr(grade, "Workshop", Stops)
    monkeypatch.setattr(grade, "grade_one", one)
    found = {name: notebook(tmp_path / f"{name}.ipynb", name) for name in "ab"}
    with pytest.raises(KeyboardInterrupt):
        grade.grade_all(ROOT, EXERCISE, found, tmp_path, limits=LIMITS, jobs=2, quiet=True)
    assert waited == [True]


def test_written_points_are_read_before_anything_is_graded(tmp_path, monkeypatch):
    notebook(tmp_path / "kim.ipynb", "f = 1")
    monkeypatch.setattr(grade, "grade_all", lambda *args, **kwargs: pytest.fail("graded"))
    args = SimpleNamespace(exercise=EXERCISE, submissions=tmp_path, written=tmp_path / "no.csv")
    with pytest.raises(BookError, match="no.csv: No such file"):
        grade.main(args, ROOT)


def test_written_points_want_names_that_are_there(tmp_path):
    path = tmp_path / "written.csv"
    path.write_text("student,points,comment\nkim,3.5,good\n'-lee,1,\n")
    assert grade.read_written(path, ["kim", "-lee"]) == {"kim": (3.5, "good"), "-lee": (1, "")}
    with pytest.raises(BookError, match="no submission of 'kim'"):
        grade.read_written(path, ["-lee", "Kim"])
    path.write_text("student,points,comment\n김,3.5,good\n", "cp949")
    with pytest.raises(BookError, match="not UTF-8"):
        grade.read_written(path, ["김"])


def test_a_process_that_reads_slowly_gets_its_message(talk):
    running, theirs = talk

    def answer():
        time.sleep(0.6)
        length = len(wire.receive(theirs)["value"])
        wire.send(theirs, {"length": length})

    thread = threading.Thread(target=answer)
    thread.start()
    assert running.ask(10, value="x" * 5_000_000) == {"length": 5_000_000}
    thread.join()


def test_an_answer_has_a_limit_of_its_own(talk, workshop, tmp_path):
    running, theirs = talk
    theirs.sendall(struct.pack("!I", wire.ANSWER + 1))
    with pytest.raises(Killed, match="more than can be graded"):
        running.ask(10)
    path = notebook(tmp_path / "x.ipynb", "import numpy as np\nf = lambda: np.zeros(2 * 10**6)")
    result = graded(workshop, path, "f()")
    assert "a value of 20 MB is too large to be graded" in result["cases"][0]["message"]


def test_numpy_has_all_the_kinds_that_travel():
    import numpy as np

    assert set(wire.KINDS) <= {np.dtype(code).kind for code in np.typecodes["All"]}


def test_a_missing_name_is_named_where_it_is_handed_on():
    home = SimpleNamespace(generation=1)
    f = Remote(home, 1, 0, "function", "f")
    missing = Remote(home, 1, None, "", "g")
    for use in (
        lambda: f(missing),
        lambda: f([missing]),
        lambda: missing(1),
        lambda: missing.fit,
        lambda: missing == 1,
    ):
        with pytest.raises(StudentError, match="NameError: the notebook defines no g"):
            use()
    with pytest.raises(TypeError, match=r"may not send model.predict, only call it"):
        f(Remote(home, 1, 1, "KMeans", "model").predict)


def test_a_method_of_a_process_that_is_gone_is_gone():
    home = SimpleNamespace(generation=2)
    with pytest.raises(StudentError, match="model is gone"):
        Remote(home, 1, 0, "KMeans", "model").predict()


def test_a_process_is_ended_although_one_that_it_started_vanishes_meanwhile(monkeypatch):
    short, long = (
        subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({seconds})"])
        for seconds in (0, 60)
    )
    listed = psutil.Process(short.pid)
    short.wait()
    monkeypatch.setattr(session, "tree", lambda first: [first, listed])
    session.end_all(long.pid)
    try:
        assert long.wait(timeout=10) == -signal.SIGKILL
    finally:
        long.kill()
