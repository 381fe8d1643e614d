"""Neural style transfer: an image with the content of one image and the style of another.

The network is frozen and the image is optimized. Feature maps compare the content, Gram matrices of
feature maps the style. Images are (1, C, H, W) float32 in [0, 1].

Source: Gatys, Ecker and Bethge (2016), CVPR, https://doi.org/10.1109/CVPR.2016.265.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch

from course_lib.fast.layers import self_product
from course_lib.support import images, style_settings
from course_lib.support.style_run import Recorder, Result
from course_lib.support.style_settings import LOSSES, Losses, feature_maps, target_like  # noqa: F401
from course_lib.support.vgg import CONTENT_LAYERS, STYLE_LAYERS, VGGFeatures  # noqa: F401


def gram_matrix(features):
    """Return the Gram matrices F F^T / M (N, C, C) of features (N, C, H, W).

    F (C, M) has the feature vectors of the M = H W places as columns: the result holds the mean
    products of every two channels. Raises TypeError or ValueError for any other tensor.
    Source: Gatys et al. (2016), equation 3, here divided by M.
    """
    f = feature_maps(features, "features").flatten(2)  # (N, C, M)
    return self_product(f) / f.shape[2]  # f @ f.mT, with a faster gradient


def content_loss(features, target):
    """Return the relative squared error ||F - P||^2 / ||P||^2, averaged over N images.

    `features` and `target` are (N, C, H, W), or the target (1, C, H, W) for all images. The loss is
    0 for equal features and 1 for F = 0. Raises TypeError or ValueError for any other tensors.
    Source: Gatys et al. (2016), equation 1, normalized differently.
    """
    target_like(feature_maps(features, "features"), target, "target")
    error = (features - target).flatten(1).square().sum(1)
    return (error / target.flatten(1).square().sum(1)).mean()


def style_loss(features, gram):
    """Return the relative squared error ||G - A||^2 / ||A||^2, averaged over N images.

    G belongs to `features` (N, C, H, W); `gram` is A (N, C, C), or (1, C, C) for all images.
    Raises TypeError or ValueError for other tensors. Source: Gatys et al. (2016), equations 4, 5;
    Li et al. (2017), IJCAI: ||G - A||^2 is the squared MMD with the kernel (x . y)^2.
    """
    found = gram_matrix(features)
    target_like(found, gram, "gram")
    error = (found - gram).flatten(1).square().sum(1)
    return (error / gram.flatten(1).square().sum(1)).mean()


def total_variation(image):
    """Return the mean absolute difference of vertical plus that of horizontal neighbors.

    `image` is (N, C, H, W), at least 2 x 2 pixels; raises TypeError or ValueError otherwise.
    Source: Rudin, Osher and Fatemi (1992), "Nonlinear total variation based noise removal
    algorithms", Physica D 60, here with the absolute values of both differences added.
    """
    feature_maps(image, "image", smallest=2)
    return image.diff(dim=2).abs().mean() + image.diff(dim=3).abs().mean()


class Objective:
    """The weighted loss of an image of one size, with targets that are computed once.

    `network` maps images to a dict of feature maps, `content` and `style` are (1, C, H, W), and
    `losses` has weights and layers. Raises ValueError if a target is 0 everywhere at a layer.
    """

    def __init__(self, network, content, style, losses):
        self.network, self.losses = network, losses
        with torch.no_grad():
            content, style = self.features(content), self.features(style)
        self.maps = {name: content[name] for name in losses.content_layers}
        self.grams = {name: gram_matrix(style[name]) for name in losses.style_layers}
        style_settings.check_targets(self.maps, self.grams)

    def features(self, image):
        """Return the feature maps of an image (1, C, H, W), gray or in color."""
        return self.network(image.expand(-1, 3, -1, -1))

    def __call__(self, image):
        """Return 4 scalars: the weighted loss, content loss, style loss and total variation."""
        features, zero = self.features(image), image.new_zeros(())
        content = sum((content_loss(features[name], p) for name, p in self.maps.items()), zero)
        style = sum((style_loss(features[name], a) for name, a in self.grams.items()), zero)
        content, style = content / max(1, len(self.maps)), style / max(1, len(self.grams))
        tv = total_variation(image) if self.losses.tv_weight else zero
        weights = self.losses.content_weight, self.losses.style_weight, self.losses.tv_weight
        return sum(w * x for w, x in zip(weights, (content, style, tv))), content, style, tv


class FrequencyWeights:
    """A linear, symmetric map that multiplies frequency f of images by c f^(-power).

    The mean factor is 1; f = 0 counts as 1 / L, where L is the longer side of images (N, C, H, W).
    A preconditioner: broad shapes, along which the loss curves weakly, move farther than detail.
    """

    def __init__(self, images, power):
        height, width = self.size = tuple(images.shape[2:])
        f = torch.hypot(torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width))
        gain = f.clamp_min(1 / max(self.size)) ** -power
        self.gain = (gain / gain.mean()).to(images.device)

    def __call__(self, images):
        """Return the images (N, C, H, W) with weighted frequencies."""
        return torch.fft.irfft2(torch.fft.rfft2(images) * self.gain, s=self.size)


class Method(NamedTuple):
    """How to descend: L-BFGS without line search on weighted frequencies, unless told otherwise.

    `optimizer([path])` makes a torch optimizer; `power` is the power of the `FrequencyWeights`.
    """

    optimizer: Callable = partial(
        torch.optim.LBFGS, max_iter=1, history_size=50, tolerance_grad=0, tolerance_change=0
    )
    power: float = 0.25


LBFGS, ADAM = Method(), Method(partial(torch.optim.Adam, lr=0.02), power=0.0)


def descend(objective, start, steps, method=LBFGS):
    """Minimize objective(image)[0] from the image `start` (1, C, H, W); yield images and losses.

    The optimizer updates an unbounded tensor `path`; the image is clamp(start + weigh(path), 0, 1).
    Pixels at a bound have no gradient if the loss pulls them outward. If the loss is above 10 times
    the least for 5 steps, the descent restarts from the best path with a new optimizer.
    """
    weigh = FrequencyWeights(start, method.power)
    path = torch.zeros_like(start, memory_format=torch.contiguous_format).requires_grad_()
    optimizer, least, num_far = method.optimizer([path]), math.inf, 0
    for _ in range(steps):
        unclamped = start + weigh(path.detach())
        image = unclamped.clamp(0, 1).requires_grad_()
        losses = objective(image)
        losses[0].backward()
        outward = (unclamped <= 0) & (image.grad > 0) | (unclamped >= 1) & (image.grad < 0)
        path.grad = weigh(image.grad.masked_fill(outward, 0))
        values = torch.stack(tuple(losses)).tolist()
        num_far = num_far + 1 if values[0] > 10 * least else 0
        if values[0] < least:
            best, least = path.detach().clone(), values[0]
        if num_far == 5:
            path.data.copy_(best)
            optimizer, num_far = method.optimizer([path]), 0
        else:
            optimizer.step(lambda loss=losses[0]: loss)
        yield image.detach(), values


def transfer(content, style, losses=LOSSES, *, size=256, steps=150, network="hed-vgg16",
             method=LBFGS, init="content", preserve_color=False, on_step=None):  # fmt: skip
    """Paint the content of one image in the style of another, first at half size.

    Args:
        content, style: (3, H, W) or (1, 3, H, W) in [0, 1], of any two sizes; 1 channel is gray.
        losses: `Losses`, the weights and layers.
        size: shorter side of the result in pixels, >= 16; None keeps the size of the content.
        steps: dict from relative size, rising to 1, to steps; n means {0.5: min(n, 60), 1: n}.
        network: `VGGFeatures`, whose device is used, or the name of its weights (fastest device).
        method: `LBFGS`, `ADAM` or another `Method`.
        init: "content" in the mean color of the style, "noise", a torch.Generator, or an image.
        preserve_color: optimize brightness alone (Gatys et al. (2016), arXiv:1606.05897).
        on_step: called as on_step(step, image (3, h, w), history) after each step.

    Returns `Result`: the best image (3, H, W) and the `History`, also after an interruption or a
    loss that is not finite (which warns). Raises TypeError or ValueError for bad arguments.
    """
    content, style = images.as_image(content, "content"), images.as_image(style, "style")
    stages = style_settings.plan_stages(content, size, steps)
    network = style_settings.find_network(network, losses, method)
    content, style = content.to(network.device), style.to(network.device)
    finish = partial(images.finish, photo=content if preserve_color else None)
    if preserve_color:
        gray = images.gray(content)
        content, style = gray, images.match(images.gray(style), gray)
    detail, image = images.begin(
        init, content, style if losses.style_weight else None, stages[0][0]
    )
    with Recorder(stages, on_step, finish) as recorder:
        for hw, n in stages:
            image, least = images.enlarge(image, hw, detail), math.inf
            targets = images.resize(content, hw), images.resize_shorter_side(style, hw)
            objective = Objective(network, *targets, losses)
            for tried, loss in recorder.watch(descend(objective, image, n, method), hw):
                if loss < least:
                    image, least = tried, loss
    return Result(finish(images.enlarge(image, stages[-1][0], detail)), recorder.history)
