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

DRAWN = "torch.poisson(peak * x, generator=generator) / peak"
SCORE = "np.log(prior) + light - peak * levels"
MEAN = "weight @ levels / weight.sum(axis=1)"
RATIO = "np.arange(1, len(seen)) * ahead / seen[:-1] / peak"
TO_SIGMA = "def matching_sigma(x, peak):\n    return "
LIKELY = "counts @ torch.log(examples).T - peak * examples.sum(dim=1)"
WEIGHED = "torch.softmax(score, dim=1) @ examples"
MADE = """
noises = {
    "gaussian": partial(gaussian_noise, sigma=matching_sigma(train, PEAK)),
    "photon": partial(photon_noise, peak=PEAK),
}
"""
FITTED = MADE + "networks = {kind: fit(noise) for kind, noise in noises.items()}\n"
TABLE = """
table = {}
for a in noises:
    for b in noises:
        y = noises[b](test, generator=seeded(2))
        table[a, b] = loss(restore(networks[a], y), test)
"""
COMPARED = """
for name, clean in {"train": train[:500], "test": test[:500]}.items():
    y = photon_noise(clean, PEAK, generator=seeded(3))
    guess = from_examples(PEAK * y.flatten(1), examples, PEAK)
    memory[name] = loss(guess.reshape(clean.shape), clean)
    network[name] = loss(restore(networks["photon"], y), clean)
"""

SLOW_WHOLE = True
SLOW = ("q3", "q4")
VARIANTS = {
    "q1": {
        "right": {
            "divides-counts": """
def photon_noise(x, peak, generator=None):
    counts = torch.poisson(x * peak, generator)
    return counts.div(peak)
""",
            "copies-first": """
def photon_noise(x, peak, generator=None):
    rate = x.clone()
    rate *= peak
    y = torch.poisson(rate, generator=generator)
    y /= peak
    return y
""",
            "waits-for-photons": """
def photon_noise(x, peak, generator=None):
    # Photons arrive one by one; the waiting times between them are exponential.
    rate = peak * x.double()
    counts, time = torch.zeros_like(rate), torch.zeros_like(rate)
    while True:
        u = torch.rand(x.shape, generator=generator, dtype=torch.float64)
        time = time - torch.log1p(-u)
        if not (time < rate).any():
            return (counts / peak).to(x.dtype)
        counts += time < rate
""",
        },
        "wrong": {
            "not-divided": [(DRAWN, "torch.poisson(peak * x, generator=generator)")],
            "rate-without-peak": [(DRAWN, "torch.poisson(x, generator=generator)")],
            "divided-alone": [(DRAWN, "torch.poisson(x, generator=generator) / peak")],
            "peak-of-2": [(DRAWN, DRAWN.replace("peak", "PEAK"))],
            "normal": [
                (DRAWN, "x + (x / peak) ** 0.5 * torch.randn(x.shape, generator=generator)")
            ],
            "rounded-normal": """
def photon_noise(x, peak, generator=None):
    rate = peak * x
    y = rate + rate.sqrt() * torch.randn(x.shape, generator=generator)
    return y.round().clamp(min=0) / peak
""",
            "constant-variance": [
                (DRAWN, "x + peak**-0.5 * torch.randn(x.shape, generator=generator)")
            ],
            "no-generator": [(DRAWN, "torch.poisson(peak * x) / peak")],
            "clipped": [(DRAWN, f"({DRAWN}).clamp(0, 1)")],
            "clipped-above": [(DRAWN, f"({DRAWN}).clamp(max=1)")],
            "whole-numbers": [(DRAWN, f"({DRAWN}).round()")],
            "changes-x": [
                ("    return", "    x *= peak\n    return"),
                ("poisson(peak * x", "poisson(x"),
            ],
            "writes-into-x": [("    return", "    x[:] ="), ("/ peak", "/ peak\n    return x")],
            "seeds-by-itself": [("generator=generator", "generator=seeded(0)")],
            "seeds-the-global": [
                ("    return", "    torch.manual_seed(0)\n    return"),
                (", generator=generator", ""),
            ],
            "starts-the-generator-anew": [
                (
                    "    return",
                    "    if generator is not None:\n"
                    "        generator = seeded(generator.initial_seed())\n    return",
                )
            ],
            "numpy": [(DRAWN, "torch.from_numpy(np.random.poisson(peak * x.numpy())) / peak")],
            "one-draw-for-all": [
                (
                    DRAWN,
                    "(x + torch.poisson(peak * x.mean(), generator=generator) / peak - x.mean())",
                )
            ],
            "binomial": """
def photon_noise(x, peak, generator=None):
    n = int(max(2 * peak, 1))
    return (torch.rand((n, *x.shape), generator=generator) < peak * x / n).sum(dim=0) / peak
""",
            "noise-alone": [(DRAWN, f"{DRAWN} - x")],
            "adds-noise": [(DRAWN, f"x + {DRAWN}")],
            "flat": [(DRAWN, f"({DRAWN}).flatten()")],
            "x-itself": [(DRAWN, "x.clone()")],
        },
    },
    "q2": {
        "right": {
            "scipy": """
from scipy.special import softmax, xlogy
def posterior_mean(counts, levels, prior, peak):
    score = xlogy(np.asarray(counts)[:, None], levels) - peak * levels + np.log(prior)
    return softmax(score, axis=1) @ levels
def robbins(counts, peak):
    seen = [int((counts == n).sum()) for n in range(counts.max() + 1)]
    pairs = enumerate(zip(seen, seen[1:]))
    return [(n + 1) * b / a / peak if a else float("nan") for n, (a, b) in pairs]
""",
            "log-pmf": """
from scipy.stats import poisson
from scipy.special import logsumexp
def posterior_mean(counts, levels, prior, peak):
    out = []
    for n in counts:
        logs = poisson.logpmf(n, peak * levels) + np.log(prior)
        out.append(np.exp(logs - logsumexp(logs)) @ levels)
    return np.array(out)
def robbins(counts, peak):
    p = np.bincount(counts) / len(counts)
    out = np.full(len(p) - 1, np.nan)
    for n in range(len(out)):
        if p[n] > 0:
            out[n] = (n + 1) * p[n + 1] / p[n] / peak
    return out
""",
            "loops": """
def posterior_mean(counts, levels, prior, peak):
    out = np.zeros(len(counts))
    for i, n in enumerate(counts):
        score = np.full(len(levels), -np.inf)
        for k, x in enumerate(levels):
            if x > 0:
                score[k] = np.log(prior[k]) + n * np.log(peak * x) - peak * x
            elif n == 0:
                score[k] = np.log(prior[k])
        weight = np.exp(score - score.max())
        out[i] = (weight * levels).sum() / weight.sum()
    return out
def robbins(counts, peak):
    from collections import Counter
    seen = Counter(int(n) for n in counts)
    top = max(seen)
    return np.array([(n + 1) * seen[n + 1] / seen[n] / peak if seen[n] else np.nan
                     for n in range(top)])
""",
        },
        "wrong": {
            "powers": [
                (
                    f"    return {MEAN}",
                    "    weight = prior * levels ** counts[:, None] * np.exp(-peak * levels)\n"
                    f"    return {MEAN}",
                )
            ],
            "probabilities-in-place-of-logarithms": """
from scipy.stats import poisson
def posterior_mean(counts, levels, prior, peak):
    weight = prior * poisson.pmf(np.asarray(counts)[:, None], peak * levels)
    return weight @ levels / weight.sum(axis=1)
""",
            "no-prior": [(SCORE, "light - peak * levels")],
            "prior-not-as-a-logarithm": [(SCORE, "prior + light - peak * levels")],
            "no-rate": [(SCORE, "np.log(prior) + light")],
            "rate-without-peak": [(SCORE, "np.log(prior) + light - levels")],
            "peak-of-2": [(SCORE, "np.log(prior) + light - PEAK * levels")],
            "likeliest": [(MEAN, "levels[weight.argmax(axis=1)]")],
            "in-photons": [(MEAN, f"{MEAN} * peak")],
            "counts-over-peak": [(MEAN, "counts / peak")],
            "not-normalized": [(MEAN, "weight @ levels")],
            "normalized-over-counts": [(MEAN, "(weight / weight.sum(axis=0)) @ levels")],
            "one-largest-for-all": [("score.max(axis=1, keepdims=True)", "score.max()")],
            "largest-not-subtracted": [(" - score.max(axis=1, keepdims=True)", "")],
            "zero-times-minus-infinity": [
                ("    light[:, levels == 0] = np.where(counts[:, None] == 0, 0.0, -np.inf)\n", "")
            ],
            "black-is-a-tenth": [
                ("    light[:, levels == 0] = np.where(counts[:, None] == 0, 0.0, -np.inf)\n", ""),
                ("np.log(levels)", "np.log(np.maximum(levels, 0.1))"),
            ],
            "black-left-out": [("np.where(counts[:, None] == 0, 0.0, -np.inf)", "-np.inf")],
            "black-always-possible": [("np.where(counts[:, None] == 0, 0.0, -np.inf)", "0.0")],
            "of-log-levels": [(MEAN, "np.exp(weight @ np.log(levels) / weight.sum(axis=1))")],
            "prior-mean": [(MEAN, "np.full(len(counts), levels @ prior)")],
            "column": [(MEAN, f"({MEAN})[:, None]")],
            "robbins-without-n-plus-1": [(RATIO, "ahead / seen[:-1] / peak")],
            "robbins-with-n": [
                (RATIO, RATIO.replace("arange(1, len(seen))", "arange(len(seen) - 1)"))
            ],
            "robbins-in-photons": [(" / seen[:-1] / peak", " / seen[:-1]")],
            "robbins-upside-down": [(RATIO, "np.arange(1, len(seen)) * seen[:-1] / ahead / peak")],
            "robbins-peak-of-2": [(" / seen[:-1] / peak", " / seen[:-1] / PEAK")],
            "robbins-one-too-long": [
                (f"    return {RATIO}", f"    return np.append({RATIO}, np.nan)")
            ],
            "robbins-zero-for-nan": [(RATIO, f"np.nan_to_num({RATIO})")],
            "robbins-infinite": [("    seen[seen == 0] = np.nan\n", "")],
            "robbins-adds-one": [("    seen[seen == 0] = np.nan\n", "    seen += 1\n")],
            "robbins-nan-where-none-follows": [("np.nan_to_num(seen[1:])", "seen[1:]")],
            "robbins-skips-what-never-came": """
def robbins(counts, peak):
    n, seen = np.unique(counts, return_counts=True)
    return (n[:-1] + 1) * seen[1:] / seen[:-1] / peak
""",
            "robbins-gamma": """
def robbins(counts, peak):
    mean, extra = counts.mean(), counts.var() - counts.mean()
    n = np.arange(counts.max())
    return (mean + (n - mean) * extra / (extra + mean)) / peak
""",
        },
    },
    "q3": {
        "right": {
            "pixel-by-pixel": """
def matching_sigma(x, peak):
    return torch.sqrt((x / peak).flatten().mean()).item()
"""
            + FITTED
            + TABLE,
            "numpy": """
def matching_sigma(x, peak):
    return np.sqrt(np.mean(x.numpy() / peak))
""",
            "lambdas": """
def matching_sigma(x, peak):
    variance = x.double() / peak
    return float(variance.mean()) ** 0.5
sigma = matching_sigma(train, PEAK)
noises = {
    "gaussian": lambda x, generator=None: gaussian_noise(x, sigma, generator=generator),
    "photon": lambda x, generator=None: photon_noise(x, PEAK, generator=generator),
}
noisy = {kind: noises[kind](test, generator=seeded(2)) for kind in noises}
table = {}
for kind in ("gaussian", "photon"):
    model = fit(noises[kind])
    for other in ("gaussian", "photon"):
        table[kind, other] = loss(restore(model, noisy[other]), test)
""",
            "four-lines": FITTED
            + """
y, z = (noises[kind](test, generator=seeded(2)) for kind in ("gaussian", "photon"))
table["photon", "photon"] = loss(restore(networks["photon"], z), test)
table["photon", "gaussian"] = loss(restore(networks["photon"], y), test)
table["gaussian", "photon"] = loss(restore(networks["gaussian"], z), test)
table["gaussian", "gaussian"] = loss(restore(networks["gaussian"], y), test)
""",
        },
        "wrong": {
            "variance": TO_SIGMA + "float(x.mean() / peak)",
            "without-peak": TO_SIGMA + "float(x.mean() ** 0.5)",
            "peak-of-2": TO_SIGMA + "float((x.mean() / PEAK) ** 0.5)",
            "divided-after-the-root": TO_SIGMA + "float(x.mean() ** 0.5 / peak)",
            "mean-of-roots": TO_SIGMA + "float(((x / peak) ** 0.5).mean())",
            "of-train": TO_SIGMA + "float((train.mean() / peak) ** 0.5)",
            "spread-of-x": TO_SIGMA + "float(x.std() / peak**0.5)",
            "brightest": TO_SIGMA + "float((x.max() / peak) ** 0.5)",
            "median": TO_SIGMA + "float((x.median() / peak) ** 0.5)",
            "second-moment": TO_SIGMA + "float(((x**2).mean() / peak) ** 0.5)",
            "one-for-each-pixel": TO_SIGMA + "(x / peak) ** 0.5",
            "drawn": TO_SIGMA + "float(((photon_noise(x, peak) - x) ** 2).mean() ** 0.5)",
            "drawn-seeded": TO_SIGMA
            + "float(((photon_noise(x, peak, seeded(0)) - x) ** 2).mean() ** 0.5)",
            "keys-swapped": "table = {(b, a): value for (a, b), value in table.items()}",
            "one-network": FITTED + "networks['gaussian'] = networks['photon']" + TABLE,
            "gaussian-network-alone": FITTED + "networks['photon'] = networks['gaussian']" + TABLE,
            "clipped-input": FITTED + TABLE.replace("seeded(2))", "seeded(2)).clamp(0, 1)"),
            "errors-on-train": FITTED + TABLE.replace("test", "train"),
            "not-clipped": FITTED + TABLE.replace("restore(networks[a], y)", "networks[a](y)"),
            "another-sigma": FITTED.replace("matching_sigma(train, PEAK)", "0.25") + TABLE,
            "another-peak": FITTED.replace("peak=PEAK", "peak=4.0") + TABLE,
            "clean-training": MADE + "networks = {k: fit(None) for k in noises}" + TABLE,
            "noise-left-in": MADE + TABLE.replace("restore(networks[a], y)", "y"),
            "against-the-noisy": FITTED + TABLE.replace("y), test)", "y), y)"),
            "one-noise-at-the-test": FITTED + TABLE.replace("noises[b]", "noises[a]"),
            "made-up": """
table = {("gaussian", "gaussian"): 0.01, ("photon", "photon"): 0.01,
         ("gaussian", "photon"): 0.02, ("photon", "gaussian"): 0.02}
""",
            "roots": "table = {kinds: value**0.5 for kinds, value in table.items()}",
            "sums": "table = {kinds: value * 196 for kinds, value in table.items()}",
        },
    },
    "q4": {
        "right": {
            "one-by-one": """
def from_examples(counts, examples, peak):
    made = []
    for count in counts:
        score = (count * (peak * examples).log() - peak * examples).sum(dim=1)
        weight = (score - score.logsumexp(dim=0)).exp()
        made.append((weight[:, None] * examples).sum(dim=0))
    return torch.stack(made)
""",
            "largest-subtracted": """
def from_examples(counts, examples, peak):
    score = counts @ (examples * peak).log().T - (peak * examples).sum(1)[None]
    weight = torch.exp(score - score.max(dim=1, keepdim=True).values)
    return weight @ examples / weight.sum(dim=1, keepdim=True)
memory, network = {}, {}
"""
            + COMPARED,
            "poisson": """
from torch.distributions import Poisson
def from_examples(counts, examples, peak):
    light = Poisson(peak * examples, validate_args=False)
    rows = [torch.softmax(light.log_prob(n).sum(dim=1), dim=0) @ examples for n in counts]
    return torch.stack(rows)
""",
            "functions": """
def errors_of(clean):
    y = photon_noise(clean, PEAK, generator=seeded(3))
    counts = (y * PEAK).round().reshape(len(clean), -1)
    remembered = from_examples(counts, examples, PEAK).view_as(clean)
    return loss(remembered, clean), loss(restore(networks["photon"], y), clean)
on_train, on_test = errors_of(train[:500]), errors_of(test[:500])
memory = {"train": on_train[0], "test": on_test[0]}
network = dict(zip(("train", "test"), (on_train[1], on_test[1])))
""",
        },
        "wrong": {
            "no-rate": [(f"score = {LIKELY}", "score = counts @ torch.log(examples).T")],
            "rate-without-peak": [(LIKELY, LIKELY.replace("peak * ", ""))],
            "peak-of-2": [(LIKELY, LIKELY.replace("peak", "PEAK"))],
            "no-logarithm": [(LIKELY, LIKELY.replace("torch.log(examples)", "examples"))],
            "logarithm-to-base-10": [(LIKELY, LIKELY.replace("torch.log(", "torch.log10("))],
            "mean-over-pixels": [(LIKELY, f"({LIKELY}) / counts.shape[1]")],
            "brightness-for-counts": [(LIKELY, f"(counts / peak) {LIKELY[6:]}")],
            "mean-rate": [(LIKELY, LIKELY.replace("sum(dim=1)", "mean(dim=1)"))],
            "normal-noise": [(LIKELY, "-peak / 2 * torch.cdist(counts / peak, examples) ** 2")],
            "exponentials-vanish": [
                (WEIGHED, "score.exp() @ examples / score.exp().sum(dim=1, keepdim=True)")
            ],
            "softmax-over-counts": [("softmax(score, dim=1)", "softmax(score, dim=0)")],
            "likeliest": [(WEIGHED, "examples[score.argmax(dim=1)]")],
            "nearest": [(WEIGHED, "examples[torch.cdist(counts / peak, examples).argmin(dim=1)]")],
            "ten-likeliest": [(WEIGHED, "examples[score.topk(2).indices].mean(dim=1)")],
            "mean-of-examples": [(WEIGHED, "examples.mean(dim=0).expand(len(counts), -1)")],
            "counts-over-peak": [(WEIGHED, "counts / peak")],
            "in-photons": [(WEIGHED, f"peak * ({WEIGHED})")],
            "negative-score": [("softmax(score,", "softmax(-score,")],
            "keeps-no-likelihood": [("softmax(score, dim=1)", "softmax(0 * score, dim=1)")],
            "normalized": [(WEIGHED, f"({WEIGHED}) / ({WEIGHED}).sum(dim=1, keepdim=True)")],
            "swapped": "memory, network = network, memory",
            "train-and-test-swapped": """
memory = {"train": memory["test"], "test": memory["train"]}
network = {"train": network["test"], "test": network["train"]}
""",
            "brightness-for-counts-in-the-table": COMPARED.replace("PEAK * y.flatten", "y.flatten"),
            "few-examples": COMPARED.replace("examples, PEAK", "examples[:1000], PEAK"),
            "clean-images": COMPARED.replace(
                "photon_noise(clean, PEAK, generator=seeded(3))", "clean"
            ),
            "test-in-both": COMPARED.replace("train[:500]", "test[500:]"),
            "half-the-light": COMPARED.replace(
                "photon_noise(clean, PEAK,", "photon_noise(clean, 1.0,"
            ),
            "gaussian-network": """
networks["photon"] = fit(partial(gaussian_noise, sigma=matching_sigma(train, PEAK)))
"""
            + COMPARED,
            "not-trained": """
networks["photon"] = DenseAutoencoder(64, (256,), image_size=14)
"""
            + COMPARED,
            "network-of-the-noise": COMPARED.replace(
                'loss(restore(networks["photon"], y), clean)', "loss(y, clean)"
            ),
            "made-up": """
memory, network = {"train": 0.001, "test": 0.03}, {"train": 0.01, "test": 0.015}
""",
            "roots": """
memory = {name: value**0.5 for name, value in memory.items()}
network = {name: value**0.5 for name, value in network.items()}
""",
        },
    },
}
