"""The finished pictures: made by the recipes that the chapter prints, and small enough to load."""

from types import SimpleNamespace

import pytest
import torch
from PIL import Image

from course_lib.support import checkpoints, runs
from course_lib.support.images import gray
from course_lib.support.style_run import History, Result
from recipes import styled
from tools.book import ROOT, notebook, read_notebook


def drawn(name, size=256):
    """A stand-in for a drawing of that name and size."""
    return torch.full((3, 16, 16), (size + sum(name.encode())) / 2000)


@pytest.fixture
def asked(monkeypatch):
    """What `transfer` is asked to paint; each answer is gray."""
    asked = []

    def transfer(content, painting, losses, *, on_step=None, **options):
        asked.append((content, painting, losses, options))
        for step in range(1, 151) if on_step else ():
            on_step(step, torch.full((3, 8, 8), step / 255), None)
        return Result(torch.full((3, 8, 8), len(asked) / 255), History(loss=[1.0]))

    monkeypatch.setattr(styled, "transfer", transfer)
    monkeypatch.setattr(styled, "load_style", drawn)
    monkeypatch.setattr(styled, "VGGFeatures", lambda kind, seed: (kind, seed))
    return asked


def test_the_gallery_is_painted_by_its_recipe(tmp_path, monkeypatch, capsys, asked):
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    assert styled.main(parsed(), tmp_path) == 0
    printed = capsys.readouterr().out
    for name, (_, painting, losses, options) in zip(styled.GALLERY, asked):
        assert options == {"size": 512, "steps": styled.STEPS[512]}
        assert torch.equal(painting, drawn(name.split("-")[1], 512))
        assert losses.style_weight == (100 if name == "chelsea-swirl" else 30)
        assert f"{styled.FOLDER}/{name}.jpg: " in printed
    kept = {name: runs.load_pictures(f"style-{name}") for name in styled.STRIPS}
    assert {name: len(strip) for name, strip in kept.items()} == {
        "reconstructions": 5,
        "textures": 4,
        "weights": 4,
        "descent": 6,
        "networks": 18,
    }
    assert kept["descent"][1, 0, 0, 0] * 255 == 4
    assert [options["network"] for *_, options in asked[-6:]] == [
        (kind, seed) for kind in ("hed-vgg16", "random") for seed in range(3)
    ]


def parsed(*names, size=None):
    """The arguments of the command."""
    return SimpleNamespace(names=names, size=size)


def test_one_picture_at_another_size(tmp_path, asked):
    assert styled.main(parsed("flower-ink", size=640), tmp_path) == 0
    (one,) = asked
    assert one[3] == {"size": 640, "steps": styled.STEPS[512]}
    assert [path.name for path in (tmp_path / styled.FOLDER).iterdir()] == ["flower-ink.jpg"]


def test_ink_has_the_shades_of_its_picture():
    light = torch.rand(1, 20, 30, generator=torch.Generator().manual_seed(0))
    ramp = torch.cat([0.1 + 0.8 * light, 0.1 + 0.7 * light, 0.1 + 0.5 * light])
    assert torch.allclose(styled.toned(ramp, ramp), ramp, atol=1e-4)
    toned = styled.toned(torch.rand(3, 8, 9, generator=torch.Generator().manual_seed(1)), ramp)
    order = gray(toned[None]).flatten().argsort()
    assert (toned.flatten(1)[:, order].diff() > -1e-6).all()  # a brighter shade, all of its colors


@pytest.mark.parametrize("name", styled.GALLERY)
def test_the_stored_picture_is_of_its_size_and_small(name):
    path = ROOT / styled.FOLDER / f"{name}.jpg"
    assert path.stat().st_size < 250_000
    with Image.open(path) as image:
        assert min(image.size) == styled.SIZE


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", styled.STRIPS)
def test_the_chapter_names_the_command(language, name):
    cells = read_notebook(notebook(ROOT, language, "07-style-transfer")).cells
    assert any(f"python -m tools styled {name}" in cell.source for cell in cells), name
