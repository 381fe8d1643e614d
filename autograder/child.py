"""The process in which students' code runs. Started by session.py; imports nothing of the book's
but course_lib, and never holds a solution or a test.

It imports what notebooks use, once, and then forks a child for every submission. A child shuts
itself in (see `shut_in`) and runs cells and calls as it is told.
"""

import ctypes
import json
import os
import resource
import signal
import socket
import struct
import sys

HERE, LIBRARY, SCRATCH = sys.argv[1:4]  # folders: of this file, of course_lib, for temporary files
sys.path[:0] = [HERE, os.path.dirname(LIBRARY)]

import wire  # noqa: E402

LIBC = ctypes.CDLL(None, use_errno=True)
# Bits of Linux's landlock (include/uapi/linux/landlock.h).
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
EVERYTHING = {1: 2**13 - 1, 2: 2**14 - 1, 3: 2**15 - 1, 4: 2**15 - 1, 5: 2**16 - 1}
# User, process ids, network, ipc, mounts.
NAMESPACES = 0x10000000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x20000
ETC = ("ld.so.cache", "localtime", "mime.types", "fonts", "ssl/openssl.cnf")  # what may be read


class TimeLimit(BaseException):
    """A cell or a call took too long. Not an Exception, so that `except Exception` lets it by."""


def end_with_parent():
    """Ask Linux to end this process when the one that started it ends."""
    if sys.platform == "linux":
        LIBC.prctl(1, signal.SIGKILL, 0, 0, 0)


def unshare():
    """Leave the network, other processes and mounts behind; return whether the kernel let us."""
    if sys.platform != "linux":
        return False
    before = os.readlink("/proc/self/ns/mnt")
    return LIBC.unshare(NAMESPACES) == 0 and os.readlink("/proc/self/ns/mnt") != before


def own_disk(folder, user, group):
    """Make the folder a disk of its own, in memory, and all other files read-only.

    user, group: the ids from before unshare. Call this only where that returned True: elsewhere
    it would change the machine's own mounts. Return whether the kernel let us.
    """
    maps = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
    try:
        for name, text in maps.items():
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    except OSError:
        return False
    folder = os.fsencode(folder)
    read_only, recursive = struct.pack("QQQQ", 1, 0, 0, 0), 0x8000
    if (
        LIBC.mount(b"none", b"/", None, 0x4000 | 0x40000, None)  # private: nothing goes back
        or LIBC.mount(b"tmpfs", folder, b"tmpfs", 6, b"size=256m,nr_inodes=10k")
        or LIBC.syscall(442, -100, b"/", recursive, read_only, len(read_only))
    ):
        return False
    writable = struct.pack("QQQQ", 0, 1, 0, 0)
    if LIBC.syscall(442, -100, folder, 0, writable, len(writable)):
        raise OSError("the submission's folder stayed read-only")
    return True


def landlock(readable, writable):
    """Close the file system but for these folders; return whether the kernel let us."""
    if sys.platform != "linux":
        return False
    version = LIBC.syscall(444, None, 0, 1)
    if version < 1:
        return False
    handled = EVERYTHING[min(version, 5)]
    network = 3 if version >= 4 else 0  # bind and connect by TCP
    scope = 3 if version >= 6 else 0  # abstract sockets and signals
    rules = struct.pack("QQQ", handled, network, scope)[: 8 if version < 4 else None]
    if 4 <= version < 6:
        rules = rules[:16]
    ruleset = LIBC.syscall(444, rules, len(rules), 0)
    if ruleset < 0:
        return False
    allowed = [(path, EXECUTE | READ_FILE | READ_DIR) for path in readable]
    allowed += [(path, handled) for path in writable]
    allowed += [("/dev/null", READ_FILE | WRITE_FILE), ("/dev/urandom", READ_FILE)]
    for path, access in allowed:
        if not os.path.exists(path):
            continue
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        if not os.path.isdir(path):
            access &= EXECUTE | READ_FILE | WRITE_FILE
        LIBC.syscall(445, ruleset, 1, struct.pack("=Qi", access & handled, handle), 0)
        os.close(handle)
    done = LIBC.syscall(446, ruleset, 0) == 0
    os.close(ruleset)
    return done


def shut_in(folder, limits):
    """Set limits and give up what student code has no need of; return whether files are closed."""
    for limit, value in limits.items():
        resource.setrlimit(getattr(resource, limit), (value, value))
    if sys.platform == "linux":
        LIBC.prctl(38, 1, 0, 0, 0)  # no new privileges
        LIBC.capset(struct.pack("II", 0x20080522, 0), bytes(24))  # no capabilities
    readable = ["/usr", "/lib", "/lib64", "/bin", "/proc/cpuinfo", "/proc/meminfo"]
    readable += [f"/etc/{name}" for name in ETC]
    readable += ["/sys/devices/system/cpu", "/System", "/Library", sys.base_prefix, sys.prefix]
    closed = landlock([*readable, LIBRARY], [folder])
    try:
        os.listdir(HERE)  # it may lie within one of the readable folders
    except OSError:
        return closed
    return False


class Notebook:
    """A submission's cells and what they define."""

    def __init__(self, shell):
        self.shell = shell
        self.kept = []

    def limited(self, seconds, work):
        """Run work(); raise TimeLimit where it takes longer."""

        def late(number, frame):
            raise TimeLimit(f"took longer than {seconds:g} s")

        signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            return work()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def cell(self, message):
        """Run one cell; return its error, if any."""
        done = self.limited(
            message["seconds"],
            lambda: self.shell.run_cell(message["source"], store_history=False, silent=True),
        )
        error = done.error_before_exec or done.error_in_exec
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
        return {} if error is None else failure(error)

    def get(self, message):
        """Return the value of a name that the notebook defines."""
        if message["name"] not in self.shell.user_ns:
            return {"missing": True}
        return {"value": wire.pack(self.shell.user_ns[message["name"]], self.keep)}

    def call(self, message):
        """Call something that was kept, or one of its methods; return the result."""
        function = self.kept[message["object"]]
        if message["attribute"] is not None:
            function = getattr(function, message["attribute"])
        args = [wire.unpack(one, self.found) for one in message["args"]]
        kwargs = {name: wire.unpack(one, self.found) for name, one in message["kwargs"].items()}
        value = self.limited(message["seconds"], lambda: function(*args, **kwargs))
        return {"value": wire.pack(value, self.keep)}

    def keep(self, value):
        """Keep an object that cannot travel; return its number."""
        self.kept.append(value)
        return len(self.kept) - 1

    def found(self, number, name):
        """Return the object of a number."""
        return self.kept[number]


def failure(error):
    """Return an exception as a message: its type, its text, and the line that raised it."""
    line, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "ipykernel" in code.co_filename or "ipython-input" in code.co_filename:
            line = f"line {trace.tb_lineno}"
        trace = trace.tb_next
    try:
        text = str(error)
    except BaseException:
        text = ""
    return {"error": type(error).__name__, "text": text[:500], "line": line}


def serve(end, shell):
    """Do what the other end asks for until it hangs up."""
    notebook = Notebook(shell)
    while True:
        try:
            message = wire.receive(end)
        except wire.Ended:
            os._exit(0)
        try:
            answer = getattr(notebook, message["do"])(message)
            wire.send(end, answer, wire.ANSWER)
        except BaseException as error:
            wire.send(end, failure(error))


def child(end, folder, memory, processes, shell):
    """Become one submission's process."""
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    end_with_parent()
    user, group = os.geteuid(), os.getegid()
    alone = unshare()
    own = alone and own_disk(folder, user, group)
    # The first process of the new namespace: where it dies, all that it started die with it.
    first = os.fork() if alone else 0
    if first:
        end.close()
        os.waitpid(first, 0)
        os._exit(0)
    end_with_parent()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(
        PATH="/usr/local/bin:/usr/bin:/bin",
        HOME=folder,
        USER="student",
        TMPDIR=folder,
        MPLBACKEND="agg",
        OMP_NUM_THREADS="1",
        TQDM_DISABLE="1",
        LANG="C.UTF-8",
    )
    import tempfile

    tempfile.tempdir = folder
    limits = {
        "RLIMIT_DATA": memory,
        "RLIMIT_FSIZE": 64 * 2**20,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 256,
    }
    if own:  # without a user namespace the user's other processes count, too
        limits["RLIMIT_NPROC"] = processes
    closed = shut_in(folder, limits)
    wire.send(end, {"files": closed, "network": alone, "disk": own})
    serve(end, shell)


def preload():
    """Import what the exercises use; return IPython's shell."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot  # noqa: F401
    import sklearn.cluster
    import sklearn.datasets
    import sklearn.metrics
    import sklearn.preprocessing  # noqa: F401
    import torch
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell
    from sklearn.neighbors import KNeighborsClassifier

    import course_lib.autoencoder
    import course_lib.denoising
    import course_lib.fast.kmeans
    import course_lib.kmeans
    import course_lib.metrics
    import course_lib.plots  # noqa: F401
    from course_lib.data import load_mnist

    torch.set_num_threads(1)
    load_mnist()  # reads its file once, for all that are forked
    # scikit-learn, once, looks in /proc for the libraries in use; a child may not.
    KNeighborsClassifier(1).fit([[0.0]], [0]).predict([[0.0]])
    HistoryManager.enabled = False
    InteractiveShell.xmode = "Minimal"
    shell = InteractiveShell.instance()
    shell.showtraceback = lambda *args, **kwargs: None
    for name in ("pip", "conda", "matplotlib"):  # nothing to install, no window to draw in
        shell.register_magic_function(lambda line: None, "line", name)
    return shell


def main():
    """Answer requests on standard input, a socket: each brings the socket of one submission."""
    end_with_parent()
    requests = socket.socket(fileno=os.dup(0))
    nowhere = os.open(os.devnull, os.O_RDWR)
    shell = preload()
    for number in (0, 1):
        os.dup2(nowhere, number)
    if not os.environ.get("EXERCISES_DEBUG"):
        os.dup2(nowhere, 2)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader
    requests.send(b"ready")
    while True:
        data, handles, _, _ = socket.recv_fds(requests, 4096, 1)
        if not data:
            os._exit(0)
        wanted = json.loads(data)
        end = socket.socket(fileno=handles[0])
        try:
            process = os.fork()
        except OSError:
            end.close()
            requests.send(b"0")
            continue
        if process == 0:
            requests.close()
            try:
                child(end, shell=shell, **wanted)
            finally:
                os._exit(1)
        end.close()
        requests.send(str(process).encode())


if __name__ == "__main__":
    main()
