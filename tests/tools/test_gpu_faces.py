"""`python -m tools gpu dcgan-faces`, on made-up pictures, since LFW has to be downloaded."""

import json

import torch

from tools import gpu_faces


def pictures(n):
    """Two colors side by side, drawn anew for each picture."""
    rng = torch.Generator().manual_seed(0)
    left, right = torch.rand(2, n, 3, 1, 1, generator=rng)
    return torch.cat([left.expand(n, 3, 64, 32), right.expand(n, 3, 64, 32)], dim=3)


def test_trains_and_stores_a_grid_and_a_card(tmp_path):
    card = gpu_faces.run(tmp_path, pictures(130), width=4, num_epochs=2)
    assert card["epochs"] == 2
    assert card["n"] == 130
    assert json.loads((tmp_path / "faces.json").read_text()) == card
    assert (tmp_path / "faces.png").stat().st_size > 1000


def test_stops_when_the_time_is_over(tmp_path):
    card = gpu_faces.run(tmp_path, pictures(16), seconds=0, width=2, num_epochs=5)
    assert card["epochs"] == 1
