"""Strips of small images for a demo in the page: a time-lapse of training, and latent walks.

Each PNG is one row of frames side by side, 28 x 28 pixels each, gray.
"""

import io

import torch
from PIL import Image

from course_lib import checkpoints
from course_lib.data import load_mnist
from course_lib.dcgan import ConvDiscriminator, ConvGenerator
from course_lib.gan import train_gan
from course_lib.runtime import seed_everything

FOLDER = "book/_static/strips"
N_DIGITS, N_FRAMES = 4, 16  # strips of each kind, and frames in a strip


def strip(frames):
    """Lay frames (N, 1, H, W) in [0, 1] in a row; return the PNG's bytes."""
    row = torch.cat(list(frames[:, 0]), dim=1).clamp(0, 1)
    out = io.BytesIO()
    Image.fromarray((255 * row).round().byte().numpy()).save(out, "PNG", optimize=True)
    return out.getvalue()


def time_lapse(images, z, num_epochs):
    """What z (N, latent_dim) become while a narrow DCGAN trains: (N, num_epochs + 1, 1, 28, 28)."""
    seed_everything(0)
    generator = ConvGenerator(z.shape[1], width=16)
    frames = []

    def keep(*_):
        with torch.no_grad():
            frames.append(generator(z))

    generator.eval()
    keep()
    train_gan(
        generator,
        ConvDiscriminator(width=16),
        images,
        num_epochs=num_epochs,
        lr=5e-3,
        device="cpu",
        on_epoch=keep,
    )
    return torch.stack(frames, dim=1)


def walks(generator, z, n_frames):
    """From each of z (N, latent_dim) to the next along the arc: (N - 1, n_frames, 1, H, W)."""
    found = []
    for start, end in zip(z, z[1:]):
        angle = torch.acos(start @ end / (start.norm() * end.norm()))
        t = torch.linspace(0, 1, n_frames)[:, None]
        path = (torch.sin((1 - t) * angle) * start + torch.sin(t * angle) * end) / angle.sin()
        with torch.no_grad():
            found.append(generator(path))
    return torch.stack(found)


def add_arguments(parser):
    """Nothing to choose."""


def main(args, root):
    """Write the strips of both kinds; the same machine writes the same files."""
    noise = torch.Generator().manual_seed(0)
    generator = checkpoints.load("dcgan")
    z = torch.randn(N_DIGITS + 1, generator.latent_dim, generator=noise)
    sets = {
        "time-lapse": time_lapse(load_mnist("small").train_images, z[:N_DIGITS], N_FRAMES - 1),
        "walk": walks(generator, z, N_FRAMES),
    }
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sets.items():
        for number, frames in enumerate(rows, 1):
            path = folder / f"{name}-{number}.png"
            path.write_bytes(strip(frames))
            print(f"{path.relative_to(root)}: {path.stat().st_size:,} bytes")
    return 0
