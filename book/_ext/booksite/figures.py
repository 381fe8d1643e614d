"""Figures: their alternative text from the captions under them, and a small copy for phones.

Notebooks carry a figure's caption as plain Markdown, readable on Colab and GitHub too: the cell
after the figure's code begins with **Figure 1.3.** or **그림 1.3.** Here that paragraph becomes the
`alt` text of the image, and the image gets its size, so that the page does not jump while loading.
A figure without a caption is a warning, and so is a caption without a figure. A picture that is
stored for dense screens gets a copy with a dot for each pixel of the page, from which a narrow
screen is served, and on phones a figure of several panels has them below each other (stacked.py),
which site.css adds to a caption that says left and right; the first picture of a chapter is asked
for at once, the others when they come near.
"""

import posixpath
import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

import imagesize
from docutils import nodes
from PIL import Image
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from .languages import language_of
from .panels import find_panels, ground
from .stacked import stack

logger = logging.getLogger(__name__)
panels_of = cache(find_panels)  # both languages show the same pictures
DPI = 110  # of a figure on the page: `plots.use_style`
PHONES = "(max-width: 600px)"  # as in site.css
CAPTION = re.compile(r"(Figure|그림) (\d+|P)\.\d+\.")  # P: the primer
SIDES = re.compile(r"왼쪽|오른쪽|\b(left|right)\b", re.IGNORECASE)


class figure_image(nodes.image):
    """An image with `alt`, `width` and `height` that is loaded when it comes into view."""


def visit_figure_image(self, node):
    """Write the <img> of a figure."""

    def address(name):
        return posixpath.join(self.builder.imgpath, quote(name))

    name = self.builder.images[node["uri"]]
    given = {attribute: node[attribute] for attribute in ("alt", "width", "height")}
    given |= {"src": address(name), "class": "plot" if node.get("plot") else "picture"}
    given |= {"fetchpriority": "high"} if node.get("first") else {"loading": "lazy"}
    path, width = Path(self.builder.srcdir, node["uri"]), node["width"]
    full = imagesize.get(path)[0]
    if full > width:
        small = smaller(path, Path(self.builder.outdir, self.builder.imagedir, name), width)
        given["srcset"] = f"{address(small)} {width}w, {address(name)} {full}w"
        given["sizes"] = f"(max-width: {width}px) 100vw, {width}px"
    image = self.emptytag(node, "img", "\n", **given)
    grounds = ground(imagesize.get(path), node["panels"]) if "panels" in node else ""
    phone = on_phones(path, Path(self.builder.outdir, self.builder.imagedir, name), width)
    if phone:
        copy, (width, height) = phone
        source = {"media": PHONES, "srcset": address(copy.name), "width": width, "height": height}
        image = f"<picture>{self.emptytag(nodes.Element(), 'source', **source)}{image}</picture>"
        if grounds:
            size = imagesize.get(copy)
            grounds += ground(size, panels_of(copy, size[0] / width), "phone")
    self.body.append(image + grounds)


def depart_figure_image(self, node):
    """Nothing is left open."""


def smaller(source, target, width):
    """Store a copy of a picture beside `target`, `width` pixels wide; return the copy's name."""
    copy = target.with_name(f"{target.stem}-{width}{target.suffix}")
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(source) as picture:
            height = round(picture.height * width / picture.width)
            picture.resize((width, height), Image.Resampling.LANCZOS).save(copy, optimize=True)
    return copy.name


@cache
def on_phones(source, target, width):
    """Store a picture's panels below each other beside `target`, for phones.

    Return (path of the copy, its size in pixels of the page), or None if there is nothing to stack.
    width: of the picture, in pixels of the page.
    """
    with Image.open(source) as picture:
        dense = max(1, round(picture.width / width))
        made = stack(picture, dense)
        if made is None:
            return None
        copy = target.with_name(f"{target.stem}-phone{target.suffix}")
        copy.parent.mkdir(parents=True, exist_ok=True)
        made.save(copy, picture.format, optimize=True)
    return copy, (made.width // dense, made.height // dense)


@cache
def is_plot(path):
    """Tell whether a picture is ink on white, which the dark page shows as light ink on its ground.

    Lines and points leave a figure light and nearly free of black; images of pixels do not.
    """
    with Image.open(path) as picture:
        counts = picture.convert("RGB").convert("L").histogram()
    return sum(counts[201:]) >= 0.6 * sum(counts) and sum(counts[:30]) <= 0.02 * sum(counts)


def is_caption(node):
    """Tell whether a node is a paragraph that begins with **Figure 1.2.**"""
    if not isinstance(node, nodes.paragraph):
        return False
    first = next((child for child in node if child.astext()), None)  # MyST begins with ""
    return isinstance(first, nodes.strong) and bool(CAPTION.match(first.astext()))


class CaptionedFigures(SphinxTransform):
    """Describe the images among the outputs of a notebook's cells."""

    default_priority = 210

    def apply(self, **kwargs):
        """Rewrite the output images of one page."""
        if language_of(self.config, self.env.docname) is None:
            return
        captions = set(filter(is_caption, self.document.findall(nodes.paragraph)))
        for cell in list(self.document.findall(nodes.container)):
            images = list(cell.findall(nodes.image))
            if cell.get("nb_element") != "cell_code" or not images:
                continue
            caption = cell.next_node(siblings=True, descend=False)
            if caption not in captions:
                logger.warning("a figure without a caption such as **Figure 1.2.**", location=cell)
                continue
            captions.remove(caption)
            caption["classes"].append("figure-caption")
            caption["classes"] += ["sides"] if SIDES.search(caption.astext()) else []
            for image in images:
                figure = self.described(image, caption.astext())
                path = self.env.relfn2path(image["uri"])[1]
                panels = panels_of(path, imagesize.get(path)[0] / figure["width"])
                figure["plot"] = is_plot(path) or not panels
                if not figure["plot"]:
                    figure["panels"] = panels
                image.replace_self(figure)
        for image in list(self.document.findall(nodes.image)):  # what a page of text shows
            if "://" not in image["uri"] and not isinstance(image, figure_image):
                sized = self.described(image, image.get("alt", ""))
                sized["classes"].append("no-scaled-link")  # it may stand in a link of its own
                image.replace_self(sized)
        for caption in captions:
            logger.warning("a caption without a figure: %s", caption.astext(), location=caption)

    def described(self, image, text):
        """Return the image with its alternative text and its size in pixels of the page."""
        path = self.env.relfn2path(image["uri"])[1]
        width, height = imagesize.get(path)
        dense = imagesize.getDPI(path)[0]  # -1 where the file does not say
        if dense > DPI:  # as matplotlib stores it for dense screens
            width, height = (round(side * DPI / dense) for side in (width, height))
        return figure_image(uri=image["uri"], alt=text, width=width, height=height)


def setup(app):
    """Register the transform and the node."""
    app.add_node(figure_image, html=(visit_figure_image, depart_figure_image))
    app.add_transform(CaptionedFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
