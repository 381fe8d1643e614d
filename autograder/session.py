"""Run a submission's cells in a process apart, and let tests reach what the cells define.

The tests run in one process, the student's functions in another. A test gets stand-ins (`Remote`),
and a call of one sends the arguments over and brings the result back, both as plain data.
"""

import base64
import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import psutil

import course_lib
from autograder import wire
from autograder.forks import Fault, Forks
from tools.book import BookError

HERE = Path(__file__).resolve().parent
START = 60  # seconds that a new process gets until it is ready
GRACE = 3  # seconds that a process gets, beyond its limit, to notice that its time is up
LATE = 10  # seconds that marking gets, beyond the notebook's limit
RESTARTS = 3  # times that a submission's process is started anew after it had to be ended
USERS = range(20000, 60000)  # one for each submission, where this is root and there is no sandbox
NEEDED = {  # what strangers' code must be shut off from
    "files": "the solutions and other students' work",
    "network": "the network",
    "processes": "your other processes",
    "sockets": "sockets and calls of the kernel that lead out (no libseccomp)",
}
REMEDY = (
    "install bubblewrap, grade in a container (autograder/Dockerfile), or add --trust-students if "
    "you would run each of these notebooks yourself"
)


class StudentError(Exception):
    """The student's code raised, or is not there; the text says so."""


class Killed(Exception):
    """The student's process is gone: why."""


class Workshop:
    """The processes that fork for every submission; use it as a context.

    One forks the process that runs a student's code, the other the one that marks: what students
    hand in and answer can cost any time and memory to read and to compare.
    """

    def __init__(self, secret=(), trust=False):
        """secret: what students must not reach, besides the exercises; trust: all the same."""
        secret = [HERE, HERE.parent / "exercises", HERE.parent / "_build/exercises", *secret]
        self.secret = [Path(place).absolute() for place in secret]
        self.trust, self.numbers = trust, count()

    def __enter__(self):
        """Start them, which imports torch and the rest once; see what a sandbox is worth here."""
        if sys.platform == "win32":
            raise OSError("grading needs Linux or macOS; on Windows use WSL")
        self.scratch = tempfile.mkdtemp(prefix="exercises-")
        os.chmod(self.scratch, 0o711)  # what another user may pass through and not list
        keep = {
            name: os.environ[name] for name in ("PATH", "EXERCISES_DEBUG") if name in os.environ
        }
        keep |= {"HOME": self.scratch, "IPYTHONDIR": self.scratch, "OMP_NUM_THREADS": "1"}
        library = Path(course_lib.__file__).resolve().parent
        words = [sys.executable, "-I", HERE / "child.py", HERE, library, *self.secret]
        self.students = Forks(words, cwd=self.scratch, env=keep)
        words = [sys.executable, "-m", "autograder.mark"]
        self.marks = Forks(words, cwd=HERE.parent, env={**os.environ, "OMP_NUM_THREADS": "1"})
        try:
            self.students.wait()
            self.marks.wait()
            self.try_walls()
        except BaseException:
            self.__exit__()
            raise
        return self

    def try_walls(self):
        """Raise BookError where students' code would not be shut in and must be; or say so."""
        try:
            first = Opened(self, 2**32)
        except Fault as error:
            raise BookError(f"{error}; {REMEDY}") from error
        first.close()
        if first.open:
            print(f"WARNING: {first.open}; they are trusted", file=sys.stderr)
        elif not first.walls["disk"]:
            print("warning: students' code can fill the disk for temporary files", file=sys.stderr)

    def __exit__(self, *raised):
        """End them."""
        self.stop()
        remove(self.scratch)

    def stop(self):
        """End both processes and all that they forked."""
        for one in (self.marks, self.students):
            end_all(one.process.pid)
            one.process.wait()

    def mark(self, data, tests, limits):
        """Have a notebook's bytes marked by a process of its own; return the result, a dict.

        Where the marking takes too long, the result is what it had found until then.
        """
        number, end = self.marks.fork()
        opened, found = [], None
        stop = time.monotonic() + limits["timeout"] + LATE
        try:
            data = base64.b64encode(data).decode()
            wire.send(end, {"data": data, "tests": tests, "limits": limits})
            while True:
                end.settimeout(max(0.01, stop - time.monotonic()))
                message = wire.receive(end)
                if message.pop("done", False):
                    return message
                if "open" in message:
                    begin = time.monotonic()
                    self.hand(end, message["open"], opened)
                    stop += time.monotonic() - begin  # a busy machine's time, not the student's
                else:
                    found = message
        except TimeoutError:
            if found is None:
                raise Fault("the marking did not begin") from None
            return found | {"errors": [*found["errors"], "took too long to be read and marked"]}
        except (wire.Ended, OSError) as error:
            raise Fault("the process that marks it ended") from error
        finally:
            end_all(number)
            end.close()
            for one in opened:
                one.close()

    def hand(self, end, memory, opened):
        """Open a process for a submission, and hand its socket to the process that marks."""
        try:
            opened.append(Opened(self, memory))
        except Fault as error:
            wire.send(end, {"fault": str(error)})
            return
        wire.send(end, {"number": opened[-1].number, "walls": opened[-1].walls})
        with opened[-1].end:
            socket.send_fds(end, [b"."], [opened[-1].end.fileno()])


class Opened:
    """A process for a submission: its number, its socket, end, and what its walls shut off."""

    def __init__(self, workshop, memory):
        """Open it; raise Fault where that fails, or where it is not shut in and must be."""
        user = USERS[next(workshop.numbers) % len(USERS)]
        self.folder = tempfile.mkdtemp(dir=workshop.scratch)
        self.group, self.number = control_group(memory), None
        joins = str(self.group / "cgroup.procs") if self.group else None
        try:
            self.number, self.end = workshop.students.fork(
                folder=self.folder, memory=memory, user=user, group=joins
            )
            self.end.settimeout(START)
            self.walls = wire.receive(self.end)
            why = self.walls.pop("why")
        except (OSError, wire.Ended) as error:
            self.close()
            raise Fault(f"before the first cell: {error}") from error
        except Fault:
            self.close()
            raise
        gaps = ", ".join(NEEDED[kind] for kind in NEEDED if not self.walls[kind])
        self.open = gaps and f"this machine lets students' code reach {gaps} ({why})"
        if self.open and not workshop.trust:
            self.close()
            raise Fault(self.open)

    def close(self):
        """End the process and all that it started, and remove what was made for it."""
        if self.number:
            end_all(self.number)
            self.end.close()
        remove(self.folder)
        for _ in range(20):
            with contextlib.suppress(OSError):
                if self.group:
                    self.group.rmdir()
                break
            time.sleep(0.01)


class Session:
    """One submission's run. Cells that end the process are left out, and the rest runs anew."""

    def __init__(self, opened, cells, *, timeout, cell_timeout, memory):
        """opened(memory): returns (process, end, walls) of a new process; cells: their sources.

        The limits: seconds, seconds, bytes.
        """
        self.opened, self.cells = opened, cells
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
        """Start a process; raise Fault where there is none."""
        self.process, self.end, self.isolation = self.opened(self.memory)
        self.generation += 1

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

        def check():
            if time.monotonic() > stop:
                raise Killed(f"took longer than {max(1, seconds - GRACE):.0f} s and was stopped")
            if excess := self.excess():
                raise Killed(excess)

        self.end.settimeout(0.25)
        try:
            return wire.receive(self.end, wire.ANSWER, check)
        except (Killed, wire.Ended, OSError) as error:
            self.kill()
            gone = isinstance(error, wire.Gone | OSError)
            why = "the code ended its process (exit, crash, or out of memory)" if gone else error
            raise Killed(str(why)) from None

    def excess(self):
        """Return what the child and all that it started have too much of, or None."""
        own = tree(self.process)
        if len(own) > wire.PROCESSES:
            return f"started more than {wire.PROCESSES} processes"
        if sum(map(memory_of, own)) > 1.2 * self.memory:
            return f"used more than {self.memory / 1e6:.0f} MB of memory"
        return None

    def kill(self):
        """End the child and all that it started."""
        end_all(self.process.pid)

    def close(self):
        """End the child."""
        if self.process is not None:
            self.kill()
            self.end.close()
        self.process = self.end = None

    # --- what tests reach ---

    def get(self, name):
        """Return the value of a name, or a stand-in for what cannot travel."""
        answer = self.reach(do="get", name=name)
        if answer.get("missing"):
            return Remote(self, self.generation, None, "", name)
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
    """Stands for an object in the student's process: it can be called, and so can its methods.

    Where its number is None it stands for a name that the notebook does not define.
    """

    def __init__(self, session, generation, number, kind, name, attribute=None):
        self._where = (session, generation, number, kind, name, attribute)

    def __call__(self, *args, **kwargs):
        """Call it there; return what it returns."""
        session, _, _, _, name, attribute = self._where
        message = dict(object=self._known(self, session), attribute=attribute)
        message["args"] = [wire.pack(one, self._argument) for one in args]
        message["kwargs"] = {key: wire.pack(one, self._argument) for key, one in kwargs.items()}
        return session.value(session.reach(do="call", **message), name)

    def __getattr__(self, attribute):
        """Return a stand-in for a method."""
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        if self._where[2] is None:
            self._refuse()
        return Remote(*self._where[:5], attribute)

    def _argument(self, value):
        """Return the number of another stand-in of this session, which is at home there."""
        if not isinstance(value, Remote):
            raise TypeError(f"a test may not send a {type(value).__name__} to a student's function")
        *_, name, attribute = value._where
        if attribute is not None:
            raise TypeError(f"a test may not send {name}.{attribute}, only call it")
        return self._known(value, self._where[0])

    def _known(self, value, session):
        """Return a stand-in's number; raise StudentError where it stands for nothing (any more)."""
        home, generation, number, _, name, _ = value._where
        if number is None:
            value._refuse()
        if (home, generation) != (session, session.generation):
            raise StudentError(f"{name} is gone: its process had to be ended")
        return number

    def _refuse(self, *args, **kwargs):
        """Refuse: an object that cannot travel must not pass for an answer."""
        _, _, number, kind, name, _ = self._where
        if number is None:
            raise StudentError(f"NameError: the notebook defines no {name}")
        if kind == "ellipsis":
            raise StudentError(f"{name} is still ...")
        raise StudentError(f"{name} is of type {kind}, not the value that is wanted")

    __bool__ = __eq__ = __float__ = __int__ = __array__ = __len__ = __iter__ = __getitem__ = _refuse
    __hash__ = None


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


def memory_of(process):
    """Return the bytes of a process that no file holds: its own, those it shares, and in swap."""
    try:
        said = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:  # it is gone; or this is not Linux
        with contextlib.suppress(psutil.Error):
            return process.memory_info().rss if sys.platform != "linux" else 0
        return 0
    return 1024 * sum(map(int, re.findall(r"(?:RssAnon|RssShmem|VmSwap):\s*(\d+)", said)))


def end_all(number):
    """End all that a process started, whose orphans come back to it, and then itself."""
    with contextlib.suppress(psutil.Error):
        first = psutil.Process(number)
        for _ in range(50):
            below = [one for one in tree(first)[1:] if one.status() != psutil.STATUS_ZOMBIE]
            if not below:
                break
            for one in below:
                with contextlib.suppress(psutil.Error):
                    one.kill()
            time.sleep(0.005)
        first.kill()


def control_group(memory):
    """Return the folder of a new control group with a limit, or None where there can be none.

    In version 2 it is beside this process's own, since one that holds processes divides nothing.
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, kinds, place = line.split(":", 2)
            root, limit = Path("/sys/fs/cgroup"), "memory.max"
            if kinds == "memory":
                root, limit = root / "memory" / place.strip("/"), "memory.limit_in_bytes"
            elif not kinds:
                root = (root / place.strip("/")).parent
            if kinds in ("memory", "") and (root / "cgroup.procs").exists():
                folder = Path(tempfile.mkdtemp(prefix="grading-", dir=root))
                if (folder / limit).exists():
                    (folder / limit).write_text(str(int(1.2 * memory)))
                    return folder
                folder.rmdir()
    return None


def remove(folder):
    """Remove a folder and all in it; however deep, where shutil.rmtree gives up."""
    subprocess.run(["rm", "-rf", "--", folder], stderr=subprocess.DEVNULL, check=False)


def describe(answer):
    """Return a failure in one line."""
    parts = [str(answer.get("error", ""))[:80], str(answer.get("text", ""))[:300]]
    line = str(answer.get("line", ""))[:20]
    return ": ".join(part for part in parts if part) + (f" ({line})" if line else "")
