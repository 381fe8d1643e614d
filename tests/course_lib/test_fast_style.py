"""The network that paints in one pass: shapes, what a style is in it, and that it learns."""

import pytest
import torch

from course_lib.fast_style import Painter, StyledConv, train_painter
from course_lib.style import STYLE_LAYERS, gram_matrix


def small(num_styles=2):
    """A painter that is quick, and has left its beginning."""
    torch.manual_seed(0)
    painter = Painter(num_styles, widths=(4, 6, 8), num_blocks=1)
    torch.nn.init.normal_(painter.colors.weight, std=0.1)
    return painter


class Seen(torch.nn.Module):
    """In place of VGG: the colors at half the size, and their squares."""

    def forward(self, images):
        half = torch.nn.functional.avg_pool2d(images, 2)
        return {**dict.fromkeys(STYLE_LAYERS, half), "conv4_2": half.square()}


@pytest.mark.parametrize("size", [(16, 16), (17, 30), (31, 22)])
def test_a_picture_has_the_size_of_its_photo(size):
    painted = small()(torch.rand(3, 3, *size), torch.tensor([[1.0, 0.0]]))
    assert painted.shape == (3, 3, *size)
    assert painted.min() >= 0
    assert painted.max() <= 1


def test_a_painter_begins_with_the_photo_itself():
    photo = torch.rand(2, 3, 12, 16)
    picture = Painter()(photo, torch.eye(2))
    assert torch.allclose(picture, photo)


def test_a_clipped_pixel_keeps_its_gradient():
    painter = Painter(widths=(4, 4, 4), num_blocks=1)
    painter.colors.bias.data.fill_(2.0)
    picture = painter(torch.rand(1, 3, 8, 8), torch.tensor([[1.0, 0.0]]))
    assert torch.equal(picture, torch.ones_like(picture))
    picture.sum().backward()
    assert torch.allclose(painter.colors.bias.grad, torch.full((3,), 64.0))


def test_every_channel_gets_the_mean_and_deviation_of_the_style():
    layer = StyledConv(2, 3, 5)
    layer.scale.data, layer.shift.data = torch.rand(2, 5) + 0.5, torch.randn(2, 5)
    mix = torch.tensor([[1.0, 0.0], [0.25, 0.75]])
    y = layer(torch.rand(2, 3, 40, 40), mix).flatten(2)
    assert torch.allclose(y.mean(2), mix @ layer.shift, atol=1e-5)
    assert torch.allclose(y.std(2, correction=0), mix @ layer.scale, atol=1e-2)


def painted(painter, mix, seed=0):
    """A picture of a photo of noise; the noise that is painted along has its own seed."""
    photo = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(9))
    return painter(photo, mix, torch.Generator().manual_seed(seed))


def test_all_that_a_style_has_is_its_scales_and_shifts():
    painter, (one, other) = small(), torch.eye(2).split(1)
    assert torch.equal(painted(painter, one), painted(painter, other))
    for layer in painter.modules():
        if isinstance(layer, StyledConv):
            layer.shift.data[1] += 0.5
    assert not torch.allclose(painted(painter, one), painted(painter, other))
    named = dict(painter.named_parameters())
    assert {len(p) for name, p in named.items() if name.endswith(("scale", "shift"))} == {2}


def test_the_noise_is_the_generators():
    painter, mix = small(), torch.tensor([[0.5, 0.5]])
    assert torch.equal(painted(painter, mix), painted(painter, mix))
    assert not torch.allclose(painted(painter, mix), painted(painter, mix, seed=1))


def test_training_lowers_both_styles_losses():
    torch.manual_seed(1)
    network, photos = Seen(), torch.rand(8, 3, 16, 16)
    maps = network(photos)["conv4_2"]
    colors = torch.tensor([[0.9, 0.1, 0.1], [0.1, 0.1, 0.9]])[:, :, None, None]
    grams = dict.fromkeys(STYLE_LAYERS, gram_matrix(colors.expand(2, 3, 8, 8)))
    settings = {"num_steps": 60, "style_weight": 100, "lr": 0.02}
    painter = small()
    told = torch.tensor(list(train_painter(painter, network, photos, maps, grams, **settings)))
    assert told.shape == (60, 2)
    assert told[-10:, 1].mean() < told[:10, 1].mean() / 3
    red, blue = painter(photos[:2], torch.eye(2)).mean((2, 3))
    assert red[0] > red[2] + 0.3
    assert blue[2] > blue[0] + 0.3
    again = train_painter(small(), network, photos, maps, grams, seed=0, **settings)
    assert torch.equal(told, torch.tensor(list(again)))
