"""The DCGAN benchmark: its reference is the recipe it says, its clock, and its table."""

import pytest
import torch
from torch import nn

from benchmarks import gan as benchmark
from course_lib.data import Digits, load_mnist
from course_lib.gan import discriminator_loss, generator_loss


@pytest.fixture
def pair():
    """The reference, and ours with the same weights."""
    torch.manual_seed(0)
    reference, ours = benchmark.Reference("cpu"), benchmark.Ours("cpu", **benchmark.SAME)
    with torch.no_grad():
        for one, two in (
            (reference.generator, ours.generator),
            (reference.discriminator, ours.discriminator),
        ):
            for wanted, parameter in zip(one.parameters(), two.parameters(), strict=True):
                parameter.copy_(wanted)
    return reference, ours


@pytest.fixture
def digits(monkeypatch):
    """Eight digits to train on and eight to test on, as the benchmark finds them."""
    mnist = load_mnist("small")
    few = Digits(*(part[::125][:8] for part in mnist))
    monkeypatch.setattr(benchmark, "load_mnist", lambda subset: few)
    monkeypatch.setattr(benchmark, "N_STEPS", 1)
    return few


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch):
    """Two would wait for each other where all cores are busy; the number is put back."""
    number = torch.get_num_threads()
    monkeypatch.setattr(benchmark, "N_THREADS", 1)
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(number)


def test_networks_are_the_same(pair):
    shapes = [
        [
            p.shape
            for network in (player.generator, player.discriminator)
            for p in network.parameters()
        ]
        for player in pair
    ]
    assert shapes[0] == shapes[1]
    ours = benchmark.Ours("cpu", **benchmark.BIASES)
    for name, biases in (("generator", 1), ("discriminator", 64 + 1)):
        counts = [
            sum(p.numel() for p in getattr(player, name).parameters()) for player in (ours, pair[0])
        ]
        assert counts[0] - counts[1] == biases


def test_weights_are_drawn_as_the_recipe_says(pair):
    for network in (pair[0].generator, pair[0].discriminator):
        for layer in network:
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                assert layer.bias is None
                assert abs(layer.weight.std() - 0.02) < 0.002
            elif isinstance(layer, nn.BatchNorm2d):
                assert 0 < (layer.weight - 1).abs().max() < 0.1
                assert (layer.bias == 0).all()


def test_the_reference_plays_the_same_game(pair, digits):
    """Its two losses are those of the logits of ours, with the same weights, images and noise."""
    reference, ours = pair
    real = digits.train_images
    torch.manual_seed(1)
    z = torch.randn(len(real), benchmark.LATENT_DIM)
    for network in (ours.generator, ours.discriminator):
        network.train()
    fake = ours.generator(z)
    wanted = discriminator_loss(ours.discriminator(real), ours.discriminator(fake)).item()
    assert wanted != pytest.approx(2 * torch.tensor(2.0).log().item(), rel=1e-4)  # not all 0
    torch.manual_seed(1)
    d_loss, g_loss, *_ = reference.step(reference.batch(real))
    assert d_loss == pytest.approx(wanted, rel=1e-5)
    with torch.no_grad():  # the discriminator has moved on, the fakes are the same
        logits = nn.Sequential(*list(reference.discriminator)[:-1])  # without the sigmoid
        after = logits(2 * fake - 1).flatten()
    assert g_loss == pytest.approx(generator_loss(after).item(), rel=1e-4)


def test_the_reference_sees_the_same_images(digits):
    data = benchmark.PILDigits(digits.train_images, benchmark.TO_MINUS_ONE_TO_ONE)
    assert len(data) == 8
    images = torch.stack([image for image, _ in data])
    torch.testing.assert_close((images + 1) / 2, digits.train_images)


def test_the_clock_stands_still_while_the_distance_is_measured(digits, monkeypatch):
    now = [0.0]

    def distance(real, fake):
        now[0] += 1000
        assert real is digits.test_images
        assert len(fake) == len(real)
        return {2: 9.0, 5: 5.0}[int(now[0]) % 1000]

    monkeypatch.setattr(benchmark.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(benchmark, "frechet_distance", distance)
    generator = benchmark.Unit(nn.Identity())
    monkeypatch.setattr(benchmark, "sample", lambda generator, n: torch.zeros(n, 1, 28, 28))
    watch = benchmark.Stopwatch(digits.test_images, 5.0, "cpu")
    watch.start()
    now[0] += 2
    watch.epoch(generator)
    now[0] += 3
    with pytest.raises(benchmark.Reached):
        watch.epoch(generator)
    assert watch.seconds == 5
    assert watch.distances == [9, 5]


def test_everyone_begins_in_turn():
    assert [benchmark.by_turns("abc", turn)[0] for turn in range(4)] == ["a", "b", "c", "a"]
    assert sorted(benchmark.by_turns("abc", 2)) == ["a", "b", "c"]


@pytest.mark.parametrize(("target", "reached"), [("1e9", "1/1"), ("0", "0/1")])
def test_table(target, reached, digits, capsys, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(benchmark, "FAR", 1e9)
    benchmark.main(["--repeats", "1", "--epochs", "2", "--target", target])
    *lines, empty, last = capsys.readouterr().out.splitlines()
    rows = {line[:16].strip(): line[16:].split() for line in lines[-4:]}
    assert empty == ""
    assert last.startswith("MNIST small, CPU, to a distance of 1e+09, the checkpoint's recipe: ")
    assert last.endswith("1 epochs, reached 1/1")
    assert list(rows) == ["reference", "same networks", "with biases", "our networks"]
    for _, epochs, count, distance, *_, speed, step, _, _, _ in rows.values():
        assert int(speed.replace(",", "")) > 0
        assert int(step.replace(",", "")) > 0
        assert epochs == ("1" if reached == "1/1" else "2")
        assert count == reached
        assert 0 < float(distance) < 1e5
    assert rows["reference"][4:7] == ["1.00", "[1.00,", "1.00]"]


def test_only(digits, capsys, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    benchmark.main(["--repeats", "1", "--epochs", "1", "--only", "our networks, MNIST small, CPU"])
    lines = capsys.readouterr().out.splitlines()
    assert [line[:16].strip() for line in lines[-2:]] == ["reference", "our networks"]
    benchmark.main(["--repeats", "1", "--only", "no such"])
    assert "reference " not in capsys.readouterr().out
