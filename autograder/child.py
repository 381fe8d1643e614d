"""The process in which students' code runs; it is forked where no solution and no test ever was.

Where bubblewrap works it makes a sandbox for each submission, which the process joins. Where it
does not and this is root, as in a container, the process becomes a user of its own. In both,
seccomp refuses the calls of the kernel that notebooks have no need of. What that comes to is
reported before any code of a student's runs.
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
import tempfile
import traceback
from collections import defaultdict, deque
from importlib import import_module

import psutil

import course_lib
from autograder import forks, wire

try:
    import pyseccomp as seccomp
except (ImportError, RuntimeError):  # not Linux; no libseccomp
    seccomp = None

IMPORTED = """
    torch scipy.stats sklearn.cluster sklearn.datasets sklearn.metrics sklearn.preprocessing
    sklearn.neighbors matplotlib.pyplot course_lib.autoencoder course_lib.denoising
    course_lib.fast.kmeans course_lib.kmeans course_lib.metrics course_lib.plots course_lib.data
"""  # what notebooks and tests use
HOME = "/home/student"  # a submission's folder, inside bubblewrap's sandbox
DISK = 256 * 2**20  # bytes of it
READABLE = ["/usr", "/lib", "/lib64", "/bin", "/sys/devices/system/cpu"]
READABLE += [f"/etc/{name}" for name in ("alternatives", "fonts", "ld.so.cache", "localtime")]
READABLE += ["/etc/mime.types", "/etc/ssl/openssl.cnf", sys.base_prefix, sys.prefix]
READABLE += map(os.path.realpath, site.getsitepackages())  # where an environment is made of links
READABLE.append(os.path.dirname(os.path.realpath(course_lib.__file__)))
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "USER": "student",
    "MPLBACKEND": "agg",
    "OMP_NUM_THREADS": "1",
    "TQDM_DISABLE": "1",
    "LANG": "C.UTF-8",
    "PIP_NO_INDEX": "1",  # `!pip install` says at once that it cannot, in place of waiting
}
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
    """Join a sandbox of bubblewrap's; return the process that holds it open, or raise OSError."""
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


def shut_in(boxed, user, folder, limits, secret):
    """Set limits and give up what student code has no need of; return what it cannot reach.

    user: the number of a user that is nobody else's, to become where that is allowed.
    secret: the paths that it must not reach.
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
        "files": not any(map(reached, secret)),
        "network": boxed or filtered,
        "processes": alone,
        "sockets": filtered,
        "disk": boxed,
    }


def child(end, folder, memory, user, group, secret, shell):
    """Become one submission's process, below one that keeps it and gets its orphans."""
    os.setsid()
    forks.process_control(forks.ADOPT_ORPHANS, 1)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # where memory ends, this goes first
    if group:
        with open(group, "w") as file:
            file.write("0")
    taken = getattr(psutil.Process().memory_info(), "data", 0)  # by what was imported
    holder, why = None, ""
    try:
        holder = sandbox()
        folder = HOME
    except (OSError, AttributeError) as error:
        folder = tempfile.mkdtemp(dir=folder)
        why = str(error)
    first = os.fork()
    if first:  # stay; what the first process leaves behind is ended with this one
        end.close()
        with contextlib.suppress(ChildProcessError):
            while True:
                if os.wait()[0] == first and holder:
                    holder.kill()
        os._exit(0)
    forks.process_control(forks.END_WITH_PARENT, signal.SIGKILL)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(ENVIRONMENT, HOME=folder, TMPDIR=folder)
    tempfile.tempdir = folder
    limits = dict(RLIMIT_DATA=memory + taken, RLIMIT_FSIZE=64 * 2**20)
    limits |= dict(RLIMIT_CORE=0, RLIMIT_NOFILE=256)
    if holder or os.geteuid() == 0:  # else the teacher's other processes count, too
        limits["RLIMIT_NPROC"] = forks.PROCESSES
    walls = shut_in(bool(holder), user, folder, limits, secret)
    wire.send(end, {"walls": walls, "why": why})
    Notebook(shell).serve(end)


class Notebook:
    """A submission's cells and what they define."""

    def __init__(self, shell):
        self.shell = shell
        self.kept = []

    def serve(self, end):
        """Do what the other end asks for until it hangs up."""
        while True:
            try:
                message = wire.receive(end)
            except (wire.Ended, OSError):
                os._exit(0)
            try:
                answer = getattr(self, message["do"])(message)
                wire.send(end, answer, wire.ANSWER)
            except BaseException as error:
                wire.send(end, failure(error))

    def limited(self, seconds):
        """Return a context that raises TimeLimit where it takes longer."""

        def ring():
            raise TimeLimit(f"took longer than {seconds:g} s")

        return forks.alarm(signal.ITIMER_REAL, seconds, ring)

    def cell(self, message):
        """Run one cell; return its error, if any."""
        with self.limited(message["seconds"]):
            done = self.shell.run_cell(message["source"], store_history=False, silent=True)
        sys.modules["matplotlib.pyplot"].close("all")
        error = done.error_before_exec or done.error_in_exec
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
        args, kwargs = wire.unpack(message["given"], lambda number, kind: self.kept[number])
        with self.limited(message["seconds"]):
            value = function(*args, **kwargs)
        return {"value": wire.pack(value, self.keep)}

    def keep(self, value):
        """Keep an object that cannot travel; return its number."""
        self.kept.append(value)
        return len(self.kept) - 1


def failure(error):
    """Return an exception as a message: its type, its text, and the line that raised it."""
    frames = traceback.walk_tb(error.__traceback__)
    lines = [at for frame, at in frames if "ipython-input" in frame.f_code.co_filename]
    try:
        text = str(error)
    except BaseException:
        text = ""
    line = f"line {lines[-1]}" if lines else ""
    return {"error": type(error).__name__, "text": text[:500], "line": line}


def preload():
    """Import what the exercises use; return IPython's shell."""
    os.environ["MPLBACKEND"] = "agg"
    modules = {name: import_module(name) for name in IMPORTED.split()}
    modules["torch"].set_num_threads(1)
    modules["course_lib.data"].load_mnist()  # reads its file once, for all that are forked
    # scikit-learn, once, looks in /proc for the libraries in use; a child may not.
    nearest = modules["sklearn.neighbors"].KNeighborsClassifier(1)
    nearest.fit([[0.0]], [0]).predict([[0.0]])
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

    HistoryManager.enabled = False
    InteractiveShell.xmode = "Minimal"
    shell = InteractiveShell.instance()
    shell.showtraceback = lambda *args, **kwargs: None
    shell._tee = lambda channel: contextlib.nullcontext()  # it keeps all that is printed
    shell.history_manager.outputs = defaultdict(lambda: deque(maxlen=1))  # and displayed
    for name in ("pip", "conda", "matplotlib"):  # nothing to install, no window to draw in
        shell.register_magic_function(lambda line: None, "line", name)
    return shell
