"""The drawn style images of `course_lib.data.load_style`.

Both drawings work in the unit square, u to the right and v down, and draw their random numbers in
an order that does not depend on the size in pixels: the size changes the detail and not the
composition.
"""

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

OVERSAMPLING = 2  # drawn at twice the size, then averaged: smooth edges


def jogakbo(size, rng):
    """Draw a patchwork wrapping cloth: pieces of ramie and silk, their weave, seams and stitches.

    The square is cut in two again and again by lines that are almost straight across. Each piece
    gets a fabric, that is a colour, the direction of its threads and their unevenness. Along a seam
    two layers overlap, so the cloth is darker there, and a row of stitches holds them.

    Args:
        size: side in pixels.
        rng: numpy.random.Generator.

    Returns:
        np.ndarray: (size, size, 3) float64 in [0, 1], RGB.
    """
    side = size * OVERSAMPLING
    axis = (np.arange(side) + 0.5) / side
    u, v = np.meshgrid(axis, axis)
    piece, seam, along, boxes = _cut(u, v, rng)
    n_pieces = len(boxes)
    colours = _fabric_colours(boxes, rng)

    # The threads: warp and weft pass over and under each other, round in section, and each is a
    # little thicker or lighter along its way than the next (the slubs of hand-spun ramie).
    angle = rng.normal(0, 0.06, n_pieces)[piece]
    per_side = rng.uniform(60, 84, n_pieces)[piece]  # threads along the side of the cloth
    p = (u * np.cos(angle) + v * np.sin(angle)) * per_side
    q = (v * np.cos(angle) - u * np.sin(angle)) * per_side
    slub = gaussian_filter(rng.standard_normal((512, 512)), (0.5, 8), mode="wrap")
    slub /= slub.std()
    shift = rng.uniform(0, 512, (2, n_pieces))
    warp = 0.16 * np.abs(np.sin(np.pi * p)) + 0.055 * _look_up(slub, p + shift[0][piece], 2.5 * q)
    weft = 0.16 * np.abs(np.sin(np.pi * q)) + 0.055 * _look_up(slub, q + shift[1][piece], 2.5 * p)
    over = 0.5 + 0.5 * np.tanh(3 * np.sin(np.pi * p) * np.sin(np.pi * q))
    threads = over * warp + (1 - over) * weft - 0.12

    # Light through the cloth: wide soft waves, and each piece fades towards one side.
    waves = gaussian_filter(rng.standard_normal((64, 64)), 5, mode="wrap")
    waves = _look_up(waves / waves.std(), v * 20, u * 20)
    slope = rng.normal(0, 0.16, (2, n_pieces))
    fade = slope[0][piece] * (u - 0.5) + slope[1][piece] * (v - 0.5)
    light = 0.97 + threads + 0.035 * waves + fade

    overlap = 1 / (1 + np.exp((seam - SEAM) / 0.0008))
    edge = np.exp(-((seam / 0.0018) ** 2))
    # Two layers let less light through: the colour deepens (a power) rather than turns grey.
    image = colours[piece] ** (1 + 0.45 * overlap + 0.5 * edge)[..., None]
    image *= (light * (1 - 0.10 * overlap - 0.22 * edge))[..., None]
    dash = 1 / (1 + np.exp(-(np.sin(2 * np.pi * along * 52) - 0.1) / 0.12))
    stitch = 0.5 * dash * np.exp(-(((seam - 0.55 * SEAM) / 0.0014) ** 2))
    image += stitch[..., None] * (THREAD - image)
    return _shrink(image)


SEAM = 0.0105  # width of the overlap on one side of a seam
THREAD = np.array([0.96, 0.92, 0.82])

# Fabrics: undyed hemp and ramie, then natural dyes (indigo, safflower, gardenia and earth, mugwort,
# lac). The last column is how often a fabric is used, relative to the others.
FABRICS = np.array(
    [
        (0.90, 0.86, 0.76, 3.0),
        (0.84, 0.77, 0.63, 3.0),
        (0.74, 0.64, 0.49, 2.2),
        (0.93, 0.91, 0.85, 2.4),
        (0.15, 0.21, 0.37, 2.0),
        (0.25, 0.37, 0.54, 1.8),
        (0.57, 0.67, 0.74, 1.6),
        (0.66, 0.14, 0.18, 1.8),
        (0.80, 0.47, 0.42, 1.0),
        (0.80, 0.57, 0.20, 1.5),
        (0.89, 0.75, 0.45, 1.2),
        (0.45, 0.52, 0.38, 1.2),
        (0.38, 0.22, 0.34, 0.7),
    ]
)


def _cut(u, v, rng):
    """Cut the unit square into convex pieces.

    Returns for every pixel the number of its piece, the distance to the nearest seam and the place
    along that seam (what the stitches count); and for every piece the box (left, top, right,
    bottom) that it would fill if the cuts were exactly upright or level.
    """
    piece = np.zeros(u.shape, dtype=np.int64)
    seam = np.full(u.shape, np.inf)
    along = np.zeros(u.shape)
    boxes = [(0.0, 0.0, 1.0, 1.0)]
    todo = [0]
    while todo:
        label = todo.pop(0)
        left, top, right, bottom = boxes[label]
        wide, high = right - left, bottom - top
        if wide * high < 0.009 or (wide * high < 0.045 and rng.random() < 0.42):
            continue
        upright = rng.random() < wide**2 / (wide**2 + high**2)  # more often across the longer way
        at, tilt = rng.uniform(0.3, 0.7), rng.normal(0, 0.07)
        if upright:
            middle = left + at * wide
            boxes[label] = (left, top, middle, bottom)
            boxes.append((middle, top, right, bottom))
            distance = (u - middle) * np.cos(tilt) + (v - top - high / 2) * np.sin(tilt)
            position = v
        else:
            middle = top + at * high
            boxes[label] = (left, top, right, middle)
            boxes.append((left, middle, right, bottom))
            distance = (v - middle) * np.cos(tilt) - (u - left - wide / 2) * np.sin(tilt)
            position = u
        inside = piece == label
        nearer = inside & (np.abs(distance) < seam)
        seam[nearer] = np.abs(distance[nearer])
        along[nearer] = position[nearer]
        piece[inside & (distance > 0)] = len(boxes) - 1
        todo += [label, len(boxes) - 1]
    return piece, seam, along, np.array(boxes)


def _fabric_colours(boxes, rng):
    """A colour (n_pieces, 3) for each piece; neighbours differ in fabric where that is possible."""
    margin = 0.02  # the cuts are tilted, so pieces reach a little beyond their boxes
    low, high = boxes[:, :2] - margin, boxes[:, 2:] + margin
    touch = (low[:, None] < high).all(axis=2) & (low < high[:, None]).all(axis=2)
    chosen = np.empty(0, dtype=int)
    for near in touch:
        weight = FABRICS[:, 3].copy()
        weight[chosen[near[: len(chosen)]]] *= 1e-6
        chosen = np.append(chosen, rng.choice(len(FABRICS), p=weight / weight.sum()))
    shade = 1 + rng.normal(0, 0.03, (len(boxes), 1)) + rng.normal(0, 0.012, (len(boxes), 3))
    return FABRICS[chosen, :3] * shade


def swirl(size, rng):
    """Draw thick brush strokes that follow a field of vortices, from deep blue to warm light.

    Strokes are laid in layers from broad to fine. Each starts at a random place, follows the field
    for a while and leaves the marks of its bristles, which stand up from the canvas and catch the
    light.

    Args:
        size: side in pixels.
        rng: numpy.random.Generator.

    Returns:
        np.ndarray: (size, size, 3) float64 in [0, 1], RGB.
    """
    side = size * OVERSAMPLING
    field = _Vortices(rng)
    axis = (np.arange(side) + 0.5) / side
    ground = field.warmth(np.stack(np.meshgrid(axis, axis), axis=-1))
    canvas = _palette(ground.ravel())
    height = np.zeros(side * side)
    for n_strokes, width, length in ((500, 0.050, 0.26), (1500, 0.026, 0.17), (3000, 0.014, 0.10)):
        _lay_strokes(canvas, height, side, field, n_strokes, width, length, rng)
    height = gaussian_filter(height.reshape(side, side), 0.6 * side / 512)
    slope_v, slope_u = np.gradient(height, 1 / side)
    light = 1 + np.clip(0.0045 * (slope_u + slope_v), -0.25, 0.35)
    return _shrink(canvas.reshape(side, side, 3) * light[..., None])


# From the dark of the sky to the glow of a light.
PALETTE = np.array(
    [
        (0.05, 0.08, 0.24),
        (0.09, 0.18, 0.45),
        (0.14, 0.33, 0.63),
        (0.24, 0.52, 0.72),
        (0.52, 0.74, 0.74),
        (0.88, 0.86, 0.62),
        (0.97, 0.78, 0.28),
        (0.93, 0.53, 0.14),
    ]
)


class _Vortices:
    """A flow of a few vortices on a slanting current, and the glow about their centres."""

    def __init__(self, rng, n=7):
        self.centres = [rng.uniform(0.1, 0.9, 2)]
        while len(self.centres) < n:  # each the farthest of several tries from those before it
            tries = rng.uniform(0.02, 0.98, (12, 2))
            gaps = np.linalg.norm(tries[:, None] - np.array(self.centres), axis=2).min(axis=1)
            self.centres.append(tries[gaps.argmax()])
        self.sizes = rng.uniform(0.07, 0.16, n)
        self.spins = rng.choice([-1.0, 1.0], n)
        self.glows = rng.uniform(0.55, 1.0, n)
        self.phase = rng.uniform(0, 2 * np.pi, 2)

    def direction(self, position):
        """Unit direction of the flow at positions (..., 2)."""
        u, v = position[..., 0], position[..., 1]
        current = (
            0.8 + 0.3 * np.sin(5 * v + self.phase[0]),
            0.45 * np.sin(6.5 * u + self.phase[1]),
        )
        flow = np.stack(current, axis=-1)
        for centre, size, spin in zip(self.centres, self.sizes, self.spins, strict=True):
            r = position - centre
            distance = np.linalg.norm(r, axis=-1, keepdims=True)
            turn = np.stack([-r[..., 1], r[..., 0]], axis=-1) / (distance + 1e-6)
            flow += 4 * spin * np.exp(-((distance / (1.5 * size)) ** 2)) * turn
        return flow / (np.linalg.norm(flow, axis=-1, keepdims=True) + 1e-9)

    def warmth(self, position):
        """Place in the palette, 0 (dark) to 1 (light), at positions (..., 2)."""
        u, v = position[..., 0], position[..., 1]
        value = 0.2 + 0.1 * np.sin(7 * v + 3 * u + self.phase[1]) + 0.06 * np.sin(23 * v - 9 * u)
        for centre, size, glow in zip(self.centres, self.sizes, self.glows, strict=True):
            r = np.linalg.norm(position - centre, axis=-1) / size
            rings = 0.5 + 0.5 * np.cos(2.5 * np.pi * r)
            value += glow * (0.75 * np.exp(-((r / 0.55) ** 2)) + 0.36 * rings * np.exp(-0.9 * r))
        return value


N_HAIRS = 16  # bristles of a brush
N_STEPS = 24  # points of a stroke's path


def _lay_strokes(canvas, height, side, field, n_strokes, width, length, rng):
    """Paint one layer onto canvas (side * side, 3) and height (side * side,), in place."""
    path = np.empty((N_STEPS, n_strokes, 2))
    path[0] = rng.uniform(-0.06, 1.06, (n_strokes, 2))
    lengths = length * rng.uniform(0.5, 1.2, n_strokes)
    widths = width * rng.uniform(0.6, 1.25, n_strokes)
    for i in range(1, N_STEPS):
        path[i] = path[i - 1] + field.direction(path[i - 1]) * lengths[:, None] / (N_STEPS - 1)
    heading = field.direction(path)

    tone = field.warmth(path[N_STEPS // 2]) + rng.normal(0, 0.075, n_strokes)
    colours = _palette(tone) * (1 + rng.normal(0, 0.05, (n_strokes, 3)))
    accent = rng.random(n_strokes) < 0.03  # a few warm strokes keep the blues alive
    colours[accent] = _palette(rng.uniform(0.72, 1.0, accent.sum()))
    hairs = gaussian_filter(rng.standard_normal((n_strokes, N_HAIRS)), (0, 0.8))
    hairs /= hairs.std()
    ragged = rng.uniform(
        0, 0.22, (2, n_strokes, N_HAIRS)
    )  # where each hair touches down, lifts off
    paint = widths * rng.uniform(0.7, 1.3, n_strokes)  # how thick it lies

    for k in range(n_strokes):
        # Samples along s in [0, 1] and across t in [-1, 1], close enough to leave no pixel out.
        s = np.linspace(0, 1, int(1.4 * lengths[k] * side) + 2)
        t = np.linspace(-1, 1, int(1.4 * widths[k] * side) + 2)
        step = np.minimum((s * (N_STEPS - 1)).astype(int), N_STEPS - 2)
        mix = (s * (N_STEPS - 1) - step)[:, None]
        middle = path[step, k] * (1 - mix) + path[step + 1, k] * mix
        ahead = heading[step, k] * (1 - mix) + heading[step + 1, k] * mix
        across = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
        half = 0.5 * widths[k] * np.sqrt(1 - (2 * s - 1) ** 4)  # the ends taper
        position = middle[:, None] + across[:, None] * (half[:, None] * t)[..., None]
        pixel = np.floor(position * side).astype(int)  # (len(s), len(t), 2)

        hair = np.minimum(((t + 1) / 2 * N_HAIRS).astype(int), N_HAIRS - 1)
        covered = (s[:, None] > ragged[0, k, hair]) & (s[:, None] < 1 - ragged[1, k, hair])
        covered &= ((pixel >= 0) & (pixel < side)).all(axis=-1)
        index = (pixel[..., 1] * side + pixel[..., 0])[covered]
        column = np.nonzero(covered)[1]
        ridge = np.interp(t, np.linspace(-1, 1, N_HAIRS), hairs[k])
        canvas[index] = colours[k] * (1 + 0.07 * ridge)[column, None]
        height[index] = (paint[k] * (np.sqrt(1 - t**2) + 0.22 * ridge))[column]


def _palette(tone):
    """Colours (N, 3) of the palette at places (N,) in 0..1."""
    place = np.linspace(0, 1, len(PALETTE))
    return np.stack([np.interp(tone, place, PALETTE[:, c]) for c in range(3)], axis=-1)


def _look_up(texture, row, column):
    """Values of a periodic texture at fractional rows and columns, interpolated linearly."""
    return map_coordinates(texture, [row, column], order=1, mode="grid-wrap")


def _shrink(image):
    """Average blocks of OVERSAMPLING x OVERSAMPLING pixels; values outside [0, 1] are clipped."""
    side, _, channels = image.shape
    n = side // OVERSAMPLING
    blocks = np.clip(image, 0, 1).reshape(n, OVERSAMPLING, n, OVERSAMPLING, channels)
    return blocks.mean(axis=(1, 3))
