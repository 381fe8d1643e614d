"""Autoencoders against PCA, finite differences and the closed form of the optimal denoiser."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA
from torch import nn
from torch.nn.functional import mse_loss

from course_lib.autoencoder import ConvAutoencoder, DenseAutoencoder, train_autoencoder
from course_lib.denoising import gaussian_noise

KINDS = [
    partial(DenseAutoencoder, hidden=(10, 7)),
    partial(DenseAutoencoder, hidden=()),
    partial(ConvAutoencoder, channels=(3, 5)),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [4, 8, 28, 32])
@pytest.mark.parametrize("n_channels", [1, 3])
def test_shapes(kind, size, n_channels):
    model = kind(6, image_size=size, image_channels=n_channels)
    x = torch.rand(5, n_channels, size, size)
    z = model.encode(x)
    assert z.shape == (5, 6)
    assert model.decode(z).shape == x.shape
    assert torch.equal(model(x), model.decode(model.encode(x)))


def test_default_sizes():
    """Parameters counted by hand: weights plus biases, layer by layer."""
    dense = 784 * 256 + 256 + 256 * 32 + 32 + 32 * 256 + 256 + 256 * 784 + 784
    assert sum(p.numel() for p in DenseAutoencoder(32).parameters()) == dense
    conv = ConvAutoencoder(32)
    assert sum(p.numel() for p in conv.parameters()) <= dense / 2
    shapes = [
        tuple(layer(torch.zeros(2, 1, 28, 28)).shape)
        for layer in (conv.encoder[:1], conv.encoder[:3], conv.encoder[:5], conv.encoder)
    ]
    assert shapes == [(2, 16, 14, 14), (2, 32, 7, 7), (2, 1568), (2, 32)]


def test_hidden_layers_are_mirrored_with_relu_between():
    model = DenseAutoencoder(3, hidden=(9, 5), image_size=4)
    widths = [(m.in_features, m.out_features) for m in model.modules() if isinstance(m, nn.Linear)]
    assert widths == [(16, 9), (9, 5), (5, 3), (3, 5), (5, 9), (9, 16)]
    assert sum(isinstance(m, nn.ReLU) for m in model.modules()) == 4


def test_without_hidden_layers_it_is_affine():
    torch.manual_seed(0)
    model = DenseAutoencoder(3, hidden=(), image_size=4).double()
    x, y = torch.rand(2, 7, 1, 4, 4, dtype=torch.float64)
    mixed = model(0.3 * x + 0.7 * y)
    torch.testing.assert_close(mixed, 0.3 * model(x) + 0.7 * model(y))


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_against_finite_differences(kind):
    torch.manual_seed(1)
    model = kind(2, image_size=4).double()
    x = torch.rand(3, 1, 4, 4, dtype=torch.float64)
    names, values = zip(*model.named_parameters())

    def loss(*parameters):
        y = torch.func.functional_call(model, dict(zip(names, parameters)), x)
        return mse_loss(y, x)

    assert torch.autograd.gradcheck(loss, values, eps=1e-6, atol=1e-7)


def test_linear_autoencoder_is_pca():
    """Trained to the end it spans the PCA subspace and has its error, in other coordinates."""
    rng = np.random.default_rng(0)
    spread = np.array([3.0, 2.0, 1.5, 0.3, 0.2] + [0.1] * 11)
    rotation = np.linalg.qr(rng.normal(size=(16, 16)))[0]
    data = (rng.normal(size=(400, 16)) * spread) @ rotation + 0.5
    pca = PCA(3).fit(data)
    best = ((pca.inverse_transform(pca.transform(data)) - data) ** 2).mean()

    torch.manual_seed(0)
    model = DenseAutoencoder(3, hidden=(), image_size=4).double()
    x = torch.tensor(data).reshape(-1, 1, 4, 4)
    for lr in (1e-2, 1e-3):
        train_autoencoder(model, x, num_epochs=600, batch_size=400, lr=lr, device="cpu")
    with torch.no_grad():
        error = mse_loss(model(x), x).item()
        decoder = model.decoder[0].weight.numpy()  # (16, 3)
    assert best * (1 - 1e-9) <= error < best * 1.001
    assert np.rad2deg(subspace_angles(decoder, pca.components_.T)).max() < 1
    # The same subspace and not the same axes: the columns need not be orthogonal.
    cosines = np.corrcoef(decoder.T)
    assert np.abs(cosines[np.triu_indices(3, 1)]).max() > 0.05


def test_trained_denoiser_of_a_gaussian_is_the_conditional_mean():
    """For x ~ N(m, v) and y = x + N(0, s^2) the best denoiser is m + v / (v + s^2) (y - m)."""
    m, v, s = 0.4, 0.09, 0.5
    generator = torch.Generator().manual_seed(0)
    x = m + math.sqrt(v) * torch.randn(20_000, 1, generator=generator)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 1))
    noise = partial(gaussian_noise, sigma=s)
    for lr in (1e-2, 1e-3):
        train_autoencoder(
            model, x, corrupt=noise, num_epochs=10, batch_size=500, lr=lr, device="cpu"
        )
    y = torch.linspace(m - 1, m + 1, 41)[:, None]  # within 1.7 standard deviations of y
    with torch.no_grad():
        found = model(y)
    slope = v / (v + s**2)
    assert (found - (m + slope * (y - m))).abs().max() < 0.03
    assert (found - y).abs().max() > 0.5  # a copy would be this far off


def test_nonlinear_beats_pca_on_a_curved_set():
    """Points on a circle: one number suffices with curvature, none of PCA's does."""
    t = torch.rand(1000, generator=torch.Generator().manual_seed(0)) * 4.5
    flat = torch.zeros(1000, 16)
    flat[:, 0], flat[:, 1] = t.cos(), t.sin()
    x = flat.reshape(-1, 1, 4, 4)
    torch.manual_seed(0)
    model = DenseAutoencoder(1, hidden=(64,), image_size=4)
    train_autoencoder(model, x, num_epochs=60, lr=5e-3, device="cpu")
    pca = PCA(1).fit(flat.numpy())
    best = ((pca.inverse_transform(pca.transform(flat.numpy())) - flat.numpy()) ** 2).mean()
    with torch.no_grad():
        assert mse_loss(model(x), x).item() < best / 3


@pytest.mark.parametrize("kind", [DenseAutoencoder, ConvAutoencoder])
def test_wrong_shapes_in_use(kind):
    model = kind(3, image_size=8)
    for bad in [(2, 1, 9, 9), (2, 3, 8, 8), (1, 8, 8), (2, 64)]:
        with pytest.raises(ValueError, match=r"x must have shape \(N, 1, 8, 8\)"):
            model(torch.zeros(bad))
    with pytest.raises(ValueError, match=r"z must have shape \(N, 3\)"):
        model.decode(torch.zeros(2, 4))
    with pytest.raises(TypeError, match="x must be floating point"):
        model.encode(torch.zeros(2, 1, 8, 8, dtype=torch.int64))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: DenseAutoencoder(0), ValueError, "latent_dim must be at least 1"),
        (lambda: DenseAutoencoder(2.0), TypeError, "latent_dim must be an integer"),
        (lambda: DenseAutoencoder(2, hidden=(0,)), ValueError, "hidden must be at least 1"),
        (lambda: DenseAutoencoder(2, hidden=256), TypeError, "hidden must be a sequence"),
        (lambda: DenseAutoencoder(2, image_channels=2), ValueError, "image_channels must be 1 or"),
        (lambda: DenseAutoencoder(2, image_size=0), ValueError, "image_size must be at least 1"),
        (lambda: ConvAutoencoder(2, image_size=30), ValueError, "must be a multiple of 4, got 30"),
        (lambda: ConvAutoencoder(2, channels=(4,)), ValueError, "channels must be two positive"),
        (lambda: ConvAutoencoder(2, channels=(4, 0)), ValueError, "channels must be two positive"),
        (lambda: ConvAutoencoder(2, channels=8), TypeError, "channels must be two positive"),
        (lambda: ConvAutoencoder(2, image_channels=4), ValueError, "image_channels must be 1 or 3"),
    ],
)
def test_bad_arguments(make, error, message):
    with pytest.raises(error, match=message):
        make()
