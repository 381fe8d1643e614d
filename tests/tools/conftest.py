"""A small book in a temporary folder, for the tests of the authoring tools."""

import nbformat
import pytest

from tools.book import notebook, write_notebook
from tools.repository import setup_cell

ADDRESS = "https://github.com/example-org/small-book"


def code(cell_id, source, **metadata):
    """Return a code cell that has not run."""
    return nbformat.v4.new_code_cell(source, id=cell_id, metadata=metadata)


def text(cell_id, source, **metadata):
    """Return a markdown cell."""
    return nbformat.v4.new_markdown_cell(source, id=cell_id, metadata=metadata)


def notebook_of(*cells):
    """Return a notebook of these cells."""
    made = nbformat.v4.new_notebook(cells=list(cells))
    made.nbformat_minor = 5
    return made


# The cells of the small chapter: an id with the text in Korean and in English, or shared code.
CELLS = [
    (
        "title",
        "# 평균\n\n두 수를 더합니다. [용어](glossary.md#mean)를 함께 봅니다.",
        "# The mean\n\nWe add two numbers; see the [glossary](glossary.md#mean).",
    ),
    code("setup", setup_cell(ADDRESS)),
    (
        "sum-text",
        "## 더하기\n\n$x$와 $y$를 더하면\n\n$$x + y = 2 \\tag{1.1}$$\n\n입니다.\n\n"
        '<div class="admonition note">\n\n조심합니다.\n\n</div>',
        "## Adding\n\nThe sum of $y$ and $x$ is\n\n$$x + y = 2 \\tag{1.1}$$\n\n"
        '<div class="admonition note">\n\nTake care with this one.\n\n</div>',
    ),
    code("sum", "total = 1 + 1\nprint(total)", tags=["shown"]),
    (
        "sum-caption",
        "**그림 1.1.** 합을 봅니다.\n\n**연습 1.1.** 다시 더해 봅니다.",
        "**Figure 1.1.** Look at the sum.\n\n**Exercise 1.1.** Add it again.",
    ),
]


@pytest.fixture
def book(tmp_path):
    """Return the root of a book of one chapter, 01-mean, and one page, glossary.md."""
    for number, language in enumerate(("ko", "en"), 1):
        path = notebook(tmp_path, language, "01-mean")
        path.parent.mkdir(parents=True)
        cells = [text(cell[0], cell[number]) if type(cell) is tuple else cell for cell in CELLS]
        write_notebook(path, notebook_of(*cells))
    (tmp_path / "book/ko/glossary.md").write_text("# 용어\n\n- 평균(mean)\n", "utf8")
    (tmp_path / "book/en/glossary.md").write_text("# Glossary\n\n- mean (평균)\n", "utf8")
    (tmp_path / "_config.yml").write_text(
        f"title: Small  # kept\nrepository:\n  url: {ADDRESS}\n  branch: main\n", "utf8"
    )
    part = "  - file: book/{0}/index\n    subtrees:\n      - caption: {1}\n        sections:\n"
    part += "          - file: book/{0}/01-mean\n          - file: book/{0}/glossary\n"
    toc = part.format("ko", "1부. 시작") + part.format("en", "Part 1. Start")
    (tmp_path / "_toc.yml").write_text(f"# kept\nroot: index\nchapters:\n{toc}", "utf8")
    (tmp_path / "README.md").write_text(
        "[Colab](https://colab.research.google.com/github/example-org/small-book/blob/main/x)\n"
        "git clone https://github.com/example-org/small-book\ncd small-book\n"
        "https://example-org.github.io/small-book/\n",
        "utf8",
    )
    return tmp_path
