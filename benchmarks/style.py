"""Style transfer: `transfer` against the single-scale L-BFGS that tutorials teach.

Fair by construction: one process, the same function of the same weights, images, size, layers and
loss, 2 threads each. The peer begins at the content image, clamps it before each evaluation, takes
L-BFGS steps without line search, and its network is built of torch.nn's layers; its losses after a
sixth of its evaluations, where most of the picture is there, and after all of them are the targets,
found in a run that no clock sees. Then all methods descend in turns of TURN seconds, each on a
clock of its own that stands still meanwhile, so that whatever else the machine does meets all of
them; targets and coarse scales are part of the time. "our layers" is the peer's recipe on
course_lib's network, so that it shows what the network alone brings; "in bfloat16" is ours with the
network's layers in half precision. A loss counts when the peer's network, in float32, confirms it
from the image. A method that does not get there in BUDGET times the peer's evaluations is given as
"never".
"""

import argparse
import math
import resource
import sys
import time

import numpy as np
import torch
from greenlet import getcurrent, greenlet
from torch import nn

from course_lib.data import load_photo, load_style
from course_lib.fast.layers import FrozenConv
from course_lib.style import Losses, VGGFeatures, transfer

N_THREADS = 2
STYLES = ("swirl", "jogakbo")
EARLY = 6  # the early target is the loss after 1/6 of the evaluations
TOLERANCE = 0.005  # what the two networks' rounding may change of a loss, as a fraction
LOSSES = Losses()
COARSE = 60  # steps of ours at the coarse scale
BUDGET = 1.5  # full-size evaluations of each method, of the peer's that set the targets
TURN = 2.0  # seconds
METHODS = ("tutorial", "our layers", "ours", "in bfloat16")


# --- The peer ----------------------------------------------------------------------------------


def plain(network):
    """Return the same network of torch.nn's convolutions."""
    copy = nn.Module()
    copy.layers = nn.Sequential()
    for name, layer in network.layers.named_children():
        if isinstance(layer, FrozenConv):
            weight, bias = layer.weight, layer.bias
            layer = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
            layer.weight, layer.bias = weight, bias
        copy.layers.add_module(name, layer)

    def features(images):
        x, found = (images - network.mean) / network.std, {}
        for name, layer in copy.layers.named_children():
            x = layer(x)
            if name in network.output_names:
                found[name] = x
        return found

    return features


def gram(features):
    """Gram matrix (C, C) of features (1, C, H, W), as tutorials write it."""
    f = features[0].flatten(1)
    return f @ f.T / f.shape[1]


def objective(features, content, style):
    """Return the loss as a function of the image, written without course_lib's losses."""
    with torch.no_grad():
        maps = {name: features(content)[name] for name in LOSSES.content_layers}
        maps_of_style = features(style)
        grams = {name: gram(maps_of_style[name]) for name in LOSSES.style_layers}

    def loss(image):
        found = features(image)
        c = sum((found[k] - p).square().sum() / p.square().sum() for k, p in maps.items())
        s = sum((gram(found[k]) - a).square().sum() / a.square().sum() for k, a in grams.items())
        return c / len(maps) + LOSSES.style_weight * s / len(grams)

    return loss


def tutorial(features, content, style, steps):
    """Yield the loss and the image (1, 3, H, W) of each of `steps` evaluations."""
    loss, image = objective(features, content, style), content.clone()
    image.requires_grad_()
    optimizer = torch.optim.LBFGS([image], max_iter=1, tolerance_grad=0, tolerance_change=0)

    def closure():
        with torch.no_grad():
            image.clamp_(0, 1)
        optimizer.zero_grad()
        value = loss(image)
        value.backward()
        return value

    for _ in range(steps):
        tried = image.detach().clamp(0, 1)
        yield optimizer.step(closure).item(), tried


# --- Ours --------------------------------------------------------------------------------------


def ours(network, content, style, steps):
    """Yield the loss and the image of each evaluation of `transfer`; coarse ones have no loss.

    A greenlet stops `transfer` between its steps, in the same thread: a second one would bring
    threads of its own for PyTorch's work.
    """
    outside = getcurrent()

    def on_step(step, image, history):
        outside.switch(
            (history.loss[-1] if image.shape == content.shape[1:] else None, image[None])
        )

    stages = {0.5: COARSE, 1: steps}
    inside = greenlet(
        lambda: transfer(
            content[0], style[0], LOSSES, size=None, steps=stages, network=network, on_step=on_step
        )
    )
    step = inside.switch()
    while not inside.dead:
        yield step
        step = inside.switch()


# --- Measuring -----------------------------------------------------------------------------------


class Run:
    """A descent on its own clock: `reached` holds its seconds at the targets that it has met."""

    def __init__(self, steps, targets, check):
        self.steps, self.targets, self.check = steps, targets, check
        self.seconds, self.reached = 0.0, []

    def take_turn(self):
        """Go on for TURN seconds; return whether there is more to do."""
        end = self.seconds + TURN
        while self.seconds < end:
            begin = time.perf_counter()
            step = next(self.steps, None)
            self.seconds += time.perf_counter() - begin
            if step is None:
                return False
            while self.is_there(*step):
                self.reached.append(self.seconds)
                if len(self.reached) == len(self.targets):
                    return False
        return True

    def is_there(self, loss, image):
        """Tell whether the next target is met, also by the peer's network."""
        target = self.targets[len(self.reached)]
        if loss is None or loss > target:
            return False
        with torch.no_grad():
            return self.check(image).item() <= target * (1 + TOLERANCE)


def race(runs):
    """Let the runs take turns until each has met its targets or has no step left.

    Returns {name: seconds to each target, infinite where it was not met}.
    """
    left = dict(runs)
    while left:
        left = {name: run for name, run in left.items() if run.take_turn()}
    missing = {name: len(run.targets) - len(run.reached) for name, run in runs.items()}
    return {name: run.reached + [math.inf] * missing[name] for name, run in runs.items()}


def evaluations(steps):
    """The peer's evaluations at the early and at the final target."""
    return max(1, steps // EARLY), steps


def measure(style_name, size, steps, n_repeats, device, names=METHODS):
    """Seconds (n_repeats, 2) of each method to the early and the final loss, and the losses."""
    content = load_photo("china", size)[None].to(device)
    style = load_style(style_name, size)[None].to(device)
    network = VGGFeatures().to(device)
    features, most = plain(network), round(BUDGET * steps)
    if "in bfloat16" in names:
        half = VGGFeatures().to(device)
        half.layers.bfloat16()
    methods = {
        "tutorial": lambda: tutorial(features, content, style, most),
        "our layers": lambda: tutorial(network, content, style, most),
        "ours": lambda: ours(network, content, style, most),
        "in bfloat16": lambda: ours(half, content, style, most),
    }
    methods = {name: methods[name] for name in names}
    for begin in methods.values():  # loads what is loaded once
        next(begin())
    losses = [loss for loss, _ in tutorial(features, content, style, steps)]
    targets = [min(losses[:n]) for n in evaluations(steps)]
    check = objective(features, content, style)
    rounds = []
    for repeat in range(n_repeats):
        order = list(methods)[:: 1 if repeat % 2 == 0 else -1]
        rounds.append(race({name: Run(methods[name](), targets, check) for name in order}))
    return {name: np.array([found[name] for found in rounds]) for name in methods}, targets


def on_gpu(size, n_steps, device):
    """Return seconds per step of VGG-19 with random weights, FLOP/s, and the share of the peak.

    The peak is what one large matrix product in the same arithmetic (TF32 where convolutions use
    it) reaches on the same card.
    """
    network = VGGFeatures("random-vgg19").to(device)
    content, style = load_photo("china", size), load_style("swirl", size)
    result = transfer(content, style, LOSSES, size=None, steps={1: n_steps}, network=network)
    step = float(np.median(result.history.seconds[n_steps // 4 :]))
    pixels, flops = content.shape[1] * content.shape[2], 0
    for name, layer in network.layers.named_children():
        if name.startswith("pool"):
            pixels //= 4
        elif isinstance(layer, FrozenConv):
            flops += 2 * 2 * layer.weight.numel() * pixels  # forward, and back to the image
    n = 8192 if device == "cuda" else 512
    x = torch.randn(n, n, device=device)
    allowed = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32
    times = []
    for _ in range(10):
        begin = time.perf_counter()
        (x @ x)[0, 0].item()
        times.append(time.perf_counter() - begin)
    torch.backends.cuda.matmul.allow_tf32 = allowed
    return step, flops / step, flops / step / (2 * n**3 / min(times))


def main(arguments):
    """Print a line per style, target and method: seconds and ratios; then the peak memory."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks style", description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--size", type=int, default=256, help="shorter side in pixels")
    parser.add_argument("--steps", type=int, default=300, help="the peer's evaluations")
    parser.add_argument("--only", default="", help="run the styles whose name contains this")
    parser.add_argument("--methods", nargs="+", choices=METHODS[1:], default=METHODS[1:])
    options = parser.parse_args(arguments)
    methods = [name for name in METHODS if name in ("tutorial", *options.methods)]
    torch.set_num_threads(N_THREADS)
    print(f"{options.size} pixels, {N_THREADS} threads, {options.repeats} rounds; seconds to the")
    early, final = evaluations(options.steps)
    print(f"loss of the tutorial's recipe after {early} and {final} evaluations, medians;")
    print("ratio: the tutorial's seconds to the method's, median of the rounds [least, largest];")
    print("our layers: the tutorial's recipe on course_lib's network\n")
    print(f"{'style, evaluations':<20}{'loss':>8}  {'method':<12}{'seconds':>8}   ratio")
    chosen = [name for name in STYLES if options.only in name]
    if not chosen:
        parser.error(f"--only: no style's name contains {options.only!r}")
    ratios = {}
    for name in chosen:
        given = options.size, options.steps, options.repeats, "cpu", methods
        seconds, targets = measure(name, *given)
        for i, (text, n) in enumerate([("early", early), ("final", final)]):
            for method, found in seconds.items():
                ratio = seconds["tutorial"][:, i] / found[:, i]
                ratios.setdefault((method, text), []).append(np.median(ratio))
                print(
                    f"{f'{name}, {n}':<20}{targets[i]:>8.4g}  {method:<12}"
                    f"{show(np.median(found[:, i])):>8}   "
                    f"{np.median(ratio):.2f} [{ratio.min():.2f}, {ratio.max():.2f}]",
                    flush=True,
                )
    for (method, text), found in ratios.items():
        if method.startswith(("ours", "in")):
            print(f"median over the styles, {method}, {text} loss: {np.median(found):.2f}")
    print(f"memory of the process, largest: {peak_memory() / 2**20:.0f} MiB")
    if torch.cuda.is_available():
        step, speed, share = on_gpu(512, 40, "cuda")
        print(f"VGG-19, 512 pixels, cuda: {step:.4f} s per step, {speed / 1e12:.3g} TFLOP/s of")
        print(f"convolutions, {share:.0%} of a matrix product's")
        print(f"memory of the card, largest: {torch.cuda.max_memory_allocated() / 2**20:.0f} MiB")


def show(seconds):
    """Seconds as text."""
    return f"{seconds:.1f}" if math.isfinite(seconds) else "never"


def peak_memory():
    """Bytes of the process at its largest."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
