"""What must hold for every stored notebook. Each check yields (cell id, what is wrong)."""

import ast
import re
from pathlib import Path

from tools.book import ROOT
from tools.run import KERNELSPEC, LANGUAGE_INFO

MAX_LINES = 25
MAX_BYTES = 1_500_000
SOLUTION = '#@title Solution { display-mode: "form" }'
IGNORE = "nbval-ignore-output"
TRAINED = "trained"  # numbers may differ by rounding: see conftest.py
CAPTION = re.compile(r"\*\*(?:그림|Figure) (\d+|P)\.(\d+)\.\*\*")
DIRECTIVE = re.compile(
    r"^ {0,3}(?:`{3,}|:{3,})\{|\{(?:ref|cite|doc|numref|eq|term|math)[:}]", re.MULTILINE
)
ABSOLUTE = re.compile(
    r"(?<![\w.~:/-])(?:/(?:home|root|tmp|usr|opt|var|mnt|srv|Users|private|content)/|[A-Z]:\\)[\w.]"
)
# Calls that may close a cell and show nothing: they return None.
SILENT = re.compile(r"seed_everything|manual_seed|assert_\w+|append|extend|update|close|sort")


def code_cells(notebook):
    """Return the code cells that hold code."""
    return [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def has_image(cell):
    """Whether a code cell shows a picture."""
    kinds = {"image/png", "image/jpeg"}
    return any(kinds & set(o.get("data", {})) for o in cell.outputs)


def python(source):
    """Return the syntax tree of a cell, its magic lines left out."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE))


def top_level(nodes):
    """Yield the nodes that run when the cell runs: not the bodies of functions and classes."""
    for node in nodes:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield node
            yield from top_level(ast.iter_child_nodes(node))


def called(node):
    """Return the last name of what a call calls: ``plt.show()`` -> "show"."""
    function = node.func
    return getattr(function, "attr", None) or getattr(function, "id", "")


def were_run_in_order(notebook, path):
    """Execution counts are 1, 2, 3, ...: nbval silently skips a cell that was never run."""
    for number, cell in enumerate(code_cells(notebook), 1):
        if cell.execution_count != number:
            yield cell.id, f"execution count {cell.execution_count}, expected {number}"


def outputs_are_there(notebook, path):
    """A cell that prints, ends in a value or shows a figure has stored what it gave."""
    for cell in code_cells(notebook):
        tree = python(cell.source)
        calls = {called(n) for n in top_level(tree.body) if isinstance(n, ast.Call)}
        if "print" in calls and not any(o.output_type == "stream" for o in cell.outputs):
            yield cell.id, "prints, but no printed output is stored"
        if "show" in calls and not has_image(cell):
            yield cell.id, "shows a figure, but no image is stored"
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr) and not cell.source.rstrip().endswith(";"):
            silent = isinstance(last.value, ast.Call) and SILENT.fullmatch(called(last.value))
            if not silent and not cell.outputs:
                yield cell.id, "ends in a value, but no output is stored"


def outputs_are_clean(notebook, path):
    """No errors, no warnings, no progress bars."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error":
                yield cell.id, f"stored an error: {output.ename}"
            elif output.get("name") == "stderr":
                yield cell.id, f"stored what went to stderr: {output.text[:80]!r}"
            elif any("widget" in kind for kind in output.get("data", {})):
                yield cell.id, "stored a widget"


def metadata_is_stable(notebook, path):
    """Nothing that changes from run to run or from machine to machine."""
    for cell in notebook.cells:
        if "execution" in cell.metadata:
            yield cell.id, "metadata.execution is stored"
    if "widgets" in notebook.metadata:
        yield "(metadata)", "metadata.widgets is stored"
    wanted = {"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO}
    for key, value in wanted.items():
        if notebook.metadata.get(key) != value:
            yield "(metadata)", f"{key} is not as `python -m tools run` writes it"


def cells_are_short(notebook, path):
    """A code cell fits on a screen."""
    for cell in code_cells(notebook):
        lines = cell.source.count("\n") + 1
        if lines > MAX_LINES:
            yield cell.id, f"{lines} lines, at most {MAX_LINES}"


def file_is_small(notebook, path):
    """Readers on GitHub and Colab load the whole file."""
    size = Path(path).stat().st_size
    if size >= MAX_BYTES:
        yield "(file)", f"{size} bytes, must be under {MAX_BYTES}"


def no_directives(notebook, path):
    """Directives and roles are raw text on Colab and GitHub."""
    for cell in notebook.cells:
        found = cell.cell_type == "markdown" and DIRECTIVE.search(cell.source)
        if found:
            yield cell.id, f"a directive or role: {found[0]!r}"


def no_absolute_paths(notebook, path):
    """Neither in what is written nor in what is printed."""
    for cell in notebook.cells:
        outputs = [o for o in cell.get("outputs", []) if o.output_type != "error"]
        texts = [cell.source, *(o.get("text", "") for o in outputs)]
        texts += [
            str(o.data.get(kind, ""))
            for o in outputs
            for kind in ("text/plain", "text/html")
            if "data" in o
        ]
        for text in texts:
            found = ABSOLUTE.search(text)
            if found or str(ROOT) in text:
                yield cell.id, f"an absolute path: {found[0] if found else str(ROOT)!r}"


def chapter_of(path):
    """Return what numbers in a notebook begin with: "2" in 02-autoencoder, "P" in a primer."""
    first = Path(path).stem.split("-")[0]
    return "P" if first == "primer" else str(int(first))


def figures_have_captions(notebook, path):
    """A figure and its caption come in pairs, numbered in order; captions become alt texts."""
    chapter, number = chapter_of(path), 0
    for cell, after in zip(notebook.cells, [*notebook.cells[1:], None], strict=True):
        text = after.source if after is not None and after.cell_type == "markdown" else ""
        caption = CAPTION.match(text)
        image = cell.cell_type == "code" and has_image(cell)
        if image and not caption:
            yield cell.id, "a figure without a caption in the next cell"
        if caption and not image:
            yield after.id, "a caption without a figure in the cell before"
        if caption:
            number += 1
            if (caption[1], caption[2]) != (chapter, str(number)):
                yield after.id, f"{caption[0]} where {chapter}.{number} comes next"


def solutions_are_hidden(notebook, path):
    """A solution is hidden on the site by its tag and on Colab by its first line, or by neither."""
    for cell in code_cells(notebook):
        titled = cell.source.splitlines()[0] == SOLUTION
        tagged = "hide-cell" in cell.metadata.get("tags", [])
        if titled != tagged:
            yield cell.id, f"hide-cell {'without' if tagged else 'missing beside'} {SOLUTION}"
        if cell.source.startswith("#@title") and not titled:
            yield cell.id, f"a title other than {SOLUTION}"


def tagged_cells(notebook, tag):
    """Return the ids of the code cells with a tag."""
    return [c.id for c in code_cells(notebook) if tag in c.metadata.get("tags", [])]


def asserts(cell):
    """Return whether a cell, or None, asserts something outside of its functions."""
    return cell is not None and any(
        isinstance(node, ast.Assert) for node in top_level(python(cell.source).body)
    )


def ignored_outputs_are_asserted(notebook, path):
    """What nbval does not compare, the next code cell asserts; nothing is skipped in other ways."""
    cells = code_cells(notebook)
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        tags = cell.metadata.get("tags", [])
        others = [t for t in tags if t == "raises-exception" or t.startswith("nbval-")]
        if any(tag != IGNORE for tag in others) or "NBVAL_" in cell.source:
            yield cell.id, "marked for nbval in another way than the tag " + IGNORE
        if IGNORE in tags and not asserts(after):
            yield cell.id, "its output is not compared, and the next code cell asserts nothing"
        if TRAINED in tags and not (asserts(cell) or asserts(after)):
            yield cell.id, "its output may differ by rounding, and nothing is asserted of it"


def equations_are_numbered(notebook, path):
    r"""Equation numbers ``\tag{n.m}`` count up from 1 within the chapter."""
    chapter, number = chapter_of(path), 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for tag in re.findall(r"\\tag\{([^}]*)\}", cell.source):
                number += 1
                if tag != f"{chapter}.{number}":
                    yield cell.id, f"equation ({tag}) where ({chapter}.{number}) comes next"


CHECKS = [
    were_run_in_order,
    outputs_are_there,
    outputs_are_clean,
    metadata_is_stable,
    cells_are_short,
    file_is_small,
    no_directives,
    no_absolute_paths,
    figures_have_captions,
    solutions_are_hidden,
    ignored_outputs_are_asserted,
    equations_are_numbered,
]
