"""Measure, for ``python -m tools gpu``, notebooks, k-means, trainings and style transfer.

Each function takes the folder for its pictures, the device and whether this is a tiny run, which
tries the same code on a CPU in seconds; each returns what it found as a dict of JSON values.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import numpy as np
import torch
from torch.nn.functional import mse_loss
from torchvision.utils import save_image

from benchmarks import gan, kmeans, style
from course_lib.autoencoder import ConvAutoencoder, DenseAutoencoder, train_autoencoder
from course_lib.data import load_hangul, load_lfw
from course_lib.dcgan import ConvDiscriminator, ConvGenerator
from course_lib.gan import sample, train_gan
from tools.book import ROOT, SOURCE, chapters, notebook, read_notebook

WEIGHTS = ("regular", "bold", "extra-bold", "light")


def run_notebooks(out, device, tiny, limit=180):
    """Run every chapter, some at a time; of tiny runs the quickest. Do their asserts hold?"""
    names = sorted(chapters(ROOT), key=seconds_to_run)[: 1 if tiny else None]
    cores = os.cpu_count() or 1
    workers = 1 if tiny else max(1, min(4, cores // 2))
    variables = os.environ | {"OMP_NUM_THREADS": str(max(1, cores // workers))}
    began, late, failed = time.perf_counter(), [], {}

    def check(name):
        command = [sys.executable, "-m", "tools", "run", name, "--check"]
        options = {"cwd": ROOT, "env": variables, "capture_output": True, "text": True}
        left = max(0.0, limit - (time.perf_counter() - began))
        try:
            subprocess.run(command, check=True, timeout=left, **options)
        except subprocess.TimeoutExpired:
            late.append(name)
        except subprocess.CalledProcessError as error:
            failed[name] = error.stderr[-2000:]

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(check, names))
    held = len(names) - len(failed) - len(late)
    found = {"n": len(names), "held": held, "failed": failed, "late": len(late)}
    return {**found, "workers": workers, "seconds": time.perf_counter() - began}


def seconds_to_run(name):
    """Seconds that a chapter takes, as its metadata say."""
    return read_notebook(notebook(ROOT, SOURCE, name)).metadata["course"]["run"]


def fit_kmeans(out, device, tiny):
    """Fit with every library for 25 iterations, from the same start where it takes one."""
    n, k = (2_000, 8) if tiny else (500_000, 100)
    methods = ["sklearn lloyd", *(name for name in kmeans.METHODS if name not in kmeans.PEERS)]
    seconds, inertia, _ = kmeans.measure(kmeans.normal(n, 32), k, 25, 3, methods)
    medians = {name: float(np.median(times)) for name, times in seconds.items()}
    return {"n": n, "k": k, "medians": medians, "inertia": inertia}


def hangul(tiny):
    """Return images (N, 1, 64, 64) of Hangul, and which are held out; of tiny runs, a few."""
    syllables = load_hangul(WEIGHTS[:1] if tiny else WEIGHTS, 64)
    return (part[:: 200 if tiny else 1] for part in (syllables.images, syllables.is_test))


def train_autoencoders(out, device, tiny):
    """Train autoencoders on Hangul: errors on syllables held out, theirs and the mean image's."""
    images, held_out = hangul(tiny)
    train, test = images[~held_out], images[held_out].to(device)
    mean, epochs = train.mean(dim=0).to(device).expand_as(test), 1 if tiny else 10
    found = {"n": len(train), "epochs": epochs, "mean": float(mse_loss(mean, test))}
    for name, make in {"dense": DenseAutoencoder, "convolutional": ConvAutoencoder}.items():
        torch.manual_seed(0)
        model = make(64, image_size=64)
        history = train_autoencoder(model, train, num_epochs=epochs, device=device)
        with torch.no_grad():
            decoded = torch.cat([model(x) for x in test.split(500)])
        save_image(torch.cat([test[:8], decoded[:8]]), out / f"hangul-{name}.png")
        seconds, error = sum(history.seconds), float(mse_loss(decoded, test))
        found |= {f"{name} seconds": seconds, f"{name} error": error}
    return found


def train_dcgan(out, device, tiny):
    """Train a DCGAN of 64 pixels on Hangul; of tiny runs, a narrow one."""
    images, _ = hangul(tiny)
    settings = {"width": 2, "num_epochs": 1} if tiny else {"num_epochs": 40}
    found = learn_to_draw(images, out / "hangul-dcgan.png", device, limit=45, **settings)
    return {**found, "speed": found["epochs"] * len(images) / found["seconds"]}


def train_faces(out, device, tiny):
    """Train a DCGAN of 64 pixels on photographs of faces, which are downloaded; or on noise.

    The photographs could not be reached where the book was made, so this was tried on noise only.
    """
    faces = torch.rand(32, 3, 64, 64) if tiny else load_lfw()
    settings = {"width": 2, "num_epochs": 1} if tiny else {"num_epochs": 200}
    return learn_to_draw(faces, out / "faces.png", device, limit=440, **settings)


def learn_to_draw(images, path, device, *, limit, num_epochs, width=64):
    """Train a DCGAN until an epoch ends after `limit` seconds, and draw 64 fakes."""
    found = {"n": len(images), "width": width}

    def on_epoch(epoch, generator, discriminator, history):
        found.update(epochs=epoch, seconds=sum(history.seconds))
        if found["seconds"] > limit:
            raise gan.Reached

    torch.manual_seed(0)
    channels = images.shape[1]
    generator = ConvGenerator(100, 64, channels, width)
    discriminator = ConvDiscriminator(64, channels, width)
    with suppress(gan.Reached):
        options = {"num_epochs": num_epochs, "batch_size": 128, "device": device}
        train_gan(generator, discriminator, images, on_epoch=on_epoch, **options)
    save_image(sample(generator, 64), path, nrow=8)
    return found


def time_dcgan(out, device, tiny):
    """Train a DCGAN on digits: milliseconds of a step, and seconds to a Frechet distance."""
    *_, (title, digits, device, target, settings) = gan.problems()  # a GPU's is the last one
    if tiny:
        digits, target = type(digits)(*(part[:200] for part in digits)), float("inf")
    make = partial(gan.Ours, **settings)
    speeds = gan.step_speeds({"": make}, digits.train_images, 1 if tiny else 9, device)[""]
    watch = gan.seconds_to(target, make, 0, digits, 15, device)
    step = 1000 * settings.get("batch_size", gan.BATCH_SIZE) / float(np.median(speeds))
    distance, epochs = watch.distances[-1], len(watch.distances)
    found = {"title": title, "step": step, "seconds": watch.seconds, "epochs": epochs}
    return {**found, "target": str(target), "distance": distance}


def transfer_style(out, device, tiny):
    """Take steps of style transfer with VGG-19: seconds, and the share of the card's peak."""
    size, n_steps = (32, 4) if tiny else (512, 40)
    step, speed, share = style.on_gpu(size, n_steps, device)
    return {"size": size, "step": step, "speed": speed / 1e12, "share": 100 * share}
