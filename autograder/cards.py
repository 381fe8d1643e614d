"""The card of an exercise, the last cell of its chapter: what it trains, how long, points, links.

Its text comes from the master's metadata, under ``exercise``: ``title`` and ``trains`` in each
language, and ``minutes``, the shortest and the longest time that it should take.
"""

import nbformat
import yaml

from autograder import build
from tools.book import BookError, chapters, notebook, read_notebook, write_notebook

CELL = "assignment"  # the cell's id


def card(root, name, language):
    """Return the Markdown of an exercise's card."""
    master = read_notebook(build.master_path(root, name))
    about, questions = master.metadata["exercise"], build.questions(master)
    repository = yaml.safe_load((root / "_config.yml").read_text("utf8"))["repository"]
    path = build.student_path(root, name, language).relative_to(root).as_posix()
    text = (build.TEMPLATES / f"card-{language}.txt").read_text("utf8").rstrip()
    return text.format(
        title=about["title"][language],
        trains=about["trains"][language],
        minutes=about["minutes"],
        code=sum(question["points"] for question in questions if not question["manual"]),
        written=sum(question["points"] for question in questions if question["manual"]),
        owner=repository["url"].removeprefix("https://github.com/"),
        path=f"{repository['branch']}/{path}",
    )


def chapter(root, name, language):
    """Return the path of the chapter that an exercise belongs to: that of the same number."""
    found = [one for one in chapters(root) if one.split("-")[0] == name.split("-")[0]]
    if len(found) != 1:
        raise BookError(f"exercise {name!r} needs one chapter of its number, there are {found}")
    return notebook(root, language, found[0])


def write(root, name):
    """Put an exercise's card at the end of its chapter, in both languages."""
    for language in build.LANGUAGES:
        path = chapter(root, name, language)
        content = read_notebook(path)
        source = card(root, name, language)
        if content.cells[-1].id != CELL:
            content.cells.append(nbformat.v4.new_markdown_cell(id=CELL))
        if content.cells[-1].source != source:
            content.cells[-1].source = source
            write_notebook(path, content)
