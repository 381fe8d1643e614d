"""The style benchmark: both sides minimize the same loss, its clock, its checks, and its table."""

import math

import pytest
import torch

from benchmarks import style as benchmark
from course_lib.style import Losses, VGGFeatures, content_loss, gram_matrix, style_loss

LOSSES = Losses(style_layers=("relu1_1", "relu2_1"), content_layers="conv2_1")


@pytest.fixture
def small(monkeypatch):
    """A network of two blocks stands for the whole; threads are put back."""
    network = VGGFeatures("random", layers=LOSSES.layers)
    monkeypatch.setattr(benchmark, "VGGFeatures", lambda *_: network)
    monkeypatch.setattr(benchmark, "LOSSES", LOSSES)
    monkeypatch.setattr(benchmark, "N_THREADS", 1)
    number = torch.get_num_threads()
    yield network
    torch.set_num_threads(number)


@pytest.fixture
def images():
    generator = torch.Generator().manual_seed(0)
    return [torch.rand(1, 3, 24, 30, generator=generator) for _ in range(3)]


def test_the_peers_network_and_loss_are_the_same_functions(small, images):
    content, style, image = images
    features = benchmark.plain(small)
    for name, found in features(image).items():
        wanted = small(image)[name]
        assert (found - wanted).abs().max() < 1e-4 * wanted.abs().max()
    found, maps, grams = small(image), small(content), small(style)
    wanted = content_loss(found["conv2_1"], maps["conv2_1"]) + LOSSES.style_weight / 2 * sum(
        style_loss(found[k], gram_matrix(grams[k])) for k in ("relu1_1", "relu2_1")
    )
    loss = benchmark.objective(features, content, style)(image)
    assert float(loss) == pytest.approx(float(wanted), rel=1e-4)


def test_the_curves_are_those_of_the_optimizers(small, images):
    content, style, _ = images
    features = benchmark.plain(small)
    curve = benchmark.tutorial(features, content, style, 6)
    loss = benchmark.objective(features, content, style)
    assert curve[0][0] == pytest.approx(float(loss(content)), rel=1e-5)
    losses, seconds = zip(*curve)
    assert len(curve) == 6
    assert list(losses) == sorted(losses, reverse=True)
    assert list(seconds) == sorted(seconds)
    assert len(benchmark.tutorial(features, content, style, 6, (losses[2],))) <= 3
    ours = benchmark.ours(small, content, style, 30, (losses[3], losses[5]), loss)
    assert ours[-1][0] <= losses[5] < ours[-2][0]
    assert benchmark.seconds_to(ours, losses[5]) == ours[-1][1] > 0


def test_a_loss_that_the_peer_does_not_confirm_is_an_error(small, images):
    with pytest.raises(AssertionError, match="networks differ"):
        benchmark.ours(small, *images[:2], 3, (1e9,), lambda image: torch.tensor(2e9))


def test_what_is_never_reached():
    assert benchmark.seconds_to([(3.0, 1.0), (2.0, 2.0), (2.0, 3.0)], 2.0) == 2.0
    assert benchmark.seconds_to([(3.0, 1.0)], 2.0) == math.inf
    assert benchmark.show(math.inf) == "never"
    assert benchmark.show(1.26) == "1.3"


def test_an_unknown_style_is_an_error(capsys):
    with pytest.raises(SystemExit):
        benchmark.main(["--only", "nosuch"])
    assert "no style's name contains 'nosuch'" in capsys.readouterr().err


def test_the_targets_are_the_losses_at_a_sixth_and_at_the_end():
    assert benchmark.evaluations(300) == (50, 300)
    assert benchmark.evaluations(4) == (1, 4)


def test_the_table(small, capsys, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    benchmark.main(["--size", "20", "--steps", "12", "--repeats", "2", "--only", "swirl"])
    lines = capsys.readouterr().out.splitlines()
    rows = [line for line in lines if line.startswith("swirl")]
    assert [row.split()[1] for row in rows] == ["2", "12"]
    assert float(rows[0].split()[2]) > float(rows[1].split()[2])
    assert lines[-3].startswith("median over the styles, early loss: ")
    assert int(lines[-1].split()[-2]) > 50


def test_the_part_for_a_gpu_counts_its_operations(small):
    step, speed, share = benchmark.on_gpu(16, 4, "cpu")
    pixels = 16 * 23  # china.jpg is 427 x 640
    wanted = 4 * 9 * (3 * 64 + 64 * 64 + 64 * 128 / 4) * pixels
    assert speed * step == pytest.approx(wanted, rel=0.1)
    assert share > 0
