"""Run chapters from top to bottom in a fresh kernel and store what they print and draw."""

import os
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools import shift
from tools.book import (
    NAMES,
    SOURCE,
    BookError,
    chapters,
    each,
    notebook,
    read_notebook,
    write_notebook,
)
from tools.pictures import shrink_outputs
from tools.repository import SETUP_ID
from tools.sync import sync

# The same on every machine: the kernel that really ran would write its patch version here.
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE_INFO = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}
ARGUMENTS = {
    "names": NAMES,
    "--timeout": {"type": int, "default": 600, "help": "seconds for one cell (default: 600)"},
    "--check": {"action": "store_true", "help": "store nothing"},
    "--seed-offset": {"type": int, "default": 0, "help": "with --check: add this to seeds"},
}


def execute(path, timeout=600, manager=None, variables=None, first=None):
    """Return the notebook at ``path`` with fresh outputs; the file is not written.

    path: a notebook. It runs in a new kernel whose working directory is the notebook's folder.
    timeout: seconds that one cell may take.
    manager: starts the kernel, which ends with the run; by default one of this Python.
    variables: the environment variables of the kernel; by default those of this process.
    first: code that the kernel runs before the notebook's first cell.
    Raises BookError with the cell's id where a cell raises, takes too long or ends the kernel.
    """
    content = read_notebook(path)
    if first is not None:
        content.cells.insert(0, nbformat.v4.new_code_cell(first, id="first"))
    current = {"id": "before the first cell"}
    client = NotebookClient(
        content,
        km=manager,
        timeout=timeout,
        kernel_name=KERNELSPEC["name"],
        resources={"metadata": {"path": str(path.parent)}},
        coalesce_streams=True,
        on_cell_execute=lambda cell, cell_index: current.update(id=cell.id),
    )
    try:
        # A reader sees progress bars; a stored output is no place for them.
        client.execute(cleanup_kc=True, env={**(variables or os.environ), "TQDM_DISABLE": "1"})
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        # Where the library is missing, the reason stands in what the first cell printed.
        printed = [
            output.get("text", "")
            for cell in content.cells
            for output in cell.get("outputs", [])
            if cell.id == SETUP_ID
        ]
        lines = [f"{path}: cell {current['id']!r} failed", str(error), *printed]
        raise BookError("\n".join(lines)) from error
    return content


def strip(content):
    """Remove from a notebook what changes from run to run or from machine to machine."""
    content.metadata.pop("widgets", None)
    content.metadata.kernelspec = dict(KERNELSPEC)
    content.metadata.language_info = dict(LANGUAGE_INFO)
    for cell in content.cells:
        cell.metadata.pop("execution", None)
    return content


def run(root, name, timeout=600):
    """Run the Korean notebook of a chapter, store its outputs, and sync them to English.

    Where a cell fails, both files stay as they were.
    """
    path = notebook(root, SOURCE, name)
    start = time.perf_counter()
    content = shrink_outputs(strip(execute(path, timeout)))
    seconds = time.perf_counter() - start
    write_notebook(path, content)
    report = sync(root, name)
    print(f"{name}: ran in {seconds:.0f} s; {report}", flush=True)


def check(root, name, timeout=600, offset=0):
    """Run the Korean notebook of a chapter and store nothing: do its asserts hold?

    offset: is added to every seed that PyTorch is given.
    """
    start = time.perf_counter()
    execute(notebook(root, SOURCE, name), timeout, first=shift.cell(offset))
    seconds = time.perf_counter() - start
    print(f"{name}: holds with seeds shifted by {offset}, {seconds:.0f} s", flush=True)


def main(args, root):
    """Run the named chapters; one that fails does not keep the others from running."""
    if args.seed_offset and not args.check:
        raise BookError("--seed-offset goes with --check: what other seeds give is not stored")
    names = chapters(root, args.names)
    if args.check:
        return each(names, lambda name: check(root, name, args.timeout, args.seed_offset))
    return each(names, lambda name: run(root, name, args.timeout))
