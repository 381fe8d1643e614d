"""Noise against its closed forms; the network that is told sigma; the walk down, solved exactly."""

import math

import pytest
import torch

from course_lib.denoising import (
    SigmaDenoiser,
    gaussian_noise,
    mask_noise,
    salt_and_pepper,
    walk_down,
)

NOISES = [(gaussian_noise, 0.3), (mask_noise, 0.3), (salt_and_pepper, 0.3)]
N = 200_000


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_gaussian_moments():
    x = torch.full((N,), 0.5, dtype=torch.float64)
    noise = gaussian_noise(x, 0.7, generator()) - x
    # Five standard errors of the mean, the variance and the fourth moment of N(0, 0.49).
    assert abs(noise.mean()) < 5 * 0.7 / math.sqrt(N)
    assert abs(noise.var() - 0.49) < 5 * 0.49 * math.sqrt(2 / N)
    assert abs((noise / 0.7).pow(4).mean() - 3) < 5 * math.sqrt(96 / N)


def test_gaussian_is_independent_between_elements():
    noise = gaussian_noise(torch.zeros(N, 2), 1.0, generator())
    assert abs((noise[:, 0] * noise[:, 1]).mean()) < 5 / math.sqrt(N)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_mask_share(p):
    x = torch.full((N,), 0.5)
    y = mask_noise(x, p, generator())
    assert set(y.tolist()) == {0.0, 0.5}
    assert abs((y == 0).double().mean() - p) < 5 * math.sqrt(p * (1 - p) / N)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_salt_and_pepper_shares(p):
    x = torch.full((N,), 0.5)
    y = salt_and_pepper(x, p, generator())
    assert set(y.tolist()) == {0.0, 0.5, 1.0}
    for value in (0.0, 1.0):
        share = (y == value).double().mean()
        assert abs(share - p / 2) < 5 * math.sqrt(p / 2 * (1 - p / 2) / N)


@pytest.mark.parametrize(("noise", "level"), NOISES)
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_shape_and_dtype_stay_and_the_input_is_untouched(noise, level, dtype):
    x = torch.rand(3, 2, 5, 7, generator=generator(1)).to(dtype)
    before = x.clone()
    y = noise(x, level)
    assert y.shape == x.shape
    assert y.dtype == dtype
    assert torch.equal(x, before)
    assert not torch.equal(x, y)


@pytest.mark.parametrize(("noise", "level"), NOISES)
def test_seeded_by_the_generator_alone(noise, level):
    x = torch.rand(50, generator=generator(1))
    state = torch.get_rng_state()
    first, second = noise(x, level, generator(3)), noise(x, level, generator(3))
    other = noise(x, level, generator(4))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), state)  # the global generator was not touched


@pytest.mark.parametrize(("noise", "level"), NOISES)
def test_no_noise_changes_nothing(noise, level):
    x = torch.rand(50)
    assert torch.equal(noise(x, 0), x)


def test_certain_noise():
    x = torch.full((1000,), 0.5)
    assert not mask_noise(x, 1.0).any()
    assert set(salt_and_pepper(x, 1.0).tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("sigma", [-0.1, math.nan, math.inf])
def test_bad_sigma(sigma):
    with pytest.raises(ValueError, match="sigma must be finite and at least 0"):
        gaussian_noise(torch.zeros(3), sigma)


@pytest.mark.parametrize("sigma", ["0.5", None, True])
def test_sigma_of_another_type(sigma):
    with pytest.raises(TypeError, match="sigma must be a number"):
        gaussian_noise(torch.zeros(3), sigma)


@pytest.mark.parametrize("noise", [mask_noise, salt_and_pepper])
@pytest.mark.parametrize("p", [-0.1, 1.01, math.nan])
def test_bad_p(noise, p):
    with pytest.raises(ValueError, match="p must be"):
        noise(torch.zeros(3), p)


@pytest.mark.parametrize(("noise", "level"), NOISES)
def test_x_must_be_a_floating_tensor(noise, level):
    with pytest.raises(TypeError, match="x must be floating point, got torch.uint8"):
        noise(torch.zeros(3, dtype=torch.uint8), level)
    with pytest.raises(TypeError, match="x must be a torch tensor, got list"):
        noise([0.0], level)
    with pytest.raises(ValueError, match="x must not be empty"):
        noise(torch.zeros(0), level)


@pytest.mark.parametrize(("noise", "level"), NOISES)
def test_generator_on_another_device(noise, level):
    with pytest.raises(ValueError, match="generator must be on the device of x, meta"):
        noise(torch.zeros(3, device="meta"), level, generator())


def test_a_denoiser_that_is_told_sigma_keeps_weak_noise_and_forgets_what_is_buried():
    torch.manual_seed(0)
    model = SigmaDenoiser((2, 3, 4))
    y = torch.randn(5, 1, 28, 28, generator=generator())
    with torch.no_grad():
        assert torch.allclose(model(y, 1e-4), y, atol=1e-3)
        buried = model(1e4 * y, 1e4)
    assert buried.abs().max() < 10  # and not 1e4
    sigma = torch.linspace(0.1, 2, 5).reshape(5, 1, 1, 1)
    one_by_one = torch.cat([model(y[i : i + 1], float(sigma[i])) for i in range(5)])
    assert torch.allclose(model(y, sigma), one_by_one, atol=1e-6)


def test_a_denoiser_that_is_told_sigma_refuses_what_it_cannot_use():
    model, y = SigmaDenoiser((2, 3, 4)), torch.zeros(2, 1, 28, 28)
    with pytest.raises(ValueError, match="sigma must be above 0"):
        model(y, 0.0)
    with pytest.raises(ValueError, match=r"y must have shape \(N, 1, 28, 28\)"):
        model(y[:, 0], 1.0)
    with pytest.raises(ValueError, match="data_std must be above 0"):
        SigmaDenoiser(data_std=0)
    with pytest.raises(ValueError, match="channels must be at least 1"):
        SigmaDenoiser((1, 1, 0))


def test_the_walk_down_follows_the_flow_of_a_gaussian():
    """For data N(0, v) the flow is known: y goes to y sqrt(v / (v + sigma^2))."""
    v, high = 0.5, 5.0
    y = high * torch.randn(1000, 2, generator=generator(), dtype=torch.float64)
    sigmas = [high * (1e-4) ** (t / 999) for t in range(1000)]
    found = walk_down(lambda y, sigma: v / (v + sigma**2) * y, y, sigmas)
    exact = y * math.sqrt(v / (v + high**2))
    assert torch.allclose(found, exact, rtol=0.02)
    rough = walk_down(lambda y, sigma: v / (v + sigma**2) * y, y, sigmas[::100])
    assert (rough - exact).norm() > 2 * (found - exact).norm()


def test_the_walk_down_ends_with_the_last_guess():
    seen = []
    denoise = lambda y, sigma: seen.append((sigma, float(y))) or torch.zeros(1)  # noqa: E731
    assert walk_down(denoise, torch.full((1,), 8.0), [4.0, 2.0, 1.0]).tolist() == [0.0]
    assert seen == [(4.0, 8.0), (2.0, 4.0), (1.0, 2.0)]
    with pytest.raises(ValueError, match="sigmas must be above 0"):
        walk_down(denoise, torch.zeros(1), [1.0, 0.0])
