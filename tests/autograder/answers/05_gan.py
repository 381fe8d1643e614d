"""Answers to the GAN exercise."""

OTHER = [
    (
        """    real = (1 - eps) * softplus(-real_logits) + eps * softplus(real_logits)
    return real.mean() + softplus(fake_logits).mean()""",
        """    cross_entropy = nn.BCEWithLogitsLoss()
    real = cross_entropy(real_logits, torch.full_like(real_logits, 1 - eps))
    return real + cross_entropy(fake_logits, torch.zeros_like(fake_logits))""",
    ),
    (
        """    total = p_data + p_g
    return np.where(total > 0, (1 - eps) * p_data / np.where(total > 0, total, 1), 0.5)""",
        """    D = np.full(np.shape(p_data), 0.5)
    there = (p_data > 0) | (p_g > 0)
    D[there] = (1 - eps) * p_data[there] / (p_data[there] + p_g[there])
    return D""",
    ),
    (
        "    return trapezoid(rel_entr(p_data, middle) + rel_entr(p_g, middle), x) / 2",
        "    width = x[1] - x[0]\n"
        "    kl = [np.sum(rel_entr(p, middle)) * width for p in (p_data, p_g)]\n"
        "    return float(np.mean(kl))",
    ),
    (
        "    D = network()\n    optimizer = torch.optim.Adam(D.parameters(), lr=0.01)",
        "    D = network(3).train()\n    optimizer = torch.optim.Adam(D.parameters(), 0.01)",
    ),
    (
        "        loss = smoothed_loss(D(real), D(fake), eps)\n        optimizer.zero_grad()",
        "        optimizer.zero_grad()\n"
        "        loss = smoothed_loss(D(real).squeeze(), D(fake).squeeze(), eps)",
    ),
    (
        "    return min(abs(theta), 1) * np.log(2)",
        "    return float(np.clip(np.sqrt(theta**2), 0, 1) * np.log(4) / 2)",
    ),
    (
        """    slope = np.gradient(best_discriminator(p_data, p_g), x)
    return trapezoid(-(p_data + p_g) * slope, x)""",
        """    D = p_data / np.maximum(p_data + p_g, 1e-300)
    slope = np.diff(D) / np.diff(x)
    total = (p_data + p_g)[1:] / 2 + (p_data + p_g)[:-1] / 2
    return -np.sum(total * slope) * (x[1] - x[0])""",
    ),
]

ANSWERS = {
    "other": (OTHER, (4, 4, 3, 5)),
    # Lowers the labels of both sides, as in ordinary classification.
    "both-labels": (
        [
            (
                "    return real.mean() + softplus(fake_logits).mean()",
                "    fake = (1 - eps) * softplus(fake_logits) + eps * softplus(-fake_logits)\n"
                "    return real.mean() + fake.mean()",
            )
        ],
        (3, 4, 1, 5),
    ),
    # Right on paper; log(sigmoid) is log 0 for a large negative logit.
    "overflows": (
        [
            (
                """    real = (1 - eps) * softplus(-real_logits) + eps * softplus(real_logits)
    return real.mean() + softplus(fake_logits).mean()""",
                """    real, fake = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    real = -(1 - eps) * torch.log(real) - eps * torch.log(1 - real)
    return real.mean() - torch.log(1 - fake).mean()""",
            )
        ],
        (3, 4, 3, 5),
    ),
    # One mean over all points: right only where there are as many fakes as real ones.
    "one-mean": (
        [
            (
                "    return real.mean() + softplus(fake_logits).mean()",
                "    return 2 * torch.cat([real, softplus(fake_logits)]).mean()",
            )
        ],
        (3, 4, 3, 5),
    ),
    "sum-for-mean": (
        [
            ("    return real.mean() +", "    return real.sum() +"),
            ("softplus(fake_logits).mean()", "softplus(fake_logits).sum()"),
        ],
        (0, 4, 3, 5),
    ),
    # Of the sides the wrong one.
    "fake-over-both": (
        [("(1 - eps) * p_data / np.where(", "(1 - eps) * p_g / np.where(")],
        (4, 1, 3, 2),
    ),
    "no-smoothing-in-d": (
        [("(1 - eps) * p_data / np.where(", "p_data / np.where(")],
        (4, 3, 3, 5),
    ),
    # Divides by 0 where there are no data; what is built on it is nan.
    "zero-by-zero": (
        [
            (
                "np.where(total > 0, (1 - eps) * p_data / np.where(total > 0, total, 1), 0.5)",
                "(1 - eps) * p_data / total",
            ),
            ("rel_entr(p_data, middle)", "p_data * np.log(p_data / middle)"),
            ("rel_entr(p_g, middle)", "p_g * np.log(p_g / middle)"),
        ],
        (4, 3, 3, 2),
    ),
    "twice-jsd": (
        [("+ rel_entr(p_g, middle), x) / 2", "+ rel_entr(p_g, middle), x)")],
        (4, 2, 3, 5),
    ),
    # Gradients of all steps pile up.
    "no-zero-grad": ([("        optimizer.zero_grad()\n", "")], (4, 4, 0, 5)),
    "returns-probability": (
        [
            (
                "        optimizer.step()\n    return D",
                "        optimizer.step()\n    return nn.Sequential(D, nn.Sigmoid())",
            )
        ],
        (4, 4, 0, 5),
    ),
    "theta-forgets-sign": (
        [("    return min(abs(theta), 1)", "    return min(theta, 1)")],
        (4, 4, 3, 4),
    ),
    # The slope of the non-saturating loss would have this sign.
    "pull-the-other-way": (
        [("trapezoid(-(p_data + p_g) * slope, x)", "trapezoid((p_data + p_g) * slope, x)")],
        (4, 4, 3, 2),
    ),
    # Averages over the wrong density.
    "pull-of-real": (
        [("trapezoid(-(p_data + p_g) * slope, x)", "trapezoid(-p_g * slope, x)")],
        (4, 4, 3, 2),
    ),
}
