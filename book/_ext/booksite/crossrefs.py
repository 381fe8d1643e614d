r"""Equations, figures and terms that a text names become links to them.

Notebooks name an equation as (5.5), which stands where `\tag{5.5}` is, and a figure as Figure 5.7,
the one above that caption: readable anywhere. Here both get an anchor, and their names become
links, from other chapters, too. The first use of a glossary's term on a page links to its entry.
site.js shows on a card where a link leads. Sphinx's own references need directives and labels,
which Colab and GitHub would show as they are.
"""

import re
from functools import cache

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util.osutil import relative_uri

from .figures import is_caption
from .languages import language_of

TAG = re.compile(r"\\tag\{((?:\d+|P)\.\d+)\}")  # P: the primer, which has no number
NUMBER = re.compile(r"\((?P<eq>(?:\d+|P)\.\d+)\)|(?:Figure|그림) (?P<fig>(?:\d+|P)\.\d+)")
ENTRY = re.compile(r'^\| <a id="([\w-]+)"></a>([^|]+?) \|', re.MULTILINE)
APART = (nodes.reference, nodes.literal, nodes.math, nodes.title, nodes.raw, nodes.strong)
GLOSSARY = "book/{}/glossary"
EVERYDAY = {"code", "mode", "코드", "모드"}  # words that a text also uses in another sense


class Anchors(SphinxTransform):
    """Give the numbered equations and figures of a page their anchors."""

    default_priority = 240  # after figures have found their captions

    def apply(self, **kwargs):
        """Keep {("eq" or "fig", number): anchor} of one page for the links of all pages."""
        if language_of(self.config, self.env.docname) is None:
            return
        found = {}
        for node in self.document.findall(nodes.math_block):
            for number in TAG.findall(node.astext())[:1]:
                found["eq", number] = node
        for node in filter(is_caption, self.document.findall(nodes.paragraph)):
            found["fig", NUMBER.search(node.astext())["fig"]] = node
        for (kind, number), node in found.items():
            node["ids"] = [f"{kind}-{number.replace('.', '-')}"]
        self.env.metadata[self.env.docname]["numbers"] = {k: n["ids"][0] for k, n in found.items()}


def numbers(env, language):
    """Return {("eq" or "fig", number): (page, anchor)} of a language's pages."""
    return {
        key: (page, anchor)
        for page, about in env.metadata.items()
        if language_of(env.config, page) == language
        for key, anchor in about.get("numbers", {}).items()
    }


@cache
def terms(path):
    """Return ({term: anchor}, a pattern of all terms) of a glossary, a Markdown file."""
    with open(path, encoding="utf8") as file:
        entries = ENTRY.findall(file.read())
    found = {term.lower(): anchor for anchor, term in entries if term.lower() not in EVERYDAY}
    longest = sorted(map(re.escape, found), key=len, reverse=True)
    # A particle follows a Korean term, an s an English one.
    ending = r"(?:(?<=[가-힣])|(?=s?(?![\w-])))"
    return found, re.compile(rf"(?<![\w-])({'|'.join(longest)}){ending}", re.IGNORECASE)


def prose(doctree):
    """Yield (node, whether terms may be linked in it) of texts that are no links, code, choices."""
    for text in list(doctree.findall(nodes.Text)):
        above, parent = [], text.parent
        while parent is not None:
            above.append(parent)
            parent = parent.parent
        apart = (isinstance(one, APART) or "choices" in one.get("classes", ()) for one in above)
        if not any(apart):
            paragraph = next((one for one in above if isinstance(one, nodes.paragraph)), None)
            inside = sum(isinstance(one, nodes.section) for one in above) > 1  # not in the opening
            caption = paragraph is not None and "figure-caption" in paragraph["classes"]
            yield text, inside and paragraph is not None and not caption


def link(text, address, kind):
    """Return a link with this text."""
    return nodes.reference("", text, refuri=address, internal=True, classes=["named", kind])


def split(text, pattern, make):
    """Return the nodes of a text where make(match) gives a link in place of a match, or None."""
    found, start = [], 0
    for match in pattern.finditer(text):
        if (made := make(match)) is not None:
            found += [nodes.Text(text[start : match.start()]), made]
            start = match.end()
    return [*found, nodes.Text(text[start:])] if found else []


def resolve(app, doctree, page):
    """Write the links of one page, when all pages are known."""
    language = language_of(app.config, page)
    if language is None or app.builder.format != "html":
        return
    known, linked = numbers(app.env, language), set()
    uri = app.builder.get_target_uri
    glossary = GLOSSARY.format(language)

    def numbered(match):
        kind = match.lastgroup
        target, anchor = known.get((kind, match[kind]), (None, None))
        if target is None:
            return None
        base = "" if target == page else relative_uri(uri(page), uri(target))
        return link(match[0], f"{base}#{anchor}", kind)

    def defined(match):
        anchor = entries[match[1].lower()]
        if anchor in linked:
            return None
        linked.add(anchor)
        return link(match[1], f"{relative_uri(uri(page), uri(glossary))}#{anchor}", "term")

    for text, _ in prose(doctree):
        if pieces := split(text.astext(), NUMBER, numbered):
            text.parent.replace(text, pieces)
    if app.env.doc2path(page).endswith(".ipynb") and glossary in app.env.found_docs:
        entries, pattern = terms(app.env.doc2path(glossary))
        for text, in_paragraph in prose(doctree):
            if in_paragraph and (pieces := split(text.astext(), pattern, defined)):
                text.parent.replace(text, pieces)


def setup(app):
    """Register the transform, and link when all pages have been read."""
    app.add_transform(Anchors)
    app.connect("doctree-resolved", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
