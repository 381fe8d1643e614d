"""A small book in a temporary folder, for the tests of the authoring tools."""

import nbformat
import pytest

from tools.book import notebook, read_notebook, write_notebook
from tools.repository import setup_cell

ADDRESS = "https://github.com/example-org/small-book"


def code(cell_id, source, **metadata):
    return nbformat.v4.new_code_cell(source, id=cell_id, metadata=metadata)


def text(cell_id, source):
    return nbformat.v4.new_markdown_cell(source, id=cell_id)


def notebook_of(*cells):
    return nbformat.v4.new_notebook(cells=list(cells))


def edit(root, language, change):
    """Apply a change to the small chapter in a language."""
    path = notebook(root, language, "01-mean")
    content = read_notebook(path)
    change(content)
    write_notebook(path, content)


def files(root):
    """Return what every file below the root holds, to see whether any has changed."""
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


EQUATION = "\n\n$$x + y = 2 \\tag{1.1}$$\n\n"
NOTE = '\n\n<div class="admonition note">\n\nxyz\n\n</div>'
TEXTS = {  # of the small chapter: its title, a section, a caption
    "ko": (
        "# 평균\n\n두 수를 더합니다. [용어](glossary.md#mean)를 함께 봅니다.",
        f"## 더하기\n\n$x$와 $y$를 더하면{EQUATION}입니다.{NOTE}",
        "**그림 1.1.** 합을 봅니다.\n\n**연습 1.1.** 다시 더해 봅니다.",
    ),
    "en": (
        "# The mean\n\nWe add two numbers; see the [glossary](glossary.md#mean).",
        f"## Adding\n\nThe sum of $y$ and $x$ is{EQUATION}as we see.{NOTE}",
        "**Figure 1.1.** Look at the sum.\n\n**Exercise 1.1.** Add it again.",
    ),
}
PART = """  - file: book/{0}/index
    subtrees:
      - caption: {1}
        sections:
          - file: book/{0}/01-mean
          - file: book/{0}/glossary
"""
TABLES = "| - | - |\n| [1. Mean](01-mean.ipynb) | sums |\n\n| 1 | [week](01-mean.ipynb) |\n"
FILES = {
    "book/ko/glossary.md": "# 용어\n\n- 평균(mean)\n",
    "book/en/glossary.md": "# Glossary\n\n- mean (평균)\n",
    "book/ko/instructors.md": TABLES,
    "book/en/instructors.md": TABLES,
    "book/_static/home/01-mean.png": "",
    "_config.yml": f"title: Small  # kept\nrepository:\n  url: {ADDRESS}\n  branch: main\n",
    "_toc.yml": "# kept\nroot: index\nchapters:\n"
    + PART.format("ko", "1부. 시작")
    + PART.format("en", "Part 1. Start"),
    "README.md": f"""[Colab](https://colab.research.google.com/github/example-org/small-book/blob/main/x)
git clone {ADDRESS}
cd small-book
https://example-org.github.io/small-book/
| 1. The mean | [x](http://a/book/ko/01-mean.ipynb) | [x](http://a/book/en/01-mean.ipynb) |
""",
}


@pytest.fixture
def book(tmp_path):
    """Return the root of a book of one chapter, 01-mean, and two pages."""
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, "utf8")
    for language, (title, section, caption) in TEXTS.items():
        chapter = notebook_of(
            text("title", title),
            code("setup", setup_cell(ADDRESS)),
            text("sum-text", section),
            code("sum", "total = 1 + 1\nprint(total)", tags=["shown"]),
            text("sum-caption", caption),
        )
        chapter.metadata["course"] = {"part": 1}
        write_notebook(notebook(tmp_path, language, "01-mean"), chapter)
    return tmp_path
