"""Faces of 64 pixels from a DCGAN: `python -m tools gpu dcgan-faces`, on a machine with a GPU.

It writes faces.png, a grid of fakes, and faces.json, its card. Neither comes with the book: the
photographs could not be reached where the book was made, so this was tried on drawn images only.
"""

import contextlib
import json
import time

from course_lib import plots
from course_lib.data import load_lfw
from course_lib.dcgan import ConvDiscriminator, ConvGenerator
from course_lib.gan import sample, train_gan
from course_lib.runtime import device, seed_everything

SECONDS = 440  # of training; within 8 minutes with the download
SETTINGS = {"batch_size": 128, "lr": 2e-4}  # the paper's


class Late(Exception):
    """The time is over."""


def run(out, faces=None, seconds=SECONDS, width=64, num_epochs=200):
    """Train on faces (N, 3, 64, 64) in [0, 1], by default LFW's, and store; returns the card.

    Training ends after `num_epochs`, or after the first epoch that ends later than `seconds`.
    """
    seed_everything(0)
    faces = load_lfw() if faces is None else faces
    G, D = ConvGenerator(100, 64, 3, width), ConvDiscriminator(64, 3, width)
    since, epochs = time.perf_counter(), []

    def watch(epoch, *_):
        epochs.append(epoch)
        if time.perf_counter() - since > seconds:
            raise Late

    with contextlib.suppress(Late):
        train_gan(G, D, faces, num_epochs=num_epochs, on_epoch=watch, **SETTINGS)
    card = {
        "n": len(faces),
        "epochs": len(epochs),
        "seconds": round(time.perf_counter() - since, 1),
        "device": str(device()),
        "width": width,
        **SETTINGS,
    }
    plots.show_images(sample(G, 64), n_columns=8).savefig(out / "faces.png")
    (out / "faces.json").write_text(json.dumps(card, indent=2) + "\n")
    return card
