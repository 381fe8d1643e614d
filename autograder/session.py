"""Run a submission's cells in a process apart, and let tests reach what the cells define.

The tests run in one process, the student's functions in another. A test gets stand-ins (`Remote`),
and a call of one sends the arguments over and brings the result back, both as plain data.
"""

import base64
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import psutil

from autograder import forks, wire
from autograder.forks import Fault
from tools.book import ROOT, BookError

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
    """The process that forks for every submission; use it as a context.

    A fork of it marks, since what students hand in and answer can cost any time and memory to read
    and to compare. From that fork, before it gets a test, comes the process of a student's code.
    """

    def __init__(self, secret=(), trust=False):
        """secret: what students must not reach, besides the exercises; trust: all the same."""
        secret = [ROOT / "autograder", ROOT / "exercises", ROOT / "_build/exercises", *secret]
        self.secret = [os.path.abspath(place) for place in secret]
        self.trust, self.numbers = trust, count()

    def __enter__(self):
        """Start it, which imports torch and the rest once; see what a sandbox is worth here."""
        self.scratch = tempfile.mkdtemp(prefix="exercises-")
        os.chmod(self.scratch, 0o711)  # what another user may pass through and not list
        kept = {name: os.environ.get(name, "") for name in ("PATH", "EXERCISES_DEBUG")}
        kept |= {"HOME": self.scratch, "IPYTHONDIR": self.scratch, "OMP_NUM_THREADS": "1"}
        requests, theirs = socket.socketpair()
        code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from autograder import mark; "
        words = [sys.executable, "-I", "-c", code + "mark.template()"]
        with theirs:
            self.process = subprocess.Popen(
                words, stdin=theirs, stdout=subprocess.DEVNULL, cwd=self.scratch, env=kept
            )
        try:
            self.forks = forks.Forks(requests)
            self.try_walls()
        except BaseException:
            self.__exit__()
            raise
        return self

    def try_walls(self):
        """Raise BookError where students' code would not be shut in and must be; or say so."""
        try:
            with self.place(2**32) as place:
                first, end, walls, gaps = open_process(
                    self.forks, self.trust, memory=2**32, **place
                )
                end_all(first.pid)
                end.close()
        except Fault as error:
            raise BookError(f"{error}; {REMEDY}") from error
        if gaps:
            print(f"WARNING: {gaps}; they are trusted", file=sys.stderr)
        elif not walls["disk"]:
            print("warning: students' code can fill the disk for temporary files", file=sys.stderr)

    def __exit__(self, *raised):
        """End it."""
        self.stop()
        remove(self.scratch)

    def stop(self):
        """End the process and all that it forked."""
        end_all(self.process.pid)
        self.process.wait()

    @contextlib.contextmanager
    def place(self, memory):
        """Lend what a submission's processes get: a folder, a user, a control group to join."""
        folder, group = tempfile.mkdtemp(dir=self.scratch), control_group(memory)
        os.chmod(folder, 0o711)
        user = USERS[next(self.numbers) % len(USERS)]
        joins = group and str(group / "cgroup.procs")
        try:
            yield dict(folder=folder, user=user, group=joins, secret=self.secret)
        finally:
            remove(folder)
            for _ in range(20 if group else 0):
                with contextlib.suppress(OSError):
                    group.rmdir()
                    break
                time.sleep(0.01)

    def mark(self, data, tests, limits):
        """Have a notebook's bytes marked by a process of its own; return the result, a dict.

        Where the marking takes too long, the result is what it had found until then.
        """
        with self.place(limits["memory"]) as place:
            number, end = self.forks.fork(become="mark", trust=self.trust, place=place)
            stop, found = time.monotonic() + limits["timeout"] + LATE, None
            data = base64.b64encode(data).decode()
            try:
                wire.send(end, {"data": data, "tests": tests, "limits": limits})
                while not (found and found.pop("done", False)):
                    end.settimeout(max(0.01, stop - time.monotonic()))
                    message = wire.receive(end)
                    if "wait" in message:
                        stop += message["wait"]
                    else:
                        found = message
                return found
            except TimeoutError:
                if found is None:
                    raise Fault("the marking did not begin") from None
                found["errors"].append("took too long to be read and marked")
                return found
            except (wire.Ended, OSError) as error:
                raise Fault("the process that marks it ended") from error
            finally:
                end_all(number)
                end.close()


def open_process(source, trust, **wanted):
    """Return a new process for a submission, its socket, what it cannot reach, and what it can.

    Raises Fault where there is none, or where it can reach too much for code that is not trusted.
    """
    number, end = source.fork(become="child", **wanted)
    end.settimeout(START)
    try:
        said = wire.receive(end)
        gaps = ", ".join(NEEDED[kind] for kind in NEEDED if not said["walls"][kind])
        gaps = gaps and f"this machine lets students' code reach {gaps} ({said['why']})"
        if gaps and not trust:
            raise Fault(gaps)
        end.settimeout(None)
        return psutil.Process(number), end, said["walls"], gaps
    except BaseException as error:
        end_all(number)
        end.close()
        if isinstance(error, OSError | wire.Ended | psutil.Error):
            raise Fault(f"before the first cell: {error}") from error
        raise


class Session:
    """One submission's run. Cells that end the process are left out, and the rest runs anew."""

    def __init__(self, opened, cells, *, timeout, cell_timeout, memory):
        """opened(memory): returns (process, end, walls) of a new process, or raises Fault."""
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
            self.process, self.end, self.isolation = self.opened(self.memory)
            self.generation += 1
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

    def ask(self, seconds, **message):
        """Send a message and return the answer; raise Killed if the process did not survive it."""
        seconds = min(seconds, self.deadline - time.monotonic())
        if seconds <= 0 or self.end is None:
            raise Killed("the time for the whole notebook is up")
        stop = time.monotonic() + seconds + GRACE

        def look():
            if time.monotonic() > stop:
                raise Killed(f"took longer than {max(1, seconds):.0f} s and was stopped")
            own = tree(self.process)
            if len(own) > forks.PROCESSES:
                raise Killed(f"started more than {forks.PROCESSES} processes")
            if sum(map(memory_of, own)) > 1.2 * self.memory:
                raise Killed(f"used more than {self.memory / 1e6:.0f} MB of memory")
            signal.setitimer(signal.ITIMER_REAL, 0.25)

        try:
            with forks.alarm(signal.ITIMER_REAL, 0.25, look):
                wire.send(self.end, {**message, "seconds": seconds})
                return wire.receive(self.end, wire.ANSWER)
        except (Killed, wire.Ended, OSError) as error:
            self.kill()
            gone = isinstance(error, OSError)
            why = "the code ended its process (exit, crash, or out of memory)" if gone else error
            raise Killed(str(why)) from None

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

    def get(self, name, default=None):
        """Return the value of a name, or a stand-in for what cannot travel; otter asks."""
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
            with contextlib.suppress(Killed):
                self.restart(reason)
                self.run()
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
    """Stands for an object in the student's process, which has a number, or for one not there."""

    def __init__(self, session, generation, number, kind, name, attribute=None):
        self._session, self._generation, self._number = session, generation, number
        self._kind, self._name, self._attribute = kind, name, attribute

    def __call__(self, *args, **kwargs):
        """Call it there; return what it returns."""
        number = self._known(self._session)
        given = wire.pack([args, kwargs], self._argument)
        called = dict(object=number, attribute=self._attribute, given=given)
        return self._session.value(self._session.reach(do="call", **called), self._name)

    def __getattr__(self, attribute):
        """Return a stand-in for a method."""
        if attribute.startswith("_"):
            raise AttributeError(attribute)
        if self._number is None:
            self._refuse()
        known = self._session, self._generation, self._number, self._kind, self._name
        return Remote(*known, attribute)

    def _argument(self, value):
        """Return the number of another stand-in of this session, which is at home there."""
        if not isinstance(value, Remote):
            raise TypeError(f"a test may not send a {type(value).__name__} to a student's function")
        if value._attribute is not None:
            raise TypeError(f"a test may not send {value._name}.{value._attribute}, only call it")
        return value._known(self._session)

    def _known(self, session):
        """Return its number; raise StudentError where it stands for nothing (any more)."""
        if self._number is None:
            self._refuse()
        if (self._session, self._generation) != (session, session.generation):
            raise StudentError(f"{self._name} is gone: its process had to be ended")
        return self._number

    def _refuse(self, *args, **kwargs):
        """Refuse: an object that cannot travel must not pass for an answer."""
        if self._number is None:
            raise StudentError(f"NameError: the notebook defines no {self._name}")
        if self._kind == "ellipsis":
            raise StudentError(f"{self._name} is still ...")
        raise StudentError(f"{self._name} is of type {self._kind}, not the value that is wanted")

    __bool__ = __eq__ = __float__ = __int__ = __array__ = __len__ = __iter__ = __getitem__ = _refuse
    __hash__ = None


def tree(process):
    """Return a process and all that it started; itself first."""
    with contextlib.suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return []


def memory_of(process):
    """Return the bytes of a process that no file holds: its own, those it shares, and in swap."""
    with contextlib.suppress(OSError, psutil.Error):  # it is gone
        if sys.platform != "linux":
            return process.memory_info().rss
        said = Path(f"/proc/{process.pid}/status").read_text()
        return 1024 * sum(map(int, re.findall(r"(?:RssAnon|RssShmem|VmSwap):\s*(\d+)", said)))
    return 0


def lives(process):
    """Tell whether a process is more than an entry in the system's table."""
    with contextlib.suppress(psutil.Error):  # it may be gone since it was listed
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def end_all(number):
    """End all that a process started, whose orphans come back to it, and then itself."""
    with contextlib.suppress(psutil.Error):
        first = psutil.Process(number)
        for _ in range(50):
            below = [one for one in tree(first)[1:] if lives(one)]
            if not below:
                break
            for one in below:
                with contextlib.suppress(psutil.Error):
                    one.kill()
            psutil.wait_procs(below, timeout=0.1)
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
