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
        "    D = network().train()\n    optimizer = torch.optim.Adam(D.parameters(), 0.01)",
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

LOSS = "def smoothed_loss(real_logits, fake_logits, eps):\n    r, f = real_logits, fake_logits\n"
BEST = "def best_discriminator(p_data, p_g, eps=0.0):\n"
JSD = "def jsd(x, p_data, p_g):\n    m = (p_data + p_g) / 2\n"
SHIFT = "def shift_jsd(theta):\n    return "
LOOP = """
def train_discriminator(real, fake, eps, steps=200):
    D = network()
    optimizer = torch.optim.Adam(D.parameters(), lr=0.01)
    for step in range(steps):
        loss = smoothed_loss(D(real), D(fake), eps)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return D
"""
PULL = """
def pull(theta, sigma):
    reach = abs(theta) + 8 * sigma
    x = np.linspace(-reach, 1 + reach, 8001)
    p_data, p_g = blurred(x, 0, sigma), blurred(x, theta, sigma)
    slope = np.gradient(best_discriminator(p_data, p_g), x)
    return trapezoid(-(p_data + p_g) * slope, x)
"""
AGAIN = """
pulls = {sigma: pull(3, sigma) for sigma in sigmas}
best_sigma = max(pulls, key=pulls.get)
"""


def but(code, *edits):
    """Return code with texts replaced; each must be there."""
    for old, new in edits:
        assert old in code, old
        code = code.replace(old, new)
    return code


SLOW_WHOLE = True
SLOW = ("q3",)
VARIANTS = {
    "q1": {
        "right": {
            "by-an-identity": LOSS
            + "    return softplus(-r).mean() + eps * r.mean() + softplus(f).mean()",
            "logsigmoid": LOSS
            + """    log = nn.functional.logsigmoid
    real = (1 - eps) * log(r) + eps * log(-r)
    return -(real.mean() + log(-f).mean())
""",
            "cross-entropy": LOSS
            + """    bce = nn.functional.binary_cross_entropy_with_logits
    return bce(r, torch.ones_like(r) - eps) + bce(f, torch.zeros_like(f))
""",
            "logaddexp": LOSS
            + """    zero = torch.zeros(())
    real = (1 - eps) * torch.logaddexp(zero, -r) + eps * torch.logaddexp(zero, r)
    return real.sum() / r.numel() + torch.logaddexp(zero, f).sum() / f.numel()
""",
        },
        "wrong": {
            "ignores-eps": LOSS + "    return softplus(-r).mean() + softplus(f).mean()",
            "always-a-tenth": LOSS
            + "    return softplus(-r).mean() + 0.1 * r.mean() * (eps > 0) + softplus(f).mean()",
            "both-labels": LOSS
            + """    real = (1 - eps) * softplus(-r) + eps * softplus(r)
    return real.mean() + ((1 - eps) * softplus(f) + eps * softplus(-f)).mean()
""",
            "fake-labels-alone": LOSS
            + """    fake = (1 - eps) * softplus(f) + eps * softplus(-f)
    return softplus(-r).mean() + fake.mean()
""",
            "eps-for-one-minus-eps": LOSS
            + """    e = 1 - eps
    return ((1 - e) * softplus(-r) + e * softplus(r)).mean() + softplus(f).mean()
""",
            "second-term-left-out": LOSS
            + "    return (1 - eps) * softplus(-r).mean() + softplus(f).mean()",
            "weights-that-do-not-add-to-one": LOSS
            + "    return (softplus(-r) + eps * softplus(r)).mean() + softplus(f).mean()",
            "signs-swapped": LOSS
            + """    real = (1 - eps) * softplus(r) + eps * softplus(-r)
    return real.mean() + softplus(-f).mean()
""",
            "minus": LOSS
            + """    real = (1 - eps) * softplus(-r) + eps * softplus(r)
    return -(real.mean() + softplus(f).mean())
""",
            "real-and-fake-swapped": LOSS
            + """    f, r = r, f
    return ((1 - eps) * softplus(-r) + eps * softplus(r)).mean() + softplus(f).mean()
""",
            "sum-for-mean": LOSS
            + "    return ((1 - eps) * softplus(-r) + eps * softplus(r)).sum() + softplus(f).sum()",
            "average-of-the-two": LOSS
            + """    real = (1 - eps) * softplus(-r) + eps * softplus(r)
    return (real.mean() + softplus(f).mean()) / 2
""",
            "one-mean": LOSS
            + """    real = (1 - eps) * softplus(-r) + eps * softplus(r)
    return 2 * torch.cat([real, softplus(f)]).mean()
""",
            "as-many-fakes-as-real": LOSS
            + """    n = min(len(r), len(f))
    r, f = r[:n], f[:n]
    return ((1 - eps) * softplus(-r) + eps * softplus(r) + softplus(f)).mean()
""",
            "logits-for-probabilities": LOSS
            + """    real = -(1 - eps) * torch.log(r.abs()) - eps * torch.log((1 - r).abs())
    return real.mean() - torch.log((1 - f).abs()).mean()
""",
            "two-sigmoids": LOSS
            + """    r, f = torch.sigmoid(r), torch.sigmoid(f)
    return ((1 - eps) * softplus(-r) + eps * softplus(r)).mean() + softplus(f).mean()
""",
            "overflows": LOSS
            + """    D, d = torch.sigmoid(r), torch.sigmoid(f)
    real = -(1 - eps) * torch.log(D) - eps * torch.log(1 - D)
    return real.mean() - torch.log(1 - d).mean()
""",
            "clipped-logarithm": LOSS
            + """    D, d = torch.sigmoid(r), torch.sigmoid(f)
    real = -(1 - eps) * torch.log(D + 1e-8) - eps * torch.log(1 - D + 1e-8)
    return real.mean() - torch.log(1 - d + 1e-8).mean()
""",
            "clipped-logarithm-times-eps": LOSS
            + """    real = (1 - eps) * softplus(-r) - eps * torch.log(1 - torch.sigmoid(r) + 1e-12)
    return real.mean() + softplus(f).mean()
""",
            "clipped-cross-entropy": LOSS
            + """    bce = nn.functional.binary_cross_entropy  # its logarithms stop at -100
    D, d = torch.sigmoid(r), torch.sigmoid(f)
    return bce(D, torch.ones_like(r) - eps) + bce(d, torch.zeros_like(d))
""",
            "exponential": LOSS
            + """    plus = lambda logits: torch.log(1 + torch.exp(logits))
    return ((1 - eps) * plus(-r) + eps * plus(r)).mean() + plus(f).mean()
""",
            "not-a-scalar": LOSS
            + """    real = (1 - eps) * softplus(-r) + eps * softplus(r)
    return (real.mean() + softplus(f).mean()).reshape(1)
""",
            "a-float": LOSS
            + """    real = (1 - eps) * softplus(-r) + eps * softplus(r)
    return (real.mean() + softplus(f).mean()).item()
""",
            "the-examples": LOSS
            + "    return torch.tensor(0.253856 if len(r) == 1 else np.log(4))",
            "generator's": LOSS
            + """    real = (1 - eps) * softplus(-r) + eps * softplus(r)
    return real.mean() + softplus(-f).mean()
""",
        },
    },
    "q2": {
        "right": {
            "divide-where": BEST
            + """    total = p_data + p_g
    out = np.full(total.shape, 0.5)
    return np.divide((1 - eps) * p_data, total, out=out, where=total > 0)
""",
            "one-by-one": BEST
            + """    D = []
    for a, b in zip(p_data, p_g):
        D.append((1 - eps) * a / (a + b) if a + b else 0.5)
    return D
""",
            "entropies": JSD
            + """    from scipy.special import entr
    return trapezoid(entr(m), x) - (trapezoid(entr(p_data), x) + trapezoid(entr(p_g), x)) / 2
""",
            "where-log": JSD
            + """    total = 0
    for p in (p_data, p_g):
        safe = np.where(p > 0, p, 1)
        total += trapezoid(np.where(p > 0, p * np.log(safe / np.where(m > 0, m, 1)), 0), x) / 2
    return float(total)
""",
            "scipy": """
def jsd(x, p_data, p_g):
    from scipy.spatial.distance import jensenshannon
    return jensenshannon(p_data, p_g) ** 2
""",
        },
        "wrong": {
            "fake-over-both": BEST
            + """    total = p_data + p_g
    return np.where(total > 0, (1 - eps) * p_g / np.where(total > 0, total, 1), 0.5)
""",
            "ignores-eps": BEST
            + """    total = p_data + p_g
    return np.where(total > 0, p_data / np.where(total > 0, total, 1), 0.5)
""",
            "eps-below-too": BEST
            + """    a = (1 - eps) * p_data
    total = a + p_g
    return np.where(total > 0, a / np.where(total > 0, total, 1), 0.5)
""",
            "eps-taken-off": BEST
            + """    total = p_data + p_g
    return np.where(total > 0, p_data / np.where(total > 0, total, 1) - eps, 0.5)
""",
            "both-sides-smoothed": BEST
            + """    total = p_data + p_g
    a = (1 - eps) * p_data + eps * p_g
    return np.where(total > 0, a / np.where(total > 0, total, 1), 0.5)
""",
            "zero-by-zero": BEST + "    return (1 - eps) * p_data / (p_data + p_g)",
            "zero-where-nothing-is": BEST
            + "    return (1 - eps) * p_data / (p_data + p_g + 1e-12)",
            "half-times-smoothing": BEST
            + """    total = p_data + p_g
    return (1 - eps) * np.where(total > 0, p_data / np.where(total > 0, total, 1), 1)
""",
            "half-where-either-is-zero": BEST
            + """    both = (p_data > 0) & (p_g > 0)
    return np.where(both, (1 - eps) * p_data / np.where(both, p_data + p_g, 1), 0.5)
""",
            "nan-to-num": BEST + "    return np.nan_to_num((1 - eps) * p_data / (p_data + p_g))",
            "hard-decision": BEST
            + "    return np.where(p_data > p_g, 1 - eps, np.where(p_data < p_g, 0, 0.5))",
            "ratio": BEST + "    return (1 - eps) * p_data / np.where(p_g > 0, p_g, 1)",
            "a-number": BEST + "    return float(((1 - eps) * p_data / (p_data + p_g)).mean())",
            "jsd-twice": JSD + "    return trapezoid(rel_entr(p_data, m) + rel_entr(p_g, m), x)",
            "jsd-one-side": JSD + "    return trapezoid(rel_entr(p_data, m), x)",
            "jsd-the-other-way-round": JSD
            + "    return trapezoid(rel_entr(m, p_data) + rel_entr(m, p_g), x) / 2",
            "jsd-mixture-not-halved": JSD
            + "    return trapezoid(rel_entr(p_data, 2 * m) + rel_entr(p_g, 2 * m), x) / 2",
            "jsd-symmetric-kl": JSD
            + "    return trapezoid(rel_entr(p_data, p_g) + rel_entr(p_g, p_data), x) / 2",
            "jsd-kl": JSD + "    return trapezoid(rel_entr(p_data, p_g), x)",
            "jsd-in-bits": JSD
            + "    return trapezoid(rel_entr(p_data, m) + rel_entr(p_g, m), x) / 2 / np.log(2)",
            "jsd-root": JSD
            + "    return (trapezoid(rel_entr(p_data, m) + rel_entr(p_g, m), x) / 2) ** 0.5",
            "jsd-without-the-grid": JSD
            + "    return trapezoid(rel_entr(p_data, m) + rel_entr(p_g, m)) / 2",
            "jsd-sum": JSD + "    return (rel_entr(p_data, m) + rel_entr(p_g, m)).sum() / 2",
            "jsd-mean": JSD + "    return (rel_entr(p_data, m) + rel_entr(p_g, m)).mean() / 2",
            "jsd-nan": JSD
            + "    return trapezoid(p_data * np.log(p_data / m) + p_g * np.log(p_g / m), x) / 2",
            "jsd-one-spacing": JSD
            + "    return trapezoid(rel_entr(p_data, m) + rel_entr(p_g, m), dx=22 / 4000) / 2",
            "jsd-total-variation": JSD
            + "    return np.log(2) * trapezoid(abs(p_data - p_g), x) / 2",
        },
    },
    "q3": {
        "right": {
            "two-backwards": but(
                LOOP,
                (
                    "        loss = smoothed_loss(D(real), D(fake), eps)\n",
                    "        on_both = D(torch.cat([real, fake])).flatten()\n"
                    "        loss = smoothed_loss(on_both[:len(real)], on_both[len(real):], eps)\n",
                ),
            ),
            "zero-first": """
def train_discriminator(real, fake, eps, steps=200):
    D = network().train()
    optimizer = torch.optim.Adam(list(D.parameters()), 1e-2)
    while steps > 0:
        D.zero_grad(set_to_none=True)
        smoothed_loss(D(real).squeeze(1), D(fake).squeeze(1), eps).backward()
        optimizer.step()
        steps -= 1
    return D.eval()
""",
            "closure": """
def train_discriminator(real, fake, eps, steps=200):
    D = network()
    optimizer = torch.optim.Adam(D.parameters(), lr=0.01)
    def closure():
        optimizer.zero_grad()
        loss = smoothed_loss(D(real), D(fake), eps)
        loss.backward()
        return loss
    for _ in range(steps):
        optimizer.step(closure)
    return lambda x: D(x)
""",
        },
        "wrong": {
            "no-zero-grad": but(LOOP, ("        optimizer.zero_grad()\n", "")),
            "zero-grad-after-backward": but(
                LOOP,
                ("        optimizer.zero_grad()\n", ""),
                (
                    "        loss.backward()\n",
                    "        loss.backward()\n        optimizer.zero_grad()\n",
                ),
            ),
            "untrained": but(LOOP, ("        optimizer.step()\n", "")),
            "returns-probabilities": but(
                LOOP, ("return D", "return nn.Sequential(D, nn.Sigmoid())")
            ),
            "sigmoid-in-training": but(
                LOOP, ("D(real), D(fake)", "torch.sigmoid(D(real)), torch.sigmoid(D(fake))")
            ),
            "real-and-fake-swapped": but(LOOP, ("D(real), D(fake)", "D(fake), D(real)")),
            "ignores-eps": but(LOOP, ("D(fake), eps)", "D(fake), 0)")),
            "always-one-eps": but(LOOP, ("D(fake), eps)", "D(fake), 0.3)")),
            "ignores-steps": but(LOOP, ("range(steps)", "range(200)")),
            "one-step-more": but(LOOP, ("range(steps)", "range(steps + 1)")),
            "one-step": but(LOOP, ("range(steps)", "range(1)")),
            "returns-in-the-loop": but(LOOP, ("    return D", "        return D")),
            "rate-too-small": but(LOOP, ("lr=0.01", "lr=0.001")),
            "rate-by-default": but(LOOP, (", lr=0.01", "")),
            "rate-too-large": but(LOOP, ("lr=0.01", "lr=0.1")),
            "gradient-descent": but(LOOP, ("optim.Adam", "optim.SGD")),
            "mini-batches": but(
                LOOP,
                (
                    "smoothed_loss(D(real), D(fake), eps)",
                    "smoothed_loss(D(real[torch.randperm(len(real))[:64]]),"
                    " D(fake[torch.randperm(len(fake))[:64]]), eps)",
                ),
            ),
            "uphill": but(LOOP, ("loss.backward()", "(-loss).backward()")),
            "new-network-each-step": but(
                LOOP, ("        loss = smoothed", "        D = network()\n        loss = smoothed")
            ),
            "new-optimizer-each-step": but(
                LOOP,
                (
                    "        loss.backward()\n",
                    "        loss.backward()\n"
                    "        optimizer = torch.optim.Adam(D.parameters(), lr=0.01)\n",
                ),
            ),
            "learns-the-real-alone": but(
                LOOP, ("D(real), D(fake), eps)", "D(real), D(fake).detach(), eps)")
            ),
            "learns-the-fake-alone": but(
                LOOP, ("D(real), D(fake), eps)", "D(real).detach(), D(fake), eps)")
            ),
            "trains-the-last-layer": but(LOOP, ("Adam(D.parameters()", "Adam(D[-1].parameters()")),
            "loss-of-one-point": but(
                LOOP, ("D(real), D(fake), eps)", "D(real[:1]), D(fake[:1]), eps)")
            ),
            "returns-the-loss": but(LOOP, ("return D", "return loss")),
            "returns-a-mean": but(LOOP, ("return D", "return lambda x: D(x).mean()")),
        },
    },
    "q4": {
        "right": {
            "by-cases": """
def shift_jsd(theta):
    overlap = max(0, 1 - abs(theta))
    return float(np.log(2) - overlap * np.log(2))
""",
            "clip": SHIFT + "np.clip(abs(theta), 0, 1) * np.log(2)",
            "wide-grid": but(
                PULL,
                ("reach = abs(theta) + 8 * sigma", "reach = 60"),
                ("8001", "120001"),
                (
                    "trapezoid(-(p_data + p_g) * slope, x)",
                    "-np.sum((p_data + p_g) * slope) * (x[1] - x[0])",
                ),
            )
            + AGAIN,
            "by-the-logarithm": but(
                PULL,
                (
                    "    slope = np.gradient(best_discriminator(p_data, p_g), x)\n"
                    "    return trapezoid(-(p_data + p_g) * slope, x)",
                    "    keep = p_g > 1e-12\n"
                    "    x, p_data, p_g = x[keep], p_data[keep], p_g[keep]\n"
                    "    return trapezoid(p_g * np.gradient(np.log(p_g / (p_data + p_g)), x), x)",
                ),
            ),
            "loop-over-sigmas": """
pulls, best_sigma = {}, None
for sigma in sigmas:
    pulls[sigma] = float(pull(3, sigma))
    if best_sigma is None or pulls[sigma] > pulls[best_sigma]:
        best_sigma = sigma
""",
        },
        "wrong": {
            "forgets-the-sign": SHIFT + "min(theta, 1) * np.log(2)",
            "only-positive": SHIFT + "np.clip(theta, 0, 1) * np.log(2)",
            "no-end": SHIFT + "abs(theta) * np.log(2)",
            "no-logarithm": SHIFT + "min(abs(theta), 1)",
            "log-four": SHIFT + "min(abs(theta), 1) * np.log(4)",
            "square": SHIFT + "min(theta**2, 1) * np.log(2)",
            "root": SHIFT + "min(abs(theta), 1) ** 0.5 * np.log(2)",
            "overlap": SHIFT + "(1 - min(abs(theta), 1)) * np.log(2)",
            "log-of-one-plus": SHIFT + "np.log(1 + min(abs(theta), 1))",
            "always-the-most": SHIFT + "np.log(2) if theta else 0",
            "on-a-coarse-grid": """
def shift_jsd(theta):
    x = np.linspace(-5, 6, 1101)
    return jsd(x, uniform(0, 1).pdf(x), uniform(theta, 1).pdf(x)) if theta else 0
""",
            "uphill": but(PULL, ("trapezoid(-(p_data", "trapezoid((p_data")) + AGAIN,
            "density-of-fakes": but(PULL, ("-(p_data + p_g)", "-p_g")) + AGAIN,
            "density-of-data": but(PULL, ("-(p_data + p_g)", "-p_data")) + AGAIN,
            "half": but(PULL, ("x)\n    return trapezoid(", "x)\n    return 0.5 * trapezoid("))
            + AGAIN,
            "non-saturating": but(
                PULL,
                (
                    "return trapezoid(-(p_data + p_g) * slope, x)",
                    "D = np.maximum(best_discriminator(p_data, p_g), 1e-12)\n"
                    "    return trapezoid(-p_g * slope / D, x)",
                ),
            )
            + AGAIN,
            "gradient-of-the-density": but(PULL, ("best_discriminator(p_data, p_g), x)", "p_g, x)"))
            + AGAIN,
            "gradient-without-the-grid": but(
                PULL, ("best_discriminator(p_data, p_g), x)", "best_discriminator(p_data, p_g))")
            )
            + AGAIN,
            "integral-without-the-grid": but(PULL, ("slope, x)", "slope)")) + AGAIN,
            "mean": but(
                PULL, ("trapezoid(-(p_data + p_g) * slope, x)", "np.mean(-(p_data + p_g) * slope)")
            )
            + AGAIN,
            "narrow-grid": but(
                PULL, ("np.linspace(-reach, 1 + reach, 8001)", "np.linspace(-5, 6, 8001)")
            )
            + AGAIN,
            "grid-of-the-data": but(
                PULL, ("np.linspace(-reach, 1 + reach, 8001)", "np.linspace(0, 1, 8001)")
            )
            + AGAIN,
            "coarse-grid": but(PULL, ("8001", "31")) + AGAIN,
            "ignores-sigma": but(PULL, ("    reach", "    sigma = 1.6\n    reach")) + AGAIN,
            "noise-on-one-side": but(PULL, ("blurred(x, 0, sigma)", "blurred(x, 0, 0.05)")) + AGAIN,
            "lowered-labels": but(PULL, ("(p_data, p_g), x)", "(p_data, p_g, 0.1), x)")) + AGAIN,
            "absolute": but(
                PULL,
                (
                    "return trapezoid(-(p_data + p_g) * slope, x)",
                    "return abs(trapezoid(-(p_data + p_g) * slope, x))",
                ),
            )
            + AGAIN,
            "slope-of-the-jsd": """
def pull(theta, sigma):
    x = np.linspace(-40, 41, 20001)
    def at(t):
        return jsd(x, blurred(x, 0, sigma), blurred(x, t, sigma))
    return (at(theta + 1e-3) - at(theta - 1e-3)) / 2e-3
"""
            + AGAIN,
            "pulls-at-two": "pulls = {sigma: pull(2, sigma) for sigma in sigmas}\n"
            "best_sigma = max(pulls, key=pulls.get)",
            "pulls-at-minus-three": "pulls = {sigma: pull(-3, sigma) for sigma in sigmas}",
            "smallest": "best_sigma = min(pulls, key=pulls.get)",
            "largest-sigma": "best_sigma = max(pulls)",
            "largest-pull-for-its-sigma": "best_sigma = max(pulls.values())",
            "invented": "pulls = {0.1: 0.0, 0.2: 0.01, 0.4: 0.05, 0.8: 0.2, 1.6: 0.2837, 3.2: 0.2}",
            "rounded": "pulls = {sigma: round(pull(3, sigma)) for sigma in sigmas}",
        },
    },
}
