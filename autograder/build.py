"""Make an exercise's student notebooks, solutions and autograder from its master notebook.

A master is a notebook in the format of ``otter assign``. Each markdown cell carries its language
in its metadata (``"language": "ko"`` or ``"en"``), Korean first and English right after it. For
each language the other's cells are left out and otter does the rest; what otter leaves in a student
notebook for its own use is removed, since students need nothing but course_lib.
"""

import contextlib
import hashlib
import io
import re
import tempfile
from copy import deepcopy
from itertools import pairwise
from pathlib import Path

import yaml

from tools import repository
from tools.book import BookError, read_notebook, write_notebook, write_text

LANGUAGES = ("ko", "en")
BUILT = Path("_build/exercises")
STUDENTS = Path("exercises/students")  # in the repository, since Colab opens them from there
TEMPLATES = Path(__file__).parent / "templates"
CONFIG = "# ASSIGNMENT CONFIG"


def exercises(root, wanted=()):
    """Return the exercises' names, sorted; the wanted ones where any are named."""
    there = sorted(path.stem for path in Path(root, "exercises").glob("[0-9]*/*.ipynb"))
    for name in wanted:
        if name not in there:
            raise BookError(f"no exercise {name!r}; there are: {', '.join(there)}")
    return list(wanted) or there


def master_path(root, name):
    """Return the path of an exercise's master notebook."""
    return Path(root, "exercises", name, f"{name}.ipynb")


def student_path(root, name, language):
    """Return the path of the notebook that students get."""
    return Path(root, STUDENTS, language, f"{name}.ipynb")


def solution_path(root, name, language):
    """Return the path of the solution."""
    return Path(root, BUILT, "solutions", language, f"{name}.ipynb")


def autograder_path(root, name):
    """Return the path of the zip file that holds the tests."""
    return Path(root, BUILT, "autograders", f"{name}.zip")


def check_master(path, master):
    """Raise BookError unless each Korean cell, NAME-ko, is followed by its twin NAME-en."""
    for before, cell in pairwise([None, *master.cells, None]):
        old, new = (one and one.metadata.get("language") for one in (before, cell))
        if cell and cell.cell_type == "markdown" and new not in LANGUAGES:
            raise BookError(f"{path}: cell {cell.id!r} has no language (ko or en)")
        if old == "ko" and new != "en":
            raise BookError(f"{path}: cell {before.id!r} has no twin right after it")
        if new == "en" and old != "ko":
            raise BookError(f"{path}: cell {cell.id!r}, in English, must follow its Korean twin")
        if new == "en":
            stem = before.id.removesuffix("-ko")
            twins = (before.id, cell.id) == (f"{stem}-ko", f"{stem}-en")
            if not twins or before.cell_type != cell.cell_type:
                raise BookError(f"{path}: cells {before.id!r} and {cell.id!r} are no twins")


def questions(master):
    """Return the questions as a list of dicts: name, points, manual."""
    return [
        {"manual": False, **yaml.safe_load(cell.source)}
        for cell in master.cells
        if cell.cell_type == "raw" and cell.source.startswith("# BEGIN QUESTION")
    ]


def title(root, name):
    """Return an exercise's title as a dict from language to text."""
    return dict(read_notebook(master_path(root, name)).metadata["exercise"]["title"])


def in_language(root, master, name, language):
    """Return the master with one language's text, and with what grading elsewhere installs."""
    single = deepcopy(master)
    single.metadata["exercise"] = {"name": name, "language": language}
    single.cells = [c for c in single.cells if c.metadata.get("language", language) == language]
    book = repository.configured(Path(root))
    for cell in single.cells:
        if cell.metadata.pop("language", None):
            cell.id = cell.id.removesuffix(f"-{language}")  # the same in both languages
        if cell.id == "setup":
            cell.source = repository.setup_cell(book)
        if cell.source.startswith(CONFIG):
            settings = yaml.safe_load(cell.source)
            settings["requirements"] = [f"course-lib @ git+{book}"]
            cell.source = f"{CONFIG}\n{yaml.safe_dump(settings)}"
    return single


def tidy(path):
    """Return a notebook that otter wrote, without otter's own marks."""
    content = read_notebook(path)
    content.metadata.pop("otter", None)
    for cell in content.cells:
        for key in ("otter", "deletable", "editable"):
            cell.metadata.pop(key, None)
        tags = [tag for tag in cell.metadata.pop("tags", []) if not tag.startswith("otter_")]
        if tags:
            cell.metadata["tags"] = tags
        if cell.cell_type == "markdown":
            cell.source = re.sub("<!-- (BEGIN|END) QUESTION -->", "", cell.source).strip("\n")
    content.cells = [c for c in content.cells if c.cell_type != "markdown" or c.source.strip()]
    return content


def assign(master, result):
    """Run ``otter assign``, whose messages are shown only if it fails."""
    from otter.assign import main  # slow to import, and not needed to grade

    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            main(str(master), str(result), no_pdfs=True, no_run_tests=True)
    except Exception as error:
        text = f"{master.name}: otter assign failed: {error}\n{said.getvalue()}"
        raise BookError(text) from error


def build(root, name):
    """Make the files of one exercise in both languages."""
    source, tests = master_path(root, name), autograder_path(root, name)
    master = read_notebook(source)
    check_master(source, master)
    tests.parent.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory(dir=tests.parent) as folder:
            single, made = Path(folder, f"{name}.ipynb"), Path(folder, "out")
            write_notebook(single, in_language(root, master, name, language))
            assign(single, made)
            for path, kind in (
                (student_path(root, name, language), "student"),
                (solution_path(root, name, language), "autograder"),
            ):
                path.parent.mkdir(parents=True, exist_ok=True)
                write_notebook(path, tidy(made / kind / f"{name}.ipynb"))
            # The tests are code, which both languages share: either language's zip will do.
            next(made.glob("autograder/*.zip")).replace(tests)
    write_text(tests.with_suffix(".sha256"), stamp(root, name))


def stamp(root, name):
    """Return what the built files depend on, as a hash."""
    parts = [master_path(root, name), Path(root, "_config.yml"), Path(__file__)]
    parts += [Path(repository.__file__)]
    parts += [student_path(root, name, language) for language in LANGUAGES]
    there = [path for path in parts if path.exists()]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in there)).hexdigest()


def build_if_changed(root, name):
    """Make an exercise's files unless they are there and up to date."""
    exercises(root, [name])
    tests = autograder_path(root, name)
    made = [solution_path(root, name, language) for language in LANGUAGES]
    made += [tests, tests.with_suffix(".sha256")]
    if not all(p.exists() for p in made) or made[-1].read_text("utf8") != stamp(root, name):
        build(root, name)
