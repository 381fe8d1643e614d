"""One training loop for the autoencoders: `train` calls `run_epoch`, and that is all of it.

The data lie on the device as one tensor and batches are taken by index, so no image is touched by
Python on its own. Plots, measurements and early looks belong to the callback.
"""

import json
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from tqdm import tqdm

from course_lib import runtime
from course_lib._checks import floats, positive, whole


@dataclass
class History:
    """What training measured, one number per epoch: mean loss, and seconds of training."""

    loss: list = field(default_factory=list)
    seconds: list = field(default_factory=list)


def run_epoch(model, images, batch_loss, optimizer, *, batch_size, generator, epoch):
    """Pass once over images (N, ...) in random order; returns the mean loss per image.

    Raises FloatingPointError that names the first batch whose loss is not finite.
    """
    model.train()
    order = torch.randperm(len(images), generator=generator, device=images.device)
    batches = order.split(batch_size)
    losses = torch.empty(len(batches), device=images.device)
    for i, batch in enumerate(batches):
        loss = batch_loss(model, images.index_select(0, batch), generator)  # mean over the batch
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses[i] = loss.detach()  # no copy to the CPU yet
    bad = (~losses.isfinite()).nonzero()
    if len(bad):
        i = int(bad[0])
        raise FloatingPointError(
            f"the loss became {losses[i].item()} in epoch {epoch}, batch {i + 1} of "
            f"{len(batches)}; a smaller lr may help, and images must be finite"
        )
    sizes = torch.tensor([len(batch) for batch in batches], device=images.device)
    return float((losses.double().cpu() * sizes.cpu()).sum() / len(images))


def train(
    model,
    images,
    batch_loss,
    *,
    num_epochs,
    batch_size=64,
    lr=1e-3,
    device=None,
    seed=0,
    on_epoch=None,
    checkpoint=None,
):
    """Minimise a mean loss over images with Adam.

    Args:
        model: torch.nn.Module; moved to `device`, trained in place, left in evaluation mode.
        images: (N, ...) floating-point tensor, any number of further dimensions.
        batch_loss: callable `(model, x, generator)` that returns the mean loss of a batch
            x (B, ...) as a 0-d tensor; noise that it draws from the generator is reproducible.
        num_epochs: passes over the data, >= 1, those before a resumption included.
        batch_size: images per step, >= 1; the last batch of an epoch may be smaller and counts for
            as many images as it has.
        lr: step size of Adam, > 0.
        device: what torch.device takes; None is `runtime.device()`.
        seed: seeds order, noise and dropout, whatever was drawn before; the global generator is
            left as it was. The initial weights are the caller's.
        on_epoch: callable `(epoch, model, history)`, called after each epoch, counted from 1, with
            the model in evaluation mode; or None.
        checkpoint: path of a safetensors file, or None. It is rewritten after every epoch; where it
            exists, training goes on from it and ends with the same bits as without a stop.

    Returns:
        History: `loss` (mean per image, while training) and `seconds` per epoch.

    Raises:
        TypeError, ValueError: bad arguments, or a checkpoint of another model or other settings.
        FloatingPointError: a loss is not finite; says in which epoch and batch.

    Source: Kingma and Ba (2015), "Adam: a method for stochastic optimization", ICLR.
    """
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    floats(images, "images")
    whole(num_epochs, "num_epochs", 1)
    settings = {
        "images": list(images.shape),
        "batch_size": whole(batch_size, "batch_size", 1),
        "lr": positive(lr, "lr"),
        "seed": whole(seed, "seed", 0),
    }
    device = runtime.device() if device is None else torch.device(device)
    model.to(device)
    if device.type == "cpu":  # convolutions run faster with the channels of a pixel side by side
        model.to(memory_format=torch.channels_last)
    images = images.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    generator = torch.Generator(device).manual_seed(seed)
    history = History()
    if checkpoint is not None and Path(checkpoint).exists():
        _resume(Path(checkpoint), model, optimizer, generator, history, settings)

    progress = tqdm(range(len(history.loss), num_epochs), unit="epoch", leave=False)
    for epoch in progress:
        start = time.perf_counter()
        with _seeded_layers(generator):
            loss = run_epoch(model, images, batch_loss, optimizer, batch_size=batch_size,
                             generator=generator, epoch=epoch + 1)
        history.loss.append(loss)
        history.seconds.append(time.perf_counter() - start)
        model.eval()
        if checkpoint is not None:
            _store(Path(checkpoint), model, optimizer, generator, history, settings)
        progress.set_postfix(loss=f"{loss:.4g}")
        if on_epoch is not None:
            on_epoch(epoch + 1, model, history)
    model.to(memory_format=torch.contiguous_format).eval()
    return history


@contextmanager
def _seeded_layers(generator):
    """Let layers that draw from the global generator (dropout) draw what `generator` decides."""
    seed = int(torch.randint(2**31, (), generator=generator, device=generator.device))
    devices = [generator.device] if generator.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield


def _store(path, model, optimizer, generator, history, settings):
    """Write everything that the next epoch depends on, whole or not at all."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": value for name, value in state.items()}
    tensors["generator"] = generator.get_state()
    # Copies, contiguous: the file holds neither shared memory nor strides.
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    about = {"settings": json.dumps(settings), "history": json.dumps(vars(history))}
    part = path.with_name(path.name + ".part")
    save_file(tensors, part, metadata=about)
    os.replace(part, path)


def _resume(path, model, optimizer, generator, history, settings):
    """Read back what `_store` wrote, or say why that cannot be."""
    try:
        with safe_open(path, "pt") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"checkpoint: {path} is not a whole safetensors file ({error})") from None
    if "settings" not in about or "generator" not in tensors:
        raise ValueError(f"checkpoint: {path} was not written by course_lib.training")
    stored = json.loads(about["settings"])
    if stored != settings:
        raise ValueError(f"checkpoint: {path} was made with {stored}, got {settings}")
    weights = {name: tensor.shape for name, tensor in model.state_dict().items()}
    found = {name[6:]: value for name, value in tensors.items() if name.startswith("model.")}
    if {name: tensor.shape for name, tensor in found.items()} != weights:
        raise ValueError(f"checkpoint: {path} belongs to a model with other parameters")
    model.load_state_dict(found)
    parameters = list(model.parameters())
    state = {}
    for name, value in tensors.items():
        if name.startswith("optimizer."):
            number, name = name.removeprefix("optimizer.").split(".")
            like = parameters[int(number)]
            if value.shape == like.shape:  # fused Adam wants the strides of its parameter
                value = torch.empty_like(like).copy_(value)
            state.setdefault(int(number), {})[name] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    generator.set_state(tensors["generator"])
    measured = json.loads(about["history"])
    history.loss, history.seconds = measured["loss"], measured["seconds"]
