"""Chapters are found, read, run and stored whole or not at all; and run with other seeds."""

import re
from types import SimpleNamespace

import pytest
from jupyter_client.manager import AsyncKernelManager

from tests.tools.conftest import code, files, notebook_of, text
from tools.book import BookError, chapters, notebook, read_notebook, write_notebook, write_text
from tools.parity import parity
from tools.run import KERNELSPEC, LANGUAGE_INFO, check, execute, main, run

PROGRESS = """
from tqdm import tqdm
print(sum(tqdm(range(5))))
print('two', flush=True)
print('lines')
"""
SEEDS = """
import torch
from course_lib.runtime import seed_everything
found = [torch.manual_seed(0).initial_seed(), torch.Generator("cpu").manual_seed(4).initial_seed()]
seed_everything(7)
found.append(torch.initial_seed())
assert found == [0, 4, 7], found
"""


def rewrite(root, *cells):
    """Make the Korean notebook of the small chapter hold these cells; return its path."""
    path = notebook(root, "ko", "01-mean")
    write_notebook(path, notebook_of(*cells))
    return path


def test_chapters_are_found_by_name_file_or_path(book):
    assert chapters(book, ["01-mean.ipynb", "book/ko/01-mean.ipynb"]) == ["01-mean", "01-mean"]
    with pytest.raises(BookError, match="'02-median'.*01-mean"):
        chapters(book, ["02-median"])


@pytest.mark.parametrize(("other", "said"), [("", "no id"), ("setup", "two cells .* 'setup'")])
def test_cells_without_an_id_of_their_own_are_refused(book, other, said):
    path = notebook(book, "ko", "01-mean")
    path.write_text(path.read_text("utf8").replace('"id": "sum"', f'"id": "{other}"'), "utf8")
    with pytest.raises(BookError, match=said):
        read_notebook(path)


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    def interrupted(*paths):
        raise KeyboardInterrupt

    write_text(tmp_path / "page.md", "before")
    monkeypatch.setattr("os.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "page.md", "after")
    assert files(tmp_path) == {tmp_path / "page.md": b"before"}


def test_a_run_stores_what_a_reader_needs_and_nothing_else(book, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE")  # which all of pytest has
    path = rewrite(
        book,
        text("title", "# 평균"),
        code("where", "import pathlib\nprint(pathlib.Path.cwd().name)"),
        code("progress", PROGRESS, execution={"iopub.status.busy": "2020"}, tags=["kept"]),
        code("value", "6 * 7"),
    )
    run(book, "01-mean")
    content = read_notebook(path)
    assert content.metadata == {"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO}
    title, where, progress, value = content.cells
    assert where.outputs[0].text == "ko\n"  # ran in the notebook's own folder
    assert [(o.name, o.text) for o in progress.outputs] == [("stdout", "10\ntwo\nlines\n")]
    assert value.outputs[0].data == {"text/plain": "42"}
    assert [cell.execution_count for cell in (where, progress, value)] == [1, 2, 3]
    assert progress.metadata == {"tags": ["kept"]}
    english = read_notebook(notebook(book, "en", "01-mean"))
    assert english.cells[1:] == content.cells[1:]
    assert english.cells[0].source.startswith("# The mean")
    assert "outputs differ" not in [finding.what for finding in parity(book)]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise RuntimeError('too hot')", "too hot(.|\n)*no network"),
        ("import os\nos._exit(3)", "died"),
        ("import time\ntime.sleep(60)", "timed out"),
    ],
    ids=["raises", "ends the kernel", "takes too long"],
)
def test_a_failing_cell_is_named_and_nothing_is_stored_of_it(book, capsys, source, message):
    """The reason may stand in what the first cell printed. The other chapters run."""
    rewrite(book, code("setup", "print('no network')"), code("faulty", source))
    before = files(book)
    write_notebook(notebook(book, "ko", "02-sum"), notebook_of(code("fine", "print(5)")))
    assert main(SimpleNamespace(names=[], timeout=5, check=False, seed_offset=0), book) == 1
    assert re.search(f"cell 'faulty' failed(.|\n)*{message}", capsys.readouterr().err)
    after = files(book)
    assert {path: after[path] for path in before} == before
    assert read_notebook(notebook(book, "en", "02-sum")).cells[0].outputs[0].text == "5\n"


def test_a_kernel_that_was_given_ends_with_its_run(book):
    manager = AsyncKernelManager()
    with pytest.raises(BookError):
        execute(rewrite(book, code("only", "1 / 0")), manager=manager)
    assert not manager.has_kernel


def test_a_check_finds_an_assert_that_only_one_seed_holds_and_stores_nothing(book):
    rewrite(book, code("lucky", SEEDS))
    before = files(book)
    check(book, "01-mean")
    with pytest.raises(BookError, match=r"cell 'lucky' failed(.|\n)*\[2, 6, 9\]"):
        check(book, "01-mean", offset=2)
    assert files(book) == before
