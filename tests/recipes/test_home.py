"""The home page's pictures: of one size, small, and made of what the book makes."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from recipes import home
from tools.book import ROOT


@pytest.mark.parametrize("name", ["01-kmeans", "03-denoising-autoencoder", "06-dcgan"])
def test_a_panel_fills_its_picture(name):
    png = home.draw(home.PANELS[name])
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), float)
    assert picture.shape[1::-1] == home.SIZE
    assert len(png) < 100_000
    for edge in (picture[:, :2], picture[:, -2:], picture[:2], picture[-2:]):
        assert edge.mean() < 250, "a white margin"


def test_the_grid_shows_each_image_in_its_place():
    images = torch.zeros(2, 3, 1, 4, 4)
    images[1, 2] = 1.0
    png = home.draw(lambda ax: home.grid(ax, images))
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("L"), float)
    height, width = picture.shape
    bright = picture > 128
    assert bright[height // 2 :, 2 * width // 3 :].mean() > 0.98
    assert bright.mean() == pytest.approx(1 / 6, abs=0.01)


def test_a_strip_has_its_frames_in_a_row(monkeypatch):
    frames = torch.rand(2, 3, 1, 4, 5)
    frames[1, 0, 0, 0, 0] = 2.0  # clipped
    monkeypatch.setattr(home, "time_lapse", lambda: frames)
    row = np.asarray(Image.open(io.BytesIO(home.strip(1))))
    assert row.shape == (4, 15)
    for i, frame in enumerate(frames[1, :, 0].clamp(0, 1)):
        assert np.array_equal(row[:, 5 * i : 5 * i + 5], np.rint(255 * frame.numpy()))


def test_the_stored_pictures_are_all_there():
    paths = {ROOT / path for path in home.pictures(ROOT)}
    assert {*(ROOT / home.FOLDER).iterdir(), *(ROOT / home.STRIPS).iterdir()} == paths
    for path in paths:
        strip = path.parent.name == "strips"
        assert Image.open(path).size == ((28 * home.N_FRAMES, 28) if strip else home.SIZE)
