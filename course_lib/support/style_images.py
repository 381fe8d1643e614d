"""The drawn style images of `course_lib.data.load_style`.

All drawings use the unit square, u to the right and v down, and draw random numbers in an order
that does not depend on the size in pixels: the size changes the detail, not the composition.
"""

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

OVERSAMPLING = 2  # draw at twice the size, then average, for smooth edges


def jogakbo(size, rng):
    """Draw a Korean patchwork of ramie and silk: (size, size, 3) float64 in [0, 1], RGB.

    Almost straight lines cut the square in two again and again. Each piece gets a fabric: its
    color, and the direction and unevenness of its threads. Along a seam two layers overlap, so the
    cloth is darker there, and a row of stitches joins them.
    """
    side = size * OVERSAMPLING
    axis = (np.arange(side) + 0.5) / side
    u, v = np.meshgrid(axis, axis)
    piece, seam, along, boxes = _cut_into_pieces(u, v, rng)
    n_pieces = len(boxes)
    colors = _piece_colors(boxes, rng)

    # Threads: warp and weft pass over and under each other. They are round in section, and each
    # varies in thickness and lightness along its length (the slubs of hand-spun ramie).
    angle = rng.normal(0, 0.06, n_pieces)[piece]
    per_side = rng.uniform(60, 84, n_pieces)[piece]  # threads along the side of the cloth
    p = (u * np.cos(angle) + v * np.sin(angle)) * per_side
    q = (v * np.cos(angle) - u * np.sin(angle)) * per_side
    slub = _smooth_noise(rng, (512, 512), (0.5, 8), mode="wrap")
    shift = rng.uniform(0, 512, (2, n_pieces))
    warp = 0.16 * np.abs(np.sin(np.pi * p))
    warp += 0.055 * _look_up(slub, p + shift[0][piece], 2.5 * q)
    weft = 0.16 * np.abs(np.sin(np.pi * q))
    weft += 0.055 * _look_up(slub, q + shift[1][piece], 2.5 * p)
    over = 0.5 + 0.5 * np.tanh(3 * np.sin(np.pi * p) * np.sin(np.pi * q))
    threads = over * warp + (1 - over) * weft - 0.12

    # Light through the cloth: wide soft waves, and each piece fades toward one side.
    waves = _look_up(_smooth_noise(rng, (64, 64), 5, mode="wrap"), v * 20, u * 20)
    slope = rng.normal(0, 0.16, (2, n_pieces))
    fade = slope[0][piece] * (u - 0.5) + slope[1][piece] * (v - 0.5)
    light = 0.97 + threads + 0.035 * waves + fade

    overlap = 1 / (1 + np.exp((seam - SEAM) / 0.0008))
    edge = np.exp(-((seam / 0.0018) ** 2))
    # Less light passes two layers. A power deepens the color; a factor would turn it gray.
    image = colors[piece] ** (1 + 0.45 * overlap + 0.5 * edge)[..., None]
    image *= (light * (1 - 0.10 * overlap - 0.22 * edge))[..., None]
    dash = 1 / (1 + np.exp(-(np.sin(2 * np.pi * along * 52) - 0.1) / 0.12))
    stitch = 0.5 * dash * np.exp(-(((seam - 0.55 * SEAM) / 0.0014) ** 2))
    image += stitch[..., None] * (THREAD - image)
    return _average_blocks(image)


SEAM = 0.0105  # width of the overlap on one side of a seam
THREAD = np.array([0.96, 0.92, 0.82])

# Columns: hemp and ramie (4), indigo (3), safflower (2), gardenia and earth (2), mugwort, lac.
# Rows: red, green, blue, relative frequency.
FABRICS = [
    (0.90, 0.84, 0.74, 0.93, 0.15, 0.25, 0.57, 0.66, 0.80, 0.80, 0.89, 0.45, 0.38),
    (0.86, 0.77, 0.64, 0.91, 0.21, 0.37, 0.67, 0.14, 0.47, 0.57, 0.75, 0.52, 0.22),
    (0.76, 0.63, 0.49, 0.85, 0.37, 0.54, 0.74, 0.18, 0.42, 0.20, 0.45, 0.38, 0.34),
    (3.0, 3.0, 2.2, 2.4, 2.0, 1.8, 1.6, 1.8, 1.0, 1.5, 1.2, 1.2, 0.7),
]


def _cut_into_pieces(u, v, rng):
    """Cut the unit square into convex pieces.

    Returns for every pixel the number of its piece, the distance to the nearest seam and the
    position along that seam; and for every piece the box (left, top, right, bottom) that it would
    fill if the cuts were exactly vertical or horizontal.
    """
    piece = np.zeros(u.shape, dtype=np.int64)
    seam = np.full(u.shape, np.inf)
    along = np.zeros(u.shape)
    boxes = [(0.0, 0.0, 1.0, 1.0)]
    todo = [0]
    while todo:
        label = todo.pop(0)
        left, top, right, bottom = boxes[label]
        width, height = right - left, bottom - top
        area = width * height
        if area < 0.009 or (area < 0.045 and rng.random() < 0.42):
            continue
        vertical = rng.random() < width**2 / (width**2 + height**2)  # mostly across the long side
        share, tilt = rng.uniform(0.3, 0.7), rng.normal(0, 0.07)
        if vertical:
            middle = left + share * width
            halves = (left, top, middle, bottom), (middle, top, right, bottom)
            distance = (u - middle) * np.cos(tilt) + (v - top - height / 2) * np.sin(tilt)
        else:
            middle = top + share * height
            halves = (left, top, right, middle), (left, middle, right, bottom)
            distance = (v - middle) * np.cos(tilt) - (u - left - width / 2) * np.sin(tilt)
        boxes[label] = halves[0]
        boxes.append(halves[1])
        inside = piece == label
        nearer = inside & (np.abs(distance) < seam)
        seam[nearer] = np.abs(distance[nearer])
        along[nearer] = (v if vertical else u)[nearer]
        piece[inside & (distance > 0)] = len(boxes) - 1
        todo += [label, len(boxes) - 1]
    return piece, seam, along, np.array(boxes)


def _piece_colors(boxes, rng):
    """Return a color (n_pieces, 3) per piece; neighbors get different fabrics where possible."""
    margin = 0.02  # the cuts are tilted, so pieces reach a little beyond their boxes
    low, high = boxes[:, :2] - margin, boxes[:, 2:] + margin
    touch = (low[:, None] < high).all(axis=2) & (low < high[:, None]).all(axis=2)
    chosen = np.empty(0, dtype=int)
    *rgb, frequency = np.array(FABRICS)
    for near in touch:
        weight = frequency.copy()
        weight[chosen[near[: len(chosen)]]] *= 1e-6
        chosen = np.append(chosen, rng.choice(len(weight), p=weight / weight.sum()))
    shade = 1 + rng.normal(0, 0.03, (len(boxes), 1)) + rng.normal(0, 0.012, (len(boxes), 3))
    return np.stack(rgb, axis=-1)[chosen] * shade


def swirl(size, rng):
    """Draw brush strokes along a field of vortices: (size, size, 3) float64 in [0, 1], RGB.

    Layers of strokes go from broad to fine. Each stroke starts at a random position and follows the
    field. Its bristles leave ridges, which catch the light.
    """
    side = size * OVERSAMPLING
    field = _Vortices(rng)
    axis = (np.arange(side) + 0.5) / side
    warmth = field.warmth(np.stack(np.meshgrid(axis, axis), axis=-1))
    canvas = _palette_colors(warmth.ravel())
    height = np.zeros(side * side)
    for n_strokes, width, length in ((500, 0.050, 0.26), (1500, 0.026, 0.17), (3000, 0.014, 0.10)):
        _paint_layer(canvas, height, side, field, n_strokes, width, length, rng)
    height = gaussian_filter(height.reshape(side, side), 0.6 * side / 512)
    slope_v, slope_u = np.gradient(height, 1 / side)
    light = 1 + np.clip(0.0045 * (slope_u + slope_v), -0.25, 0.35)
    return _average_blocks(canvas.reshape(side, side, 3) * light[..., None])


# Red, green and blue of eight colors, from a dark sky to a glowing light.
PALETTE = [
    (0.05, 0.09, 0.14, 0.24, 0.52, 0.88, 0.97, 0.93),
    (0.08, 0.18, 0.33, 0.52, 0.74, 0.86, 0.78, 0.53),
    (0.24, 0.45, 0.63, 0.72, 0.74, 0.62, 0.28, 0.14),
]


class _Vortices:
    """A few vortices on a slanting current, and the glow around their centers."""

    def __init__(self, rng, n=7):
        self.centers = [rng.uniform(0.1, 0.9, 2)]
        while len(self.centers) < n:  # of several candidates, the one farthest from all centers
            candidates = rng.uniform(0.02, 0.98, (12, 2))
            gaps = np.linalg.norm(candidates[:, None] - np.array(self.centers), axis=2).min(axis=1)
            self.centers.append(candidates[gaps.argmax()])
        self.sizes = rng.uniform(0.07, 0.16, n)
        self.spins = rng.choice([-1.0, 1.0], n)
        self.glows = rng.uniform(0.55, 1.0, n)
        self.phase = rng.uniform(0, 2 * np.pi, 2)

    def direction(self, position):
        """Return the unit direction of the flow at positions (..., 2)."""
        u, v = position[..., 0], position[..., 1]
        right = 0.8 + 0.3 * np.sin(5 * v + self.phase[0])
        down = 0.45 * np.sin(6.5 * u + self.phase[1])
        flow = np.stack([right, down], axis=-1)
        for center, size, spin in zip(self.centers, self.sizes, self.spins):
            r = position - center
            distance = np.linalg.norm(r, axis=-1, keepdims=True)
            turn = np.stack([-r[..., 1], r[..., 0]], axis=-1) / (distance + 1e-6)
            flow += 4 * spin * np.exp(-((distance / (1.5 * size)) ** 2)) * turn
        return flow / (np.linalg.norm(flow, axis=-1, keepdims=True) + 1e-9)

    def warmth(self, position):
        """Return where in the palette positions (..., 2) are, 0 (dark) to 1 (light)."""
        u, v = position[..., 0], position[..., 1]
        value = 0.2 + 0.1 * np.sin(7 * v + 3 * u + self.phase[1]) + 0.06 * np.sin(23 * v - 9 * u)
        for center, size, glow in zip(self.centers, self.sizes, self.glows):
            r = np.linalg.norm(position - center, axis=-1) / size
            rings = 0.5 + 0.5 * np.cos(2.5 * np.pi * r)
            value += glow * (0.75 * np.exp(-((r / 0.55) ** 2)) + 0.36 * rings * np.exp(-0.9 * r))
        return value


N_HAIRS = 16  # bristles of a brush
N_STEPS = 24  # points of a stroke's path


def _paint_layer(canvas, height, side, field, n_strokes, width, length, rng):
    """Paint one layer of strokes onto canvas (side^2, 3) and height (side^2,), in place."""
    path = np.empty((N_STEPS, n_strokes, 2))
    path[0] = rng.uniform(-0.06, 1.06, (n_strokes, 2))
    lengths = length * rng.uniform(0.5, 1.2, n_strokes)
    widths = width * rng.uniform(0.6, 1.25, n_strokes)
    for i in range(1, N_STEPS):
        path[i] = path[i - 1] + field.direction(path[i - 1]) * lengths[:, None] / (N_STEPS - 1)
    heading = field.direction(path)

    tone = field.warmth(path[N_STEPS // 2]) + rng.normal(0, 0.075, n_strokes)
    colors = _palette_colors(tone) * (1 + rng.normal(0, 0.05, (n_strokes, 3)))
    accent = rng.random(n_strokes) < 0.03  # a few warm strokes among the blue ones
    colors[accent] = _palette_colors(rng.uniform(0.72, 1.0, accent.sum()))
    hairs = _smooth_noise(rng, (n_strokes, N_HAIRS), (0, 0.8))
    ragged = rng.uniform(0, 0.22, (2, n_strokes, N_HAIRS))  # where each hair starts and ends
    paint = widths * rng.uniform(0.7, 1.3, n_strokes)  # thickness of the paint

    for k in range(n_strokes):
        # Samples along s in [0, 1] and across t in [-1, 1], dense enough to reach every pixel.
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
        canvas[index] = colors[k] * (1 + 0.07 * ridge)[column, None]
        height[index] = (paint[k] * (np.sqrt(1 - t**2) + 0.22 * ridge))[column]


def _palette_colors(tone):
    """Return the palette's colors (N, 3) at tones (N,) in 0..1."""
    grid = np.linspace(0, 1, len(PALETTE[0]))
    return np.stack([np.interp(tone, grid, channel) for channel in PALETTE], axis=-1)


def _smooth_noise(rng, shape, sigma, **options):
    """Return Gaussian noise, filtered to correlate over `sigma` pixels, with unit deviation."""
    noise = gaussian_filter(rng.standard_normal(shape), sigma, **options)
    return noise / noise.std()


def _look_up(texture, row, column):
    """Return values of a periodic texture at fractional rows and columns (linear interpolation)."""
    return map_coordinates(texture, [row, column], order=1, mode="grid-wrap")


def _average_blocks(image):
    """Clip to [0, 1] and average blocks of OVERSAMPLING x OVERSAMPLING pixels."""
    side, _, channels = image.shape
    n = side // OVERSAMPLING
    blocks = np.clip(image, 0, 1).reshape(n, OVERSAMPLING, n, OVERSAMPLING, channels)
    return blocks.mean(axis=(1, 3))


def waves(size, rng):
    """Draw rows of waves as on Korean folk screens: (size, size, 3) float64 in [0, 1], RGB.

    Each wave is a fan of colored rings with dark outlines, and hides the lower part of the row
    behind it. A few waves are red or ocher among the blue ones. The ink is uneven.
    """
    side = size * OVERSAMPLING
    axis = (np.arange(side) + 0.5) / side
    u, v = np.meshgrid(axis, axis)
    image = np.ones((side, side, 3)) * SEA[0]
    noise = _look_up(_smooth_noise(rng, (256, 256), 3, mode="wrap"), v * 128, u * 128)
    grain = _look_up(_smooth_noise(rng, (256, 256), 0.7, mode="wrap"), v * 256, u * 256)
    n_rows = 13
    for row in range(-1, n_rows + 3):
        n_waves = 7
        for wave in range(n_waves + 1):
            jitter = rng.normal(0, (0.008, 0.006, 0.008))
            x = (wave + 0.5 * (row % 2)) / n_waves + jitter[0]
            y = (row + 0.6) / n_rows + jitter[1]
            radius = 0.096 + jitter[2]
            n_rings = rng.integers(4, 7)
            kind = rng.choice(len(RINGS), p=(0.36, 0.3, 0.18, 0.08, 0.08))
            shade = 1 + rng.normal(0, 0.06)
            near = np.hypot(u - x, v - y) < 1.1 * radius
            dx, dy = u[near] - x, v[near] - y
            r = np.hypot(dx, dy * 1.05) / radius + 0.018 * noise[near]
            ring = np.clip((r * n_rings).astype(int), 0, n_rings - 1)
            place = r * n_rings - ring
            colors = SEA[np.array(RINGS[kind])[ring % 4]] * shade
            colors = colors * (0.92 + 0.16 * place + 0.05 * grain[near])[:, None]
            line = np.exp(-(((place - 0.98) / 0.13) ** 2)) + np.exp(-((place / 0.08) ** 2))
            ink = np.clip(line * (0.75 + 0.25 * noise[near]), 0, 1)[:, None]
            colors = colors + ink * (SEA[-1] - colors)
            inside = r < 1
            target = image[near]
            target[inside] = colors[inside]
            image[near] = target
    return _average_blocks(image)


SEA = np.array(  # foam, sky, sea, deep sea, red, ocher, jade, ink
    [
        (0.95, 0.92, 0.83),
        (0.55, 0.74, 0.80),
        (0.16, 0.45, 0.64),
        (0.07, 0.22, 0.44),
        (0.80, 0.24, 0.17),
        (0.93, 0.68, 0.25),
        (0.30, 0.60, 0.50),
        (0.06, 0.08, 0.16),
    ]
)
RINGS = [(3, 2, 1, 0), (0, 1, 2, 3), (6, 1, 0, 2), (4, 5, 0, 4), (5, 0, 2, 0)]


def ink(size, rng):
    """Draw a landscape in ink wash: (size, size, 3) float64 in [0, 1], RGB.

    Ridges stand behind one another in mist: each is dark along its edge and fades downward. Dry
    strokes of a hairy brush follow the slopes, and drops have spread in the damp paper. The paper
    is warm, the ink is bluish, and a few strokes are a pale red-brown wash.
    """
    side = size * OVERSAMPLING
    axis = (np.arange(side) + 0.5) / side
    u, v = np.meshgrid(axis, axis)
    fiber = _look_up(_smooth_noise(rng, (256, 256), (0.6, 4), mode="wrap"), v * 256, u * 256)
    cloud = _look_up(_smooth_noise(rng, (128, 128), 4, mode="wrap"), v * 40, u * 40)
    hairs = _smooth_noise(rng, (512, 512), (0.5, 6), mode="wrap")
    dark = np.full((side, side), 0.03) + 0.02 * cloud
    warm = np.zeros((side, side))
    ridges = []
    for layer in range(6):
        knots = np.cumsum(rng.normal(0, 1, 24))
        knots = (knots - knots.mean()) / np.abs(knots - knots.mean()).max()
        height = gaussian_filter(np.interp(axis * 23, np.arange(24), knots), 0.012 * side)
        rough = gaussian_filter(rng.standard_normal(512), 1.5)
        height = height * 0.10 + 0.012 * np.interp(axis * 511, np.arange(512), rough)
        ridges.append(0.14 + 0.15 * layer - height)
        below = v - ridges[-1][None]
        edge = 1 / (1 + np.exp(-(below + 0.004 * fiber) / 0.0022))
        wash = np.exp(-below.clip(0) / (0.045 + 0.01 * layer)) * (0.85 + 0.3 * cloud)
        line = np.exp(-((below / (0.004 + 0.003 * np.abs(cloud))) ** 2)) * (0.8 + 0.3 * fiber)
        strength = 0.30 + 0.11 * layer
        dark = dark * (1 - 0.75 * edge * np.exp(-((below / 0.2) ** 2)))
        dark = dark + strength * edge * wash + 0.5 * strength * np.clip(line, 0, 1.3)
        if layer in (2, 4):
            warm += 0.5 * edge * np.exp(-((below - 0.05) ** 2) / 0.002) * (0.6 + 0.4 * cloud)
    for _ in range(520):  # dry strokes down the slopes
        layer = rng.integers(6)
        x, length = rng.uniform(-0.05, 1.05), rng.uniform(0.03, 0.13)
        start = np.interp(x, axis, ridges[layer]) + rng.uniform(0, 0.07)
        lean, width = rng.normal(0, 0.9), rng.uniform(0.003, 0.011)
        seed, force = rng.uniform(0, 512), rng.uniform(0.25, 0.9) * (0.45 + 0.12 * layer)
        box = (np.abs(u - x) < 1.5 * length) & (np.abs(v - start - length / 2) < 0.75 * length)
        s = (v[box] - start) / length
        t = (u[box] - x - lean * length * s * (1 - 0.4 * s)) / (width * (1.15 - 0.7 * s) + 1e-4)
        hair = _look_up(hairs, 6 * t + seed, 6 * s + seed)
        on = (np.abs(t) < 1) & (s > 0) & (s < 1)
        dark[box] += on * force * np.clip(0.7 + 0.6 * hair - 0.7 * s, 0, 1.2) * (1 - t**4).clip(0)
    for _ in range(45):  # drops
        x, y, radius = rng.uniform(0, 1), rng.uniform(0.25, 1), rng.gamma(2.0, 0.005)
        force = rng.uniform(0.2, 0.9)
        box = np.hypot(u - x, v - y) < 3 * radius
        r = np.hypot(u[box] - x, v[box] - y) / radius + 0.25 * fiber[box]
        dark[box] += force / (1 + np.exp((r - 1) / 0.12))
    dark = np.clip(dark + 0.035 * fiber, 0, 1.5)[..., None]
    image = PAPER * np.exp(-1.9 * dark * INK - 0.9 * warm.clip(0)[..., None] * BROWN)
    return _average_blocks(image)


PAPER = np.array([0.95, 0.90, 0.78])
INK, BROWN = (
    np.array([1.0, 0.92, 0.72]),
    np.array([0.10, 0.42, 0.62]),
)  # absorbed of red, green, blue
