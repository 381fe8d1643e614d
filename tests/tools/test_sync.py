"""Syncing: code and order come over from Korean, texts in English stay."""

import nbformat
import pytest

from tests.tools.conftest import code, text
from tools.book import notebook, read_notebook, write_notebook
from tools.parity import parity
from tools.sync import UNTRANSLATED, sync


def edit(root, language, change):
    """Apply ``change`` to the list of cells of the small chapter and write it."""
    path = notebook(root, language, "01-mean")
    content = read_notebook(path)
    change(content.cells)
    write_notebook(path, content)


def english(root):
    return {cell.id: cell for cell in read_notebook(notebook(root, "en", "01-mean")).cells}


def test_nothing_to_do_leaves_the_file_alone(book):
    path = notebook(book, "en", "01-mean")
    before = path.stat().st_mtime_ns
    report = sync(book, "01-mean")
    assert path.stat().st_mtime_ns == before
    assert report.changed == report.untranslated == report.dropped == []
    assert report.kept == ["title", "sum-text", "sum-caption"]


def test_code_outputs_counts_and_tags_come_over_and_prose_stays(book):
    def change(cells):
        output = nbformat.v4.new_output("stream", text="3\n")
        cells[3].update(source="print(3)", execution_count=2, outputs=[output])
        cells[3].metadata.tags = ["hide-cell"]
        cells[2].metadata.tags = ["key"]

    edit(book, "ko", change)
    prose = english(book)["sum-text"].source
    assert parity(book)
    assert sync(book, "01-mean").changed == ["sum"]
    cell = english(book)["sum"]
    assert (cell.source, cell.execution_count, cell.outputs[0].text) == ("print(3)", 2, "3\n")
    assert cell.metadata.tags == ["hide-cell"]
    assert english(book)["sum-text"].source == prose
    assert english(book)["sum-text"].metadata.tags == ["key"]
    assert parity(book) == []


def test_a_new_text_comes_over_marked_and_parity_rejects_it_until_it_is_translated(book):
    edit(book, "ko", lambda cells: cells.append(text("end", "## 끝\n\n여기까지입니다.")))
    for _ in range(2):  # the mark does not pile up, and the report does not forget
        report = sync(book, "01-mean")
        assert report.untranslated == ["end"]
        assert english(book)["end"].source == f"{UNTRANSLATED}\n## 끝\n\n여기까지입니다."
        assert [finding.cell for finding in parity(book)] == ["end"]
    assert "to translate: end" in str(report)
    edit(book, "en", lambda cells: cells[-1].update(source="## The end\n\nThis is where it ends."))
    assert parity(book) == []


def test_order_and_kinds_follow_korean_and_what_it_dropped_is_named(book):
    edit(book, "ko", lambda cells: cells.insert(1, code(cells.pop(4).id, "total")))
    edit(book, "en", lambda cells: cells.append(text("stale", "An old paragraph.")))
    report = sync(book, "01-mean")
    assert list(english(book)) == ["title", "sum-caption", "setup", "sum-text", "sum"]
    assert english(book)["sum-caption"].cell_type == "code"
    assert report.dropped == ["stale"]
    assert "dropped: stale" in str(report)
    assert parity(book) == []


def test_a_missing_english_notebook_is_made(book):
    notebook(book, "en", "01-mean").unlink()
    assert sync(book, "01-mean").untranslated == ["title", "sum-text", "sum-caption"]
    assert list(english(book)) == ["title", "setup", "sum-text", "sum", "sum-caption"]


def test_a_failed_write_leaves_the_english_file_as_it_was(book, monkeypatch):
    edit(book, "ko", lambda cells: cells[3].update(source="print(3)"))
    path = notebook(book, "en", "01-mean")
    before = path.read_bytes()

    def full(*args):
        raise OSError("no space left")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="no space"):
        sync(book, "01-mean")
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == ["01-mean.ipynb", "glossary.md"]
