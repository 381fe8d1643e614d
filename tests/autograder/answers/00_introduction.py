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
        (3, 4, 3, 3),
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
        (4, 2, 3, 3),
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
        (4, 4, 2, 4),
    ),
    "scored-on-the-pool": (
        [("names[model.predict(test)] == test_labels", "names[model.labels_] == pool_labels")],
        (4, 4, 2, 4),
    ),
    # Learns from the answers in place of what people said.
    "labels-leak": (
        [("fit(pool[rows], names)", "fit(pool[rows], pool_labels[rows])")],
        (4, 4, 3, 3),
    ),
    "one-seed": ([("for seed in range(5)", "for seed in range(1)")], (4, 4, 4, 3)),
    "no-budget": ([("method(180 // r, r", "method(180, r")], (4, 4, 4, 1)),
}
