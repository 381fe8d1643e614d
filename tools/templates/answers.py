"""Answers to the exercise {name}."""

# Answer: edits of the solution's code, and the points that each question must then get.
ANSWERS = {
    "other": (
        [
            (
                "    means = x.mean(axis=0)\n    return x - means",
                "    return np.stack([one - sum(one) / len(one) for one in x.T], axis=1)",
            )
        ],
        (4,),
    ),
    "one-mean-for-all": ([("x.mean(axis=0)", "x.mean()")], (0,)),
    "mean-of-rows": ([("x.mean(axis=0)", "x.mean(axis=1)[:, None]")], (0,)),
    "integers-stay": ([("- means", "- means.astype(int)")], (0,)),
    "variance": ([("return np.sqrt(variances)", "return variances")], (2,)),
    "largest-with-sign": ([("np.abs(centered).max()", "centered.max() - 1")], (3,)),
}

# For every question at least ten wrong and three right changes of its cell: see __init__.py.
VARIANTS = {}
