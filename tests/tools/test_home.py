"""The home page's pictures: of one size, small, and made of what the book makes."""

import io
from argparse import Namespace

import numpy as np
import pytest
import torch
from PIL import Image

from tools import home
from tools.book import ROOT, BookError


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


def test_a_picture_is_drawn_by_name(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(home, "PANELS", dict.fromkeys(("01-a", "02-b"), lambda ax: ax.axis("off")))
    assert home.main(Namespace(names=["02-b"]), tmp_path) == 0
    assert [path.name for path in (tmp_path / home.FOLDER).iterdir()] == ["02-b.png"]
    assert capsys.readouterr().out.startswith(f"{home.FOLDER}/02-b.png: ")
    with pytest.raises(BookError, match="no picture 03-c"):
        home.main(Namespace(names=["03-c"]), tmp_path)


def test_the_stored_pictures_are_all_there():
    names = {*(f"{name}.png" for name in home.PANELS), home.STYLED_NAME}
    assert {path.name for path in (ROOT / home.FOLDER).iterdir()} == names
    for name in names:
        assert Image.open(ROOT / home.FOLDER / name).size == home.SIZE
