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
    "no-eps": ([("(variance + EPS).sqrt()", "variance.sqrt()")], (4, 4, 3, 3)),
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
