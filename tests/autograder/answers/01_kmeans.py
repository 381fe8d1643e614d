"""Answers to the k-means exercise."""

OTHER = [
    (
        """    centers = np.empty((n_clusters, x.shape[1]))
    for k in range(n_clusters):
        members = labels == k
        centers[k] = np.average(x[members], axis=0, weights=weights[members])
    return centers""",
        """    share = np.eye(n_clusters)[np.asarray(labels)] * np.asarray(weights)[:, None]
    return np.einsum("nk,nd->kd", share, x) / share.sum(axis=0)[:, None]""",
    ),
    (
        """    labels = labels.copy()
    n_clusters = len(centers)
    while True:
        counts = np.bincount(labels, minlength=n_clusters)
        if counts.all():
            return labels
        distance = ((x - centers[labels]) ** 2).sum(axis=1)
        trouble = np.bincount(labels, distance, minlength=n_clusters)
        donor = np.where(counts >= 2, trouble, -1.0).argmax()
        moved = np.where(labels == donor, distance, -1.0).argmax()
        labels[moved] = counts.argmin()""",
        """    groups = [[i for i in range(len(x)) if labels[i] == k] for k in range(len(centers))]
    far = lambda i, k: float(np.sum((x[i] - centers[k]) ** 2))
    for k, group in enumerate(groups):
        if not group:
            able = [j for j, g in enumerate(groups) if len(g) > 1]
            donor = max(able, key=lambda j: sum(far(i, j) for i in groups[j]))
            point = max(groups[donor], key=lambda i: far(i, donor))
            groups[donor].remove(point)
            group.append(point)
    return [next(k for k, g in enumerate(groups) if i in g) for i in range(len(x))]""",
    ),
    (
        "        filled = refill(x, labels, centers)",
        "        filled = np.array(refill(x, labels, centers))",
    ),
    (
        "    return (x - x.mean(axis=0)) / x.std(axis=0)",
        "    from sklearn.preprocessing import StandardScaler\n"
        "    return StandardScaler().fit_transform(x)",
    ),
]

ANSWERS = {
    "other": (OTHER, (3, 4, 4, 5)),
    # The mean, whatever the weights.
    "no-weights": (
        [
            (
                "np.average(x[members], axis=0, weights=weights[members])",
                "x[members].mean(axis=0)",
            )
        ],
        (1, 4, 4, 5),
    ),
    # Empty arrays, which np.allclose takes for anything.
    "empty-array": (
        [
            (
                "        centers[k] = np.average(x[members], axis=0, weights=weights[members])\n"
                "    return centers",
                "    return np.empty((0, 1, 1))",
            )
        ],
        (0, 4, 0, 5),
    ),
    "empty-centers": (
        [("    return centers, labels, history", "    return centers[:0, None], labels, history")],
        (3, 4, 0, 5),
    ),
    # Divides by the number of points in place of their weight.
    "divides-by-count": (
        [
            (
                "np.average(x[members], axis=0, weights=weights[members])",
                "(weights[members, None] * x[members]).sum(axis=0) / members.sum()",
            )
        ],
        (1, 4, 3, 5),
    ),
    # The rule of the chapter: the farthest point of all.
    "chapter-rule": (
        [
            (
                "np.where(labels == donor, distance, -1.0)",
                "np.where(counts[labels] >= 2, distance, -1.0)",
            )
        ],
        (3, 2, 4, 5),
    ),
    "no-refill": ([("filled = refill(x, labels, centers)", "filled = labels")], (3, 4, 3, 5)),
    "history-starts-late": (
        [
            (
                "    history = [float(",
                "    history = []\n    unused = [float(",
            )
        ],
        (3, 4, 3, 5),
    ),
    "no-standardizing": (
        [("return (x - x.mean(axis=0)) / x.std(axis=0)", "return x")],
        (3, 4, 4, 2),
    ),
    # Chooses the smallest silhouette.
    "smallest-silhouette": ([("return max(scores", "return min(scores")], (3, 4, 4, 4)),
}

AVERAGE = "np.average(x[members], axis=0, weights=weights[members])"
COPY = "    labels = labels.copy()\n"
BOUNDED = ("    while True:\n", "    for _ in range(9):\n")  # such a rule need never end
DONOR = "donor = np.where(counts >= 2, trouble, -1.0).argmax()"
MOVED = "moved = np.where(labels == donor, distance, -1.0).argmax()"
SCALED = "(x - x.mean(axis=0)) / x.std(axis=0)"
FIT = "KMeans(k, n_init=10, random_state=0).fit_predict(x)"
J = "(weights * ((x - centers[labels]) ** 2).sum(axis=1)).sum()"
ASSIGN = "old, labels = labels, nearest(x, centers)"
UPDATE = "update(x, weights, filled, len(centers))"

SLOW = ("q4",)
# Where the cluster with the most points gives one, how far those are decides less.
HARMLESS = {
    "refill/most": {
        "q2/distances-not-squared",
        "q2/mean-in-place-of-sum",
        "q2/sum-of-differences",
        "q2/worst-point-decides",
    }
}
VARIANTS = {
    "q1": {
        "right": {
            "point-by-point": """
def update(x, weights, labels, n_clusters):
    out = []
    for k in range(n_clusters):
        top, bottom = np.zeros(x.shape[1]), 0.0
        for point, w, label in zip(x, weights, labels):
            if label == k:
                top += w * point
                bottom += w
        out.append(top / bottom)
    return np.array(out)
""",
            "matrix-product": """
def update(x, weights, labels, n_clusters):
    W = (np.asarray(labels) == np.arange(n_clusters)[:, None]) * weights
    return W @ x / W.sum(axis=1, keepdims=True)
""",
            "add-at": """
def update(x, weights, labels, n_clusters):
    total = np.zeros((n_clusters, x.shape[1]))
    np.add.at(total, labels, weights[:, None] * x)
    return total / np.bincount(labels, weights, n_clusters)[:, None]
""",
            "shares": """
def update(x, weights, labels, n_clusters):
    share = weights / weights.sum()
    return [
        (share[labels == k] / share[labels == k].sum()) @ x[labels == k]
        for k in range(n_clusters)
    ]
""",
        },
        "wrong": {
            "mean": [(AVERAGE, "x[members].mean(axis=0)")],
            "sum": [(AVERAGE, "(weights[members, None] * x[members]).sum(axis=0)")],
            "divides-by-count": [(AVERAGE, "(weights[members, None] * x[members]).mean(axis=0)")],
            "divides-by-all": [
                (AVERAGE, "(weights[members, None] * x[members]).sum(axis=0) / weights.sum()")
            ],
            "squared-weights": [("weights=weights[members]", "weights=weights[members] ** 2")],
            "root-of-weights": [("weights=weights[members]", "weights=weights[members] ** 0.5")],
            "inverse-weights": [("weights=weights[members]", "weights=1 / weights[members]")],
            "weights-of-others": [("weights=weights[members]", "weights=weights[: members.sum()]")],
            "median": [(AVERAGE, "np.median(x[members], axis=0)")],
            "heaviest-point": [(AVERAGE, "x[members][weights[members].argmax()]")],
            "wrong-axis": [
                (AVERAGE, "np.average(x[members], axis=1, weights=weights[:x.shape[1]]).mean()")
            ],
            "transposed": [("    return centers", "    return centers.T")],
            "one-number-a-cluster": [(AVERAGE, AVERAGE.replace("axis=0, ", ""))],
            "clusters-from-one": [("labels == k", "labels == (k + 1) % n_clusters")],
            "two-clusters": [("(n_clusters, x", "(2, x"), ("range(n_clusters)", "range(2)")],
            "two-features": [("x.shape[1]", "2")],
            "last-cluster-left-out": [("range(n_clusters)", "range(n_clusters - 1)")],
            "integers": [("x.shape[1]))", "x.shape[1]), dtype=int)")],
            "like-x": [("np.empty((n_clusters, x.shape[1]))", "np.empty_like(x[:n_clusters])")],
            "whole-weights-alone": [
                (
                    AVERAGE,
                    "np.repeat(x[members], weights[members].astype(int), axis=0).mean(axis=0)",
                )
            ],
            "normalized-by-the-largest": [
                (
                    AVERAGE,
                    "(weights[members, None] / weights[members].max() * x[members]).mean(axis=0)",
                )
            ],
        },
    },
    "q2": {
        "right": {
            "lists": """
def refill(x, labels, centers):
    new = [int(k) for k in labels]
    K = len(centers)
    gap = lambda i: sum((a - b) ** 2 for a, b in zip(x[i], centers[new[i]]))
    for empty in range(K):
        if empty in new:
            continue
        big = [k for k in range(K) if new.count(k) > 1]
        donor = max(big, key=lambda k: sum(gap(i) for i in range(len(x)) if new[i] == k))
        point = max((i for i in range(len(x)) if new[i] == donor), key=gap)
        new[point] = empty
    return new
""",
            "while-empty": """
def refill(x, labels, centers):
    labels = np.array(labels)
    K = len(centers)
    while len(np.setdiff1d(np.arange(K), labels)):
        e = np.setdiff1d(np.arange(K), labels)[0]
        best, donor = -1, None
        for k in range(K):
            rows = np.flatnonzero(labels == k)
            if len(rows) < 2:
                continue
            s = ((x[rows] - centers[k]) ** 2).sum()
            if s > best:
                best, donor = s, k
        rows = np.flatnonzero(labels == donor)
        labels[rows[np.linalg.norm(x[rows] - centers[donor], axis=1).argmax()]] = e
    return labels
""",
            "recursion": """
def refill(x, labels, centers):
    counts = np.bincount(labels, minlength=len(centers))
    if (counts > 0).all():
        return np.copy(labels)
    d = np.square(x - centers[labels]).sum(1)
    onehot = np.eye(len(centers))[labels]
    trouble = d @ onehot
    trouble[counts < 2] = -np.inf
    d = np.where(labels == np.argmax(trouble), d, -np.inf)
    new = labels + 0
    new[np.argmax(d)] = np.flatnonzero(counts == 0)[0]
    return refill(x, new, centers)
""",
        },
        "wrong": {
            "mean-in-place-of-sum": [
                (DONOR, f"trouble = trouble / np.maximum(counts, 1)\n        {DONOR}")
            ],
            "changes-labels": [(COPY, "")],
            "no-copy-by-asarray": [("labels.copy()", "np.asarray(labels)")],
            "chapter-rule": [("np.where(labels == donor,", "np.where(counts[labels] >= 2,")],
            "farthest-of-all": [BOUNDED, ("np.where(labels == donor, distance, -1.0)", "distance")],
            "nearest-point": [
                BOUNDED,
                (MOVED, "moved = np.where(labels == donor, distance, 1e9).argmin()"),
            ],
            "first-point": [(MOVED, "moved = np.flatnonzero(labels == donor)[0]")],
            "most-points": [(DONOR, "donor = counts.argmax()")],
            "distances-not-squared": [
                (
                    "distance = ((x - centers[labels]) ** 2).sum(axis=1)",
                    "distance = ((x - centers[labels]) ** 2).sum(axis=1) ** 0.5",
                )
            ],
            "sum-of-differences": [
                (
                    "((x - centers[labels]) ** 2).sum(axis=1)",
                    "np.abs(x - centers[labels]).sum(axis=1)",
                )
            ],
            "worst-point-decides": [
                (
                    "np.bincount(labels, distance, minlength=n_clusters)",
                    "np.array([distance[labels == k].max(initial=0) for k in range(n_clusters)])",
                )
            ],
            "single-points-give-too": [BOUNDED, (DONOR, "donor = trouble.argmax()")],
            "three-points-at-least": [("counts >= 2", "counts >= 3")],
            "last-empty-first": [("= counts.argmin()", "= np.flatnonzero(counts == 0)[-1]")],
            "one-cluster-alone": [
                (
                    "        labels[moved] = counts.argmin()",
                    "        labels[moved] = counts.argmin()\n        return labels",
                )
            ],
            "old-distances": """
def refill(x, labels, centers):
    labels = labels.copy()
    distance = ((x - centers[labels]) ** 2).sum(axis=1)
    trouble = np.bincount(labels, distance, minlength=len(centers))
    donor = trouble.argmax()
    for empty in range(len(centers)):
        if empty not in labels:
            labels[np.where(labels == donor, distance, -1.0).argmax()] = empty
    return labels
""",
            # The sums are those from before the first point moved.
            "old-sums": """
def refill(x, labels, centers):
    labels, n_clusters = labels.copy(), len(centers)
    distance = ((x - centers[labels]) ** 2).sum(axis=1)
    trouble = np.bincount(labels, distance, minlength=n_clusters)
    while True:
        counts = np.bincount(labels, minlength=n_clusters)
        if counts.all():
            return labels
        donor = np.where(counts >= 2, trouble, -1.0).argmax()
        labels[np.where(labels == donor, distance, -1.0).argmax()] = counts.argmin()
""",
            "last-on-a-tie-of-clusters": [
                (
                    DONOR,
                    "donor = n_clusters - 1 - np.where(counts >= 2, trouble, -1.0)[::-1].argmax()",
                )
            ],
            "last-on-a-tie-of-points": [
                (
                    MOVED,
                    "moved = len(x) - 1 - np.where(labels == donor, distance, -1.0)[::-1].argmax()",
                )
            ],
            "first-feature-alone": [
                ("((x - centers[labels]) ** 2).sum(axis=1)", "(x[:, 0] - centers[labels, 0]) ** 2")
            ],
            "from-the-mean": [
                (
                    "distance = ",
                    "at = np.array([x[labels == k].mean(axis=0) if k in labels else"
                    " centers[k] for k in range(n_clusters)])\n        distance = ",
                ),
                ("x - centers[labels]", "x - at[labels]"),
            ],
            "center-moves": [
                (
                    "        labels[moved] = counts.argmin()",
                    "        labels[moved] = counts.argmin()\n"
                    "        centers[labels[moved]] = x[moved]\n"
                    "        centers[donor] = x[labels == donor].mean(axis=0)",
                )
            ],
            "at-random": [(MOVED, "moved = np.random.choice(np.flatnonzero(labels == donor))")],
            "renumbers": [(COPY, "    return np.unique(labels, return_inverse=True)[1]\n")],
            "leaves-them-empty": [(COPY, "    return labels.copy()\n")],
            "always-moves-one": [
                ("        if counts.all():\n            return labels\n", ""),
                (
                    "= counts.argmin()",
                    "= counts.argmin()\n        if set(labels) >= "
                    "set(range(n_clusters)):\n            return labels",
                ),
            ],
        },
    },
    "q3": {
        "right": {
            "while": """
def weighted_kmeans(x, weights, centers, max_iter=100):
    def J(labels, centers):
        return sum(w * ((p - centers[k]) ** 2).sum() for p, w, k in zip(x, weights, labels))
    labels = nearest(x, centers)
    history, done, steps = [J(labels, centers)], False, 0
    while not done and steps < max_iter:
        centers = update(x, weights, np.asarray(refill(x, labels, centers)), len(centers))
        new = nearest(x, centers)
        done, labels, steps = bool((new == labels).all()), new, steps + 1
        history.append(J(labels, centers))
    return centers, labels, history
""",
            "previous": """
def weighted_kmeans(x, weights, centers, max_iter=100):
    history, previous = [], None
    for step in range(max_iter + 1):
        labels = nearest(x, centers)
        history.append(np.dot(weights, np.square(x - centers[labels]).sum(axis=1)))
        if step == max_iter or (previous is not None and np.all(labels == previous)):
            break
        previous = labels
        centers = update(x, weights, refill(x, labels, centers), centers.shape[0])
    return [centers, labels, history]
""",
            "smallest-distances": """
def weighted_kmeans(x, weights, centers, max_iter=100):
    K = len(centers)
    objective = lambda: float(weights @ ((x[:, None] - centers) ** 2).sum(-1).min(1))
    labels, history = nearest(x, centers), [objective()]
    for _ in range(max_iter):
        before = labels.copy()
        centers = update(x, weights, refill(x, labels.copy(), centers), K)
        labels = nearest(x, centers)
        history += [objective()]
        if (labels != before).sum() == 0:
            return centers, labels, history
    return centers, labels, history
""",
        },
        "wrong": {
            "weights-of-one": [(UPDATE, "update(x, np.ones_like(weights), filled, len(centers))")],
            "ignores-weights": [
                (
                    "    labels = nearest(x, centers)\n    history",
                    "    weights = np.ones(len(x))\n    labels = nearest(x, centers)\n    history",
                )
            ],
            "history-without-weights": [("float((weights * ", "float((")],
            "mean-of-weights": [(J, J.replace(".sum()", ".mean()"))],
            "divided-by-n": [(f"float({J})", f"float({J} / len(x))")],
            "divided-by-all-weights": [(f"float({J})", f"float({J} / weights.sum())")],
            "distances-not-squared": [(J, J.replace("sum(axis=1)", "sum(axis=1) ** 0.5"))],
            "history-starts-late": [
                ("    history = [float(", "    history = []\n    unused = [float(")
            ],
            "history-ends-early": [
                ("    return centers, labels, history", "    return centers, labels, history[:-1]")
            ],
            "last-value-alone": [
                ("    return centers, labels, history", "    return centers, labels, history[-1:]")
            ],
            "no-refill": [("filled = refill(x, labels, centers)", "filled = labels")],
            "labels-of-refill": [
                ("    return centers, labels, history", "    return centers, filled, history")
            ],
            "refill-once": [
                (
                    "filled = refill(x, labels, centers)",
                    "filled = labels if _ else refill(x, labels, centers)",
                )
            ],
            "compares-with-refilled": [
                ("np.array_equal(labels, old)", "np.array_equal(labels, filled)")
            ],
            "never-stops-early": [("            break\n", "            pass\n")],
            "always-100": [("range(max_iter)", "range(100)")],
            "one-step-less": [("range(max_iter)", "range(max_iter - 1)")],
            "one-step-more": [("range(max_iter)", "range(max_iter + 1)")],
            "ten-steps": [("range(max_iter)", "range(min(max_iter, 10))")],
            "two-steps": [("range(max_iter)", "range(min(max_iter, 2))")],
            "given-centers-back": [
                (
                    "    labels = nearest(x, centers)\n    history",
                    "    given = centers\n    labels = nearest(x, centers)\n    history",
                ),
                ("    return centers, labels, history", "    return given, labels, history"),
            ],
            "other-order": [
                ("    return centers, labels, history", "    return labels, centers, history")
            ],
            "starts-elsewhere": [
                (
                    "    labels = nearest(x, centers)\n    history",
                    "    centers = x[: len(centers)]\n"
                    "    labels = nearest(x, centers)\n    history",
                )
            ],
            "starts-at-random": [
                (
                    "    labels = nearest(x, centers)\n    history",
                    "    centers = x[np.random.choice(len(x), len(centers), replace=False)]\n"
                    "    labels = nearest(x, centers)\n    history",
                )
            ],
            "old-labels": [
                ("    return centers, labels, history", "    return centers, old, history")
            ],
            "sorted-centers": [
                (
                    "    return centers, labels, history",
                    "    return np.sort(centers, axis=0), labels, history",
                )
            ],
            "j-of-old-labels": [
                (
                    f"        {ASSIGN}\n        history.append(float({J}))",
                    f"        history.append(float({J}))\n        {ASSIGN}",
                )
            ],
            "library-without-weights": """
def weighted_kmeans(x, weights, centers, max_iter=100):
    from course_lib.kmeans import lloyd
    steps = list(lloyd(x, centers))
    J = [float((weights * ((x[:, None] - s.centers) ** 2).sum(-1).min(1)).sum()) for s in steps]
    return steps[-1].centers, steps[-1].labels, J
""",
            "stops-when-j-is-near": [
                ("np.array_equal(labels, old)", "history[-1] > 0.95 * history[-2]")
            ],
        },
    },
    "q4": {
        "right": {
            "scaler": """
from sklearn.preprocessing import StandardScaler
def standardize(x):
    return StandardScaler().fit_transform(x)
def silhouettes(x):
    return {K: silhouette_score(x, KMeans(K, n_init=10, random_state=0).fit(x).labels_)
            for K in range(2, 9)}
""",
            "sample-deviation": """
def standardize(x):
    out = np.zeros(x.shape)
    for d in range(x.shape[1]):
        out[:, d] = (x[:, d] - np.mean(x[:, d])) / np.std(x[:, d], ddof=1)
    return out
""",
            "zscore": """
from scipy.stats import zscore
def standardize(x):
    return zscore(x, axis=0)
raw, scaled = silhouettes(wine), silhouettes(standardize(wine))
best_raw = sorted(raw, key=raw.get)[-1]
best_scaled = 2 + int(np.argmax(list(scaled.values())))
labels_raw = KMeans(3, n_init=10, random_state=0).fit(wine).labels_
ari_raw = adjusted_rand_score(labels_raw, cultivar)
""",
            "mean-of-samples": """
from sklearn.metrics import silhouette_samples
def silhouettes(x):
    found = dict()
    for K in [2, 3, 4, 5, 6, 7, 8]:
        model = KMeans(n_clusters=K, n_init=10, random_state=0)
        model.fit(x)
        found[K] = float(silhouette_samples(x, model.labels_).mean())
    return found
""",
        },
        "wrong": {
            "no-standardizing": [(SCALED, "x")],
            "ignores-x": """
def standardize(x):
    made = np.random.default_rng(0).normal(size=x.shape)
    return (made - made.mean(axis=0)) / made.std(axis=0)
""",
            "ranks": """
def standardize(x):
    made = x.argsort(axis=0).argsort(axis=0).astype(float)
    return (made - made.mean(axis=0)) / made.std(axis=0)
""",
            "sorted": [(SCALED, "np.sort((x - x.mean(axis=0)) / x.std(axis=0), axis=0)")],
            "negative": [(SCALED, "(x.mean(axis=0) - x) / x.std(axis=0)")],
            "one-mean-for-all": [(SCALED, "(x - x.mean()) / x.std()")],
            "wrong-axis": [(SCALED, "(x - x.mean(axis=1)[:, None]) / x.std(axis=1)[:, None]")],
            "by-variance": [(SCALED, "(x - x.mean(axis=0)) / x.var(axis=0)")],
            "not-centered": [(SCALED, "x / x.std(axis=0)")],
            "centered-alone": [(SCALED, "x - x.mean(axis=0)")],
            "min-max": [(SCALED, "(x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))")],
            "of-the-wine": [(SCALED, "(x - wine.mean(axis=0)) / wine.std(axis=0)")],
            "k-of-4-alone": """
def silhouettes(x):
    labels = KMeans(4, n_init=10, random_state=0).fit_predict(x)
    return {k: silhouette_score(x, labels) - abs(k - 4) / 10 for k in range(2, 9)}
""",
            "one-start": [(FIT, FIT.replace("n_init=10", "n_init=1"))],
            "other-seed": [(FIT, FIT.replace("random_state=0", "random_state=k"))],
            "unseeded": [(FIT, "KMeans(k, n_init=1).fit_predict(x)")],
            "to-seven": [("range(2, 9)", "range(2, 8)")],
            "from-three": [("range(2, 9)", "range(3, 9)")],
            "keys-from-zero": [("found[k] =", "found[k - 2] =")],
            "silhouettes-of-the-wine": [
                (FIT, FIT.replace("(x)", "(wine)")),
                ("silhouette_score(x,", "silhouette_score(wine,"),
            ],
            "always-standardized": [("    found = {}", "    x = standardize(x)\n    found = {}")],
            "inertia": [
                ("silhouette_score(x, labels)", "-KMeans(k, random_state=0).fit(x).inertia_")
            ],
            "list": [("    return found", "    return list(found.values())")],
            "rounded": [("silhouette_score(x, labels)", "round(silhouette_score(x, labels), 2)")],
            "distance-of-another-kind": [
                ("silhouette_score(x, labels)", "silhouette_score(x, labels, metric='cityblock')")
            ],
            "smallest": [("return max(scores", "return min(scores")],
            "the-silhouette-itself": [
                ("key=scores.get)", "key=scores.get) and max(scores.values())")
            ],
            "place-in-the-list": [
                (
                    "return max(scores, key=scores.get)",
                    "return int(np.argmax(list(scores.values())))",
                )
            ],
            "swapped": "best_raw, best_scaled = best_scaled, best_raw",
            "aris-swapped": "ari_raw, ari_scaled = ari_scaled, ari_raw",
            "rand-index": """
from sklearn.metrics import rand_score
ari_raw = rand_score(cultivar, KMeans(3, n_init=10, random_state=0).fit_predict(wine))
""",
            "accuracy": """
found = KMeans(3, n_init=10, random_state=0).fit_predict(standardize(wine))
ari_scaled = float((found == cultivar).mean())
""",
            "at-the-best-k": """
found = KMeans(best_raw, n_init=10, random_state=0).fit_predict(wine)
ari_raw = adjusted_rand_score(cultivar, found)
""",
            "scaled-twice-not-once": [
                ("ari_scaled = ari(standardize(wine))", "ari_scaled = ari(wine)")
            ],
        },
    },
}
