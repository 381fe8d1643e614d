import base64
import io

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio
from sklearn.datasets import load_sample_image

from tools.pictures import LEAST_PSNR, psnr, shrink, shrink_outputs


def png(picture):
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.fixture
def drawing():
    """A smooth ramp: 1,000 colors, few enough for a palette to show."""
    ramp = np.linspace(0, 1, 1000)[:, None] * np.array([255, 128, 0])
    return Image.fromarray(np.tile(ramp.round().astype(np.uint8), (60, 1, 1)))


def test_a_drawing_gets_a_palette_and_looks_the_same(drawing):
    before = png(drawing)
    after = shrink(before)
    assert Image.open(io.BytesIO(after)).mode == "P"
    assert peak_signal_noise_ratio(pixels(before), pixels(after), data_range=255) >= LEAST_PSNR


@pytest.mark.parametrize("dpi", [110, 220])
def test_a_picture_keeps_what_it_says_of_its_pixels(drawing, dpi):
    out = io.BytesIO()
    drawing.save(out, "PNG", dpi=(dpi, dpi))
    kept = Image.open(io.BytesIO(shrink(out.getvalue()))).info["dpi"]
    assert kept == pytest.approx((dpi, dpi), rel=1e-3)
    assert "dpi" not in Image.open(io.BytesIO(shrink(png(drawing)))).info


def test_a_photograph_keeps_every_color():
    before = png(Image.fromarray(load_sample_image("china.jpg")[::2, ::2]))
    after = shrink(before)
    np.testing.assert_array_equal(pixels(before), pixels(after))


def test_what_is_transparent_becomes_white():
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert (pixels(shrink(png(clear))) == 255).all()


def test_psnr_against_scikit_image(drawing):
    other = Image.fromarray(255 - np.asarray(drawing))
    expected = peak_signal_noise_ratio(np.asarray(drawing), np.asarray(other), data_range=255)
    assert psnr(drawing, other) == pytest.approx(expected)
    assert psnr(drawing, drawing) == np.inf


def test_every_stored_picture_of_a_notebook_shrinks(drawing):
    data = base64.b64encode(png(drawing)).decode()
    outputs = [
        new_output("display_data", {"image/png": data, "text/plain": "<Figure>"}),
        new_output("stream", text="words\n"),
    ]
    content = shrink_outputs(new_notebook(cells=[new_code_cell("1", outputs=outputs)]))
    first, second = content.cells[0].outputs
    assert first.data["text/plain"] == "<Figure>"
    assert Image.open(io.BytesIO(base64.b64decode(first.data["image/png"]))).mode == "P"
    assert second.text == "words\n"
