"""The loop that trains the DCGAN which comes with the library."""

import pytest
import torch
from torch import nn

from course_lib.dcgan import ConvGenerator
from recipes import adversary


class Line(nn.Module):
    """A discriminator whose gradient is known: its logit is w x."""

    def __init__(self, length):
        super().__init__()
        self.weight = nn.Parameter(length / 28 * torch.tensor([1.0, -1.0]).repeat(392))

    def forward(self, x):
        """Logits (N,)."""
        return x.flatten(1) @ self.weight


def trained(discriminator, seed=0, n=70, **options):
    torch.manual_seed(seed)
    generator = ConvGenerator(3, width=2)
    images = torch.rand(n, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    options = {"num_epochs": 2, "lr": 1e-3, "seed": seed} | options
    return generator, adversary.train(generator, discriminator, images, **options)


def weights(network):
    return torch.cat([p.detach().flatten() for p in network.parameters()])


def test_the_average_is_between_the_first_weights_and_the_last():
    last, average = trained(adversary.DeepDiscriminator(2), decay=0.0)
    assert torch.equal(weights(last), weights(average))
    torch.manual_seed(0)
    first = weights(ConvGenerator(3, width=2))
    last, average = trained(adversary.DeepDiscriminator(2), decay=0.9)
    assert 0 < (weights(average) - first).norm() < (weights(last) - first).norm()
    assert not average.training


def test_the_seed_decides_everything():
    one, two, other = (
        weights(trained(adversary.DeepDiscriminator(2), seed=seed)[1]) for seed in (0, 0, 1)
    )
    assert not torch.equal(one, other)
    torch.manual_seed(5)
    start = adversary.DeepDiscriminator(2).state_dict()
    same = []
    for _ in range(2):
        discriminator = adversary.DeepDiscriminator(2)
        discriminator.load_state_dict(start)
        same.append(weights(trained(discriminator)[1]))
    assert torch.equal(*same)


def test_the_penalty_makes_the_discriminator_less_steep(monkeypatch):
    """The gradient of w x is w, whose length the penalty reduces."""
    monkeypatch.setattr(adversary, "EVERY", 1)
    lengths = []
    for penalty in (0.0, 1000.0):
        discriminator = Line(1.0)
        trained(discriminator, penalty=penalty, lr=1e-4, betas=(0.0, 0.99))
        lengths.append(discriminator.weight.norm().item())
    assert lengths[0] == pytest.approx(1, abs=0.003)
    assert lengths[1] == pytest.approx(1 - 4 * 28e-4, abs=0.002)  # four steps of Adam


def test_both_kinds_of_images_are_changed_alike():
    seen = []

    def change(x, rng):
        seen.append(len(x))
        return x

    reports = []
    trained(
        adversary.DeepDiscriminator(2), change=change, on_epoch=lambda *one: reports.append(one[0])
    )
    assert seen == [64, 64, 64, 6, 6, 6] * 2  # fakes, real ones, fakes
    assert reports == [1, 2]


class Spy(adversary.ToldDiscriminator):
    """A discriminator that remembers what it was told."""

    seen = ()

    def forward(self, x, told):
        """Logits (N,)."""
        self.seen = (*self.seen, (x.detach().mean(dim=(1, 2, 3)), told))
        return super().forward(x, told)


def test_both_networks_are_told_what_the_image_shows():
    told = torch.linspace(0, 1, 70)[:, None]
    images = told[:, :, None, None].expand(-1, 1, 28, 28)
    generator, spy = ConvGenerator(3, width=2), Spy(2, 1)
    adversary.train(generator, spy, images, num_epochs=1, lr=1e-3, told=told)
    for (real, one), (_, two), (_, three) in zip(spy.seen[::3], spy.seen[1::3], spy.seen[2::3]):
        assert torch.allclose(real, one[:, 0])
        assert torch.equal(one, two)
        assert torch.equal(one, three)
    z = adversary.latents(generator, told, torch.Generator().manual_seed(0))
    assert z.shape == (70, 3)
    assert torch.equal(z[:, 2:], told)
    assert abs(z[:, :2].mean()) < 0.3


def test_the_score_of_a_match_is_linear_in_what_was_told():
    discriminator, x = adversary.ToldDiscriminator(2, 5), torch.rand(4, 1, 28, 28)
    none, one, two = torch.zeros(4, 5), torch.rand(4, 5), torch.rand(4, 5)
    scores = [discriminator(x, told) - discriminator(x, none) for told in (one, two, one + two)]
    assert torch.allclose(scores[0] + scores[1], scores[2], atol=1e-5)
    assert scores[0].abs().max() > 1e-3


def test_the_learning_rate_falls_to_nothing():
    """In the last of many steps the generator hardly moves."""
    paths = []
    generator, _ = trained(
        Line(0.01),
        n=64,
        num_epochs=40,
        constant=0.0,
        decay=0.0,
        penalty=0.0,
        on_epoch=lambda epoch, average: paths.append(weights(average)),
    )
    steps = [(b - a).norm() for a, b in zip(paths, paths[1:])]
    assert steps[-1] < 0.2 * steps[0]


def test_a_place_of_the_last_map_sees_18_pixels():
    discriminator, x = adversary.DeepDiscriminator(2), torch.rand(1, 1, 28, 28, requires_grad=True)
    discriminator.layers[:6](x)[0, :, 2, 2].sum().backward()
    rows = x.grad[0, 0].abs().sum(1).nonzero()
    assert rows.max() - rows.min() + 1 == 18


@pytest.mark.parametrize("angle", [0.0, 0.3])
def test_moved_images_keep_their_place_on_average(angle):
    x = torch.zeros(200, 1, 28, 28)
    x[:, :, 12:16, 12:16] = 1
    y = adversary.moved(x, torch.Generator().manual_seed(0), angle=angle, scale=0.0, shift=2.0)
    mean = y.mean(dim=(0, 1))
    place = (mean.sum(1) @ torch.arange(28.0)) / mean.sum()
    assert abs(place - 13.5) < 0.3
    assert not torch.equal(y[0], y[1])
