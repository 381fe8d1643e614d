"""Answers to the exercise on a budget of labels."""

OTHER = [
    (
        """    rng = np.random.default_rng(seed)
    shape = (len(truth), r)
    wrong = rng.random(shape) < q
    return (np.asarray(truth)[:, None] + wrong * rng.integers(1, 10, shape)) % 10""",
        """    rng = np.random.default_rng(seed)
    seen = []
    for answer in truth:
        others = [digit for digit in range(10) if digit != answer]
        seen.append([rng.choice(others) if rng.random() < q else answer for _ in range(r)])
    return np.array(seen)""",
    ),
    (
        "    return (np.asarray(looks)[..., None] == np.arange(10)).sum(axis=1).argmax(axis=1)",
        """    from collections import Counter
    ballots = [Counter(sorted(int(one) for one in row)) for row in looks]
    return [max(sorted(ballot), key=ballot.get) for ballot in ballots]""",
    ),
    (
        "sum(comb(r, j) * (1 - q) ** j * q ** (r - j) for j in range(r // 2 + 1, r + 1))",
        "binom.sf(r // 2, r, 1 - q)",
    ),
    ("from math import comb", "from math import comb\n\nfrom scipy.stats import binom"),
    (
        """    r = 1
    while vote_right(q, r) < goal:
        r += 2
    return r""",
        """    from itertools import count
    return next(r for r in count(1, 2) if vote_right(q, r) >= goal)""",
    ),
    (
        "    names = vote(look(pool_labels[rows], r, q, seed))\n    return np.mean(",
        "    names = np.array(vote(look(pool_labels[rows], r, q, seed)))\n    return np.mean(",
    ),
    (
        "    return KNeighborsClassifier(1).fit(pool[rows], names).score(test, test_labels)",
        """    guess = [names[((x - pool[rows]) ** 2).sum(axis=1).argmin()] for x in test]
    return sum(g == y for g, y in zip(guess, test_labels)) / len(test)""",
    ),
    (
        "    return max(sorted(scores), key=scores.get)",
        "    return min(scores, key=lambda r: (-scores[r], r))",
    ),
]

ANSWERS = {
    "other": (OTHER, (4, 4, 4, 4)),
    # Draws the wrong label from all ten, the right one included.
    "wrong-may-be-right": (
        [
            ("% 10", ""),
            (
                "np.asarray(truth)[:, None] + wrong * rng.integers(1, 10, shape)",
                "np.where(wrong, rng.integers(0, 10, shape), np.asarray(truth)[:, None])",
            ),
        ],
        (2, 4, 4, 4),
    ),
    # All who look at an image are wrong together: then more looks bring nothing.
    "one-look-for-all": (
        [
            (
                "    return (np.asarray(truth)",
                "    wrong = wrong[:, :1]\n    return (np.asarray(truth)",
            )
        ],
        (3, 4, 4, 3),
    ),
    # Whoever is wrong says the next digit.
    "next-digit": ([("rng.integers(1, 10, shape)", "1")], (3, 4, 4, 4)),
    "largest-on-a-tie": (
        [
            (
                "== np.arange(10)).sum(axis=1).argmax(axis=1)",
                "== np.arange(9, -1, -1)).sum(axis=1).argmax(axis=1) * -1 + 9",
            )
        ],
        (4, 3, 4, 4),
    ),
    # The mean of the labels in place of the most frequent one.
    "mean-of-labels": (
        [
            (
                "(np.asarray(looks)[..., None] == np.arange(10)).sum(axis=1).argmax(axis=1)",
                "np.asarray(looks).mean(axis=1).round().astype(int)",
            )
        ],
        (4, 2, 4, 3),
    ),
    # Half of the looks are enough.
    "half-is-a-majority": ([("range(r // 2 + 1, r + 1)", "range(r // 2, r + 1)")], (4, 2, 4, 4)),
    # Looks at any member of a cluster.
    "any-member": (
        [
            (
                "rows = representatives(model, pool)",
                "rows = [np.flatnonzero(model.labels_ == k)[0] for k in range(n)]",
            )
        ],
        (4, 4, 1, 4),
    ),
    "scored-on-the-pool": (
        [("names[model.predict(test)] == test_labels", "names[model.labels_] == pool_labels")],
        (4, 4, 1, 4),
    ),
    # Learns from the answers in place of what people said.
    "labels-leak": (
        [("fit(pool[rows], names)", "fit(pool[rows], pool_labels[rows])")],
        (4, 4, 3, 3),
    ),
    "one-seed": ([("for seed in range(5)", "for seed in range(1)")], (4, 4, 4, 3)),
    "no-budget": ([("method(180 // r, r", "method(180, r")], (4, 4, 4, 1)),
}

LOOK = "return (np.asarray(truth)[:, None] + wrong * rng.integers(1, 10, shape)) % 10"
MAJORITY = "(np.asarray(looks)[..., None] == np.arange(10)).sum(axis=1).argmax(axis=1)"
AT_RANDOM = "sum(comb(r, j) * (1 - q) ** j * q ** (r - j) for j in range(r // 2 + 1, r + 1))"
# For vote_right that never comes near the goal: an endless loop would only cost time.
BOUNDED = ("while vote_right(q, r) < goal", "while r < 150 and vote_right(q, r) < goal")
BEST = "max(sorted(scores), key=scores.get)"

SLOW_WHOLE = True
SLOW = ("q3", "q4")
VARIANTS = {
    "q1": {
        "right": {
            "choice-among-others": """
def look(truth, r, q, seed):
    rng = np.random.default_rng(seed)
    seen = np.empty((len(truth), r), dtype=int)
    for i, answer in enumerate(truth):
        others = [d for d in range(10) if d != answer]
        for j in range(r):
            seen[i, j] = rng.choice(others) if rng.random() < q else answer
    return seen
""",
            "skips-the-answer": """
def look(truth, r, q, seed):
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.array(truth)[:, None], r, axis=1)
    other = rng.integers(0, 9, truth.shape)
    other = other + (other >= truth)
    return np.where(rng.random(truth.shape) < q, other, truth)
""",
            "draws-again": """
def look(truth, r, q, seed):
    rng = np.random.default_rng(seed)
    answer = np.tile(truth, (r, 1)).T
    drawn = rng.integers(0, 10, answer.shape)
    while (drawn == answer).any():
        same = drawn == answer
        drawn[same] = rng.integers(0, 10, same.sum())
    right = rng.binomial(1, 1 - q, answer.shape).astype(bool)
    return np.where(right, answer, drawn)
""",
            "one-choice-with-probabilities": """
def look(truth, r, q, seed):
    rng = np.random.default_rng(seed)
    chance = np.full((10, 10), q / 9)
    np.fill_diagonal(chance, 1 - q)
    return np.array([rng.choice(10, size=r, p=chance[t]) for t in truth])
""",
        },
        "wrong": {
            "any-of-ten": [
                (LOOK, "return np.where(wrong, rng.integers(0, 10, shape), truth[:, None])")
            ],
            "one-look-for-all": [(LOOK, f"wrong = wrong[:, :1]\n    {LOOK}")],
            "one-mistake-for-all": [
                ("rng.integers(1, 10, shape)", "rng.integers(1, 10, (shape[0], 1))")
            ],
            "one-mistake-a-person": [("rng.integers(1, 10, shape)", "rng.integers(1, 10, r)")],
            "next-digit": [("rng.integers(1, 10, shape)", "1")],
            "eight-others": [("rng.integers(1, 10, shape)", "rng.integers(1, 9, shape)")],
            "right-with-q": [("< q", "< 1 - q")],
            "no-modulo": [(" % 10", "")],
            "seed-ignored": [("default_rng(seed)", "default_rng()")],
            "always-seed-0": [("default_rng(seed)", "default_rng(0)")],
            "global-generator": """
def look(truth, r, q, seed):
    shape = (len(truth), r)
    wrong = np.random.random(shape) < q
    return (truth[:, None] + wrong * np.random.randint(1, 10, shape)) % 10
""",
            "same-numbers-twice": [
                (
                    "rng.integers(1, 10, shape)",
                    "(1 + (9 * np.random.default_rng(seed).random(shape)).astype(int))",
                )
            ],
            "transposed": [(LOOK, f"{LOOK.replace('return ', 'return (')}).T")],
            "five-looks": [("shape = (len(truth), r)", "shape = (len(truth), 5)")],
            "an-exact-share": """
def look(truth, r, q, seed):
    rng = np.random.default_rng(seed)
    seen = np.repeat(np.asarray(truth)[:, None], r, axis=1)
    for row in seen:
        for j in rng.choice(r, int(round(q * r)), replace=False):
            row[j] = (row[j] + rng.integers(1, 10)) % 10
    return seen
""",
            "people-are-good-or-bad": [("rng.random(shape) < q", "rng.random((1, r)) < q")],
            "flips-a-wrong-one-back": [("< q", "< q * 10 / 9")],
        },
    },
    "q2": {
        "right": {
            "counter": """
from collections import Counter
def vote(looks):
    return np.array([min(Counter(row.tolist()).items(), key=lambda p: (-p[1], p[0]))[0]
                     for row in np.asarray(looks)])
""",
            "bincount": """
def vote(looks):
    return [np.bincount(row, minlength=10).argmax() for row in looks]
def vote_right(q, r):
    p = 0
    for wrong in range(0, (r - 1) // 2 + 1):
        p = p + comb(r, wrong) * q**wrong * (1 - q) ** (r - wrong)
    return p
""",
            "scipy": """
from scipy import stats
def vote(looks):
    return stats.mode(looks, axis=1).mode
def vote_right(q, r):
    return stats.binom.cdf(r // 2, r, q)
def looks_needed(q, goal):
    return next(r for r in range(1, 10**6, 2) if vote_right(q, r) >= goal)
""",
            "survival": """
from scipy.stats import binom
def vote_right(q, r):
    return 1 - binom.cdf((r - 1) / 2, r, 1 - q)
def looks_needed(q, goal, r=1):
    return r if vote_right(q, r) >= goal else looks_needed(q, goal, r + 2)
""",
            "unique": """
def vote(looks):
    named = []
    for row in looks:
        digits, counts = np.unique(row, return_counts=True)
        named.append(int(digits[counts == counts.max()].min()))
    return np.array(named)
""",
        },
        "wrong": {
            "first-seen-on-a-tie": """
from collections import Counter
def vote(looks):
    return np.array([Counter(row.tolist()).most_common(1)[0][0] for row in looks])
""",
            "largest-on-a-tie": [(MAJORITY, MAJORITY.replace("10)", "9, -1, -1)") + " * -1 + 9")],
            "mean": [(MAJORITY, "np.asarray(looks).mean(axis=1).round().astype(int)")],
            "median": [(MAJORITY, "np.median(looks, axis=1).astype(int)")],
            "wrong-axis": """
def vote(looks):
    return np.array([np.bincount(column, minlength=10).argmax() for column in looks.T])
""",
            "zero-left-out": """
def vote(looks):
    return np.array([np.bincount(row, minlength=10)[1:].argmax() + 1 for row in looks])
""",
            "more-than-half-only": """
def vote(looks):
    named = []
    for row in looks:
        counts = np.bincount(row, minlength=10)
        named.append(counts.argmax() if counts.max() > len(row) / 2 else row[0])
    return np.array(named)
""",
            "most-frequent-of-all": """
def vote(looks):
    return np.full(len(looks), np.bincount(looks.ravel()).argmax())
""",
            "half-is-enough": [("range(r // 2 + 1, r + 1)", "range(r // 2, r + 1)")],
            "one-more-than-half": [("range(r // 2 + 1, r + 1)", "range(r // 2 + 2, r + 1)")],
            "all-but-all": [("range(r // 2 + 1, r + 1)", "range(r // 2 + 1, r)")],
            "no-binomial": [BOUNDED, ("comb(r, j) * ", "")],
            "wrong-way-round": [
                BOUNDED,
                ("(1 - q) ** j * q ** (r - j)", "q ** j * (1 - q) ** (r - j)"),
            ],
            "rounded": [(AT_RANDOM, f"round({AT_RANDOM}, 3)")],
            "three-looks": [
                BOUNDED,
                (AT_RANDOM, "(1 - q) ** 3 + 3 * (1 - q) ** 2 * q if r > 1 else 1 - q"),
            ],
            "simulated": """
def vote_right(q, r):
    return (np.random.default_rng(0).random((100_000, r)) >= q).sum(axis=1).__gt__(r / 2).mean()
""",
            "normal-approximation": """
from scipy.stats import norm
def vote_right(q, r):
    return 1 - q if r == 1 else norm.sf((r / 2 - r * (1 - q)) / (r * q * (1 - q)) ** 0.5)
""",
            "chance-of-another": [
                BOUNDED,
                (AT_RANDOM, AT_RANDOM.replace("q ** (r - j)", "(q / 9) ** (r - j)")),
            ],
            "starts-at-three": [("    r = 1\n", "    r = 3\n")],
            "one-step-too-many": [
                ("        r += 2\n    return r", "        r += 2\n    return r + 2")
            ],
            "more-than-the-goal": [("vote_right(q, r) < goal", "vote_right(q, r) <= goal")],
            "gives-up-at-99": """
def looks_needed(q, goal):
    return next((r for r in range(1, 100, 2) if vote_right(q, r) >= goal), 99)
""",
            "number-of-steps": [
                ("        r += 2\n    return r", "        r += 2\n    return r // 2")
            ],
        },
    },
    "q3": {
        "right": {
            "by-hand": """
def clustered(n, r, q, seed):
    model = KMeans(n, random_state=seed)
    model.fit(pool)
    chosen = []
    for k in range(n):
        members = np.where(model.labels_ == k)[0]
        gap = np.linalg.norm(pool[members] - model.cluster_centers_[k], axis=1)
        chosen.append(members[gap.argmin()])
    seen = look(pool_labels[chosen], r, q, seed)
    name = dict(enumerate(vote(seen)))
    guess = [name[k] for k in model.predict(test)]
    return sum(a == b for a, b in zip(guess, test_labels)) / len(test_labels)
""",
            "accuracy-score": """
from sklearn.metrics import accuracy_score
def supervised(n, r, q, seed):
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(pool), n, replace=False)
    knn = KNeighborsClassifier(n_neighbors=1)
    knn.fit(pool[chosen], vote(look(pool_labels[chosen], r, q, seed)))
    return accuracy_score(test_labels, knn.predict(test))
""",
            "distances": """
def supervised(n, r, q, seed):
    rows = np.random.default_rng(seed).choice(len(pool), size=n, replace=False)
    names = np.asarray(vote(look(pool_labels[rows], r, q, seed)))
    guess = names[[((x - pool[rows]) ** 2).sum(axis=1).argmin() for x in test]]
    return float((guess == test_labels).mean())
""",
            "nearest-centroid": """
def clustered(n, r, q, seed):
    model = KMeans(n, random_state=seed).fit(pool)
    names = np.asarray(vote(look(pool_labels[representatives(model, pool)], r, q, seed)))
    return 1 - np.mean(names[model.transform(test).argmin(axis=1)] != test_labels)
""",
        },
        "wrong": {
            "clusters-of-seed-0": [("random_state=seed", "random_state=0")],
            "clustered-looks-with-seed-0": """
def clustered(n, r, q, seed):
    model = KMeans(n, random_state=seed).fit(pool)
    names = vote(look(pool_labels[representatives(model, pool)], r, q, 0))
    return np.mean(names[model.predict(test)] == test_labels)
""",
            "supervised-looks-with-seed-0": """
def supervised(n, r, q, seed):
    rows = np.random.default_rng(seed).choice(len(pool), n, replace=False)
    names = vote(look(pool_labels[rows], r, q, 0))
    return KNeighborsClassifier(1).fit(pool[rows], names).score(test, test_labels)
""",
            "supervised-chooses-with-seed-0": [
                ("default_rng(seed).choice", "default_rng(0).choice")
            ],
            "any-member": [
                (
                    "rows = representatives(model, pool)",
                    "rows = [np.flatnonzero(model.labels_ == k)[0] for k in range(n)]",
                )
            ],
            "scored-on-the-pool": [
                ("names[model.predict(test)] == test_labels", "names[model.labels_] == pool_labels")
            ],
            "supervised-scored-on-the-pool": [
                ("score(test, test_labels)", "score(pool, pool_labels)")
            ],
            "one-look": [("r, q, seed))", "1, q, seed))")],
            "one-look-in-clustered": """
def clustered(n, r, q, seed):
    model = KMeans(n, random_state=seed).fit(pool)
    names = look(pool_labels[representatives(model, pool)], r, q, seed)[:, 0]
    return np.mean(names[model.predict(test)] == test_labels)
""",
            "true-labels": [("fit(pool[rows], names)", "fit(pool[rows], pool_labels[rows])")],
            "true-labels-in-clustered": [
                (
                    "rows = representatives(model, pool)\n"
                    "    names = vote(look(pool_labels[rows], r, q, seed))",
                    "names = pool_labels[representatives(model, pool)]",
                )
            ],
            "five-neighbors": [("KNeighborsClassifier(1)", "KNeighborsClassifier(5)")],
            "three-neighbors": [("KNeighborsClassifier(1)", "KNeighborsClassifier(3)")],
            "with-replacement": [("n, replace=False", "n, replace=True")],
            "first-rows": [
                ("np.random.default_rng(seed).choice(len(pool), n, replace=False)", "np.arange(n)")
            ],
            "error-in-place-of-accuracy": [("] == test_labels", "] != test_labels")],
            "number-right": [("np.mean(names[", "np.sum(names[")],
            "percent": [("return KNei", "return 100 * KNei")],
            "clusters-of-the-test": [
                ("fit(pool)\n    rows", "fit(test)\n    rows"),
                ("representatives(model, pool)", "representatives(model, test)"),
            ],
            "ten-clusters": [("KMeans(n,", "KMeans(10,")],
            "global-choice": [
                (
                    "np.random.default_rng(seed).choice(len(pool), n, replace=False)",
                    "np.random.choice(len(pool), n, replace=False)",
                )
            ],
        },
    },
    "q4": {
        "right": {
            "loops": """
def curve(method, q):
    found = {}
    for r in [1, 3, 5, 9, 15]:
        total = 0
        for seed in [0, 1, 2, 3, 4]:
            total += method(int(180 / r), r, q, seed)
        found[r] = total / 5
    return found
def best(scores):
    return min(r for r in scores if scores[r] == max(scores.values()))
curves = {(n, q): curve(m, q) for q in (0.3, 0.0)
          for n, m in (("supervised", supervised), ("clustered", clustered))}
""",
            "items": """
def best(scores):
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[0][0]
""",
            # Right looks by other random numbers, whose best r may be another one.
            "looks-of-other-numbers": [
                (
                    "curves = {}",
                    "looks_before = look\n\n\n"
                    "def look(truth, r, q, seed):\n"
                    "    return looks_before(truth, r, q, seed + 6000)\n\n\n"
                    "curves = {}",
                )
            ],
            "running-best": """
def best(scores):
    champion = None
    for r in sorted(scores):
        if champion is None or scores[r] > scores[champion]:
            champion = r
    return champion
def curve(method, q):
    r_values, seeds = np.array([1, 3, 5, 9, 15]), range(5)
    grid = np.array([[method(180 // r, r, q, s) for s in seeds] for r in r_values.tolist()])
    return dict(zip(r_values.tolist(), grid.mean(axis=1)))
""",
        },
        "wrong": {
            "one-seed": [("for seed in range(5)", "for seed in range(1)")],
            "seeds-from-one": [("for seed in range(5)", "for seed in range(1, 6)")],
            "always-supervised": [("[method(180", "[supervised(180")],
            "always-clustered": [("[method(180", "[clustered(180")],
            "no-budget": [("method(180 // r, r", "method(180, r")],
            "one-look": [("method(180 // r, r", "method(180 // r, 1")],
            "always-a-tenth": [("r, q, seed) for", "r, 0.1, seed) for")],
            "median": [("r: np.mean([", "r: np.median([")],
            "largest": [("r: np.mean([", "r: max([")],
            "rounded": [(" for seed in range(5)])", " for seed in range(5)]).round(2)")],
            "keys-are-n": [("        r: np.mean", "        180 // r: np.mean")],
            "keys-1-to-15": [("(1, 3, 5, 9, 15)", "(1, 3, 5, 7, 9, 11, 13, 15)")],
            "the-largest-accuracy": [(BEST, "max(scores.values())")],
            "the-larger-on-a-tie": [(BEST, "max(sorted(scores), key=lambda r: (scores[r], r))")],
            "the-first-on-a-tie": [(BEST, "max(scores, key=scores.get)")],
            "the-position": [(BEST, "int(np.argmax(list(scores.values())))")],
            "the-smallest": [(BEST, "min(sorted(scores), key=scores.get)")],
            "ways-swapped": [
                (
                    "curves[kind, q] = curve(way, q)",
                    "curves[kind, q] = curve(supervised if way is clustered else clustered, q)",
                )
            ],
            "the-same-way-twice": [
                ("curves[kind, q] = curve(way, q)", "curves[kind, q] = curve(clustered, q)")
            ],
            "never-wrong": [("curve(way, q)", "curve(way, 0.0)")],
            "q-swapped": [("curve(way, q)", "curve(way, 0.3 - q)")],
            "made-up": """
curves = {(name, q): {1: 0.95 - q, 3: 0.9 - q / 2, 5: 0.85 - q / 5, 9: 0.8 - q / 4, 15: 0.6}
          for name in ("clustered", "supervised") for q in (0.0, 0.3)}
""",
            "best-alone": """
curves = {key: best(scores) for key, scores in curves.items()}
""",
            "q-of-0.2": [("curve(way, q)", "curve(way, q * 2 / 3)")],
        },
    },
}
