"""The rooms of the library: short modules that chapters print whole, and no private names."""

import ast
import json
import textwrap
from pathlib import Path

import pytest

import course_lib

LIBRARY = Path(course_lib.__file__).parent
ROOT = LIBRARY.parent
FILES = sorted(LIBRARY.rglob("*.py"))
CHAPTERS = {  # the modules that are printed whole, and the chapters that print them
    "kmeans": "1",
    "autoencoder": "24",
    "training": "2",
    "denoising": "3",
    "gan": "5",
    "dcgan": "6",
    "classifier": "6",
    "style": "7",
    "fast_style": "7",
    "hangul": "8",
    "scale/kmeans": "9",
    "scale/train": "9",
}
MAX_MODULE, MAX_LISTING = 200, 40  # lines


def notebooks(pattern="book/*/*.ipynb"):
    """Yield (path, cells) of the notebooks."""
    for path in sorted(ROOT.glob(pattern)):
        yield path, json.loads(path.read_text("utf8"))["cells"]


def listings(language):
    """Yield (chapter, cell id, text) of every listing that a chapter prints."""
    for path, cells in notebooks(f"book/{language}/*.ipynb"):
        for cell in cells:
            if cell["cell_type"] == "code" and "show_source(" in "".join(cell["source"]):
                for output in cell["outputs"]:
                    yield path.name[1], cell["id"], "".join(output["data"]["text/plain"])


def definitions(source):
    """Yield (name, source) of the functions and classes at the top of a module."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, ast.get_source_segment(source, node)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("module", CHAPTERS)
def test_a_module_is_printed_whole_by_its_chapter(module, language):
    texts = [text for chapter, _, text in listings(language) if chapter in CHAPTERS[module]]
    wanted = dict(definitions((LIBRARY / f"{module}.py").read_text("utf8")))
    assert wanted
    missing = [name for name, source in wanted.items() if not any(source in t for t in texts)]
    assert not missing


@pytest.mark.parametrize("module", CHAPTERS)
def test_a_module_is_short(module):
    lines = (LIBRARY / f"{module}.py").read_text("utf8").count("\n")
    assert lines <= MAX_MODULE


def test_a_listing_fits_on_a_screen():
    found = [(chapter, name, text.count("\n") + 1) for chapter, name, text in listings("ko")]
    assert len(found) > 20
    assert not [one for one in found if one[2] > MAX_LISTING]


def test_no_file_is_private():
    assert not [p.name for p in FILES if p.name.startswith("_") and not p.name.startswith("__")]


@pytest.mark.parametrize("module", CHAPTERS)
def test_no_printed_name_is_private(module):
    tree = ast.parse((LIBRARY / f"{module}.py").read_text("utf8"))
    assert not [node.name for node in tree.body if getattr(node, "name", "").startswith("_")]


def privates(source):
    """Yield the private names of course_lib that a program imports or reads."""
    tree, ours = ast.parse(source), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("course_lib"):
            ours |= {alias.asname or alias.name for alias in node.names}
            yield from (a.name for a in node.names if a.name.startswith("_"))
        elif isinstance(node, ast.Import):
            ours |= {"course_lib" for a in node.names if a.name.startswith("course_lib")}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            base = node.value
            while isinstance(base, ast.Attribute):
                base = base.value
            if isinstance(base, ast.Name) and base.id in ours and not node.attr.endswith("__"):
                yield node.attr


def programs():
    """Yield (where, source) of every program that uses the library from outside."""
    for folder in ("benchmarks", "exercises", "recipes", "tools", "book/_ext"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path), path.read_text("utf8")
    for pattern in ("book/*/*.ipynb", "exercises/*/*.ipynb"):
        for path, cells in notebooks(pattern):
            for cell in cells:
                if cell["cell_type"] == "code":
                    lines = "".join(cell["source"]).splitlines()
                    kept = [line for line in lines if not line.lstrip().startswith(("%", "!"))]
                    yield f"{path} {cell['id']}", textwrap.dedent("\n".join(kept))


def test_nothing_outside_reads_a_private_name():
    wrong, n_read = [], 0
    for where, source in programs():
        try:
            wrong += [(where, name) for name in privates(source)]
        except SyntaxError:  # what a student fills in
            continue
        n_read += 1
    assert not wrong
    assert n_read > 300


def test_a_private_name_would_be_found():
    assert list(privates("from course_lib.gan import _x")) == ["_x"]
    assert list(privates("from course_lib import gan\ngan.a._x")) == ["_x"]
    assert list(privates("import course_lib.gan\ncourse_lib.gan._x()")) == ["_x"]
    assert list(privates("from course_lib import gan\nother._x, gan.x")) == []
