"""Syncing: code and order come over from Korean, texts in English stay."""

from nbformat.v4 import new_output

from tests.tools.conftest import code, edit, text
from tools.book import notebook, read_notebook
from tools.parity import parity
from tools.sync import UNTRANSLATED, sync


def english(root):
    return {cell.id: cell for cell in read_notebook(notebook(root, "en", "01-mean")).cells}


def test_code_outputs_order_and_tags_come_over_and_prose_stays(book):
    def change(chapter):
        output = new_output("stream", text="3\n")
        chapter.cells[3].update(source="print(3)", execution_count=2, outputs=[output])
        chapter.cells[3].metadata.tags = ["hide-cell"]
        chapter.cells[2].metadata.tags = ["key"]
        chapter.cells.insert(1, code(chapter.cells.pop(4).id, "total"))

    prose = english(book)["sum-text"].source
    edit(book, "ko", change)
    edit(book, "en", lambda chapter: chapter.cells.append(text("stale", "An old paragraph.")))
    report = str(sync(book, "01-mean"))
    assert report == "2 code cells changed; 2 translations kept; dropped: stale"
    assert list(english(book)) == ["title", "sum-caption", "setup", "sum-text", "sum"]
    cell = english(book)["sum"]
    assert (cell.source, cell.execution_count, cell.outputs[0].text) == ("print(3)", 2, "3\n")
    assert cell.metadata.tags == ["hide-cell"]
    assert english(book)["sum-text"].source == prose
    assert english(book)["sum-text"].metadata.tags == ["key"]
    assert parity(book) == []


def test_a_new_text_comes_over_marked_and_parity_rejects_it_until_it_is_translated(book):
    edit(book, "ko", lambda chapter: chapter.cells.append(text("end", "## 끝\n\n끝입니다.")))
    for _ in range(2):  # the mark does not pile up, and the report does not forget
        assert "to translate: end" in str(sync(book, "01-mean"))
        assert english(book)["end"].source == f"{UNTRANSLATED}\n## 끝\n\n끝입니다."
        assert [finding.cell for finding in parity(book)] == ["end"]
    edit(book, "en", lambda chapter: chapter.cells[-1].update(source="## The end\n\nIt ends."))
    assert parity(book) == []


def test_a_missing_english_notebook_is_made(book):
    notebook(book, "en", "01-mean").unlink()
    assert "to translate: title, sum-text, sum-caption" in str(sync(book, "01-mean"))
    assert list(english(book)) == ["title", "setup", "sum-text", "sum", "sum-caption"]
