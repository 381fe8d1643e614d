"""Answers to the style transfer exercise."""

OTHER = [
    (
        """    mean = features.mean(dim=(2, 3))
    variance = ((features - mean[:, :, None, None]) ** 2).mean(dim=(2, 3))
    return mean, (variance + EPS).sqrt()""",
        """    flat = features.flatten(2)
    return flat.mean(-1), torch.sqrt(flat.var(-1, unbiased=False) + EPS)""",
    ),
    ("    return mean**2 + std**2", "    return torch.stack([mean, std]).square().sum(0)"),
    (
        "    return ((found_mean - mean) ** 2 + (found_std - std) ** 2).mean()",
        "    by_mean = torch.nn.functional.mse_loss(found_mean, mean.expand_as(found_mean))\n"
        "    return by_mean + torch.nn.functional.mse_loss(found_std, std.expand_as(found_std))",
    ),
    (
        """    centered = features - found_mean[:, :, None, None]
    return 2 * (by_mean + by_std * centered) / (n * n_channels * height * width)""",
        """    out = torch.empty_like(features)
    for i in range(n):
        for c in range(n_channels):
            inside = by_mean[i, c] + by_std[i, c] * (features[i, c] - found_mean[i, c])
            out[i, c] = 2 * inside / features.numel()
    return out""",
    ),
    (
        "    return (content - mean) / std * new_std + new_mean",
        "    scale = new_std / std\n    return scale * content + (new_mean - scale * mean)",
    ),
    (
        """    orders = [torch.randperm(n_places, generator=generator) for _ in range(n_channels)]
    mixed = torch.stack([flat[:, c, order] for c, order in enumerate(orders)], dim=1)
    return mixed.reshape(features.shape)""",
        """    mixed = flat.clone()
    for image in mixed:
        for channel in image:
            channel[:] = channel[torch.randperm(n_places, generator=generator)]
    return mixed.view_as(features)""",
    ),
    (
        "    return float(style_loss(adain(content, style), target) / style_loss(content, target))",
        "    after, before = gram_matrix(adain(content, style)), gram_matrix(content)\n"
        "    return ((after - target) ** 2).sum() / ((before - target) ** 2).sum()",
    ),
]

ANSWERS = {
    "other": (OTHER, (4, 4, 4, 4)),
    # One mean and deviation for all channels of an image, spread over them.
    "over-channels-too": (
        [
            (
                "features.mean(dim=(2, 3))",
                "features.mean(dim=(1, 2, 3))[:, None].expand(features.shape[:2])",
            ),
        ],
        (2, 0, 1, 3),
    ),
    # Divides by M - 1, torch's default.
    "unbiased": (
        [
            (
                "    return mean, (variance + EPS).sqrt()",
                "    return mean, (features.flatten(2).var(2) + EPS).sqrt()",
            )
        ],
        (3, 4, 4, 4),
    ),
    # The variance in place of its root.
    "variance": (
        [("    return mean, (variance + EPS).sqrt()", "    return mean, variance + EPS")],
        (3, 0, 2, 2),
    ),
    "no-eps": ([("(variance + EPS).sqrt()", "variance.sqrt()")], (3, 2, 3, 3)),
    # The diagonal without the mean: a covariance.
    "diagonal-of-covariance": (
        [("    return mean**2 + std**2", "    return std**2")],
        (2, 4, 4, 4),
    ),
    "sum-for-mean": (
        [("(found_std - std) ** 2).mean()", "(found_std - std) ** 2).sum()")],
        (4, 2, 4, 4),
    ),
    # Leaves out how the deviation moves with the features.
    "gradient-of-mean-alone": (
        [("2 * (by_mean + by_std * centered)", "2 * (by_mean + 0 * by_std * centered)")],
        (4, 2, 4, 4),
    ),
    # Forgets that a deviation is a root: the gradient of the variance.
    "gradient-without-root": (
        [("((found_std - std) / found_std)", "(found_std - std)")],
        (4, 2, 4, 4),
    ),
    # Moves the mean, and not the deviation.
    "moves-mean-only": (
        [("(content - mean) / std * new_std + new_mean", "content - mean + new_mean")],
        (4, 4, 2, 3),
    ),
    # Each channel gets the same permutation, whatever together says.
    "one-permutation-for-all": (
        [("torch.stack([flat[:, c, order] for c,", "torch.stack([flat[:, c, orders[0]] for c,")],
        (4, 4, 4, 3),
    ),
    "ratio-upside-down": (
        [
            (
                "style_loss(adain(content, style), target) / style_loss(content, target)",
                "style_loss(content, target) / style_loss(adain(content, style), target)",
            )
        ],
        (4, 4, 4, 2),
    ),
}

STATS = "def channel_stats(features):\n    m = features.mean(dim=(2, 3))\n"
DIAGONAL = "def gram_diagonal(mean, std):\n    return "
STATS_LOSS = "def stats_loss(features, mean, std):\n    m, s = channel_stats(features)\n    return "
GRADIENT = """
def stats_gradient(features, mean, std):
    n, c, h, w = features.shape
    m, s = channel_stats(features)
    out = (m - mean)[:, :, None, None]
    centered = features - m[:, :, None, None]
    out = out + ((s - std) / s)[:, :, None, None] * centered
    return 2 * out / (n * c * h * w)
"""
ADAIN = """
def adain(content, style):
    mean, std = (part[:, :, None, None] for part in channel_stats(content))
    new_mean, new_std = (part[:, :, None, None] for part in channel_stats(style))
    return (content - mean) / std * new_std + new_mean
"""
SHUFFLE = """
def shuffle(features, together, seed):
    generator = torch.Generator().manual_seed(seed)
    flat = features.flatten(2)
    c, m = flat.shape[1:]
    if together:
        order = torch.randperm(m, generator=generator)
        return flat[:, :, order].reshape(features.shape)
    orders = [torch.randperm(m, generator=generator) for _ in range(c)]
    return torch.stack([flat[:, k, order]
    for k, order in enumerate(orders)], 1).reshape(features.shape)
"""
LEFT = """
def gram_left(content, style):
    target = gram_matrix(style)
    return float(style_loss(adain(content, style), target) / style_loss(content, target))
"""
MEASURED = "left = {name: gram_left(content[name], style[name]) for name in layers}\n"


def but(code, *edits):
    """Return code with texts replaced; each must be there."""
    for old, new in edits:
        assert old in code, old
        code = code.replace(old, new)
    return code


VARIANTS = {
    "q1": {
        "right": {
            "var-mean": """
def channel_stats(features):
    variance, mean = torch.var_mean(features, dim=(2, 3), correction=0)
    return mean, torch.sqrt(variance + EPS)
""",
            "reshaped": """
def channel_stats(features):
    n, c = features.shape[:2]
    x = features.reshape(n, c, -1)
    mean = x.sum(2) / x.shape[2]
    square = (x - mean.unsqueeze(2)).pow(2).sum(2) / x.shape[2]
    return [mean, (square + EPS) ** 0.5]
""",
            "einsum": """
def channel_stats(features):
    m = features[0, 0].numel()
    mean = torch.einsum("nchw->nc", features) / m
    centered = features - mean[..., None, None]
    return mean, torch.einsum("nchw,nchw->nc", centered, centered).div(m).add(EPS).sqrt()
""",
            "powers": DIAGONAL + "mean.pow(2) + std.pow(2)",
        },
        "wrong": {
            "over-all-channels": "def channel_stats(features):\n"
            "    m = features.mean(dim=(1, 2, 3))[:, None].expand(features.shape[:2])\n"
            "    s = features.flatten(1).std(1)[:, None].expand(features.shape[:2])\n"
            "    return m, s\n",
            "over-the-batch-too": "def channel_stats(features):\n"
            "    m = features.mean(dim=(0, 2, 3)).expand(features.shape[:2])\n"
            "    s = features.transpose(0, 1).flatten(1).std(1, False).expand(features.shape[:2])\n"
            "    return m, s\n",
            "unbiased": STATS + "    return m, (features.flatten(2).var(2) + EPS).sqrt()",
            "std-by-default": STATS + "    return m, features.flatten(2).std(2)",
            "variance": STATS + "    return m, features.flatten(2).var(2, correction=0) + EPS",
            "no-eps": STATS + "    return m, features.flatten(2).std(2, correction=0)",
            "eps-after-the-root": STATS
            + "    return m, features.flatten(2).std(2, correction=0) + EPS",
            "another-eps": STATS
            + "    return m, (features.flatten(2).var(2, correction=0) + 1e-5).sqrt()",
            "absolute-deviation": STATS
            + "    return m, (features - m[:, :, None, None]).abs().mean(dim=(2, 3))",
            "not-centered": STATS + "    return m, ((features**2).mean(dim=(2, 3)) + EPS).sqrt()",
            "swapped": STATS
            + "    return (features.flatten(2).var(2, correction=0) + EPS).sqrt(), m",
            "sum-for-mean": STATS
            + "    s = (features.flatten(2).var(2, correction=0) + EPS).sqrt()\n"
            "    return features.sum(dim=(2, 3)), s",
            "keeps-the-dimensions": STATS
            + "    s = (features.flatten(2).var(2, correction=0) + EPS).sqrt()\n"
            "    return m[:, :, None, None], s[:, :, None, None]",
            "rows-alone": "def channel_stats(features):\n"
            "    m = features.mean(3).median(2).values\n"
            "    return m, (features.flatten(2).var(2, correction=0) + EPS).sqrt()",
            "divides-by-the-height-squared": STATS
            + "    square = ((features - m[:, :, None, None]) ** 2).sum(dim=(2, 3))\n"
            "    return m, (square / features.shape[2] ** 2 + EPS).sqrt()",
            "means-of-row-deviations": STATS
            + "    return m, (features.var(3, correction=0).mean(2) + EPS).sqrt()",
            "diagonal-variance": DIAGONAL + "std**2",
            "diagonal-mean": DIAGONAL + "mean**2",
            "diagonal-root": DIAGONAL + "(mean**2 + std**2).sqrt()",
            "diagonal-square-of-the-sum": DIAGONAL + "(mean + std) ** 2",
            "diagonal-minus": DIAGONAL + "std**2 - mean**2",
            "diagonal-std": DIAGONAL + "mean**2 + std",
            "diagonal-product": DIAGONAL + "mean * std",
            "diagonal-half": DIAGONAL + "(mean**2 + std**2) / 2",
            "diagonal-as-a-matrix": DIAGONAL + "torch.diag_embed(mean**2 + std**2)",
            "diagonal-of-the-batch": DIAGONAL + "(mean**2 + std**2).mean(0)",
        },
    },
    "q2": {
        "right": {
            "stacked": """
def stats_loss(features, mean, std):
    found = torch.stack(channel_stats(features))
    wanted = torch.stack([mean.expand_as(found[0]), std.expand_as(found[1])])
    return (found - wanted).square().sum() / found[0].numel()
""",
            "means-apart": STATS_LOSS + "((m - mean) ** 2).mean() + ((s - std) ** 2).mean()",
            "flat": """
def stats_gradient(features, mean, std):
    x = features.flatten(2)
    m, s = (part.unsqueeze(2) for part in channel_stats(features))
    mean, std = mean.unsqueeze(2), std.unsqueeze(2)
    slope = 2 * (m - mean) + 2 * (s - std) * (x - m) / s
    return (slope / x.numel()).reshape(features.shape)
""",
            "by-the-variance": """
def stats_gradient(features, mean, std):
    m, s = channel_stats(features)
    per_channel = 1 / m.numel()
    places = features.shape[2] * features.shape[3]
    by_m = 2 * (m - mean) * per_channel / places
    by_variance = (s - std) / s * per_channel
    d_variance = 2 * (features - m[..., None, None]) / places
    return by_m[..., None, None] + by_variance[..., None, None] * d_variance
""",
        },
        "wrong": {
            "sum-for-mean": STATS_LOSS + "((m - mean) ** 2 + (s - std) ** 2).sum()",
            "means-alone": STATS_LOSS + "((m - mean) ** 2).mean()",
            "deviations-alone": STATS_LOSS + "((s - std) ** 2).mean()",
            "absolute": STATS_LOSS + "((m - mean).abs() + (s - std).abs()).mean()",
            "root": STATS_LOSS + "((m - mean) ** 2 + (s - std) ** 2).mean().sqrt()",
            "variances": STATS_LOSS + "((m - mean) ** 2 + (s**2 - std**2) ** 2).mean()",
            "mean-of-both": STATS_LOSS + "((m - mean) ** 2 + (s - std) ** 2).mean() / 2",
            "sum-over-channels": STATS_LOSS + "((m - mean) ** 2 + (s - std) ** 2).sum(1).mean()",
            "mean-over-the-channels-alone": STATS_LOSS
            + "((m - mean) ** 2 + (s - std) ** 2).mean(1).sum()",
            "square-of-the-sum": STATS_LOSS + "((m - mean + s - std) ** 2).mean()",
            "square-of-the-mean": STATS_LOSS + "(m - mean).mean() ** 2 + (s - std).mean() ** 2",
            "first-image": STATS_LOSS + "((m - mean)[0] ** 2 + (s - std)[0] ** 2).mean()",
            "relative": STATS_LOSS
            + "((m - mean) ** 2 + (s - std) ** 2).mean() / (mean**2 + std**2).mean()",
            "size-counts": STATS_LOSS
            + "((m - mean) ** 2 + (s - std) ** 2).mean() * features[0, 0].numel() / 750",
            "a-float": STATS_LOSS + "((m - mean) ** 2 + (s - std) ** 2).mean().item()",
            "one-number-an-image": STATS_LOSS + "((m - mean) ** 2 + (s - std) ** 2).mean(1)",
            "the-gram-loss": STATS_LOSS + "((m**2 + s**2 - mean**2 - std**2) ** 2).mean()",
            "detached": but(STATS_LOSS, ("(features)", "(features.detach())"))
            + "((m - mean) ** 2 + (s - std) ** 2).mean()",
            "means-detached": STATS_LOSS + "((m.detach() - mean) ** 2 + (s - std) ** 2).mean()",
            "by-numpy": """
def stats_loss(features, mean, std):
    found, spread = (part.detach().numpy() for part in channel_stats(features))
    gap = (found - mean.numpy()) ** 2 + (spread - std.numpy()) ** 2
    return torch.tensor(gap.mean())
""",
            "no-eps": but(
                GRADIENT,
                (
                    "m, s = channel_stats(features)",
                    "m, s = features.mean((2, 3)), features.flatten(2).std(2, correction=0)",
                ),
            ),
            "no-two": but(GRADIENT, ("return 2 * out", "return out")),
            "not-divided-by-n-c": but(GRADIENT, ("/ (n * c * h * w)", "/ (h * w)")),
            "not-divided-by-n": but(GRADIENT, ("/ (n * c * h * w)", "/ (c * h * w)")),
            "not-divided-by-places": but(GRADIENT, ("/ (n * c * h * w)", "/ (n * c)")),
            "divided-by-a-side-alone": but(GRADIENT, ("/ (n * c * h * w)", "/ (n * c * h)")),
            "mean-part-alone": but(GRADIENT, ("out = out + ((", "out = out + 0 * ((")),
            "deviation-part-alone": but(GRADIENT, ("out = (m - mean)", "out = 0 * (m - mean)")),
            "no-root": but(GRADIENT, ("((s - std) / s)", "(s - std)")),
            "target-below": but(GRADIENT, ("((s - std) / s)", "((s - std) / (std + 1e-8))")),
            "variance-below": but(GRADIENT, ("((s - std) / s)", "((s - std) / s**2)")),
            "minus": but(GRADIENT, ("return 2 *", "return -2 *")),
            "deviation-upside-down": but(GRADIENT, ("(s - std) / s", "(std - s) / s")),
            "not-centered": but(GRADIENT, (" * centered", " * features")),
            "centered-at-the-target": but(
                GRADIENT, ("features - m[:, :, None, None]", "features - mean[:, :, None, None]")
            ),
            "one-number-a-channel": but(
                GRADIENT,
                ("return 2 * out / (n * c * h * w)", "return 2 * out.mean((2, 3)) / n / c"),
            ),
            "autograd": """
def stats_gradient(features, mean, std):
    features = features.clone().requires_grad_()
    return torch.autograd.grad(stats_loss(features, mean, std), features)[0]
""",
            "autograd-backward": """
def stats_gradient(features, mean, std):
    with torch.enable_grad():
        x = features.detach().requires_grad_(True)
        stats_loss(x, mean, std).backward()
    return x.grad
""",
        },
    },
    "q3": {
        "right": {
            "scale-and-shift": """
def adain(content, style):
    (mean, std), (new_mean, new_std) = channel_stats(content), channel_stats(style)
    a = new_std / std
    b = new_mean - a * mean
    return content * a[..., None, None] + b[..., None, None]
""",
            "channel-by-channel": """
def adain(content, style):
    out = content.clone()
    for n in range(content.shape[0]):
        for c in range(content.shape[1]):
            f, s = content[n, c], style[n, c]
            std, new_std = ((x.var(correction=0) + EPS).sqrt() for x in (f, s))
            out[n, c] = (f - f.mean()) / std * new_std + s.mean()
    return out
""",
            "instance-norm": """
def adain(content, style):
    mean, std = channel_stats(style)
    normal = torch.nn.functional.instance_norm(content, eps=EPS)
    return normal * std[:, :, None, None] + mean[:, :, None, None]
""",
        },
        "wrong": {
            "moves-the-mean-alone": but(ADAIN, ("/ std * new_std", "")),
            "scales-alone": but(
                ADAIN, ("(content - mean) / std * new_std + new_mean", "content / std * new_std")
            ),
            "scales-before-it-centers": but(
                ADAIN, ("(content - mean) / std * new_std", "(content / std - mean) * new_std")
            ),
            "normalizes-alone": but(ADAIN, (" * new_std + new_mean", "")),
            "swapped": but(ADAIN, ("channel_stats(content)", "channel_stats(x)"))
            .replace("channel_stats(style)", "channel_stats(content)")
            .replace("channel_stats(x)", "channel_stats(style)"),
            "keeps-the-mean": but(ADAIN, ("+ new_mean", "+ mean")),
            "multiplied-by-the-deviation": but(ADAIN, ("/ std", "* std")),
            "upside-down": but(ADAIN, ("(content - mean)", "(mean - content)")),
            "root-of-the-deviation": but(ADAIN, ("/ std * new_std", "* (new_std / std) ** 0.5")),
            "ratio-of-variances": but(ADAIN, ("/ std * new_std", "* (new_std / std) ** 2")),
            "over-all-channels": but(
                ADAIN,
                ("(content - mean) / std", "(content - content.mean()) / content.std()"),
            ),
            "one-target-for-all-channels": but(
                ADAIN, ("new_std + new_mean", "new_std.mean() + new_mean.mean()")
            ),
            "first-style-for-all": but(ADAIN, ("new_std + new_mean", "new_std[:1] + new_mean[:1]")),
            "mean-style-for-all": but(
                ADAIN, ("new_std + new_mean", "new_std.mean(0) + new_mean.mean(0)")
            ),
            "divides-by-zero": """
def adain(content, style):
    dims = dict(dim=(2, 3), keepdim=True)
    mean, std = content.mean(**dims), content.std(**dims, correction=0)
    return (content - mean) / std * style.std(**dims, correction=0) + style.mean(**dims)
""",
            "zero-for-nan": """
def adain(content, style):
    dims = dict(dim=(2, 3), keepdim=True)
    mean, std = content.mean(**dims), content.std(**dims, correction=0)
    new = (content - mean) / std * style.std(**dims, correction=0) + style.mean(**dims)
    return new.nan_to_num()
""",
            "constant-stays": but(
                ADAIN,
                (
                    "    return (content - mean) / std * new_std + new_mean",
                    "    new = (content - mean) / std * new_std + new_mean\n"
                    "    return torch.where(std > 1e-3, new, content)",
                ),
            ),
            "large-eps": but(ADAIN, ("/ std", "/ (std + 0.1)")),
            "the-style-itself": but(
                ADAIN,
                (
                    "    return (content - mean) / std * new_std + new_mean",
                    "    return torch.nn.functional.interpolate(style, size=content.shape[2:])",
                ),
            ),
            "sorted-values": """
def adain(content, style):
    flat, other = content.flatten(2), style.flatten(2).sort(2).values
    place = torch.linspace(0, other.shape[2] - 1, flat.shape[2]).round().long()
    return other[:, :, place].gather(2, flat.argsort(2).argsort(2)).reshape(content.shape)
""",
            "clamped": but(ADAIN, ("return (content", "return torch.relu((content")).replace(
                "+ new_mean", "+ new_mean)"
            ),
            "halfway": but(
                ADAIN, ("return (content", "return 0.5 * content + 0.5 * ((content")
            ).replace("+ new_mean", "+ new_mean)"),
            "in-place": but(
                ADAIN,
                (
                    "    return (content - mean) / std * new_std + new_mean",
                    "    content -= mean\n    content *= new_std / std\n    content += new_mean\n"
                    "    return content",
                ),
            )
            + "for k in layers: adain(content[k], style[k])",
        },
    },
    "q4": {
        "right": {
            "gather": """
def shuffle(features, together, seed):
    n, c, h, w = features.shape
    random = torch.Generator().manual_seed(seed)
    rows = [torch.randperm(h * w, generator=random) for _ in range(1 if together else c)]
    order = torch.stack(rows).expand(n, c, h * w)
    return features.reshape(n, c, -1).gather(2, order).reshape(n, c, h, w)
""",
            "other-way-round": but(
                SHUFFLE,
                (
                    "        return flat[:, :, order].reshape(features.shape)",
                    "        mixed = torch.empty_like(flat)\n"
                    "        mixed[:, :, order] = flat\n"
                    "        return mixed.reshape(features.shape)",
                ),
            ),
            "every-image-its-own": """
def shuffle(features, together, seed):
    g = torch.Generator().manual_seed(seed)
    mixed = []
    for image in features.flatten(2):
        m = image.shape[1]
        if together:
            mixed.append(image[:, torch.randperm(m, generator=g)])
        else:
            mixed.append(torch.stack([row[torch.randperm(m, generator=g)] for row in image]))
    return torch.stack(mixed).view(features.shape)
""",
            "by-hand": """
def gram_left(content, style):
    def gram(x):
        f = x.flatten(2)
        return torch.bmm(f, f.transpose(1, 2)) / f.shape[2]
    after, before = ((gram(x) - gram(style)).norm() ** 2 for x in (adain(content, style), content))
    return (after / before).item()
left = {}
for name in layers:
    left[name] = gram_left(content[name], style[name])
""",
        },
        "wrong": {
            "in-place": """
def shuffle(features, together, seed):
    generator = torch.Generator().manual_seed(seed)
    for image in features.flatten(2):
        order = torch.randperm(image.shape[1], generator=generator)
        for channel in image:
            channel[:] = channel[order]
            if not together:
                order = torch.randperm(len(order), generator=generator)
    return features
""",
            "in-place-when-together": but(
                SHUFFLE,
                (
                    "        return flat[:, :, order].reshape(features.shape)",
                    "        flat[:] = flat[:, :, order]\n        return features",
                ),
            ),
            "ignores-seed": but(SHUFFLE, (", generator=generator", "")),
            "always-seed-zero": but(SHUFFLE, ("manual_seed(seed)", "manual_seed(0)")),
            "always-together": but(SHUFFLE, ("if together", "if True")),
            "never-together": but(SHUFFLE, ("if together", "if False")),
            "the-other-way": but(SHUFFLE, ("if together", "if not together")),
            "seed-ignored-when-together": but(
                SHUFFLE,
                (
                    "        order = torch.randperm(m, generator=generator)",
                    "        order = torch.randperm(m)",
                ),
            ),
            "one-permutation-for-all": but(
                SHUFFLE, ("enumerate(orders)", "enumerate(orders[:1] * c)")
            ),
            "seeded-again-for-each-channel": but(
                SHUFFLE,
                (
                    "torch.randperm(m, generator=generator) for _",
                    "torch.randperm(m, generator=torch.Generator().manual_seed(seed)) for _",
                ),
            ),
            "channels-for-places": but(
                SHUFFLE,
                (
                    "        order = torch.randperm(m, generator=generator)\n"
                    "        return flat[:, :, order]",
                    "        order = torch.randperm(c, generator=generator)\n"
                    "        return flat[:, order]",
                ),
            ),
            "rows-alone": but(
                SHUFFLE,
                (
                    "        order = torch.randperm(m, generator=generator)\n"
                    "        return flat[:, :, order]",
                    "        order = torch.randperm(features.shape[2], generator=generator)\n"
                    "        return features[:, :, order]",
                ),
            ),
            "columns-alone": but(
                SHUFFLE,
                (
                    "        order = torch.randperm(m, generator=generator)\n"
                    "        return flat[:, :, order]",
                    "        order = torch.randperm(features.shape[3], generator=generator)\n"
                    "        return features[:, :, :, order]",
                ),
            ),
            "rolled": but(
                SHUFFLE,
                (
                    "        order = torch.randperm(m, generator=generator)\n"
                    "        return flat[:, :, order]",
                    "        return flat.roll(1 + seed % (m - 1), 2)",
                ),
            ),
            "backwards": but(
                SHUFFLE,
                (
                    "        order = torch.randperm(m, generator=generator)\n"
                    "        return flat[:, :, order]",
                    "        return flat.flip(2)",
                ),
            ),
            "drawn-with-replacement": but(
                SHUFFLE,
                (
                    "torch.randperm(m, generator=generator)",
                    "torch.randint(m, (m,), generator=generator)",
                ),
            ),
            "not-shuffled": but(SHUFFLE, ("return flat[:, :, order]", "return flat")),
            "the-first-image-for-all": but(
                SHUFFLE,
                ("return flat[:, :, order]", "return flat[:1, :, order].expand(flat.shape)"),
            ),
            "last-channel-left-out": but(
                SHUFFLE, ("enumerate(orders)", "enumerate([*orders[:-1], torch.arange(m)])")
            ),
            "noise": but(
                SHUFFLE, ("return flat[:, :, order]", "return (flat[:, :, order] + 1e-3)")
            ),
            "left-upside-down": but(
                LEFT,
                (
                    "style_loss(adain(content, style), target) / style_loss(content, target)",
                    "style_loss(content, target) / style_loss(adain(content, style), target)",
                ),
            )
            + MEASURED,
            "gained-for-left": but(LEFT, ("return float(", "return 1 - float(")) + MEASURED,
            "root": but(LEFT, ("target))", "target)) ** 0.5")) + MEASURED,
            "percent": but(LEFT, ("return float(", "return 100 * float(")) + MEASURED,
            "not-a-ratio": but(LEFT, (" / style_loss(content, target)", "")) + MEASURED,
            "difference": but(LEFT, (" / style_loss(content", " - style_loss(content")) + MEASURED,
            "target-of-the-content": but(
                LEFT, ("gram_matrix(style)", "gram_matrix(content)")
            ).replace("style_loss(content, target)", "style_loss(style, target)")
            + MEASURED,
            "adain-the-other-way": but(LEFT, ("adain(content, style)", "adain(style, content)"))
            + MEASURED,
            "statistics-for-gram": """
def gram_left(content, style):
    target = channel_stats(style)
    return float(stats_loss(adain(content, style), *target) / stats_loss(content, *target))
"""
            + MEASURED,
            "diagonal-alone": """
def gram_left(content, style):
    after, before, target = (gram_diagonal(*channel_stats(x))
                             for x in (adain(content, style), content, style))
    return float(((after - target) ** 2).sum() / ((before - target) ** 2).sum())
"""
            + MEASURED,
            "style-and-content-swapped": """
left = {k: gram_left(style[k], content[k]) for k in layers}
""",
            "one-layer-for-all": """
left = {k: gram_left(content[layers[0]], style[layers[0]]) for k in layers}
""",
            "invented": "left = dict(zip(layers, [0.10, 0.20, 0.05]))",
            "two-layers": "left = {k: left[k] for k in layers[:2]}",
        },
    },
}
