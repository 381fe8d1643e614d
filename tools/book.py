"""Find, read and write the book's files, for every other command."""

import os
import shutil
import sys
from pathlib import Path

import nbformat
import yaml

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "ko"  # the language that is written and run
TRANSLATION = "en"  # the language that takes code and outputs from the source
# How a command declares that it takes names.
NAMES = {"nargs": "*", "metavar": "NAME", "help": "which (all by default)"}


class BookError(Exception):
    """Something in the book is not as it must be; the message says what and where."""


def folder(root, language):
    """Return the folder of one language's pages, ``root/book/<language>``."""
    return Path(root) / "book" / language


def notebook(root, language, name):
    """Return the path of a chapter, ``root/book/<language>/<name>.ipynb``."""
    return folder(root, language) / f"{name}.ipynb"


def chosen(wanted, there, kind):
    """Return the wanted names, or all that are there; raise BookError for one that is not."""
    for name in wanted:
        if name not in there:
            raise BookError(f"no {kind} {name!r}; there are: {', '.join(there) or 'none'}")
    return list(wanted or there)


def chapters(root, wanted=()):
    """Return the names of the chapters, sorted; of the wanted ones where any are named.

    A wanted chapter may be given as ``01-kmeans`` or as a path to its notebook.
    """
    there = sorted(path.stem for path in folder(root, SOURCE).glob("*.ipynb"))
    return chosen([Path(name).name.removesuffix(".ipynb") for name in wanted], there, "chapter")


def each(names, call):
    """Call with each name; what fails is printed, the others go on. Return 1 if any failed."""
    failed = 0
    for name in names:
        try:
            call(name)
        except BookError as error:
            print(error, file=sys.stderr, flush=True)
            failed = 1
    return failed


def contents(root, language):
    """Return the pages of a language in their order, as pairs (part's caption, page's name)."""
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf8"))["chapters"]
    for chapter in toc:
        first, name = chapter["file"].rsplit("/", 1)
        if first == f"book/{language}":
            return [(None, name)] + [
                (part["caption"], section["file"].rsplit("/", 1)[1])
                for part in chapter["subtrees"]
                for section in part["sections"]
            ]
    raise BookError(f"_toc.yml has no pages of book/{language}")


def built(path):
    """Return the path of a page of the built site; raise BookError if it is not there."""
    if not path.exists():
        raise BookError(f"{path} is not there: `make book` builds the site")
    return path


def read_notebook(path):
    """Return the notebook as it stands in the file: nothing added, nothing repaired.

    Raises BookError where the file is not a notebook of format 4.5 or a cell has no id.
    """
    try:
        content = nbformat.v4.reads(Path(path).read_text("utf8"))
        ids = [cell.get("id") for cell in content.cells]
    except (ValueError, AttributeError, KeyError) as error:
        raise BookError(f"{path}: not a notebook of format 4.5: {error}") from error
    # Before nbformat validates: it would put ids of its own in place of bad ones.
    for index, cell_id in enumerate(ids):
        if not cell_id:
            raise BookError(f"{path}: cell {index} has no id")
        if cell_id in ids[:index]:
            raise BookError(f"{path}: two cells have the id {cell_id!r}")
    try:
        nbformat.validate(content)
    except nbformat.ValidationError as error:
        raise BookError(f"{path}: not a notebook of format 4.5: {error}") from error
    return content


def write_notebook(path, content):
    """Write a notebook, whole or not at all."""
    nbformat.validate(content)
    write_text(path, nbformat.v4.writes(content) + "\n")


def write_text(path, text):
    """Write a file, whole or not at all: under a temporary name first, then renamed."""
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, "utf8", newline="\n")
        if path.exists():
            shutil.copymode(path, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
