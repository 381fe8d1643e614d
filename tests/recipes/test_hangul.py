"""How the Hangul models are trained: what they are shown, and what they are asked."""

import torch

from course_lib.data import load_hangul
from course_lib.hangul import join
from recipes import hangul


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_half_of_the_worn_images_are_noisy_and_half_lack_a_rectangle():
    x = torch.ones(400, 1, 28, 28)
    y = hangul.worn(x, seeded())
    noisy = (y > 1).flatten(1).any(dim=1)
    assert 160 < noisy.sum() < 240
    assert abs((y[noisy] - 1).std() - 0.5) < 0.01
    missing = y[~noisy, 0] == 0
    assert (y[~noisy, 0][~missing] == 1).all()
    rows, columns = missing.any(dim=2), missing.any(dim=1)
    assert torch.equal(missing, rows[:, :, None] & columns[:, None, :])
    assert 0.05 < missing.double().mean() < 0.2  # a third of each side on the average


def test_the_problems_have_the_answers_that_they_say():
    data = load_hangul()
    for part in range(3):
        a, b, c, answer = hangul.problems(data, part)
        assert data.is_test[answer].all()
        first, second, third, last = (data.factors[i] for i in (a, b, c, answer))
        assert torch.equal(first - second + third, last)
        assert ((first != second).sum(dim=1) == 1).all()
    a, b, c, answer = (i[:1] for i in hangul.problems(data, 2))
    assert len(join(data.factors[torch.cat([torch.tensor(i) for i in (a, b, c, answer)])])) == 4
