"""The bookkeeping of every training loop: resume, seed, time, save, show progress.

A loop reads from top to bottom:

    run = Run(model, [optimizer], History("loss", "seconds"), settings={"lr": lr}, seed=0)
    for epoch in run.epochs(num_epochs):
        run.history.loss.append(train_for_one_epoch(model, run.rng))
"""

import json
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from tqdm import tqdm

from course_lib import runtime
from course_lib.support.checks import whole
from course_lib.support.download import replacing


class History(SimpleNamespace):
    """The measurements of a training run: a list per name, one number per epoch.

    `History("loss", "seconds")` has two empty lists, `history.loss` and `history.seconds`.
    """

    def __init__(self, *names):
        super().__init__(**{name: [] for name in names})


class Run:
    """One training run of a model, which can stop after any epoch and resume to the bit.

    Args:
        model: torch.nn.Module that holds everything that is trained; moved to `device`.
        optimizers: list of the optimizers of its parameters.
        history: History with a list `seconds`; the loop appends to its other lists.
        settings: dict of JSON values that must be equal when training resumes.
        device: what torch.device takes; None is `runtime.device()`.
        seed: seeds `rng`, and through it the layers that draw from the global generator, such as
            dropout. The global generator is left as it was.
        checkpoint: path of a safetensors file, or None. The file is rewritten after every epoch; if
            it exists, training resumes from it and ends with the same bits as without a stop.

    Attributes:
        device: torch.device of the model, for the data.
        rng: torch.Generator from which the loop draws all of its random numbers.
        history: the argument.

    Raises:
        TypeError, ValueError: bad arguments, or a checkpoint of another model or other settings.
    """

    def __init__(
        self, model, optimizers, history, *, settings, device=None, seed=0, checkpoint=None
    ):
        self.model, self.optimizers, self.history = model, optimizers, history
        self.settings = settings | {"seed": whole(seed, "seed", 0)}
        self.checkpoint = None if checkpoint is None else Path(checkpoint)
        if self.checkpoint is not None and not self.checkpoint.parent.is_dir():
            raise ValueError(f"checkpoint: there is no folder {self.checkpoint.parent}")
        self.device = place(model, device)
        self.rng = torch.Generator(self.device).manual_seed(seed)

    def epochs(self, num_epochs, on_epoch=None, *networks):
        """Yield the number of each epoch that is left, from 1; the loop's body trains for one.

        The body runs in training mode; after it the model is in evaluation mode and saved. Then
        comes `on_epoch(epoch, *networks, history)`, unless it is None.
        """
        whole(num_epochs, "num_epochs", 1)
        if self.checkpoint is not None and self.checkpoint.exists():
            self.resume()
        first = len(self.history.seconds) + 1
        progress = tqdm(range(first, num_epochs + 1), unit="epoch", leave=False)
        for epoch in progress:
            start = time.perf_counter()
            self.model.train()
            with seeded_layers(self.rng):
                yield epoch
            self.history.seconds.append(time.perf_counter() - start)
            self.model.eval()
            if self.checkpoint is not None:
                self.save()
            measured = {name: values[-1] for name, values in vars(self.history).items()}
            del measured["seconds"]  # the progress bar has a clock of its own
            progress.set_postfix({name: f"{value:.4g}" for name, value in measured.items()})
            if on_epoch is not None:
                on_epoch(epoch, *networks, self.history)
        self.model.to(memory_format=torch.contiguous_format).eval()

    def save(self):
        """Write everything that the next epoch depends on. An interrupted write changes nothing."""
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        for k, optimizer in enumerate(self.optimizers):
            for number, state in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer{k}.{number}.{name}": x for name, x in state.items()}
        tensors["generator"] = self.rng.get_state()
        # The file format allows neither shared memory nor strides: store contiguous copies.
        tensors = {name: x.detach().cpu().contiguous().clone() for name, x in tensors.items()}
        history = json.dumps(vars(self.history))
        about = {"settings": json.dumps(self.settings), "history": history}
        with replacing(self.checkpoint) as part:
            save_file(tensors, part, about)

    def resume(self):
        """Read what `save` wrote, or raise ValueError if the file does not belong to this run."""
        path = self.checkpoint
        try:
            with safe_open(path, "pt") as file:
                about = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except SafetensorError as error:
            message = f"checkpoint: {path} is not a whole safetensors file ({error})"
            raise ValueError(message) from None
        if "settings" not in about or "generator" not in tensors:
            raise ValueError(f"checkpoint: {path} was not written by course_lib's training")
        stored = json.loads(about["settings"])
        if stored != self.settings:
            raise ValueError(f"checkpoint: {path} was made with {stored}, got {self.settings}")
        weights = {name[6:]: x for name, x in tensors.items() if name.startswith("model.")}
        shapes = {name: x.shape for name, x in self.model.state_dict().items()}
        if {name: x.shape for name, x in weights.items()} != shapes:
            raise ValueError(f"checkpoint: {path} belongs to a model with other parameters")
        self.model.load_state_dict(weights)
        for k, optimizer in enumerate(self.optimizers):
            load_optimizer(optimizer, tensors, f"optimizer{k}.")
        self.rng.set_state(tensors["generator"])
        vars(self.history).update(json.loads(about["history"]))


def load_optimizer(optimizer, tensors, prefix):
    """Give an optimizer its state back, from the tensors whose names begin with the prefix."""
    groups = optimizer.param_groups
    parameters = [parameter for group in groups for parameter in group["params"]]
    state = {}
    for name, value in tensors.items():
        if name.startswith(prefix):
            number, name = name.removeprefix(prefix).split(".")
            parameter = parameters[int(number)]
            if value.shape == parameter.shape:  # fused Adam needs the strides of its parameter
                value = torch.empty_like(parameter).copy_(value)
            state.setdefault(int(number), {})[name] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})


def place(model, device):
    """Move a model to a device (None: the fastest one) for training; returns the device."""
    device = runtime.device() if device is None else torch.device(device)
    model.to(device)
    if device.type == "cpu":  # convolutions run faster with the channels of a pixel side by side
        model.to(memory_format=torch.channels_last)
    return device


def mean_losses(losses, batches, epoch, names):
    """Average the k losses of an epoch's batches, weighted by the number of images in each.

    Args:
        losses: (n_batches, k) tensor of means over the batches, columns in the order of
            computation.
        batches: the batches, for their lengths.
        epoch: number of the epoch, for the error.
        names: names of the k losses, for the error.

    Returns:
        list of k floats.

    Raises:
        FloatingPointError: names the first loss that is not finite, its epoch and its batch.
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


@contextmanager
def evaluating(model):
    """Context manager: eval mode, no gradients; restores each module's mode on exit."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def seeded_layers(rng):
    """Context manager: seed the global generator from `rng`; restores its state on exit.

    Layers such as dropout draw from the global generator, and so does noise without a generator.
    """
    seed = int(torch.randint(2**31, (), generator=rng, device=rng.device))
    devices = [rng.device] if rng.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield
