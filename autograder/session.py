"""Run a submission's cells in a process apart, and let tests reach what the cells define.

The tests run here; the student's functions run there. A test gets stand-ins (`Remote`), and a call
of one sends the arguments over and brings the result back, both as plain data.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

import course_lib
from autograder import wire

HERE = Path(__file__).resolve().parent
START = 60  # seconds that a new process gets until it is ready
GRACE = 3  # seconds that a process gets, beyond its limit, to notice that its time is up
PROCESSES = 256  # that a submission may have at a time
RESTARTS = 3  # times that a submission's process is started anew after it had to be ended


class StudentError(Exception):
    """The student's code raised, or is not there; the text says so."""


class Killed(Exception):
    """The student's process is gone: why."""


class Fault(BaseException):
    """The machine failed, not the student. Not an Exception, so that otter's tests let it by."""


class Workshop:
    """The process that forks a child for every submission; use it as a context."""

    def __enter__(self):
        """Start it, which imports torch and the rest once."""
        if sys.platform == "win32":
            raise OSError("grading needs Linux or macOS; on Windows use WSL")
        self.scratch = tempfile.mkdtemp(prefix="exercises-")
        self.lock = threading.Lock()
        self.requests, theirs = socket.socketpair()
        keep = {
            name: os.environ[name] for name in ("PATH", "EXERCISES_DEBUG") if name in os.environ
        }
        library = Path(course_lib.__file__).resolve().parent
        self.process = subprocess.Popen(
            [sys.executable, "-I", HERE / "child.py", HERE, library, self.scratch],
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            cwd=self.scratch,
            env={**keep, "HOME": self.scratch, "IPYTHONDIR": self.scratch, "OMP_NUM_THREADS": "1"},
        )
        theirs.close()
        if self.requests.recv(16) != b"ready":
            self.__exit__()
            raise OSError("the process for submissions did not start")
        return self

    def __exit__(self, *raised):
        """End it."""
        self.stop()
        self.requests.close()
        remove(self.scratch)

    def stop(self):
        """End the process and all that it forked."""
        if self.process.poll() is None:
            end_all(tree(psutil.Process(self.process.pid)))
        self.process.kill()
        self.process.wait()

    def start(self, memory):
        """Fork a child; return its process, our end of its socket, its folder; or raise Fault."""
        try:
            folder = tempfile.mkdtemp(dir=self.scratch)
            ours, theirs = socket.socketpair()
            with self.lock, theirs:
                wanted = {"folder": folder, "memory": memory, "processes": PROCESSES}
                socket.send_fds(self.requests, [json.dumps(wanted).encode()], [theirs.fileno()])
                number = int(self.requests.recv(32) or 0)
            if number:
                return psutil.Process(number), ours, folder
        except (OSError, psutil.Error) as error:
            raise Fault(f"no process for the submission: {error}") from error
        raise Fault("no process for the submission")


class Session:
    """One submission's run. Cells that end the process are left out, and the rest runs anew."""

    def __init__(self, workshop, cells, *, timeout, cell_timeout, memory):
        """cells: the sources of the code cells; the limits: seconds, seconds, bytes."""
        self.workshop, self.cells = workshop, cells
        self.cell_timeout, self.memory = cell_timeout, memory
        self.deadline = time.monotonic() + timeout
        self.errors = {}  # from a cell's number to what went wrong
        self.ended = set()  # cells that ended the process
        self.restarts = 0
        self.generation = 0
        self.process = self.end = None
        self.isolation = {}

    def run(self):
        """Run every cell from the first; where a cell ends the process, start anew without it."""
        while True:
            self.close()
            self.open()
            try:
                for number, source in enumerate(self.cells):
                    if number in self.ended:
                        continue
                    answer = self.ask(self.cell_timeout, do="cell", source=source)
                    if "error" in answer:
                        self.errors[number] = describe(answer)
                return
            except Killed as reason:
                self.errors[number] = str(reason)
                self.ended.add(number)
                self.restart(reason)

    def restart(self, reason):
        """Count a restart; give up where there were too many or the time is up."""
        self.restarts += 1
        if self.restarts > RESTARTS or time.monotonic() > self.deadline:
            self.close()
            raise Killed(f"{reason}; the rest was not graded") from None

    def open(self):
        """Start a process; raise Fault where it does not get as far as the first cell."""
        self.process, self.end, self.folder = self.workshop.start(self.memory)
        self.generation += 1
        try:
            self.isolation = self.wait(START)
        except Killed as reason:
            raise Fault(f"before the first cell: {reason}") from None

    def ask(self, seconds, **message):
        """Send a message and return the answer; raise Killed if the process did not survive it."""
        left = self.deadline - time.monotonic()
        seconds = min(seconds, left)
        if seconds <= 0 or self.end is None:
            raise Killed("the time for the whole notebook is up")
        self.end.settimeout(seconds + GRACE)  # for all of it: a busy process reads slowly
        try:
            wire.send(self.end, {**message, "seconds": seconds})
        except OSError:
            self.kill()
            raise Killed("the process ended") from None
        return self.wait(seconds + GRACE)

    def wait(self, seconds):
        """Return the next answer, looking after time and memory meanwhile."""
        stop = time.monotonic() + seconds
        self.end.settimeout(0.25)
        data = bytearray()
        while True:
            try:
                part = self.end.recv(2**20)
                if not part:
                    raise Killed("the code ended its process (exit, crash, or out of memory)")
                data += part
                length = int.from_bytes(data[:4], "big") if len(data) >= 4 else None
                if length is not None and length > wire.ANSWER:
                    raise Killed("sent more than can be graded")
                if length is not None and len(data) >= 4 + length:
                    return self.parse(bytes(data[4 : 4 + length]))
            except TimeoutError:
                pass
            except OSError:
                self.kill()
                raise Killed("the code ended its process") from None
            except Killed:
                self.kill()
                raise
            if time.monotonic() > stop:
                self.kill()
                raise Killed(f"took longer than {max(1, seconds - GRACE):.0f} s and was stopped")
            if excess := self.excess():
                self.kill()
                raise Killed(excess)

    def parse(self, data):
        """Return an answer's content."""
        try:
            answer = json.loads(data)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise Killed("sent an answer that makes no sense")
        return answer

    def excess(self):
        """Return what the child and all that it started have too much of, or None."""
        own, used = tree(self.process), 0  # bytes that no other process shares
        if len(own) > PROCESSES:
            return f"started more than {PROCESSES} processes"
        for one in own:
            with contextlib.suppress(psutil.Error):
                info = one.memory_info()
                used += info.rss - getattr(info, "shared", 0)
        if used > 1.2 * self.memory:
            return f"used more than {self.memory / 1e6:.0f} MB of memory"
        return None

    def kill(self):
        """End the child and all that it started."""
        end_all(tree(self.process))

    def close(self):
        """End the child and remove its folder."""
        if self.process is not None:
            self.kill()
            self.end.close()
            remove(self.folder)
        self.process = self.end = None

    # --- what tests reach ---

    def get(self, name):
        """Return the value of a name, or a stand-in for what cannot travel."""
        answer = self.reach(do="get", name=name)
        if answer.get("missing"):
            return Missing(name)
        return self.value(answer, name)

    def reach(self, **message):
        """Ask on a test's behalf; after an end of the process, start anew for the next test."""
        if self.end is None:
            raise StudentError("the submission's process had to be ended too often")
        try:
            answer = self.ask(self.cell_timeout, **message)
        except Killed as reason:
            try:
                self.restart(reason)
                self.run()
            except Killed:
                pass
            raise StudentError(str(reason)) from None
        if "error" in answer:
            raise StudentError(describe(answer))
        return answer

    def value(self, answer, name):
        """Return the value in an answer."""
        try:
            return wire.unpack(
                answer["value"],
                lambda number, kind: Remote(self, self.generation, number, kind, name),
            )
        except (wire.Ended, ValueError, KeyError, TypeError, RecursionError) as error:
            raise StudentError(f"{name} gave a value that cannot be read") from error


class Remote:
    """Stands for an object in the student's process: it can be called, and so can its methods."""

    def __init__(self, session, generation, number, kind, name, attribute=None):
        self._where = (session, generation, number, kind, name, attribute)

    def __call__(self, *args, **kwargs):
        """Call it there; return what it returns."""
        session, generation, number, kind, name, attribute = self._where
        if generation != session.generation:
            raise StudentError(f"{name} is gone: its process had to be ended")
        message = dict(object=number, attribute=attribute)
        message["args"] = [wire.pack(one, self._known) for one in args]
        message["kwargs"] = {key: wire.pack(one, self._known) for key, one in kwargs.items()}
        return session.value(session.reach(do="call", **message), name)

    def __getattr__(self, attribute):
        """Return a stand-in for a method."""
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return Remote(*self._where[:5], attribute)

    def _known(self, value):
        """Return the number of another stand-in of this session, which is at home there."""
        if isinstance(value, Missing):
            value._fail()
        if not isinstance(value, Remote):
            raise TypeError(f"a test may not send a {type(value).__name__} to a student's function")
        session, generation, number, _, name, attribute = value._where
        if attribute is not None:
            raise TypeError(f"a test may not send {name}.{attribute}, only call it")
        if (session, generation) != self._where[:2]:
            raise StudentError(f"{name} is gone: its process had to be ended")
        return number

    def _refuse(self, *args, **kwargs):
        """Refuse: an object that cannot travel must not pass for an answer."""
        name, kind = self._where[4], self._where[3]
        if kind == "ellipsis":
            raise StudentError(f"{name} is still ...")
        raise StudentError(f"{name} is of type {kind}, not the value that is wanted")

    __bool__ = __eq__ = __float__ = __int__ = __array__ = __len__ = __iter__ = __getitem__ = _refuse
    __hash__ = None


class Missing:
    """Stands for a name that the notebook does not define."""

    def __init__(self, name):
        self._name = name

    def _fail(self, *args, **kwargs):
        raise StudentError(f"NameError: the notebook defines no {self._name}")

    __call__ = __bool__ = __eq__ = __iter__ = __len__ = __getitem__ = __float__ = __array__ = _fail
    __hash__ = None

    def __getattr__(self, attribute):
        """Fail like any other use."""
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        self._fail()


class Names(dict):
    """The names of a notebook, for otter to hand to its tests."""

    def __init__(self, session):
        super().__init__()
        self.session = session

    def get(self, name, default=None):
        """Return the value of a name or a stand-in."""
        return self.session.get(name)

    __getitem__ = get


def tree(process):
    """Return a process and all that it started; itself first."""
    with contextlib.suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return []


def end_all(processes):
    """End these processes."""
    for one in processes:
        with contextlib.suppress(psutil.Error):
            one.kill()


def remove(folder):
    """Remove a folder and all in it; however deep, where shutil.rmtree gives up."""
    subprocess.run(["rm", "-rf", "--", folder], stderr=subprocess.DEVNULL, check=False)


def describe(answer):
    """Return a failure in one line."""
    parts = [str(answer.get("error", ""))[:80], str(answer.get("text", ""))[:300]]
    line = str(answer.get("line", ""))[:20]
    return ": ".join(part for part in parts if part) + (f" ({line})" if line else "")
