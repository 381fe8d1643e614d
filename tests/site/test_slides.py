"""Slides of each chapter, as `make slides` makes them from the built site."""

import pypdf
import pytest
from bs4 import BeautifulSoup

from tests.pages.test_shape import cells, has_picture, on_the_way
from tools import slides
from tools.book import BookError, chapters

FEW = 8


@pytest.fixture(scope="module", params=["ko", "en"])
def made(request, root, site, tmp_path_factory):
    """(language, {chapter: path of its slides})."""
    folder = tmp_path_factory.mktemp("slides")
    paths = {name: folder / f"{name}.html" for name in chapters(root)}
    for name, path in paths.items():
        slides.write(site, request.param, name, path)
    return request.param, paths


@pytest.fixture
def tab(browser, made):
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(made[1]["05-gan"].as_uri())
    yield page
    page.close()


def test_every_figure_of_door_and_way_has_a_slide(made):
    language, paths = made
    for name, path in paths.items():
        page = BeautifulSoup(path.read_text("utf8"), "html.parser")
        assert len(page.select("section")) >= FEW
        figures = page.select("figure")
        assert len(figures) == sum(map(has_picture, on_the_way(cells(language, name)))), name
        assert all(one.img["alt"] and one.figcaption.strong for one in figures), name
        assert all(one.h2 or one.h1 for one in page.select("section")), name
        assert len(page.select("pre")) == 1, name  # the algorithm at the door
        assert page.select(".predict"), name


def test_arrow_keys_turn_and_nothing_is_asked_of_a_network(tab):
    assert len(tab.asked) == len([one for one in tab.asked if one.startswith(("file:", "data:"))])

    def shown(number):
        at = f"document.getElementById('s{number}').getBoundingClientRect().top"
        tab.wait_for_function(f"Math.abs({at}) < 2")

    shown(1)
    for key, number in (("ArrowRight", 2), ("ArrowDown", 3), (" ", 4), ("ArrowLeft", 3)):
        tab.keyboard.press(key)
        shown(number)


def test_slides_fit_and_one_is_printed_a_page(tab, tmp_path):
    cut = """() => [...document.querySelectorAll("section")]
      .filter((one) => one.scrollHeight > one.clientHeight || one.scrollWidth > one.clientWidth)
      .map((one) => one.innerText)"""
    assert tab.evaluate(cut) == []
    path = tmp_path / "slides.pdf"
    tab.pdf(path=path, prefer_css_page_size=True)
    assert len(pypdf.PdfReader(path).pages) == tab.locator("section").count()


def test_the_first_sentence_ends_where_the_second_begins():
    paragraph = BeautifulSoup(
        "<p><strong>Figure 5.1.</strong> It takes 0.5 s, <em>all of it</em>, as one sees. No!</p>",
        "html.parser",
    ).p
    assert slides.sentence(paragraph).endswith("as one sees.")
    paragraph.strong.string = "Left."  # two where the first is short
    paragraph.em.previous_sibling.replace_with(" It is. ")
    assert slides.sentence(paragraph).endswith("No!")


def test_without_a_site_the_command_says_what_to_do(tmp_path):
    with pytest.raises(BookError, match="make book"):
        slides.write(tmp_path, "ko", "05-gan", tmp_path / "slides.html")
