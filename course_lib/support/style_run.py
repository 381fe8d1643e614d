"""The bookkeeping of a style transfer: measurements, progress bar, early end."""

import math
import time
import warnings
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from tqdm import tqdm


@dataclass
class History:
    """Measurements of a transfer, one entry per step, and how it ended.

    `loss` is the weighted sum; `content_loss`, `style_loss` and `total_variation` have no weights;
    `size` is (height, width). `stopped` is "" if all steps were taken, else "interrupted" or
    "non-finite loss".
    """

    loss: list = field(default_factory=list)
    content_loss: list = field(default_factory=list)
    style_loss: list = field(default_factory=list)
    total_variation: list = field(default_factory=list)
    seconds: list = field(default_factory=list)
    size: list = field(default_factory=list)
    stopped: str = ""


class Result(NamedTuple):
    """What `transfer` returns."""

    image: torch.Tensor  # (3, H, W) float32 in [0, 1], on the CPU
    history: History


class NonFiniteLoss(ArithmeticError):
    """The loss of a step is infinite or nan."""


class Recorder:
    """Context manager around the steps of a transfer: fills `history` and shows a progress bar.

    A KeyboardInterrupt or a loss that is not finite ends the block early, and `history.stopped`
    says so. The environment variable TQDM_DISABLE=1 hides the bar.

    Args:
        stages: list of ((height, width), number of steps).
        on_step: function of (step, image (3, h, w), history), called after each step, or None.
        finish: function that turns an image (1, C, h, w) into the image for `on_step`.
    """

    def __init__(self, stages, on_step, finish):
        self.on_step, self.finish = on_step, finish
        self.history = History()
        self.bar = tqdm(total=sum(steps for _, steps in stages), unit="step", leave=False)

    def __enter__(self):
        """Return the recorder."""
        return self

    def watch(self, descent, hw):
        """Yield (image, loss) of every step of `descent` after recording it."""
        history, before = self.history, time.perf_counter()
        for image, losses in descent:
            if not math.isfinite(losses[0]):
                raise NonFiniteLoss
            history.loss.append(losses[0])
            history.content_loss.append(losses[1])
            history.style_loss.append(losses[2])
            history.total_variation.append(losses[3])
            history.seconds.append(time.perf_counter() - before)
            history.size.append(hw)
            self.bar.update()
            self.bar.set_postfix(loss=f"{losses[0]:.4g}", refresh=False)
            yield image, losses[0]
            if self.on_step is not None:
                self.on_step(len(history.loss), self.finish(image), history)
            before = time.perf_counter()

    def __exit__(self, kind, error, traceback):
        """Close the bar; return True for the two early ends, which raise nothing."""
        self.bar.close()
        if kind is KeyboardInterrupt:
            self.history.stopped = "interrupted"
        elif kind is NonFiniteLoss:
            self.history.stopped = "non-finite loss"
            warnings.warn(
                f"the loss was not finite after {len(self.history.loss)} steps: the image is the "
                "best one before; a smaller step length or smaller weights may help",
                RuntimeWarning,
                stacklevel=3,
            )
        return bool(self.history.stopped)
