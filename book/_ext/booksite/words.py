"""The interface's words in the language of the page.

Sphinx builds a site in one language. Here the catalogs of Sphinx and of the theme are looked up
anew for every page, with words.yml in front of them for what they lack or say badly. Templates and
the theme get the words through `_`, scripts through Documentation.gettext: each language's words
are written to _static/words-<language>.js. Sphinx's gettext builds one language at a time.
"""

import gettext
import json
import re
from functools import cache
from pathlib import Path

import sphinx_book_theme
import yaml
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.locale import __file__ as sphinx_locale
from sphinx.locale import translators
from sphinx.transforms import SphinxTransform

from .languages import language_of

SPHINX = Path(sphinx_locale).parent
CATALOGS = {
    "sphinx": SPHINX,
    "booktheme": Path(sphinx_book_theme.__file__).parent / "theme/sphinx_book_theme/static/locales",
}
# Cells that hide behind a summary: everything of a solution, the input or the output of others.
SUMMARIES = {"all": "solution", "input": "code", "output": "output", "input+output": "code"}


class Words(gettext.NullTranslations):
    """A catalog of our own words; what it lacks is looked up in its fallback."""

    def __init__(self, own, fallback):
        """Take the {English word: word} of our own and the catalog behind it."""
        super().__init__()
        self.own = own
        self.add_fallback(fallback)

    def gettext(self, message):
        """Return the word for `message`."""
        return self.own.get(message) or super().gettext(message)

    def ngettext(self, singular, plural, number):
        """Return the word for a number of things."""
        message = singular if number == 1 else plural
        return self.own.get(message) or super().ngettext(singular, plural, number)


@cache
def own_words(language):
    """Return {English word: word} of words.yml for a language."""
    words = yaml.safe_load(Path(__file__).with_name("words.yml").read_text("utf8"))
    return words.get(language, {})


@cache
def catalog(name, language):
    """Return the words of a catalog ("sphinx", "booktheme") in a language, ours in front."""
    theirs = gettext.translation(name, CATALOGS[name], languages=[language], fallback=True)
    return Words(own_words(language), theirs)


def use(app, page):
    """Let everything that is written from here on speak the page's language; return its words."""
    language = language_of(app.config, page) or app.config.language
    for name in CATALOGS:
        translators["general", name] = catalog(name, language)
    return catalog("sphinx", language)


def follow_page(app, doctree, page):
    """Switch languages between the moments when a page has been resolved and when it is written."""
    if app.builder.format == "html":
        use(app, page)


def add_words(app, page, template, context, doctree):
    """Give the templates of a page the words of its language, and its scripts theirs."""
    words = use(app, page)
    context["_"] = context["gettext"] = words.gettext
    context["ngettext"] = words.ngettext
    context["language"] = language_of(app.config, page) or app.config.language


def write_scripts(app):
    """Write _static/words-<language>.js: Sphinx's own words for its scripts, and ours."""
    if app.builder.format != "html":
        return
    for language in app.config.book_languages:
        own = own_words(language)
        if not own:
            continue
        script = (SPHINX / language / "LC_MESSAGES/sphinx.js").read_text("utf8")
        words = json.loads(re.search(r"addTranslations\((.*)\);", script, re.DOTALL)[1])
        words["messages"] |= own
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        text = f"Documentation.addTranslations({json.dumps(words, ensure_ascii=False)});\n"
        (static / f"words-{language}.js").write_text(text, "utf8")


class TranslatedParts(SphinxTransform):
    """Words that MyST puts into the text itself: summaries of hidden cells, untitled notes."""

    default_priority = 220

    def apply(self, **kwargs):
        """Translate the words of one page."""
        language = language_of(self.config, self.env.docname) or self.config.language
        words = catalog("sphinx", language)
        for cell in self.document.findall(nodes.container):
            if cell.get("hide_mode"):
                what = SUMMARIES[cell["hide_mode"]]
                cell["prompt_show"] = words.gettext(f"Show {what}")
                cell["prompt_hide"] = words.gettext(f"Hide {what}")
        for note in self.document.findall(nodes.admonition):
            if note[0].astext() == "Note":
                note[0].clear()
                note[0] += nodes.Text(words.gettext("Note"))


def visit_hidden_cell(self, node):
    """Open the <details> of a hidden cell; MyST's own writes an English label."""
    classes = " ".join(["hide", *node["classes"]])
    self.body.append(
        f'<details class="{classes}"><summary>'
        f'<span class="collapsed">{self.encode(node["prompt_show"])}</span>'
        f'<span class="expanded">{self.encode(node["prompt_hide"])}</span></summary>\n'
    )


def depart_hidden_cell(self, node):
    """Close the <details>."""
    self.body.append("</details>\n")


def setup(app):
    """Connect the parts above, before the theme reads the context."""
    app.setup_extension("myst_nb")
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_cell, depart_hidden_cell))
    app.add_transform(TranslatedParts)
    app.connect("doctree-resolved", follow_page)
    app.connect("builder-inited", write_scripts)
    app.connect("html-page-context", add_words, priority=300)
    return {"parallel_read_safe": True, "parallel_write_safe": False}  # see follow_page
