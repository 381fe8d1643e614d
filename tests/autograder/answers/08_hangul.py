"""Answers to the Hangul exercise."""

OTHER = [
    (
        """    count = torch.zeros(int(is_test.sum()), dtype=torch.int64)
    for one, other in [(0, 1), (1, 2), (0, 2)]:
        pair = 28 * parts[:, one] + parts[:, other]
        count += torch.isin(pair[is_test], pair[~is_test])
    return count""",
        """    known = [set(), set(), set()]
    for i, v, f in parts[~is_test].tolist():
        for pairs, pair in zip(known, [(i, v), (v, f), (i, f)]):
            pairs.add(pair)
    return np.array(
        [
            ((i, v) in known[0]) + ((v, f) in known[1]) + ((i, f) in known[2])
            for i, v, f in parts[is_test].tolist()
        ]
    )""",
    ),
    (
        "    return parts.sum(dim=1) % 5 == 0",
        "    i, v, f = parts.T\n    return (i + 2 * v + 3 * f) % 5 == 4",
    ),
    (
        """    right = read(reader, pictures.clamp(0, 1))[0] == wanted
    return torch.cat([right, right.all(dim=1, keepdim=True)], dim=1).float().mean(dim=0)""",
        """    found, _ = read(reader, torch.clip(pictures, 0.0, 1.0))
    wrong = (found != wanted).double()
    shares = [1 - wrong[:, k].mean() for k in range(3)]
    return torch.stack([*shares, 1 - wrong.amax(dim=1).mean()])""",
    ),
    (
        "    return seen[torch.cdist(pictures.flatten(1), seen.flatten(1)).argmin(dim=1)]",
        "    x, y = seen.flatten(1), pictures.flatten(1)\n"
        "    far = (x**2).sum(dim=1) - 2 * (y @ x.T)\n"
        "    return torch.stack([seen[row.argmin()] for row in far])",
    ),
    (
        "size = next(n for n in range(1, 785) if error(pca(unseen, n)) <= error(copies))",
        "size = 1\nwhile error(pca(unseen, size)) > error(copies):\n    size += 1",
    ),
    (
        """    effects = [means(pictures, parts[:, k], 28)[asked[:, k]] for k in range(3)]
    return sum(effects) - 2 * pictures.mean(dim=0)""",
        """    mu = pictures.mean(dim=0, keepdim=True)
    drawn = mu.repeat(len(asked), 1, 1, 1)
    for k in range(3):
        for value in asked[:, k].unique():
            drawn[asked[:, k] == value] += pictures[parts[:, k] == value].mean(dim=0) - mu[0]
    return drawn""",
    ),
    (
        """    drawn = -means(pictures, parts[:, pivot], 28)[asked[:, pivot]]
    for k in {0, 1, 2} - {pivot}:
        known, wanted = (28 * table[:, pivot] + table[:, k] for table in (parts, asked))
        drawn = drawn + means(pictures, known, 28 * 28)[wanted]
    return drawn""",
        """    a, b = [k for k in range(3) if k != pivot]
    drawn = []
    for row in asked:
        same = parts == row
        given = same[:, pivot]
        one, other = (pictures[given & same[:, k]].mean(dim=0) for k in (a, b))
        drawn.append(one + other - pictures[given].mean(dim=0))
    return torch.stack(drawn)""",
    ),
    (
        """    good = known[:, v, f][:, None] & known[:, v] & known[i, v]
    good[i], good[:, f] = False, False
    return good.nonzero()""",
        """    there = known[:, int(v)].tolist()
    rows = [one for one, row in enumerate(there) if row[f] and one != i]
    columns = [other for other, good in enumerate(there[i]) if good and other != f]
    found = [(one, other) for one in rows for other in columns if there[one][other]]
    return torch.tensor(found, dtype=torch.int64).reshape(-1, 2)""",
    ),
    (
        "    return (table[initial, v, f] - table[initial, v, final] + table[i, v, final])"
        ".mean(dim=0)",
        "    drawn = 0\n"
        "    for one, other in zip(initial.tolist(), final.tolist()):\n"
        "        drawn = drawn + table[one, v, f] - table[one, v, other] + table[i, v, other]\n"
        "    return drawn / len(pairs)",
    ),
    (
        """    a, b = (np.unique(values, return_inverse=True)[1] for values in (a, b))
    p = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(p, (a, b), 1 / len(a))
    alone = p.sum(axis=1, keepdims=True) * p.sum(axis=0)
    return float((p[p > 0] * np.log(p[p > 0] / alone[p > 0])).sum())""",
        """    def entropy(*columns):
        share = np.unique(np.stack(columns), axis=1, return_counts=True)[1] / len(a)
        return -(share * np.log(share)).sum()

    return entropy(a) + entropy(b) - entropy(a, b)""",
    ),
    (
        """    rest = x.copy()
    for group in np.unique(groups):
        rest[groups == group] -= x[groups == group].mean(axis=0)
    return rest""",
        """    _, number = np.unique(groups, return_inverse=True)
    where = np.eye(number.max() + 1)[number]  # (N, K)
    return x - where @ (where.T @ x / where.sum(axis=0)[:, None])""",
    ),
]

ANSWERS = {
    "other": (OTHER, (3, 3, 3, 3, 4)),
    # Pairs of test syllables among themselves count, too: everything has been seen.
    "seen-in-the-test": (
        [("torch.isin(pair[is_test], pair[~is_test])", "torch.isin(pair[is_test], pair)")],
        (2, 3, 3, 3, 4),
    ),
    # Every fifth of the list: a syllable changes sides when the list does.
    "by-place": (
        [("parts.sum(dim=1) % 5 == 0", "torch.arange(len(parts)) % 5 == 0")],
        (2, 3, 3, 3, 4),
    ),
    # The mean of the three shares is no share of syllables.
    "mean-for-all": (
        [
            (
                "torch.cat([right, right.all(dim=1, keepdim=True)], dim=1).float().mean(dim=0)",
                "torch.cat([s := right.float().mean(dim=0), s.mean().reshape(1)])",
            )
        ],
        (3, 1, 3, 2, 4),
    ),
    # One number less: the error is still above.
    "size-too-small": ([("size = next(n for", "size = -1 + next(n for")], (3, 2, 3, 3, 4)),
    # The overall mean is counted three times.
    "mean-thrice": (
        [("sum(effects) - 2 * pictures.mean(dim=0)", "sum(effects)")],
        # The public check stops there, which costs nothing more.
        (3, 3, 2, 3, 4),
    ),
    "pivot-added": (
        [
            (
                "drawn = -means(pictures, parts[:, pivot], 28)",
                "drawn = means(pictures, parts[:, pivot], 28)",
            )
        ],
        (3, 3, 1, 3, 4),
    ),
    # Borrows from syllables that no method may use.
    "donors-for-testing": (
        [
            (
                "known[:, v, f][:, None] & known[:, v] & known[i, v]",
                "known[:, v, f][:, None] & known[:, v]",
            )
        ],
        (3, 3, 3, 2, 4),
    ),
    "first-pair-alone": (
        [("initial, final = pairs.T", "initial, final = pairs[:1].T")],
        (3, 3, 3, 1, 4),
    ),
    "no-chance": (
        [
            (
                "    return (mutual_information(a, b) - chance) / (most - chance)",
                "    return mutual_information(a, b) / most",
            )
        ],
        (3, 3, 3, 3, 3),
    ),
    "mean-of-all": (
        [("-= x[groups == group].mean(axis=0)", "-= x.mean(axis=0)")],
        (3, 3, 3, 3, 2),
    ),
}

COUNT = "def seen_pairs(parts, is_test):\n"
SEEN = """
def seen_pairs(parts, is_test):
    count = torch.zeros(int(is_test.sum()), dtype=torch.int64)
    for one, other in [(0, 1), (1, 2), (0, 2)]:
        pair = 28 * parts[:, one] + parts[:, other]
        count += torch.isin(pair[is_test], pair[~is_test])
    return count
"""
CHOOSE = "def choose_test(parts):\n    i, v, f = parts.T\n    return "
JUDGE = """
def judge(pictures, wanted):
    right = read(reader, pictures.clamp(0, 1))[0] == wanted
    return torch.cat([right, right.all(dim=1, keepdim=True)], dim=1).float().mean(dim=0)
"""
NEAREST = "def nearest(seen, pictures):\n"
SUM = """
def draw_sum(pictures, parts, asked):
    effects = [means(pictures, parts[:, k], 28)[asked[:, k]] for k in range(3)]
    return sum(effects) - 2 * pictures.mean(dim=0)
"""
PAIRS = """
def draw_pairs(pictures, parts, asked, pivot):
    drawn = -means(pictures, parts[:, pivot], 28)[asked[:, pivot]]
    for k in {0, 1, 2} - {pivot}:
        known, wanted = (28 * table[:, pivot] + table[:, k] for table in (parts, asked))
        drawn = drawn + means(pictures, known, 28 * 28)[wanted]
    return drawn
"""
DONORS = """
def donors(known, asked):
    i, v, f = asked
    good = known[:, v, f][:, None] & known[:, v] & known[i, v]
    good[i], good[:, f] = False, False
    return good.nonzero()
"""
TRANSPLANT = """
def transplant(table, asked, pairs):
    i, v, f = asked
    initial, final = pairs.T
    return (table[initial, v, f] - table[initial, v, final] + table[i, v, final]).mean(dim=0)
"""
INFORMATION = """
def mutual_information(a, b):
    a, b = (np.unique(values, return_inverse=True)[1] for values in (a, b))
    p = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(p, (a, b), 1 / len(a))
    alone = p.sum(axis=1, keepdims=True) * p.sum(axis=0)
    return float((p[p > 0] * np.log(p[p > 0] / alone[p > 0])).sum())
"""
ADJUSTED = """
def adjusted(a, b, n=20, seed=0):
    rng = np.random.default_rng(seed)
    chance = np.mean([mutual_information(rng.permutation(a), b) for _ in range(n)])
    most = (mutual_information(a, a) + mutual_information(b, b)) / 2
    return (mutual_information(a, b) - chance) / (most - chance)
"""
WITHOUT = """
def without(x, groups):
    rest = x.copy()
    for group in np.unique(groups):
        rest[groups == group] -= x[groups == group].mean(axis=0)
    return rest
"""


def but(code, *edits):
    """Return code with texts replaced; each must be there."""
    for old, new in edits:
        assert old in code, old
        code = code.replace(old, new)
    return code


SLOW_WHOLE = True
SLOW = ("q2", "q4", "q5")
VARIANTS = {
    "q1": {
        "right": {
            "sets": COUNT
            + """
    train, count = parts[~is_test].tolist(), []
    known = [{(a, b) for a, b, c in train}, {(b, c) for a, b, c in train}]
    known.append({(a, c) for a, b, c in train})
    for a, b, c in parts[is_test].tolist():
        count.append(sum(pair in side for pair, side in zip([(a, b), (b, c), (a, c)], known)))
    return torch.tensor(count)
""",
            "tables": COUNT
            + """
    table = torch.zeros(19, 21, 28, dtype=torch.bool)
    table[tuple(parts[~is_test].T)] = True
    i, v, f = parts[is_test].T
    return 0 + table.any(2)[i, v] + table.any(0)[v, f] + table.any(1)[i, f].int()
""",
            "floats": but(SEEN, ("return count", "return count.float()")),
            "a-list": but(SEEN, ("return count", "return count.tolist()")),
            "another-residue": CHOOSE + "(i + v + f) % 5 == 3",
            "steps": CHOOSE + "(3 * i + v + 2 * f) % 6 == 1",
            "numpy": CHOOSE + "torch.from_numpy(np.isin((i + v - f).numpy() % 11, [0, 5]))",
            "of-the-book": CHOOSE + "hangul.is_test[588 * i + 28 * v + f]",
            "by-hash": """
def choose_test(parts):
    import hashlib
    digest = [hashlib.md5(str(row).encode()).digest()[0] for row in parts.tolist()]
    return torch.tensor(digest) < 51
""",
        },
        "wrong": {
            "in-all-syllables": but(SEEN, ("pair[~is_test]", "pair")),
            "in-test-syllables": but(SEEN, ("pair[~is_test]", "pair[is_test]")),
            "not-seen": but(SEEN, ("return count", "return 3 - count")),
            "two-pairs": but(SEEN, (", (0, 2)]", "]")),
            "a-pair-twice": but(SEEN, ("(0, 2)]", "(0, 1)]")),
            "parts-for-pairs": but(SEEN, ("28 * parts[:, one] + parts[:, other]", "parts[:, one]")),
            "keys-collide": but(SEEN, ("28 * parts", "10 * parts")),
            "sum-for-key": but(SEEN, ("28 * parts", "parts")),
            "all-or-nothing": but(SEEN, ("return count", "return 3 * (count == 3)")),
            "for-every-syllable": but(
                SEEN,
                ("int(is_test.sum())", "len(parts)"),
                ("pair[is_test], ", "pair, "),
            ),
            "mean": but(SEEN, ("return count", "return count.float().mean()")),
            "always-three": COUNT + "    return torch.full((int(is_test.sum()),), 3)",
            "test-and-training-swapped": but(
                SEEN,
                ("    count =", "    is_test = ~is_test\n    count ="),
            ),
            "every-fifth": CHOOSE + "torch.arange(len(parts)) % 5 == 0",
            "by-chance": CHOOSE + "torch.rand(len(parts)) < 0.2",
            "by-chance-with-a-seed": CHOOSE
            + "torch.rand(len(parts), generator=torch.Generator().manual_seed(0)) < 0.2",
            "one-final": CHOOSE + "f % 5 == 0",
            "some-vowels": CHOOSE + "v < 4",
            "pairs-of-two": CHOOSE + "(i + v) % 5 == 0",
            "initials-and-finals": CHOOSE + "(i + f) % 5 == 0",
            "too-few": CHOOSE + "(i + v + f) % 10 == 0",
            "too-many": CHOOSE + "(i + v + f) % 3 == 0",
            "training-instead": CHOOSE + "(i + v + f) % 5 != 0",
            "numbers": CHOOSE + "((i + v + f) % 5 == 0).long()",
            "no-final-in-training": CHOOSE + "(f == 0) | ((i + v + f) % 6 == 0)",
            "finals-never-tested": CHOOSE + "(f > 0) & ((i + v + f) % 5 == 0)",
            "rank-in-the-list": """
def choose_test(parts):
    key = 588 * parts[:, 0] + 28 * parts[:, 1] + parts[:, 2]
    return key.argsort().argsort() % 5 == 0
""",
            "relative-to-the-list": """
def choose_test(parts):
    return (parts - parts.amin(dim=0)).sum(dim=1) % 5 == 0
""",
            "book's-in-its-order": CHOOSE + "hangul.is_test[: len(parts)]",
            "index-by-five": CHOOSE + "(588 * i + 28 * v + f) < 2234",
            "transposed": CHOOSE + "((i + v + f) % 5 == 0)[:, None]",
        },
    },
    "q2": {
        "right": {
            "loop": """
def judge(pictures, wanted):
    found = read(reader, pictures.clip(0, 1))[0]
    both = [[int(a == b) for a, b in zip(*rows)] for rows in zip(found.tolist(), wanted.tolist())]
    return torch.tensor([*np.mean(both, axis=0), np.mean([min(row) for row in both])])
""",
            "product": but(
                JUDGE, ("right.all(dim=1, keepdim=True)", "right.prod(dim=1, keepdim=True) > 0")
            ),
            "numpy": but(JUDGE, (".mean(dim=0)", ".mean(dim=0).numpy()")),
            "in-pieces": but(
                JUDGE,
                (
                    "read(reader, pictures.clamp(0, 1))[0]",
                    "torch.cat([read(reader, some.clamp(0, 1))[0] for some in pictures.split(7)])",
                ),
            ),
            "distances": NEAREST
            + """
    x, y = seen.flatten(1), pictures.flatten(1)
    return seen[((x**2).sum(1) - 2 * y @ x.T).argmin(dim=1)]
""",
            "in-numpy": NEAREST
            + """
    x, y = (part.flatten(1).numpy() for part in (seen, pictures))
    return seen[[int(np.square(x - row).sum(axis=1).argmin()) for row in y]]
""",
            "neighbors": NEAREST
            + """
    from sklearn.neighbors import NearestNeighbors
    finder = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(seen.flatten(1).numpy())
    return seen[finder.kneighbors(pictures.flatten(1).numpy(), return_distance=False)[:, 0]]
""",
            "counted": """
size = 1 + sum(error(pca(unseen, n)) > error(copies) for n in range(1, 80))
report = {"pca": judge(pca(unseen, size), unseen_parts).tolist()}
report["nearest"] = judge(copies, unseen_parts)
""",
            "halving": """
low, high = 1, 784
while low < high:
    middle = (low + high) // 2
    low, high = (low, middle) if error(pca(unseen, middle)) <= error(copies) else (middle + 1, high)
size = torch.tensor(low)
""",
        },
        "wrong": {
            "mean-of-the-parts": but(
                JUDGE, ("right.all(dim=1, keepdim=True)", "right.float().mean(dim=1, keepdim=True)")
            ),
            "any-part": but(JUDGE, ("right.all(", "right.any(")),
            "all-first": but(
                JUDGE,
                (
                    "[right, right.all(dim=1, keepdim=True)]",
                    "[right.all(dim=1, keepdim=True), right]",
                ),
            ),
            "final-first": but(JUDGE, ("torch.cat([right, ", "torch.cat([right.flip(1), ")),
            "shares-read-wrongly": but(JUDGE, (")[0] == wanted", ")[0] != wanted")),
            "product-of-shares": JUDGE
            + """
inner = judge
def judge(pictures, wanted):
    three = inner(pictures, wanted)[:3]
    return torch.cat([three, three.prod()[None]])
""",
            "least-share": JUDGE
            + """
inner = judge
def judge(pictures, wanted):
    three = inner(pictures, wanted)[:3]
    return torch.cat([three, three.min()[None]])
""",
            "three-shares": but(
                JUDGE, ("torch.cat([right, right.all(dim=1, keepdim=True)], dim=1)", "right")
            ),
            "all-alone": but(
                JUDGE,
                ("torch.cat([right, right.all(dim=1, keepdim=True)], dim=1)", "right.all(dim=1)"),
            ),
            "counts": but(JUDGE, (".mean(dim=0)", ".sum(dim=0)")),
            "confidence": but(JUDGE, ("(0, 1))[0] == wanted", "(0, 1))[1] > 0.9")),
            "sure-and-right": but(
                JUDGE,
                (
                    "right = read(reader, pictures.clamp(0, 1))[0] == wanted",
                    "found, sure = read(reader, pictures.clamp(0, 1))\n"
                    "    right = (found == wanted) & (sure > 0.99)",
                ),
            ),
            "not-clipped": but(JUDGE, ("pictures.clamp(0, 1)", "pictures")),
            "rounded-pictures": but(JUDGE, ("pictures.clamp(0, 1)", "(pictures > 0.5).float()")),
            "of-the-first": but(
                JUDGE,
                (
                    "pictures.clamp(0, 1))[0] == wanted",
                    "pictures.clamp(0, 1))[0][:9] == wanted[:9]",
                ),
            ),
            "of-the-notebook's-pictures": JUDGE
            + "inner = judge\n"
            + "def judge(pictures, wanted):\n    return inner(unseen, unseen_parts)\n",
            "absolute-difference": NEAREST
            + "    far = torch.cdist(pictures.flatten(1), seen.flatten(1), p=1)\n"
            + "    return seen[far.argmin(dim=1)]\n",
            "largest-product": NEAREST
            + "    return seen[(pictures.flatten(1) @ seen.flatten(1).T).argmax(dim=1)]\n",
            "cosine": NEAREST
            + """
    x, y = (nn / nn.norm(dim=1, keepdim=True) for nn in (seen.flatten(1), pictures.flatten(1)))
    return seen[(y @ x.T).argmax(dim=1)]
""",
            "farthest": NEAREST
            + "    return seen[torch.cdist(pictures.flatten(1), seen.flatten(1)).argmax(dim=1)]\n",
            "indices": NEAREST
            + "    return torch.cdist(pictures.flatten(1), seen.flatten(1)).argmin(dim=1)\n",
            "of-other-axis": NEAREST
            + "    return seen[torch.cdist(seen.flatten(1), pictures.flatten(1)).argmin(dim=1)]\n",
            "from-the-pictures": NEAREST
            + "    far = torch.cdist(pictures.flatten(1), seen.flatten(1))\n"
            + "    return pictures[far.argmin(dim=1) % len(pictures)]\n",
            "global-seen": NEAREST
            + "    x = images[~is_test]\n"
            + "    return x[torch.cdist(pictures.flatten(1), x.flatten(1)).argmin(dim=1)]\n",
            "mean-of-three": NEAREST
            + "    far = torch.cdist(pictures.flatten(1), seen.flatten(1))\n"
            + "    return seen[far.topk(min(3, len(seen)), largest=False).indices].mean(dim=1)\n",
            "largest-difference": NEAREST
            + "    far = torch.cdist(pictures.flatten(1), seen.flatten(1), p=float('inf'))\n"
            + "    return seen[far.argmin(dim=1)]\n",
            "flat": NEAREST
            + "    x = seen.flatten(1)\n"
            + "    return x[torch.cdist(pictures.flatten(1), x).argmin(dim=1)]\n",
            "one-less": "size = size - 1",
            "one-more": "size = size + 1",
            "closest-error": """
size = min(range(1, 100), key=lambda n: abs(error(pca(unseen, n)) - 1.05 * error(copies)))
""",
            "of-the-chapter": "size = 32",
            "error-on-seen": """
far = [float(((pca(seen, n) - seen) ** 2).mean()) for n in range(30, 60)]
size = 30 + next(k for k, e in enumerate(far) if e <= error(copies))
""",
            "report-swapped": "report = {'nearest': report['pca'], 'pca': report['nearest']}",
            "report-of-32": "report['pca'] = judge(pca(unseen, 32), unseen_parts)",
            "report-of-the-truth": "report['nearest'] = judge(unseen, unseen_parts)",
            "report-from-all-syllables": """
known = torch.cat([seen, images[is_test]])
report["nearest"] = judge(nearest(known, unseen), unseen_parts)
""",
            "report-rounded": "report = {k: torch.round(v * 10) / 10 for k, v in report.items()}",
            "report-all-alone": "report = {k: v[3] for k, v in report.items()}",
        },
    },
    "q3": {
        "right": {
            "deviations": """
def draw_sum(pictures, parts, asked):
    mu = pictures.mean(dim=0)
    a, b, c = (means(pictures, parts[:, k], 28)[asked[:, k]] - mu for k in range(3))
    return mu + a + b + c
""",
            "as-a-loop": """
def draw_sum(pictures, parts, asked):
    mu = pictures.mean(dim=0)
    drawn = []
    for row in asked.tolist():
        own = [pictures[parts[:, k] == row[k]].mean(dim=0) - mu for k in range(3)]
        drawn.append(mu + torch.stack(own).sum(dim=0))
    return torch.stack(drawn)
""",
            "in-numpy": """
def draw_sum(pictures, parts, asked):
    x, known, asked = pictures.numpy(), parts.numpy(), asked.numpy()
    tables = [{n: x[known[:, k] == n].mean(axis=0) for n in set(asked[:, k])} for k in range(3)]
    rows = [sum(tables[k][row[k]] for k in range(3)) - 2 * x.mean(axis=0) for row in asked]
    return torch.from_numpy(np.stack(rows))
""",
            "pairs-as-deviations": """
def draw_pairs(pictures, parts, asked, pivot):
    p, q = [k for k in range(3) if k != pivot]
    alone = means(pictures, parts[:, pivot], 28)[asked[:, pivot]]
    def pair(k):
        known, wanted = (30 * table[:, pivot] + table[:, k] for table in (parts, asked))
        return means(pictures, known, 900)[wanted]
    return alone + (pair(p) - alone) + (pair(q) - alone)
""",
            "pairs-as-a-loop": """
def draw_pairs(pictures, parts, asked, pivot):
    drawn = torch.empty(len(asked), *pictures.shape[1:])
    for n, row in enumerate(asked):
        family = parts[:, pivot] == row[pivot]
        x, known = pictures[family], parts[family]
        p, q = [k for k in range(3) if k != pivot]
        drawn[n] = x[known[:, p] == row[p]].mean(0) + x[known[:, q] == row[q]].mean(0) - x.mean(0)
    return drawn
""",
            "pivot-by-hand": """
pivot = 0
for k in (1, 2):
    if pivot_errors[k] < pivot_errors[pivot]:
        pivot = k
pivot_errors = {2: pivot_errors[2], 1: torch.tensor(pivot_errors[1]), 0: pivot_errors[0]}
""",
        },
        "wrong": {
            "mean-thrice": but(SUM, (" - 2 * pictures.mean(dim=0)", "")),
            "mean-taken-once": but(SUM, ("- 2 * pictures", "- pictures")),
            "mean-taken-thrice": but(SUM, ("- 2 * pictures", "- 3 * pictures")),
            "average-of-three": but(
                SUM, ("sum(effects) - 2 * pictures.mean(dim=0)", "sum(effects) / 3")
            ),
            "mean-of-means": but(
                SUM,
                (
                    "pictures.mean(dim=0)",
                    "means(pictures, parts[:, 1], int(parts[:, 1].max()) + 1).mean(dim=0)",
                ),
            ),
            "two-parts": but(SUM, ("range(3)]", "range(2)]"), ("2 * pictures", "pictures")),
            "clipped": but(
                SUM,
                (
                    "return sum(effects) - 2 * pictures.mean(dim=0)",
                    "return (sum(effects) - 2 * pictures.mean(dim=0)).clamp(0, 1)",
                ),
            ),
            "mean-of-what-is-asked": but(
                SUM, ("2 * pictures.mean", "2 * sum(effects).div(3).mean")
            ),
            "notebook's-pictures": but(
                SUM,
                ("means(pictures, parts", "means(seen, seen_parts"),
                ("2 * pictures", "2 * seen"),
            )
            + "\n",
            "median": but(
                SUM,
                ("2 * pictures.mean(dim=0)", "2 * pictures.median(dim=0).values"),
            ),
            "parts-mixed-up": but(SUM, ("[asked[:, k]]", "[asked[:, k - 1]]")),
            "parts-of-the-pictures": but(SUM, ("28)[asked[:, k]]", "28)[parts[: len(asked), k]]")),
            "flat": but(
                SUM,
                ("return sum(effects)", "return sum(e.flatten(1) for e in effects)"),
                ("pictures.mean(dim=0)", "pictures.flatten(1).mean(dim=0)"),
            ),
            "pair-means-alone": but(
                PAIRS, ("-means(pictures, parts[:, pivot], 28)[asked[:, pivot]]", "0")
            ),
            "pivot-added": but(PAIRS, ("drawn = -means", "drawn = means")),
            "overall-mean-subtracted": but(
                PAIRS,
                ("-means(pictures, parts[:, pivot], 28)[asked[:, pivot]]", "-pictures.mean(dim=0)"),
            ),
            "always-the-vowel": but(PAIRS, ("    drawn = -", "    pivot = 1\n    drawn = -")),
            "the-pair-without-the-pivot": but(
                PAIRS,
                (
                    "(28 * table[:, pivot] + table[:, k] for",
                    "(28 * table[:, k] + table[:, (k + 1) % 3] for",
                ),
            ),
            "all-three-pairs": """
def draw_pairs(pictures, parts, asked, pivot):
    drawn = pictures.mean(dim=0)
    for k in range(3):
        a, b = k, (k + 1) % 3
        pair = means(pictures, 28 * parts[:, a] + parts[:, b], 784)[28 * asked[:, a] + asked[:, b]]
        drawn = drawn + pair - means(pictures, parts[:, k], 28)[asked[:, k]]
    return drawn
""",
            "keys-collide": but(PAIRS, ("28 * table[:, pivot]", "4 * table[:, pivot]")),
            "average-of-pairs": but(
                PAIRS,
                ("drawn = -means(pictures, parts[:, pivot], 28)[asked[:, pivot]]", "drawn = 0"),
                ("return drawn", "return drawn / 2"),
            ),
            "the-sum": SUM
            + "def draw_pairs(pictures, parts, asked, pivot):\n"
            + "    return draw_sum(pictures, parts, asked)\n",
            "pairs-clipped": but(PAIRS, ("return drawn", "return drawn.clamp(0, 1)")),
            "nearest-of-the-pivot": """
def draw_pairs(pictures, parts, asked, pivot):
    return means(pictures, parts[:, pivot], 28)[asked[:, pivot]]
""",
            "best-is-worst": "pivot = max(pivot_errors, key=pivot_errors.get)",
            "name-for-number": "pivot_errors = {'initial': 0.028, 'vowel': 0.017, 'final': 0.032}",
            "guess": "pivot_errors = {0: 0.03, 1: 0.02, 2: 0.03}",
            "errors-of-the-regular-weight": "pivot_errors = {0: 0.0250, 1: 0.0148, 2: 0.0290}",
            "errors-on-training": """
for k in range(3):
    drawn = draw_pairs(seen, seen_parts, seen_parts, k)
    pivot_errors[k] = float(((drawn - seen) ** 2).mean())
""",
            "learned-from-all": """
pivot_errors = {k: error(draw_pairs(images, parts, unseen_parts, k)) for k in range(3)}
""",
            "roots": "pivot_errors = {k: value**0.5 for k, value in pivot_errors.items()}",
            "clipped-errors": """
for k in range(3):
    pivot_errors[k] = error(draw_pairs(seen, seen_parts, unseen_parts, k).clamp(0, 1))
""",
            "shares-for-errors": """
for k in range(3):
    pivot_errors[k] = float(judge(draw_pairs(seen, seen_parts, unseen_parts, k), unseen_parts)[3])
""",
        },
    },
    "q4": {
        "right": {
            "two-loops": """
def donors(known, asked):
    i, v, f = (int(part) for part in asked)
    found = []
    for one in range(known.shape[0]):
        for other in range(known.shape[2]):
            if one != i and other != f:
                if known[one, v, f] and known[one, v, other] and known[i, v, other]:
                    found.append([one, other])
    return torch.tensor(found, dtype=torch.long).reshape(-1, 2)
""",
            "another-order": but(
                DONORS, ("return good.nonzero()", "return good.nonzero().flip(0)")
            ),
            "numpy": """
def donors(known, asked):
    known = known.numpy()
    i, v, f = asked.tolist()
    ones = np.flatnonzero(known[:, v, f] & (np.arange(len(known)) != i))
    others = np.flatnonzero(known[i, v] & (np.arange(known.shape[2]) != f))
    pairs = [(a, b) for a in ones for b in others if known[a, v, b]]
    return torch.from_numpy(np.array(pairs, dtype=np.int64).reshape(-1, 2))
""",
            "three-means": """
def transplant(table, asked, pairs):
    i, v, f = asked
    a, b = table[pairs[:, 0], v, f], table[pairs[:, 0], v, pairs[:, 1]]
    return a.mean(0) - b.mean(0) + table[i, v, pairs[:, 1]].mean(0)
""",
            "one-by-one": """
def transplant(table, asked, pairs):
    i, v, f = asked.tolist()
    made = [table[a, v, f] - table[a, v, b] + table[i, v, b] for a, b in pairs.tolist()]
    return torch.stack(made).mean(dim=0)
""",
            "other-dice": """
def again(n, none=False):
    made, wanted = [], []
    for asked in unseen_parts:
        pairs = donors(known, asked)
        if none:
            pairs = pairs[pairs[:, 1] == 0]
            if asked[2] == 0:
                continue
        if len(pairs) == 0:
            continue
        made.append(transplant(table, asked, pairs[torch.randperm(len(pairs))[:n]]))
        wanted.append(asked)
    return judge(torch.stack(made)[:, None], torch.stack(wanted))[3]
shares = {"no final": again(1, True), 16: again(16), 4: again(4), 1: again(1)}
""",
        },
        "wrong": {
            "c-may-be-unseen": but(DONORS, (" & known[i, v]\n", "\n")),
            "a-may-be-unseen": but(
                DONORS, ("known[:, v, f][:, None] & known[:, v]", "known[:, v]")
            ),
            "b-may-be-unseen": but(DONORS, (" & known[:, v] &", " &")),
            "its-own-initial": but(
                DONORS, ("good[i], good[:, f] = False, False", "good[:, f] = False")
            ),
            "its-own-final": but(DONORS, ("good[i], good[:, f] = False, False", "good[i] = False")),
            "order-swapped": but(DONORS, ("good.nonzero()", "good.nonzero().flip(1)")),
            "all-pairs": but(
                DONORS,
                (
                    "known[:, v, f][:, None] & known[:, v] & known[i, v]",
                    "torch.ones_like(known[:, v])",
                ),
            ),
            "one-pair": but(DONORS, ("good.nonzero()", "good.nonzero()[:1]")),
            "pairs-that-are-not": but(DONORS, ("good.nonzero()", "(~good).nonzero()")),
            "with-a-final": but(DONORS, ("return good", "good[:, 0] = False\n    return good")),
            "common-finals-alone": but(
                DONORS, ("return good", "good[:, 4:] = False\n    return good")
            ),
            "global-table": """
known_here = known
def donors(known, asked):
    known = known_here
    i, v, f = asked
    good = known[:, v, f][:, None] & known[:, v] & known[i, v]
    good[i], good[:, f] = False, False
    return good.nonzero()
""",
            "as-a-mask": but(DONORS, ("good.nonzero()", "good")),
            "vowel-and-final": but(
                DONORS,
                (
                    "known[:, v, f][:, None] & known[:, v] & known[i, v]",
                    "known[i, :, f][:, None] & known[i] & known[i, v]",
                ),
            ),
            "sum-for-mean": but(TRANSPLANT, (".mean(dim=0)", ".sum(dim=0)")),
            "minus-and-plus-swapped": but(
                TRANSPLANT,
                (
                    "table[initial, v, f] - table[initial, v, final] + table[i, v, final]",
                    "table[initial, v, final] - table[initial, v, f] + table[i, v, final]",
                ),
            ),
            "never-subtracts": but(
                TRANSPLANT,
                (
                    "- table[initial, v, final] + table[i, v, final]",
                    "* 0.5 + table[i, v, final] * 0.5",
                ),
            ),
            "first-pair": but(TRANSPLANT, (".mean(dim=0)", "[0]")),
            "columns-swapped": but(
                TRANSPLANT, ("initial, final = pairs.T", "final, initial = pairs.T % 3")
            ),
            "clipped": but(TRANSPLANT, (".mean(dim=0)", ".mean(dim=0).clamp(0, 1)")),
            "clipped-before": but(TRANSPLANT, (".mean(dim=0)", ".clamp(0, 1).mean(dim=0)")),
            "median": but(TRANSPLANT, (".mean(dim=0)", ".median(dim=0).values")),
            "the-answer-itself": but(TRANSPLANT, ("return (", "return table[i, v, f] + 0 * (")),
            "not-averaged": but(TRANSPLANT, (".mean(dim=0)", "")),
            "base-alone": but(
                TRANSPLANT, ("table[initial, v, f] - table[initial, v, final] + ", "")
            ),
            "initial-share": """
rng, made = np.random.default_rng(0), []
for asked in unseen_parts:
    pairs = donors(known, asked)
    made.append(transplant(table, asked, pairs[rng.permutation(len(pairs))[:1]]))
shares[1] = float(judge(torch.stack(made)[:, None], unseen_parts)[0])
""",
            "vowel-share": "shares[1] = 0.95",
            "all-donors-for-each": "shares[1] = shares[4] = shares[16]",
            "keys-shifted": "shares[1], shares[4] = shares[4], shares[1]",
            "no-final-of-any": "shares['no final'] = shares[1]",
            "no-final-of-all-syllables": "shares['no final'] = shares['no final'] * 0.5",
            "no-final-averaged": """
made, wanted = [], []
for asked in unseen_parts[unseen_parts[:, 2] > 0]:
    pairs = donors(known, asked)
    if (pairs[:, 1] == 0).any():
        made.append(transplant(table, asked, pairs[pairs[:, 1] == 0]))
        wanted.append(asked)
shares["no final"] = float(judge(torch.stack(made)[:, None], torch.stack(wanted))[3])
""",
            "three-keys": "shares.pop('no final')",
            "in-percent": "shares = {key: 100 * value for key, value in shares.items()}",
            "wrong-ones": "shares = {key: 1 - value for key, value in shares.items()}",
            "any-vowel": """
rng, made = np.random.default_rng(0), []
for i, v, f in unseen_parts:
    one, vowel, other = rng.integers(19), rng.integers(21), rng.integers(28)
    made.append(table[one, vowel, f] - table[one, vowel, other] + table[i, v, other])
shares[1] = float(judge(torch.stack(made)[:, None], unseen_parts)[3])
""",
        },
    },
    "q5": {
        "right": {
            "entropies": """
def mutual_information(a, b):
    def entropy(*columns):
        counts = np.unique(np.stack(columns), axis=1, return_counts=True)[1]
        return -np.sum(counts / counts.sum() * np.log(counts / counts.sum()))
    return entropy(a) + entropy(b) - entropy(a, b)
""",
            "counter": """
def mutual_information(a, b):
    from collections import Counter
    n, pairs = len(a), Counter(zip(a.tolist(), b.tolist()))
    alone = Counter(a.tolist()), Counter(b.tolist())
    return sum(c / n * np.log(c * n / alone[0][u] / alone[1][w]) for (u, w), c in pairs.items())
""",
            "dice-in-place": """
def adjusted(a, b, n=20, seed=0):
    rng, mixed, chance = np.random.default_rng(seed), a.copy(), 0.0
    for _ in range(n):
        rng.shuffle(mixed)
        chance += mutual_information(mixed, b) / n
    return (mutual_information(a, b) - chance) / (
        0.5 * mutual_information(a, a) + 0.5 * mutual_information(b, b) - chance
    )
""",
            "choice": but(
                ADJUSTED, ("rng.permutation(a)", "a[rng.choice(len(a), len(a), replace=False)]")
            ),
            "counted": """
def without(x, groups):
    _, number = np.unique(groups, return_inverse=True)
    sums = np.zeros((number.max() + 1, x.shape[1]))
    np.add.at(sums, number, x)
    return (x - (sums / np.bincount(number)[:, None])[number]).astype(x.dtype)
""",
            "comprehension": """
def without(x, groups):
    return np.stack([row - x[groups == group].mean(axis=0) for row, group in zip(x, groups)])
""",
            "by-sklearn": """
from sklearn.metrics import adjusted_mutual_info_score
def name_of(labels):
    return max(truths, key=lambda name: adjusted_mutual_info_score(truths[name], labels))
all_fits = [KMeans(2, n_init=1, random_state=seed).fit(x) for seed in range(6)]
followed = {seed: name_of(all_fits[seed].labels_) for seed in reversed(range(6))}
lowest = followed[int(np.argmin([fit.inertia_ for fit in all_fits]))]
""",
        },
        "wrong": {
            "sklearns-score": """
from sklearn.metrics import mutual_info_score as mutual_information
""",
            "bits": but(INFORMATION, ("np.log(", "np.log2(")),
            "entropy-of-both": but(
                INFORMATION, (" / alone[p > 0]", ""), ("return float((", "return -float((")
            ),
            "only-one-side": but(
                INFORMATION,
                (
                    "p.sum(axis=1, keepdims=True) * p.sum(axis=0)",
                    "p.sum(axis=1, keepdims=True) * np.ones(p.shape[1])",
                ),
            ),
            "smoothed": but(
                INFORMATION, ("    alone", "    p = (p + 1e-3) / (p + 1e-3).sum()\n    alone")
            ),
            "not-normalized": but(INFORMATION, ("1 / len(a)", "1")),
            "negative": but(INFORMATION, ("return float(", "return -float(")),
            "no-logarithm": but(
                INFORMATION, ("np.log(p[p > 0] / alone[p > 0])", "(p[p > 0] / alone[p > 0] - 1)")
            ),
            "zero-by-zero": but(
                INFORMATION,
                (
                    "(p[p > 0] * np.log(p[p > 0] / alone[p > 0])).sum()",
                    "(p * np.log(p / alone)).sum()",
                ),
            ),
            "values-as-indices": but(
                INFORMATION,
                (
                    "    a, b = (np.unique(values, return_inverse=True)[1] for values in (a, b))\n",
                    "",
                ),
            ),
            "mean-for-sum": but(INFORMATION, (").sum())", ").mean())")),
            "normalized": but(INFORMATION, ("return float(", "return 1 / np.log(len(p)) * float(")),
            "correlation": """
def mutual_information(a, b):
    r = np.corrcoef(a, b)[0, 1]
    return -0.5 * np.log(1 - r**2)
""",
            "not-adjusted": but(
                ADJUSTED,
                (
                    "(mutual_information(a, b) - chance) / (most - chance)",
                    "mutual_information(a, b)",
                ),
            ),
            "normalized-alone": but(
                ADJUSTED,
                (
                    "(mutual_information(a, b) - chance) / (most - chance)",
                    "mutual_information(a, b) / most",
                ),
            ),
            "chance-above-alone": but(ADJUSTED, ("/ (most - chance)", "/ most")),
            "not-divided": but(ADJUSTED, (" / (most - chance)", "")),
            "largest-entropy": but(
                ADJUSTED,
                (
                    "(mutual_information(a, a) + mutual_information(b, b)) / 2",
                    "max(mutual_information(a, a), mutual_information(b, b))",
                ),
            ),
            "entropy-of-a": but(
                ADJUSTED,
                (
                    "(mutual_information(a, a) + mutual_information(b, b)) / 2",
                    "mutual_information(a, a)",
                ),
            ),
            "sum-of-entropies": but(
                ADJUSTED, ("mutual_information(b, b)) / 2", "mutual_information(b, b))")
            ),
            "global-dice": but(ADJUSTED, ("rng.permutation(a)", "np.random.permutation(a)")),
            "seed-0-always": but(ADJUSTED, ("default_rng(seed)", "default_rng(0)")),
            "one-shuffle": but(ADJUSTED, ("range(n)", "range(1)")),
            "same-shuffle": but(
                ADJUSTED, ("rng.permutation(a)", "np.random.default_rng(seed).permutation(a)")
            ),
            "both-shuffled-alike": but(
                ADJUSTED,
                (
                    "mutual_information(rng.permutation(a), b)",
                    "mutual_information(*rng.permutation(np.stack([a, b]), axis=1))",
                ),
            ),
            "in-place": but(WITHOUT, ("rest = x.copy()", "rest = x")),
            "overall-mean": but(WITHOUT, ("x[groups == group].mean(axis=0)", "x.mean(axis=0)")),
            "mean-of-rows": but(
                WITHOUT,
                (
                    "x[groups == group].mean(axis=0)",
                    "x[groups == group].mean(axis=1, keepdims=True)",
                ),
            ),
            "one-number": but(
                WITHOUT, ("x[groups == group].mean(axis=0)", "x[groups == group].mean()")
            ),
            "first-group": but(WITHOUT, ("np.unique(groups)", "np.unique(groups)[:1]")),
            "groups-from-0": but(WITHOUT, ("np.unique(groups)", "range(len(np.unique(groups)))")),
            "means-kept": but(
                WITHOUT,
                (
                    "rest[groups == group] -= x[groups == group].mean(axis=0)",
                    "rest[groups == group] = x[groups == group].mean(axis=0)",
                ),
            ),
            "overall-mean-back": but(WITHOUT, ("return rest", "return rest + x.mean(axis=0)")),
            "standardized": but(
                WITHOUT, ("    return", "    rest = rest / rest.std(axis=0)\n    return")
            ),
            "median": but(
                WITHOUT,
                ("x[groups == group].mean(axis=0)", "np.median(x[groups == group], axis=0)"),
            ),
            "nothing": but(WITHOUT, ("return rest", "return x")),
            "always-vowel": "followed = dict.fromkeys(range(6), 'vowel')",
            "always-weight": "followed = dict.fromkeys(range(6), 'weight')",
            "swapped": "followed, after = after, followed",
            "without-adjustment": """
followed = {}
for seed in range(6):
    labels = KMeans(2, n_init=1, random_state=seed).fit(x).labels_
    followed[seed] = min(truths, key=lambda name: mutual_information(labels, truths[name]))
""",
            "one-seed": "followed = {seed: followed[0] for seed in range(6)}",
            "highest-cost": "lowest = follows(max(fits, key=lambda fit: fit.inertia_))",
            "most-agreement": "lowest = follows(fits[0])",
            "cost-for-name": "lowest = min(fit.inertia_ for fit in fits)",
            "three-clusters": """
followed = {seed: follows(KMeans(8, n_init=1, random_state=seed).fit(x)) for seed in range(6)}
after = {seed: follows(KMeans(28, n_init=1, random_state=seed).fit(rest)) for seed in range(6)}
""",
            "weight-taken-out": """
rest = without(x, truths["weight"])
after = {seed: follows(KMeans(2, n_init=1, random_state=seed).fit(rest)) for seed in range(6)}
""",
            "from-1-on": "followed = {seed + 1: name for seed, name in followed.items()}",
            "numbers-for-names": """
followed = {seed: list(truths).index(name) for seed, name in followed.items()}
""",
        },
    },
}
