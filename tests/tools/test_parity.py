"""Every difference between the languages is found, and where they may differ none is."""

import json

import pytest

from tools.book import BookError, notebook, read_notebook, write_notebook
from tools.parity import compare_text, parity, stray_hangul


def replaced(cell_id, old, new):
    """Return a change of one cell's text."""

    def change(cells):
        cell = next(cell for cell in cells if cell.id == cell_id)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def edit(book, change, languages=("en",)):
    for language in languages:
        path = notebook(book, language, "01-mean")
        content = read_notebook(path)
        change(content.cells)
        path.write_text(json.dumps(content), "utf8")


CAPTIONS = "captions and exercises"
OUTPUT = {"output_type": "stream", "name": "stdout", "text": "2\n"}
RAW = {"cell_type": "raw", "id": "sum-text", "metadata": {}, "source": "x"}
# What is changed in the English chapter, the cell that is named, and how the finding begins.
PLANTED = [
    (replaced("sum-text", "## A", "### A"), "sum-text", "heading levels"),
    (replaced("sum-text", "## Adding", "Adding"), "sum-text", "heading levels"),
    (replaced("sum-text", "x + y = 2", "x - y = 2"), "sum-text", "equations"),
    (replaced("sum-text", "x + y", "x+y"), "sum-text", "equations"),
    (replaced("sum-text", "tag{1.1}", "tag{1.2}"), "sum-text", "equations"),
    (replaced("sum-text", "$y$", "$z$"), "sum-text", "formulas in the text"),
    (replaced("sum-text", "admonition note", "admonition tip"), "sum-text", "admonitions"),
    (replaced("title", "#mean", "#median"), "title", "links"),
    (replaced("title", "[glossary](glossary.md#mean)", "glossary"), "title", "links"),
    (replaced("sum-caption", "Figure 1.1", "Figure 1.2"), "sum-caption", CAPTIONS),
    (replaced("sum-caption", "Figure 1.1", "Table 1.1"), "sum-caption", CAPTIONS),
    (replaced("sum-caption", "**Exercise 1.1.** ", ""), "sum-caption", CAPTIONS),
    (replaced("title", "We", "<details><summary>x</summary></details> We"), "title", "HTML"),
    (replaced("title", "We add", "```\nx\n```\nWe add"), "title", "code blocks"),
    (replaced("title", "We add", "1. x\n\nWe add"), "title", "numbered lists"),
    (replaced("title", "We add", "We add 두 수"), "title", "Korean in the English text"),
    (replaced("sum", "1 + 1", "1 + 2"), "sum", "code differs"),
    (lambda cells: cells[3].update(outputs=[OUTPUT]), "sum", "outputs differ"),
    (lambda cells: cells[3].update(execution_count=7), "sum", "execution count"),
    (lambda cells: cells[3].metadata.update(tags=[]), "sum", "tags"),
    (lambda cells: cells[2].metadata.update(tags=["x"]), "sum-text", "tags"),
    (lambda cells: cells.pop(), "sum-caption", "only in ko"),
    (lambda cells: cells.insert(0, cells.pop(2)), "(order)", "number 1"),
    (lambda cells: cells[2].update(id="other"), "other", "only in en"),
    (lambda cells: cells.__setitem__(2, RAW), "sum-text", "kind of cell"),
]


@pytest.mark.parametrize(("change", "cell", "what"), PLANTED)
def test_every_planted_difference_is_found_in_its_cell(book, change, cell, what):
    assert parity(book) == parity(book, ["01-mean"]) == []
    edit(book, change)
    findings = parity(book)
    assert any(f.cell == cell and f.what.startswith(what) for f in findings), findings
    assert all(str(f).startswith("01-mean.ipynb: ") for f in findings)


def test_metadata_of_the_notebook_is_compared(book):
    path = notebook(book, "en", "01-mean")
    content = read_notebook(path)
    content.metadata.title = "Mean"
    write_notebook(path, content)
    assert [finding.cell for finding in parity(book)] == ["(metadata)"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (replaced("sum", "print(total)", 'print(word("한글"))'), []),  # letters are data
        (
            replaced("sum", "print(total)", "print(2)  # 합"),
            ["Korean in code, which both languages share"],
        ),
        (
            lambda cells: cells[0].update(source="# Mean\n\nNobody translated this text."),
            ["the Korean text has no Korean in it"],
        ),
    ],
)
def test_what_both_languages_say_may_be_wrong_too(book, change, found):
    edit(book, change, ("ko", "en"))
    assert [finding.what for finding in parity(book)] == found


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        (r"$$x \text{단, 모든} y$$", r"$$x \text{for all} y$$"),
        ("[한](https://e.com/book/ko/01.html)", "[x](https://e.com/book/en/01.html)"),
        ("글자 각", 'the letter <span lang="ko">각</span>'),
        ("오토인코더", "An autoencoder (오토인코더) compresses."),
        ("[영어](../en/index.md)", "Read it in [한국어](../ko/index.md)."),
        ("`print('안녕')`을", "Run `print('안녕')`."),
        ("군집", "Nothing Korean at all."),
    ],
)
def test_what_languages_say_differently_is_no_difference(korean, english):
    assert list(compare_text(korean, english)) == []


@pytest.mark.parametrize("text", ["An 오토인코더 compresses.", "군집\n", "K-means는 fast."])
def test_korean_elsewhere_in_english_is_stray(text):
    assert stray_hangul(text)
    assert list(compare_text("글", text))


@pytest.mark.parametrize(
    ("english", "what"),
    [
        ("# Glossary\n\n## Extra\n\n- mean (평균)\n", "heading levels"),
        ("# Glossary\n\n- [mean](https://example.com) (평균)\n", "links"),
        ("# Glossary\n\n- mean $x$ (평균)\n", "formulas"),
        ("# Glossary\n\n$$x$$\n\n- mean (평균)\n", "equations"),
    ],
)
def test_pages_are_compared_like_cells(book, english, what):
    (book / "book/en/glossary.md").write_text(english, "utf8")
    findings = parity(book)
    assert [finding.page for finding in findings] == ["glossary.md"]
    assert findings[0].what.startswith(what)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("page", ["running.md", "02-median.ipynb"])
def test_a_page_in_one_language_only_is_found(book, language, page):
    source = notebook(book, language, "01-mean")
    (book / "book" / language / page).write_bytes(source.read_bytes())
    assert [(f.page, f.what) for f in parity(book)] == [(page, f"only in {language}")]


def test_a_named_chapter_without_english_says_what_to_run(book):
    notebook(book, "en", "01-mean").unlink()
    with pytest.raises(BookError, match="tools sync 01-mean"):
        parity(book, ["01-mean"])
