"""The trained models that come with the library: how they are loaded and stored.

`weights/NAME.safetensors` holds a model's numbers and no code. The card `weights/NAME.json` says
what the model is, how it was trained, what it reaches, and the SHA-256 of the numbers.
"""

import hashlib
import importlib
import json
from pathlib import Path

import safetensors.torch
import torch

from course_lib.support.checks import one_of
from course_lib.support.download import file_hash, replacing

FOLDER = Path(__file__).parents[1] / "weights"
AUTHOR_KEYS = ("arguments", "command", "seed", "data", "metric")
METRIC_KEYS = ("name", "value", "tolerance")


def names():
    """Return the names of the stored checkpoints, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def card(name):
    """Return the card of the checkpoint `name`.

    Returns:
        dict: the keys of `save` and "class" (dotted, in course_lib), "n_parameters", "sha256".
    """
    one_of(name, "name", names() or ["(none yet)"])
    return json.loads((FOLDER / f"{name}.json").read_text())


def load(name):
    """Build the model of the checkpoint `name` and load its weights.

    Returns:
        torch.nn.Module: the model on the CPU, in eval mode.

    Raises:
        RuntimeError: the weights do not have the hash on the card.
    """
    about = card(name)
    path, repair = FOLDER / f"{name}.safetensors", f"reinstall course_lib, or: {about['command']}"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; {repair}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != about["sha256"]:
        raise RuntimeError(f"{path} is not the file of its card (sha256); {repair}")
    model = _build_model(about["class"], about["arguments"])
    model.load_state_dict(safetensors.torch.load(content))
    return model.eval()


def save(model, name, card):
    """Store a model of course_lib under `name`, with its card.

    `name` has letters, digits and hyphens. `card` has the keys "arguments" (a dict that rebuilds
    the model), "command", "seed", "data" and "metric" (a dict of name, value and tolerance).

    Raises:
        TypeError: `model` is not from course_lib, or JSON cannot store `card`.
        ValueError: `name` has other characters, `card` lacks a key or rebuilds another model.
    """
    kind = type(model)
    if not isinstance(model, torch.nn.Module) or not kind.__module__.startswith("course_lib."):
        raise TypeError(f"model must be a torch module of course_lib, got {kind.__name__}")
    if not isinstance(name, str) or not name.replace("-", "").isalnum() or not name.isascii():
        raise ValueError(f"name must be letters, digits and hyphens, got {name!r}")
    missing = [key for key in AUTHOR_KEYS if key not in card]
    missing += [f"metric.{key}" for key in METRIC_KEYS if key not in card.get("metric", {})]
    if missing:
        raise ValueError(f"card lacks {', '.join(missing)}")
    try:
        json.dumps(card)
    except TypeError as error:
        raise TypeError(f"card must hold what JSON can: {error}") from None
    path = f"{kind.__module__.removeprefix('course_lib.')}.{kind.__qualname__}"
    try:
        _build_model(path, card["arguments"]).load_state_dict(model.state_dict())
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"card: its arguments do not rebuild the model ({error})") from None

    tensors = {key: _smallest(value.detach().cpu()) for key, value in model.state_dict().items()}
    file = FOLDER / f"{name}.safetensors"
    with replacing(file) as weights, replacing(file.with_suffix(".json")) as text:
        safetensors.torch.save_file(tensors, weights)
        size, digest = sum(p.numel() for p in model.parameters()), file_hash(weights)
        about = {**card, "class": path, "n_parameters": size, "sha256": digest}
        text.write_text(json.dumps(about, indent=2) + "\n")


def _smallest(tensor):
    """Return a tensor in half precision if that holds the same numbers, contiguous."""
    half = tensor.half() if tensor.is_floating_point() else tensor
    return (half if torch.equal(half.to(tensor.dtype), tensor) else tensor).contiguous()


def _build_model(path, arguments):
    """Return an instance of the class at a dotted path inside course_lib."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(f"course_lib.{module}"), name)(**arguments)
