"""GANs: the losses against the textbook, one step by hand, seeds and resumption, and the optimum.

The two oracles of the theory: the discriminator that is best between two Gaussians is known in
closed form, and what it makes of the game's value is a Jensen-Shannon divergence, an integral.
"""

import copy
import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm
from torch import nn

from course_lib.dcgan import ConvDiscriminator, ConvGenerator
from course_lib.gan import (
    DenseDiscriminator,
    DenseGenerator,
    discriminator_loss,
    gan_step,
    generator_loss,
    latents,
    sample,
    train_gan,
)
from course_lib.support.run import History

LOGITS = torch.tensor([-100.0, -20, -3, -0.5, 0, 0.5, 3, 20, 100])


def images(n=50, size=8):
    return torch.rand(n, 1, size, size, generator=torch.Generator().manual_seed(5))


def dense(seed=0):
    torch.manual_seed(seed)
    return DenseGenerator(3, (6,), image_size=8), DenseDiscriminator((6,), image_size=8)


def conv(seed=0):
    torch.manual_seed(seed)
    return ConvGenerator(3, width=2), ConvDiscriminator(width=2)


def plane(seed=0):
    """Networks for points in the plane, with all that has a state or draws numbers."""
    torch.manual_seed(seed)
    generator = nn.Sequential(nn.Linear(2, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 2))
    generator.latent_dim = 2
    return generator, nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Dropout(0.3), nn.Linear(5, 1))


DATA = {dense: images(), conv: images(size=28), plane: torch.randn(50, 2)}
KINDS = list(DATA)


def state(*networks):
    """All parameters and buffers, one after the other."""
    values = [value for network in networks for value in network.state_dict().values()]
    return torch.cat([value.detach().double().flatten() for value in values])


def gradients(network):
    return [p.grad for p in network.parameters()]


# --- Losses ----------------------------------------------------------------------------------


def test_losses_are_those_of_the_textbook():
    """-log D and log(1 - D), with D worked out first, where that can still be done."""
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0, 3, 20), rng.normal(0, 3, 30)
    D = lambda logits: 1 / (1 + np.exp(-logits))  # noqa: E731
    value = np.log(D(real)).mean() + np.log(1 - D(fake)).mean()
    real, fake = torch.tensor(real), torch.tensor(fake)
    assert discriminator_loss(real, fake).item() == pytest.approx(-value, rel=1e-12)
    non_saturating, minimax = -np.log(D(fake.numpy())).mean(), np.log(1 - D(fake.numpy())).mean()
    assert generator_loss(fake).item() == pytest.approx(non_saturating, rel=1e-12)
    assert generator_loss(fake, "minimax").item() == pytest.approx(minimax, rel=1e-12)
    assert generator_loss(fake, "non-saturating") == generator_loss(fake)


def test_losses_at_the_optimum_are_the_papers_constants():
    zero = torch.zeros(4, 1)
    assert discriminator_loss(zero, zero).item() == pytest.approx(math.log(4))
    assert generator_loss(zero, "minimax").item() == pytest.approx(-math.log(2))
    assert discriminator_loss(zero, zero).shape == ()
    assert generator_loss(zero).shape == ()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_losses_and_gradients_at_large_logits(dtype):
    """Values and slopes in exact form, at -100 and 100 too; D itself is 0 or 1 there in float32."""
    logits = LOGITS.to(dtype)
    numbers = LOGITS.double().tolist()
    minus_log_D = [math.log1p(math.exp(-x)) if x > -50 else -x for x in numbers]
    minus_log_1_minus_D = [math.log1p(math.exp(x)) if x < 50 else x for x in numbers]
    D = [1 / (1 + math.exp(-x)) for x in numbers]
    cases = [
        (lambda x: discriminator_loss(x, -x), np.multiply(minus_log_D, 2), np.subtract(D, 1) * 2),
        (
            lambda x: discriminator_loss(-x, x),
            np.multiply(minus_log_1_minus_D, 2),
            np.multiply(D, 2),
        ),
        (lambda x: generator_loss(x), minus_log_D, [-1 / (1 + math.exp(x)) for x in numbers]),
        (lambda x: generator_loss(x, "minimax"), np.negative(minus_log_1_minus_D), np.negative(D)),
    ]
    rel = 1e-5 if dtype == torch.float32 else 1e-12
    for loss, values, slopes in cases:
        for x, value, slope in zip(logits, values, slopes):
            x = x.clone().requires_grad_()
            got = loss(x[None])
            got.backward()
            assert got.item() == pytest.approx(value, rel=rel, abs=1e-8)
            assert x.grad.item() == pytest.approx(slope, rel=rel, abs=1e-8)


def test_only_the_minimax_loss_saturates_and_only_near_zero():
    """D(G(z)) = 1e-4: fakes told with certainty. There one gradient is gone, not near D = 1."""
    slopes = {}
    for kind in ("minimax", "non-saturating"):
        for D in (1e-4, 1 - 1e-4):
            x = torch.tensor([math.log(D / (1 - D))], dtype=torch.float64, requires_grad=True)
            generator_loss(x, kind).backward()
            slopes[kind, D] = abs(x.grad.item())
    assert slopes["minimax", 1e-4] == pytest.approx(1e-4)
    assert slopes["minimax", 1 - 1e-4] == pytest.approx(1 - 1e-4)
    assert slopes["non-saturating", 1e-4] == pytest.approx(1 - 1e-4)


def test_gradients_against_finite_differences():
    """Of both losses by all logits, and of the generator's by the weights behind a network."""
    torch.manual_seed(0)
    real, fake = (torch.randn(n, dtype=torch.float64, requires_grad=True) for n in (5, 7))
    assert torch.autograd.gradcheck(discriminator_loss, (real, fake))
    for kind in ("minimax", "non-saturating"):
        assert torch.autograd.gradcheck(lambda x, kind=kind: generator_loss(x, kind), (fake,))
    generator, discriminator = (network.double() for network in dense())
    z = torch.randn(4, 3, dtype=torch.float64)
    names, values = zip(*generator.named_parameters())

    def loss(*parameters):
        fakes = torch.func.functional_call(generator, dict(zip(names, parameters)), z)
        return generator_loss(discriminator(fakes))

    assert torch.autograd.gradcheck(loss, values, eps=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: discriminator_loss([0.0], x), TypeError, "real_logits must be a torch tensor"),
        (lambda x: discriminator_loss(x, x[:0]), ValueError, "fake_logits must not be empty"),
        (lambda x: generator_loss(x.long()), TypeError, "fake_logits must be floating point"),
        (
            lambda x: generator_loss(x, "hinge"),
            ValueError,
            "kind must be one of non-saturating, minimax, got 'hinge'",
        ),
    ],
)
def test_bad_arguments_of_the_losses(call, error, message):
    with pytest.raises(error, match=message):
        call(torch.zeros(3))


# --- Networks --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 8, 28])
@pytest.mark.parametrize("n_channels", [1, 3])
def test_shapes_and_range(size, n_channels):
    generator = DenseGenerator(5, (7, 6), image_size=size, image_channels=n_channels)
    discriminator = DenseDiscriminator((6, 7), image_size=size, image_channels=n_channels)
    x = generator(50 * torch.randn(20, 5))
    assert x.shape == (20, n_channels, size, size)
    assert x.min() >= 0
    assert x.max() <= 1
    assert discriminator(x).shape == (20,)


def test_networks_work_between_minus_one_and_one_inside():
    """The output is (tanh + 1) / 2 of the last linear layer, the input 2 x - 1."""
    generator, discriminator = dense()
    z, x = torch.randn(4, 3), images(4)
    w = [layer for layer in generator.layers if isinstance(layer, nn.Linear)]
    tanh = torch.tanh(w[1](w[0](z).clamp(min=0))).reshape(-1, 1, 8, 8)
    torch.testing.assert_close(generator(z), 0.5 * tanh + 0.5)
    w = [layer for layer in discriminator.layers if isinstance(layer, nn.Linear)]
    h = w[0](2 * x.flatten(1) - 1)
    h = torch.maximum(h, 0.2 * h)
    torch.testing.assert_close(discriminator(x), w[1](h)[:, 0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: DenseGenerator(0), ValueError, "latent_dim must be at least 1, got 0"),
        (lambda: DenseGenerator(2, 5), TypeError, "hidden must be a sequence of integers, got 5"),
        (lambda: DenseDiscriminator((5, 0)), ValueError, "hidden must be at least 1, got 0"),
        (lambda: DenseDiscriminator(image_channels=2), ValueError, "image_channels must be 1 or 3"),
        (lambda: dense()[0](torch.zeros(2, 4)), ValueError, r"z must have shape \(N, 3\)"),
        (lambda: dense()[1](torch.zeros(2, 64)), ValueError, r"x must have shape \(N, 1, 8, 8\)"),
    ],
)
def test_bad_arguments_of_the_networks(call, error, message):
    with pytest.raises(error, match=message):
        call()


# --- One step --------------------------------------------------------------------------------


class Nothing:
    """An optimizer that leaves gradients and weights alone, so that a test can look at them."""

    def zero_grad(self):
        """Leave the gradients."""

    def step(self):
        """Leave the weights."""


def test_no_gradient_leaks_into_the_other_network():
    """Each network's gradient after a step is that of its own loss, and of nothing else."""
    (G, D), x = dense(), images(16)
    got = gan_step(
        G, D, x, (Nothing(), Nothing()), loss="minimax", rng=torch.Generator().manual_seed(0)
    )
    rng = torch.Generator().manual_seed(0)
    first, second = latents(G, x, rng), latents(G, x, rng)  # fresh noise for the generator's step
    assert not torch.equal(first, second)
    losses = discriminator_loss(D(x), D(G(first))), generator_loss(D(G(second)), "minimax")
    for_D = torch.autograd.grad(losses[0], list(D.parameters()))
    for_G = torch.autograd.grad(losses[1], list(G.parameters()))
    torch.testing.assert_close(got, losses)  # in the order in which the history has them
    assert not any(loss.requires_grad for loss in got)
    torch.testing.assert_close(gradients(D), list(for_D))
    torch.testing.assert_close(gradients(G), list(for_G))


def test_the_discriminators_step_leaves_the_generator_alone():
    """And its own gradient stays as it was while the generator takes its step."""
    (G, D), x = dense(), images(16)
    seen = []

    class Spy(torch.optim.SGD):
        def step(self):
            super().step()
            grads = [[None if g is None else g.clone() for g in gradients(net)] for net in (G, D)]
            seen.append((grads, state(G), state(D)))

    before = state(G), state(D)
    optimizers = Spy(G.parameters(), lr=0.1), Spy(D.parameters(), lr=0.1)
    gan_step(G, D, x, optimizers, loss="non-saturating", rng=torch.Generator().manual_seed(0))
    (grads_D_step, G_1, D_1), (grads_G_step, G_2, D_2) = seen
    assert grads_D_step[0] == [None] * 4  # the generator has no gradient yet ...
    assert torch.equal(G_1, before[0])
    assert not torch.equal(D_1, before[1])
    assert all(map(torch.equal, grads_D_step[1], grads_G_step[1]))  # ... the other keeps its own
    assert torch.equal(D_2, D_1)
    assert not torch.equal(G_2, G_1)
    assert all(p.requires_grad for p in D.parameters())


def test_one_epoch_of_one_batch_is_adam_by_hand():
    """The first step of Adam is lr times the sign: D first, then G through the new D."""
    G, D = (network.double() for network in dense())
    x = images(16).double()
    G_0, D_0 = copy.deepcopy(G), copy.deepcopy(D)
    history = train_gan(G, D, x, num_epochs=1, batch_size=16, lr=(1e-3, 2e-3), device="cpu", seed=4)

    rng = torch.Generator().manual_seed(4)
    torch.randint(2**31, (), generator=rng)  # the seed of the layers
    x = x[torch.randperm(16, generator=rng)]
    d_loss = discriminator_loss(D_0(x), D_0(G_0(latents(G_0, x, rng)).detach()))
    move(D_0, d_loss, 2e-3)
    g_loss = generator_loss(D_0(G_0(latents(G_0, x, rng))))
    move(G_0, g_loss, 1e-3)
    torch.testing.assert_close(state(D), state(D_0), rtol=0, atol=1e-9)
    torch.testing.assert_close(state(G), state(G_0), rtol=0, atol=1e-9)
    assert history.discriminator_loss == pytest.approx([d_loss.item()], rel=1e-6)
    assert history.generator_loss == pytest.approx([g_loss.item()], rel=1e-6)


def move(network, loss, lr):
    """Adam's first step, by its formula."""
    parameters = list(network.parameters())
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters)):
        p.data -= lr * g / (g.abs() + 1e-8)


def test_real_and_fake_batches_have_their_own_statistics():
    """Batch normalization sees three batches a step, each all real or all fake, all in full."""
    G, D = plane()
    batches = []
    D.register_forward_pre_hook(lambda module, args: batches.append(args[0].detach().clone()))
    x = 100 + torch.randn(20, 2)
    train_gan(G, D, x, num_epochs=1, batch_size=8, device="cpu")
    in_training = batches[1:]  # the first is the check of shapes
    assert [len(b) for b in in_training] == [8, 8, 8] * 2 + [4, 4, 4]
    assert [bool((b > 50).all()) for b in in_training] == [True, False, False] * 3
    assert [bool((b < 50).all()) for b in in_training] == [False, True, True] * 3


# --- The loop --------------------------------------------------------------------------------


@pytest.mark.parametrize("frozen", [0, 1])
def test_a_step_size_of_zero_holds_a_network(frozen):
    networks = plane()
    before = [state(nn.ParameterList(network.parameters())) for network in networks]
    train_gan(*networks, DATA[plane], num_epochs=2, lr=(0, 1e-3)[:: 1 - 2 * frozen], device="cpu")
    after = [state(nn.ParameterList(network.parameters())) for network in networks]
    assert torch.equal(before[frozen], after[frozen])
    assert not torch.equal(before[1 - frozen], after[1 - frozen])


def test_loss_is_the_mean_over_images_with_a_short_last_batch():
    """With steps too small to change anything, it is the loss of the whole set."""
    G, D = dense()
    G.layers[-3].weight.data.zero_()  # all fakes alike, whatever z
    x = images(50)
    x[:16] *= 20  # unequal losses: an average over batches would show
    history = train_gan(G, D, x, num_epochs=1, batch_size=48, lr=1e-12, device="cpu")
    with torch.no_grad():
        fake = D(G(torch.zeros(1, 3)))
        assert history.discriminator_loss == pytest.approx([discriminator_loss(D(x), fake).item()])
        assert history.generator_loss == pytest.approx([generator_loss(fake).item()])


def test_every_image_is_seen_once_an_epoch_in_another_order():
    G, D = plane()
    x = torch.arange(1000.0, 1020).reshape(10, 2)
    seen = []
    D.register_forward_pre_hook(lambda module, args: seen.extend(args[0][:, 0].tolist()))
    train_gan(G, D, x, num_epochs=2, batch_size=4, device="cpu")
    real = [value for value in seen[2:] if value >= 1000]
    first, second = real[:10], real[10:]
    assert sorted(first) == sorted(second) == x[:, 0].tolist()
    assert len({tuple(first), tuple(second), tuple(x[:, 0].tolist())}) == 3


@pytest.mark.parametrize("make", KINDS)
def test_seed_decides_everything(make):
    runs = {}
    for name, seed, before in [("a", 0, 1), ("b", 0, 2), ("c", 7, 1)]:
        networks = make()
        torch.manual_seed(before)  # what was drawn before must not matter
        drawn = torch.get_rng_state()
        train_gan(*networks, DATA[make], num_epochs=2, batch_size=16, seed=seed, device="cpu")
        assert torch.equal(torch.get_rng_state(), drawn)
        runs[name] = state(*networks)
    assert torch.equal(runs["a"], runs["b"])
    assert not torch.equal(runs["a"], runs["c"])


@pytest.mark.parametrize("make", KINDS)
def test_resumes_to_the_bit(make, tmp_path):
    """With running statistics of batch normalization, and with dropout."""
    options = dict(batch_size=16, lr=(1e-3, 5e-3), seed=3, device="cpu")
    whole, resumed = make(), make(seed=9)  # other initial weights: those of the file count
    expected = train_gan(*whole, DATA[make], num_epochs=4, **options)
    path = tmp_path / "run.safetensors"
    train_gan(*make(), DATA[make], num_epochs=2, checkpoint=path, **options)
    history = train_gan(*resumed, DATA[make], num_epochs=4, checkpoint=path, **options)
    assert torch.equal(state(*whole), state(*resumed))
    assert history.generator_loss == expected.generator_loss
    assert history.discriminator_loss == expected.discriminator_loss
    assert len(history.seconds) == 4
    assert [p.name for p in tmp_path.iterdir()] == ["run.safetensors"]


@pytest.mark.parametrize(
    "change", [{"lr": 1e-3}, {"betas": (0.9, 0.999)}, {"loss": "minimax"}, {"batch_size": 10}]
)
def test_checkpoint_of_other_settings(change, tmp_path):
    path = tmp_path / "run.safetensors"
    train_gan(*plane(), DATA[plane], num_epochs=1, checkpoint=path, device="cpu")
    with pytest.raises(ValueError, match=f"was made with .*'{next(iter(change))}'"):
        train_gan(*plane(), DATA[plane], num_epochs=2, checkpoint=path, device="cpu", **change)
    with pytest.raises(ValueError, match="belongs to a model with other parameters"):
        train_gan(*plane()[:1], nn.Linear(2, 1), DATA[plane], num_epochs=2, checkpoint=path)


class Breaks(nn.Module):
    """A network whose output is NaN from its n-th call in training on."""

    def __init__(self, network, n):
        super().__init__()
        self.network, self.n, self.calls = network, n, 0
        self.latent_dim = getattr(network, "latent_dim", None)

    def forward(self, x):
        """Count the calls in training mode."""
        self.calls += self.training
        return self.network(x) * (math.nan if self.calls >= self.n else 1.0)


def test_non_finite_loss_names_network_epoch_and_batch():
    """A step calls D three times and G twice, so the 10th call is in D's step 4, G's 4th in 2."""
    options = dict(num_epochs=3, batch_size=20, device="cpu")  # 3 steps an epoch
    G, D = plane()
    whose = "the discriminator's loss became nan in epoch 2, batch 1 of 3"
    with pytest.raises(FloatingPointError, match=whose):
        train_gan(G, Breaks(D, 10), DATA[plane], **options)
    G, D = plane()
    whose = "the generator's loss became nan in epoch 1, batch 2 of 3"
    with pytest.raises(FloatingPointError, match=whose):
        train_gan(Breaks(G, 4), D, DATA[plane], **options)


def test_modes_in_training_and_in_callbacks():
    G, D = plane()
    modes, seen = set(), []
    for network in (G, D):
        network[1].register_forward_hook(
            lambda module, args, y: modes.add((module.training, torch.is_grad_enabled()))
        )

    def on_epoch(epoch, generator, discriminator, history):
        seen.append(
            (
                epoch,
                generator is G,
                discriminator is D,
                G.training,
                D.training,
                len(history.seconds),
                len(history.generator_loss),
            )
        )

    G.eval()
    history = train_gan(G, D, DATA[plane], num_epochs=2, device="cpu", on_epoch=on_epoch)
    assert seen == [(1, True, True, False, False, 1, 1), (2, True, True, False, False, 2, 2)]
    assert modes == {(True, True), (True, False), (False, False)}  # the last: the check of shapes
    assert isinstance(history, History)
    assert list(vars(history)) == ["discriminator_loss", "generator_loss", "seconds"]
    assert not G.training
    assert not D.training


def test_a_callback_that_samples_changes_nothing():
    results = []
    for callback in (None, lambda epoch, G, D, history: sample(G, 10, seed=epoch)):
        networks = plane()
        train_gan(*networks, DATA[plane], num_epochs=3, device="cpu", on_epoch=callback)
        results.append(state(*networks))
    assert torch.equal(*results)


def test_the_check_of_shapes_leaves_no_trace():
    """Neither running statistics nor modes nor random numbers."""
    G, D = plane()
    G.train()
    D[0].eval()
    before, drawn = state(G, D), torch.get_rng_state()
    with pytest.raises(ValueError, match=r"generator must make images \(N, 3\), got \(2, 2\)"):
        train_gan(G, D, torch.zeros(5, 3), num_epochs=1)
    assert torch.equal(state(G, D), before)
    assert torch.equal(torch.get_rng_state(), drawn)
    assert G[1].training
    assert D.training
    assert not D[0].training


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"generator": "net"}, TypeError, "generator must be a torch.nn.Module, got str"),
        ({"generator": nn.Linear(2, 2)}, TypeError, "generator.latent_dim must be an integer"),
        ({"discriminator": len}, TypeError, "discriminator must be a torch.nn.Module, got builtin"),
        ({"discriminator": nn.Linear(2, 2)}, ValueError, "must return one logit an image, got"),
        ({"images": [1.0]}, TypeError, "images must be a torch tensor, got list"),
        ({"images": torch.zeros(0, 2)}, ValueError, "images must not be empty"),
        ({"num_epochs": 0}, ValueError, "num_epochs must be at least 1, got 0"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"lr": -1.0}, ValueError, "lr must be finite and at least 0"),
        ({"lr": (0, 0)}, ValueError, "lr must be above 0 for one of the networks"),
        ({"lr": (1e-3,)}, ValueError, "lr must be one number or two"),
        ({"lr": "fast"}, TypeError, "lr must be a number"),
        ({"betas": (0.5, 1.0)}, ValueError, "beta"),
        ({"loss": "wasserstein"}, ValueError, "loss must be one of non-saturating, minimax"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)
def test_bad_arguments(change, error, message):
    generator, discriminator = plane()
    arguments = {
        "generator": generator,
        "discriminator": discriminator,
        "images": DATA[plane],
        "num_epochs": 1,
        "device": "cpu",
    } | change
    with pytest.raises(error, match=message):
        train_gan(**arguments)


# --- Samples ---------------------------------------------------------------------------------


def test_sample():
    G, _ = plane()
    G(3 + torch.randn(50, 2))  # running statistics that differ from a batch's
    G.train()
    before, drawn = state(G), torch.get_rng_state()
    x = sample(G, 1203, seed=4)  # more than two batches
    z = torch.randn(1203, 2, generator=torch.Generator().manual_seed(4))
    assert G.training
    with torch.no_grad():
        torch.testing.assert_close(x, G.eval()(z))
    assert not x.requires_grad
    assert torch.equal(state(G), before)
    assert torch.equal(torch.get_rng_state(), drawn)
    assert torch.equal(x, sample(G, 1203, seed=4))
    assert not torch.equal(x, sample(G, 1203))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((3, 4), TypeError, "generator must be a torch.nn.Module, got int"),
        ((nn.Linear(2, 2), 4), TypeError, "generator.latent_dim must be an integer, got NoneType"),
        ((plane()[0], 0), ValueError, "n must be at least 1, got 0"),
        ((plane()[0], 1, 0.5), TypeError, "seed must be an integer"),
    ],
)
def test_bad_arguments_of_sample(arguments, error, message):
    with pytest.raises(error, match=message):
        sample(*arguments)


# --- The theory ------------------------------------------------------------------------------


def test_trained_discriminator_is_the_optimal_one_and_knows_the_divergence():
    """Two Gaussians: D* = p / (p + q), and -log 4 + 2 JSD is the value that it reaches."""
    p, q = norm(0, 1), norm(1.5, 0.7)

    torch.manual_seed(0)
    G = nn.Linear(1, 1)  # a generator whose density is known
    G.latent_dim = 1
    G.load_state_dict({"weight": torch.tensor([[0.7]]), "bias": torch.tensor([1.5])})
    D = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))
    x = torch.randn(20_000, 1)
    for lr in (1e-2, 1e-3):
        train_gan(G, D, x, num_epochs=5, batch_size=500, lr=(0, lr), device="cpu")

    grid = np.linspace(-6, 6, 1001)
    grid = grid[(p.pdf(grid) > 0.01) | (q.pdf(grid) > 0.01)]
    optimal = p.pdf(grid) / (p.pdf(grid) + q.pdf(grid))
    with torch.no_grad():
        D_x = torch.sigmoid(D(torch.tensor(grid, dtype=torch.float32)[:, None]))[:, 0].numpy()
    assert np.abs(D_x - optimal).max() <= 0.05

    def half(a, b):  # KL of a to the mixture
        return quad(lambda t: a.pdf(t) * np.log(2 * a.pdf(t) / (a.pdf(t) + b.pdf(t))), -7, 7)[0]

    jsd = (half(p, q) + half(q, p)) / 2
    with torch.no_grad():
        loss = discriminator_loss(D(torch.randn(200_000, 1)), D(sample(G, 200_000)))
    assert (math.log(4) - loss.item()) / 2 == pytest.approx(jsd, rel=0.05)


def test_a_generator_learns_a_gaussian():
    """Mean and spread of the data, from noise of another mean and spread."""
    torch.manual_seed(0)
    G = nn.Linear(1, 1)
    G.latent_dim = 1
    D = nn.Sequential(nn.Linear(1, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
    x = 3 + 0.5 * torch.randn(4000, 1)
    train_gan(G, D, x, num_epochs=20, batch_size=200, lr=(1e-2, 1e-2), device="cpu")
    fakes = sample(G, 4000)
    assert fakes.mean().item() == pytest.approx(3, abs=0.3)
    assert fakes.std().item() == pytest.approx(0.5, abs=0.25)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_cuda_resumes_to_the_bit(tmp_path):
    options = dict(batch_size=16, seed=3, device="cuda")
    whole, resumed, path = plane(), plane(), tmp_path / "run.safetensors"
    train_gan(*whole, DATA[plane], num_epochs=4, **options)
    train_gan(*plane(), DATA[plane], num_epochs=2, checkpoint=path, **options)
    train_gan(*resumed, DATA[plane], num_epochs=4, checkpoint=path, **options)
    assert torch.equal(state(*whole), state(*resumed))
    assert sample(whole[0], 5).device.type == "cpu"


def test_networks_and_images_share_their_type():
    G, D = dense()
    with pytest.raises(TypeError, match="images must be torch.float32 as the generator is"):
        train_gan(G, D, images(4).double(), num_epochs=1, device="cpu")
    with pytest.raises(TypeError, match="images must be torch.float64 as the discriminator is"):
        train_gan(G, D.double(), images(4), num_epochs=1, device="cpu")
    fakes = sample(G.double(), 2)
    assert fakes.dtype == torch.float64
    torch.testing.assert_close(fakes.float(), sample(G.float(), 2))
