"""Live figures with trained models: their numbers are PyTorch's, and a reader can use them."""

import copy
import io
import json

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter

from course_lib import checkpoints, metrics
from course_lib.data import load_mnist
from course_lib.style import content_loss, gram_matrix, style_loss
from course_lib.support.vgg import VGGFeatures
from recipes.live import MODELS, BookError, described, main, packed, rounded, shrink
from tests.site.live import ROOT

RUN = """async ([name, part, inputs, side]) => {
  const { load } = await import('../../_static/live/model.js');
  const model = await load(name);
  return inputs.map((numbers) => [...model.run(part, numbers, side)]);
}"""
STEM = ROOT / "book/live/models"


@pytest.fixture(scope="module")
def images():
    """The first 300 test digits, (300, 1, 28, 28)."""
    return load_mnist("small").test_images[:300]


@pytest.fixture
def tab(live, new_page):
    """A page of the little book, from which modules can be imported."""
    page = new_page()
    page.goto(f"{live}book/en/index.html")
    return page


@pytest.mark.parametrize(
    ("name", "part", "side"),
    [
        ("conv-autoencoder", "encoder", 28),
        ("conv-autoencoder", "decoder", None),
        ("conv-denoiser", "encoder", 28),
        ("conv-denoiser", "decoder", None),
        ("dcgan", "layers", 1),
        ("hangul-autoencoder", "encoder", 28),
        ("hangul-autoencoder", "decoder", None),
        ("hangul-reader", "body", 28),
        ("hangul-dcgan", "layers", 1),
    ],
)
def test_a_model_in_the_page_answers_as_pytorch_does(tab, images, name, part, side):
    model = checkpoints.load(name)
    small, _ = shrink(model)
    if part in ("encoder", "body"):
        inputs = images[:100]
    else:
        inputs = torch.randn(100, model.latent_dim, generator=torch.Generator().manual_seed(0))
        inputs = inputs[:, :, None, None] if part == "layers" else 2 * inputs
    with torch.no_grad():
        wanted = getattr(small, part)(inputs).flatten(1).numpy()
        full = getattr(model, part)(inputs).flatten(1).numpy()
    found = np.array(tab.evaluate(RUN, [name, part, inputs.flatten(1).tolist(), side]))
    assert np.abs(found - wanted).max() < 1e-3
    assert 0 < np.abs(found - full).mean() < 0.03 * np.abs(full).mean() + 0.01  # rounded weights


@pytest.mark.parametrize("name", MODELS)
def test_the_stored_file_is_the_checkpoint_and_rounding_costs_little(name):
    card = checkpoints.card(name)["metric"]
    _, parts = shrink(checkpoints.load(name))
    content = (STEM / f"{name}.bin").read_bytes()
    for layers in parts.values():
        for layer in layers:
            if "weight" in layer:
                assert layer["weight"].tobytes() in content, "run `python -m tools live`"
    head = content[4 : 4 + int.from_bytes(content[:4], "little")]
    quality = json.loads(head)["quality"]
    assert quality["stored"] == card["value"]
    assert quality["rounded"] == pytest.approx(card["value"], abs=card["tolerance"])


def test_rounding_keeps_a_weight_within_half_a_step():
    weight = torch.randn(5, 3, 2, 2, generator=torch.Generator().manual_seed(1))
    for transposed, shape in [(False, (5, 1, 1, 1)), (True, (1, 3, 1, 1))]:
        numbers, scale = rounded(weight, transposed)
        assert numbers.dtype == torch.int8
        error = (numbers * scale.view(shape) - weight).abs()
        assert (error <= scale.view(shape) / 2 + 1e-6).all()
    zero, scale = rounded(torch.zeros(2, 2))
    assert not zero.any()
    assert (scale > 0).all()


def test_a_layer_that_no_figure_knows_is_an_error():
    with pytest.raises(BookError, match="LSTM"):
        described(torch.nn.LSTM(1, 1))


def test_shrinking_leaves_the_model_as_it_is():
    model = checkpoints.load("dcgan")
    before = copy.deepcopy(model.state_dict())
    shrink(model)
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())


def test_the_header_comes_first_and_arrays_lie_on_multiples_of_four():
    arrays = {"a": np.arange(3, dtype=np.int8), "b": [np.ones(2, np.float32)], "c": "text"}
    content = packed(arrays)
    length = int.from_bytes(content[:4], "little")
    assert (4 + length) % 4 == 0
    header = json.loads(content[4 : 4 + length])
    assert header["a"] == {"at": 0, "length": 3, "type": "int8"}
    assert header["b"] == [{"at": 4, "length": 2, "type": "float32"}]
    assert np.frombuffer(content[4 + length + 4 :], np.float32).tolist() == [1, 1]


def test_the_command_writes_what_is_stored(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("recipes.live.MODELS", ("conv-autoencoder",))
    assert main(None, tmp_path) == 0
    shown = capsys.readouterr().out
    assert "conv-autoencoder: 128 kB; test MSE" in shown
    made = tmp_path / "book/live/models"
    stored = Image.open(STEM / "digits.png")
    assert np.array_equal(np.array(Image.open(made / "digits.png")), np.array(stored))
    for path in made.iterdir():
        assert path.stat().st_size < 600_000
        assert (STEM / path.name).exists()


def test_components_are_principal_components(tab, images):
    script = """async (inputs) => {
      const { components } = await import('../../_static/live/model.js');
      const pca = await components();
      return inputs.map((one) => [...pca.decode(pca.encode(one, 32))]);
    }"""
    flat = images[:50].flatten(1).double().numpy()
    found = np.array(tab.evaluate(script, flat.tolist()))
    train = load_mnist("small").train_images.flatten(1).double().numpy()
    mean = train.mean(0)
    rows = np.linalg.svd(train - mean, full_matrices=False)[2][:32]
    wanted = mean + (flat - mean) @ rows.T @ rows
    assert np.abs(found - wanted).max() < 0.03
    assert ((found - flat) ** 2).mean() == pytest.approx(((wanted - flat) ** 2).mean(), rel=0.01)


def stroke(page, place):
    """Draw a slanted line on the pad of a figure."""
    box = place.locator("canvas").first.bounding_box()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.8 * box["height"], steps=8)
    page.mouse.up()


def test_a_drawn_digit_is_coded_and_decoded(figure, images):
    page, place = figure("draw-code")
    assert "Mean squared error: autoencoder" in place.locator("[role=status]").inner_text()
    place.get_by_role("button", name="Clear").click()
    assert "Draw a digit" in place.locator("[role=status]").inner_text()
    stroke(page, place)
    image = np.array(place.evaluate("place => [...place.figure.state.image]")).reshape(28, 28)
    ys, xs = np.mgrid[:28, :28] + 0.5
    for axis in (xs, ys):  # as the makers of MNIST: 20 pixels, the mass in the middle
        assert (axis * image).sum() / image.sum() == pytest.approx(14, abs=0.3)
    assert 18 <= np.ptp(np.nonzero(image.max(1) > 0.3)[0]) + 1 <= 21
    found = np.array(place.evaluate("place => [...place.figure.state.code]"))
    small, _ = shrink(checkpoints.load("conv-autoencoder"))
    with torch.no_grad():
        wanted = small.encode(torch.tensor(image, dtype=torch.float32).view(1, 1, 28, 28))[0]
    assert np.allclose(found, wanted.numpy(), atol=1e-3)


def test_a_code_can_be_changed_by_finger_and_keyboard(figure):
    page, place = figure("draw-code", "ko")
    bars = place.locator("canvas").nth(2)
    box = bars.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 4.5 / 32, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 4.5 / 32, box["y"] + box["height"] * 0.25, steps=3)
    page.mouse.up()
    assert place.evaluate("place => place.figure.state.code[4]") == pytest.approx(3.5, abs=0.2)
    assert "z5 = 3.5" in place.locator("[role=status]").inner_text()
    bars.focus()
    page.keyboard.press("ArrowRight")
    before = place.evaluate("place => place.figure.state.code[5]")
    page.keyboard.press("ArrowUp")
    after = place.evaluate("place => place.figure.state.code[5]")
    assert after == pytest.approx(before + 1)
    place.get_by_role("button", name="코드 되돌리기").click()
    code = place.evaluate("place => [place.figure.state.code[5], place.figure.state.own]")
    assert code == [pytest.approx(before), True]


def test_a_digit_can_be_drawn_by_keyboard(figure):
    page, place = figure("draw-code")
    place.get_by_role("button", name="Clear").click()
    place.locator("canvas").first.focus()
    for key in [" ", *["ArrowDown"] * 5, " "]:
        page.keyboard.press(key)
    image = np.array(place.evaluate("place => [...place.figure.state.image]")).reshape(28, 28)
    assert image.sum() > 20
    assert np.ptp(np.nonzero(image.max(0) > 0.5)[0]) < 5  # upright


def test_decibels_are_those_of_the_library(figure):
    _, place = figure("draw-noise")
    page = place.page
    slide = place.locator("input[type=range]")
    leads = {}
    for sigma in ("0.2", "0.5", "1.2"):
        slide.evaluate("(field, value) => { field.value = value; }", sigma)
        slide.dispatch_event("input")
        state = place.evaluate(
            """place => { const { image, results } = place.figure.state;
            return [[...image], results.decibels, Object.fromEntries(Object.entries(results.made)
              .map(([name, values]) => [name, [...values]]))]; }"""
        )
        clean = torch.tensor(state[0]).view(1, 1, 28, 28)
        for name, values in state[2].items():
            wanted = float(metrics.psnr(torch.tensor(values).view(1, 1, 28, 28).clamp(0, 1), clean))
            assert state[1][name] == pytest.approx(wanted, abs=1e-3)
        leads[sigma] = state[1]["network"] - state[1]["wiener"]
    assert leads["0.5"] > 0
    stroke(page, place)
    assert "dB. The network was trained at" in place.locator("[role=status]").inner_text()


def test_the_blur_is_that_of_scipy(figure):
    _, place = figure("draw-noise")
    made = place.evaluate(
        "f => [1, [...f.figure.images[5]], [...f.figure.blur(f.figure.images[5], 1)]]"
    )
    image, found = (np.array(values).reshape(28, 28) for values in made[1:])
    assert np.abs(found - gaussian_filter(image, 1, mode="constant")).max() < 1e-4


def test_a_walk_between_three_vectors(figure):
    page, place = figure("latent-walk")
    status = place.locator("[role=status]")
    assert "Shares of the three vectors: 0.3" in status.inner_text()
    box = place.locator("canvas").first.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.62 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.1 * box["height"], steps=5)
    page.mouse.up()
    assert "1.00, 0.00, 0.00" in status.inner_text()
    near = """f => { const { image, faces } = f.figure.state;
      return Math.max(...image.map((value, i) => Math.abs(value - faces[0][i]))); }"""
    assert place.evaluate(near) < 1e-3  # at a corner it is the corner's own image
    place.get_by_role("button", name="Walk by itself").click()
    page.wait_for_timeout(600)
    place.get_by_role("button", name="Pause").click()
    assert "1.00, 0.00, 0.00" not in status.inner_text()


def test_along_the_arc_a_vector_keeps_its_length(tab):
    script = """async () => {
      const { between, shares } = await import('../../_static/live/latent-walk.js');
      const length = (z) => Math.hypot(...z);
      const a = [3, 0, 0], b = [0, 4, 0], c = [0, 0, 5];
      const mixed = [true, false].map((arc) => length(between([a, b, c], [.5, .5, 0], arc)));
      return [...mixed, shares([.5, -3])];
    }"""
    arc, line, outside = tab.evaluate(script)
    assert arc == pytest.approx(3.5)
    assert line == pytest.approx(2.5)
    assert outside == pytest.approx([1, 0, 0])


def test_a_reader_plays_the_discriminator(figure):
    page, place = figure("real-or-fake")
    status = place.locator("[role=status]")
    truths = place.evaluate("f => f.figure.state.questions.map((one) => one.real)")
    assert sum(truths) == 5
    for n, real in enumerate(truths):
        lie = n == 3
        place.get_by_role("button", name="Real" if real != lie else "Fake").click()
        if n == 3:
            assert status.inner_text().startswith("It was real" if real else "It was fake")
    assert "9 of 10" in status.inner_text()
    assert place.get_by_role("button", name="Real").is_disabled()
    place.get_by_role("button", name="Start again").click()
    assert not place.get_by_role("button", name="Real").is_disabled()


def test_naming_ten_digits(figure, images):
    page, place = figure("label-budget")
    status = place.locator("[role=status]")
    codes, labels, chance = place.evaluate(
        "f => [f.figure.codes, f.figure.labels, f.figure.chance]"
    )
    assert labels == load_mnist("small").test_labels[:300].tolist()
    box = place.locator("canvas").first.bounding_box()
    page.mouse.click(box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"])
    assert "It is a" in status.inner_text()
    place.locator("canvas").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    assert "2 named" in status.inner_text()
    place.get_by_role("button", name="Let k-means choose").click()
    named, own = place.evaluate("f => [f.figure.state.named, f.figure.state.own]")
    x, y = np.array(codes), np.array(labels)
    nearest = ((x[:, None] - x[named][None]) ** 2).sum(-1).argmin(1)
    rest = np.setdiff1d(np.arange(300), named)
    assert own[-1] == pytest.approx((y[named][nearest] == y)[rest].mean())
    assert own[-1] > chance[-1] + 0.1
    assert f"10 named: {100 * own[-1]:.0f} %" in status.inner_text()


def picture(kind, size=(40, 30), mode="RGB", color=(255, 0, 0)):
    """The bytes of a picture, its left half blue or, in another mode, of one color."""
    mode = "RGBA" if isinstance(color, tuple) and len(color) == 4 else mode
    image = Image.new(mode, size, color)
    if mode == "RGB":
        image.paste((0, 0, 255), (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def test_a_photograph_gets_its_colors(figure):
    page, place = figure("photo-colors")
    status = place.locator("[role=status]")
    assert "8 colors: 3 bits a pixel" in status.inner_text()
    asked = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    file = {"name": "me.png", "mimeType": "image/png", "buffer": picture("PNG")}
    place.locator("input[type=file]").set_input_files(file)
    slide = place.locator("input[type=range]")
    slide.evaluate("(field) => { field.value = 2; }")
    slide.dispatch_event("input")
    status.filter(has_text="2 colors: 1 bits").wait_for()
    found = place.evaluate(
        "f => f.figure.state.found.centers.map((one) => [...one].map(Math.round))"
    )
    assert sorted(found) == [[0, 0, 1], [1, 0, 0]]
    assert [one for one in asked if not one[1].startswith(("blob:", "data:"))] == []


@pytest.mark.parametrize(
    ("name", "kind", "content", "said"),
    [
        ("a.jpg", "image/jpeg", b"no picture", "does not open as a picture"),
        ("a.png", "image/png", picture("PNG")[:60], "does not open as a picture"),
        ("empty.png", "image/png", b"", "does not open as a picture"),
        ("a.heic", "image/heic", b"ftypheic", "cannot open HEIC"),
        ("a.txt", "text/plain", b"text", "does not open as a picture"),
        ("a.gif", "image/gif", picture("GIF"), "colors"),
        ("one.png", "image/png", picture("PNG", (1, 1)), "colors"),
        ("wide.jpg", "image/jpeg", picture("JPEG", (3000, 8)), "colors"),
        ("large.jpg", "image/jpeg", picture("JPEG", (6000, 4000)), "colors"),
        ("moving.webp", "image/webp", picture("WEBP"), "colors"),
        ("named.png", "image/png", picture("JPEG"), "colors"),
        ("clear.png", "image/png", picture("PNG", color=(0, 0, 0, 0)), "colors"),
        ("gray.png", "image/png", picture("PNG", mode="L", color=90), "colors"),
        ("paper.pdf", "application/pdf", b"%PDF-1.4", "does not open as a picture"),
        ("film.mp4", "video/mp4", b"\0\0\0\x18ftypmp42", "does not open as a picture"),
        ("a.HEIF", "", b"ftypmif1", "cannot open HEIC"),
    ],
)
def test_bad_files_get_a_clear_word_and_the_picture_stays(figure, name, kind, content, said):
    page, place = figure("photo-colors")
    before = place.evaluate("f => f.figure.state.photo.width")
    file = {"name": name, "mimeType": kind, "buffer": content}
    place.locator("input[type=file]").set_input_files(file)
    place.locator("[role=status]", has_text=said).wait_for()
    page.wait_for_timeout(100)
    if said != "colors":
        assert place.evaluate("f => f.figure.state.photo.width") == before


def test_a_file_that_is_too_large_is_not_opened(figure, tmp_path):
    _, place = figure("photo-colors")
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(60_000_001)
    place.locator("input[type=file]").set_input_files(path)
    place.locator("[role=status]", has_text="The file is too large").wait_for()


GATYS = """async ([image, content, style, weight]) => {
  const net = await import('../../_static/live/style-net.js');
  const vgg = await net.load(), plain = (list) => Float32Array.from(list);
  const goal = net.targets(vgg, plain(content), plain(style), 16, 24);
  const found = net.evaluate(vgg, plain(image), 16, 24, goal, weight);
  return [found.content, found.style, [...found.gradient]];
}"""


def test_the_gradient_of_gatys_loss_is_that_of_autograd(tab):
    rng = torch.Generator().manual_seed(0)
    image, content, goal = (torch.rand(1, 3, 16, 24, generator=rng) for _ in range(3))
    network = VGGFeatures(
        "hed-vgg16", layers=("relu1_1", "relu2_1", "relu3_1"), pooling="average"
    ).double()
    for name, layer in network.layers.named_children():
        if name.startswith("conv"):
            numbers, scale = rounded(layer.weight.float())
            layer.weight.copy_((numbers * scale.view(-1, 1, 1, 1)).double())
            layer.turned.copy_(layer.weight.flip(2, 3).transpose(0, 1))
    image = image.double().requires_grad_()
    with torch.no_grad():
        wanted, painted = network(content.double()), network(goal.double())
    seen = network(image)
    losses = [style_loss(seen[name], gram_matrix(painted[name])) for name in seen]
    first, second = content_loss(seen["relu3_1"], wanted["relu3_1"]), sum(losses) / 3
    (first + 50 * second).backward()
    lists = [one.detach().flatten().tolist() for one in (image, content, goal)]
    found = tab.evaluate(GATYS, [*lists, 50])
    assert found[0] == pytest.approx(first.item(), rel=1e-3)
    assert found[1] == pytest.approx(second.item(), rel=1e-3)
    gradient = image.grad.flatten().numpy()
    assert np.abs(np.array(found[2]) - gradient).max() < 1e-3 * np.abs(gradient).max()


def test_a_photograph_is_painted_and_the_losses_fall(figure):
    page, place = figure("style-paint", "ko")
    status = place.locator("[role=status]")
    place.get_by_label("크기").select_option("64")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    place.get_by_role("button", name="그리기").click()
    steps = "([f, n]) => f.figure.state.seen?.step >= n"
    page.wait_for_function(steps, arg=[place.element_handle(), 1], timeout=120_000)
    first = place.evaluate("f => f.figure.state.seen.style")
    page.wait_for_function(steps, arg=[place.element_handle(), 6], timeout=180_000)
    place.get_by_role("button", name="멈춤").click()
    assert place.evaluate("f => f.figure.state.seen.style") < 0.8 * first
    assert "스텝: 내용 손실" in status.inner_text()
    assert [url for url in asked if "vgg.bin" in url]
    before = place.evaluate("f => f.figure.state.seen.step")
    page.wait_for_timeout(1500)
    assert place.evaluate("f => f.figure.state.seen.step") <= before + 1  # it pauses
    file = {"name": "me.png", "mimeType": "image/png", "buffer": picture("PNG", (300, 200))}
    place.locator("input[type=file]").set_input_files(file)
    page.wait_for_function("f => f.figure.state.seen === null", arg=place.element_handle())
    file = {"name": "bad.png", "mimeType": "image/png", "buffer": b"no picture"}
    place.locator("input[type=file]").set_input_files(file)
    status.filter(has_text="그림으로 열리지 않습니다").wait_for()
