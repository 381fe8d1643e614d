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
import shutil
import tempfile
from copy import deepcopy
from pathlib import Path

import yaml

from tools import repository
from tools.book import BookError, read_notebook, write_notebook, write_text

LANGUAGES = ("ko", "en")
BUILT = Path("_build/exercises")
STUDENTS = Path("exercises/students")  # in the repository, since Colab opens them from there
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
    """Raise BookError unless each Korean cell is followed by its English twin.

    Twins are of the same kind, and their ids differ in the endings -ko and -en alone.
    """
    korean = None  # the Korean cell whose twin must come next
    for cell in [*master.cells, None]:
        language = cell.metadata.get("language") if cell else None
        if cell and cell.cell_type == "markdown" and language not in LANGUAGES:
            raise BookError(f"{path}: cell {cell.id!r} has no language (ko or en)")
        if korean and language != "en":
            raise BookError(f"{path}: cell {korean.id!r} has no twin right after it")
        if language == "en" and not korean:
            raise BookError(f"{path}: cell {cell.id!r}, in English, must follow its Korean twin")
        if korean and (
            korean.cell_type != cell.cell_type
            or not korean.id.endswith("-ko")
            or cell.id != f"{korean.id.removesuffix('-ko')}-en"
        ):
            raise BookError(f"{path}: cells {korean.id!r} and {cell.id!r} are no twins")
        korean = cell if language == "ko" else None


def questions(master):
    """Return the questions as a list of dicts: name, points, manual."""
    return [
        {"manual": False, **yaml.safe_load(cell.source)}
        for cell in master.cells
        if cell.cell_type == "raw" and cell.source.startswith("# BEGIN QUESTION")
    ]


def config(master):
    """Return the assignment's settings, a dict, and the cell that holds them."""
    for cell in master.cells:
        if cell.cell_type == "raw" and cell.source.startswith(CONFIG):
            return yaml.safe_load(cell.source), cell
    raise BookError(f"no raw cell begins with {CONFIG}")


def title(master):
    """Return an exercise's title as a dict from language to text."""
    return dict(master.metadata["exercise"]["title"])


def in_language(root, master, name, language):
    """Return the master with one language's text, and with what grading elsewhere installs."""
    single = deepcopy(master)
    single.cells = [c for c in single.cells if c.metadata.get("language", language) == language]
    for cell in single.cells:
        if cell.metadata.pop("language", None):
            cell.id = cell.id.removesuffix(f"-{language}")  # the same in both languages
    single.metadata["exercise"] = {"name": name, "language": language}
    settings, cell = config(single)
    book = yaml.safe_load(Path(root, "_config.yml").read_text("utf8"))["repository"]["url"]
    settings["requirements"] = [f"course-lib @ git+{book}"]
    for first in (one for one in single.cells if one.id == "setup"):
        first.source = repository.setup_cell(book)
    cell.source = f"{CONFIG}\n{yaml.safe_dump(settings)}"
    return single


def tidy(path):
    """Remove otter's own marks from a notebook that it wrote."""
    content = read_notebook(path)
    content.metadata.pop("otter", None)
    cells = []
    for cell in content.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub("<!-- (BEGIN|END) QUESTION -->", "", cell.source).strip("\n")
            if not cell.source.strip():
                continue
        for key in ("otter", "deletable", "editable"):
            cell.metadata.pop(key, None)
        tags = [tag for tag in cell.metadata.pop("tags", []) if not tag.startswith("otter_")]
        if tags:
            cell.metadata["tags"] = tags
        cells.append(cell)
    content.cells = cells
    return content


def assign(master, result):
    """Run ``otter assign``, whose messages are shown only if it fails."""
    from otter.assign import main  # slow to import, and not needed to grade

    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            main(str(master), str(result), no_pdfs=True, no_run_tests=True)
    except Exception as error:
        raise BookError(
            f"{master.name}: otter assign failed: {error}\n{said.getvalue()}"
        ) from error


def build(root, name):
    """Make the files of one exercise in both languages."""
    source = master_path(root, name)
    master = read_notebook(source)
    check_master(source, master)
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory() as folder:
            single = Path(folder, f"{name}.ipynb")
            write_notebook(single, in_language(root, master, name, language))
            assign(single, Path(folder, "out"))
            for path, kind in (
                (student_path(root, name, language), "student"),
                (solution_path(root, name, language), "autograder"),
            ):
                path.parent.mkdir(parents=True, exist_ok=True)
                write_notebook(path, tidy(Path(folder, "out", kind, f"{name}.ipynb")))
            made = next(Path(folder, "out", "autograder").glob("*.zip"))
            target = autograder_path(root, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            # The tests are code, which both languages share: either language's zip will do.
            shutil.move(made, target.with_suffix(".new"))
            target.with_suffix(".new").replace(target)
    write_text(target.with_suffix(".sha256"), stamp(root, name))


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
    made = [tests, tests.with_suffix(".sha256")]
    made += [solution_path(root, name, language) for language in LANGUAGES]
    there = all(path.exists() for path in made)
    if not there or made[1].read_text("utf8") != stamp(root, name):
        build(root, name)
