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
