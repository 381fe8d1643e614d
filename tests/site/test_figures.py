"""Figures: which of them are plots, and how large they stand on the page."""

import base64
import io
import json

import numpy as np
import pytest
from booksite.figures import is_plot
from booksite.panels import find_panels, ground
from bs4 import BeautifulSoup
from PIL import Image, ImageDraw

from tests.site.little import notebook

CAPTION = {"ko": "**그림 1.1.** 점입니다.", "en": "**Figure 1.1.** A point."}


def lines():
    """Ink on white."""
    picture = Image.new("RGB", (200, 120), "white")
    pen = ImageDraw.Draw(picture)
    pen.line((10, 110, 190, 20), fill="#0072B2", width=3)
    pen.line((10, 110, 190, 110), fill="black")
    return picture


def digits():
    """Pixels on black, a white margin around them."""
    picture = Image.new("RGB", (200, 120), "white")
    picture.paste("black", (10, 10, 190, 110))
    return picture


def photograph():
    """Colors everywhere."""
    noise = np.random.default_rng(0).integers(0, 255, (120, 200, 3), np.uint8)
    return Image.fromarray(noise)


@pytest.mark.parametrize(("picture", "plot"), [(lines, True), (digits, False), (photograph, False)])
def test_a_plot_is_ink_on_white(tmp_path, picture, plot):
    path = tmp_path / "picture.png"
    picture().save(path)
    assert is_plot(path) == plot


def mounted():
    """Two panels under their titles, one dark and one light, and a plot."""
    picture = Image.new("RGB", (300, 100), "white")
    pen = ImageDraw.Draw(picture)
    pen.text((20, 2), "title", fill="black")
    pen.rectangle((10, 20, 89, 89), fill="navy")
    pen.rectangle((110, 20, 189, 89), outline="gray")
    pen.line((210, 20, 210, 95, 290, 95), fill="black")
    pen.line((215, 90, 285, 30), fill="orange")
    return picture


PANELS = [(10, 20, 90, 90), (110, 20, 190, 90)]


def test_panels_are_found_and_letters_and_plots_are_none(tmp_path):
    path = tmp_path / "picture.png"
    mounted().save(path)
    assert find_panels(path) == PANELS
    mounted().resize((600, 200), Image.Resampling.NEAREST).save(path)
    assert find_panels(path, 2) == [tuple(2 * side for side in panel) for panel in PANELS]
    lines().save(path)
    assert find_panels(path) == []


def test_traces_of_jpeg_are_no_ink(tmp_path):
    path = tmp_path / "picture.jpg"
    picture = Image.new("RGB", (300, 100), "white")
    picture.paste(photograph().crop((0, 0, 100, 60)), (20, 20))
    picture.paste(photograph().crop((100, 0, 200, 60)), (160, 20))
    picture.save(path, quality=85)
    found = np.array(find_panels(path))
    assert np.abs(found - [(20, 20, 120, 80), (160, 20, 260, 80)]).max() < 8


def test_a_mask_leaves_the_panels_out():
    mask = ground((300, 100), PANELS)
    assert mask.startswith('<span class="ground" style="mask-image:url(')
    assert "M0 0H300V100H0zM10 20H90V90H10zM110 20H190V90H110z" in mask


@pytest.mark.parametrize(("dpi", "width"), [(None, 200), (110, 200), (220, 100)])
def test_a_figure_stands_at_the_size_that_its_dots_per_inch_say(little_book, dpi, width):
    out = io.BytesIO()
    lines().save(out, "PNG", **({"dpi": (dpi, dpi)} if dpi else {}))
    pages = {}
    for code in ("ko", "en"):
        page = json.loads(notebook("# One", CAPTION[code]))
        data = page["cells"][1]["outputs"][0]["data"]
        data["image/png"] = base64.b64encode(out.getvalue()).decode()
        pages[code] = {"index.md": "# Home\n", "one.ipynb": json.dumps(page)}
    status, log, folder = little_book(pages)
    assert status == 0, log
    page = BeautifulSoup((folder / "book/en/one.html").read_text("utf8"), "html.parser")
    (image,) = page.select(".cell_output img")
    assert (image["width"], image["height"]) == (str(width), str(width * 120 // 200))
    assert image["class"] == ["plot"]
    if width == 200:
        assert "srcset" not in image.attrs
        return
    small, full = (one.split() for one in image["srcset"].split(", "))
    assert full == [image["src"], "200w"]
    assert small[1] == "100w"
    with Image.open(folder / "book/en" / small[0]) as copy:
        assert copy.size == (100, 60)
