"""Answers to the exercise on photon noise."""

OTHER = [
    (
        "    return torch.poisson(peak * x, generator=generator) / peak",
        "    counts = torch.poisson(x * peak, generator)\n    return counts.div(peak)",
    ),
    (
        """    counts, levels = np.asarray(counts, float), np.asarray(levels, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        light = counts[:, None] * np.log(levels)  # (N, K)
    light[:, levels == 0] = np.where(counts[:, None] == 0, 0.0, -np.inf)
    score = np.log(prior) + light - peak * levels
    weight = np.exp(score - score.max(axis=1, keepdims=True))
    return weight @ levels / weight.sum(axis=1)""",
        """    from scipy.special import softmax, xlogy
    return [softmax(xlogy(n, levels) - peak * levels + np.log(prior)) @ levels for n in counts]""",
    ),
    (
        """    seen = np.bincount(counts).astype(float)
    seen[seen == 0] = np.nan
    ahead = np.nan_to_num(seen[1:])
    return np.arange(1, len(seen)) * ahead / seen[:-1] / peak""",
        """    seen = [int((counts == n).sum()) for n in range(counts.max() + 1)]
    pairs = enumerate(zip(seen, seen[1:]))
    return [(n + 1) * b / a / peak if a else float("nan") for n, (a, b) in pairs]""",
    ),
    (
        "    return float((x.mean() / peak) ** 0.5)",
        "    return np.sqrt(np.mean(x.numpy() / peak))",
    ),
    (
        """    score = counts @ torch.log(examples).T - peak * examples.sum(dim=1)  # (M, N)
    return torch.softmax(score, dim=1) @ examples""",
        """    made = []
    for count in counts:
        score = (count * (peak * examples).log() - peak * examples).sum(dim=1)
        weight = (score - score.logsumexp(dim=0)).exp()
        made.append((weight[:, None] * examples).sum(dim=0))
    return torch.stack(made)""",
    ),
]

ANSWERS = {
    "other": (OTHER, (4, 5, 3, 4)),
    # Counts in place of brightness.
    "not-divided": (
        [
            (
                "torch.poisson(peak * x, generator=generator) / peak",
                "torch.poisson(peak * x, generator=generator)",
            )
        ],
        (2, 5, 3, 4),
    ),
    # The right mean and variance, and no photons.
    "normal-in-place-of-poisson": (
        [
            (
                "torch.poisson(peak * x, generator=generator) / peak",
                "x + (x / peak) ** 0.5 * torch.randn(x.shape, generator=generator)",
            )
        ],
        (3, 5, 3, 4),
    ),
    "generator-left-out": (
        [("torch.poisson(peak * x, generator=generator)", "torch.poisson(peak * x)")],
        (3, 5, 3, 4),
    ),
    "powers-in-place-of-logarithms": (
        [
            (
                "    return weight @ levels",
                "    weight = prior * levels ** counts[:, None] * np.exp(-peak * levels)\n"
                "    return weight @ levels",
            )
        ],
        (4, 4, 3, 4),
    ),
    "prior-left-out": ([("np.log(prior) + light", "light")], (4, 3, 3, 4)),
    # The likeliest level in place of the mean.
    "likeliest-level": (
        [
            (
                "    return weight @ levels / weight.sum(axis=1)",
                "    return levels[weight.argmax(axis=1)]",
            )
        ],
        (4, 3, 3, 4),
    ),
    "robbins-without-n-plus-1": ([("np.arange(1, len(seen)) * ahead", "ahead")], (4, 3, 3, 4)),
    "robbins-in-photons": ([("ahead / seen[:-1] / peak", "ahead / seen[:-1]")], (4, 4, 3, 4)),
    "variance-for-sigma": ([("(x.mean() / peak) ** 0.5", "x.mean() / peak")], (4, 5, 2, 4)),
    # Leaves out e^(-a x): bright examples win too often.
    "no-rate": ([(" - peak * examples.sum(dim=1)", "")], (4, 5, 3, 1)),
    "exponentials-vanish": (
        [
            (
                "torch.softmax(score, dim=1) @ examples",
                "score.exp() @ examples / score.exp().sum(dim=1, keepdim=True)",
            )
        ],
        (4, 5, 3, 2),
    ),
}
