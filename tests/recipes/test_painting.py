"""How the network that paints is trained: on pieces of photographs, none of them the pavilion."""

import pytest
import torch
from torch.nn.functional import avg_pool2d

from course_lib.fast_style import Painter
from course_lib.style import STYLE_LAYERS
from recipes import painting


class Seen(torch.nn.Module):
    """In place of VGG: the colors at half the size."""

    device = torch.device("cpu")

    def __init__(self, layers=None):
        super().__init__()
        self.sizes = []

    def forward(self, images):
        self.sizes.append(len(images))
        return dict.fromkeys((*STYLE_LAYERS, "conv4_2"), avg_pool2d(images, 2))


def test_a_piece_is_cut_out_of_an_image():
    images = [torch.rand(1, 3, 100, 130), torch.rand(1, 3, 96, 96)]
    cut = painting.pieces(images, 20, torch.Generator().manual_seed(0))
    assert cut.shape == (20, 3, 96, 96)
    assert sum(torch.equal(one, images[1][0]) for one in cut) in range(3, 18)
    windows = images[0].unfold(2, 96, 1).unfold(3, 96, 1)[0].permute(1, 2, 0, 3, 4).flatten(0, 1)
    for one in cut:
        if not torch.equal(one, images[1][0]):
            assert (windows == one).flatten(1).all(1).any()


def test_a_few_images_at_a_time_have_the_same_features():
    network, images = Seen(), torch.rand(10, 3, 8, 8)
    found = painting.features(network, images)["conv4_2"]
    assert torch.equal(found, network(images)["conv4_2"])
    assert max(network.sizes[:-1]) < 10


def test_the_pavilion_is_not_seen_and_the_losses_are_told(monkeypatch, capsys):
    asked = []

    def load_photo(name, size):
        asked.append(name)
        return torch.rand(3, size, size, generator=torch.Generator().manual_seed(size))

    monkeypatch.setattr(painting, "load_photo", load_photo)
    monkeypatch.setattr(painting, "VGGFeatures", Seen)
    torch.manual_seed(0)
    model = Painter(widths=(4, 4, 4), num_blocks=1)
    painting.learn(model, 0, num_pieces=4, num_steps=100)
    assert painting.UNSEEN not in asked
    first, last = (float(line.rpartition(" ")[2]) for line in capsys.readouterr().out.splitlines())
    assert last < first / 2


@pytest.mark.parametrize("seed", [0, 1])
def test_the_measure_is_the_same_every_time(monkeypatch, seed):
    monkeypatch.setattr(painting, "VGGFeatures", Seen)
    torch.manual_seed(seed)
    model = Painter(widths=(4, 4, 4), num_blocks=1).eval()
    assert painting.loss_of_the_pavilion(model) == painting.loss_of_the_pavilion(model) > 0


@pytest.mark.parametrize("seed", [0, 1])
def test_a_painter_is_measured_by_the_seed_of_its_training(monkeypatch, seed):
    trained = []
    monkeypatch.setattr(painting, "VGGFeatures", Seen)
    monkeypatch.setattr(painting, "learn", lambda model, seed, **settings: trained.append(seed))
    found = painting.runs()["painter"](seed)
    assert trained == ([] if seed == 0 else [seed])  # 0 is the checkpoint
    assert set(found) == {"both styles"} | {
        f"{name} {what}" for name in painting.VIEWS for what in ("loss", "content", "style")
    }
    for name in painting.VIEWS:
        loss, content, style = (found[f"{name} {what}"] for what in ("loss", "content", "style"))
        assert loss == pytest.approx(content + 10 * style, rel=1e-4)
