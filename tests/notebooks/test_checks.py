"""Each check finds the fault it is there for, on a small chapter that passes otherwise."""

import copy

import nbformat
import pytest

from tests.notebooks import checks
from tools.run import KERNELSPEC, LANGUAGE_INFO

PICTURE = nbformat.v4.new_output("display_data", {"image/png": "aaaa"})
VALUE = nbformat.v4.new_output("execute_result", {"text/plain": "1"})


def code(cell_id, source, count, outputs=(), tags=()):
    """Return a code cell that has run."""
    return nbformat.v4.new_code_cell(
        source,
        id=cell_id,
        execution_count=count,
        outputs=list(outputs),
        metadata={"tags": list(tags)} if tags else {},
    )


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", text=text, name=name)


GOOD = nbformat.v4.new_notebook(
    metadata={"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO},
    cells=[
        nbformat.v4.new_markdown_cell("# 제목\n\n$$x \\tag{1.1}$$\n\n$$y \\tag{1.2}$$", id="title"),
        code("setup", "try:\n    import os\nexcept ModuleNotFoundError:\n    %pip install x", 1),
        code("print", "for i in range(2):\n    print(i)", 2, [stream("0\n1\n")]),
        code("figure", "plt.plot(x)\nplt.show()", 3, [PICTURE]),
        nbformat.v4.new_markdown_cell("**그림 1.1.** 점을 봅니다.", id="caption"),
        code("value", "x = 1\nx", 4, [VALUE]),
        code("define", "def f(x):\n    print(x)\n    return x\n\n\nseed_everything(0)", 5),
        code("timing", "print(t)", 6, [stream("0.1\n")], tags=[checks.IGNORE]),
        code("claim", "assert t < 1", 7),
        code("solution", checks.SOLUTION + "\ny = 1", 8, tags=["hide-cell"]),
        code("quiet", "plt.hist(x);", 9),
    ],
)


def findings(notebook, tmp_path):
    """Return {check: cells found}, of the checks that found something."""
    path = tmp_path / "01-small.ipynb"
    path.write_text(nbformat.v4.writes(notebook), "utf8")
    found = {one.__name__: [cell for cell, _ in one(notebook, path)] for one in checks.CHECKS}
    return {name: cells for name, cells in found.items() if cells}


def test_the_good_chapter_passes(tmp_path):
    assert findings(GOOD, tmp_path) == {}
    assert checks.tagged_cells(GOOD, checks.IGNORE) == ["timing"]


def put(cell_id, **fields):
    """Return a fault: these fields of that cell are replaced."""

    def fault(cells):
        cells[cell_id].update(fields)

    return fault


ERROR = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
WIDGET = nbformat.v4.new_output("display_data", {"application/vnd.jupyter.widget-view+json": {}})

FAULTS = [
    ("were_run_in_order", "define", put("define", execution_count=None)),
    ("were_run_in_order", "define", put("define", execution_count=15)),
    ("outputs_are_there", "print", put("print", outputs=[])),
    ("outputs_are_there", "value", put("value", outputs=[])),
    ("outputs_are_there", "define", put("define", source="f(2)")),
    ("outputs_are_there", "quiet", put("quiet", source="plt.show()")),
    ("outputs_are_clean", "define", put("define", outputs=[ERROR])),
    ("outputs_are_clean", "define", put("define", outputs=[stream("warning", "stderr")])),
    ("outputs_are_clean", "define", put("define", outputs=[WIDGET])),
    ("metadata_is_stable", "quiet", put("quiet", metadata={"execution": {}})),
    ("cells_are_short", "define", put("define", source="x = 1\n" * 25 + "y = 1")),
    ("file_is_small", "(file)", put("define", source="x = 1  # " + "a" * checks.MAX_BYTES)),
    ("no_directives", "title", put("title", source="$$x \\tag{1.1}\\tag{1.2}$$\n```{note}\n```")),
    ("no_directives", "title", put("title", source="\\tag{1.1}\\tag{1.2} {cite}`a`")),
    ("no_absolute_paths", "define", put("define", source="open('/home/me/x')")),
    ("no_absolute_paths", "print", put("print", outputs=[stream("/tmp/ipykernel_1/2.py:3")])),
    ("no_absolute_paths", "print", put("print", outputs=[stream(f"{checks.ROOT}")])),
    ("figures_have_captions", "figure", put("caption", source="그림입니다.")),
    ("figures_have_captions", "caption", put("caption", source="**그림 1.2.** 점.")),
    ("figures_have_captions", "caption", put("caption", source="**그림 2.1.** 점.")),
    ("figures_have_captions", "caption", put("figure", outputs=[stream("x")])),
    ("solutions_are_hidden", "solution", put("solution", metadata={})),
    ("solutions_are_hidden", "solution", put("solution", source="y = 1")),
    ("solutions_are_hidden", "define", put("define", source="#@title Other\ny = 1")),
    ("ignored_outputs_are_asserted", "timing", put("claim", source="t < 1")),
    ("ignored_outputs_are_asserted", "timing", put("claim", source="def f():\n    assert t")),
    ("ignored_outputs_are_asserted", "define", put("define", metadata={"tags": ["nbval-skip"]})),
    (
        "ignored_outputs_are_asserted",
        "define",
        put("define", metadata={"tags": ["raises-exception"]}),
    ),
    ("ignored_outputs_are_asserted", "define", put("define", metadata={"tags": ["trained"]})),
    ("ignored_outputs_are_asserted", "define", put("define", source="# NBVAL_SKIP\ny = 1")),
    ("equations_are_numbered", "title", put("title", source="$$x \\tag{1.2}$$")),
    ("equations_are_numbered", "title", put("title", source="$$x \\tag{2.1}$$")),
]


@pytest.mark.parametrize(("check", "cell", "fault"), FAULTS)
def test_a_planted_fault_is_found(tmp_path, check, cell, fault):
    spoiled = copy.deepcopy(GOOD)
    fault({one.id: one for one in spoiled.cells})
    assert cell in findings(spoiled, tmp_path).get(check, [])


@pytest.mark.parametrize("key", ["kernelspec", "language_info", "widgets"])
def test_metadata_of_the_notebook_is_stable(tmp_path, key):
    spoiled = copy.deepcopy(GOOD)
    spoiled.metadata[key] = {"version": "3.11.7"}
    assert list(findings(spoiled, tmp_path)) == ["metadata_is_stable"]


def test_every_check_has_a_fault_planted():
    assert {one.__name__ for one in checks.CHECKS} == {name for name, _, _ in FAULTS}


def test_a_photograph_is_a_figure_too(tmp_path):
    chapter = copy.deepcopy(GOOD)
    figure = next(cell for cell in chapter.cells if cell.id == "figure")
    figure.outputs[0].data = {"image/jpeg": "aaaa"}
    assert findings(chapter, tmp_path) == {}
    chapter.cells = [cell for cell in chapter.cells if cell.id != "caption"]
    assert findings(chapter, tmp_path) == {"figures_have_captions": ["figure"]}


def test_the_primer_numbers_with_a_letter():
    assert checks.chapter_of("book/ko/02-autoencoder.ipynb") == "2"
    assert checks.chapter_of("book/ko/primer-neural-networks.ipynb") == "P"
    assert checks.CAPTION.match("**그림 P.1.** 점.").groups() == ("P", "1")
