"""Live figures of Hangul: codes, readings and completions are PyTorch's; a reader can use them."""

import numpy as np
import pytest
import torch

from course_lib import checkpoints
from course_lib.data import load_hangul
from course_lib.hangul import join, read
from tools.live import shrink


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
