"""A program for torchrun: trains a small model and stores what came out.

torchrun --nproc-per-node 2 scale_program.py RESULT KIND [KEY=VALUE ...]
"""

import os
import signal
import sys

import torch

from course_lib import dcgan, gan
from course_lib.autoencoder import DenseAutoencoder, train_autoencoder
from course_lib.denoising import gaussian_noise
from course_lib.scale.train import train

torch.set_num_threads(1)
result, kind, *more = sys.argv[1:]
options = dict(pair.split("=") for pair in more)
rank, attempt = os.environ.get("RANK", "0"), os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
n_images = 45 - int(options.get("fewer", 0)) * int(rank)
torch.manual_seed(5)
images = torch.rand(n_images, 1, 28, 28, dtype=torch.float64)
torch.manual_seed(int(rank))  # the weights of rank 0 are what all begin with


def noisy(x, generator):
    return gaussian_noise(x, 0.5, generator)


def kill(epoch, *_):
    """End rank 1 without a word, once."""
    if (str(epoch), rank, attempt) == (options.get("kill"), "1", "0"):
        os.kill(os.getpid(), signal.SIGKILL)


common = {"num_epochs": 3, "batch_size": 16, "on_epoch": kill, "seed": 1}
if "checkpoint" in options:
    common["checkpoint"] = options["checkpoint"]
if kind in ("autoencoder", "autoencoder-alone"):
    model = DenseAutoencoder(4, hidden=(8,)).double()
    if kind == "autoencoder":
        history = train(model, images, corrupt=noisy, **common)
    else:
        history = train_autoencoder(model, images, corrupt=noisy, lr=1e-3, device="cpu", **common)
else:
    G, D = dcgan.ConvGenerator(5, width=4).double(), dcgan.ConvDiscriminator(width=4).double()
    model, betas = torch.nn.ModuleList([G, D]), (0.5, 0.999)
    if kind == "gan":
        history = train((G, D), images, lr=2e-3, betas=betas, **common)
    else:
        history = gan.train_gan(G, D, images, lr=2e-3, betas=betas, device="cpu", **common)
history = {name: list(values) for name, values in vars(history).items() if name != "seconds"}
if rank == "0":
    torch.save({"model": model.state_dict(), "history": history}, result)
else:
    torch.save({"model": model.state_dict(), "history": history}, f"{result}.{rank}")
