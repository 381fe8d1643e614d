"""Answers to the exercise on autoencoders and PCA."""

OTHER = [
    (
        """    eigenvalues = np.linalg.eigvalsh(np.cov(x.T, bias=True))  # smallest first
    return eigenvalues[: x.shape[1] - k].sum() / x.shape[1]""",
        """    s = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    return (s[k:] ** 2).sum() / x.size""",
    ),
    (
        """    _, _, components = np.linalg.svd(fitted_to - mean, full_matrices=False)
    kept = components[:k]
    return (x - mean) @ kept.T @ kept + mean""",
        """    values, vectors = np.linalg.eigh((fitted_to - mean).T @ (fitted_to - mean))
    U = vectors[:, np.argsort(values)[::-1][:k]]
    return np.array([mean + U @ (U.T @ (one - mean)) for one in x])""",
    ),
    ("    return np.linalg.pinv(V)", "    return np.linalg.solve(V.T @ V, V.T)"),
    (
        "    return np.linalg.lstsq(z, y, rcond=None)[0].T",
        "    return (y.T @ z) @ np.linalg.inv(z.T @ z)",
    ),
    (
        """    W = best_encoder(V)
    history = [((y - y @ W.T @ V.T) ** 2).mean()]
    for _ in range(num_steps):
        V = best_decoder(y, W)
        W = best_encoder(V)
        history.append(((y - y @ W.T @ V.T) ** 2).mean())
    return V, W, history""",
        """    def L(V, W):
        return sum(((one - V @ W @ one) ** 2).sum() for one in y) / y.size

    pairs = [(V, best_encoder(V))]
    while len(pairs) <= num_steps:
        V = best_decoder(y, pairs[-1][1])
        pairs.append((V, best_encoder(V)))
    return (*pairs[-1], [L(*pair) for pair in pairs])""",
    ),
    (
        "    return Autoencoder(half(64, k, bent_encoder), half(k, 64, bent_decoder))",
        """    class Mine(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = half(64, k, bent_encoder)
            self.decoder = half(k, 64, bent_decoder)

        def forward(self, x):
            return self.decoder(self.encoder(x))

    return Mine()""",
    ),
    (
        """    for k, pca in enumerate(pca_errors, start=1):
        if pca <= value:
            return k
    return None""",
        """    enough = np.flatnonzero(np.asarray(pca_errors) <= value)
    return enough[0] + 1 if len(enough) else None""",
    ),
]

ANSWERS = {
    "other": (OTHER, (4, 5, 4, 3)),
    # Divides by N - 1.
    "sample-covariance": ([("np.cov(x.T, bias=True)", "np.cov(x.T)")], (3, 5, 4, 3)),
    # Leaves out the smallest eigenvalues in place of the largest.
    "wrong-end": ([("eigenvalues[: x.shape[1] - k]", "eigenvalues[k:]")], (3, 5, 4, 3)),
    # New data are centered by their own mean; so are the test images of question 4.
    "own-mean": ([("    return (x - mean) @", "    return (x - x.mean(axis=0)) @")], (3, 5, 4, 2)),
    # An empty array, which np.allclose takes for anything.
    "empty-array": (
        [("    return (x - mean) @ kept.T @ kept + mean", "    return np.empty((0, 1, 1))")],
        (2, 5, 4, 1),
    ),
    # Right for perpendicular columns of length 1 alone.
    "transposed-decoder": ([("np.linalg.pinv(V)", "V.T")], (4, 2, 4, 3)),
    # Undoes the encoder without a look at the data, and so never moves.
    "inverse-of-the-encoder": (
        [("np.linalg.lstsq(z, y, rcond=None)[0].T", "np.linalg.pinv(W)")],
        (4, 2, 4, 3),
    ),
    "history-starts-late": (
        [("    history = [((y - y @ W.T @ V.T) ** 2).mean()]", "    history = []")],
        (4, 4, 4, 3),
    ),
    # Two linear layers, one on the other, are still linear.
    "no-relu": ([("nn.Linear(n_in, 128), nn.ReLU(), ", "nn.Linear(n_in, 128), ")], (4, 5, 1, 2)),
    "halves-swapped": (
        [
            (
                "half(64, k, bent_encoder), half(k, 64, bent_decoder)",
                "half(64, k, bent_decoder), half(k, 64, bent_encoder)",
            )
        ],
        (4, 5, 1, 3),
    ),
    "counts-from-zero": (
        [("enumerate(pca_errors, start=1)", "enumerate(pca_errors)")],
        (4, 5, 4, 2),
    ),
    "fitted-to-the-test": ([("project(test, train, k)", "project(test, test, k)")], (4, 5, 4, 2)),
}
