"""What several tests need and takes long is made once, also where pytest-xdist has many workers."""

import contextlib
import fcntl
import json
import os


def whole_run(tmp_path_factory):
    """Return the temporary folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextlib.contextmanager
def turn(path, wait):
    """Wait for the other workers to be done with a file, or not; give whether it is our turn."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield True  # until the file is closed, also by the end of this process
        except BlockingIOError:
            yield False


def each_once(folder, names, make):
    """Return {name: make(name)}, as JSON keeps it.

    Workers that ask for the same folder share the names among them: each is made by whoever comes
    first, and the others read it. What raises is tried again by whoever asks next.
    """
    folder.mkdir(exist_ok=True)
    places = {name: folder / f"{number}.json" for number, name in enumerate(names)}
    for wait in (False, True):  # first what nobody works on
        for name, path in places.items():
            if path.exists():
                continue
            with turn(path.with_suffix(".lock"), wait) as ours:
                if ours and not path.exists():
                    part = path.with_suffix(".part")
                    part.write_text(json.dumps(make(name)), "utf8")
                    part.replace(path)
    return {name: json.loads(path.read_text("utf8")) for name, path in places.items()}


def once(folder, make):
    """Return make(), as JSON keeps it, called by the worker that asks first."""
    return each_once(folder, [""], lambda name: make())[""]
