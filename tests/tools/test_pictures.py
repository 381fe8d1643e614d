"""Stored pictures take few bytes and look as they did."""

import base64
import io

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image
from sklearn.datasets import load_sample_image

from tools.pictures import shrink_outputs

RAMP = (np.linspace(0, 1, 1000)[:, None] * [255, 128, 0]).round().astype(np.uint8)
DRAWING = np.tile(RAMP, (60, 1, 1))  # of few enough colors for a palette
PHOTOGRAPH = load_sample_image("china.jpg")[::2, ::2]


@pytest.mark.parametrize(("pixels", "mode", "most"), [(DRAWING, "P", 2), (PHOTOGRAPH, "RGB", 0)])
def test_a_stored_picture_looks_as_it_did_and_a_drawing_has_a_palette(pixels, mode, most):
    png = io.BytesIO()
    Image.fromarray(pixels).save(png, "PNG", dpi=(220, 220))
    output = new_output("display_data", {"image/png": base64.b64encode(png.getvalue()).decode()})
    content = shrink_outputs(new_notebook(cells=[new_code_cell("1", outputs=[output])]))
    data = base64.b64decode(content.cells[0].outputs[0].data["image/png"])
    after = Image.open(io.BytesIO(data))
    assert after.mode == mode
    assert after.info["dpi"] == pytest.approx((220, 220), rel=1e-3)
    shown = np.asarray(after.convert("RGB"), float)
    assert np.mean((shown - pixels) ** 2) <= most  # 2 is 45 decibels, which nobody sees
