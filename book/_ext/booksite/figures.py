"""Alternative text for figures, from the captions under them.

Notebooks carry a figure's caption as plain Markdown, readable on Colab and GitHub too: the cell
after the figure's code begins with **Figure 1.3.** or **그림 1.3.** Here that paragraph becomes the
`alt` text of the image, the image gets its size (so that the page does not jump while loading),
and an image without a caption is a warning.
"""

import posixpath
import re
from urllib.parse import quote

import imagesize
from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from .languages import language_of

logger = logging.getLogger(__name__)
CAPTION = re.compile(r"(Figure|그림) \d+\.\d+\.")


class figure_image(nodes.image):
    """An image with `alt`, `width` and `height` that is loaded when it comes into view."""


def visit_figure_image(self, node):
    """Write the <img> of a figure."""
    source = posixpath.join(self.builder.imgpath, quote(self.builder.images[node["uri"]]))
    given = {"alt": node["alt"], "width": node["width"], "height": node["height"]}
    self.body.append(self.emptytag(node, "img", "\n", src=source, loading="lazy", **given))


def depart_figure_image(self, node):
    """Nothing is left open."""


def caption_after(cell):
    """Return the caption paragraph that follows a code cell, or None."""
    after = cell.next_node(siblings=True, descend=False)
    if not isinstance(after, nodes.paragraph):
        return None
    first = next((child for child in after if child.astext()), None)  # MyST begins with ""
    label = isinstance(first, nodes.strong) and CAPTION.match(first.astext())
    return after if label else None


class CaptionedFigures(SphinxTransform):
    """Describe the images among the outputs of a notebook's cells."""

    default_priority = 210

    def apply(self, **kwargs):
        """Rewrite the output images of one page."""
        if language_of(self.config, self.env.docname) is None:
            return
        for cell in list(self.document.findall(nodes.container)):
            if cell.get("nb_element") != "cell_code":
                continue
            images = list(cell.findall(nodes.image))
            if not images:
                continue
            caption = caption_after(cell)
            if caption is None:
                logger.warning("a figure without a caption such as **Figure 1.2.**", location=cell)
                continue
            caption["classes"].append("figure-caption")
            for image in images:
                width, height = imagesize.get(self.env.relfn2path(image["uri"])[1])
                described = figure_image(
                    uri=image["uri"], alt=caption.astext(), width=width, height=height
                )
                image.replace_self(described)


def setup(app):
    """Register the transform and the node."""
    app.add_node(figure_image, html=(visit_figure_image, depart_figure_image))
    app.add_transform(CaptionedFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
