"""Answers to the DCGAN exercise."""

OTHER = [
    (
        "    return images.std(dim=0, unbiased=False).mean().item()",
        "    centered = images - images.mean(0, keepdim=True)\n"
        "    return (centered**2).mean(0).sqrt().mean()",
    ),
    (
        "floor = float(np.log1p(np.exp(-1)) + np.log(2))",
        "floor = np.log(2) + np.log(1 + np.exp(-1))",
    ),
    (
        """    squared = sum(((b - a) ** 2).sum() for a, b in zip(before, after))
    return float((loss_before - loss_after) / (squared / lr))""",
        """    step = torch.cat([(b - a).flatten() / lr for a, b in zip(before, after)])
    return (loss_before - loss_after) / (lr * step.dot(step).item())""",
    ),
    (
        """        nn.ConvTranspose2d(32, 2 * width, 7, bias=False),
        nn.BatchNorm2d(2 * width),""",
        """        nn.ConvTranspose2d(32, 2 * width, 7),
        nn.BatchNorm2d(2 * width, momentum=0.8),""",
    ),
    (
        """        nn.Conv2d(2 * width, 1, 7),
        nn.Flatten(0),
    ).apply(init)""",
        """        nn.Conv2d(2 * width, 1, 7),
        nn.Flatten(start_dim=0),
        nn.Identity(),
    ).apply(init)""",
    ),
    (
        """    fake = G(z)
    d_loss = discriminator_loss(D(x), D(fake.detach()))
    optimize_D.zero_grad()
    d_loss.backward()
    optimize_D.step()
    g_loss = generator_loss(D(fake))
    optimize_G.zero_grad()
    g_loss.backward()""",
        """    with torch.no_grad():
        fake = G(z)
    d_loss = discriminator_loss(D(x), D(fake))
    D.zero_grad()
    d_loss.backward()
    optimize_D.step()
    g_loss = generator_loss(D(G(z)))
    G.zero_grad()
    g_loss.backward(inputs=list(G.parameters()))""",
    ),
    (
        """    G, losses = train(*[broken[f] if f in wrong else mended[f] for f in faults])
    scores[name] = score(G)""",
        """    parts = {**mended, **{fault: broken[fault] for fault in wrong}}
    G = train(parts["generator"], parts["discriminator"], parts["step"])[0]
    scores[name] = float(score(G))""",
    ),
]

ANSWERS = {
    "other": (OTHER, (4, 3, 3, 3, 3)),
    # The deviation of all values: pictures that are all alike would still have one.
    "spread-of-pixels": (
        [("images.std(dim=0, unbiased=False).mean()", "images.std(unbiased=False)")],
        (3, 3, 3, 3, 3),
    ),
    # Believes that a fake's logit may be -1.
    "floor-too-low": (
        [("np.log1p(np.exp(-1)) + np.log(2)", "2 * np.log1p(np.exp(-1))")],
        (3, 3, 3, 3, 3),
    ),
    # The step is lr times the gradient: its square has lr twice.
    "honesty-without-rate": (
        [("(loss_before - loss_after) / (squared / lr)", "(loss_before - loss_after) / squared")],
        (2, 3, 3, 3, 3),
    ),
    "honesty-of-first-tensor": (
        [("for a, b in zip(before, after))", "for a, b in zip(before[:1], after[:1]))")],
        (3, 3, 3, 3, 3),
    ),
    # A smaller eps, still as large as the variance.
    "smaller-eps": (
        [
            (
                "nn.BatchNorm2d(2 * width),\n        nn.ReLU",
                "nn.BatchNorm2d(2 * width, 0.01),\n        nn.ReLU",
            ),
            ("nn.BatchNorm2d(width),", "nn.BatchNorm2d(width, 0.01),"),
        ],
        (4, 1, 3, 3, 3),
    ),
    # Another squashing function in the sigmoid's place.
    "tanh-for-sigmoid": (
        [
            (
                "        nn.Flatten(0),\n    ).apply(init)",
                "        nn.Flatten(0),\n        nn.Tanh(),\n    ).apply(init)",
            )
        ],
        (4, 3, 1, 3, 3),
    ),
    # Silences the error by keeping the graph, as the broken step does.
    "keeps-the-graph": (
        [
            (
                """    d_loss = discriminator_loss(D(x), D(fake.detach()))
    optimize_D.zero_grad()
    d_loss.backward()""",
                """    d_loss = discriminator_loss(D(x), D(fake))
    optimize_D.zero_grad()
    optimize_G.zero_grad()
    d_loss.backward(retain_graph=True)""",
            ),
            ("    optimize_G.zero_grad()\n    g_loss.backward()", "    g_loss.backward()"),
        ],
        (4, 3, 3, 0, 2),
    ),
    # Gradients pile up in the discriminator, the generator's loss's too; nothing is learned.
    "stale-gradients": (
        [("    optimize_D.zero_grad()\n    d_loss.backward()", "    d_loss.backward()")],
        (4, 3, 3, 2, 2),
    ),
    "best-for-worst": (
        [("max(faults, key=scores.get)", "min(faults, key=scores.get)")],
        (4, 3, 3, 3, 2),
    ),
}

SPREAD = "def spread(images):\n    return "
HONESTY = "def honesty(before, after, lr, loss_before, loss_after):\n"
SQUARED = "    squared = sum(((b - a) ** 2).sum() for a, b in zip(before, after))\n"
GENERATOR = """
def generator(width=8):
    return nn.Sequential(
        nn.Unflatten(1, (32, 1, 1)),
        nn.ConvTranspose2d(32, 2 * width, 7, bias=False),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1),
        nn.Tanh(),
    ).apply(init)
"""
FIRST, SECOND = "        nn.BatchNorm2d(2 * width),\n", "        nn.BatchNorm2d(width),\n"
DISCRIMINATOR = """
def discriminator(width=8):
    return nn.Sequential(
        nn.Conv2d(1, width, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(2 * width),
        nn.LeakyReLU(0.2),
        nn.Conv2d(2 * width, 1, 7),
        nn.Flatten(0),
    ).apply(init)
"""
STEP = """
def step(G, D, x, z, optimizers):
    optimize_G, optimize_D = optimizers
    fake = G(z)
    d_loss = discriminator_loss(D(x), D(fake.detach()))
    optimize_D.zero_grad()
    d_loss.backward()
    optimize_D.step()
    g_loss = generator_loss(D(fake))
    optimize_G.zero_grad()
    g_loss.backward()
    optimize_G.step()
    return g_loss.detach(), d_loss.detach()
"""
WORST = "worst = max(faults, key=scores.get)\n"


def but(code, *edits):
    """Return code with texts replaced; each must be there."""
    for old, new in edits:
        assert old in code, old
        code = code.replace(old, new)
    return code


def ends_with(layer):
    """Return a discriminator with one more layer at its end."""
    return but(
        DISCRIMINATOR, ("        nn.Flatten(0),\n", f"        nn.Flatten(0),\n        {layer},\n")
    )


SLOW_WHOLE = True
SLOW = ("q5",)
VARIANTS = {
    "q1": {
        "right": {
            "var": SPREAD + "images.var(0, correction=0).sqrt().mean()",
            "numpy": SPREAD + "np.std(images.detach().numpy(), axis=0).mean()",
            "flat": """
def honesty(before, after, lr, loss_before, loss_after):
    moved = torch.cat([(b - a).flatten() for a, b in zip(before, after)])
    return (loss_before - loss_after) * lr / moved.norm().item() ** 2
""",
            "by-the-gradient": """
def honesty(before, after, lr, loss_before, loss_after):
    slopes = [(b - a) / lr for b, a in zip(before, after)]
    expected = lr * sum(float((g * g).sum()) for g in slopes)
    return (loss_before - loss_after) / expected
""",
            "floor-by-logits": "floor = softplus(torch.tensor([-1.0, 0.0])).sum()",
        },
        "wrong": {
            "of-all-pixels": SPREAD + "images.std(unbiased=False)",
            "within-images": SPREAD + "images.flatten(1).std(1, unbiased=False).mean()",
            "over-channels": SPREAD + "images.std(dim=1, unbiased=False).mean()",
            "unbiased": SPREAD + "images.std(dim=0).mean()",
            "variance": SPREAD + "images.var(dim=0, unbiased=False).mean()",
            "root-of-the-mean-variance": SPREAD + "images.var(dim=0, unbiased=False).mean().sqrt()",
            "sum-for-mean": SPREAD + "images.std(dim=0, unbiased=False).sum()",
            "largest": SPREAD + "images.std(dim=0, unbiased=False).max()",
            "absolute": SPREAD + "(images - images.mean(0)).abs().mean()",
            "from-the-first": SPREAD + "(images - images[:1]).pow(2).mean(0).sqrt().mean()",
            "of-the-means": SPREAD + "images.mean(dim=(1, 2, 3)).std(unbiased=False)",
            "first-channel": SPREAD + "images[:, 0].std(dim=0, unbiased=False).mean()",
            "floor-both-sides": "floor = float(2 * np.log1p(np.exp(-1)))",
            "floor-half-way": "floor = 1.386 - 1e-3",
            "floor-of-one-side": "floor = float(np.log1p(np.exp(-1)))",
            "floor-of-the-worst": "floor = float(np.log1p(np.e))",
            "floor-rounded": "floor = 1.0",
            "honesty-without-rate": HONESTY
            + SQUARED
            + "    return float((loss_before - loss_after) / squared)",
            "honesty-rate-twice": HONESTY
            + SQUARED
            + "    return float((loss_before - loss_after) / (squared / lr**2))",
            "honesty-times-rate": HONESTY
            + SQUARED
            + "    return float((loss_before - loss_after) / (squared * lr))",
            "honesty-sign": HONESTY
            + SQUARED
            + "    return float((loss_after - loss_before) / (squared / lr))",
            "honesty-absolute": HONESTY
            + SQUARED
            + "    return abs(float((loss_before - loss_after) / (squared / lr)))",
            "honesty-upside-down": HONESTY
            + SQUARED
            + "    return float(squared / lr / (loss_before - loss_after))",
            "honesty-length": HONESTY
            + SQUARED
            + "    return float((loss_before - loss_after) / (squared**0.5 / lr))",
            "honesty-mean": HONESTY
            + "    squared = sum(((b - a) ** 2).mean() for a, b in zip(before, after))\n"
            "    return float((loss_before - loss_after) / (squared / lr))",
            "honesty-first-tensor": HONESTY + "    squared = ((before[0] - after[0]) ** 2).sum()\n"
            "    return float((loss_before - loss_after) / (squared / lr))",
            "honesty-last-tensor": HONESTY
            + "    for a, b in zip(before, after):\n        squared = ((b - a) ** 2).sum()\n"
            "    return float((loss_before - loss_after) / (squared / lr))",
            "honesty-mean-of-tensors": HONESTY
            + SQUARED
            + "    return float((loss_before - loss_after) / (squared / len(before) / lr))",
            "honesty-clipped": HONESTY
            + SQUARED
            + "    ratio = float((loss_before - loss_after) / (squared / lr))\n"
            "    return max(-1.0, min(1.0, ratio))",
            "honesty-sign-alone": HONESTY + "    return 1.0 if loss_after < loss_before else -1.0",
            "honesty-relative": HONESTY
            + SQUARED
            + "    return float((loss_before - loss_after) / loss_before / (squared / lr))",
            "honesty-of-the-parameters": HONESTY
            + "    squared = sum((b**2).sum() - (a**2).sum() for a, b in zip(after, before))\n"
            "    return float((loss_before - loss_after) / (squared / lr))",
        },
    },
    "q2": {
        "right": {
            "momentum": but(GENERATOR, (FIRST, FIRST.replace("),", ", momentum=0.8),"))),
            "biases": but(GENERATOR, (", bias=False", "")),
            "eps-named": but(
                GENERATOR,
                (FIRST, FIRST.replace("width),", "width, eps=1e-5),")),
                (SECOND, SECOND.replace("width),", "width, eps=1e-6),")),
            ),
            "a-class": """
class Drawn(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up1 = nn.ConvTranspose2d(32, 2 * width, 7, bias=False)
        self.norm1, self.norm2 = nn.BatchNorm2d(2 * width), nn.BatchNorm2d(width)
        self.up2 = nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False)
        self.up3 = nn.ConvTranspose2d(width, 1, 4, 2, 1)
    def forward(self, z):
        x = torch.relu(self.norm1(self.up1(z[:, :, None, None])))
        return torch.tanh(self.up3(torch.relu(self.norm2(self.up2(x)))))
def generator(width=8):
    return Drawn(width).apply(init)
""",
        },
        "wrong": {
            "the-broken-one": "generator = broken_generator",
            "first-alone": but(GENERATOR, (SECOND, SECOND.replace("width),", "width, 0.8),"))),
            "second-alone": but(GENERATOR, (FIRST, FIRST.replace("width),", "width, 0.8),"))),
            "smaller-eps": but(
                GENERATOR,
                (FIRST, FIRST.replace("width),", "width, 0.01),")),
                (SECOND, SECOND.replace("width),", "width, 0.01),")),
            ),
            "half-the-eps": but(
                GENERATOR,
                (FIRST, FIRST.replace("width),", "width, 0.2),")),
                (SECOND, SECOND.replace("width),", "width, 0.2),")),
            ),
            "no-normalization": but(GENERATOR, (FIRST, ""), (SECOND, "")),
            "no-second-normalization": but(GENERATOR, (SECOND, "")),
            "no-first-normalization": but(GENERATOR, (FIRST, "")),
            "instance-normalization": but(GENERATOR, ("BatchNorm2d", "InstanceNorm2d")),
            "group-normalization": but(GENERATOR, ("BatchNorm2d(", "GroupNorm(1, ")),
            "larger-weights": but(
                GENERATOR,
                (FIRST, FIRST.replace("width),", "width, 0.8),")),
                (SECOND, SECOND.replace("width),", "width, 0.8),")),
            )
            + """
mended = generator
def generator(width=8):
    G = mended(width)
    for layer in G:
        if isinstance(layer, nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, 0, 0.2)
    return G
""",
            "weights-not-drawn": but(GENERATOR, (").apply(init)", ")")),
            "no-tanh": but(GENERATOR, ("        nn.Tanh(),\n", "")),
            "sigmoid-for-tanh": but(GENERATOR, ("nn.Tanh()", "nn.Sigmoid()")),
            "tanh-scaled": but(GENERATOR, ("nn.Tanh(),", "nn.Tanh(), nn.Hardtanh(0, 1),")),
            "normalized-at-the-end": but(
                GENERATOR,
                ("        nn.Tanh(),\n", "        nn.BatchNorm2d(1),\n        nn.Tanh(),\n"),
            ),
            "evaluation-mode": but(GENERATOR, (".apply(init)", ".apply(init).eval()")),
            "without-statistics-of-the-batch": but(
                GENERATOR, ("BatchNorm2d(2 * width)", "BatchNorm2d(2 * width).eval()")
            )
            + """
mended = generator
def generator(width=8):
    G = mended(width)
    G.train = lambda mode=True: G
    return G.eval()
""",
            "ignores-width": but(GENERATOR, ("return nn", "width = 8\n    return nn")),
            "smaller-pictures": but(
                GENERATOR,
                (
                    "ConvTranspose2d(width, 1, 4, stride=2, padding=1)",
                    "ConvTranspose2d(width, 1, 3, padding=1)",
                ),
            ),
            "one-picture": but(
                GENERATOR, ("return nn.Sequential(", "return nn.Sequential(nn.Threshold(1e9, 0.5),")
            ),
            "noise-in-the-middle": but(GENERATOR, (SECOND, SECOND + "        nn.Dropout(0.5),\n")),
            "flattened": but(GENERATOR, ("nn.Tanh(),", "nn.Tanh(), nn.Flatten(),")),
        },
    },
    "q3": {
        "right": {
            "squeezed": """
class Judge(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, width, 4, 2, 1), nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * width),
            nn.LeakyReLU(0.2), nn.Conv2d(2 * width, 1, 7))
    def forward(self, x):
        return self.layers(x)[:, 0, 0, 0]
def discriminator(width=8):
    return Judge(width).apply(init)
""",
            "cut-off-the-end": """
def discriminator(width=8):
    return nn.Sequential(*list(broken_discriminator(width))[:-1])
""",
            "reshaped": but(DISCRIMINATOR, ("nn.Flatten(0)", "nn.Flatten(), nn.Flatten(0, 1)")),
        },
        "wrong": {
            "the-broken-one": "discriminator = broken_discriminator",
            "tanh": ends_with("nn.Tanh()"),
            "softplus": ends_with("nn.Softplus()"),
            "relu": ends_with("nn.ReLU()"),
            "logarithm": ends_with("nn.LogSigmoid()"),
            "hard-tanh": ends_with("nn.Hardtanh(-4, 4)"),
            "elu": ends_with("nn.ELU()"),
            "leaky-relu-at-the-end": ends_with("nn.LeakyReLU(0.2)"),
            "softsign": ends_with("nn.Softsign()"),
            "clamped-above": ends_with("nn.Threshold(-3, -3)"),
            "two-sigmoids": ends_with("nn.Sigmoid(), nn.Sigmoid()"),
            "softmax": ends_with("nn.Softmax(0)"),
            "hard-sigmoid": ends_with("nn.Hardsigmoid()"),
            "normalized-logits": but(
                DISCRIMINATOR, ("nn.Flatten(0)", "nn.BatchNorm2d(1), nn.Flatten(0)")
            ),
            "one-column": but(DISCRIMINATOR, ("nn.Flatten(0)", "nn.Flatten(1)")),
            "pictures-of-logits": but(DISCRIMINATOR, ("        nn.Flatten(0),\n", "")),
            "two-classes": but(DISCRIMINATOR, ("2 * width, 1, 7)", "2 * width, 2, 7)")),
            "one-logit-a-batch": but(
                DISCRIMINATOR,
                (
                    "nn.Flatten(0)",
                    "nn.Flatten(0), nn.Unflatten(0, (1, -1)), nn.AdaptiveAvgPool1d(1),"
                    " nn.Flatten(0)",
                ),
            ),
            "weights-not-drawn": but(DISCRIMINATOR, (").apply(init)", ")")),
            "no-normalization": but(DISCRIMINATOR, ("        nn.BatchNorm2d(2 * width),\n", "")),
            "large-eps": but(
                DISCRIMINATOR, ("BatchNorm2d(2 * width)", "BatchNorm2d(2 * width, 0.8)")
            ),
            "dropout": but(
                DISCRIMINATOR,
                ("        nn.Flatten(0),\n", "        nn.Dropout(0.5),\n        nn.Flatten(0),\n"),
            ),
            "ignores-width": but(DISCRIMINATOR, ("return nn", "width = 8\n    return nn")),
            "ignores-the-image": but(
                DISCRIMINATOR, ("nn.Sequential(", "nn.Sequential(nn.Threshold(1e9, 0.5),")
            ),
            "sign-forgotten": but(DISCRIMINATOR, (".apply(init)", ".apply(init)"))
            + """
mended = discriminator
def discriminator(width=8):
    class Absolute(nn.Module):
        def forward(self, x):
            return x.abs()
    return nn.Sequential(*mended(width), Absolute())
""",
        },
    },
    "q4": {
        "right": {
            "gradients-chosen": but(
                STEP,
                ("    g_loss.backward()", "    g_loss.backward(inputs=list(G.parameters()))"),
            ),
            "drawn-again": but(
                STEP,
                ("    fake = G(z)\n", "    with torch.no_grad():\n        fake = G(z)\n"),
                ("generator_loss(D(fake))", "generator_loss(D(G(z)))"),
                ("D(fake.detach())", "D(fake)"),
            ),
            "zero-before-each": but(
                STEP,
                ("    fake = G(z)\n", "    G.zero_grad()\n    D.zero_grad()\n    fake = G(z)\n"),
                ("    optimize_D.zero_grad()\n", ""),
                ("    optimize_G.zero_grad()\n", ""),
            ),
            "autograd": but(
                STEP,
                (
                    "    g_loss.backward()\n",
                    "    slopes = torch.autograd.grad(g_loss, list(G.parameters()))\n"
                    "    for p, slope in zip(G.parameters(), slopes):\n"
                    "        p.grad = slope\n",
                ),
            ),
        },
        "wrong": {
            "the-broken-one": "step = broken_step",
            "keeps-the-graph": but(
                STEP,
                (
                    "    optimize_D.zero_grad()\n    d_loss.backward()",
                    "    optimize_D.zero_grad()\n    optimize_G.zero_grad()\n"
                    "    d_loss.backward(retain_graph=True)",
                ),
                ("fake.detach()", "fake"),
                ("    optimize_G.zero_grad()\n    g_loss", "    g_loss"),
            ),
            "no-detach": but(STEP, ("fake.detach()", "fake")),
            "detached-for-both": but(STEP, ("fake = G(z)", "fake = G(z).detach()")),
            "generator-without-gradient": but(STEP, ("D(fake))\n", "D(fake.detach()))\n")),
            "stale-in-d": but(STEP, ("    optimize_D.zero_grad()\n", "")),
            "stale-in-g": but(STEP, ("    optimize_G.zero_grad()\n", "")),
            "zero-after-backward-in-d": but(
                STEP,
                (
                    "    optimize_D.zero_grad()\n    d_loss.backward()",
                    "    d_loss.backward()\n    optimize_D.zero_grad()",
                ),
            ),
            "zero-after-backward-in-g": but(
                STEP,
                (
                    "    optimize_G.zero_grad()\n    g_loss.backward()",
                    "    g_loss.backward()\n    optimize_G.zero_grad()",
                ),
            ),
            "d-never-moves": but(STEP, ("    optimize_D.step()\n", "")),
            "g-never-moves": but(STEP, ("    optimize_G.step()\n", "")),
            "both-move-at-the-end": but(
                STEP,
                ("    optimize_D.step()\n", ""),
                ("    optimize_G.step()\n", "    optimize_D.step()\n    optimize_G.step()\n"),
            ),
            "optimizers-swapped": but(
                STEP, ("optimize_G, optimize_D =", "optimize_D, optimize_G =")
            ),
            "losses-swapped": but(
                STEP, ("g_loss.detach(), d_loss.detach()", "d_loss.detach(), g_loss.detach()")
            ),
            "real-and-fake-swapped": but(
                STEP, ("D(x), D(fake.detach())", "D(fake.detach()), D(x)")
            ),
            "real-alone": but(STEP, ("D(x), D(fake.detach())", "D(x), D(x)")),
            "minimax": but(STEP, ("generator_loss(D(fake))", 'generator_loss(D(fake), "minimax")')),
            "discriminators-loss-for-both": but(
                STEP, ("generator_loss(D(fake))", "discriminator_loss(D(x), D(fake))")
            ),
            "minus": but(STEP, ("g_loss = gen", "g_loss = -gen")),
            "g-first": """
def step(G, D, x, z, optimizers):
    optimize_G, optimize_D = optimizers
    g_loss = generator_loss(D(G(z)))
    optimize_G.zero_grad()
    g_loss.backward()
    optimize_G.step()
    d_loss = discriminator_loss(D(x), D(G(z).detach()))
    optimize_D.zero_grad()
    d_loss.backward()
    optimize_D.step()
    return g_loss.detach(), d_loss.detach()
""",
            "other-noise": but(
                STEP, ("generator_loss(D(fake))", "generator_loss(D(G(torch.randn_like(z))))")
            ),
            "other-noise-for-both": but(
                STEP, ("    fake = G(z)", "    z = torch.randn_like(z)\n    fake = G(z)")
            ),
            "one-fake-for-all": but(
                STEP, ("    fake = G(z)", "    fake = G(z[:1].expand(z.shape))")
            ),
            "two-steps-of-d": but(
                STEP, ("    optimize_D.step()\n", "    optimize_D.step()\n    optimize_D.step()\n")
            ),
            "two-steps-of-g": but(
                STEP, ("    optimize_G.step()\n", "    optimize_G.step()\n    optimize_G.step()\n")
            ),
            "evaluation-mode": but(
                STEP, ("    fake = G(z)", "    G.eval(), D.eval()\n    fake = G(z)")
            ),
            "loss-after": but(
                STEP,
                ("    return g_loss", "    g_loss = generator_loss(D(G(z)))\n    return g_loss"),
            ),
            "d-loss-halved": but(STEP, ("    d_loss = disc", "    d_loss = 0.5 * disc")),
            "one-backward": """
def step(G, D, x, z, optimizers):
    optimize_G, optimize_D = optimizers
    fake = G(z)
    d_loss, g_loss = discriminator_loss(D(x), D(fake)), generator_loss(D(fake))
    optimize_G.zero_grad()
    optimize_D.zero_grad()
    (d_loss + g_loss).backward()
    optimize_D.step()
    optimize_G.step()
    return g_loss.detach(), d_loss.detach()
""",
            "returns-one": but(
                STEP, ("return g_loss.detach(), d_loss.detach()", "return g_loss.detach()")
            ),
        },
    },
    "q5": {
        "right": {
            "floats": "scores = {name: float(np.float64(value)) for name, value in scores.items()}",
            "sorted": "worst = sorted((scores[fault], fault) for fault in faults)[-1][1]",
            "another-order": """
scores = {name: scores[name] for name in ("all", "step", "none", "generator", "discriminator")}
worst = "generator"
for name in ("step", "discriminator"):
    if scores[name] > scores[worst]:
        worst = name
""",
            "trained-again": """
for name in ("generator", "none"):
    G = train(broken_generator if name == "generator" else generator, discriminator, step)[0]
    scores[name], samples[name] = score(G), G(z).detach()
""",
        },
        "wrong": {
            "invented": """
scores = {"none": 700.0, "all": 2000.0, "generator": 900.0, "discriminator": 1800.0, "step": 800.0}
worst = "discriminator"
""",
            "invented-by-chance": """
scores = {name: 500 + 1000 * torch.rand(()).item() for name in scores}
scores["none"] = min(scores.values()) / 2
"""
            + WORST,
            "inverted": """
for name in faults:
    G, losses = train(*[mended[f] if f == name else broken[f] for f in faults])
    scores[name] = score(G)
"""
            + WORST,
            "generator-and-step-swapped": """
scores["generator"], scores["step"] = scores["step"], scores["generator"]
"""
            + WORST,
            "discriminator-and-step-swapped": """
scores["discriminator"], scores["step"] = scores["step"], scores["discriminator"]
"""
            + WORST,
            "none-and-step-swapped": """
scores["none"], scores["step"] = scores["step"], scores["none"]
"""
            + WORST,
            "all-with-the-mended-step": """
scores["all"] = score(train(broken_generator, broken_discriminator, step)[0])
""",
            "none-and-all-swapped": "scores['none'], scores['all'] = scores['all'], scores['none']",
            "smallest": "worst = min(faults, key=scores.get)",
            "of-all-five": "worst = max(scores, key=scores.get)",
            "a-number": "worst = max(scores[fault] for fault in faults)",
            "first-in-the-alphabet": "worst = max(faults)",
            "the-other": "worst = next(f for f in faults if f != max(faults, key=scores.get))",
            "one-epoch": """
for name, wrong in {"none": [], "all": faults, **{fault: [fault] for fault in faults}}.items():
    G = train(*[broken[f] if f in wrong else mended[f] for f in faults], num_epochs=1)[0]
    scores[name] = score(G)
"""
            + WORST,
            "untrained": """
for name, wrong in {"none": [], "all": faults, **{fault: [fault] for fault in faults}}.items():
    torch.manual_seed(len(wrong))
    scores[name] = score((broken if "generator" in wrong else mended)["generator"]().eval())
"""
            + WORST,
            "losses-for-scores": """
for name, wrong in {"none": [], "all": faults, **{fault: [fault] for fault in faults}}.items():
    scores[name] = float(train(*[(broken if f in wrong else mended)[f] for f in faults])[1].mean())
"""
            + WORST,
            "step-never-broken": """
scores["step"] = score(train(generator, discriminator, step)[0])
"""
            + WORST,
            "four-keys": "scores.pop('all')",
            "in-training-mode": """
for name, wrong in {"none": [], "all": faults, **{fault: [fault] for fault in faults}}.items():
    G = train(*[(broken if f in wrong else mended)[f] for f in faults])[0].train()
    scores[name] = score(G)
"""
            + WORST,
            "roots": "scores = {name: value**0.5 for name, value in scores.items()}",
            "relative": "scores = {name: value / scores['all'] for name, value in scores.items()}",
        },
    },
}
