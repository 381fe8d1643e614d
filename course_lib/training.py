"""One training loop for the autoencoders: `train` calls `run_epoch`, and that is all of it.

The data lie on the device as one tensor and batches are taken by index, so no image is touched by
Python on its own. Plots, measurements and early looks belong to the callback. What the GANs' loop
needs as well stands in functions of its own.
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
from course_lib.support.checks import floats, positive, whole


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
    return mean_losses(losses[:, None], batches, epoch, ["the loss"])[0]


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
    device = place(model, device)
    images = images.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    generator = torch.Generator(device).manual_seed(seed)
    history = History()

    def one_epoch(epoch):
        return {"loss": run_epoch(model, images, batch_loss, optimizer, batch_size=batch_size,
                                  generator=generator, epoch=epoch)}

    def callback(epoch):
        if on_epoch is not None:
            on_epoch(epoch, model, history)

    repeat(one_epoch, model, [optimizer], generator, history, settings, num_epochs=num_epochs,
           on_epoch=callback, checkpoint=checkpoint)
    return history


# --- What training a GAN needs as well -------------------------------------------------------


def place(model, device):
    """Move a model to a device (None: the fastest one), for training; returns the device."""
    device = runtime.device() if device is None else torch.device(device)
    model.to(device)
    if device.type == "cpu":  # convolutions run faster with the channels of a pixel side by side
        model.to(memory_format=torch.channels_last)
    return device


def mean_losses(losses, batches, epoch, names):
    """Average k losses over an epoch; a batch counts for as many images as it has.

    Args:
        losses: (n_batches, k) tensor, means over the batches; columns in the order of computation.
        batches: the batches, for their lengths.
        epoch: its number, for the error.
        names: the k losses' names, for the error.

    Returns:
        list of k floats.

    Raises:
        FloatingPointError: names the first loss that is not finite, its epoch and batch.
    """
    bad = (~losses.isfinite()).nonzero()
    if len(bad):
        i, k = bad[0].tolist()
        raise FloatingPointError(
            f"{names[k]} became {losses[i, k].item()} in epoch {epoch}, batch {i + 1} of "
            f"{len(batches)}; a smaller lr may help, and images must be finite"
        )
    sizes = torch.tensor([len(batch) for batch in batches], dtype=torch.float64)
    return (sizes @ losses.double().cpu() / sizes.sum()).tolist()


def repeat(one_epoch, model, optimizers, generator, history, settings, *, num_epochs, on_epoch,
           checkpoint):
    """Train epoch by epoch, from the checkpoint on where there is one; `model` ends in eval mode.

    Args:
        one_epoch: callable `(epoch)` that trains for one epoch, counted from 1, in training mode,
            and returns what it measured: a dict from the name of a list in `history` to a number.
        model: torch.nn.Module that holds all that is trained.
        optimizers: list of the optimizers of its parameters.
        generator: torch.Generator from which `one_epoch` draws all of its random numbers; layers
            that draw from the global one, such as dropout, are seeded from it.
        history: dataclass of lists, with `seconds` among them.
        settings: dict that must be the same when training goes on from a checkpoint.
        num_epochs, checkpoint: see `train`.
        on_epoch: callable `(epoch)`, called after each epoch with the model in evaluation mode.
    """
    checkpoint = None if checkpoint is None else Path(checkpoint)
    if checkpoint is not None and not checkpoint.parent.is_dir():
        raise ValueError(f"checkpoint: there is no folder {checkpoint.parent}")
    if checkpoint is not None and checkpoint.exists():
        _resume(checkpoint, model, optimizers, generator, history, settings)
    progress = tqdm(range(len(history.seconds), num_epochs), unit="epoch", leave=False)
    for epoch in progress:
        start = time.perf_counter()
        with _seeded_layers(generator):
            measured = one_epoch(epoch + 1)
        for name, value in measured.items():
            getattr(history, name).append(value)
        history.seconds.append(time.perf_counter() - start)
        model.eval()
        if checkpoint is not None:
            _store(checkpoint, model, optimizers, generator, history, settings)
        progress.set_postfix({name: f"{value:.4g}" for name, value in measured.items()})
        on_epoch(epoch + 1)
    model.to(memory_format=torch.contiguous_format).eval()


@contextmanager
def evaluating(model):
    """Evaluation mode without gradients, for a while; every module gets its mode back."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def _seeded_layers(generator):
    """Let layers that draw from the global generator (dropout) draw what `generator` decides."""
    seed = int(torch.randint(2**31, (), generator=generator, device=generator.device))
    devices = [generator.device] if generator.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield


def _store(path, model, optimizers, generator, history, settings):
    """Write everything that the next epoch depends on, whole or not at all."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    for k, optimizer in enumerate(optimizers):
        for number, state in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer{k}.{number}.{name}": value for name, value in state.items()}
    tensors["generator"] = generator.get_state()
    # Copies, contiguous: the file holds neither shared memory nor strides.
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    about = {"settings": json.dumps(settings), "history": json.dumps(vars(history))}
    part = path.with_name(path.name + ".part")
    save_file(tensors, part, metadata=about)
    os.replace(part, path)


def _resume(path, model, optimizers, generator, history, settings):
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
    for k, optimizer in enumerate(optimizers):
        groups = optimizer.param_groups
        parameters = [parameter for group in groups for parameter in group["params"]]
        state = {}
        for name, value in tensors.items():
            if name.startswith(f"optimizer{k}."):
                number, name = name.split(".")[1:]
                like = parameters[int(number)]
                if value.shape == like.shape:  # fused Adam wants the strides of its parameter
                    value = torch.empty_like(like).copy_(value)
                state.setdefault(int(number), {})[name] = value
        optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    generator.set_state(tensors["generator"])
    vars(history).update(json.loads(about["history"]))
