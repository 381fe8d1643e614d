"""Live figures of Hangul: what is drawn and read is PyTorch's; a reader can use them."""

import numpy as np
import pytest
import torch

from course_lib import checkpoints
from course_lib.data import load_hangul
from course_lib.hangul import join, one_hots, read, split
from course_lib.support.hangul_images import COMMON, SYLLABLES
from recipes.live import shrink


@pytest.fixture(scope="module")
def hangul():
    """The syllables, and the networks with the weights that the page has."""
    networks = [shrink(checkpoints.load(f"hangul-{name}"))[0] for name in ("autoencoder", "reader")]
    return load_hangul(), *networks


def image_of(data, text):
    """The images of the syllables of a text, (N, 1, 28, 28)."""
    characters = list(data.characters)
    return data.images[[characters.index(character) for character in text]]


def as_image(numbers):
    return torch.tensor(numbers).view(1, 1, 28, 28)


@torch.no_grad()
def test_the_walk_draws_and_reads_what_the_networks_do(figure, hangul):
    data, autoencoder, reader = hangul
    page, place = figure("hangul-walk", "ko")
    codes = autoencoder.encode(image_of(data, "밤별"))
    shown = [place.evaluate(f"p => [...p.figure.code('{one}')]") for one in "밤별"]
    assert np.abs(np.array(shown) - codes.numpy()).max() < 0.03  # of eight bits
    stops = place.evaluate("p => p.figure.state.stops.map((one) => [[...one.image], one.text])")
    assert len(stops) == 9
    for share, (numbers, text) in zip(np.linspace(0, 1, 9), stops, strict=True):
        wanted = autoencoder.decode(torch.lerp(*torch.tensor(shown), float(share))[None])
        assert np.abs(np.array(numbers) - wanted.clamp(0, 1).flatten().numpy()).max() < 1e-3
        parts, confidence = read(reader, as_image(numbers))
        if confidence.min() > 0.5:
            assert text == join(parts.tolist())
    assert (stops[0][1], stops[-1][1]) == ("밤", "별")


def test_a_reader_types_syllables_and_wrong_ones_get_a_word(figure):
    page, place = figure("hangul-walk", "en")
    first, second = place.locator("input[type=text]").all()
    first.fill("강")
    second.fill("산")
    assert place.evaluate("p => p.figure.state.ends.join('')") == "강산"
    first.fill("x")
    assert "one syllable" in place.locator("[role=status]").inner_text()
    assert place.evaluate("p => p.figure.state.ends.join('')") == "강산"
    place.locator("input[type=range]").fill("1")
    assert "산" in place.locator("[role=status]").inner_text()


@torch.no_grad()
def test_what_is_hidden_is_filled_in_as_pytorch_does_it(figure, hangul):
    data, autoencoder, reader = hangul
    page, place = figure("hangul-complete", "ko")
    clean = image_of(data, "봄")
    given = torch.tensor(place.evaluate("p => [...p.figure.syllables[0].image]"))
    assert (given - clean.flatten()).abs().max() < 1 / 255
    seen = torch.ones(1, 1, 28, 28)
    seen[:, :, 17:] = 0
    image = seen * clean
    for _ in range(5):
        image = torch.where(seen == 1, clean, autoencoder(image).clamp(0, 1))
        place.evaluate("p => p.figure.step()")
    made = torch.tensor(place.evaluate("p => [...p.figure.state.made]"))
    assert (made - image.flatten()).abs().max() < 0.01
    parts, _ = read(reader, image)
    assert join(parts.tolist()) in place.locator("[role=status]").inner_text()


def test_a_reader_rubs_a_part_out_and_has_it_filled_in(figure):
    page, place = figure("hangul-complete", "en")
    place.locator("select").first.select_option("none")
    assert place.evaluate("p => p.figure.state.seen.every(Boolean)")
    box = place.locator("canvas").first.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] * 0.8)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + box["height"] * 0.8, steps=8)
    page.mouse.up()
    hidden = place.evaluate("p => p.figure.state.seen.filter((one) => !one).length")
    assert 20 < hidden < 300
    place.get_by_role("button", name="Fill in").click()
    page.wait_for_function(
        "document.querySelector('[data-figure=hangul-complete]').figure.state.step > 3"
    )
    assert "Filled in" in place.locator("[role=status]").inner_text()
    place.locator("select").nth(1).select_option("draw")
    place.locator("canvas").first.focus()
    page.keyboard.press("Space")
    assert place.evaluate("p => p.figure.state.step") == 0, "a new drawing begins anew"


@torch.no_grad()
def test_what_is_written_is_what_the_networks_write_and_read(figure, hangul):
    data, _, reader = hangul
    page, place = figure("hangul-write", "ko")
    generator, _ = shrink(checkpoints.load("hangul-dcgan"))
    asked = "뷁햏강쀁각"
    noise = torch.randn(len(asked), 16, generator=torch.Generator().manual_seed(0))
    wanted = generator(torch.cat([noise, one_hots(split(asked))], dim=1))
    for character, z, image in zip(asked, noise.tolist(), wanted, strict=True):
        found = place.evaluate("(p, [one, z]) => [...p.figure.draw(one, z)]", [character, z])
        assert np.abs(np.array(found) - image.flatten().numpy()).max() < 1e-3
        seen = place.evaluate("(p, x) => p.figure.read(Float32Array.from(x))", found)
        parts, confidence = read(reader, image[None])
        assert seen["confidence"] == pytest.approx(confidence.min().item(), abs=1e-3)
        assert seen["text"] == join(parts.tolist())
    said = place.evaluate("(p, text) => [...text].map(p.figure.seen)", SYLLABLES)
    assert said == (~data.is_test).tolist()
    said = place.evaluate("(p, text) => [...text].filter(p.figure.isCommon).join('')", SYLLABLES)
    assert said == COMMON


@pytest.mark.parametrize("code", ["ko", "en"])
def test_a_reader_has_a_syllable_written_that_nobody_uses(figure, code):
    page, place = figure("hangul-write", code, 390, has_touch=True)
    status, state = place.locator("[role=status]"), "p => p.figure.state.asked"
    words = {"ko": ("없고", "본 적이 없습니다"), "en": ("not one of the 2,350", "never seen")}[code]
    read_as = 0
    for _ in range(12):
        place.locator("button").first.tap()
        asked = place.evaluate(state)
        assert asked not in COMMON
        assert not place.evaluate("p => p.figure.seen(p.figure.state.asked)")
        assert asked in status.inner_text()
        assert all(word in status.inner_text() for word in words)
        written = place.evaluate("p => p.figure.state.written[0]")
        assert written["text"] in status.inner_text()
        read_as += written["text"] == asked
    assert read_as >= 8


def test_a_reader_chooses_by_keyboard_what_is_written(figure):
    page, place = figure("hangul-write", "en")
    status, state = place.locator("[role=status]"), "p => p.figure.state.asked"
    field = place.locator("input[type=text]")
    field.fill("강")
    assert place.evaluate(state) == "강"
    assert "is one of the 2,350" in status.inner_text()
    assert [menu.input_value() for menu in place.locator("select").all()] == ["0", "0", "21"]
    field.fill("x")
    assert "one syllable" in status.inner_text()
    assert place.evaluate(state) == "강"
    place.locator("select").nth(2).focus()
    page.keyboard.press("Home")
    assert place.evaluate(state) == "가"
    assert field.input_value() == "가"
    before = place.evaluate("p => [...p.figure.state.noise]")
    place.get_by_role("button", name="Again").focus()
    page.keyboard.press("Enter")
    assert place.evaluate(state) == "가"
    assert place.evaluate("p => [...p.figure.state.noise]") != before
    label = place.locator("canvas").first.get_attribute("aria-label")
    assert "Asked for 가" in label
