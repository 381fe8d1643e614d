"""The command line of style transfer, with a network and few steps that keep it quick."""

import os
import runpy
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from course_lib import style
from course_lib.__main__ import main
from course_lib.data import load_photo
from course_lib.support.image_files import read_image
from course_lib.support.style_run import History, Result
from course_lib.support.vgg import POOLING

FAST = ["--weights", "random", "--steps", "1", "--size", "20", "--device", "cpu"]


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (24, 33, 3), np.uint8)).save(path)
    return path


def run(capsys, *arguments):
    """Return (exit code or message or None, what it printed)."""
    code = None
    try:
        main(["style", *map(str, arguments), *FAST])
    except SystemExit as stop:
        code = stop.code
    return code, capsys.readouterr().out


def test_it_paints_a_file(capsys, photo, tmp_path):
    out = tmp_path / "new.png"
    code, printed = run(capsys, photo, "jogakbo", "-o", out)
    assert code is None
    assert printed.startswith(f"{out}: 27 x 20 pixels, 1 steps, ")
    with Image.open(out) as image:
        assert image.size == (27, 20)
        assert image.mode == "RGB"
    assert oct(out.stat().st_mode)[-3:] == oct(photo.stat().st_mode)[-3:]
    assert sorted(tmp_path.iterdir()) == [out, photo]  # nothing else is left


def test_arguments_reach_the_transfer(capsys, monkeypatch, photo, tmp_path):
    seen = {}

    def transfer(content, painting, losses, **options):
        seen.update(options, content=content, losses=losses)
        return Result(content, History())

    monkeypatch.setattr(style, "transfer", transfer)
    out = tmp_path / "new.jpg"
    code, _ = run(
        capsys,
        "china",
        photo,
        "-o",
        out,
        "--style-weight",
        "7",
        "--tv-weight",
        "0.5",
        "--init",
        "noise",
        "--optimizer",
        "adam",
        "--preserve-color",
        "--seed",
        "3",
        "--pooling",
        "average",
        "--half",
    )
    assert code is None
    assert (seen["content"] == load_photo("china")).all()
    network = seen.pop("network")
    assert isinstance(network.layers.pool1, POOLING["average"])
    assert network.device == torch.device("cpu")
    assert network.layers.conv1_1.weight.dtype == torch.bfloat16
    assert seen.pop("losses") == style.Losses(style_weight=7, tv_weight=0.5)
    assert seen.pop("init").initial_seed() == 3
    del seen["content"]
    assert seen == {"size": 20, "steps": 1, "method": style.ADAM, "preserve_color": True}
    with Image.open(out) as image:
        assert image.format == "JPEG"


def test_alpha_is_put_on_white_gray_is_read_and_photographs_stand_upright(tmp_path):
    def read(image, **options):
        image.save(tmp_path / "x.png", **options)
        return read_image(tmp_path / "x.png")

    half = Image.new("RGBA", (2, 3), (0, 0, 0, 51))
    assert (read(half) * 255).round().unique().tolist() == [204]
    assert (read(Image.new("L", (2, 3), 51)) * 255).round().tolist() == [[[51] * 2] * 3] * 3
    palette = Image.new("P", (2, 3), 0)
    assert read(palette, transparency=0).unique().tolist() == [1]
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the camera on its side
    assert read(Image.new("RGB", (2, 3)), exif=exif).shape == (3, 2, 3)


def test_mistakes_are_named_before_any_work(capsys, monkeypatch, photo, tmp_path):
    monkeypatch.setattr(style, "transfer", None)
    text = tmp_path / "text.png"
    text.write_text("not an image")
    cut = tmp_path / "cut.png"
    cut.write_bytes(photo.read_bytes()[:300])
    deep = tmp_path / "deep.png"
    Image.fromarray(np.zeros((4, 4), np.uint16)).save(deep)
    out = tmp_path / "new.png"
    for arguments, message in [
        ((tmp_path / "none.png", photo, "-o", out), "none.png is not a file, nor one of china"),
        ((photo, tmp_path, "-o", out), "is not a file, nor one of jogakbo, swirl"),
        ((photo, text, "-o", out), "text.png is not an image that can be read"),
        ((cut, photo, "-o", out), "cut.png cannot be read"),
        ((deep, photo, "-o", out), "deep.png has more than 8 bits"),
        ((photo, photo, "-o", tmp_path / "new.xyz"), "must end in .png"),
        ((photo, photo, "-o", tmp_path / "none" / "new.png"), "none does not exist"),
        ((photo, photo, "-o", folder(tmp_path / "folder.png")), "folder.png is a folder"),
    ]:
        code, _ = run(capsys, *arguments)
        assert code.startswith("error: ")
        assert message in code
    code, _ = run(capsys, photo, "swirl", "-o", out, "--seed", "-1")
    assert code == "error: seed must be at least 0, got -1"
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "cannot be written" in run(capsys, photo, photo, "-o", out)[0]
    assert not out.exists()


def folder(path):
    path.mkdir()
    return path


def test_a_failed_write_keeps_the_old_picture(capsys, monkeypatch, photo, tmp_path):
    out = tmp_path / "new.png"
    out.write_bytes(b"old")

    def breaks(self, file, **options):
        with open(file, "wb") as part:
            part.write(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(Image.Image, "save", breaks)
    assert run(capsys, photo, photo, "-o", out)[0] == "error: no space left"
    assert out.read_bytes() == b"old"
    assert sorted(tmp_path.iterdir()) == [out, photo]


def test_stopped_early_it_writes_what_it_has_and_says_so(capsys, monkeypatch, photo, tmp_path):
    def stopped(content, painting, losses, **options):
        return Result(content, History(stopped="interrupted"))

    monkeypatch.setattr(style, "transfer", stopped)
    code, printed = run(capsys, photo, photo, "-o", tmp_path / "new.png")
    assert code == "stopped early (interrupted); the image so far is kept"
    assert (tmp_path / "new.png").exists()


@pytest.mark.filterwarnings("ignore:.*found in sys.modules")
@pytest.mark.parametrize("arguments", [[], ["paint"], ["--help"], ["style", "--help"]])
def test_the_package_is_the_command(capsys, monkeypatch, arguments):
    monkeypatch.setattr(sys, "argv", ["course_lib", *arguments])
    with pytest.raises(SystemExit) as stop:
        runpy.run_module("course_lib", run_name="__main__")
    assert stop.value.code == (0 if "--help" in arguments else 2)
    printed = capsys.readouterr()
    assert "usage: python -m course_lib" in printed.out + printed.err
