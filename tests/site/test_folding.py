"""Code that only draws or only prepares waits behind a line; what teaches stays open."""

import json

import pytest
from booksite import folding


@pytest.mark.parametrize(
    ("source", "draws", "prepares"),
    [
        ("import a\nfrom b import c", True, True),
        ("%pip install x\ntry:\n    import a\nexcept ImportError:\n    !pip install a", True, True),
        ("import a\na.set_seed(0)\nx = 1", True, True),
        ("import a\nwith a.quiet():\n    x = a.f()", True, True),
        ("with a.quiet():\n    x = a.f()", True, False),
        ("import a\nfor i in x:\n    print(i)", True, False),
        ("x = 1", True, False),
        ("def f():\n    return 1\nplt.plot(f())", False, False),
        ("class A:\n    pass", False, False),
    ],
)
def test_what_a_cell_does(source, draws, prepares):
    assert (folding.only_draws(source), folding.only_prepares(source)) == (draws, prepares)


@pytest.mark.parametrize("code", ["ko", "en"])
@pytest.mark.parametrize("chapter", ["01-kmeans", "05-gan"])
def test_figure_caption_output_code_come_in_this_order(pages, code, chapter):
    page = pages[f"book/{code}/{chapter}"]
    checked = 0
    for details in page.select("details.folded:not(.goals)"):
        if details.find_parent(class_="cell"):
            continue  # setup
        before = details.find_previous_sibling()
        if "cell" in before["class"]:  # what was printed
            assert not before.select("img")
            assert before.select(".output")
            before = before.find_previous_sibling()
        assert "figure-caption" in before["class"]
        assert before.find_previous_sibling().select("img")
        assert details.select(".cell_input")
        checked += 1
    assert checked > 5


def test_nothing_is_printed_between_a_figure_and_its_caption(pages):
    printed = 0
    for name, page in pages.items():
        for caption in page.select("p.figure-caption"):
            cell = caption.find_previous_sibling()
            parts = [part.name for part in cell.select(".cell_output img, .cell_output pre")]
            assert parts[-1:] == ["img"], (name, caption.text[:20])
            printed += "pre" in parts
    assert printed > 5


@pytest.mark.parametrize("code", ["ko", "en"])
def test_cells_of_setup_that_follow_each_other_are_one_line(pages, code):
    for chapter in ("00-introduction", "01-kmeans", "05-gan"):
        setup = pages[f"book/{code}/{chapter}"].select(".cell details.folded")
        assert len(setup) == 1, chapter
        assert "import course_lib" in setup[0].text
        assert len(setup[0].select(".cell_input")) == 2


def test_what_defines_something_stays_open(pages):
    page = pages["book/en/05-gan"]
    shut = " ".join(details.text for details in page.select("details.folded"))
    assert "def " not in shut.replace("undef ", "")
    assert "def expect" in page.article.text


def test_no_cell_is_lost(pages, root):
    for chapter in ("01-kmeans", "05-gan"):
        cells = json.loads((root / f"book/ko/{chapter}.ipynb").read_text("utf8"))["cells"]
        code = [c for c in cells if c["cell_type"] == "code" and "".join(c["source"]).strip()]
        shown = pages[f"book/ko/{chapter}"].select(".cell_input, .listing-title")
        assert len(shown) == len(code)
