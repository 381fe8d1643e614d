"""Answers to the exercise on convolutions."""

OTHER = [
    (
        "    return (size + 2 * p - d * (k - 1) - 1) // s + 1",
        """    places = range(-p, size + p)
    return sum(1 for start in places[::s] if start + d * (k - 1) < size + p)""",
    ),
    (
        "    return s * (size - 1) - 2 * p + k + extra",
        "    return len(range(-p, s * (size - 1) + k - p)) - 2 * p + extra",
    ),
    (
        "    return size - up_size(conv_size(size, k, s, p), k, s, p)",
        "    return (size + 2 * p - k) % s",
    ),
    (
        """    weights = c_out * (c_in // groups) * k**2
    return weights + c_out, places * weights""",
        """    layer = nn.Conv2d(c_in, c_out, k, groups=groups)
    return [sum(w.numel() for w in layer.parameters()), places * layer.weight.numel()]""",
    ),
    (
        """    field, step = 1, 1
    for k, s, d in layers:
        field += step * d * (k - 1)
        step *= s
    return field""",
        """    field = 1
    for k, s, d in reversed(layers):
        field = s * (field - 1) + d * (k - 1) + 1
    return field""",
    ),
    (
        """        middle = [conv_size(side, 5, 2, 2) for side in size]
        x = torch.relu(self.up1(code, output_size=middle))
        return self.up2(x, output_size=list(size))""",
        """        from torch.nn.functional import conv_transpose2d

        sizes = [[conv_size(side, 5, 2, 2) for side in size], size]
        for number, (layer, (h, w)) in enumerate(zip([self.up1, self.up2], sizes)):
            extra = [mirror_extra(side, 5, 2, 2) for side in (h, w)]
            code = conv_transpose2d(torch.relu(code) if number else code, layer.weight, layer.bias,
                                    stride=2, padding=2, output_padding=extra)
        return code""",
    ),
    (
        """    return grid.permute(1, 3, 0, 2, 4).reshape(-1, channels, size, size)""",
        """    return torch.stack([photo[:, i * size : (i + 1) * size, j * size : (j + 1) * size]
                        for i in range(rows) for j in range(columns)])""",
    ),
]

ANSWERS = {
    "other": (OTHER, (4, 4, 4, 4)),
    # A kernel of k entries that are d apart spans d (k - 1) + 1 pixels, not d k.
    "dilated-kernel-too-wide": ([("- d * (k - 1) - 1) // s", "- d * k) // s")], (3, 4, 4, 4)),
    # Right for the 3 x 3 layers of the chapter alone.
    "extra-by-parity": (
        [("size - up_size(conv_size(size, k, s, p), k, s, p)", "(size + 1) % 2")],
        (3, 4, 4, 4),
    ),
    "extra-left-out": ([("- 2 * p + k + extra", "- 2 * p + k")], (3, 4, 4, 4)),
    "groups-left-out": ([("(c_in // groups)", "c_in")], (4, 3, 4, 4)),
    # A bias is added, not multiplied.
    "biases-multiplied": ([("places * weights", "places * (weights + c_out)")], (4, 2, 4, 4)),
    # Every layer adds as if the strides below it were 1.
    "strides-left-out": ([("        step *= s", "        pass")], (4, 2, 4, 4)),
    "dilation-left-out": ([("step * d * (k - 1)", "step * (k - 1)")], (4, 3, 4, 4)),
    "relu-on-the-code": (
        [
            (
                "self.down2(torch.relu(self.down1(x)))",
                "torch.relu(self.down2(torch.relu(self.down1(x))))",
            )
        ],
        (4, 4, 3, 4),
    ),
    # Twice the size each time, whatever the size was.
    "always-doubles": (
        [
            (
                "middle = [conv_size(side, 5, 2, 2) for side in size]",
                "middle = [2 * side for side in code.shape[2:]]",
            ),
            ("output_size=list(size)", "output_size=[2 * side for side in x.shape[2:]]"),
        ],
        (4, 4, 2, 3),
    ),
    # A reshape alone takes runs of a row for squares.
    "reshape-alone": ([("grid.permute(1, 3, 0, 2, 4)", "grid")], (4, 4, 4, 1)),
    "column-by-column": (
        [("grid.permute(1, 3, 0, 2, 4)", "grid.permute(3, 1, 0, 2, 4)")],
        (4, 4, 4, 3),
    ),
    "patches-for-the-whole": (
        [("loss(conv, flower[None])", "loss(conv, cut(flower, 16))")],
        (4, 4, 4, 3),
    ),
}

# Puts its lines in place of one of the functions; the others stay right.
CONV = "def conv_size(size, k, s, p, d=1):\n    return "
UP = "def up_size(size, k, s, p, extra=0):\n    return "
MIRROR = "def mirror_extra(size, k, s, p):\n    return "
COST = "def cost(c_in, c_out, k, places, groups=1):\n    return "
FIELD = "def receptive_field(layers):\n"
LAYER = "nn.Conv1d(1, 1, k, stride=s, padding=p, dilation=d)(torch.zeros(1, 1, size)).shape[-1]"
MIDDLE = "        middle = [conv_size(side, 5, 2, 2) for side in size]\n"
RISE = "        return self.up2(torch.relu(self.up1(code, output_size=middle)), output_size=size)\n"
ENCODE = "class AnySize(AnySize):\n    def encode(self, x):\n        "
DECODE = "class AnySize(AnySize):\n    def decode(self, code, size):\n"
CUT = "def cut(photo, size):\n    c, h, w = photo.shape\n"

SLOW_WHOLE = True
VARIANTS = {
    "q1": {
        "right": {
            "float-and-floor": """
import math
def conv_size(size, k, s, p, d=1):
    span = d * (k - 1) + 1
    return math.floor((size + 2 * p - span) / s) + 1
""",
            "counts-places": """
def conv_size(size, k, s, p, d=1):
    n, start = 0, -p
    while start + d * (k - 1) <= size + p - 1:
        n, start = n + 1, start + s
    return n
""",
            "tries-every-extra": """
def mirror_extra(size, k, s, p):
    small = conv_size(size, k, s, p)
    for extra in range(s):
        if up_size(small, k, s, p, extra) == size:
            return extra
""",
            "lists-every-extra": MIRROR
            + "[e for e in range(s) if up_size(conv_size(size, k, s, p), k, s, p, e) == size][0]",
            "remainder": MIRROR + "(size + 2 * p - k) % s",
            "divmod": CONV + "divmod(size + 2 * p - (k + (k - 1) * (d - 1)), s)[0] + 1",
        },
        "wrong": {
            "no-plus-one": CONV + "(size + 2 * p - d * (k - 1) - 1) // s",
            "rounds-up": CONV + "-(-(size + 2 * p - d * (k - 1) - 1) // s) + 1",
            "rounds": CONV + "round((size + 2 * p - d * (k - 1) - 1) / s) + 1",
            "pads-one-side": CONV + "(size + p - d * (k - 1) - 1) // s + 1",
            "ignores-dilation": CONV + "(size + 2 * p - k) // s + 1",
            "dilates-the-input": CONV + "(d * size + 2 * p - k) // s + 1",
            "dilation-times-kernel": CONV + "(size + 2 * p - d * k) // s + 1",
            "same-padding": CONV + "-(-size // s)",
            "makes-a-layer": CONV + LAYER,
            "makes-a-layer-on-meta": CONV
            + LAYER.replace("dilation=d", "dilation=d, device='meta'").replace(
                "size))", "size, device='meta'))"
            ),
            "the-examples": CONV + "5 if d == 2 else 14",
            "up-doubles": UP + "s * size + extra",
            "up-ignores-padding": UP + "s * (size - 1) + k + extra",
            "up-pads-one-side": UP + "s * (size - 1) - p + k + extra",
            "up-off-by-one": UP + "s * (size - 1) - 2 * p + k + extra - 1",
            "up-adds-padding": UP + "s * (size - 1) + 2 * p + k + extra",
            "up-extra-times-stride": UP + "s * (size - 1 + extra) - 2 * p + k",
            "up-extra-at-both-ends": UP + "s * (size - 1) - 2 * p + k + 2 * extra",
            "up-makes-a-layer": UP
            + "nn.ConvTranspose1d(1, 1, k, s, p)(torch.zeros(1, 1, size)).shape[-1] + extra",
            "mirror-one": MIRROR + "1 - size % 2",
            "mirror-all-of-the-stride": MIRROR + "s - 1",
            "mirror-size-mod-stride": MIRROR + "size % s",
            "mirror-mod-two": MIRROR + "(size + 2 * p - k) % 2",
            "mirror-negative": MIRROR + "up_size(conv_size(size, k, s, p), k, s, p) - size",
            "mirror-no-padding": MIRROR + "(size - k) % s",
            "mirror-makes-layers": """
def mirror_extra(size, k, s, p):
    small = nn.Conv1d(1, 1, k, s, p)(torch.zeros(1, 1, size))
    return size - nn.ConvTranspose1d(1, 1, k, s, p)(small).shape[-1]
""",
        },
    },
    "q2": {
        "right": {
            "a-list": """
def cost(c_in, c_out, k, places, groups=1):
    per_place = groups * (c_out // groups) * (c_in // groups) * k * k
    return [per_place + c_out, per_place * places]
""",
            "marks-what-is-touched": """
def receptive_field(layers):
    seen = {0}
    for k, s, d in layers[::-1]:
        seen = {place * s + i * d for place in seen for i in range(k)}
    return max(seen) - min(seen) + 1
""",
            "products": """
def receptive_field(layers):
    k, s, d = np.array(layers).T
    steps = np.concatenate([[1], np.cumprod(s)[:-1]])
    return int(1 + (steps * d * (k - 1)).sum())
import numpy as np
""",
            "gradient": """
def receptive_field(layers):
    net = nn.Sequential(*(nn.Conv1d(1, 1, k, s, dilation=d) for k, s, d in layers))
    for layer in net:
        nn.init.ones_(layer.weight)
    x = torch.zeros(1, 1, 400, requires_grad=True)
    net(x)[0, 0, 0].backward()
    return int(x.grad.nonzero()[:, 2].max()) + 1
""",
        },
        "wrong": {
            "no-biases": COST
            + "(c_out * c_in // groups * k**2, places * c_out * c_in // groups * k**2)",
            "k-for-k-squared": COST
            + "(c_out * c_in // groups * k + c_out, places * c_out * c_in // groups * k)",
            "biases-of-the-input": COST
            + "(c_out * c_in // groups * k**2 + c_in, places * c_out * c_in // groups * k**2)",
            "one-bias": COST
            + "(c_out * c_in // groups * k**2 + 1, places * c_out * c_in // groups * k**2)",
            "groups-twice": COST
            + "(c_out // groups * (c_in // groups) * k**2 + c_out,"
            + " places * (c_out // groups) * (c_in // groups) * k**2)",
            "groups-multiply": COST
            + "(c_out * c_in * groups * k**2 + c_out, places * c_out * c_in * groups * k**2)",
            "groups-in-parameters-alone": COST
            + "(c_out * c_in // groups * k**2 + c_out, places * c_out * c_in * k**2)",
            "groups-in-multiplications-alone": COST
            + "(c_out * c_in * k**2 + c_out, places * c_out * c_in // groups * k**2)",
            "groups-divide-biases": COST
            + "((c_out * c_in * k**2 + c_out) // groups, places * c_out * c_in // groups * k**2)",
            "swapped": COST
            + "(places * c_out * c_in // groups * k**2, c_out * c_in // groups * k**2 + c_out)",
            "places-squared": COST
            + "(c_out * c_in // groups * k**2 + c_out, places**2 * c_out * c_in // groups * k**2)",
            "no-input-channels": COST
            + "(c_out * c_in // groups * k**2 + c_out, places * c_out * k**2)",
            "the-example": COST + "(160, 28224)",
            "kernels-added": FIELD + "    return sum(k for k, s, d in layers)",
            "no-strides": FIELD + "    return 1 + sum(d * (k - 1) for k, s, d in layers)",
            "own-stride-too": FIELD
            + """    field = step = 1
    for k, s, d in layers:
        step *= s
        field += step * d * (k - 1)
    return field
""",
            "stride-of-the-layer-below-alone": FIELD
            + """    field = below = 1
    for k, s, d in layers:
        field, below = field + below * d * (k - 1), s
    return field
""",
            "strides-added": FIELD
            + """    field = step = 1
    for k, s, d in layers:
        field, step = field + step * d * (k - 1), step + s - 1
    return field
""",
            "no-dilation": FIELD
            + """    field = step = 1
    for k, s, d in layers:
        field, step = field + step * (k - 1), step * s
    return field
""",
            "dilated-kernel-too-wide": FIELD
            + """    field = step = 1
    for k, s, d in layers:
        field, step = field + step * (d * k - 1), step * s
    return field
""",
            "dilation-goes-on": FIELD
            + """    field = step = 1
    for k, s, d in layers:
        field, step = field + step * d * (k - 1), step * s * d
    return field
""",
            "begins-at-zero": FIELD
            + """    field, step = 0, 1
    for k, s, d in layers:
        field, step = field + step * d * (k - 1), step * s
    return field
""",
            "from-the-top": FIELD
            + """    field = step = 1
    for k, s, d in layers[::-1]:
        field, step = field + step * d * (k - 1), step * s
    return field
""",
            "largest-kernel": FIELD + "    return max(d * (k - 1) + 1 for k, s, d in layers)",
            "two-layers-at-most": FIELD
            + """    (k1, s1, d1), (k2, s2, d2) = [*layers, (1, 1, 1)][:2]
    return 1 + d1 * (k1 - 1) + s1 * d2 * (k2 - 1)
""",
            "counts-input-pixels-of-3-by-3": FIELD + "    return 2 * len(layers) + 1",
        },
    },
    "q3": {
        "right": {
            "functional": ENCODE
            + """x = torch.nn.functional.relu(self.down1(x))
        return self.down2(x)
    def decode(self, code, size):
        h, w = size
        x = self.up1(code, output_size=[(h + 1) // 2, (w + 1) // 2])
        return self.up2(x.clamp(min=0), output_size=[h, w])
""",
            "modules": """
class AnySize(AnySize):
    def __init__(self, code_channels):
        super().__init__(code_channels)
        self.relu = nn.ReLU()
        self.encoder = nn.Sequential(self.down1, self.relu, self.down2)
    def encode(self, x):
        return self.encoder(x)
    def decode(self, code, size):
        shape = torch.Size([len(code), 32] + [conv_size(n, 5, 2, 2) for n in size])
        return self.up2(self.relu(self.up1(code, output_size=shape)), output_size=tuple(size))
""",
            "paddings-set": DECODE
            + """        middle = [conv_size(n, 5, 2, 2) for n in size]
        self.up1.output_padding = tuple(mirror_extra(n, 5, 2, 2) for n in middle)
        self.up2.output_padding = tuple(mirror_extra(n, 5, 2, 2) for n in size)
        return self.up2(torch.relu(self.up1(code)))
""",
        },
        "wrong": {
            "relu-on-the-code": ENCODE + "return torch.relu(self.down2(torch.relu(self.down1(x))))",
            "no-relu-in-encode": ENCODE + "return self.down2(self.down1(x))",
            "relu-on-the-input": ENCODE + "return self.down2(self.down1(torch.relu(x)))",
            "sigmoid-in-encode": ENCODE + "return self.down2(torch.sigmoid(self.down1(x)))",
            "tanh-on-the-code": ENCODE + "return torch.tanh(self.down2(torch.relu(self.down1(x))))",
            "leaky-relu": ENCODE
            + "return self.down2(torch.nn.functional.leaky_relu(self.down1(x), 0.2))",
            "normalizes-the-code": ENCODE
            + "c = self.down2(torch.relu(self.down1(x))); return c / c.std()",
            "rounds-the-input": ENCODE + "return self.down2(torch.relu(self.down1(x.round())))",
            "half-the-encoder": ENCODE + "return self.down1(x)",
            "no-relu-in-decode": DECODE
            + MIDDLE
            + "        return self.up2(self.up1(code, output_size=middle), output_size=size)",
            "relu-on-the-image": DECODE
            + MIDDLE
            + RISE.replace("self.up2(", "torch.relu(self.up2(").replace(
                "output_size=size)", "output_size=size))"
            ),
            "sigmoid-on-the-image": DECODE
            + MIDDLE
            + RISE.replace("self.up2(", "torch.sigmoid(self.up2(").replace(
                "output_size=size)", "output_size=size))"
            ),
            "relu-before-up1": DECODE
            + MIDDLE
            + "        x = self.up1(torch.relu(code), output_size=middle)\n"
            + "        return self.up2(x, output_size=size)",
            "halves-rounded-down": DECODE
            + "        middle = [side // 2 for side in size]\n"
            + RISE,
            "height-and-width-swapped": DECODE
            + "        middle = [conv_size(side, 5, 2, 2) for side in size[::-1]]\n"
            + RISE,
            "height-twice": DECODE + "        middle = [conv_size(size[0], 5, 2, 2)] * 2\n" + RISE,
            "doubles": DECODE
            + """        x = self.up1(code, output_size=[2 * n for n in code.shape[2:]])
        return self.up2(torch.relu(x), output_size=[2 * n for n in x.shape[2:]])
""",
            "one-extra-for-all": DECODE
            + """        self.up1.output_padding = self.up2.output_padding = (1, 1)
        return self.up2(torch.relu(self.up1(code)))
""",
            "extra-of-the-height": DECODE
            + """        middle = [conv_size(n, 5, 2, 2) for n in size]
        self.up1.output_padding = (mirror_extra(middle[0], 5, 2, 2),) * 2
        self.up2.output_padding = (mirror_extra(size[0], 5, 2, 2),) * 2
        return self.up2(torch.relu(self.up1(code)))
""",
            "no-extra": DECODE + "        return self.up2(torch.relu(self.up1(code)))",
            "stretched": DECODE
            + """        x = self.up2(torch.relu(self.up1(code)))
        return torch.nn.functional.interpolate(x, size=tuple(size))
""",
            "cut-off": DECODE
            + """        x = torch.relu(self.up1(code, output_size=[2 * n for n in code.shape[2:]]))
        x = self.up2(x, output_size=[2 * n for n in x.shape[2:]])
        return x[:, :, :size[0], :size[1]]
""",
            "filled-up-with-zeros": DECODE
            + """        x = self.up2(torch.relu(self.up1(code)))
        missing = [size[1] - x.shape[3], size[0] - x.shape[2]]
        return torch.nn.functional.pad(x, (0, missing[0], 0, missing[1]))
""",
            "forgets-the-code": DECODE + "        return torch.zeros(len(code), 3, *size)",
            "one-size-alone": DECODE
            + """        x = torch.relu(self.up1(code, output_size=[8, 10]))
        return self.up2(x, output_size=[16, 20])
""",
            "another-layer": DECODE
            + MIDDLE
            + RISE.replace("self.up2(", "nn.ConvTranspose2d(32, 3, 5, 2, 2)("),
        },
    },
    "q4": {
        "right": {
            "unfold": CUT
            + """    flat = nn.functional.unfold(photo[None], size, stride=size)[0].T
    return flat.reshape(-1, c, size, size)
""",
            "tensor-unfold": CUT
            + """    windows = photo.unfold(1, size, size).unfold(2, size, size)
    return windows.permute(1, 2, 0, 3, 4).flatten(0, 1)
""",
            "split": CUT
            + """    h, w = h // size * size, w // size * size
    rows = photo[:, :h, :w].split(size, dim=1)
    return torch.cat([torch.stack(row.split(size, dim=2)) for row in rows])
""",
            "measured-again": """
with torch.no_grad():
    pieces = cut(flower, 16)
    errors["conv"] = ((conv(pieces) - pieces) ** 2).mean()
    whole = torch.nn.functional.mse_loss(conv(flower[None]), flower[None]).item()
""",
            "trained-in-a-loop": """
of_china, of_chelsea, of_coffee = (cut(photo, 16) for photo in photos)
to_learn = torch.cat([of_china, of_chelsea, of_coffee])
made = {
    "dense": lambda: DenseAutoencoder(96, hidden=(256,), image_size=16, image_channels=3),
    "conv": lambda: AnySize(6),
}
for name, make in made.items():
    seed_everything(0)
    made[name] = fit(make(), to_learn)
errors = {name: loss(model, cut(flower, 16)) for name, model in made.items()}
conv = made["conv"]
whole = loss(conv, flower[None])
""",
        },
        "wrong": {
            "reshape-alone": CUT
            + """    photo = photo[:, : h // size * size, : w // size * size]
    return photo.reshape(-1, c, size, size)
""",
            "column-by-column": CUT
            + """    return torch.stack([photo[:, i:i + size, j:j + size]
                        for j in range(0, w - size + 1, size)
                        for i in range(0, h - size + 1, size)])
""",
            "overlap": CUT
            + """    return torch.stack([photo[:, i:i + size, j:j + size]
                        for i in range(0, h - size + 1, size // 2)
                        for j in range(0, w - size + 1, size // 2)])
""",
            "one-row-too-few": CUT
            + """    return torch.stack([photo[:, i:i + size, j:j + size]
                        for i in range(0, h - size, size) for j in range(0, w - size, size)])
""",
            "transposed": CUT
            + """    return torch.stack([photo[:, i:i + size, j:j + size].mT
                        for i in range(0, h - size + 1, size)
                        for j in range(0, w - size + 1, size)])
""",
            "drops-left-and-top": CUT
            + """    return torch.stack([photo[:, i:i + size, j:j + size]
                        for i in range(h % size, h, size) for j in range(w % size, w, size)])
""",
            "keeps-what-is-left-over": CUT
            + """    photo = nn.functional.pad(photo, (0, -w % size, 0, -h % size))
    c, h, w = photo.shape
    return torch.stack([photo[:, i:i + size, j:j + size]
                        for i in range(0, h, size) for j in range(0, w, size)])
""",
            "channels-apart": CUT
            + """    return torch.stack([photo[k:k + 1, i:i + size, j:j + size] for k in range(c)
                        for i in range(0, h - size + 1, size)
                        for j in range(0, w - size + 1, size)])
""",
            "squares-of-the-height": CUT
            + """    return torch.stack([photo[:, i:i + size, j:j + size]
                        for i in range(0, h - size + 1, size)
                        for j in range(0, h - size + 1, size)])
""",
            "channels-last": CUT
            + """    return torch.stack([photo[:, i:i + size, j:j + size].permute(1, 2, 0)
                        for i in range(0, h - size + 1, size)
                        for j in range(0, w - size + 1, size)])
""",
            "mirrored": CUT
            + """    return torch.stack([photo[:, i:i + size, j:j + size].flip(2)
                        for i in range(0, h - size + 1, size)
                        for j in range(0, w - size + 1, size)])
""",
            "normalized": CUT
            + """    return torch.stack([photo[:, i:i + size, j:j + size] / photo.max()
                        for i in range(0, h - size + 1, size)
                        for j in range(0, w - size + 1, size)])
""",
            "invented": "errors, whole = {'dense': 0.03, 'conv': 0.02}, 0.019",
            "swapped": "errors = {'dense': errors['conv'], 'conv': errors['dense']}",
            "errors-on-the-training-patches": """
errors = {"dense": loss(dense, patches), "conv": loss(conv, patches)}
""",
            "whole-in-patches": "whole = loss(conv, cut(flower, 16))",
            "whole-of-another-photograph": "whole = loss(conv, photos[0][None])",
            "whole-cut-to-multiples": "whole = loss(conv, flower[None, :, :208, :304])",
            "whole-of-the-dense-model": "whole = loss(dense, cut(flower, 16))",
            "root": "errors = {k: v**0.5 for k, v in errors.items()}; whole = whole**0.5",
            "untrained": """
dense = DenseAutoencoder(96, (256,), image_size=16, image_channels=3)
conv = AnySize(6)
errors = {"dense": loss(dense, cut(flower, 16)), "conv": loss(conv, cut(flower, 16))}
whole = loss(conv, flower[None])
""",
            "trained-on-one-photograph": """
patches = cut(photos[0], 16)
seed_everything(0)
dense = fit(DenseAutoencoder(96, (256,), image_size=16, image_channels=3), patches)
seed_everything(0)
conv = fit(AnySize(6), patches)
errors = {"dense": loss(dense, cut(flower, 16)), "conv": loss(conv, cut(flower, 16))}
whole = loss(conv, flower[None])
""",
            "trained-on-the-flower": """
patches = cut(flower, 16)
seed_everything(0)
dense = fit(DenseAutoencoder(96, (256,), image_size=16, image_channels=3), patches)
seed_everything(0)
conv = fit(AnySize(6), patches)
errors = {"dense": loss(dense, cut(flower, 16)), "conv": loss(conv, cut(flower, 16))}
whole = loss(conv, flower[None])
""",
            "smaller-dense-code": """
seed_everything(0)
dense = fit(DenseAutoencoder(64, (256,), image_size=16, image_channels=3), patches)
errors["dense"] = loss(dense, cut(flower, 16))
""",
            "seeded-once": """
seed_everything(0)
dense = fit(DenseAutoencoder(96, (256,), image_size=16, image_channels=3), patches)
conv = fit(AnySize(6), patches)
errors = {"dense": loss(dense, cut(flower, 16)), "conv": loss(conv, cut(flower, 16))}
whole = loss(conv, flower[None])
""",
            "another-seed": """
seed_everything(1)
dense = fit(DenseAutoencoder(96, (256,), image_size=16, image_channels=3), patches)
errors["dense"] = loss(dense, cut(flower, 16))
""",
            "another-code": """
seed_everything(0)
conv = fit(AnySize(12), patches)
errors["conv"] = loss(conv, cut(flower, 16))
whole = loss(conv, flower[None])
""",
            "sum-over-pixels": """
errors = {k: v * 768 for k, v in errors.items()}
whole = whole * flower.numel()
""",
        },
    },
}
