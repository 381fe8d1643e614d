"""Say what a recipe of a stored model is, and train in stages, as most of them do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How a checkpoint is made: `train(model, seed)` in place, then `measure(model)` -> float."""

    kind: type
    arguments: dict
    train: callable
    measure: callable
    metric: str
    tolerance: float
    data: str
    seed: int = 0


def stages(model, seed, *, train, plan):
    """Train with several step sizes one after another: plan is a list of (num_epochs, lr)."""
    for number, (num_epochs, lr) in enumerate(plan):
        train(model, num_epochs=num_epochs, lr=lr, seed=seed + number, device="cpu")
