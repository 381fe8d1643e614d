"""Running chapters: what is stored, what a failure leaves, and runs with other seeds."""

import contextlib
import sys
from types import SimpleNamespace

import pytest
from jupyter_client.manager import AsyncKernelManager

from tests.tools.conftest import code, notebook_of, text
from tools import shift
from tools.book import BookError, notebook, read_notebook, write_notebook
from tools.parity import parity
from tools.run import LANGUAGE_INFO, check, execute, main, run


def rewrite(root, *cells, metadata=None):
    """Make the Korean notebook of the small chapter hold these cells; return its path."""
    content = notebook_of(*cells)
    content.metadata.update(metadata or {})
    write_notebook(notebook(root, "ko", "01-mean"), content)
    return notebook(root, "ko", "01-mean")


def arguments(**changed):
    return SimpleNamespace(
        **{"names": [], "timeout": 60, "check": False, "seed_offset": 0} | changed
    )


def test_a_run_stores_what_a_reader_needs_and_nothing_else(book):
    path = rewrite(
        book,
        text("title", "# 평균"),
        code("where", "import os, pathlib\nprint(pathlib.Path.cwd().name, os.getpid() > 0)"),
        code("empty", ""),
        code(
            "progress",
            "import sys\nfrom tqdm import tqdm\n"
            "print(sum(tqdm(range(5))))\nprint('two', flush=True)\nprint('lines')",
            execution={"iopub.status.busy": "2020-01-01T00:00:00Z"},
            tags=["kept"],
        ),
        code("value", "6 * 7"),
        metadata={
            "widgets": {"x": 1},
            "kernelspec": {"name": "old", "display_name": "Old"},
            "language_info": {"name": "python", "version": "3.11.7"},
        },
    )
    run(book, "01-mean")
    content = read_notebook(path)
    cells = {cell.id: cell for cell in content.cells}
    assert cells["where"].outputs[0].text == "ko True\n"  # ran in the notebook's own folder
    assert [(o.name, o.text) for o in cells["progress"].outputs] == [("stdout", "10\ntwo\nlines\n")]
    assert cells["value"].outputs[0].data == {"text/plain": "42"}
    assert [cells[one].execution_count for one in ("where", "progress", "value")] == [1, 2, 3]
    assert cells["value"].outputs[0].execution_count == 3
    assert cells["empty"].execution_count is None
    assert cells["progress"].metadata == {"tags": ["kept"]}
    assert set(content.metadata) == {"kernelspec", "language_info"}
    assert content.metadata.kernelspec.name == "python3"
    assert content.metadata.language_info == LANGUAGE_INFO
    assert f"{sys.version_info.major}.{sys.version_info.minor}." not in str(content.metadata)
    english = {c.id: c for c in read_notebook(notebook(book, "en", "01-mean")).cells}
    assert english["progress"] == cells["progress"]
    assert english["title"].source.startswith("# The mean")
    assert "outputs differ" not in [finding.what for finding in parity(book)]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise RuntimeError('too hot')", "cell 'faulty' failed(.|\n)*too hot(.|\n)*no network"),
        ("import os\nos._exit(3)", "cell 'faulty' failed(.|\n)*died"),
        ("import time\ntime.sleep(60)", "cell 'faulty' failed(.|\n)*time"),
    ],
    ids=["raises", "ends the kernel", "takes too long"],
)
def test_a_failing_cell_is_named_and_leaves_both_files_untouched(book, source, message):
    """The reason may stand in what the first cell printed."""
    rewrite(book, code("setup", "print('no network')"), code("faulty", source))
    paths = [notebook(book, language, "01-mean") for language in ("ko", "en")]
    before = [path.read_bytes() for path in paths]
    with pytest.raises(BookError, match=message):
        run(book, "01-mean", timeout=2)
    assert [path.read_bytes() for path in paths] == before


@pytest.mark.parametrize("source", ["2 + 2", "1 / 0"])
def test_a_kernel_that_was_given_ends_with_its_run(book, source):
    manager = AsyncKernelManager()
    with contextlib.suppress(BookError):
        execute(rewrite(book, code("only", source)), manager=manager)
    assert not manager.has_kernel


def test_the_other_chapters_run_when_one_fails(book, capsys):
    rewrite(book, code("faulty", "1 / 0"))
    write_notebook(notebook(book, "ko", "02-sum"), notebook_of(code("fine", "print(5)")))
    assert main(arguments(), book) == 1
    assert "cell 'faulty' failed" in capsys.readouterr().err
    cells = read_notebook(notebook(book, "en", "02-sum")).cells
    assert cells[0].outputs[0].text == "5\n"


SEEDS = """
import torch
from torch import randn
def drawn(seed):
    return randn(3, generator=torch.Generator("cpu").manual_seed(seed)).tolist()
torch.manual_seed(0)
print(torch.initial_seed(), torch.Generator().manual_seed(4).initial_seed(), drawn(0))
from course_lib.runtime import seed_everything
seed_everything(0)
print(randn(3).tolist())
"""


def test_a_check_shifts_the_seeds_of_torch_and_stores_nothing(book):
    torch = pytest.importorskip("torch")
    path = rewrite(book, code("seeds", SEEDS))
    before = path.read_bytes()
    drawn = torch.randn(3, generator=torch.Generator().manual_seed(2)).tolist()
    output = execute(path, first=shift.cell(2)).cells[1].outputs[0].text
    assert output == f"2 6 {drawn}\n{drawn}\n"
    assert path.read_bytes() == before


def test_a_check_finds_an_assert_that_only_one_seed_holds(book):
    path = rewrite(
        book, code("lucky", "import torch\nassert torch.manual_seed(0).initial_seed() == 0")
    )
    before = path.read_bytes()
    check(book, "01-mean")
    with pytest.raises(BookError, match="cell 'lucky' failed"):
        check(book, "01-mean", offset=1)
    assert path.read_bytes() == before
    with pytest.raises(BookError, match="--seed-offset goes with --check"):
        main(arguments(seed_offset=2), book)
