"""What holds for every pytest run here: shared cores, shared work, what a notebook may cost."""

import os
import re
from collections import defaultdict
from copy import deepcopy

import psutil
import pytest

# Each pytest worker, and each kernel it starts, takes its share of the cores and no more: threads
# that wait for a core that another worker holds make everything many times slower.
# Set before anything imports numpy or torch, which read it once; and in workers alone, which would
# inherit what the process that starts them sets.
if "PYTEST_XDIST_WORKER_COUNT" in os.environ:
    affinity = getattr(os, "sched_getaffinity", lambda process: range(os.cpu_count() or 1))
    share = len(affinity(0)) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, share)))
os.environ["TQDM_DISABLE"] = "1"  # stored outputs hold no progress bars: see tools/run.py

# Seconds of processor time that a notebook may take. Unlike the clock, it does not run faster when
# something else runs beside the tests; a slower machine sets the variable.
NOTEBOOK_SECONDS = float(os.environ.get("NOTEBOOK_SECONDS", "90"))
# A number with a point or a percent sign. Another processor rounds otherwise, and what is trained
# on it ends a little elsewhere. In cells with this tag such numbers may differ by two units of the
# last digit or 1 %; what the text claims of them is asserted, and what is counted stays exact.
TRAINED = "trained"
ROUNDED = re.compile(r"(\d+\.\d+(?:e[-+]?\d+)?|\d+(?=%))")
UNITS, SHARE = 2, 0.01
# Files that take long, the longest first: no worker should be left with one at the end.
LONG = [
    "site/test_browser.py", "site/test_live.py", "site/test_live_models.py", "site/test_firefox.py",
    "site/test_pdf.py", "site/test_epub.py", "site/test_access.py", "site/test_look.py",
    "site/test_phone.py", "site/test_reading.py", "site/test_slides.py", "site/test_search.py",
    "site/test_opener.py", "autograder/test_exercises.py", "autograder/test_variants.py",
    "autograder/test_private.py", "autograder/test_attacks.py", "autograder/test_cluster.py",
    "benchmarks/test_grading.py", "course_lib/test_scale_train.py", "tools/test_contributing.py",
]  # fmt: skip
# These make something long for each language; what is tested of the English goes by itself.
IN_TWO = ("site/test_pdf.py", "site/test_epub.py", "site/test_slides.py")
processor = defaultdict(float)  # from a notebook's name to the processor time of its kernel
clock = defaultdict(float)  # and to the time that passed


def alike(text, stored):
    """Tell whether a text is the stored one but for the rounding of numbers, and of columns."""
    ours, theirs = (ROUNDED.split(re.sub(" +", " ", one)) for one in (text, stored))
    if ours[::2] != theirs[::2]:
        return False
    for one, other in zip(ours[1::2], theirs[1::2], strict=True):
        digits, _, power = other.partition("e")
        unit = 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))
        if abs(float(one) - float(other)) > 1.001 * max(UNITS * unit, SHARE * abs(float(other))):
            return False
    return True


def forgiven(output, stored):
    """Return an output of a cell with the stored texts where it differs from them by rounding."""
    output = deepcopy(output)
    for ours, theirs in ((output, stored), (output.get("data", {}), stored.get("data", {}))):
        for kind in {"text", "text/plain"} & set(ours) & set(theirs):
            if alike(ours[kind], theirs[kind]):
                ours[kind] = theirs[kind]
    return output


def nearly(compare):
    """Return nbval's comparison of a cell's outputs, which then forgives rounding."""

    def compare_outputs(test, stored, *options):
        if len(test) == len(stored):
            test = [forgiven(*pair) for pair in zip(test, stored, strict=True)]
        return compare(test, stored, *options)

    return compare_outputs


def kernel_seconds():
    """Return the processor time of the processes that this one started: nbval's kernel."""
    total = 0.0
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def notebook_of(nodeid):
    """Return the path of the notebook that a test belongs to, or None."""
    path = nodeid.split("::")[0]
    return path if path.endswith(".ipynb") else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Note what the notebook has cost so far; fail the cell at which its time runs out."""
    report = yield
    name = notebook_of(item.nodeid)
    if name:
        report.kernel_seconds = kernel_seconds()
        if report.passed and processor[name] <= NOTEBOOK_SECONDS < report.kernel_seconds:
            report.outcome = "failed"
            report.longrepr = (
                f"{name}: {report.kernel_seconds:.1f} s of processor time up to this cell, "
                f"more than NOTEBOOK_SECONDS={NOTEBOOK_SECONDS:g}"
            )
    return report


def pytest_runtest_logreport(report):
    """Keep each notebook's times, in the worker and where the reports of all workers arrive."""
    name = notebook_of(report.nodeid)
    if name:
        processor[name] = max(processor[name], report.kernel_seconds)
        clock[name] += report.duration


def pytest_terminal_summary(terminalreporter):
    """Say what each notebook cost."""
    for name in sorted(clock):
        terminalreporter.write_line(
            f"{name}: {clock[name]:.1f} s, {processor[name]:.1f} s of processor time "
            f"(limit {NOTEBOOK_SECONDS:g})"
        )


def file_of(nodeid):
    """Return a test's file as it is called in LONG."""
    return nodeid.split("::")[0].removeprefix("tests/")


def pytest_collection_modifyitems(items):
    """Put long files first, then the notebooks; tell nbval which cells may differ by rounding."""
    for item in items:
        if TRAINED in getattr(item, "cell", {}).get("metadata", {}).get("tags", ()):
            item.compare_outputs = nearly(item.compare_outputs)

    def place(item):
        file = file_of(item.nodeid)
        return LONG.index(file) if file in LONG else len(LONG) + (not file.endswith(".ipynb"))

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give workers whole files in this order, with --dist loadfile."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = file_of(nodeid)
            return f"{file}[en]" if file in IN_TWO and nodeid.endswith("[en]") else file

    if config.getvalue("dist") == "loadfile":
        config.option.loadscopereorder = False  # it would put files of many tests first
        return ByFile(config, log)
    return None
