"""The same readable heading anchors in both languages.

Sphinx would call Korean headings #id1, #id2. Here the n-th heading of a page takes its anchor from
the n-th heading of the English page: "## 군집 수 고르기" beside "## Choosing k" is #choosing-k.
So links last, and the language switch keeps the reader's section. The English source is read for
it, whatever is built first; unequal headings are a warning, which `-W` turns into a failure.

MyST's own slugs follow the page's language.

An anchor that the author wrote, `<a id="inertia"></a>`, can be linked to in the same way.
"""

import itertools
import json
import re
from pathlib import Path

from docutils import nodes
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from .languages import ANCHOR_LANGUAGE, counterpart, language_of

logger = logging.getLogger(__name__)
WRITTEN_ANCHOR = re.compile(r"<\w+[^>]*?\sid=[\"']([\w-]+)[\"']")


def slug(text):
    """Return the anchor of a heading: "K-means++: better starts" -> "k-means-better-starts"."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def source_headings(path):
    """Return the [(level, text)] of the headings of a .md or .ipynb file."""
    text = Path(path).read_text("utf8")
    cells = [text]
    if path.endswith(".ipynb"):
        found = [c["source"] for c in json.loads(text)["cells"] if c["cell_type"] == "markdown"]
        cells = ["".join(source) for source in found]
    markdown = MarkdownIt().use(front_matter_plugin).use(dollarmath_plugin)
    headings = []
    for cell in cells:
        tokens = markdown.parse(cell)
        for token, inside in zip(tokens, tokens[1:], strict=False):
            if token.type == "heading_open" and token.level == 0:
                words = "".join(child.content for child in inside.children)
                headings.append((int(token.tag[1]), words))
    return headings


def anchors(headings):
    """Return a distinct anchor for each heading; a repeated one gets -2, -3, ..."""
    found = []
    for number, (_, text) in enumerate(headings, 1):
        wanted = slug(text) or f"section-{number}"
        anchor = wanted
        for times in itertools.count(2):
            if anchor not in found:
                break
            anchor = f"{wanted}-{times}"
        found.append(anchor)
    return found


def add_targets(document, targets):
    """Let links such as `page.md#anchor` find these anchors of the page being read.

    `targets` is {anchor: text}; MyST keeps its own list of what a link may point at.
    """
    env = document.settings.env
    known = env.metadata[env.docname].setdefault("myst_slugs", {})
    known.update({anchor: (None, anchor, text) for anchor, text in targets.items()})
    document.myst_slugs = known


class ReadableAnchors(SphinxTransform):
    """Give the sections of a page their anchors."""

    default_priority = 200  # before MyST resolves links within the page

    def apply(self, **kwargs):
        """Name the sections of one page after the English headings."""
        if language_of(self.config, self.env.docname) is None:
            return
        sections = list(self.document.findall(nodes.section))
        for old in [name for section in sections for name in section["ids"]]:
            self.document.ids.pop(old, None)
        for section, anchor in zip(sections, self.wanted(len(sections)), strict=False):
            for name in section["names"]:
                self.document.nameids[name] = anchor
            section["ids"] = [anchor]
            self.document.ids[anchor] = section
        self.env.metadata[self.env.docname]["myst_slugs"] = {}
        add_targets(self.document, {s["ids"][0]: s[0].astext() for s in sections})
        for raw in self.document.findall(nodes.raw):
            written = WRITTEN_ANCHOR.findall(raw.astext())
            add_targets(self.document, {anchor: anchor for anchor in written})

    def wanted(self, number):
        """Return the anchors of the English page, having checked that the headings pair up."""
        here = self.env.docname
        english = counterpart(self.config, here, ANCHOR_LANGUAGE)
        if english not in self.env.found_docs:
            logger.warning("no page %s to take anchors from", english, location=here)
            return []
        path = self.env.doc2path(english)
        self.env.note_dependency(path)
        theirs = source_headings(path)
        ours = source_headings(self.env.doc2path(here))
        if [level for level, _ in ours] != [level for level, _ in theirs] or len(ours) != number:
            logger.warning(
                "the headings do not pair up: %s has %s, %s has %s, the page shows %d",
                here,
                [level for level, _ in ours],
                english,
                [level for level, _ in theirs],
                number,
                location=here,
            )
        return anchors(theirs)


def setup(app):
    """Register the transform."""
    app.add_transform(ReadableAnchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
