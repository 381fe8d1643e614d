"""Report where a Python process writes; tools/colab.py puts this into the environment it watches.

Environment variables: COLAB_WATCH_LOG is the file that takes the reports, a path a line;
COLAB_WATCH_ALLOWED lists the folders, separated by os.pathsep, of which nothing is reported.
What programs write that Python starts, git for one, is not seen.
"""

import os
import sys

LOG = os.environ.get("COLAB_WATCH_LOG")
ALLOWED = [LOG, *os.environ.get("COLAB_WATCH_ALLOWED", "").split(os.pathsep)]
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Events of Python's audit hooks, and which of their arguments are paths that change.
CHANGING = {
    "os.link": [1],
    "os.mkdir": [0],
    "os.remove": [0],
    "os.rename": [0, 1],
    "os.rmdir": [0],
    "os.symlink": [1],
    "os.truncate": [0],
    "sqlite3.connect": [0],
}


def changed(event, arguments):
    """Return the paths that an event is about to change."""
    if event == "open":
        return [arguments[0]] if arguments[2] & WRITING else []
    return [arguments[index] for index in CHANGING.get(event, [])]


def report(event, arguments):
    """Write the paths that lie outside of ALLOWED to LOG."""
    for path in changed(event, arguments):
        if isinstance(path, str | bytes | os.PathLike) and path != ":memory:":
            path = os.path.realpath(os.fsdecode(path))
            if not any(os.path.commonpath([path, folder]) == folder for folder in ALLOWED):
                handle = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
                os.write(handle, f"{path}\n".encode())
                os.close(handle)


if LOG:
    sys.addaudithook(report)
