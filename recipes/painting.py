"""Train and measure the network that paints: `python -m tools checkpoints painter`.

It learns from square pieces of five photographs. The pavilion is not among them: on it the network
is measured, by the loss of the chapter on style transfer. `python -m tools runs painter-runs` says
how much the seed of the training matters.
"""

import torch

from course_lib import checkpoints
from course_lib.data import load_photo, load_style
from course_lib.fast_style import Painter, train_painter
from course_lib.style import STYLE_LAYERS, Losses, Objective, VGGFeatures, gram_matrix

STYLES = ("swirl", "waves")
SEEN, UNSEEN = ("astronaut", "chelsea", "coffee", "flower", "rocket"), "china"
SIZE, SIZES = 256, (192, 256, 384)  # pixels of shorter sides: of the styles, of the photographs
PIECE, NUM_PIECES = 96, 24  # pixels of the pieces' sides; pieces of each style
RECIPE = {"num_pieces": 300, "num_steps": 900}
VIEWS = {"china": 40, "flower": 110}  # what the chapter shows: 160 x 160 pixels from this column on


def pieces(images, count, rng):
    """Cut squares out of images (1, 3, H, W), as many as `count`: (count, 3, PIECE, PIECE)."""

    def piece(sides):
        top, left = (int(torch.randint(side - PIECE + 1, (), generator=rng)) for side in sides)
        return slice(top, top + PIECE), slice(left, left + PIECE)

    chosen = [images[i] for i in torch.randint(len(images), (count,), generator=rng).tolist()]
    return torch.cat([x[:, :, *piece(x.shape[2:])] for x in chosen])


@torch.no_grad()
def features(network, images):
    """Return the features of images (N, 3, H, W), computed for a few images at a time."""
    parts = [network(batch) for batch in images.split(4)]
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


def learn(model, seed, *, num_pieces, num_steps):
    """Train a `Painter` on pieces of photographs of three sizes, for the styles' pieces."""
    network, rng = VGGFeatures(), torch.Generator().manual_seed(seed)
    photos = pieces(
        [load_photo(name, size)[None] for name in SEEN for size in SIZES], num_pieces, rng
    )
    maps = features(VGGFeatures(layers="conv4_2"), photos)["conv4_2"]
    found = [
        features(network, pieces([load_style(name, SIZE)[None]], NUM_PIECES, rng))
        for name in STYLES
    ]
    grams = {
        name: torch.stack([gram_matrix(maps[name]).mean(0) for maps in found])
        for name in STYLE_LAYERS
    }
    told = []
    for losses in train_painter(
        model, network, photos, maps, grams, num_steps=num_steps, seed=seed
    ):
        told.append(losses)
        if len(told) == 50:
            content, style = torch.tensor(told).mean(0)
            print(f"content {content:.3f}, style {style:.4f}", flush=True)
            told = []


@torch.no_grad()
def loss_of_the_pavilion(model):
    """Return the mean over the styles of the loss at a style weight of 10."""
    photo, network = load_photo(UNSEEN, SIZE)[None], VGGFeatures()
    rng, found = torch.Generator().manual_seed(0), []
    for name, mix in zip(STYLES, torch.eye(len(STYLES))):
        found.append(losses(model, network, photo, name, mix[None], rng)[0])
    return sum(found) / len(found)


def losses(model, network, photo, style_name, mix, rng):
    """Return the loss of a photo painted by the model, then content, style and total variation."""
    style = load_style(style_name, SIZE)[None]
    objective = Objective(network, photo, style, Losses(style_weight=10))
    return [float(loss) for loss in objective(model(photo, mix, rng))]


def runs():
    """Chapter 7: the losses of painters by the seed of their training; 0 is the checkpoint."""
    return {"painter": measure}


def measure(seed):
    """Train a painter with a seed; return its losses on the pavilion and on the chapter's views."""
    if seed == 0:
        model = checkpoints.load("painter")
    else:
        torch.manual_seed(seed)
        model = Painter(num_styles=len(STYLES))
        learn(model, seed, **RECIPE)
    network, found = VGGFeatures(), {"both styles": loss_of_the_pavilion(model)}
    for name, left in VIEWS.items():
        view = load_photo(name, SIZE)[None, :, 20:180, left : left + 160]
        rng, swirl = torch.Generator().manual_seed(0), torch.eye(len(STYLES))[:1]
        with torch.no_grad():
            values = losses(model.eval(), network, view, STYLES[0], swirl, rng)
        found |= {f"{name} {what}": x for what, x in zip(("loss", "content", "style"), values)}
    return found
