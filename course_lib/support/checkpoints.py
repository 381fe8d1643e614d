"""Trained models that come with the library: safetensors, each beside a card that says what it is.

`weights/NAME.safetensors` holds the numbers and nothing that could run; `weights/NAME.json` the
card: class and arguments of the model, the command that made it, seed, data, metric and sha256.
"""

import hashlib
import importlib
import json
import os
from pathlib import Path

import safetensors.torch
import torch

FOLDER = Path(__file__).parents[1] / "weights"
ASKED = ("arguments", "command", "seed", "data", "metric")  # what an author's card must say


def names():
    """Return the names of the checkpoints that are here, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def card(name):
    """Return the card of a checkpoint.

    Args:
        name: one of `names()`.

    Returns:
        dict: "class" (dotted, within course_lib), "arguments" (a dict), "command", "seed", "data",
            "metric" (a dict of name, value, tolerance), "n_parameters" and "sha256".

    Raises:
        ValueError: there is no such checkpoint; says which there are.
    """
    if not isinstance(name, str) or name not in names():
        raise ValueError(f"name must be one of {', '.join(names()) or '(none yet)'}, got {name!r}")
    return json.loads((FOLDER / f"{name}.json").read_text())


def load(name):
    """Build the model of a checkpoint and fill in its weights.

    Args:
        name: one of `names()`.

    Returns:
        torch.nn.Module: on the CPU, in evaluation mode.

    Raises:
        ValueError: there is no such checkpoint.
        FileNotFoundError, RuntimeError: its weights are missing, or are not those of the card.
    """
    about = card(name)
    path = FOLDER / f"{name}.safetensors"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; reinstall course_lib, or: {about['command']}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != about["sha256"]:
        raise RuntimeError(f"{path} is not the file of its card (sha256); reinstall course_lib, "
                           f"or: {about['command']}")
    model = _build(about["class"], about["arguments"])
    model.load_state_dict(safetensors.torch.load(content))
    return model.eval()


def save(model, name, card):
    """Store a model of course_lib with its card; both files are written whole or not at all.

    Args:
        model: torch.nn.Module, an instance of a class in course_lib.
        name: letters, digits and hyphens.
        card: dict with "arguments" (a dict that rebuilds the model), "command", "seed", "data",
            "metric" (a dict with "name", "value" and "tolerance"); the rest of the card is filled
            in.

    Raises:
        TypeError: `model` is not one of course_lib's, or `card` holds what JSON cannot.
        ValueError: `name` has other characters, or `card` lacks something or rebuilds another
            model.
    """
    kind = type(model)
    if not isinstance(model, torch.nn.Module) or not kind.__module__.startswith("course_lib."):
        raise TypeError(f"model must be a torch module of course_lib, got {kind.__name__}")
    if not isinstance(name, str) or not name.replace("-", "").isalnum() or not name.isascii():
        raise ValueError(f"name must be letters, digits and hyphens, got {name!r}")
    missing = [key for key in ASKED if key not in card]
    missing += [f"metric.{key}" for key in ("name", "value", "tolerance")
                if key not in card.get("metric", {})]
    if missing:
        raise ValueError(f"card lacks {', '.join(missing)}")
    try:
        json.dumps(card)
    except TypeError as error:
        raise TypeError(f"card must hold what JSON can: {error}") from None
    path = f"{kind.__module__.removeprefix('course_lib.')}.{kind.__qualname__}"
    try:
        _build(path, card["arguments"]).load_state_dict(model.state_dict())
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"card: its arguments do not rebuild the model ({error})") from None

    FOLDER.mkdir(exist_ok=True)
    weights, text = FOLDER / f"{name}.safetensors", FOLDER / f"{name}.json"
    parts = [path.with_name(path.name + ".part") for path in (weights, text)]
    tensors = {key: value.detach().cpu().contiguous() for key, value in model.state_dict().items()}
    safetensors.torch.save_file(tensors, parts[0])
    about = {
        **card,
        "class": path,
        "n_parameters": sum(parameter.numel() for parameter in model.parameters()),
        "sha256": hashlib.sha256(parts[0].read_bytes()).hexdigest(),
    }
    parts[1].write_text(json.dumps(about, indent=2) + "\n")
    os.replace(parts[0], weights)
    os.replace(parts[1], text)


def _build(path, arguments):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(f"course_lib.{module}"), name)(**arguments)
