"""The card of an exercise, the last cell of its chapter: what it trains, how long, points, links.

Its text comes from the master's metadata, under ``exercise``: ``title`` and ``trains`` in each
language, and ``minutes``, the shortest and the longest time that it should take.
"""

import nbformat
import yaml

from autograder import build
from tools.book import BookError, chapters, notebook, read_notebook, write_notebook

CELL = "assignment"  # the cell's id
TEXT = {
    "ko": """\
## {title}

{trains} {shortest}분에서 {longest}분 걸립니다. 코드 {code}점, 서술형 {written}점입니다. \
풀이는 책에 없습니다.

[Colab에서 열기]({colab}) · [노트북 내려받기]({file})""",
    "en": """\
## {title}

{trains} It takes {shortest} to {longest} minutes and gives {code} points for code and {written} \
for writing; the solution is not in the book.

[Open in Colab]({colab}) · [Download the notebook]({file})""",
}


def card(root, name, language):
    """Return the Markdown of an exercise's card."""
    master = read_notebook(build.master_path(root, name))
    repository = yaml.safe_load((root / "_config.yml").read_text("utf8"))["repository"]
    owner = repository["url"].removeprefix("https://github.com/")
    path = build.student_path(root, name, language).relative_to(root).as_posix()
    about = master.metadata["exercise"]
    points = {False: 0, True: 0}
    for question in build.questions(master):
        points[question["manual"]] += question["points"]
    return TEXT[language].format(
        title=about["title"][language],
        trains=about["trains"][language],
        shortest=about["minutes"][0],
        longest=about["minutes"][1],
        code=points[False],
        written=points[True],
        colab=f"https://colab.research.google.com/github/{owner}/blob/{repository['branch']}/{path}",
        file=f"{repository['url']}/raw/{repository['branch']}/{path}",
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
