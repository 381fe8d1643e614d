"""DCGAN against the sizes of chapter 4's arithmetic, hand counts, dense matrices and statistics."""

import math

import pytest
import torch
from torch import nn

from course_lib.dcgan import SIZES, ConvDiscriminator, ConvGenerator, init_weights

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


def sizes(model, x):
    """(layer, height before, height after) of every convolution, as it runs."""
    found = []
    hooks = [
        layer.register_forward_hook(
            lambda layer, before, after: found.append((layer, before[0].shape[-1], after.shape[-1]))
        )
        for layer in model.modules()
        if isinstance(layer, CONVOLUTIONS)
    ]
    model(x)
    for hook in hooks:
        hook.remove()
    return found


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [28, 32, 64])
def test_shapes_and_ranges(size, channels):
    torch.manual_seed(0)
    generator = ConvGenerator(5, size, channels, width=3)
    discriminator = ConvDiscriminator(size, channels, width=3)
    images = generator(torch.randn(4, 5))
    assert images.shape == (4, channels, size, size)
    assert images.dtype == torch.float32
    assert 0 <= images.min() < 0.5 < images.max() <= 1
    assert discriminator(images).shape == (4,)
    assert generator.latent_dim == 5


@pytest.mark.parametrize("size", [28, 32, 64])
def test_layer_sizes_follow_chapter_4(size):
    """(4.2): H' = floor((H + 2p - k) / s) + 1; (4.5): H' = s (H - 1) - 2p + k."""
    heights = [1]
    for layer, before, after in sizes(ConvGenerator(5, size, width=2), torch.zeros(2, 5)):
        k, s, p = layer.kernel_size[0], layer.stride[0], layer.padding[0]
        assert isinstance(layer, nn.ConvTranspose2d)
        assert before == heights[-1]
        assert after == s * (before - 1) - 2 * p + k
        assert k % s == 0  # no uneven overlap, (4.7)
        heights.append(after)
    down = [size]
    for layer, before, after in sizes(
        ConvDiscriminator(size, width=2), torch.zeros(2, 1, size, size)
    ):
        k, s, p = layer.kernel_size[0], layer.stride[0], layer.padding[0]
        assert isinstance(layer, nn.Conv2d)
        assert before == down[-1]
        assert after == math.floor((before + 2 * p - k) / s) + 1
        down.append(after)
    expected = {28: [1, 7, 14, 28], 32: [1, 4, 8, 16, 32], 64: [1, 4, 8, 16, 32, 64]}[size]
    assert heights == expected
    assert down == expected[::-1]


def test_parameters_counted_by_hand():
    """Width 16: kernels, scales and shifts of batch norm, and a bias where no norm follows."""
    generator = 10 * 32 * 7**2 + 2 * 32 + 32 * 16 * 4**2 + 2 * 16 + 16 * 1 * 4**2 + 1
    assert sum(p.numel() for p in ConvGenerator(10, width=16).parameters()) == generator
    discriminator = 16 * 4**2 + 16 + 16 * 32 * 4**2 + 2 * 32 + 32 * 7**2 + 1
    assert sum(p.numel() for p in ConvDiscriminator(width=16).parameters()) == discriminator
    # The paper's 64-pixel network: 1024, 512, 256, 128 channels.
    maps = [
        p.shape[0]
        for name, p in ConvGenerator(100, 64, 3, width=128).named_parameters()
        if p.ndim == 4
    ]
    assert maps == [100, 1024, 512, 256, 128]


@pytest.mark.parametrize("size", [28, 32, 64])
def test_the_five_guidelines(size):
    generator, discriminator = ConvGenerator(5, size, width=2), ConvDiscriminator(size, width=2)
    n_hidden = SIZES[size][1]
    for model, n_norms in ((generator, n_hidden), (discriminator, n_hidden - 1)):
        layers = [layer for layer in model.modules() if not list(layer.children())]
        kinds = (*CONVOLUTIONS, nn.BatchNorm2d, nn.ReLU, nn.LeakyReLU, nn.Tanh)  # 1 and 3
        assert all(isinstance(layer, kinds) for layer in layers)
        assert sum(isinstance(layer, nn.BatchNorm2d) for layer in layers) == n_norms  # 2
        for first, then in zip(layers, layers[1:]):
            if isinstance(first, CONVOLUTIONS):  # a norm takes the mean away, and a bias with it
                assert (first.bias is None) == isinstance(then, nn.BatchNorm2d)
    layers = list(generator.layers)
    assert isinstance(layers[-1], nn.Tanh)  # 4
    assert isinstance(layers[-2], nn.ConvTranspose2d)  # no norm at the output
    assert sum(isinstance(layer, nn.ReLU) for layer in layers) == n_hidden
    leaks = [m.negative_slope for m in discriminator.modules() if isinstance(m, nn.LeakyReLU)]
    assert leaks == [0.2] * n_hidden  # 5
    assert not any(isinstance(m, nn.BatchNorm2d) for m in discriminator.stages[0])


def test_ranges_are_converted():
    """The generator ends in (tanh + 1) / 2, the discriminator sees 2 x - 1."""
    generator = ConvGenerator(3, width=2)
    with torch.no_grad():
        generator.layers[-2].weight.zero_()
        generator.layers[-2].bias.fill_(0.7)
    expected = torch.full((2, 1, 28, 28), (math.tanh(0.7) + 1) / 2)
    torch.testing.assert_close(generator(torch.randn(2, 3)), expected)

    discriminator = ConvDiscriminator(width=2)
    with torch.no_grad():
        discriminator.stages[0][0].weight.fill_(1.0)
    gray = discriminator.feature_maps(torch.full((1, 1, 28, 28), 0.5))[0]
    white = discriminator.feature_maps(torch.ones(1, 1, 28, 28))[0]
    assert gray.abs().max() == 0
    assert white[0, 0, 5, 5] == 16  # sixteen taps that each see 1
    assert discriminator.feature_maps(torch.zeros(1, 1, 28, 28))[0][0, 0, 5, 5] == -16 * 0.2


def test_first_layer_of_the_generator_is_a_linear_layer():
    generator = ConvGenerator(6, width=2).double()
    z = torch.randn(5, 6, dtype=torch.float64)
    first = generator.layers[0]
    made = first(z[:, :, None, None])
    torch.testing.assert_close(made.flatten(1), z @ first.weight.detach().flatten(1))


def test_feature_maps_lead_to_the_logits():
    torch.manual_seed(0)
    model = ConvDiscriminator(32, 3, width=2).double().eval()
    x = torch.rand(3, 3, 32, 32, dtype=torch.float64)
    maps = model.feature_maps(x)
    assert [tuple(m.shape) for m in maps] == [(3, 2, 16, 16), (3, 4, 8, 8), (3, 8, 4, 4)]
    by_hand = torch.einsum("nchw,chw->n", maps[-1], model.last.weight[0]) + model.last.bias
    torch.testing.assert_close(model(x), by_hand)


def test_init_draws_what_the_paper_says():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Linear(200, 100),
        nn.BatchNorm1d(3000),
        nn.Sequential(nn.Conv2d(8, 16, 5), nn.ConvTranspose2d(16, 8, 5), nn.BatchNorm2d(3000)),
        nn.Embedding(50, 7),
        nn.PReLU(),
        nn.Conv1d(2, 3, 4),
        nn.LayerNorm(9),
        nn.Conv2d(2, 2, 3, bias=False),
        nn.BatchNorm2d(4, affine=False),
    )
    for parameter in net.parameters():
        nn.init.constant_(parameter, 9.0)
    net[1].running_mean.fill_(5.0)
    init_weights(net)
    for layer in (net[0], net[2][0], net[2][1], net[1], net[2][2]):
        mean = 1.0 if isinstance(layer, NORMS) else 0.0
        n = layer.weight.numel()
        # Five standard errors: of the mean, 0.02 / sqrt(n); of the spread, 0.02 / sqrt(2 n).
        assert abs(layer.weight.mean() - mean) < 5 * 0.02 / math.sqrt(n)
        assert abs(layer.weight.std() - 0.02) < 5 * 0.02 / math.sqrt(2 * n)
        assert (layer.bias == 0).all()
    assert net[7].weight.abs().max() < 0.2
    for layer in (net[3], net[4], net[5], net[6]):  # none of the paper's
        assert all((parameter == 9).all() for parameter in layer.parameters())
    assert (net[1].running_mean == 5).all()


def test_networks_begin_with_these_weights_and_follow_the_seed():
    for make in (lambda: ConvGenerator(8, width=8), lambda: ConvDiscriminator(width=8)):
        torch.manual_seed(3)
        one = make().state_dict()
        torch.manual_seed(3)
        two = make().state_dict()
        assert all(torch.equal(one[name], two[name]) for name in one)
        for name, value in one.items():
            if value.ndim == 4 and value.numel() > 1000:
                assert 0.018 < value.std() < 0.022, name


def test_batch_norm_makes_the_scale_of_the_weights_irrelevant():
    """While training, a layer before a norm may be scaled by anything: the images stay."""
    torch.manual_seed(0)
    generator = ConvGenerator(4, width=4).double().train()
    z = torch.randn(16, 4, dtype=torch.float64)
    before = generator(z)
    with torch.no_grad():
        generator.layers[0].weight *= 50  # eps of the norm is all that can tell
        generator.layers[3].weight *= 50
    assert (generator(z) - before).abs().max() < 0.02


def test_gradients_reach_every_parameter():
    generator, discriminator = ConvGenerator(4, width=2), ConvDiscriminator(width=2)
    discriminator(generator(torch.randn(6, 4))).mean().backward()
    for model in (generator, discriminator):
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None, name
            assert parameter.grad.isfinite().all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ConvGenerator(0), ValueError, "latent_dim must be at least 1, got 0"),
        (lambda: ConvGenerator(2.5), TypeError, "latent_dim must be an integer, got float 2.5"),
        (lambda: ConvGenerator(2, 30), ValueError, "image_size must be 28, 32 or 64, got 30"),
        (lambda: ConvDiscriminator([28]), TypeError, r"image_size must be an integer, got list"),
        (lambda: ConvDiscriminator(28, 2), ValueError, "channels must be 1 or 3, got 2"),
        (lambda: ConvDiscriminator(width=0), ValueError, "width must be at least 1, got 0"),
        (lambda: ConvGenerator(2, width="64"), TypeError, "width must be an integer, got str"),
        (
            lambda: ConvGenerator(3)(torch.zeros(2, 4)),
            ValueError,
            r"z must have shape \(N, 3\), got \(2, 4\)",
        ),
        (lambda: ConvGenerator(3)(torch.zeros(2, 3, dtype=torch.long)), TypeError, "z must be flo"),
        (
            lambda: ConvDiscriminator()(torch.zeros(2, 1, 32, 32)),
            ValueError,
            r"x must have shape \(N, 1, 28, 28\), got \(2, 1, 32, 32\)",
        ),
        (
            lambda: ConvDiscriminator(64, 3).feature_maps(torch.zeros(2, 1, 64, 64)),
            ValueError,
            r"x must have shape \(N, 3, 64, 64\)",
        ),
        (lambda: init_weights([1]), TypeError, "model must be a torch.nn.Module, got list"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_layers_on_the_noise_itself():
    torch.manual_seed(0)
    model = ConvGenerator(5, width=2, hidden=(7, 3)).double().eval()
    z = torch.randn(4, 5, dtype=torch.float64)
    by_hand = z
    for place in (0, 3):
        convolution, norm = model.layers[place], model.layers[place + 1]
        by_hand = (
            by_hand @ convolution.weight.detach().flatten(1) / (1 + norm.eps) ** 0.5
        ).detach()
        by_hand = (by_hand * norm.weight).relu().detach()
    torch.testing.assert_close(model.layers[:6](z[:, :, None, None]).flatten(1), by_hand)
    assert model(z).shape == (4, 1, 28, 28)
    with pytest.raises(ValueError, match="hidden must be at least 1"):
        ConvGenerator(5, hidden=(0,))
