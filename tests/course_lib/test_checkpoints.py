"""Checkpoints: what is saved comes back; a changed, missing or unknown file is an error."""

import json
import pickle

import pytest
import torch

from course_lib import checkpoints
from course_lib.autoencoder import ConvAutoencoder, DenseAutoencoder

CARD = {
    "arguments": {"latent_dim": 3, "image_size": 8},
    "command": "python -m tools example",
    "seed": 0,
    "data": "none",
    "metric": {"name": "test MSE", "value": 0.1, "tolerance": 0.01},
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path / "weights")
    return tmp_path / "weights"


@pytest.mark.parametrize("kind", [DenseAutoencoder, ConvAutoencoder])
def test_round_trip(kind, folder):
    model = kind(3, image_size=8)
    x = torch.rand(4, 1, 8, 8)
    checkpoints.save(model, "small-one", CARD)
    loaded = checkpoints.load("small-one")
    assert type(loaded) is kind
    assert not loaded.training
    assert torch.equal(loaded(x), model.eval()(x))
    assert checkpoints.names() == ["small-one"]
    card = checkpoints.card("small-one")
    assert card["n_parameters"] == sum(p.numel() for p in model.parameters())
    assert card["class"] == f"autoencoder.{kind.__name__}"
    assert CARD.items() <= card.items()
    assert sorted(p.name for p in folder.iterdir()) == ["small-one.json", "small-one.safetensors"]


def test_what_half_precision_holds_exactly_takes_half_the_bytes(folder):
    torch.manual_seed(0)
    sizes = []
    for exact in (False, True):
        model = DenseAutoencoder(3, image_size=8)
        if exact:
            for weight in model.parameters():
                weight.data = weight.half().float()
        checkpoints.save(model, "a", CARD)
        sizes.append((folder / "a.safetensors").stat().st_size)
        stored, loaded = (network.state_dict() for network in (model, checkpoints.load("a")))
        assert all(torch.equal(stored[key], loaded[key]) for key in stored)
        assert all(value.dtype == torch.float32 for value in loaded.values())
    assert sizes[1] < 0.55 * sizes[0]


def test_unknown_name():
    with pytest.raises(ValueError, match=r"name must be one of \(none yet\), got 'x'"):
        checkpoints.load("x")
    checkpoints.save(DenseAutoencoder(3, image_size=8), "a", CARD)
    with pytest.raises(ValueError, match="name must be one of a, got '../a'"):
        checkpoints.load("../a")


def test_changed_or_missing_weights(folder):
    checkpoints.save(DenseAutoencoder(3, image_size=8), "a", CARD)
    path = folder / "a.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(RuntimeError, match="not the file of its card .*python -m tools example"):
        checkpoints.load("a")
    path.unlink()
    with pytest.raises(FileNotFoundError, match="a.safetensors is missing"):
        checkpoints.load("a")


def test_weights_are_never_unpickled(folder):
    """A pickle in place of the weights is refused even where the card vouches for it."""
    import hashlib

    checkpoints.save(DenseAutoencoder(3, image_size=8), "a", CARD)
    evil = pickle.dumps({"x": print})
    (folder / "a.safetensors").write_bytes(evil)
    card = json.loads((folder / "a.json").read_text())
    card["sha256"] = hashlib.sha256(evil).hexdigest()
    (folder / "a.json").write_text(json.dumps(card))
    with pytest.raises(Exception, match=r"(?i)header|safetensors|deserializ"):
        checkpoints.load("a")


@pytest.mark.parametrize("missing", ["arguments", "command", "seed", "data", "metric"])
def test_incomplete_card(missing, folder):
    card = {key: value for key, value in CARD.items() if key != missing}
    with pytest.raises(ValueError, match=f"card lacks {missing}"):
        checkpoints.save(DenseAutoencoder(3, image_size=8), "a", card)
    assert not folder.exists()


def test_card_that_rebuilds_another_model(folder):
    with pytest.raises(ValueError, match="its arguments do not rebuild the model"):
        checkpoints.save(DenseAutoencoder(4, image_size=8), "a", CARD)
    assert not folder.exists()


def test_a_card_that_json_cannot_hold(folder):
    with pytest.raises(TypeError, match="card must hold what JSON can: .*Tensor"):
        checkpoints.save(DenseAutoencoder(3, image_size=8), "a", {**CARD, "seed": torch.tensor(0)})
    assert not folder.exists()


def test_the_class_is_the_models_whatever_the_card_says():
    checkpoints.save(ConvAutoencoder(3, image_size=8), "a", {**CARD, "class": "gan.GAN"})
    assert type(checkpoints.load("a")) is ConvAutoencoder


@pytest.mark.parametrize("name", ["", "a/b", "../a", "a b", "가", 3])
def test_bad_name(name):
    with pytest.raises(ValueError, match="name must be letters, digits and hyphens"):
        checkpoints.save(DenseAutoencoder(3, image_size=8), name, CARD)


def test_foreign_model():
    with pytest.raises(TypeError, match="model must be a torch module of course_lib, got Linear"):
        checkpoints.save(torch.nn.Linear(2, 2), "a", CARD)
