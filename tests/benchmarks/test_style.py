"""The style benchmark: both sides minimize the same loss, its clock, its checks, and its table."""

import math

import pytest
import torch
from torch import nn

from benchmarks import style as benchmark
from course_lib.style import Losses, VGGFeatures, content_loss, gram_matrix, style_loss
from course_lib.support import style_settings

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


def test_the_losses_are_those_of_the_images(small, images, monkeypatch):
    monkeypatch.setattr(style_settings, "SMALLEST", 16)  # so that there is a coarse stage
    content, style = (nn.functional.interpolate(image, (40, 50)) for image in images[:2])
    features = benchmark.plain(small)
    loss = benchmark.objective(features, content, style)
    steps = list(benchmark.tutorial(features, content, style, 6))
    assert len(steps) == 6
    assert steps[0][0] == pytest.approx(float(loss(content)), rel=1e-5)
    assert steps[-1][0] < steps[0][0] / 2
    ours = list(benchmark.ours(small, content, style, 8))
    assert [value for value, _ in ours[: benchmark.COARSE]] == [None] * benchmark.COARSE
    assert len(ours) == benchmark.COARSE + 8
    for value, image in [*steps, *ours[benchmark.COARSE :]]:
        assert value == pytest.approx(float(loss(image)), rel=1e-3)


def test_a_failing_transfer_says_so(small, images):
    with pytest.raises(ValueError, match="steps"):
        next(benchmark.ours(small, *images[:2], 0))


@pytest.fixture
def clock(monkeypatch):
    """A clock that only `spend` moves."""
    now = [0.0]
    monkeypatch.setattr(benchmark.time, "perf_counter", lambda: now[0])

    def spend(seconds, losses):
        for loss in losses:
            now[0] += seconds
            yield loss, torch.tensor(loss if loss is not None else 0.0)

    return spend


def test_runs_take_turns_each_on_its_own_clock(clock):
    taken = []

    def noted(name, steps):
        for step in steps:
            taken.append(name)
            yield step

    def check(image):
        return image

    losses = {"slow": (1.0, [9.0, 4.0, 2.0, 1.0]), "fast": (0.5, [9.0, None, 6.0, 3.0, 3.0, 0.5])}
    runs = {
        name: benchmark.Run(noted(name, clock(seconds, values)), [4.0, 1.0], check)
        for name, (seconds, values) in losses.items()
    }
    assert benchmark.race(runs) == {"slow": [2.0, 4.0], "fast": [2.0, 3.0]}
    assert "".join(name[0] for name in taken) == "ssffffssff", "two seconds each"


def test_a_target_that_is_not_met_is_never_reached(clock):
    runs = {"one": benchmark.Run(clock(1.0, [3.0, 2.0]), [2.5, 1.0], lambda image: image)}
    assert benchmark.race(runs) == {"one": [2.0, math.inf]}
    assert benchmark.show(math.inf) == "never"
    assert benchmark.show(1.26) == "1.3"


def test_a_loss_that_the_peer_does_not_confirm_does_not_count(clock):
    runs = {"one": benchmark.Run(clock(1.0, [3.0, 2.0, 1.0]), [2.0], lambda image: 1.5 * image)}
    assert benchmark.race(runs) == {"one": [3.0]}


def test_an_unknown_style_is_an_error(capsys):
    with pytest.raises(SystemExit):
        benchmark.main(["--only", "nosuch"])
    assert "no style's name contains 'nosuch'" in capsys.readouterr().err


def test_the_targets_are_the_losses_at_a_sixth_and_at_the_end():
    assert benchmark.evaluations(300) == (50, 300)
    assert benchmark.evaluations(4) == (1, 4)


def test_the_table(small, capsys, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    options = ["--methods", "ours", "our layers", "--only", "swirl"]
    benchmark.main(["--size", "20", "--steps", "12", "--repeats", "2", *options])
    lines = capsys.readouterr().out.splitlines()
    rows = [line.removeprefix("swirl, ").split() for line in lines if line.startswith("swirl")]
    assert [row[0] for row in rows] == ["2"] * 3 + ["12"] * 3
    assert [" ".join(row[2:-4]) for row in rows[:3]] == ["tutorial", "our layers", "ours"]
    assert float(rows[0][1]) > float(rows[3][1])
    assert lines[-3].startswith("median over the styles, ours, early loss: ")
    assert int(lines[-1].split()[-2]) > 50


def test_the_part_for_a_gpu_counts_its_operations(small):
    step, speed, share = benchmark.on_gpu(16, 4, "cpu")
    pixels = 16 * 23  # china.jpg is 427 x 640
    wanted = 4 * 9 * (3 * 64 + 64 * 64 + 64 * 128 / 4) * pixels
    assert speed * step == pytest.approx(wanted, rel=0.1)
    assert share > 0
