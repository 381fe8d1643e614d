"""The losses of style transfer against einsum, the MMD, closed forms and finite differences."""

import numpy as np
import pytest
import torch
from torchmetrics.functional.image import total_variation as torchmetrics_tv

from course_lib.style import content_loss, gram_matrix, style_loss, total_variation


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


# --- Gram matrices and losses ------------------------------------------------------------------


def test_gram_is_einsum():
    f = draw(2, 5, 3, 4)
    torch.testing.assert_close(gram_matrix(f), torch.einsum("nchw,ndhw->ncd", f, f) / 12)
    assert torch.autograd.gradcheck(gram_matrix, f.requires_grad_())
    assert torch.autograd.gradgradcheck(gram_matrix, f)


def test_matching_gram_matrices_is_matching_means_in_the_square_kernel():
    # MMD^2 of the two sets of feature vectors, every pair counted, kernel k(x, y) = (x . y)^2.
    f, s = draw(1, 6, 4, 5), draw(1, 6, 7, 3, seed=1)
    x, y = (features[0].flatten(1).T.numpy() for features in (f, s))
    mmd2 = ((x @ x.T) ** 2).mean() + ((y @ y.T) ** 2).mean() - 2 * ((x @ y.T) ** 2).mean()
    a = gram_matrix(s)
    found = float(style_loss(f, a) * a.square().sum())
    assert found == pytest.approx(mmd2, rel=1e-5)
    assert found == pytest.approx(mmd2, rel=1e-12)  # in float64 far below the 1e-5 asked for


def test_gradient_of_the_style_loss_is_the_closed_form():
    f, a = draw(1, 4, 3, 5).requires_grad_(), gram_matrix(draw(1, 4, 6, 6, seed=1))
    (slope,) = torch.autograd.grad(style_loss(f, a), f)
    x, target = f.detach()[0].flatten(1).numpy(), a[0].numpy()
    closed = 4 / x.shape[1] * (x @ x.T / x.shape[1] - target) @ x / (target**2).sum()
    np.testing.assert_allclose(slope[0].flatten(1), closed, rtol=1e-10, atol=1e-14)
    direction, step = draw(1, 4, 3, 5, seed=2), 1e-6
    with torch.no_grad():
        ends = [style_loss(f + sign * step * direction, a) for sign in (1, -1)]
    assert float((slope * direction).sum()) == pytest.approx(
        float(ends[0] - ends[1]) / (2 * step), rel=1e-6
    )


@pytest.mark.parametrize("n", [1, 3])
def test_losses_are_relative_squared_errors_averaged_over_images(n):
    f, p = draw(3, 4, 5, 6), draw(n, 4, 5, 6, seed=1)
    errors = [((f[i] - p[i % n]) ** 2).sum() / (p[i % n] ** 2).sum() for i in range(3)]
    assert float(content_loss(f, p)) == pytest.approx(float(sum(errors)) / 3)
    g, a = gram_matrix(f), gram_matrix(p)
    errors = [((g[i] - a[i % n]) ** 2).sum() / (a[i % n] ** 2).sum() for i in range(3)]
    assert float(style_loss(f, a)) == pytest.approx(float(sum(errors)) / 3)


def test_losses_mean_the_same_at_any_size_scale_and_number_of_channels():
    f, p = draw(1, 4, 5, 6), draw(1, 4, 5, 6, seed=1)
    for change in (
        lambda x: 7 * x,  # a network with other units
        lambda x: x.repeat(1, 1, 2, 3),  # a larger image
        lambda x: x.repeat(1, 3, 1, 1),  # a layer with more channels
    ):
        assert float(content_loss(change(f), change(p))) == pytest.approx(float(content_loss(f, p)))
        assert float(style_loss(change(f), gram_matrix(change(p)))) == pytest.approx(
            float(style_loss(f, gram_matrix(p)))
        )
    assert float(content_loss(0 * f, p)) == float(style_loss(0 * f, gram_matrix(p))) == 1
    assert float(content_loss(p, p)) == float(style_loss(p, gram_matrix(p))) == 0


def test_total_variation_is_the_direct_sum():
    x = draw(2, 3, 4, 5)
    down = [
        abs(x[n, c, i + 1, j] - x[n, c, i, j])
        for n in range(2)
        for c in range(3)
        for i in range(3)
        for j in range(5)
    ]
    across = [
        abs(x[n, c, i, j + 1] - x[n, c, i, j])
        for n in range(2)
        for c in range(3)
        for i in range(4)
        for j in range(4)
    ]
    wanted = float(sum(down) / len(down) + sum(across) / len(across))
    assert float(total_variation(x)) == pytest.approx(wanted)
    square = draw(1, 1, 6, 6)
    assert float(total_variation(square)) == pytest.approx(float(torchmetrics_tv(square)) / 30)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: gram_matrix(draw(4, 5, 6)),
            ValueError,
            r"features must have shape \(N, C, H, W\), got \(4, 5, 6\)",
        ),
        (lambda: gram_matrix([1.0]), TypeError, "features must be a torch tensor, got list"),
        (
            lambda: content_loss(draw(1, 2, 3, 3), draw(1, 2, 3, 4)),
            ValueError,
            r"target must have shape \(1, 2, 3, 3\) or a first axis of 1, got \(1, 2, 3, 4\)",
        ),
        (
            lambda: style_loss(draw(1, 2, 3, 3), draw(1, 3, 3)),
            ValueError,
            r"gram must have shape \(1, 2, 2\) or a first axis of 1, got \(1, 3, 3\)",
        ),
        (lambda: total_variation(draw(1, 3, 1, 5)), ValueError, "at least 2 x 2 pixels"),
    ],
)
def test_bad_tensors_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
