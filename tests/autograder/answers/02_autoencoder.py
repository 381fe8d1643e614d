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

LEFT_OUT = "eigenvalues[: x.shape[1] - k].sum() / x.shape[1]"
BACK = "(x - mean) @ kept.T @ kept + mean"
SOLVED = "np.linalg.lstsq(z, y, rcond=None)[0].T"
LOSS = "((y - y @ W.T @ V.T) ** 2).mean()"
RELU = "return nn.Sequential(nn.Linear(n_in, 128), nn.ReLU(), nn.Linear(128, n_out))"

SLOW_WHOLE = True
SLOW = ("q3", "q4")
VARIANTS = {
    "q1": {
        "right": {
            "by-hand": """
def pca_error(x, k):
    N, D = x.shape
    y = x - x.sum(axis=0) / N
    values = sorted(np.linalg.eigh(y.T @ y / N)[0], reverse=True)
    return sum(values[k:]) / D
def project(x, fitted_to, k):
    m = np.mean(fitted_to, axis=0)
    values, vectors = np.linalg.eigh(np.cov(fitted_to, rowvar=False))
    V = vectors[:, -k:]
    return m + (x - m) @ V @ V.T
""",
            "total-minus-kept": """
def pca_error(x, k):
    values = np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1]
    return x.var(axis=0).sum() / x.shape[1] - values[:k].sum() / x.shape[1]
def project(x, fitted_to, k):
    mean = fitted_to.mean(axis=0, keepdims=True)
    U, s, Vt = np.linalg.svd(fitted_to - mean)
    codes = np.einsum("nd,kd->nk", x - mean, Vt[:k])
    return np.einsum("nk,kd->nd", codes, Vt[:k]) + mean
""",
            "singular-values": """
def pca_error(x, k):
    s = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    return float(np.sum(s[k:] ** 2)) / (x.shape[0] * x.shape[1])
def project(x, fitted_to, k):
    mean = fitted_to.mean(axis=0)
    V = np.linalg.svd((fitted_to - mean).T @ (fitted_to - mean))[0][:, :k]
    P = V @ V.T
    return np.stack([mean + P @ (row - mean) for row in x])
""",
        },
        "wrong": {
            "sample-covariance": [("np.cov(x.T, bias=True)", "np.cov(x.T)")],
            "largest-left-out": [("eigenvalues[: x.shape[1] - k]", "eigenvalues[k:]")],
            "one-too-many": [
                ("eigenvalues[: x.shape[1] - k]", "eigenvalues[: x.shape[1] - k + 1]")
            ],
            "the-kept-ones": [("eigenvalues[: x.shape[1] - k]", "eigenvalues[x.shape[1] - k :]")],
            "last-k-left-out": [("eigenvalues[: x.shape[1] - k]", "eigenvalues[::-1][:-k]")],
            "not-divided-by-d": [(LEFT_OUT, "eigenvalues[: x.shape[1] - k].sum()")],
            "divided-by-n": [(LEFT_OUT, "eigenvalues[: x.shape[1] - k].sum() / len(x)")],
            "mean-of-those-left": [(LEFT_OUT, "eigenvalues[: x.shape[1] - k].mean()")],
            "share-of-variance": [
                (LEFT_OUT, "eigenvalues[: x.shape[1] - k].sum() / eigenvalues.sum()")
            ],
            "root": [(LEFT_OUT, f"({LEFT_OUT}) ** 0.5")],
            "not-centered": [("np.cov(x.T, bias=True)", "x.T @ x / len(x)")],
            "correlation": [("np.cov(x.T, bias=True)", "np.corrcoef(x.T)")],
            "singular-values-not-squared": """
def pca_error(x, k):
    return np.linalg.svd(x - x.mean(axis=0), compute_uv=False)[k:].sum() / x.size
""",
            "covariance-of-rows": [("np.cov(x.T, bias=True)", "np.cov(x, bias=True)")],
            "of-64": [(LEFT_OUT, "eigenvalues[: x.shape[1] - k].sum() / 64")],
            "own-mean": [(BACK, "(x - x.mean(axis=0)) @ kept.T @ kept + mean")],
            "own-mean-twice": [("mean = fitted_to.mean(axis=0)", "mean = x.mean(axis=0)")],
            "own-components": [("svd(fitted_to - mean,", "svd(x - mean,")],
            "mean-not-added": [(BACK, "(x - mean) @ kept.T @ kept")],
            "mean-not-taken-off": [(BACK, "x @ kept.T @ kept + mean")],
            "not-centered-at-all": [("mean = fitted_to.mean(axis=0)", "mean = 0")],
            "one-mean-for-all": [("mean = fitted_to.mean(axis=0)", "mean = fitted_to.mean()")],
            "last-components": [("components[:k]", "components[-k:]")],
            "one-less": [("components[:k]", "components[: k - 1]")],
            "one-component": [("components[:k]", "components[:1]")],
            "rows-of-eigenvectors": [
                ("components[:k]", "np.linalg.eigh(np.cov(fitted_to.T))[1][-k:]")
            ],
            "smallest-eigenvectors": [
                ("components[:k]", "np.linalg.eigh(np.cov(fitted_to.T))[1][:, :k].T")
            ],
            "standardized": [("fitted_to - mean,", "(fitted_to - mean) / fitted_to.std(axis=0),")],
            "codes-alone": [(BACK, "(x - mean) @ kept.T")],
            # np.linalg.eig sorts nothing.
            "unsorted": """
def pca_error(x, k):
    values = np.linalg.eig(np.cov(x.T, bias=True))[0]
    return values[k:].sum() / x.shape[1]
""",
            "scikit-learn": """
from sklearn.decomposition import PCA
def pca_error(x, k):
    if k == 0:
        return x.var(axis=0).mean()
    p = PCA(k).fit(x)
    return ((p.inverse_transform(p.transform(x)) - x) ** 2).mean()
""",
            "projects-by-scikit-learn": """
from sklearn.decomposition import PCA
def project(x, fitted_to, k):
    p = PCA(k).fit(fitted_to)
    return p.inverse_transform(p.transform(x))
""",
            "fitted-to-train": [
                ("    mean = fitted_to", "    fitted_to = train\n    mean = fitted_to")
            ],
        },
    },
    "q2": {
        "right": {
            "normal-equations": """
def best_encoder(V):
    return np.linalg.inv(V.T @ V) @ V.T
def best_decoder(y, W):
    S = y.T @ y
    return S @ W.T @ np.linalg.inv(W @ S @ W.T)
""",
            "least-squares": """
def best_encoder(V):
    return np.linalg.lstsq(V, np.eye(len(V)), rcond=None)[0]
def best_decoder(y, W):
    return (np.linalg.pinv(y @ W.T) @ y).T
def alternate(y, V, num_steps):
    loss = lambda V, W: float(np.mean(np.square(y - (V @ (W @ y.T)).T)))
    W = best_encoder(V)
    history = [loss(V, W)]
    while len(history) < num_steps + 1:
        V = best_decoder(y, W)
        W = best_encoder(V)
        history.append(loss(V, W))
    return V, W, history
""",
            "qr": """
def best_encoder(V):
    Q, R = np.linalg.qr(V)
    return np.linalg.solve(R, Q.T)
def alternate(y, V, num_steps):
    C = y.T @ y / len(y)
    A = lambda V, W: np.eye(len(V)) - V @ W
    loss = lambda V, W: np.trace(A(V, W) @ C @ A(V, W).T) / len(V)
    W, history = best_encoder(V), []
    for step in range(num_steps + 1):
        if step > 0:
            V = best_decoder(y, W)
            W = best_encoder(V)
        history.append(loss(V, W))
    return V, W, history
""",
        },
        "wrong": {
            "transposed-decoder": [("np.linalg.pinv(V)", "V.T")],
            "columns-to-length-1": [("np.linalg.pinv(V)", "(V / (V**2).sum(axis=0) ** 0.5).T")],
            "one-column-at-a-time": [("np.linalg.pinv(V)", "(V / (V**2).sum(axis=0)).T")],
            "orthonormalized": [("np.linalg.pinv(V)", "np.linalg.qr(V)[0].T")],
            "transposed-encoder": [("np.linalg.pinv(V)", "np.linalg.pinv(V).T")],
            "ridge": [
                ("np.linalg.pinv(V)", "np.linalg.solve(V.T @ V + 0.1 * np.eye(V.shape[1]), V.T)")
            ],
            "small-ones-cut-off": [("np.linalg.pinv(V)", "np.linalg.pinv(V, rcond=0.1)")],
            "without-the-inverse": [("np.linalg.pinv(V)", "V.T @ V @ V.T")],
            "pca-of-train": """
def best_encoder(V):
    return np.linalg.svd(train - train.mean(axis=0))[2][: V.shape[1], : len(V)]
""",
            "inverse-of-the-encoder": [(SOLVED, "np.linalg.pinv(W)")],
            "transposed-encoder-as-decoder": [(SOLVED, "W.T")],
            "not-transposed": [(SOLVED, "np.linalg.lstsq(z, y, rcond=None)[0]")],
            "codes-from-data": [(SOLVED, "np.linalg.lstsq(y, z, rcond=None)[0]")],
            "covariance-alone": [(SOLVED, "y.T @ z / len(y)")],
            "each-code-alone": [(SOLVED, "y.T @ z / (z**2).sum(axis=0)")],
            "with-an-intercept-lost": [
                (SOLVED, "np.linalg.lstsq(np.c_[z, z[:, :1] ** 2], y, rcond=None)[0][:-1].T")
            ],
            "half-of-the-data": [(SOLVED, "np.linalg.lstsq(z[::2], y[::2], rcond=None)[0].T")],
            "history-starts-late": [(f"    history = [{LOSS}]", "    history = []")],
            "one-step-less": [("range(num_steps)", "range(num_steps - 1)")],
            "one-step-more": [("range(num_steps)", "range(num_steps + 1)")],
            "always-30": [("range(num_steps)", "range(30)")],
            "sum": [("** 2).mean()", "** 2).sum()")],
            "divided-by-n-alone": [("** 2).mean()", "** 2).sum() / len(y)")],
            "root": [("** 2).mean()", "** 2).mean() ** 0.5")],
            "swapped": [("    return V, W, history", "    return W, V, history")],
            "encoder-first": [
                (
                    "        V = best_decoder(y, W)\n        W = best_encoder(V)\n",
                    "        W = best_encoder(V)\n        V = best_decoder(y, W)\n",
                )
            ],
            "decoder-alone": [("        W = best_encoder(V)\n        history", "        history")],
            "encoder-alone": [("        V = best_decoder(y, W)\n", "")],
            "loss-between-the-halves": [
                (
                    f"        W = best_encoder(V)\n        history.append({LOSS})",
                    f"        history.append({LOSS})\n        W = best_encoder(V)",
                )
            ],
            "starts-elsewhere": [
                (
                    "    W = best_encoder(V)\n    history",
                    "    V = np.eye(len(V))[:, : V.shape[1]]\n    W = best_encoder(V)\n    history",
                )
            ],
            "pca-at-once": """
def alternate(y, V, num_steps):
    W = best_encoder(V)
    history = [((y - y @ W.T @ V.T) ** 2).mean()]
    W = np.linalg.svd(y, full_matrices=False)[2][: V.shape[1]]
    V = W.T
    return V, W, history + [((y - y @ W.T @ V.T) ** 2).mean()] * num_steps
""",
            "numbers-of-the-last-step": [
                (
                    "    return V, W, history",
                    "    return V, W, [history[0]] + [history[-1]] * num_steps",
                )
            ],
            "twice-a-step": [
                (
                    "        V = best_decoder(y, W)\n",
                    "        V = best_decoder(y, W)\n"
                    "        V = best_decoder(y, best_encoder(V))\n",
                )
            ],
        },
    },
    "q3": {
        "right": {
            "subclass": """
def make(k, bent_encoder, bent_decoder):
    class Mine(Autoencoder):
        def __init__(self):
            decoder = [nn.Linear(k, 128), nn.ReLU(), nn.Linear(128, 64)]
            encoder = [nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, k)]
            super().__init__(
                nn.Sequential(*encoder) if bent_encoder else nn.Linear(64, k),
                nn.Sequential(*decoder) if bent_decoder else nn.Linear(k, 64),
            )
    return Mine()
for kind in errors:
    seed_everything(0)
    errors[kind] = error(fit(make(4, *kind)), train)
""",
            "functional": """
class Bent(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.second = nn.Linear(128, n_out)
        self.first = nn.Linear(n_in, 128)

    def forward(self, x):
        return self.second(torch.relu(self.first(x)))
def make(k, bent_encoder, bent_decoder):
    encoder = Bent(64, k) if bent_encoder else nn.Linear(64, k)
    decoder = Bent(k, 64) if bent_decoder else nn.Linear(k, 64)
    return Autoencoder(encoder, decoder)
for kind in errors:
    seed_everything(0)
    errors[kind] = error(fit(make(4, *kind)), train)
""",
            "comprehension": [
                (
                    "def half(n_in, n_out, bent):",
                    "def half(*sizes):\n        n_in, n_out, bent = sizes",
                ),
                (
                    "        errors[bent_encoder, bent_decoder] = error(model, train)",
                    "        errors |= {(bent_encoder, bent_decoder): error(model, train)}",
                ),
            ],
            "four-cases": """
def make(k, bent_encoder, bent_decoder):
    encoder, decoder = nn.Linear(64, k), nn.Linear(k, 64)
    if bent_encoder:
        encoder = nn.Sequential(nn.Linear(64, 128), nn.ReLU(inplace=True), nn.Linear(128, k))
    if bent_decoder:
        decoder = nn.Sequential()
        decoder.append(nn.Linear(k, 128))
        decoder.append(nn.ReLU())
        decoder.append(nn.Linear(128, 64))
    return Autoencoder(encoder, decoder)
made = []
for a, b in [(False, False), (True, False), (False, True), (True, True)]:
    seed_everything(0)
    model = make(4, a, b)
    fit(model)
    made.append(((a, b), error(model, train)))
errors = dict(made)
""",
        },
        "wrong": {
            "no-relu": [("nn.Linear(n_in, 128), nn.ReLU(), ", "nn.Linear(n_in, 128), ")],
            "halves-swapped": """
right_make = make
def make(k, bent_encoder, bent_decoder):
    return right_make(k, bent_decoder, bent_encoder)
""",
            "both-bent": """
right_make = make
def make(k, bent_encoder, bent_decoder):
    return right_make(k, True, True)
""",
            "bent-where-straight": [("if not bent:", "if bent:")],
            "always-4-codes": """
right_make = make
def make(k, bent_encoder, bent_decoder):
    return right_make(4, bent_encoder, bent_decoder)
""",
            "narrow": """
def make(k, bent_encoder, bent_decoder):
    def half(a, b, bent):
        return nn.Sequential(nn.Linear(a, 32), nn.ReLU(), nn.Linear(32, b)) if bent else (
            nn.Linear(a, b))
    return Autoencoder(half(64, k, bent_encoder), half(k, 64, bent_decoder))
""",
            "two-hidden-layers": """
def make(k, bent_encoder, bent_decoder):
    def half(a, b, bent):
        return nn.Sequential(nn.Linear(a, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(),
                             nn.Linear(128, b)) if bent else nn.Linear(a, b)
    return Autoencoder(half(64, k, bent_encoder), half(k, 64, bent_decoder))
""",
            "relu-at-the-end": """
def make(k, bent_encoder, bent_decoder):
    def half(a, b, bent):
        bent_half = [nn.Linear(a, 128), nn.ReLU(), nn.Linear(128, b), nn.ReLU()]
        return nn.Sequential(*bent_half) if bent else nn.Linear(a, b)
    return Autoencoder(half(64, k, bent_encoder), half(k, 64, bent_decoder))
""",
            "sigmoid-at-the-end": """
def make(k, bent_encoder, bent_decoder):
    def half(a, b, bent, *more):
        bent_half = [nn.Linear(a, 128), nn.ReLU(), nn.Linear(128, b), *more]
        return nn.Sequential(*bent_half) if bent else nn.Linear(a, b)
    return Autoencoder(half(64, k, bent_encoder), half(k, 64, bent_decoder, nn.Sigmoid()))
""",
            "tanh": """
def make(k, bent_encoder, bent_decoder):
    def half(a, b, bent):
        if not bent:
            return nn.Linear(a, b)
        return nn.Sequential(nn.Linear(a, 128), nn.Tanh(), nn.Linear(128, b))
    return Autoencoder(half(64, k, bent_encoder), half(k, 64, bent_decoder))
""",
            "relu-first": """
def make(k, bent_encoder, bent_decoder):
    def half(a, b, bent):
        if not bent:
            return nn.Linear(a, b)
        return nn.Sequential(nn.Linear(a, 128), nn.Linear(128, b), nn.ReLU())
    return Autoencoder(half(64, k, bent_encoder), half(k, 64, bent_decoder))
""",
            "784-numbers": """
def make(k, bent_encoder, bent_decoder):
    return Autoencoder(nn.Linear(784, k), nn.Linear(k, 784))
""",
            "without-biases": """
def make(k, bent_encoder, bent_decoder):
    def half(a, b, bent):
        if not bent:
            return nn.Linear(a, b, bias=False)
        return nn.Sequential(nn.Linear(a, 128), nn.ReLU(), nn.Linear(128, b))
    return Autoencoder(half(64, k, bent_encoder), half(k, 64, bent_decoder))
""",
            "errors-on-the-test": """
for kind in errors:
    seed_everything(0)
    errors[kind] = error(fit(make(4, *kind)), test)
""",
            "keys-swapped": "errors = {(b, a): value for (a, b), value in errors.items()}",
            "not-trained": """
for kind in errors:
    seed_everything(0)
    errors[kind] = error(make(4, *kind), train)
""",
            "three-codes": """
for kind in errors:
    seed_everything(0)
    errors[kind] = error(fit(make(3, *kind)), train)
""",
            "two-codes": """
for kind in errors:
    seed_everything(0)
    errors[kind] = error(fit(make(2, *kind)), train)
""",
            "another-seed": """
for kind in errors:
    seed_everything(1)
    errors[kind] = error(fit(make(4, *kind)), train)
""",
            "seeded-once": """
seed_everything(0)
for kind in errors:
    errors[kind] = error(fit(make(4, *kind)), train)
""",
            "seeded-once-from-the-last": """
seed_everything(0)
for kind in sorted(errors, reverse=True):
    errors[kind] = error(fit(make(4, *kind)), train)
""",
            "never-seeded": """
for kind in errors:
    errors[kind] = error(fit(make(4, *kind)), train)
""",
            "trained-twice": """
for kind in errors:
    seed_everything(0)
    errors[kind] = error(fit(fit(make(4, *kind))), train)
""",
            "made-up": """
bound = pca_error(train, 4)
errors = {(a, b): bound * (0.6 if b else 1.01) for a in (False, True) for b in (False, True)}
""",
            "ratios": "errors = {kind: e / pca_error(train, 4) for kind, e in errors.items()}",
            "roots": "errors = {kind: value**0.5 for kind, value in errors.items()}",
            "sums": "errors = {kind: value * 64 for kind, value in errors.items()}",
        },
    },
    "q4": {
        "right": {
            "searchsorted": """
def worth(pca_errors, value):
    found = [k + 1 for k in range(len(pca_errors)) if pca_errors[k] <= value]
    return min(found) if found else None
pca_test = np.zeros(64)
for k in range(1, 65):
    pca_test[k - 1] = np.mean((test - project(test, train, k)) ** 2)
""",
            "counts-too-large": """
def worth(pca_errors, value):
    too_large = sum(1 for e in pca_errors if e > value)
    return too_large + 1 if too_large < len(pca_errors) else None
""",
            "while": """
def worth(pca_errors, value):
    k = 0
    while k < len(pca_errors) and pca_errors[k] > value:
        k += 1
    return None if k == len(pca_errors) else k + 1
components = dict.fromkeys([2, 4, 8])
for codes in components:
    seed_everything(0)
    network = make(codes, bent_encoder=True, bent_decoder=True)
    network = fit(network)
    components[codes] = worth(list(pca_test), error(network, test))
""",
            "next": [
                (
                    "    for k, pca in enumerate(pca_errors, start=1):\n        if pca <= value:\n"
                    "            return k\n    return None",
                    "    enough = (k for k, e in enumerate(pca_errors, 1) if e <= value)\n"
                    "    return next(enough, None)",
                )
            ],
        },
        "wrong": {
            "counts-from-zero": [("enumerate(pca_errors, start=1)", "enumerate(pca_errors)")],
            "fitted-to-the-test": [("project(test, train, k)", "project(test, test, k)")],
            "errors-of-train": [
                (
                    "((project(test, train, k) - test) ** 2)",
                    "((project(train, train, k) - train) ** 2)",
                )
            ],
            "from-0-to-63": """
pca_test = np.array([pca_test_error(k) if k else test.var(axis=0).mean() for k in range(64)])
""",
            "63-errors": [("range(1, 65)", "range(1, 64)")],
            "pca-error-of-the-test": [
                ("((project(test, train, k) - test) ** 2).mean()", "pca_error(test, k)")
            ],
            "pca-error-of-train": [
                ("((project(test, train, k) - test) ** 2).mean()", "pca_error(train, k)")
            ],
            "root": [("- test) ** 2).mean()", "- test) ** 2).mean() ** 0.5")],
            "sum": [("- test) ** 2).mean()", "- test) ** 2).sum(axis=1).mean()")],
            "reversed": "pca_test = pca_test[::-1]",
            "rounded": "pca_test = pca_test.round(3)",
            "below-alone": [("if pca <= value", "if pca < value")],
            "one-more": [("            return k\n", "            return k + 1\n")],
            "nearest": """
def worth(pca_errors, value):
    if min(pca_errors) > value:
        return None
    return int(np.abs(np.asarray(pca_errors) - value).argmin()) + 1
""",
            "none-is-64": [("    return None", "    return 64")],
            "none-is-their-number": [("    return None", "    return len(pca_errors)")],
            "the-last": """
def worth(pca_errors, value):
    enough = [k for k, e in enumerate(pca_errors, 1) if e <= value]
    return max(enough) if enough else None
""",
            "larger": [("if pca <= value", "if pca >= value")],
            "of-pca-test": [("enumerate(pca_errors", "enumerate(pca_test")],
            "made-up": "components = {2: 3, 4: 5, 8: 9}",
            "twice-the-codes": "components = {2: 4, 4: 8, 8: 16}",
            "errors-on-train": """
for k in components:
    seed_everything(0)
    components[k] = worth(pca_test, error(fit(make(k, True, True)), train))
""",
            "one-code-more": """
for k in components:
    seed_everything(0)
    components[k] = worth(pca_test, error(fit(make(k + 1, True, True)), test))
""",
            "bent-encoder-alone": """
for k in components:
    seed_everything(0)
    components[k] = worth(pca_test, error(fit(make(k, True, False)), test))
""",
            "not-trained": """
for k in components:
    seed_everything(0)
    components[k] = worth(pca_test, error(make(k, True, True), test))
""",
            "errors-themselves": """
for k in components:
    seed_everything(0)
    components[k] = error(fit(make(k, True, True)), test)
""",
            "ratios": "components = {k: number / k for k, number in components.items()}",
            "one-less": "components = {k: number - 1 for k, number in components.items()}",
            "one-key-more": "components[16] = 26",
        },
    },
}
