"""How high a long formula is on a phone, where it goes on in new lines (turns.js).

A formula far from the window is skipped, so its height must be known before it is laid out. Here is
what a browser does with the boxes of a formula by the rules of site.css: inline blocks, as many on
a line as there is room for, their baselines on one height. All lengths are in em of the formula. A
box is (width, height above the baseline, depth below it); a turn is a list of boxes, its parts.
"""

GAP = 0.15  # above and below each box
INDENT = 1.4  # of a formula's lines but the first
HANG = 1.0  # of a turn's lines but the first
NARROWEST, WIDEST = 10, 40  # a formula's place, from a folded list on a small phone to 600 pixels
GRID = 0.1


def stacked(boxes, first, later):
    """Return (height, last line's depth) of boxes on lines so wide, the first and the later."""
    lines, left = [[]], first
    for box in boxes:
        if lines[-1] and box[0] > left + 1e-6:
            lines.append([])
            left = later
        lines[-1].append(box)
        left -= box[0]
    depths = [max(below for _, _, below in line) + GAP for line in lines]
    return sum(max(above for _, above, _ in line) + GAP for line in lines) + sum(depths), depths[-1]


def least(parts):
    """Return how wide a turn is at least: as its widest part, hanging if it is not the first."""
    return max([parts[0][0], *(part[0] + HANG for part in parts[1:])])


def height(turns, width):
    """Return the height of a formula in a place so wide."""
    wide = [max(sum(part[0] for part in parts), least(parts)) for parts in turns]
    inside = min(width, sum(wide)) - INDENT
    boxes = []
    for whole, parts in zip(wide, turns, strict=True):
        whole = min(whole, inside)
        parts = [(min(part[0], whole - HANG), *part[1:]) for part in parts]
        high, below = stacked(parts, whole, whole - HANG)
        boxes.append((whole, high - below, below))
    return stacked(boxes, inside + INDENT, inside)[0]


def steps(turns):
    """Return (height in the widest place, [(width, its growth in narrower ones), ...])."""
    found, width, last = [], WIDEST, height(turns, WIDEST)
    while width > NARROWEST:
        wide, width = width, width - GRID
        now = height(turns, width)
        if now == last:
            continue
        narrow = width
        while wide - narrow > 1e-3:
            middle = (wide + narrow) / 2
            wide, narrow = (wide, middle) if height(turns, middle) != last else (middle, narrow)
        found.append((wide, now - last))
        last = now
    return height(turns, WIDEST), found


def css(turns, scale):
    """Return the height as a length of CSS, which follows the width of the formula's place.

    scale: how large an em of the formula is in that of the text around it.
    """
    base, changes = steps(turns)
    terms = [f"{scale * base:.2f}em"]
    for width, by in changes:
        width, by = scale * width, scale * by
        low, high = sorted((0, by))
        over = f"{width:.3f}em - 100cqw" if by > 0 else f"100cqw - {width:.3f}em"
        terms.append(f"clamp({low:.2f}em, ({over}) * 999, {high:.2f}em)")
    return f"calc({' + '.join(terms)})"
