"""The transfer: what it minimizes, sizes and kinds of images, what can go wrong on the way."""

import warnings
from copy import deepcopy
from functools import partial

import pytest
import torch
from torch.nn.functional import interpolate

from course_lib import style as module
from course_lib.data import load_photo, load_style
from course_lib.style import (
    ADAM,
    LBFGS,
    FrequencyWeights,
    Losses,
    Method,
    VGGFeatures,
    content_loss,
    descend,
    gram_matrix,
    style_loss,
    transfer,
)
from course_lib.support import images as helpers
from course_lib.support import style_run, style_settings

LAYERS = {"style_layers": ("relu1_1", "relu2_1"), "content_layers": ("relu2_1",)}


LOSS_NAMES = set(Losses.__dataclass_fields__)


@pytest.fixture(scope="module")
def network():
    return VGGFeatures(layers=("relu1_1", "relu2_1", "conv2_2"))


@pytest.fixture(scope="module")
def content():
    return load_photo("china", (37, 51))


@pytest.fixture(scope="module")
def style():
    return load_style("swirl", 40)


@pytest.fixture
def run(network, content, style):
    def run(content=content, style=style, **options):
        losses = {name: options.pop(name) for name in LOSS_NAMES & set(options)}
        options = {"size": None, "steps": 4, "network": network, **options}
        return transfer(content, style, Losses(**{**LAYERS, **losses}), **options)

    return run


# --- What it minimizes ---------------------------------------------------------------------------


def test_the_default_layers_and_weights_paint_the_style():
    content, style = load_photo("china", 40), load_style("jogakbo", 40)
    image, history = transfer(content, style, size=40, steps=8, network=VGGFeatures())
    assert image.shape == content.shape
    assert history.loss[-1] < 0.5 * history.loss[0]
    assert history.size == [content.shape[1:]] * 8  # the coarse scale would be too small


def test_the_losses_are_those_of_the_images(run, network, content, style):
    seen = []
    image, history = run(
        size=36,
        steps={1: 3},
        style_weight=20.0,
        content_weight=2.0,
        tv_weight=0.5,
        on_step=lambda step, image, history: seen.append((step, image)),
    )
    assert [step for step, _ in seen] == [1, 2, 3]
    wanted = network(interpolate(content[None], (36, 49), mode="bilinear", antialias=True))
    grams = network(interpolate(style[None], (36, 36), mode="bilinear", antialias=True))
    for i, (_, x) in enumerate(seen):
        found = network(x[None])
        c = float(content_loss(found["relu2_1"], wanted["relu2_1"]))
        s = sum(float(style_loss(found[k], gram_matrix(grams[k]))) for k in LAYERS["style_layers"])
        tv = float(x.diff(dim=1).abs().mean() + x.diff(dim=2).abs().mean())
        got = (history.content_loss[i], history.style_loss[i], history.total_variation[i])
        assert got == pytest.approx((c, s / 2, tv), rel=1e-3, abs=1e-6)
        assert history.loss[i] == pytest.approx(2 * c + 20 * s / 2 + 0.5 * tv, rel=1e-3)
    least = history.loss.index(min(history.loss))
    assert torch.equal(image, seen[least][1])
    assert len(history.seconds) == 3
    assert min(history.seconds) > 0


@pytest.mark.parametrize("method", [LBFGS, ADAM])
@pytest.mark.parametrize("init", ["content", "noise"])
def test_every_method_descends_from_every_beginning(run, method, init):
    image, history = run(steps={1: 15}, method=method, init=init)
    assert min(history.loss) < 0.5 * history.loss[0]
    assert image.dtype == torch.float32
    assert 0 <= image.min() < image.max() <= 1


@pytest.mark.parametrize("method", [LBFGS, ADAM])
def test_a_minimum_beyond_the_bounds_is_met_at_them(method):
    rng = torch.Generator().manual_seed(0)
    target = 0.5 + torch.randn(1, 3, 9, 12, generator=rng)
    slope = 1 + 9 * torch.rand(target.shape, generator=rng)

    def objective(image):
        return [(slope * (image - target).square()).sum()]

    start = torch.full_like(target, 0.5)
    images = [image for image, _ in descend(objective, start, 300, method)]
    assert torch.equal(images[0], start)
    assert 0.2 < ((target < 0) | (target > 1)).float().mean() < 0.8
    torch.testing.assert_close(images[-1], target.clamp(0, 1), atol=0.01, rtol=0)


def test_a_descent_that_stays_astray_begins_anew_from_its_best():
    made = []

    class Leap:
        """Steps once toward the minimum, then far away, where it stays."""

        def __init__(self, paths):
            (self.path,), self.n_steps = paths, 0
            made.append(self)

        def step(self, closure):
            closure()
            self.n_steps += 1
            self.path.data += 0.1 if self.n_steps == 1 else 9.0

    def objective(image):
        return [(image - 0.62).square().sum()]

    start = torch.full((1, 3, 4, 4), 0.5)
    images = [image for image, _ in descend(objective, start, 9, Method(Leap, power=0.0))]
    astray = 2 + 5  # steps at the start, at the best, and beyond
    assert len(made) == 2
    torch.testing.assert_close(images[1], start + 0.1)
    assert (images[2] == 1).all()
    torch.testing.assert_close(images[astray], images[1])
    assert (images[astray - 1] == 1).all()


@pytest.mark.parametrize("shape", [(1, 3, 16, 21), (1, 1, 17, 20)])
def test_frequency_weights_are_a_symmetric_map_that_favors_broad_shapes(shape):
    x, y = torch.randn(2, *shape, generator=torch.Generator().manual_seed(0))
    weigh = FrequencyWeights(x, 0.25)
    assert (weigh(x) * y).sum() == pytest.approx((x * weigh(y)).sum().item(), rel=1e-4)
    torch.testing.assert_close(weigh(2 * x + y), 2 * weigh(x) + weigh(y))
    columns = torch.arange(shape[3])
    broad = torch.cos(2 * torch.pi * columns / shape[3]).expand(shape)
    fine = torch.cos(2 * torch.pi * 8 * columns / shape[3]).expand(shape)
    ratio = (weigh(broad) / broad).median() / (weigh(fine) / fine).median()
    assert ratio == pytest.approx(8**0.25, rel=1e-4)
    torch.testing.assert_close(FrequencyWeights(x, 0.0)(x), x)


def test_content_alone_is_reconstructed_from_noise(run, content):
    image, history = run(init="noise", steps={1: 60}, style_weight=0, content_layers=("relu1_1",))
    assert history.style_loss == [0] * 60
    assert history.content_loss[-1] < 0.003
    assert (image - content).abs().mean() < 0.07  # of noise: 0.35


def test_style_alone_ignores_the_content(run, content):
    other = content.flip(2)
    first, second = (
        run(content=c, init="noise", content_weight=0, steps=3).image for c in (content, other)
    )
    assert torch.equal(first, second)
    for seed, same in ((0, True), (1, False)):
        init = torch.Generator().manual_seed(seed)
        image = run(init=init, content_weight=0, steps=3).image
        assert torch.equal(first, image) == same


def test_total_variation_alone_flattens(run):
    image, history = run(
        content_weight=0, style_weight=0, tv_weight=1.0, steps={1: 30}, method=ADAM
    )
    assert history.total_variation[-1] < 0.6 * history.total_variation[0]


# --- Sizes, scales, beginnings -------------------------------------------------------------------


def test_one_layer_may_be_given_by_its_name(run):
    same = [run(content_layers=layers, steps=2).history.loss for layers in ("conv2_2", ["conv2_2"])]
    assert same[0] == same[1]


def test_on_step_may_write_on_its_image(run):
    image = run(on_step=lambda step, image, history: image.zero_()).image
    assert torch.equal(image, run().image)


def test_scales_go_from_coarse_to_fine(run, monkeypatch):
    monkeypatch.setattr(style_settings, "SMALLEST", 32)
    image, history = run(size=64, steps={0.25: 7, 0.5: 3, 1: 2}, init="noise")
    assert history.size == [(32, 44)] * 3 + [(64, 88)] * 2  # 16 pixels are too few
    assert image.shape == (3, 64, 88)
    assert len(run(size=64, steps=2).history.loss) == 4
    assert (
        run(
            size=64,
            steps=70,
            content_weight=0,
            style_weight=0,
            tv_weight=1.0,
        ).history.size.count((32, 44))
        == 60
    )


def test_enlarging_brings_the_detail_back():
    photo = load_photo("coffee", (60, 80))[None]
    coarse = helpers.resize(photo, (30, 40))
    torch.testing.assert_close(helpers.enlarge(coarse, (60, 80), photo), photo)
    plain = helpers.enlarge(coarse, (60, 80), None)
    assert plain.shape == photo.shape
    assert 0.005 < (plain - photo).abs().mean() < 0.1


def test_it_begins_at_the_content_with_the_styles_mean_color(run, content, style):
    seen = []
    run(steps={1: 1}, on_step=lambda step, image, history: seen.append(image))
    shift = style.mean((1, 2)) - content.mean((1, 2))
    torch.testing.assert_close(seen[0], (content + shift[:, None, None]).clamp(0, 1))
    run(steps={1: 1}, style_weight=0, on_step=lambda s, image, h: seen.append(image))
    assert torch.equal(seen[1], content)
    other = load_photo("coffee", (60, 80))
    run(steps={1: 1}, init=other, on_step=lambda s, image, h: seen.append(image))
    torch.testing.assert_close(seen[2], helpers.resize(other[None], (37, 51))[0])


def test_without_settings_a_result_has_256_pixels_and_150_steps(content, style, monkeypatch):
    planned = []

    def stop(content, size, steps):
        planned.append((size, steps))
        raise InterruptedError

    monkeypatch.setattr(style_settings, "plan_stages", stop)
    with pytest.raises(InterruptedError):
        transfer(content, style)
    assert planned == [(256, 150)]


@pytest.mark.parametrize("shape", [(33, 47), (50, 34), (40, 40)])
def test_any_size_and_aspect(run, shape):
    image = run(content=load_photo("flower", shape), style=load_photo("coffee", (60, 41)), steps=1)
    assert image.image.shape == (3, *shape)
    assert run(content=load_photo("flower", shape), size=35, steps=1).image.shape[1:] == tuple(
        35 * side // min(shape) for side in shape
    )


def test_a_gray_image_is_its_three_equal_channels(run, content, style):
    gray = content.mean(0, keepdim=True)
    wanted = run(content=gray.expand(3, -1, -1), style=style[None])
    assert torch.equal(run(content=gray).image, wanted.image)


def test_an_image_may_lie_in_memory_in_any_order(run, content):
    turned = content.permute(1, 2, 0).contiguous().permute(2, 0, 1)
    assert torch.equal(run(content=turned).image, run().image)


def test_colors_are_kept(run, content):
    image = run(preserve_color=True, steps=6, init=content).image
    luma = torch.tensor(helpers.LUMA)[:, None, None]
    chroma, wanted = (x - (x * luma).sum(0) for x in (image, content))
    # The same hue at every pixel, at most as strong: parallel, and no longer than the content's.
    cosine = (chroma * wanted).sum(0) / (chroma.norm(dim=0) * wanted.norm(dim=0)).clamp_min(1e-9)
    colored = chroma.norm(dim=0) > 0.02
    assert colored.float().mean() > 0.3
    assert cosine[colored].min() > 0.999
    assert (chroma.norm(dim=0) <= wanted.norm(dim=0) + 1e-4).all()
    assert ((image - content) * luma).sum(0).abs().mean() > 0.02  # the brightness did change
    assert image.shape == content.shape


# --- What can go wrong ---------------------------------------------------------------------------


def test_a_loss_that_is_not_finite_keeps_the_last_good_image(run, monkeypatch):
    original, calls = module.total_variation, []

    def breaks(images):
        calls.append(1)
        return original(images) * (float("nan") if len(calls) == 4 else 1)

    monkeypatch.setattr(module, "total_variation", breaks)
    with pytest.warns(RuntimeWarning, match="not finite after 3 steps"):
        image, history = run(tv_weight=1.0, steps={1: 9})
    assert history.stopped == "non-finite loss"
    assert len(history.loss) == 3
    assert image.isfinite().all()


@pytest.mark.parametrize("when", [1, 3])
def test_an_interruption_returns_the_image_so_far(run, monkeypatch, when):
    monkeypatch.setattr(style_settings, "SMALLEST", 32)
    seen = []

    def interrupt(step, image, history):
        seen.append(image)
        if step == when:
            raise KeyboardInterrupt

    image, history = run(size=64, steps={0.5: 2, 1: 9}, on_step=interrupt)
    assert history.stopped == "interrupted"
    assert len(history.loss) == when
    assert image.shape == (3, 64, 88)
    if when == 3:
        assert torch.equal(image, seen[-1])


def test_progress_shows_steps_and_loss(run, capsys, monkeypatch):
    bar = style_run.tqdm
    monkeypatch.setattr(style_run, "tqdm", partial(bar, disable=False))  # as for a reader
    run(steps={1: 2})
    shown = capsys.readouterr().err
    assert "0/2" in shown
    assert "step" in shown
    monkeypatch.setattr(style_run, "tqdm", partial(bar, disable=True))
    run(steps={1: 2})
    assert capsys.readouterr().err == ""


def test_nothing_is_said_when_all_is_well(run):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(steps=1).history.stopped == ""


def test_a_network_is_made_from_the_name_of_its_weights(run):
    assert len(run(network="random", steps={1: 1}).history.loss) == 1


BAD = [
    ({"content": torch.zeros(4, 20, 20)}, ValueError, "content must have shape .*alpha channel"),
    ({"content": torch.zeros(20, 20)}, ValueError, r"content must have shape \(3, H, W\)"),
    ({"style": torch.zeros(2, 3, 20, 20)}, ValueError, "style must have shape"),
    ({"style": torch.zeros(3, 20, 20, dtype=torch.uint8)}, TypeError, "style must be floating"),
    ({"style": torch.full((3, 20, 20), 2.0)}, ValueError, r"style must be in \[0, 1\], got 2 to"),
    ({"init": torch.full((3, 20, 20), torch.nan)}, ValueError, r"init must be in \[0, 1\]"),
    ({"init": "style"}, ValueError, "init must be .*\"noise\".* or an image, got 'style'"),
    ({"size": 15}, ValueError, "size must be at least 16, got 15"),
    ({"steps": 0}, ValueError, "steps must be at least 1, got 0"),
    ({"steps": {0.5: 0, 1: 3}}, ValueError, "steps must be at least 1, got 0"),
    ({"steps": (1, 2)}, TypeError, "steps must be an integer, got tuple"),
    ({"steps": {1.0: 2, 0.5: 2}}, ValueError, r"sizes of steps must rise to 1, got \(1.0, 0.5\)"),
    ({"steps": {0.5: 2}}, ValueError, r"sizes of steps must rise to 1, got \(0.5,\)"),
    ({"steps": {}}, ValueError, r"sizes of steps must rise to 1, got \(\)"),
    ({"steps": {"1": 2}}, TypeError, "the relative sizes of steps must be a number, got str"),
    ({"content_layers": ()}, ValueError, "content_layers must be names of layers"),
    ({"style_layers": "conv9_1"}, ValueError, "style_layers must be names .*, got 'conv9_1'"),
    ({"style_weight": -1.0}, ValueError, "style_weight must be finite and at least 0"),
    ({"style_weight": 0, "content_weight": 0}, ValueError, "must not all be 0"),
    ({"method": "sgd"}, TypeError, "method must be LBFGS, ADAM or another Method, got str 'sgd'"),
    ({"content_layers": ("relu5_1",)}, ValueError, "network must return relu5_1, it returns"),
    ({"network": 16}, TypeError, "network must be VGGFeatures or a name, got int"),
    ({"network": "vgg"}, ValueError, "weights must be one of"),
]


@pytest.mark.parametrize(("options", "error", "message"), BAD)
def test_bad_arguments_are_named(run, options, error, message):
    with pytest.raises(error, match=message):
        run(**options)


def test_losses_must_be_losses(content, style):
    with pytest.raises(TypeError, match=r"losses must be Losses\(\.\.\.\), got int 30"):
        transfer(content, style, 30)


def test_a_loss_of_weight_0_has_no_layers():
    assert Losses(style_weight=0).layers == Losses().content_layers == ("conv4_2",)
    assert Losses(content_weight=0, style_layers="relu1_1").layers == ("relu1_1",)


def test_a_target_without_features_is_named(run, network, monkeypatch):
    monkeypatch.setattr(network, "forward", lambda x: dict.fromkeys(network.output_names, 0 * x))
    with pytest.raises(ValueError, match="features are all 0 at relu2_1"):
        run()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("options", [{}, {"preserve_color": True}, {"init": "noise"}])
def test_on_a_gpu(run, network, options):
    image, history = run(network=deepcopy(network).cuda(), steps=10, **options)
    assert image.device.type == "cpu"
    assert history.loss[-1] < history.loss[0]
