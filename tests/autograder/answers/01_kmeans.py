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
        (3, 4, 1, 5),
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

VARIANTS = {
    "q1": {
        "right": {
            "loop": """
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
        },
        "wrong": {
            "mean": """
def update(x, weights, labels, n_clusters):
    return np.array([x[labels == k].mean(axis=0) for k in range(n_clusters)])
""",
        },
    },
}
