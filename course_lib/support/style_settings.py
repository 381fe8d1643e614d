"""Settings of style transfer and the checks of its arguments."""

from dataclasses import dataclass

from course_lib import runtime
from course_lib.support.checks import floats, non_negative, positive, whole
from course_lib.support.vgg import (
    CONTENT_LAYERS,
    DEPTHS,
    STYLE_LAYERS,
    VGGFeatures,
    check_layers,
    layer_names,
)

SMALLEST = 64  # pixels of the shorter side: smaller stages are left out, except the last
MAX_COARSE_STEPS = 60


@dataclass(frozen=True)
class Losses:
    """Weights of the losses, and the layers that measure them.

    Each loss is averaged over its layers and relative to its target, so a weight means the same at
    any size and with any layers. Style weights of 10 (outlines stay clear), 30 and 100 (strokes
    cover outlines) work from 128 pixels on. A loss of weight 0 is not computed: its layers are ().

    Args:
        style_weight, content_weight, tv_weight: >= 0, not all 0; tv is the total variation.
        style_layers, content_layers: names of layers such as "relu3_1"; one may be a plain string.

    Raises:
        TypeError, ValueError: an argument is not like this; the message names it.
    """

    style_weight: float = 100.0
    content_weight: float = 1.0
    tv_weight: float = 0.0
    style_layers: tuple = STYLE_LAYERS
    content_layers: tuple = CONTENT_LAYERS

    def __post_init__(self):
        """Check the arguments; make the layers tuples."""
        weights = [
            non_negative(getattr(self, name), name)
            for name in ("style_weight", "content_weight", "tv_weight")
        ]
        if not any(weights):
            raise ValueError("style_weight, content_weight and tv_weight must not all be 0")
        known = layer_names(DEPTHS["vgg19"])  # has all layers of VGG-16
        for name, weight in zip(("style_layers", "content_layers"), weights):
            layers = check_layers(getattr(self, name), name, known) if weight else ()
            object.__setattr__(self, name, layers)

    @property
    def layers(self):
        """All layers that the losses need, a tuple of names."""
        return (*self.content_layers, *self.style_layers)


LOSSES = Losses()  # the default


def feature_maps(value, name, smallest=1):
    """Return `value`, a floating-point tensor (N, C, H, W) of at least `smallest`^2 pixels."""
    shape = tuple(floats(value, name).shape)
    if len(shape) != 4:
        raise ValueError(f"{name} must have shape (N, C, H, W), got {shape}")
    if min(shape[2:]) < smallest:
        wanted = f"at least {smallest} x {smallest} pixels"
        raise ValueError(f"{name} must have {wanted}, got shape {shape}")
    return value


def target_like(value, target, name):
    """Raise unless `target` has the shape of `value`, or that shape with a first axis of 1."""
    got, wanted = tuple(floats(target, name).shape), tuple(value.shape)
    if got not in (wanted, (1, *wanted[1:])):
        raise ValueError(f"{name} must have shape {wanted} or a first axis of 1, got {got}")


def check_targets(*targets):
    """Raise if a target is 0 everywhere; each argument is a dict from layer to target."""
    for name, target in (item for group in targets for item in group.items()):
        if not target.any():
            raise ValueError(f"the target's features are all 0 at {name}: nothing to compare")


def plan_stages(content, size, steps):
    """Return a list of ((height, width), number of steps), from the coarsest stage to the last.

    Args:
        content: image (1, 3, H, W), whose aspect ratio is kept.
        size: shorter side of the last stage, >= 16; None is that of the content.
        steps: int n >= 1, which means {0.5: min(n, 60), 1: n}; or a dict from size relative to the
            last stage, rising to 1, to number of steps.
    """
    sides = tuple(content.shape[2:])
    size = whole(min(sides) if size is None else size, "size", 16)
    full = tuple(size * side // min(sides) for side in sides)
    if not isinstance(steps, dict):
        n = whole(steps, "steps", 1)
        steps = {0.5: min(n, MAX_COARSE_STEPS), 1: n}
    scales = [positive(scale, "the relative sizes of steps") for scale in steps]
    if not scales or scales[-1] != 1 or scales != sorted(scales):
        raise ValueError(f"the relative sizes of steps must rise to 1, got {tuple(steps)}")
    counts = [whole(n, "steps", 1) for n in steps.values()]
    sizes = [tuple(round(scale * side) for side in full) for scale in scales]
    return [stage for stage in zip(sizes, counts) if min(stage[0]) >= SMALLEST or stage[0] == full]


def find_network(network, losses, method):
    """Return a `VGGFeatures` with the layers of `losses`; check `losses` and `method` as well."""
    if not isinstance(losses, Losses):
        raise TypeError(f"losses must be Losses(...), got {type(losses).__name__} {losses!r}")
    if not hasattr(method, "optimizer"):
        wanted = "method must be LBFGS, ADAM or another Method"
        raise TypeError(f"{wanted}, got {type(method).__name__} {method!r}")
    if isinstance(network, str):
        layers = losses.layers or CONTENT_LAYERS
        return VGGFeatures(network, layers=layers).to(runtime.device())
    if not isinstance(network, VGGFeatures):
        raise TypeError(f"network must be VGGFeatures or a name, got {type(network).__name__}")
    missing = [name for name in losses.layers if name not in network.output_names]
    if missing:
        raise ValueError(f"network must return {missing[0]}, it returns {network.output_names}")
    return network
