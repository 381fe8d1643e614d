import json

import pytest

from tools.book import BookError, notebook, read_notebook, write_notebook
from tools.parity import compare_text, parity, stray_hangul


def test_a_faithful_translation_has_no_findings(book):
    assert parity(book) == []
    assert parity(book, ["01-mean"]) == []


def replaced(cell_id, old, new):
    """Return a change of one English cell's text."""

    def change(cells):
        cell = next(cell for cell in cells if cell.id == cell_id)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


PLANTED = {
    "heading level": (replaced("sum-text", "## A", "### A"), "sum-text", "heading levels"),
    "lost heading": (replaced("sum-text", "## Adding", "Adding"), "sum-text", "heading levels"),
    "equation": (replaced("sum-text", "x + y = 2", "x - y = 2"), "sum-text", "equations"),
    "space in an equation": (replaced("sum-text", "x + y", "x+y"), "sum-text", "equations"),
    "equation number": (replaced("sum-text", "tag{1.1}", "tag{1.2}"), "sum-text", "equations"),
    "formula": (replaced("sum-text", "$y$", "$z$"), "sum-text", "formulas in the text"),
    "admonition": (
        replaced("sum-text", "admonition note", "admonition tip"),
        "sum-text",
        "admonitions",
    ),
    "link": (replaced("title", "#mean", "#median"), "title", "links"),
    "lost link": (replaced("title", "[glossary](glossary.md#mean)", "glossary"), "title", "links"),
    "caption": (
        replaced("sum-caption", "Figure 1.1", "Figure 1.2"),
        "sum-caption",
        "captions and exercises",
    ),
    "caption of another kind": (
        replaced("sum-caption", "Figure 1.1", "Table 1.1"),
        "sum-caption",
        "captions and exercises",
    ),
    "exercise": (
        replaced("sum-caption", "**Exercise 1.1.** ", ""),
        "sum-caption",
        "captions and exercises",
    ),
    "details": (
        replaced("title", "We add", "<details><summary>x</summary></details> We add"),
        "title",
        "HTML elements",
    ),
    "code block": (replaced("title", "We add", "```\nx\n```\nWe add"), "title", "code blocks"),
    "Korean left over": (
        replaced("title", "We add two", "We add 두 수 two"),
        "title",
        "Korean in the English text",
    ),
    "numbered list": (replaced("title", "We add", "1. x\n\nWe add"), "title", "numbered lists"),
    "code": (replaced("sum", "1 + 1", "1 + 2"), "sum", "code differs"),
    "outputs": (
        lambda cells: cells[3].update(
            outputs=[{"output_type": "stream", "name": "stdout", "text": "2\n"}]
        ),
        "sum",
        "outputs differ",
    ),
    "execution count": (lambda cells: cells[3].update(execution_count=7), "sum", "execution count"),
    "tags": (lambda cells: cells[3].metadata.update(tags=[]), "sum", "tags"),
    "tags of a text": (lambda cells: cells[2].metadata.update(tags=["x"]), "sum-text", "tags"),
    "missing cell": (lambda cells: cells.pop(), "sum-caption", "only in ko"),
    "order": (lambda cells: cells.insert(0, cells.pop(2)), "(order)", "number 1"),
    "id": (lambda cells: cells[2].update(id="other"), "other", "only in en"),
    "kind of cell": (
        lambda cells: cells.__setitem__(
            2, {"cell_type": "raw", "id": "sum-text", "metadata": {}, "source": "x"}
        ),
        "sum-text",
        "kind of cell",
    ),
}


@pytest.mark.parametrize(("change", "cell", "what"), PLANTED.values(), ids=PLANTED.keys())
def test_every_planted_difference_is_found_in_its_cell(book, change, cell, what):
    path = notebook(book, "en", "01-mean")
    content = read_notebook(path)
    change(content.cells)
    path.write_text(json.dumps(content), "utf8")
    findings = parity(book)
    assert any(f.cell == cell and f.what.startswith(what) for f in findings), findings
    assert all(f.page == "01-mean.ipynb" for f in findings)
    assert str(findings[0]).startswith("01-mean.ipynb: ")


def test_metadata_of_the_notebook_is_compared(book):
    path = notebook(book, "en", "01-mean")
    content = read_notebook(path)
    content.metadata.title = "Mean"
    write_notebook(path, content)
    assert [finding.cell for finding in parity(book)] == ["(metadata)"]


def in_both(book, change):
    for language in ("ko", "en"):
        path = notebook(book, language, "01-mean")
        content = read_notebook(path)
        change(content.cells, language)
        write_notebook(path, content)


def test_words_within_equations_may_differ(book):
    words = {"ko": "단, 모든", "en": "for all"}

    def change(cells, language):
        cells[2].source = cells[2].source.replace("= 2", rf"= 2 \text{{{words[language]}}} x")

    in_both(book, change)
    assert parity(book) == []


def test_korean_that_is_not_korean_is_found(book):
    in_both(book, lambda cells, _: cells[0].update(source="# Mean\n\nNobody translated this text."))
    assert [finding.what for finding in parity(book)] == ["the Korean text has no Korean in it"]


def test_korean_that_is_marked_as_such_is_no_difference():
    assert list(compare_text("글자 각", 'the letter <span lang="ko">각</span>')) == []
    assert list(compare_text("글자 각", "the letter 각"))


def test_korean_in_shared_code_is_found(book):
    in_both(book, lambda cells, _: cells[3].update(source='print(word("한글"))'))
    assert parity(book) == []  # letters are data
    in_both(book, lambda cells, _: cells[3].update(source="print(2)  # 합"))
    assert [f.what for f in parity(book)] == ["Korean in code, which both languages share"]


def test_links_into_the_language_of_the_page_agree(book):
    def change(cells, language):
        cells[0].source += f" [x](https://example.com/book/{language}/01-mean.html)"

    in_both(book, change)
    assert parity(book) == []


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


@pytest.mark.parametrize(
    "text",
    [
        "An autoencoder (오토인코더) compresses.",
        "Read it in [한국어](../ko/index.md).",
        "Run `print('안녕')`.",
        '<span lang="ko">군집</span> is the Korean word.',
        "Nothing Korean at all.",
    ],
)
def test_korean_has_its_places_in_english(text):
    assert stray_hangul(text) is None


@pytest.mark.parametrize("text", ["An 오토인코더 compresses.", "군집\n", "K-means는 fast."])
def test_korean_elsewhere_in_english_is_stray(text):
    assert stray_hangul(text)
