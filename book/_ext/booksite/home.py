"""The home page's cards, one a chapter: its picture, number, title, question and time.

A page of text asks for them with <div class="chapters"></div>. What stands on them comes from the
chapters themselves (see opener) and from the pictures that `python -m tools pictures` draws, one
for each file name. sphinx-design has cards, but their author would write every title twice.
"""

from html import escape
from pathlib import Path, PurePosixPath

import imagesize
from docutils import nodes
from sphinx.util.osutil import relative_uri

from .languages import home_page, language_of
from .opener import chapter_name, course
from .words import catalog

PICTURES = "_static/home"
ASKED = '<div class="chapters"></div>'


def chapters(env, page):
    """Yield the pages with a `course` below a page, in the order of the table of contents."""
    for one in env.toctree_includes.get(page, []):
        if course(env, one):
            yield one
        yield from chapters(env, one)


def picture(app, page):
    """Return the path of a chapter's picture, or None."""
    pictures = Path(app.srcdir, "book", PICTURES).glob(f"{PurePosixPath(page).name}.*")
    return next(pictures, None)


def card(app, home, page, words):
    """Return the HTML of one card."""
    about = course(app.env, page)
    path = picture(app, page)
    uri = app.builder.get_target_uri
    image = ""
    if path:
        width, height = imagesize.get(path)
        address = relative_uri(uri(home), f"{PICTURES}/{path.name}")
        image = f'<img src="{address}" alt="" width="{width}" height="{height}" loading="lazy">'
    minutes = words.gettext("%d min") % (about.get("door", 0) + about["way"])
    title = escape(app.env.titles[page].astext())
    question = escape(app.env.metadata[page].get("question", ""))
    return (
        f'<a href="{relative_uri(uri(home), uri(page))}" data-part="{about["part"]}">{image}'
        f'<span class="of">{escape(chapter_name(page, words))}</span>'
        f'<strong>{title}</strong><span class="asks">{question}</span>'
        f'<span class="takes">{minutes}</span></a>'
    )


def place_cards(app, doctree, page):
    """Put the cards where a page asks for them."""
    language = language_of(app.config, page)
    if language is None or app.builder.format != "html":
        return
    words = catalog("sphinx", language)
    for raw in list(doctree.findall(nodes.raw)):
        if raw.astext().strip() == ASKED:
            cards = [card(app, page, one, words) for one in chapters(app.env, home_page(language))]
            html = f'<div class="chapters">{"".join(cards)}</div>'
            raw.replace_self(nodes.raw("", html, format="html"))


def setup(app):
    """Place the cards when all pages have been read."""
    app.connect("doctree-resolved", place_cards)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
