"""What students' code may try: each of these reached something, or ended a batch, at one time."""

import copy
import json
import os
import shutil
import socket
import subprocess
import sys
import time

import nbformat
import psutil
import pytest

from autograder import grade, report, session
from autograder.forks import Fault
from autograder.session import Session, Workshop
from tests.autograder.conftest import Opened
from tools.book import ROOT, BookError

LIMITS = {"timeout": 40, "cell_timeout": 8, "memory": 2_000_000_000}
TEST = """
from otter.test_files import test_case
name = "q1"
points = 2
@test_case()
def test_f(f):
    {}
"""


@pytest.fixture(scope="module")
def boxed(workshop):
    """Return a workshop with bubblewrap; skip where there is none that works."""
    opened = Opened(workshop, 10**9)
    opened.close()
    if not all(opened.walls.values()):
        pytest.skip(f"this machine cannot shut code in: {opened.walls}")
    return workshop


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Return a workshop that finds no bubblewrap."""
    programs = tmp_path_factory.mktemp("programs")
    (programs / "rm").symlink_to(shutil.which("rm"))
    made, path = Workshop(trust=True), os.environ["PATH"]
    os.environ["PATH"] = str(programs)
    try:
        made.__enter__()
    finally:
        os.environ["PATH"] = path
    yield made
    made.__exit__()


def ran(workshop, *cells, limits=LIMITS):
    """Return a session that ran these cells, and what was opened for it."""
    opened = []

    def open_one(memory):
        opened.append(Opened(workshop, memory))
        return psutil.Process(opened[-1].number), opened[-1].end, opened[-1].walls

    made = Session(open_one, cells, **limits)
    made.run()
    return made


def value(workshop, cell, name="got"):
    """Return what a cell gives a name."""
    running = ran(workshop, cell)
    assert running.errors == {}
    got = running.get(name)
    running.close()
    return got


def marked(workshop, cells, check="assert f() == 1", limits=LIMITS):
    """Return the result of a notebook of these code cells, graded by one test."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in cells])
    return grade.grade_one(
        workshop, nbformat.writes(made).encode(), {"q1": TEST.format(check)}, limits
    )


def attempt(**acts):
    """Return a cell that tries each act, Python's text, and gets the names of those that worked."""
    lines = ["import ctypes, os, socket", "libc, got = ctypes.CDLL(None), []"]
    for name, act in acts.items():
        lines += ["try:", f"    {act}", f"    got.append({name!r})", "except OSError:", "    pass"]
    return "\n".join(lines)


CALL = "if libc.{} < 0: raise OSError"
ACTS = {
    "vsock": "socket.socket(40, socket.SOCK_STREAM)",
    "netlink": "socket.socket(16, socket.SOCK_RAW)",
    "internet": "socket.socket()",
    "datagrams": "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "raw": "socket.socketpair(socket.AF_UNIX, socket.SOCK_RAW)",
    "memfd": "os.memfd_create('x')",
    "io_uring": CALL.format("syscall(425, 8, ctypes.create_string_buffer(120))"),
    "namespace": CALL.format("unshare(0x10000000)"),
    "clone": "if libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0) == 0: os._exit(0)\n"
    "    os.wait()",
    "mount": CALL.format("mount(b'none', os.getcwd().encode(), b'tmpfs', 0, None)"),
    "unmount": CALL.format("umount2(os.getcwd().encode(), 0)"),
    "trace": CALL.format("ptrace(0, 0, 0, 0)"),
    "other memory": CALL.format("process_vm_readv(os.getppid(), 0, 0, 0, 0, 0)"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["boxed", "bare"])
def test_calls_that_lead_out_are_refused(kind, request):
    workshop = request.getfixturevalue(kind)
    if kind == "bare":
        opened = Opened(workshop, 10**9)
        opened.close()
        if not opened.walls["sockets"]:
            pytest.skip("this machine has no libseccomp")
    numbered = [] if os.uname().machine == "x86_64" else ["clone", "io_uring"]
    acts = {name: act for name, act in ACTS.items() if name not in numbered}
    assert value(workshop, attempt(**acts)) == []


@pytest.mark.parametrize("kind", ["boxed", "bare"])
def test_a_socket_in_the_file_system_is_not_reached(kind, request, tmp_path):
    workshop = request.getfixturevalue(kind)
    places = [str(tmp_path / "tmux"), f"/tmp/attack-{os.getpid()}"]  # as tmux, docker, D-Bus do
    acts = {"pair": "socket.socketpair()"}
    listening = []
    for place in places:
        listening.append(socket.socket(socket.AF_UNIX))
        listening[-1].bind(place)
        listening[-1].listen()
        os.chmod(place, 0o777)
        acts[place] = f"socket.socket(socket.AF_UNIX).connect({place!r})"
    opened = Opened(workshop, 10**9)
    opened.close()
    got = value(workshop, attempt(**acts))
    for one, place in zip(listening, places):
        one.close()
        os.unlink(place)
    if not opened.walls["sockets"]:
        pytest.skip("this machine has no libseccomp")
    assert got == ["pair"]


def test_students_code_sees_nothing_of_the_machine(boxed, tmp_path):
    path = tmp_path / "master.ipynb"
    path.write_text("{}")
    acts = {
        "read": f"open({str(path)!r}).read()",
        "chmod": f"os.chmod({str(path)!r}, 0)",
        "utime": f"os.utime({str(path)!r}, (0, 0))",
        "stat": f"os.stat({str(path)!r})",
        "repository": f"os.listdir({str(ROOT / 'exercises')!r})",
        "autograder": f"os.listdir({str(ROOT / 'autograder')!r})",
        "accounts": "open('/etc/passwd').read()",
        "processes": f"os.kill({os.getpid()}, 0)",
        "write": "open('/usr/x', 'w')",
        "root": "open('/x', 'w')",
        "library": "open(__import__('course_lib').__file__, 'a')",
        "link": f"os.link({str(path)!r}, 'x')",
    }
    assert value(boxed, attempt(**acts, own="open('own', 'w')")) == ["own"]


def test_the_disk_is_small(boxed):
    fill = """
written = {"x": 0, "/dev/shm/x": 0}
for name in written:
    try:
        for number in range(8):
            written[name] += open(f"{name}{number}", "wb").write(bytes(60 * 10**6))
    except OSError:
        pass
"""
    assert max(value(boxed, fill, "written").values()) < 300 * 10**6


SHARED = """
import mmap
held = [mmap.mmap(-1, 4 * 10**9)]
for place in range(0, 4 * 10**9, 4096):
    held[0][place] = 1
"""


@pytest.mark.parametrize("kind", ["boxed", "bare"])
def test_shared_memory_counts(kind, request):
    workshop = request.getfixturevalue(kind)
    small = {**LIMITS, "memory": 1_000_000_000, "cell_timeout": 20}
    running = ran(workshop, SHARED, limits=small)
    running.close()
    said = running.errors[0]
    assert "used more than 1000 MB" in said or "out of memory" in said, said


def test_memory_of_counts_what_is_shared():
    script = (
        "import mmap; m = mmap.mmap(-1, 2 * 10**8); m.write(bytes(2 * 10**8)); print(); input()"
    )
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with subprocess.Popen([sys.executable, "-c", script], **pipes) as process:
        process.stdout.readline()
        used = session.memory_of(psutil.Process(process.pid))
        process.kill()
    assert 2 * 10**8 < used < 3 * 10**8


def test_a_control_group_bounds_what_cannot_be_seen():
    made = session.control_group(200_000_000)
    if made is None:
        pytest.skip("this machine has no memory control group for us")
    try:
        script = "import sys; open(sys.argv[1], 'w').write('0'); x = b'1' * 10**9; print(len(x))"
        command = [sys.executable, "-c", script, made / "cgroup.procs"]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode < 0
        assert done.stdout == b""
    finally:
        made.rmdir()


DAEMON = """
import ctypes, os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(3, 256)
        ctypes.CDLL(None).prctl(15, b"NAME")
        while True:
            time.sleep(1)
    os._exit(0)
time.sleep(0.5)
"""


@pytest.mark.parametrize("kind", ["boxed", "bare"])
def test_a_daemon_ends_with_its_submission(kind, request):
    workshop = request.getfixturevalue(kind)
    name = f"daemon-{os.getpid()}"  # as the kernel calls the process

    def alive():
        return [one for one in psutil.process_iter(["name"]) if one.info["name"] == name]

    running = ran(workshop, DAEMON.replace("NAME", name))
    assert len(alive()) == 1
    running.close()
    _, left = psutil.wait_procs(alive(), 5)
    marked(workshop, [DAEMON.replace("NAME", name)])
    left += psutil.wait_procs(alive(), 5)[1]
    for one in left:
        one.kill()
    assert left == []


def test_a_student_may_end_only_himself(boxed):
    kill = "import os, signal\nos.kill(-1, signal.SIGKILL)"
    other = ran(boxed, "f = lambda: 1")
    running = ran(boxed, kill, "g = 1")
    running.close()
    assert other.get("f")() == 1
    other.close()


def walled(script, *secret):
    """Run a script that has `child` at hand and shuts itself in; return what it prints, as JSON."""
    begin = "import json, os\nfrom autograder import child\n"
    begin += f"secret = {[str(place) for place in secret]!r}\n"
    done = subprocess.run(
        [sys.executable, "-c", begin + script],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_another_user_stands_in_where_root_has_no_sandbox(tmp_path):
    if os.geteuid():
        pytest.skip("only root can become another user")
    (tmp_path / "own").mkdir()
    (tmp_path / "work").mkdir(mode=0o700)
    (tmp_path / "work/solution").write_text("x")
    for place in (tmp_path, *tmp_path.parents[:3]):  # a worker of pytest has a folder of its own
        place.chmod(place.stat().st_mode | 0o055)
    path = str(tmp_path / "work/solution")
    with subprocess.Popen(["sleep", "60"], user=20002) as other:
        acts = {
            "read": f"open({path!r}).read()",
            "chmod": f"os.chmod({path!r}, 0)",
            "utime": f"os.utime({str(tmp_path)!r}, (0, 0))",
            "grader": f"os.kill({os.getpid()}, 0)",
            "other student": f"os.kill({other.pid}, 0)",
            "root again": "os.setuid(0)",
            "own": f"open({str(tmp_path / 'own/x')!r}, 'w')",
        }
        script = f"""
child.runs_python = lambda user: True  # whatever this machine's Python, it is loaded
walls = child.shut_in(False, 20001, {str(tmp_path / "own")!r}, {{}}, secret)
{attempt(**acts)}
print(json.dumps([walls, got]))
"""
        walls, got = walled(script, tmp_path / "work")
        open_walls, _ = walled(script, tmp_path)
        other.kill()
    assert got == ["own"]
    assert walls["files"]
    assert walls["processes"]
    assert not walls["disk"]
    assert not open_walls["files"]


def test_strangers_are_refused_where_they_are_not_shut_in(bare, monkeypatch):
    strict = copy.copy(bare)
    strict.trust = False
    with pytest.raises(Fault, match="lets students' code reach"):
        Opened(strict, 10**9)
    with pytest.raises(BookError, match="install bubblewrap.*--trust-students"):
        strict.try_walls()


def test_it_is_said_aloud_where_students_are_trusted(bare, capsys):
    bare.try_walls()
    assert (
        "WARNING: this machine lets students' code reach the solutions" in capsys.readouterr().err
    )


@pytest.mark.parametrize("secret", [[], ["/usr/share"]])
def test_files_are_closed_only_where_the_masters_are(boxed, secret):
    script = """
holder = child.sandbox()
if os.fork() == 0:
    print(json.dumps(child.shut_in(True, 0, child.HOME, {}, secret)), flush=True)
    os._exit(0)
os.wait()
holder.kill()
"""
    hidden = [ROOT / "exercises", ROOT / "_build/grades-results", *secret]
    assert walled(script, *hidden)["files"] == (not secret)


# --- what students hand in and answer ---


def test_an_answer_that_never_ends_is_cut_short(workshop):
    answers = {
        "rows": "f = lambda: np.empty((10**7, 0))",
        "endless": "f = lambda: np.empty((10**12, 0))",
        "keys": "f = lambda: {k * (2**61 - 1): 0 for k in range(45_000)}",
        "values": "class Big(int): pass\nf = lambda: {hash: 0}",
    }
    for answer in answers.values():
        start = time.monotonic()
        short = {**LIMITS, "timeout": 15, "cell_timeout": 4}
        result = marked(workshop, ["import numpy as np", answer], "list(f())[0] == 1", short)
        assert time.monotonic() - start < 15 + session.LATE + 10
        assert result["points"] == {"q1": 0}, answer
        assert not result["failed"], result["errors"]


def test_what_takes_too_long_to_read_costs_its_own_submission(workshop, monkeypatch):
    slow = b'{"cells": [], "metadata": {"x": [' + b"{}," * 6_000_000 + b'{}]}, "nbformat": 4}'
    limits = {**LIMITS, "timeout": 5}
    monkeypatch.setattr(session, "LATE", 1)
    start = time.monotonic()
    result = grade.grade_one(workshop, slow, {"q1": TEST.format("f()")}, limits)
    assert time.monotonic() - start < 30
    assert not result["failed"]
    assert result["points"] == {"q1": 0}
    assert len(result["errors"]) == 1
    good = marked(workshop, ["f = lambda: 1"])
    assert good["points"] == {"q1": 2}


def test_what_was_found_before_the_time_was_up_counts(workshop, monkeypatch):
    monkeypatch.setattr(session, "LATE", 0)
    endless = TEST.format("while True: pass").replace('"q1"', '"q2"')
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("f = lambda: 1")])
    tests = {"q1": TEST.format("assert f() == 1"), "q2": endless}
    limits = {**LIMITS, "timeout": 6, "cell_timeout": 60}
    result = grade.grade_one(workshop, nbformat.writes(made).encode(), tests, limits)
    assert result["points"] == {"q1": 2, "q2": 0}
    assert result["errors"] == ["took too long to be read and marked"]


def test_a_test_has_a_limit_of_its_own_time(workshop):
    short = {**LIMITS, "timeout": 300, "cell_timeout": 2}
    result = marked(workshop, ["f = lambda: 1"], "\n    while True: pass", short)
    assert "longer than 2 s to be compared" in result["cases"][0]["message"]


# Each gives no point, ends no batch, and is no fault of the machine's.
LOOK = """
import gc, sys
def seen(text):
    frame, found = sys._getframe(1), []
    while frame:
        found += [*frame.f_locals.values(), *frame.f_globals.values()]
        frame = frame.f_back
    for one in gc.get_objects():
        if isinstance(one, dict):
            found += one.values()
        elif isinstance(one, (list, tuple)):
            found += one
    return sum(isinstance(one, str) and text in one for one in found)
assert seen("matplotlib")
f = lambda: seen("_f(f".join(["def test", ""]))
"""
FORGE = """
import json, os, socket, struct
def say(data):
    for number in range(3, 64):
        try:
            os.write(number, data)
        except OSError:
            pass
"""
TRICKS = {
    "frames": (LOOK, "assert f() > 0"),
    "always equal": ("class Equal:\n    __eq__ = lambda *any: True\nf = Equal", "assert f() == 1"),
    "an equal number": (
        "class One(int):\n    __eq__ = lambda *any: True\nf = One",
        "assert f() == 1",
    ),
    "not a number": ("f = lambda: float('nan')", "assert abs(f() - 1) < 1e-6"),
    "huge number": ("f = lambda: 10**50_000", "assert f() == 1"),
    "nested": (
        "def f():\n    x = []\n    for _ in range(10**5): x = [x]\n    return x",
        "assert f()",
    ),
    "patched": (
        "import numpy as np\nnp.allclose = lambda *any: True\nf = lambda: np.zeros(1)",
        "\n    import numpy as np\n    assert np.allclose(f(), 1)",
    ),
    "null pointer": ("import ctypes\nf = lambda: ctypes.string_at(0)", "assert f()"),
    "nonsense": (FORGE + "def f(): say(b'\\0\\0\\0\\4null' * 9)", "assert f() == 1"),
    "flood": (FORGE + "def f():\n    while True: say(b'x' * 2**20)", "assert f() == 1"),
    "array": (
        FORGE + "x = json.dumps({'value': {'array': '', 'dtype': 'O', 'shape': [9]}}).encode()\n"
        "def f(): say(struct.pack('!I', len(x)) + x)",
        "assert f()[0] == 1",
    ),
    "trickle": (
        FORGE + "import time\ndef f():\n    while True: say(b'\\0'); time.sleep(1)",
        "assert f() == 1",
    ),
    "fork bomb": ("import os\ndef f():\n    while True: os.fork()", "assert f() == 1"),
    "memory": ("def f(): return len(b'1' * 10**10)", "assert f() == 10**10"),
    "stuck": (
        "import signal\ndef f():\n    while True: signal.pthread_sigmask(0, range(1, 65))",
        "assert f() == 1",
    ),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_gives_no_points(boxed, trick):
    cell, check = TRICKS[trick]
    result = marked(boxed, [cell], check, {**LIMITS, "timeout": 15, "cell_timeout": 3})
    assert result["points"] == {"q1": 0}
    assert not result["failed"], result["errors"]
    assert result["cases"][0]["message"]
    assert marked(boxed, ["f = lambda: 1"])["points"] == {"q1": 2}


SOCKETS = """
import os, stat
def f():
    found = 0
    for number in range(3, 256):
        try:
            found += stat.S_ISSOCK(os.fstat(number).st_mode)
        except OSError:
            pass
    return found
"""
MEMORY = r"""
import re
mark = "a text of its own"
wanted = {"own": re.compile(rb"a tex[t] of its own"), "test": re.compile(rb"def test_[f]\(f\)")}
def f():
    found = set()
    with open("/proc/self/mem", "rb", 0) as memory:
        for line in open("/proc/self/maps"):
            place, kind, *_ = line.split()
            start, end = (int(number, 16) for number in place.split("-"))
            try:
                memory.seek(start)
                data = memory.read(end - start) if kind.startswith("rw") else b""
            except (OSError, OverflowError):
                continue
            found |= {name for name in wanted if wanted[name].search(data)}
    return sorted(found)
"""


@pytest.mark.parametrize("kind", ["boxed", "bare"])
@pytest.mark.parametrize(("cell", "want"), [(SOCKETS, 1), (MEMORY, ["own"])])
def test_a_process_that_is_started_anew_holds_one_socket_and_no_test(kind, cell, want, request):
    workshop = request.getfixturevalue(kind)
    long = {**LIMITS, "timeout": 150, "cell_timeout": 60}
    crash, check = "import os\nos._exit(1)", f"assert f() == {want}"
    result = marked(workshop, [crash, cell], check, long)
    assert result["points"] == {"q1": 2}, result
    assert len(result["errors"]) == 1


def test_names_in_the_network_are_not_reached(boxed):
    acts = {
        "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "name": "socket.create_connection(('localhost', 80))",
        "abstract": "socket.socket(socket.AF_UNIX).connect('\\0attack')",
    }
    with socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind("\0attack")
        abstract.listen()
        assert value(boxed, attempt(**acts)) == []


@pytest.mark.parametrize(
    "data",
    [b"{", b"[]", b"\xff", b'{"nbformat": 2}', b'{"cells": 1, "nbformat": 4}', b'{"cells": []}',
     b"[" * 10**6],
)  # fmt: skip
def test_what_is_not_a_notebook_is_said_to_be_none(workshop, data):
    result = grade.grade_one(workshop, data, {"q1": TEST.format("f()")}, LIMITS)
    assert not result["failed"]
    assert "not a notebook" in result["errors"][0] or "no code" in result["errors"][0]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def hand_in(path, *cells, written=None):
    """Write a notebook."""
    cells = [nbformat.v4.new_code_cell(one) for one in cells or ["f = lambda: 1"]]
    if written is not None:
        cells.append(nbformat.v4.new_markdown_cell(written[1], id=written[0]))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_a_name_as_long_as_names_can_be_is_graded(folder, tmp_path):
    hand_in(folder / ("𝔸" * 60 + ".ipynb"))
    (student,) = grade.submissions(folder)
    for ending in (".json", ".html"):
        grade.write_text(tmp_path / report.file_name(student, ending), "x")
    assert len(report.file_name("가" * 200).encode()) < 200


def test_names_that_look_alike_have_files_of_their_own():
    assert report.file_name("a/b") != report.file_name("a_b")
    assert len(report.file_name("a").split("-")[1].removesuffix(".json")) == 16


@pytest.mark.parametrize("depth", [25, 1200])
def test_folders_within_folders_cost_their_own_submission(folder, depth):
    dig = f"import os\nfor _ in range({depth}):\n os.mkdir('d')\n os.chdir('d')"
    subprocess.run([sys.executable, "-c", dig], cwd=folder, check=True)
    try:
        result = grade.grade_one(None, folder / "d", {"q1": TEST.format("f()")}, LIMITS)
        assert grade.key_of(folder / "d", {}, LIMITS)
    finally:
        subprocess.run(["rm", "-rf", folder / "d"], check=True)  # pytest could not
    assert not result["failed"]
    assert "more than 20 deep" in result["errors"][0]


def test_an_error_of_any_kind_is_one_submissions(folder, monkeypatch):
    path = hand_in(folder / "kim.ipynb")

    def fail(self):
        raise RecursionError("too deep")

    monkeypatch.setattr(type(path), "read_bytes", fail)
    assert grade.key_of(path, {}, LIMITS)
    result = grade.grade_one(None, path, {"q1": TEST.format("f()")}, LIMITS)
    assert result["errors"] == ["grading failed: RecursionError: too deep"]


def test_links_are_refused(folder, tmp_path):
    (tmp_path / "master").mkdir()
    hand_in(tmp_path / "master/x.ipynb")
    (folder / "kim").symlink_to(tmp_path / "master")
    (folder / "lee.ipynb").symlink_to(tmp_path / "master/x.ipynb")
    (folder / "park").mkdir()
    (folder / "park/x.ipynb").symlink_to(tmp_path / "master/x.ipynb")
    (folder / "choi").mkdir()
    (folder / "choi/inside").symlink_to(tmp_path / "master")
    for student, path in grade.submissions(folder).items():
        with pytest.raises(grade.Unreadable, match="a link|not a file|0 notebooks"):
            grade.read_submission(path)


def test_what_systems_leave_behind_is_not_counted(folder):
    (folder / "kim").mkdir()
    hand_in(folder / "kim/x.ipynb")
    for place in ("kim/__MACOSX", "__MACOSX", "kim/.ipynb_checkpoints"):
        (folder / place).mkdir()
        hand_in(folder / place / "._x.ipynb")
        hand_in(folder / place / "x.ipynb")
    (folder / "._lee.ipynb").write_text("x")
    (folder / "kim/._x.ipynb").write_text("x")
    assert list(grade.submissions(folder)) == ["kim"]
    assert grade.read_submission(folder / "kim")


def test_no_file_is_left_out_without_a_word(folder, tmp_path, monkeypatch, capsys):
    for name in ("a.ipynb.json", "_b.ipynb", ".c.ipynb", "d.ipynb"):
        hand_in(folder / name)
    for name in ("e.md", "gradebook.csv", ".hidden", "_f.txt", "\x1b[2Jg.md"):
        (folder / name).write_text("x")
    found = grade.submissions(folder)
    assert set(found) == {"a.ipynb", "_b", ".c", "d"}
    monkeypatch.setattr(grade, "grade_all", lambda *args, **kwargs: {})
    grade.main(arguments(folder, tmp_path / "grades.csv"), ROOT)
    said = capsys.readouterr().err
    for name in ("e.md", "gradebook.csv", ".hidden", "_f.txt", " [2Jg.md"):
        assert name in said
    assert "\x1b" not in said


def arguments(folder, output):
    """Return the command's arguments."""
    from types import SimpleNamespace

    return SimpleNamespace(
        exercise="01-kmeans", submissions=folder, output=output, written=None, jobs=1, timeout=60,
        cell_timeout=10, memory=2000, again=False, trust_students=True, scheduler=None,
    )  # fmt: skip


MOODLE = "Kim_12_assignsubmission_file_x_777_assignsubmission_file_"


def test_a_file_name_gives_no_grade_to_another():
    assert report.identify("Kim_12_assignsubmission_file_x")[2] == "Participant 12"
    assert report.identify(MOODLE)[1:] == ("", "")
    assert "two participants" in report.doubtful([MOODLE])[0]


def test_a_student_with_two_rows_is_named():
    twice = ["leejiwoo_345_678_x-1", "leejiwoo_LATE_345_679_x", "kim_1_2_x", "park", "choi"]
    twice += ["Kim_12_assignsubmission_file_x", "Kim M_12_assignsubmission_file_y"]
    assert [line.split(": ")[1] for line in report.doubtful(twice)] == [
        "Kim M_12_assignsubmission_file_y, Kim_12_assignsubmission_file_x",
        "leejiwoo_345_678_x-1, leejiwoo_LATE_345_679_x",
    ]


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x", " =1", "\r=1"]
)
def test_no_cell_is_a_formula(text):
    assert report.cell(text).startswith("'")


def test_a_text_makes_no_rows_and_steers_no_terminal(tmp_path):
    text = "kim\r=1+1\n=2\x1b[2J\x00\x85\u2028=3"
    report.write_csv(tmp_path / "x.csv", ["a"], [[text]])
    assert len((tmp_path / "x.csv").read_text("utf-8-sig").splitlines()) == 2
    assert report.plain(text) == "kim =1+1 =2 [2J =3"
    assert report.plain("a\ud800b") == "a\\ud800b"


def test_errors_have_an_end(tmp_path):
    result = {"points": {"q1": 0}, "cases": [], "language": None, "written": None, "seconds": 1}
    result["errors"] = [f"code cell {number}: {'x' * 300}" for number in range(3000)]
    part = {"name": "q1", "points": 1, "manual": False}
    title = {"ko": "가", "en": "a"}
    report.write_all(tmp_path / "g.csv", title, [part], {"kim": result}, {})
    assert len((tmp_path / "g.csv").read_text("utf-8-sig")) < 2200
    (page,) = (tmp_path / "g-feedback").iterdir()
    assert "and 2990 more" in page.read_text()
    assert len(page.read_text()) < 5000


# --- honest students ---


def test_an_installation_costs_nothing(workshop):
    cells = [
        "!pip install numpy\nimport numpy as np\n%pip install x\n!no-such-command",
        "f = lambda: 1",
    ]
    result = marked(workshop, cells)
    assert (result["points"], result["errors"]) == ({"q1": 2}, [])


def test_an_installation_costs_nothing_without_a_terminal(bare):
    result = marked(bare, ["!pip install numpy\ng = 1", "f = lambda: g"])
    assert (result["points"], result["errors"]) == ({"q1": 2}, [])


@pytest.mark.parametrize("act", ["print(x)", "sys.stderr.write(x)"])
def test_printing_is_not_kept(workshop, act):
    cell = f"import sys\nfor n in range(250):\n    x = str(n) * 2_000_000\n    {act}\nf = lambda: 1"
    result = marked(
        workshop, [cell], limits={**LIMITS, "memory": 10**9, "timeout": 150, "cell_timeout": 120}
    )
    assert (result["points"], result["errors"]) == ({"q1": 2}, [])


def test_what_is_displayed_is_not_kept(workshop):
    cell = "for n in range(9): display(n)\nkept = get_ipython().history_manager.outputs.values()"
    assert marked(workshop, [cell, "f = lambda: sum(map(len, kept))"])["points"] == {"q1": 2}


def test_a_byte_order_mark_costs_nothing(workshop, folder):
    path = hand_in(folder / "kim.ipynb")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    result = grade.grade_one(workshop, path, {"q1": TEST.format("assert f() == 1")}, LIMITS)
    assert result["points"] == {"q1": 2}


@pytest.mark.parametrize(
    ("written", "errors"),
    [(("answer", "mine"), 0), (("lost", "mine"), 1), (("answer", "given"), 0), (None, 1)],
)
def test_a_written_answer_is_found_wherever_it_is(workshop, folder, written, errors):
    path = hand_in(folder / "kim.ipynb", written=written)
    result = grade.grade_one(workshop, path, {"q1": TEST.format("assert f() == 1")}, LIMITS)
    shown = grade.with_written(result, {"given"})
    assert shown["written"] == ("mine" if written and written[1] == "mine" else None)
    assert len(shown["errors"]) == errors
    assert shown["points"] == {"q1": 2}


def test_both_the_cell_for_the_answer_and_a_new_one_are_shown():
    result = {"errors": [], "text": [["answer", "one"], ["", "given"], ["new", "two"]]}
    assert grade.with_written(result, {"given"}) == {"errors": [], "written": "one\n\ntwo"}
