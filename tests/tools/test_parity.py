"""Every difference between the languages is found, and where they may differ none is."""

import nbformat
import pytest

from tests.tools.conftest import edit
from tools.book import BookError, notebook
from tools.parity import compare_text, parity


def replaced(cell_id, old, new):
    """Return a change of one cell's text."""

    def change(chapter):
        cell = next(cell for cell in chapter.cells if cell.id == cell_id)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


CAPTIONS = "captions and exercises"
OUTPUT = nbformat.v4.new_output("stream", text="2\n")
RAW = nbformat.v4.new_raw_cell("x", id="sum-text")
# What is changed in the English chapter, the cell that is named, and how the finding begins.
PLANTED = [
    (replaced("sum-text", "## A", "### A"), "sum-text", "heading levels"),
    (replaced("sum-text", "x + y = 2", "x - y = 2"), "sum-text", "equations"),
    (replaced("sum-text", "tag{1.1}", "tag{1.2}"), "sum-text", "equations"),
    (replaced("sum-text", "$y$", "$z$"), "sum-text", "formulas in the text"),
    (replaced("sum-text", "admonition note", "admonition tip"), "sum-text", "admonitions"),
    (replaced("title", "[glossary](glossary.md#mean)", "glossary"), "title", "links"),
    (replaced("sum-caption", "Figure 1.1", "Figure 1.2"), "sum-caption", CAPTIONS),
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
    findings = parity(book)
    assert any(f.cell == cell and f.what.startswith(what) for f in findings), findings
    assert all(str(f).startswith("01-mean.ipynb: ") for f in findings)


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
    assert [str(finding) for finding in parity(book)] == [
        "01-mean.ipynb: (page): only in ko",
        "running.md: (page): only in ko",
        "02-median.ipynb: (page): only in en",
        "glossary.md: (page): formulas in the text: number 1 is nothing in ko, 'x' in en "
        "(0 in ko, 1 in en)",
    ]
    with pytest.raises(BookError, match="tools sync 01-mean"):
        parity(book, ["01-mean"])
