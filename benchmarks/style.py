"""Style transfer: `transfer` against the single-scale L-BFGS that tutorials teach.

Fair by construction: one process, the same function of the same weights, images, size, layers and
loss, 2 threads each. The peer begins at the content image, clamps it before each evaluation, takes
L-BFGS steps without line search, and its network is built of torch.nn's layers; it ends after a
number of evaluations. Ours (course_lib, default settings) takes turns with it. What is compared is
the time until the loss that the peer ends at, and until the loss of a sixth of its evaluations,
where most of the picture is there; the time of targets and of coarse scales counts. A third column
is the peer's recipe on course_lib's layers, so that it shows what the network alone brings. Every
loss that counts is computed anew by the peer's network from the image. A method that does not get
there in BUDGET times the peer's evaluations is given as "never".
"""

import argparse
import math
import resource
import sys
import time
from contextlib import suppress

import numpy as np
import torch
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
BUDGET = 1.5  # full-size evaluations of the others, of the peer's


class Reached(Exception):  # noqa: N818
    """Ours is below the last target: no more steps are needed."""


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


def tutorial(features, content, style, steps, targets=()):
    """Return (least loss so far, seconds) after each evaluation; stops below the last target."""
    begin = time.perf_counter()
    loss, image, curve = objective(features, content, style), content.clone(), []
    image.requires_grad_()
    optimizer = torch.optim.LBFGS([image], max_iter=1, tolerance_grad=0, tolerance_change=0)

    def closure():
        with torch.no_grad():
            image.clamp_(0, 1)
        optimizer.zero_grad()
        value = loss(image)
        value.backward()
        least = min(value.item(), curve[-1][0] if curve else math.inf)
        curve.append((least, time.perf_counter() - begin))
        return value

    for _ in range(steps):
        optimizer.step(closure)
        if targets and curve[-1][0] <= min(targets):
            break
    return curve


# --- Ours --------------------------------------------------------------------------------------


def ours(network, content, style, steps, targets, check):
    """Return (least loss so far, seconds) after each full-size step, by `transfer`.

    The loss in the history is trusted until it is below a target; then `check` computes it anew.
    """
    curve, left, spent = [], sorted(targets, reverse=True), 0.0
    begin = time.perf_counter()

    def on_step(step, image, history):
        nonlocal spent
        now = time.perf_counter()
        if image.shape == content.shape[1:]:
            least = min(history.loss[-1], curve[-1][0] if curve else math.inf)
            while left and history.loss[-1] <= left[0]:
                with torch.no_grad():
                    found = check(image[None].to(content.device)).item()
                if found > left[0] * (1 + TOLERANCE):
                    raise AssertionError(f"the networks differ: {history.loss[-1]} and {found}")
                left.pop(0)
            curve.append((least, now - begin - spent))
            if not left:
                raise Reached
        spent += time.perf_counter() - now  # checks are not part of the work

    with suppress(Reached):
        transfer(
            content[0],
            style[0],
            LOSSES,
            size=None,
            steps={0.5: COARSE, 1: steps},
            network=network,
            on_step=on_step,
        )
    return curve


# --- Measuring -----------------------------------------------------------------------------------


def seconds_to(curve, target):
    """Seconds until the curve is at or below the target; infinity if it never is."""
    return next((seconds for loss, seconds in curve if loss <= target), math.inf)


def evaluations(steps):
    """The peer's evaluations at the early and at the final target."""
    return max(1, steps // EARLY), steps


def measure(style_name, size, steps, n_repeats, device, half=False):
    """Seconds (n_repeats, 2) of each method to the early and the final loss, and the losses.

    half: ours convolves in bfloat16; the losses that count are the peer's, in float32.
    """
    content = load_photo("china", size)[None].to(device)
    style = load_style(style_name, size)[None].to(device)
    network, own = VGGFeatures().to(device), VGGFeatures().to(device)
    if half:
        own.layers.bfloat16()
    features = plain(network)
    check = objective(features, content, style)
    for run in (features, network, own):  # loads what is loaded once
        tutorial(run, content, style, 2)
    seconds = {name: [] for name in ("ours", "tutorial", "our layers")}
    most = round(BUDGET * steps)
    for repeat in range(n_repeats):
        peer = tutorial(features, content, style, steps)
        targets = tuple(peer[n - 1][0] for n in evaluations(steps))
        others = {
            "ours": lambda: ours(own, content, style, most, targets, check),  # noqa: B023
            "our layers": lambda: tutorial(network, content, style, most, targets),  # noqa: B023
        }
        curves = {"tutorial": peer}
        for name in list(others)[:: 1 if repeat % 2 == 0 else -1]:
            curves[name] = others[name]()
        for name, curve in curves.items():
            seconds[name].append([seconds_to(curve, target) for target in targets])
    return {name: np.array(values) for name, values in seconds.items()}, targets


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
    """Print one line per style and target: seconds (medians) and ratios, then the peak memory."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks style", description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--size", type=int, default=256, help="shorter side in pixels")
    parser.add_argument("--steps", type=int, default=300, help="the peer's evaluations")
    parser.add_argument("--only", default="", help="run the styles whose name contains this")
    parser.add_argument("--half", action="store_true", help="ours convolves in bfloat16")
    options = parser.parse_args(arguments)
    torch.set_num_threads(N_THREADS)
    print(f"{options.size} pixels, {N_THREADS} threads, {options.repeats} rounds; seconds to the")
    early, final = evaluations(options.steps)
    print(f"loss of the tutorial's recipe after {early} and {final} evaluations, medians;")
    print("ratio: the tutorial's seconds to ours, median of the rounds [least, largest];")
    print("our layers: the tutorial's recipe on course_lib's network\n")
    columns = f"{'loss':>8}{'ours':>8}{'tutorial':>10}{'our layers':>12}"
    print(f"{'style, evaluations':<22}{columns}   ratio")
    ratios = []
    chosen = [name for name in STYLES if options.only in name]
    if not chosen:
        parser.error(f"--only: no style's name contains {options.only!r}")
    for name in chosen:
        given = options.size, options.steps, options.repeats, "cpu", options.half
        seconds, targets = measure(name, *given)
        for i, n in enumerate((early, final)):
            ratio = seconds["tutorial"][:, i] / seconds["ours"][:, i]
            ratios.append([i, np.median(ratio)])
            columns = "".join(
                f"{text:>{width}}"
                for text, width in zip(
                    (show(np.median(seconds[m][:, i])) for m in ("ours", "tutorial", "our layers")),
                    (8, 10, 12),
                )
            )
            print(
                f"{f'{name}, {n}':<22}{targets[i]:>8.4g}{columns}   "
                f"{np.median(ratio):.2f} [{ratio.min():.2f}, {ratio.max():.2f}]",
                flush=True,
            )
    for i, text in enumerate(("early", "final")):
        middle = np.median([ratio for k, ratio in ratios if k == i])
        print(f"median over the styles, {text} loss: {middle:.2f}")
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
