"""Strips of images: frames side by side, in order, and walks that begin and end where they must."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from course_lib.dcgan import ConvGenerator
from tools import strips


def test_frames_lie_in_a_row():
    frames = torch.rand(3, 1, 4, 5)
    row = np.asarray(Image.open(io.BytesIO(strips.strip(frames))))
    assert row.shape == (4, 15)
    assert row.dtype == np.uint8
    for i, frame in enumerate(frames[:, 0]):
        assert np.array_equal(row[:, 5 * i : 5 * i + 5], np.rint(255 * frame.numpy()))


def test_values_outside_are_clipped():
    frames = torch.tensor([-1.0, 2.0])[:, None, None, None].expand(2, 1, 1, 1)
    assert np.asarray(Image.open(io.BytesIO(strips.strip(frames)))).tolist() == [[0, 255]]


def test_walks_keep_their_ends_and_their_distance():
    seen = []

    def generator(z):
        seen.append(z)
        return z[:, :, None, None]

    z = torch.nn.functional.normalize(torch.randn(3, 8), dim=1) * 5
    found = strips.walks(generator, z, 7)
    assert found.shape == (2, 7, 8, 1, 1)
    for start, end, path in zip(z, z[1:], seen):
        assert torch.allclose(path[[0, -1]], torch.stack([start, end]), atol=1e-5)
        assert torch.allclose(path.norm(dim=1), torch.full((7,), 5.0), atol=1e-4)
        steps = (path[1:] - path[:-1]).norm(dim=1)
        assert torch.allclose(steps, steps.mean().expand(6), rtol=1e-3)


def test_time_lapse_begins_untrained_and_moves():
    z = torch.randn(2, 8, generator=torch.Generator().manual_seed(0))
    frames = strips.time_lapse(torch.rand(32, 1, 28, 28), z, 2)
    assert frames.shape == (2, 3, 1, 28, 28)
    assert frames[:, 0].std() < 0.05
    assert not torch.equal(frames[:, 0], frames[:, 1])


@pytest.mark.parametrize("kind", ["time-lapse", "walk"])
def test_command_writes_the_files(tmp_path, monkeypatch, capsys, kind):
    monkeypatch.setattr(strips.checkpoints, "load", lambda name: ConvGenerator(8, width=2).eval())
    monkeypatch.setattr(
        strips, "time_lapse", lambda images, z, n: torch.zeros(len(z), n + 1, 1, 28, 28)
    )
    assert strips.main(None, tmp_path) == 0
    files = sorted((tmp_path / strips.FOLDER).glob(f"{kind}-*.png"))
    assert len(files) == strips.N_DIGITS
    assert f"{kind}-1.png" in capsys.readouterr().out
    for path in files:
        assert Image.open(path).size == (28 * strips.N_FRAMES, 28)
        assert path.stat().st_size < 20_000
