"""Figures on phones: panels that stand side by side come below each other.

A figure 8 inches wide is shown at two fifths of its size on a phone, where nobody can read its
words. Here the white between its panels is found, the picture is cut there, and the pieces are put
into as few lines as leave them large enough. Labels to the left of all panels stand in each line.
Rows of panels with words between them are cut one by one; rows that only continue the columns
above stay under them. A figure without words is left as it is, and so is one without white between
its panels. A tap shows any of them as it was drawn (figures.js). matplotlib knows where the panels
are, but the pictures in the notebooks do not say it.
"""

from itertools import pairwise

import numpy as np
from PIL import Image

from .panels import blocks, inked, spans

PHONE = 360  # pixels of the page: a picture's width on a phone
LEAST = 0.52  # of a picture's size: letters of 10 points, which most are, are then 8 pixels high
PANEL = 24, 0.4  # the least side of a panel: pixels of the page, and as a share of the largest
LETTER = 12  # as high as a line of letters, and wider than the space between two words
GAP = 14  # between lines
WORDS = 0.0003  # less ink than this share beside the panels is no word


def merged(intervals):
    """Return intervals in order, those that overlap joined."""
    found = []
    for begin, end in sorted(intervals):
        if found and begin < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((begin, end))
    return found


def place(near, everywhere, begin, end):
    """Return where to cut a line of booleans, True for ink, between two panels; or None.

    That is in the first run without ink which is nearly the widest `near` the panels: what is
    written between two panels belongs to the second. The cut must hit no ink `everywhere`.
    """
    free = [run for run in spans(~near[begin:end]) if not everywhere[begin:end][slice(*run)].all()]
    most = max((right - left for left, right in free), default=0)
    for left, right in free:
        if 3 * (right - left) >= 2 * most:
            clear = spans(~everywhere[begin + left : begin + right])
            inner = max(clear, key=lambda run: run[1] - run[0])
            return begin + left + sum(inner) // 2
    return None


def panels(ink, few):
    """Return the boxes (left, top, right, bottom) of a picture's panels, plots among them."""
    found = {box: min(box[2] - box[0], box[3] - box[1]) for box in blocks(ink, few)}
    pixels, share = PANEL
    least = max(pixels, share * max(found.values(), default=0))
    return [box for box, side in found.items() if side >= least]


def bands(ink, few, boxes):
    """Return the rows of panels, as (top, bottom), that have words between them."""
    within = np.concatenate([ink[:, slice(*one)] for one in merged((b[0], b[2]) for b in boxes)], 1)
    line, cuts = within.mean(1) > few, [0]
    for (_, above), (below, _) in pairwise(merged((box[1], box[3]) for box in boxes)):
        if below - above >= LETTER and line[above:below].any():
            cuts.append(place(line, ink.any(1), above, below))
    return list(pairwise([*(cut for cut in cuts if cut is not None), len(ink)]))


def across(ink, boxes):
    """Return the boxes of words below all panels that run on from one panel to the next."""
    bottom, found = max(box[3] for box in boxes), []
    between = [(one[1], two[0]) for one, two in pairwise(merged((b[0], b[2]) for b in boxes))]
    for top, end in spans(ink[bottom:].any(1)):
        line = ink[bottom + top : bottom + end].any(0)
        left, right = np.flatnonzero(line)[[0, -1]].tolist()
        holes = [b - a for a, b in spans(~line[left:right])]
        runs_on = end - top < 2 * LETTER and max(holes, default=0) < LETTER
        if runs_on and any(left < a and b < right for a, b in between):
            found.append((left, bottom + top, right + 1, bottom + end))
    return found


def columns(ink, boxes):
    """Return where a row of panels can be cut, its edges among them, and the width of its labels.

    The labels are what stands left of the first panel, if the others are like it and have nothing
    there.
    """
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    near, everywhere = ink[top:bottom].any(0), ink.any(0)
    found = merged((box[0], box[2]) for box in boxes)
    cuts, labels = [0], found[0][0]
    for (_, left), (right, _) in pairwise(found):
        cut = place(near, everywhere, left, right)
        if cut is not None:
            cuts.append(cut)
            labels *= not near[cut:right].any()
    heights = [
        max(box[3] - box[1] for box in boxes if left <= box[0] < right) for left, right in found
    ]
    alike = max(heights) - min(heights) < LETTER
    return [*cuts, ink.shape[1]], labels if alike and near[: found[0][0]].any() else 0


def lines(cuts, labels, limit):
    """Return the pieces in as few lines as have at most a width of `limit`, and alike in width."""

    def pack(most):
        found = [[cuts[0], cuts[1]]]
        for begin, end in pairwise(cuts[1:]):
            if end - found[-1][0] + (labels if len(found) > 1 else 0) <= most:
                found[-1][1] = end
            else:
                found.append([begin, end])
        return found

    least = limit
    while least > 1 and len(pack(least - 1)) == len(pack(limit)) > 1:
        least -= 1
    return pack(min(limit, round(1.1 * least)))  # rather a full line first than two alike


def parts(ink, few):
    """Return the lines of boxes of a picture to be stacked, none if it is to stay as it is.

    ink, few: see `inked`.
    """
    boxes = panels(ink, few)
    words = ink.copy()
    for left, top, right, bottom in boxes:
        words[top:bottom, left:right] = False
    if len(boxes) < 2 or words.mean() < WORDS:
        return []
    below = across(ink, boxes)
    if below:
        ink = ink[: below[0][1]]
    found = []
    for top, bottom in bands(ink, few, boxes):
        inside = [
            (left, a - top, right, b - top) for left, a, right, b in boxes if top <= a < bottom
        ]
        cuts, labels = columns(ink[top:bottom], inside)
        for left, right in lines(cuts, labels, round(PHONE / LEAST)):
            before = [(0, top, labels, bottom)] if labels and left else []
            found.append([*before, (left, top, right, bottom)])
    found += [[box] for box in below]
    return found if max(map(width, found)) < ink.shape[1] else []


def width(line):
    """Return how wide a line of boxes is."""
    return sum(right - left for left, _, right, _ in line)


def stack(picture, dense):
    """Return a picture's panels below each other, or None; `dense` dots make a pixel."""
    if picture.width <= dense * PHONE / LEAST:
        return None
    found = parts(*inked(picture, dense))
    if not found:
        return None
    size = max(map(width, found)), sum(line[0][3] - line[0][1] + GAP for line in found) - GAP
    paper = picture.getpixel((0, 0))
    made = Image.new(picture.mode, tuple(dense * side for side in size), paper)
    if picture.mode == "P":  # colors keep their numbers: any others would make the file larger
        made.putpalette(picture.getpalette())
    labeled = any(len(line) > 1 for line in found)
    y = 0
    for line in found:
        x = 0 if labeled else (made.width - dense * width(line)) // 2
        for box in line:
            left, top, right, bottom = (dense * side for side in box)
            right, bottom = min(right, picture.width), min(bottom, picture.height)
            made.paste(picture.crop((left, top, right, bottom)), (x, y))
            x += right - left
        y += dense * (line[0][3] - line[0][1] + GAP)
    return made
