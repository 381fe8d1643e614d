"""Stored pictures take few bytes and look as they did."""

import base64
import io

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio
from sklearn.datasets import load_sample_image

from tools.pictures import LEAST_PSNR, shrink, shrink_outputs

RAMP = (np.linspace(0, 1, 1000)[:, None] * [255, 128, 0]).round().astype(np.uint8)
DRAWING = Image.fromarray(np.tile(RAMP, (60, 1, 1)))  # of few enough colors for a palette


def png(picture, **options):
    out = io.BytesIO()
    picture.save(out, "PNG", **options)
    return out.getvalue()


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_a_stored_drawing_gets_a_palette_and_looks_the_same():
    before = png(DRAWING, dpi=(220, 220))
    output = new_output("display_data", {"image/png": base64.b64encode(before).decode()})
    content = shrink_outputs(new_notebook(cells=[new_code_cell("1", outputs=[output])]))
    after = base64.b64decode(content.cells[0].outputs[0].data["image/png"])
    assert Image.open(io.BytesIO(after)).mode == "P"
    assert Image.open(io.BytesIO(after)).info["dpi"] == pytest.approx((220, 220), rel=1e-3)
    assert peak_signal_noise_ratio(pixels(before), pixels(after)) >= LEAST_PSNR


def test_a_photograph_keeps_every_color_and_what_is_transparent_becomes_white():
    before = png(Image.fromarray(load_sample_image("china.jpg")[::2, ::2]))
    np.testing.assert_array_equal(pixels(before), pixels(shrink(before)))
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert (pixels(shrink(png(clear))) == 255).all()
