"""What search engines and lost readers find: sitemap.xml, robots.txt and 404.html.

The web server shows 404.html in place of any page that it lacks, at any depth, so its links cannot
be relative: they start at the path of the site's address, which its script corrects where the site
is served elsewhere. sphinx-sitemap expects a build of its own for each language, and cannot name
the other language's page where one build holds both.
"""

from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from .languages import language_of
from .pages import alternates

NOT_FOUND = "404"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)


def sitemap(app):
    """Return the text of sitemap.xml: every page, with its counterparts in other languages."""
    text = HEAD
    for page in sorted(app.env.found_docs):
        language = language_of(app.config, page)
        if language is None:
            continue  # the landing page sends everybody on
        address = app.config.html_baseurl + app.builder.get_target_uri(page)
        text += f"<url>\n<loc>{address}</loc>\n"
        for code, other in alternates(app, page):
            text += f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(other)}/>\n'
        text += "</url>\n"
    return text + "</urlset>\n"


def write(app, exception):
    """Write sitemap.xml and robots.txt at the root of the built site."""
    if exception is not None or app.builder.format != "html":
        return
    Path(app.outdir, "sitemap.xml").write_text(sitemap(app), "utf8")
    robots = f"User-agent: *\nAllow: /\nSitemap: {app.config.html_baseurl}sitemap.xml\n"
    Path(app.outdir, "robots.txt").write_text(robots, "utf8")


def add_not_found(app):
    """Write 404.html."""
    yield NOT_FOUND, {"site_path": urlsplit(app.config.html_baseurl).path}, "notfound.html"


def setup(app):
    """Connect the handlers."""
    app.connect("html-collect-pages", add_not_found)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
