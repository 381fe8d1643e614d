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
    "reshape-alone": ([("grid.permute(1, 3, 0, 2, 4)", "grid")], (4, 4, 4, 2)),
    "column-by-column": (
        [("grid.permute(1, 3, 0, 2, 4)", "grid.permute(3, 1, 0, 2, 4)")],
        (4, 4, 4, 3),
    ),
    "patches-for-the-whole": (
        [("loss(conv, flower[None])", "loss(conv, cut(flower, 16))")],
        (4, 4, 4, 3),
    ),
}
