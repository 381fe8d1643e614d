"""The trainings of the chapter on DCGAN: what is changed in each, and only that."""

import pytest
import torch
from torch import nn

from course_lib.dcgan import ConvDiscriminator
from recipes import dcgan_runs


def kinds(networks, kind):
    return sum(isinstance(m, kind) for network in networks for m in network.modules())


def spread(networks):
    """The standard deviations of G's and D's weights of convolutions, in order."""
    modules = [m for network in networks for m in network.modules()]
    layers = [m for m in modules if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    return [layer.weight.detach().std().item() for layer in layers]


@pytest.mark.parametrize(
    ("make", "norms", "pools", "upsamplings"),
    [
        (dcgan_runs.dcgan, 3, 0, 0),
        (dcgan_runs.without_norm, 0, 0, 0),
        (dcgan_runs.norm_everywhere, 5, 0, 0),
        (lambda: dcgan_runs.without_strides(generator=False), 3, 2, 0),
        (lambda: dcgan_runs.without_strides(discriminator=False), 3, 0, 2),
        (dcgan_runs.relu_in_D, 3, 0, 0),
        (dcgan_runs.spectral, 2, 0, 0),
        (dcgan_runs.plain_discriminator, 2, 0, 0),
    ],
)
def test_networks_are_what_they_are_called(make, norms, pools, upsamplings):
    G, D = networks = make()
    assert kinds(networks, nn.BatchNorm2d) == norms
    assert kinds(networks, nn.MaxPool2d) == pools
    assert kinds(networks, nn.Upsample) == upsamplings
    assert kinds([D], nn.LeakyReLU) == (0 if make is dcgan_runs.relu_in_D else 2)
    assert D(G(torch.randn(3, 64))).shape == (3,)


def test_first_weights_are_wide_where_they_should_be():
    normalized, others = [0, 1, 4], [2, 3, 5]  # G: two of three, D: the middle one
    for wide, options in (
        (normalized, {"others": False}),
        (others, {"normalized": False}),
        (normalized + others, {}),
    ):
        found = spread(dcgan_runs.wide_start(**options))
        assert all((found[i] > 0.8) == (i in wide) for i in range(6))


def test_spectral_normalization_bounds_the_layers():
    _, D = dcgan_runs.spectral()
    with torch.no_grad():
        for _ in range(30):  # its power iteration goes on at every call
            D(torch.rand(2, 1, 28, 28))
    for layer in (m for m in D.modules() if isinstance(m, nn.Conv2d)):
        singular = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
        assert singular == pytest.approx(1, abs=0.05)


def test_growth_is_of_the_last_two_layers():
    before, after = dcgan_runs.dcgan()[0], dcgan_runs.dcgan()[0]
    after.load_state_dict(before.state_dict())
    after.layers[3].weight.data *= 2
    after.layers[6].weight.data *= 3
    found = dcgan_runs.growth(before, after)
    assert found == pytest.approx({"growth before last": 2, "growth last": 3})


def test_features_of_every_stage():
    found = dcgan_runs.features(ConvDiscriminator(width=2), torch.rand(3, 1, 28, 28))
    assert found.shape == (3, (2 + 4) * 16)
