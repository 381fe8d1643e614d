"""The process in which students' code runs. Started by session.py; imports nothing of the book's
but course_lib, and never holds a solution or a test.

It imports what notebooks use, once, and then forks for every submission. Where bubblewrap works it
makes a sandbox for each, and the fork joins it. Where it does not and this is root, as in a
container, the fork becomes a user of its own. In both, seccomp refuses the calls of the kernel that
notebooks have no need of. What that comes to is reported before any code of a student's runs.
"""

import contextlib
import errno
import json
import os
import resource
import signal
import site
import socket
import struct
import subprocess
import sys
from collections import defaultdict, deque

try:
    import pyseccomp as seccomp
except (ImportError, RuntimeError):  # not Linux; no libseccomp
    seccomp = None

HERE, LIBRARY = sys.argv[1:3]  # folders: of this file, of course_lib
SECRET = sys.argv[3:]  # what students' code must not reach
sys.path[:0] = [HERE, os.path.dirname(LIBRARY)]

import forks  # noqa: E402
import wire  # noqa: E402

HOME = "/home/student"  # a submission's folder, inside bubblewrap's sandbox
DISK = 256 * 2**20  # bytes of it
READABLE = ["/usr", "/lib", "/lib64", "/bin", "/sys/devices/system/cpu", LIBRARY]
READABLE += [f"/etc/{name}" for name in ("alternatives", "fonts", "ld.so.cache", "localtime")]
READABLE += ["/etc/mime.types", "/etc/ssl/openssl.cnf", sys.base_prefix, sys.prefix]
READABLE += map(os.path.realpath, site.getsitepackages())  # where an environment is made of links
NEWUSER = 0x10000000  # os.CLONE_NEWUSER, from Python 3.12 on
# The namespaces to join: user, process ids, network, ipc, host name, control groups, mounts.
NAMESPACES = NEWUSER | 0x20000000 | 0x40000000 | 0x8000000 | 0x4000000 | 0x2000000 | 0x20000
REFUSED = """
    add_key bpf chroot fsconfig fsmount fsopen fspick io_uring_enter io_uring_register
    io_uring_setup kcmp kexec_load keyctl memfd_create memfd_secret mount mount_setattr move_mount
    mq_open msgget name_to_handle_at open_by_handle_at open_tree perf_event_open pidfd_getfd
    pivot_root process_vm_readv process_vm_writev ptrace request_key semget setns shmget umount2
    unshare userfaultfd
"""


class TimeLimit(BaseException):
    """A cell or a call took too long. Not an Exception, so that `except Exception` lets it by."""


def sandbox():
    """Have bubblewrap make a sandbox, and join it; return the process that holds it open.

    Raises OSError where that does not work.
    """
    ours, theirs = os.pipe()
    words = ["bwrap", "--unshare-all", "--die-with-parent", "--as-pid-1", "--info-fd", str(theirs)]
    words += ["--size", str(DISK), "--tmpfs", HOME]
    for path in READABLE:
        words += ["--ro-bind-try", path, path]
    words += ["--proc", "/proc", "--dev", "/dev", "--size", str(DISK), "--tmpfs", "/dev/shm"]
    words += ["--remount-ro", "/dev", "--remount-ro", "/", "sh", "-c", "echo; exec sleep infinity"]
    out = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    holder = subprocess.Popen(words, stdin=subprocess.DEVNULL, pass_fds=[theirs], **out)
    said = holder.stdout.readline().strip().decode("utf8", "replace")  # it is ready: an empty line
    with open(ours, "rb", 0) as info:
        os.close(theirs)
        made = info.read(4096)
    if said or not made or holder.poll() is not None:
        holder.kill()
        raise OSError(said or "bwrap ended")
    place = os.pidfd_open(json.loads(made)["child-pid"])
    if forks.LIBC.setns(place, NAMESPACES):
        holder.kill()
        raise OSError("bwrap made a sandbox that cannot be joined")
    os.close(place)
    return holder


def refuse_calls(sockets):
    """Refuse what notebooks need not call, UNIX sockets but for a few; return whether it worked."""
    if seccomp is None:
        return False
    calls, refused = seccomp.SyscallFilter(seccomp.ALLOW), seccomp.ERRNO(errno.EPERM)
    for name in REFUSED.split():
        with contextlib.suppress(ValueError, OSError):  # this processor, or library, has none
            calls.add_rule(refused, name)
    unix = [seccomp.Arg(0, seccomp.NE, socket.AF_UNIX)] if sockets else []
    calls.add_rule(refused, "socket", *unix)
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):  # these reach further than their pair
        calls.add_rule(refused, "socketpair", seccomp.Arg(1, seccomp.MASKED_EQ, 15, kind))
    calls.add_rule(refused, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, NEWUSER, NEWUSER))
    calls.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags cannot be seen; clone it is
    calls.load()
    return True


def reached(path):
    """Return whether this process can get at a path at all."""
    return any(os.access(path, kind) for kind in (os.R_OK, os.W_OK, os.X_OK))


def runs_python(user):
    """Return whether another user can read this Python; root asks."""
    os.seteuid(user)
    try:
        return os.access(os.__file__, os.R_OK, effective_ids=True)
    finally:
        os.seteuid(0)


def shut_in(boxed, user, folder, limits):
    """Set limits and give up what student code has no need of; return what it cannot reach.

    user: the number of a user that is nobody else's, to become where that is allowed.
    """
    alone = boxed
    if boxed:
        forks.LIBC.capset(struct.pack("II", 0x20080522, 0), bytes(24))  # no capabilities
    elif os.geteuid() == 0 and runs_python(user):
        os.chown(folder, user, user)
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        alone = True
    forks.process_control(forks.END_WITH_PARENT, signal.SIGKILL)  # a new user has lost it
    for limit, value in limits.items():
        resource.setrlimit(getattr(resource, limit), (value, value))
    filtered = refuse_calls(sockets=boxed)
    return {
        "files": not any(reached(path) for path in SECRET),
        "network": boxed or filtered,
        "processes": alone,
        "sockets": filtered,
        "disk": boxed,
    }


def keep(first, holder):
    """Wait for the first process of a submission; what it leaves behind is ended with it."""
    with contextlib.suppress(ChildProcessError):
        while True:
            if os.wait()[0] == first and holder:
                holder.kill()


def imported():
    """Return the bytes that are taken before a notebook begins: what preload() imported."""
    with contextlib.suppress(OSError), open("/proc/self/statm") as file:  # Linux
        return int(file.read().split()[5]) * resource.getpagesize()
    return 0


def child(end, folder, memory, user, group, shell):
    """Become one submission's process, below one that keeps it and gets its orphans.

    group: the file by which a process joins the control group that is made for it, or None.
    """
    os.setsid()
    forks.process_control(forks.ADOPT_ORPHANS, 1)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # where memory ends, this goes first
    if group:
        with open(group, "w") as file:
            file.write("0")
    holder, why = None, ""
    try:
        holder = sandbox()
        folder = HOME
    except (OSError, AttributeError) as error:
        why = str(error)
    first = os.fork()
    if first:
        end.close()
        keep(first, holder)
        os._exit(0)
    forks.process_control(forks.END_WITH_PARENT, signal.SIGKILL)
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
        PIP_NO_INDEX="1",  # `!pip install` says at once that it cannot, in place of waiting
    )
    import tempfile

    tempfile.tempdir = folder
    limits = {
        "RLIMIT_DATA": memory + imported(),
        "RLIMIT_FSIZE": 64 * 2**20,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 256,
    }
    if holder or os.geteuid() == 0:  # else the teacher's other processes count, too
        limits["RLIMIT_NPROC"] = wire.PROCESSES
    wire.send(end, {**shut_in(bool(holder), user, folder, limits), "why": why})
    serve(end, shell)


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


def preload():
    """Import what the exercises use; return IPython's shell."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot  # noqa: F401

    forks.preload()
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell
    from sklearn.neighbors import KNeighborsClassifier

    from course_lib.data import load_mnist

    load_mnist()  # reads its file once, for all that are forked
    # scikit-learn, once, looks in /proc for the libraries in use; a child may not.
    KNeighborsClassifier(1).fit([[0.0]], [0]).predict([[0.0]])
    HistoryManager.enabled = False
    InteractiveShell.xmode = "Minimal"
    shell = InteractiveShell.instance()
    shell.showtraceback = lambda *args, **kwargs: None
    shell._tee = lambda channel: contextlib.nullcontext()  # it keeps all that is printed
    shell.history_manager.outputs = defaultdict(lambda: deque(maxlen=1))  # and displayed
    for name in ("pip", "conda", "matplotlib"):  # nothing to install, no window to draw in
        shell.register_magic_function(lambda line: None, "line", name)
    return shell


if __name__ == "__main__":
    ready = preload()
    forks.serve(lambda end, **wanted: child(end, shell=ready, **wanted))
