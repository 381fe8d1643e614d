"""The two languages: parity finds every difference, and sync brings over what is shared."""

import pytest
from nbformat.v4 import new_output, new_raw_cell

from tests.tools.conftest import code, edit, text
from tools.book import BookError, notebook, read_notebook
from tools.parity import compare_text, parity
from tools.sync import UNTRANSLATED, sync


def replaced(cell_id, old, new):
    """Return a change of one cell's text."""

    def change(chapter):
        cell = next(cell for cell in chapter.cells if cell.id == cell_id)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


OUTPUT = new_output("stream", text="2\n")
RAW = new_raw_cell("x", id="sum-text")
# What is changed in the English chapter, the cell that is named, and how the finding begins.
PLANTED = [
    (replaced("sum-text", "## A", "### A"), "sum-text", "heading levels"),
    (replaced("sum-text", "tag{1.1}", "tag{1.2}"), "sum-text", "equations"),
    (replaced("sum-text", "$y$", "$z$"), "sum-text", "formulas in the text"),
    (replaced("sum-text", "admonition note", "admonition tip"), "sum-text", "admonitions"),
    (replaced("title", "[glossary](glossary.md#mean)", "glossary"), "title", "links"),
    (replaced("sum-caption", "Figure 1.1", "Figure 1.2"), "sum-caption", "captions"),
    (replaced("title", "We", "<details><summary>x</summary></details> We"), "title", "HTML"),
    (replaced("title", "We add", "```\nx\n```\nWe add"), "title", "code blocks"),
    (replaced("title", "We add", "1. x\n\nWe add"), "title", "numbered lists"),
    (replaced("title", "We add", "We add 두 수"), "title", "Korean in the English text"),
    (replaced("sum", "1 + 1", "1 + 2"), "sum", "code differs"),
    (lambda one: one.cells[3].update(outputs=[OUTPUT]), "sum", "outputs differ"),
    (lambda one: one.cells[3].update(execution_count=7), "sum", "execution count"),
    (lambda one: one.cells[2].metadata.update(tags=["x"]), "sum-text", "tags"),
    (lambda one: one.cells.pop(), "sum-caption", "only in ko"),
    (lambda one: one.cells[2].update(id="other"), "other", "only in en"),
    (lambda one: one.cells.insert(0, one.cells.pop(2)), "(order)", "number 1"),
    (lambda one: one.cells.__setitem__(2, RAW), "sum-text", "kind of cell"),
    (lambda one: one.metadata.update(title="Mean"), "(metadata)", "the notebooks' metadata"),
]


@pytest.mark.parametrize(("change", "cell", "what"), PLANTED)
def test_every_planted_difference_is_found_in_its_cell(book, change, cell, what):
    assert parity(book) == parity(book, ["01-mean"]) == []
    edit(book, "en", change)
    found = [one.what for one in parity(book) if one.cell == cell]
    assert any(one.startswith(what) for one in found), found


def test_what_both_languages_say_may_be_wrong_too(book):
    for language in ("ko", "en"):
        edit(book, language, replaced("sum", "print(total)", 'print("한글")'))
    assert parity(book) == []  # letters are data
    for language in ("ko", "en"):
        edit(book, language, replaced("sum", 'print("한글")', "print(total)  # 합"))
    assert [one.what for one in parity(book)] == ["Korean in code, which both languages share"]
    text = "Nobody translated this text."
    assert list(compare_text(text, text)) == ["the Korean text has no Korean in it"]


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        (r"$$x \text{단, \emph{모든}} y$$", r"$$x \text{for all} y$$"),
        ("$x$와 $y$, 또 $x$", "$y$ and $x$"),
        ("[한](https://e.com/book/ko/01.html)", "[x](https://e.com/book/en/01.html)"),
        ("글자 각", 'the letter <span lang="ko">각</span>'),
        ("오토인코더", "An autoencoder (오토인코더) compresses."),
        ("[영어](../en/index.md)", "Read it in [한국어](../ko/index.md)."),
        ("`print('안녕')`을", "Run `print('안녕', $5)`. <!-- # $x$ -->"),
        ("군집", "Nothing Korean at all."),
    ],
)
def test_what_languages_say_differently_is_no_difference(korean, english):
    assert list(compare_text(korean, english)) == []


def test_pages_are_compared_like_cells_and_one_in_one_language_only_is_found(book):
    (book / "book/ko/running.md").write_text("실행", "utf8")
    (book / "book/en/glossary.md").write_text("# Glossary\n\n- mean $x$ (평균)\n", "utf8")
    english = notebook(book, "en", "01-mean")
    english.rename(english.with_stem("02-median"))
    assert [(one.page, one.what.split(":")[0]) for one in parity(book)] == [
        ("01-mean.ipynb", "only in ko"),
        ("running.md", "only in ko"),
        ("02-median.ipynb", "only in en"),
        ("glossary.md", "formulas in the text"),
    ]
    with pytest.raises(BookError, match="tools sync 01-mean"):
        parity(book, ["01-mean"])


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
