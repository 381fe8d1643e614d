"""`python -m tools checkpoints`: what is stored, what is refused, and what lies in course_lib."""

from argparse import Namespace

import pytest
import torch

from course_lib import checkpoints as library
from course_lib.autoencoder import DenseAutoencoder
from recipes import checkpoints
from tools.book import ROOT, BookError

STORED = library.names()


def recipe(values):
    """A recipe whose training is a marker and whose measure takes the next of the values."""

    def train(model, seed):
        torch.nn.init.constant_(model.encoder[1].bias, float(seed + len(values)))

    return checkpoints.Recipe(
        DenseAutoencoder,
        {"latent_dim": 2, "hidden": (), "image_size": 4},
        train,
        lambda model: values.pop(0),
        "test MSE",
        0.01,
        "none",
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(library, "FOLDER", tmp_path)
    return tmp_path


def run(*names, accept=False):
    return checkpoints.main(Namespace(names=list(names), accept=accept), None)


def test_stores_and_stores_again_within_tolerance(folder, monkeypatch, capsys):
    monkeypatch.setattr(checkpoints, "RECIPES", {"small": recipe([0.5, 0.505])})
    assert run() == 0
    assert run("small") == 0
    assert capsys.readouterr().out == "small: test MSE 0.5\nsmall: test MSE 0.505\n"
    card = library.card("small")
    assert card["command"] == "python -m tools checkpoints small"
    assert card["metric"] == {"name": "test MSE", "value": 0.505, "tolerance": 0.01}


def test_refuses_what_misses_the_card(folder, monkeypatch):
    monkeypatch.setattr(checkpoints, "RECIPES", {"small": recipe([0.5, 0.52, float("nan"), 0.52])})
    run()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for _ in range(2):
        with pytest.raises(BookError, match="small: test MSE is (0.52|nan), the card says 0.5"):
            run()
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    run(accept=True)
    assert library.card("small")["metric"]["value"] == 0.52


def test_unknown_name():
    with pytest.raises(BookError, match="no recipe .nothing.; there are: conv-autoencoder"):
        run("nothing")


def test_every_recipe_is_stored_and_the_other_way_round():
    assert set(STORED) == set(checkpoints.RECIPES)


@pytest.mark.parametrize("name", STORED)
def test_stored_model_is_what_its_card_says(name):
    recipe, card = checkpoints.RECIPES[name], library.card(name)
    value = recipe.measure(library.load(name))
    assert value == pytest.approx(card["metric"]["value"], rel=1e-3)
    assert card["arguments"] == recipe.arguments
    assert card["metric"]["tolerance"] == recipe.tolerance


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", STORED)
def test_the_page_of_data_cards_says_the_same(name, language):
    page = (ROOT / "book" / language / "data-cards.md").read_text()
    row = next(line for line in page.splitlines() if line.startswith(f"| `{name}`"))
    assert f"{library.card(name)['metric']['value']:.3g}" in row


def test_small():
    sizes = [path.stat().st_size for path in library.FOLDER.iterdir()]
    assert max(sizes) < 2e6
    assert sum(sizes) < 10.5e6
