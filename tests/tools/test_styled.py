"""The finished pictures: made by the recipes that the chapter prints, and small enough to load."""

from types import SimpleNamespace

import pytest
import torch
from PIL import Image

from course_lib import style
from course_lib.data import load_style
from course_lib.support.style_run import History, Result
from tools import styled
from tools.book import ROOT, notebook, read_notebook


def test_command_paints_what_the_recipes_say(tmp_path, monkeypatch, capsys):
    asked = []

    def transfer(content, painting, losses, **options):
        asked.append((content, painting, losses, options))
        gray = torch.full((3, 8, 12), len(asked) * 100 / 255)
        return Result(gray, History(loss=[1.0]))

    def network(weights, pooling):
        return SimpleNamespace(to=lambda device: (weights, pooling))

    monkeypatch.setattr(style, "VGGFeatures", network)
    monkeypatch.setattr(style, "transfer", transfer)
    assert styled.main(None, tmp_path) == 0
    printed = capsys.readouterr().out
    assert len(asked) == len(styled.RECIPES)
    for number, (name, recipe) in enumerate(styled.RECIPES.items()):
        content, painting, losses, options = asked[number]
        assert content.shape == (3, 427, 640)
        assert torch.equal(painting, load_style(recipe[1], 256))
        assert options["network"] == ("hed-vgg16", "max")
        assert losses.style_weight == float(recipe[recipe.index("--style-weight") + 1])
        assert f"{styled.FOLDER}/{name}: " in printed
        with Image.open(tmp_path / styled.FOLDER / name) as image:
            assert image.size == (12, 8)
            assert abs(image.getpixel((0, 0))[0] - 100 * (number + 1)) < 3


@pytest.mark.parametrize("name", styled.RECIPES)
def test_the_stored_picture_is_of_its_size_and_small(name):
    path = ROOT / styled.FOLDER / name
    assert path.stat().st_size < 200_000
    with Image.open(path) as image:
        assert image.size == (383, 256)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", styled.RECIPES)
def test_the_chapter_prints_the_recipe(language, name):
    command = f"python -m course_lib style {' '.join(styled.RECIPES[name])} -o {name}"
    cells = read_notebook(notebook(ROOT, language, "07-style-transfer")).cells
    assert any(command in cell.source for cell in cells), command
