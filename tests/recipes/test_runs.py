"""`python -m tools runs`: what is measured and stored."""

from argparse import Namespace

import pytest
import torch

from course_lib.autoencoder import DenseAutoencoder
from course_lib.support import checkpoints
from course_lib.support import runs as stored
from recipes import runs
from tools.book import BookError


def test_every_run_is_measured_for_every_seed_and_stored(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path)
    table = {"a": lambda seed: {"test": seed / 2}, "b": lambda seed: {"test": 1, "train": 2}}
    monkeypatch.setattr(runs, "TABLES", {"small": lambda: table})
    assert runs.main(Namespace(names=[]), None) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6
    assert stored.load("small")["a", "test"].tolist() == [0, 0.5, 1]
    with pytest.raises(BookError, match="no table 'large'; there are: small"):
        runs.main(Namespace(names=["large"]), None)


@pytest.mark.parametrize("name", stored.names())
def test_the_stored_table_has_the_runs_of_its_recipe(name):
    assert {run for run, _ in stored.load(name)} == set(runs.TABLES[name]())


def test_the_seed_decides_weights_and_order():
    images = torch.rand(8, 1, 4, 4)

    def weights(seed):
        model = runs.trained(
            lambda: DenseAutoencoder(2, (), image_size=4), seed, [(2, 1e-2), (1, 1e-3)], images
        )
        return model.encoder[1].weight.detach()

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_the_smooth_encoder_blurs_and_has_the_sizes_of_the_other():
    model = runs.smooth(5)
    assert model(torch.zeros(2, 1, 28, 28)).shape == (2, 1, 28, 28)
    blurred = model.encoder[2](torch.ones(1, 16, 8, 8))
    assert blurred.shape == (1, 16, 4, 4)
    assert torch.allclose(blurred[..., 1:, 1:], torch.ones(()))
    assert not any(p.requires_grad for p in model.encoder[2].parameters())


def test_photographs_are_cut_and_codes_rounded_to_a_byte():
    photo = torch.arange(3 * 70 * 40.0).reshape(3, 70, 40)
    assert runs.tiles(photo, 32).shape == (2, 3, 32, 32)
    assert torch.equal(runs.tiles(photo, 8)[2], photo[:, 8:40, :32])
    z = torch.randn(500, 3, generator=torch.Generator().manual_seed(0))
    rounded = runs.quantized(z)
    assert max(len(column.unique()) for column in rounded.T) <= 256
    assert (rounded - z).abs().max() <= (z.amax() - z.amin()) / 510 + 1e-6
    assert runs.MapAutoencoder(4)(torch.zeros(1, 3, 32, 64)).shape == (1, 3, 32, 64)
