"""The ground of a picture in the dark: the white around its panels, where titles and labels stand.

Plots become light ink as a whole; photographs and digits keep their pixels, and the white paper
that they are mounted on would be a bright slab on a dark page. Here the panels are found, and a
mask leaves them out of what the style sheet lays over the picture (`.ground` in site.css). A figure
without a panel is a plot. Extensions for dark pages want every figure drawn twice.
"""

from urllib.parse import quote

import numpy as np
from PIL import Image

LEAST = 16  # the side of a panel, in pixels of the page: less is a letter
COVER = 0.5  # the share of a panel that isn't white: less is a plot


def spans(line):
    """Return where the runs of True in a line of booleans begin and end."""
    edges = np.flatnonzero(np.diff(np.r_[False, line, False]))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def blocks(ink, few, left=0, top=0):
    """Yield the boxes that remain when white rows and columns cut a picture again and again.

    A row is white that has no more than a share of `few` of ink.
    """
    rows, columns = spans(ink.mean(1) > few), spans(ink.mean(0) > few)
    if rows == [(0, ink.shape[0])] and columns == [(0, ink.shape[1])]:
        yield left, top, left + ink.shape[1], top + ink.shape[0]
        return
    for top_of, bottom in rows:
        for left_of, right in columns:
            part = ink[top_of:bottom, left_of:right]
            yield from blocks(part, few, left + left_of, top + top_of)


def inked(picture, dense=1):
    """Return where a picture isn't white, one dot for `dense`, and the share of ink to overlook.

    JPEG leaves traces of ink on white.
    """
    white, few = (235, 0.004) if picture.format == "JPEG" else (250, 0)
    return np.asarray(picture.convert("RGB").reduce(dense)).min(2) < white, few


def find_panels(path, dense=1):
    """Return the boxes (left, top, right, bottom) of a picture's panels, in its pixels.

    dense is how many of these make one of the page. A light block is a panel, too, if another one
    has its size.
    """
    with Image.open(path) as picture:
        ink, few = inked(picture)
    found, light = [], []
    for left, top, right, bottom in blocks(ink, few):
        if min(right - left, bottom - top) >= LEAST * dense:
            dark = ink[top:bottom, left:right].mean() > COVER
            (found if dark else light).append((left, top, right, bottom))

    def alike(one, other):
        sides = ((box[2] - box[0], box[3] - box[1]) for box in (one, other))
        return all(abs(a - b) <= 2 * dense for a, b in zip(*sides, strict=True))

    return found + [one for one in light if any(alike(one, other) for other in found)]


def ground(size, panels, kind=""):
    """Return the <span> that covers all of a picture of this size but its panels.

    kind: "phone" for the picture that phones show in place of the one before.
    """
    width, height = size
    holes = "".join(f"M{a} {b}H{c}V{d}H{a}z" for a, b, c, d in panels)
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' "
        f"preserveAspectRatio='none'>"
        f"<path fill-rule='evenodd' d='M0 0H{width}V{height}H0z{holes}'/></svg>"
    )
    mask = f"mask-image:url(&quot;data:image/svg+xml,{quote(svg, safe=' =/:.')}&quot;)"
    return f'<span class="{f"ground {kind}".strip()}" style="{mask}"></span>'
