"""Pictures in few bytes that look as they did, and the command that makes the book's own."""

import base64
import io
from types import SimpleNamespace

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio
from sklearn.datasets import load_sample_image

from tools import pictures
from tools.book import BookError
from tools.pictures import LEAST_PSNR, psnr, shrink, shrink_outputs


def png(picture, **options):
    out = io.BytesIO()
    picture.save(out, "PNG", **options)
    return out.getvalue()


def opened(data):
    return Image.open(io.BytesIO(data))


def pixels(data):
    return np.asarray(opened(data).convert("RGB"))


@pytest.fixture
def drawing():
    """A smooth ramp: 1,000 colors, few enough for a palette to show."""
    ramp = np.linspace(0, 1, 1000)[:, None] * np.array([255, 128, 0])
    return Image.fromarray(np.tile(ramp.round().astype(np.uint8), (60, 1, 1)))


def test_a_drawing_gets_a_palette_and_looks_the_same(drawing):
    before, after = png(drawing), shrink(png(drawing))
    assert opened(after).mode == "P"
    loss = peak_signal_noise_ratio(pixels(before), pixels(after), data_range=255)
    assert loss >= LEAST_PSNR
    assert psnr(drawing, opened(after).convert("RGB")) == pytest.approx(loss)
    assert psnr(drawing, drawing) == np.inf
    assert "dpi" not in opened(after).info
    kept = opened(shrink(png(drawing, dpi=(220, 220)))).info["dpi"]
    assert kept == pytest.approx((220, 220), rel=1e-3)


def test_a_photograph_keeps_every_color_and_what_is_transparent_becomes_white():
    before = png(Image.fromarray(load_sample_image("china.jpg")[::2, ::2]))
    np.testing.assert_array_equal(pixels(before), pixels(shrink(before)))
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert (pixels(shrink(png(clear))) == 255).all()


def test_every_stored_picture_of_a_notebook_shrinks(drawing):
    data = base64.b64encode(png(drawing)).decode()
    outputs = [
        new_output("display_data", {"image/png": data, "text/plain": "<Figure>"}),
        new_output("stream", text="words\n"),
    ]
    content = shrink_outputs(new_notebook(cells=[new_code_cell("1", outputs=outputs)]))
    first, second = content.cells[0].outputs
    assert first.data["text/plain"] == "<Figure>"
    assert opened(base64.b64decode(first.data["image/png"])).mode == "P"
    assert second.text == "words\n"


def test_a_picture_is_made_by_name(tmp_path, monkeypatch, capsys):
    (tmp_path / "docs/images").mkdir(parents=True)
    monkeypatch.setattr(pictures, "take", lambda site, page: page.encode())
    assert pictures.main(SimpleNamespace(names=["kmeans-en"]), tmp_path) == 0
    (path,) = (tmp_path / "docs/images").iterdir()
    assert path.read_bytes() == b"book/en/01-kmeans.html"
    assert capsys.readouterr().out == "docs/images/kmeans-en.png: 22 bytes\n"
    with pytest.raises(BookError, match="no picture 'x'; there are: kmeans-ko, .*time-lapse-4"):
        pictures.main(SimpleNamespace(names=["x"]), tmp_path)
