"""Live figures: book/live, copied to the site, and the places that name its modules.

A notebook says <div class="live" data-figure="kmeans-steps"></div>, which is empty on Colab and
GitHub. live.js loads the module of that name when a reader comes near; print and readers without
scripts see nothing of it, and the text does not count on it.
"""

import re
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

logger = logging.getLogger(__name__)
FOLDER = "book/live"
NAMED = r'<div class="live" id="live-\1" data-figure="\1"></div>'
PLACE = re.compile(r'<div class="live" data-figure="([^"]*)">\s*</div>')


def figures(root):
    """Return the names of the modules that are figures: those that export a default."""
    paths = sorted(Path(root, FOLDER).glob("*.js"))
    return {path.stem for path in paths if "export default" in path.read_text("utf8")}


def copy(app):
    """Copy the modules and the models that they load to _static/live."""
    source, target = Path(app.srcdir, FOLDER), Path(app.outdir, "_static/live")
    if app.builder.format == "html" and source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.md"))


def check(app, doctree, page):
    """Give places an address of their own; warn of a place whose figure is not there."""
    known = figures(app.srcdir)
    for raw in list(doctree.findall(nodes.raw)):
        for name in PLACE.findall(raw.astext()):
            if name not in known:
                logger.warning("no live figure has the name %s", name, location=page)
        if PLACE.search(raw.astext()):
            raw.replace_self(nodes.raw("", PLACE.sub(NAMED, raw.astext()), format="html"))


def setup(app):
    """Copy before pages are written; check each page."""
    app.connect("builder-inited", copy)
    app.connect("doctree-resolved", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
