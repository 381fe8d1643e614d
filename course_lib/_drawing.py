"""The drawn style images of `course_lib.data.load_style`.

Both drawings work in the unit square, u to the right and v down, and draw their random numbers in an
order that does not depend on the size in pixels: the size changes the detail and not the composition.
"""

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

OVERSAMPLING = 2  # drawn at twice the size, then averaged: smooth edges


def jogakbo(size, rng):
    """Draw a patchwork wrapping cloth: pieces of ramie and silk, their weave, seams and stitches.

    The square is cut in two again and again by lines that are almost straight across. Each piece gets a
    fabric, that is a colour, the direction of its threads and their unevenness. Along a seam two layers
    overlap, so the cloth is darker there; beside it runs a row of stitches.

    Args:
        size: side in pixels.
        rng: numpy.random.Generator.

    Returns:
        np.ndarray: (size, size, 3) float64 in [0, 1], RGB.
    """
    side = size * OVERSAMPLING
    axis = (np.arange(side) + 0.5) / side
    u, v = np.meshgrid(axis, axis)
    piece, seam, along = _cut(u, v, rng)
    n_pieces = piece.max() + 1
    colours = _fabric_colours(piece, n_pieces, rng)

    # The threads: two sets at right angles, each thread a little thicker or lighter than the next.
    angle = rng.normal(0, 0.06, n_pieces)[piece]
    coarse = rng.uniform(62, 96, n_pieces)[piece]  # threads across the whole cloth
    p, q = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
    slub = gaussian_filter(rng.standard_normal((512, 512)), (0.6, 9), mode="wrap")
    slub /= slub.std()
    offset = rng.uniform(0, 512, (2, n_pieces))
    weft = _look_up(slub, q * coarse + offset[0][piece], p * 190)
    warp = _look_up(slub, p * coarse + offset[1][piece], q * 190)
    weave = np.cos(2 * np.pi * q * coarse) * np.cos(2 * np.pi * p * coarse)
    threads = 0.030 * weft + 0.030 * warp + 0.035 * weave

    # Light through the cloth: wide soft waves, and each piece fades towards one side.
    waves = gaussian_filter(rng.standard_normal((64, 64)), 5, mode="wrap")
    waves = _look_up(waves / waves.std(), v * 20, u * 20)
    slope = rng.normal(0, 0.16, (2, n_pieces))
    fade = slope[0][piece] * (u - 0.5) + slope[1][piece] * (v - 0.5)
    light = 1 + threads + 0.035 * waves + fade

    width = 0.011  # of the overlap on one side of a seam
    overlap = 1 / (1 + np.exp((seam - width) / 0.0008))
    light = light * (1 - 0.26 * overlap) * (1 - 0.40 * np.exp(-((seam / 0.0020) ** 2)))
    image = colours[piece] * light[..., None]
    stitch = np.exp(-(((seam - 1.35 * width) / 0.0018) ** 2)) * (np.sin(2 * np.pi * along * 46) > 0.1)
    thread_colour = np.array([0.97, 0.93, 0.84])
    image += 0.55 * stitch[..., None] * (thread_colour - image)
    return _shrink(image)


# Fabrics: undyed hemp and ramie, then dyes (indigo, safflower red, gardenia and earth yellow, mugwort
# green, lac purple). The last column is how often a fabric is used, relative to the others.
FABRICS = np.array(
    [
        (0.93, 0.89, 0.79, 3.0),
        (0.87, 0.80, 0.66, 3.0),
        (0.78, 0.68, 0.52, 2.0),
        (0.96, 0.93, 0.87, 2.0),
        (0.13, 0.20, 0.40, 2.2),
        (0.22, 0.36, 0.58, 2.0),
        (0.55, 0.68, 0.78, 1.5),
        (0.70, 0.13, 0.18, 2.2),
        (0.86, 0.45, 0.42, 1.0),
        (0.85, 0.60, 0.18, 2.0),
        (0.93, 0.77, 0.42, 1.2),
        (0.42, 0.52, 0.34, 1.2),
        (0.40, 0.20, 0.36, 0.8),
    ]
)


def _cut(u, v, rng):
    """Cut the unit square into convex pieces.

    Returns, for every pixel: the number of its piece, the distance to the nearest seam, and the position
    along that seam (what the stitches count).
    """
    piece = np.zeros(u.shape, dtype=np.int64)
    seam = np.full(u.shape, np.inf)
    along = np.zeros(u.shape)
    # Each piece still to be cut keeps a rectangle about itself, which tells where to cut.
    todo = [(0, 0.0, 0.0, 1.0, 1.0)]
    n_pieces = 1
    while todo:
        label, left, top, right, bottom = todo.pop(0)
        wide, high = right - left, bottom - top
        area = wide * high
        if area < 0.009 or (area < 0.045 and rng.random() < 0.42):
            continue
        upright = rng.random() < wide**2 / (wide**2 + high**2)  # cut the longer way more often
        at, tilt = rng.uniform(0.3, 0.7), rng.normal(0, 0.07)
        centre = np.array([left + wide * (at if upright else 0.5), top + high * (0.5 if upright else at)])
        normal = np.array([np.cos(tilt), np.sin(tilt)])
        if not upright:
            normal = np.array([-np.sin(tilt), np.cos(tilt)])
        distance = (u - centre[0]) * normal[0] + (v - centre[1]) * normal[1]
        inside = piece == label
        nearer = inside & (np.abs(distance) < seam)
        seam[nearer] = np.abs(distance)[nearer]
        along[nearer] = (u * normal[1] - v * normal[0])[nearer]
        piece[inside & (distance > 0)] = n_pieces
        if upright:
            middle = left + at * wide
            todo += [(label, left, top, middle, bottom), (n_pieces, middle, top, right, bottom)]
        else:
            middle = top + at * high
            todo += [(label, left, top, right, middle), (n_pieces, left, middle, right, bottom)]
        n_pieces += 1
    return piece, seam, along


def _fabric_colours(piece, n_pieces, rng):
    """A colour for each piece (n_pieces, 3), no two neighbours from the same fabric."""
    touch = np.zeros((n_pieces, n_pieces), dtype=bool)
    for a, b in ((piece[1:], piece[:-1]), (piece[:, 1:], piece[:, :-1])):
        touch[a, b] = touch[b, a] = True
    np.fill_diagonal(touch, False)
    chosen = np.full(n_pieces, -1)
    for label in range(n_pieces):
        weight = FABRICS[:, 3].copy()
        weight[chosen[touch[label] & (chosen >= 0)]] = 0
        chosen[label] = rng.choice(len(FABRICS), p=weight / weight.sum())
    return FABRICS[chosen, :3] * (1 + rng.normal(0, 0.035, (n_pieces, 3)))


def swirl(size, rng):
    """Draw thick brush strokes that follow a field of vortices, from deep blue to warm light.

    Strokes are laid in layers from broad to fine. Each starts at a random place, follows the field for a
    while and leaves the marks of its bristles, which also stand up from the canvas and catch the light.

    Args:
        size: side in pixels.
        rng: numpy.random.Generator.

    Returns:
        np.ndarray: (size, size, 3) float64 in [0, 1], RGB.
    """
    side = size * OVERSAMPLING
    field = _Vortices(rng)
    canvas = np.empty((side * side, 3))
    canvas[:] = (0.07, 0.11, 0.27)
    height = np.zeros(side * side)
    for n_strokes, width, length in ((500, 0.050, 0.26), (1500, 0.026, 0.17), (3000, 0.014, 0.10)):
        _lay_strokes(canvas, height, side, field, n_strokes, width, length, rng)
    height = gaussian_filter(height.reshape(side, side), 0.6 * side / 512)
    slope_v, slope_u = np.gradient(height, 1 / side)
    light = 1 + np.clip(0.0016 * (slope_u + slope_v), -0.22, 0.28)
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

    def __init__(self, rng):
        n = 7
        self.centres = self._apart(rng, n)
        self.size = rng.uniform(0.07, 0.16, n)
        self.spin = rng.choice([-1.0, 1.0], n)
        self.glow = rng.uniform(0.55, 1.0, n)
        self.phase = rng.uniform(0, 2 * np.pi, 2)

    @staticmethod
    def _apart(rng, n):
        """n points of the unit square, each the farthest of several tries from those before it."""
        points = [rng.uniform(0.1, 0.9, 2)]
        while len(points) < n:
            tries = rng.uniform(0.02, 0.98, (12, 2))
            gap = np.linalg.norm(tries[:, None] - np.array(points), axis=2).min(axis=1)
            points.append(tries[gap.argmax()])
        return np.array(points)

    def direction(self, position):
        """Unit direction of the flow at positions (..., 2)."""
        u, v = position[..., 0], position[..., 1]
        flow = np.stack(
            [
                0.8 + 0.3 * np.sin(5 * v + self.phase[0]),
                0.45 * np.sin(6.5 * u + self.phase[1]),
            ],
            axis=-1,
        )
        for centre, size, spin in zip(self.centres, self.size, self.spin, strict=True):
            r = position - centre
            distance = np.linalg.norm(r, axis=-1, keepdims=True)
            turn = np.stack([-r[..., 1], r[..., 0]], axis=-1) / (distance + 1e-6)
            flow += spin * 4.0 * np.exp(-((distance / (1.5 * size)) ** 2)) * turn
        return flow / (np.linalg.norm(flow, axis=-1, keepdims=True) + 1e-9)

    def warmth(self, position):
        """Place in the palette, 0 (dark) to 1 (light), at positions (..., 2)."""
        u, v = position[..., 0], position[..., 1]
        value = 0.20 + 0.10 * np.sin(7 * v + 3 * u + self.phase[1]) + 0.06 * np.sin(23 * v - 9 * u)
        for centre, size, glow in zip(self.centres, self.size, self.glow, strict=True):
            r = np.linalg.norm(position - centre, axis=-1) / size
            rings = 0.5 + 0.5 * np.cos(2 * np.pi * r * 1.25)
            value = value + glow * (0.75 * np.exp(-((r / 0.55) ** 2)) + 0.36 * rings * np.exp(-r * 0.9))
        return value


def _lay_strokes(canvas, height, side, field, n_strokes, width, length, rng):
    """Paint one layer onto canvas (side * side, 3) and height (side * side,), in place."""
    n_steps = 24
    start = rng.uniform(-0.06, 1.06, (n_strokes, 2))
    reach = length * rng.uniform(0.5, 1.2, n_strokes)
    broad = width * rng.uniform(0.6, 1.25, n_strokes)
    path = np.empty((n_steps, n_strokes, 2))
    path[0] = start
    for i in range(1, n_steps):
        path[i] = path[i - 1] + field.direction(path[i - 1]) * reach[:, None] / (n_steps - 1)
    heading = field.direction(path)

    tone = field.warmth(path[n_steps // 2]) + rng.normal(0, 0.075, n_strokes)
    colour = _palette(tone) * (1 + rng.normal(0, 0.05, (n_strokes, 3)))
    # A few strokes in the complementary colour keep the blues alive.
    accent = rng.random(n_strokes) < 0.03
    colour[accent] = _palette(rng.uniform(0.72, 1.0, accent.sum()))
    bristles = gaussian_filter(rng.standard_normal((n_strokes, 16)), (0, 0.8))
    bristles /= bristles.std()
    ragged = rng.uniform(0, 0.22, (2, n_strokes, 16))
    thickness = rng.uniform(0.7, 1.3, n_strokes)

    for k in range(n_strokes):
        # Sample the stroke densely enough to leave no pixel out: along s and across t.
        ns = int(reach[k] * side * 1.7) + 2
        nt = int(broad[k] * side * 1.7) + 2
        s, t = np.linspace(0, 1, ns), np.linspace(-1, 1, nt)
        at = s * (n_steps - 1)
        low = np.minimum(at.astype(int), n_steps - 2)
        mix = (at - low)[:, None]
        middle = path[low, k] * (1 - mix) + path[low + 1, k] * mix
        ahead = heading[low, k] * (1 - mix) + heading[low + 1, k] * mix
        side_ways = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
        taper = np.sqrt(np.clip(1 - (2 * s - 1) ** 4, 0, 1)) * 0.5 * broad[k]
        position = middle[:, None] + side_ways[:, None] * (taper[:, None] * t)[..., None]
        hair = np.minimum(((t + 1) * 8).astype(int), 15)
        covered = (s[:, None] > ragged[0, k, hair]) & (s[:, None] < 1 - ragged[1, k, hair])
        pixel = np.floor(position * side).astype(int)
        covered &= ((pixel >= 0) & (pixel < side)).all(axis=-1)
        row = np.interp(t, np.linspace(-1, 1, 16), bristles[k])
        shade = 1 + 0.07 * row
        relief = thickness[k] * (1 - t**2) ** 0.5 + 0.22 * row
        index = (pixel[..., 1] * side + pixel[..., 0])[covered]
        column = np.broadcast_to(np.arange(nt), covered.shape)[covered]
        canvas[index] = colour[k] * shade[column, None]
        height[index] = (broad[k] * relief)[column]


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
