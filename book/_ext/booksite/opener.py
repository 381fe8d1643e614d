"""A chapter opens with its question, what it asks of the reader, and its first picture.

A notebook says in its metadata what its text need not: {"course": {"part": 3, "door": 10,
"way": 50, "deep": 30, "run": 65, "needs": ["02-autoencoder"], "hero": "5.1"}}, minutes to read,
seconds to run, chapters to know, and the figure that comes first on the page. Its first cell is
the title, one bold paragraph with the question, and whatever else is worth saying; from the next
paragraph that begins in bold, which tells the goals, it is folded.
"""

import json
import re
from pathlib import Path, PurePosixPath

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from .figures import figure_image, is_caption
from .folding import folded
from .languages import language_of
from .words import catalog

logger = logging.getLogger(__name__)
TIMES = {  # in the order of the line below the question
    "door": "Door: %d min",
    "way": "Way: %d min",
    "deep": "Deep end: %d min",
    "run": "Runs in %d s",
}
KEYS = {"part", *TIMES, "needs", "hero"}


def course(env, page):
    """Return what a notebook's metadata says of its chapter, or None."""
    path = Path(env.doc2path(page))
    if path.suffix != ".ipynb":
        return None
    return json.loads(path.read_text("utf8"))["metadata"].get("course")


def chapter_name(page, words):
    """Return what a reader calls the page of a chapter: chapter 5, the primer, ..."""
    number = re.match(r"(\d+)-", PurePosixPath(page).name)
    return words.gettext("Chapter %d") % int(number[1]) if number else words.gettext("Primer")


def eyebrow(app, page, context):
    """Return what stands above the title of a chapter: {"part", "text", "way", "near"}, or None."""
    about = course(app.env, page)
    if about is None:
        return None
    words = catalog("sphinx", language_of(app.config, page))
    part = words.gettext("Part %d") % about["part"] if about["part"] else words.gettext("Start")
    near = {}
    for key in ("prev", "next"):
        link = context.get(key)
        target = link and str(PurePosixPath(page).parent / PurePosixPath(link["link"]).stem)
        if target and target in app.env.found_docs and course(app.env, target):
            near[key] = {"link": link["link"], "text": chapter_name(target, words)}
    text = f"{part} · {chapter_name(page, words)}"
    return {"part": about["part"], "text": text, "way": about["way"], "near": near}


def begins_bold(node):
    """Tell whether a node is a paragraph whose first words are bold."""
    first = next((child for child in node if child.astext()), None)
    return isinstance(node, nodes.paragraph) and isinstance(first, nodes.strong)


class Opener(SphinxTransform):
    """Set the opening of one chapter."""

    default_priority = 230  # after drawing code has moved below its caption (folding)

    def apply(self, **kwargs):
        """Mark the question, add the line of times, bring up the first picture, fold the goals."""
        page = self.env.docname
        about = course(self.env, page)
        if about is None or language_of(self.config, page) is None:
            return
        unknown = about.keys() - KEYS
        if unknown or not {"part", "way", "run", "needs"} <= about.keys():
            logger.warning("course in the metadata is not as opener.py says", location=page)
            return
        words = catalog("sphinx", language_of(self.config, page))
        section = next(self.document.findall(nodes.section))
        question = section[1]
        bold = next(question.findall(nodes.strong), None)
        if bold is None or bold.astext() != question.astext():
            logger.warning("the first paragraph is not a question in bold", location=page)
            return
        question["classes"].append("question")
        self.env.metadata[page]["question"] = question.astext()
        self.drop_times(section)
        self.fold_goals(section, words.gettext("Goals, and what to know first"))
        section.insert(2, self.chips(about, words))
        if "hero" in about:
            section[3:3] = self.hero(about["hero"])

    def chips(self, about, words):
        """Return the line of times and of chapters to read first."""
        items = [words.gettext(TIMES[key]) % about[key] for key in TIMES if about.get(key)]
        line = nodes.bullet_list("", classes=["chips"])
        for text in [*items, words.gettext("No GPU needed")]:
            line += nodes.list_item("", nodes.paragraph("", text))
        for need in about["needs"]:
            target = str(PurePosixPath(self.env.docname).parent / need)
            if target not in self.env.found_docs:
                logger.warning("a chapter to know first is not there: %s", need, location=target)
                continue
            name = words.gettext("After: %s") % chapter_name(target, words)
            link = nodes.reference("", name, refuri=f"{need}.html", internal=True)
            line += nodes.list_item("", nodes.paragraph("", "", link))
        return line

    def drop_times(self, section):
        """Leave out the line of times, which Colab and GitHub show: the page has it already."""
        line = section[2]
        if isinstance(line, nodes.paragraph) and line.astext().startswith(("Time:", "시간:")):
            section.remove(line)

    def fold_goals(self, section, title):
        """Fold what the first cell says from its second bold beginning on."""
        rest = []
        for node in section[2:]:
            if isinstance(node, nodes.container | nodes.section | folded):
                break
            if rest or begins_bold(node):
                rest.append(node)
        if rest:
            details = folded("", title=title, kind="goals")
            section.insert(section.index(rest[0]), details)
            for node in rest:
                section.remove(node)
                details += node

    def hero(self, number):
        """Take a figure, its caption and what belongs to them out of the page; return them."""
        for caption in filter(is_caption, self.document.findall(nodes.paragraph)):
            if caption.astext().split(". ")[0].split(" ")[-1] == number:
                place = caption.parent.index(caption)
                end = place + 1
                siblings = caption.parent.children
                while end < len(siblings) and "drawn" in siblings[end].get("classes", []):
                    end += 1
                found = siblings[place - 1 : end]
                for node in found:
                    caption.parent.remove(node)
                for image in found[0].findall(figure_image):
                    image["first"] = True
                return found
        page = self.env.docname
        logger.warning("no figure has the number of the hero: %s", number, location=page)
        return []


def add_eyebrow(app, page, template, context, doctree):
    """Give the page's template its eyebrow."""
    if language_of(app.config, page) is not None and doctree is not None:
        context["eyebrow"] = eyebrow(app, page, context)


def setup(app):
    """Register the transform and the eyebrow."""
    app.add_transform(Opener)
    app.connect("html-page-context", add_eyebrow, priority=450)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
