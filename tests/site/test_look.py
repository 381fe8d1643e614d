"""Where things stand and what is behind them: lists, cards, fields, results, dark pictures."""

import io

import numpy as np
import pytest
from PIL import Image

GROUND = (20, 24, 29)  # of a dark page
NEXT = """() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect();
  const cards = [...document.querySelectorAll(".prev-next-area a")];
  const [one, two] = cards.map((card) => card.getBoundingClientRect());
  return { above: one.top - box("article > section > :last-child").bottom,
    below: box(".bd-footer-content").top - two.bottom,
    between: Math.max(two.left - one.right, two.top - one.bottom),
    edge: one.left - box("article h1").left };
}"""


@pytest.fixture
def open_page(address, new_page):
    """open_page(name, width, scheme) -> the page of a window 900 pixels high."""

    def make(name, width=1280, scheme="light"):
        page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.goto(f"{address}book/{name}.html")
        return page

    return make


@pytest.mark.parametrize("name", ["ko/09-scale", "en/instructors"])
def test_the_list_of_pages_shows_the_page_and_reaches_the_edge(open_page, name):
    page = open_page(name)
    entry, box = page.evaluate(
        """() => {
          const list = document.querySelector(".bd-sidebar-primary .sidebar-primary-item:has(nav)");
          return [list.querySelector("a.current"), list].map((one) => one.getBoundingClientRect());
        }"""
    )
    assert box["top"] < entry["top"] < entry["bottom"] < box["bottom"] <= 900
    assert box["bottom"] > 890
    field = page.locator(".bd-sidebar-primary .search-button-field").bounding_box()
    assert 0 < field["y"] < box["top"]
    assert page.locator(".bd-header-article .search-button").is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_first_figure_of_a_chapter_is_in_the_first_window(open_page, width):
    for name in ("00-introduction", "01-kmeans", "05-gan", "07-style-transfer", "09-scale"):
        page = open_page(f"en/{name}", width)
        top = page.locator(".cell_output img").first.evaluate("i => i.getBoundingClientRect().top")
        assert 0 < top < 700, name


def test_a_check_answered_shows_its_mark(open_page):
    page = open_page("en/01-kmeans")
    form = page.locator("form.quick-check").first
    seen = []
    for choice in range(3):
        form.locator("input").nth(choice).check()
        form.locator("button").click()
        label = form.locator("label").nth(choice)
        seen.append(label.evaluate("one => getComputedStyle(one, '::after').content"))
    assert sorted(seen) == ['"✓"', '"✗"', '"✗"']


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_results_in_the_dialog_have_a_ground_of_their_own(open_page, scheme):
    page = open_page("en/running", scheme=scheme)
    page.keyboard.press("Control+k")
    page.keyboard.type("mode collapse")
    page.wait_for_selector("#pst-search-dialog ul.search li a")
    list_, body = page.evaluate(
        """[document.querySelector("#pst-search-dialog ul.search"), document.body]
          .map((one) => getComputedStyle(one).backgroundColor)"""
    )
    assert list_ == body == f"rgb{GROUND if scheme == 'dark' else (255, 255, 255)}"


@pytest.mark.parametrize("width", [390, 1280])
def test_a_heading_that_was_jumped_to_stands_below_the_bar(open_page, width):
    page = open_page("en/05-gan", width)
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    page.evaluate("location.hash = '#the-optimal-discriminator'")
    page.wait_for_function("!document.querySelector('.where').hidden")
    page.wait_for_timeout(300)
    heading, bar = page.evaluate(
        """[document.querySelector("#the-optimal-discriminator > h3").getBoundingClientRect().top,
            Math.max(...[...document.querySelectorAll(".where, .bd-header-article")]
              .map((one) => one.getBoundingClientRect().bottom))]"""
    )
    assert bar <= heading < bar + 80


def test_the_bar_cuts_the_title_and_not_the_section(open_page):
    page = open_page("en/05-gan")
    page.evaluate("document.querySelectorAll('article h2')[1].scrollIntoView()")
    section = page.locator(".where .section")
    section.wait_for()
    assert section.inner_text() == "The game"
    assert section.evaluate("one => one.scrollWidth <= one.clientWidth")


@pytest.mark.parametrize("width", [390, 650, 820, 1000, 1280, 1600])
@pytest.mark.parametrize("code", ["ko", "en"])
def test_every_row_of_the_home_page_is_full(open_page, code, width):
    page = open_page(f"{code}/index", width)
    rows = page.evaluate(
        """() => Object.values(Object.groupBy([...document.querySelectorAll(".chapters a")]
          .map((card) => card.getBoundingClientRect()), (box) => Math.round(box.top)))
          .map((row) => [row[0].left, row.at(-1).right].map(Math.round))"""
    )
    assert len(set(map(tuple, rows))) == 1, rows
    assert len(rows) == 11 if width == 390 else len(rows) <= 6
    heights = page.locator(".chapters img").evaluate_all("all => all.map((i) => i.clientHeight)")
    assert max(heights) - min(heights) <= 2


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["en/predictions", "ko/05-gan"])
def test_cards_of_the_neighboring_pages_stand_apart(open_page, name, width):
    page = open_page(name, width)
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(300)
    seen = page.evaluate(NEXT)
    assert abs(seen["edge"]) < 1, seen
    assert min(seen["above"], seen["below"], seen["between"]) >= 12, seen


def test_the_field_of_the_glossary_is_dark_in_the_dark(open_page):
    field = open_page("ko/glossary", scheme="dark").locator(".glossary-filter")
    assert field.evaluate("one => getComputedStyle(one).backgroundColor") == f"rgb{GROUND}"


def test_every_part_has_a_color_of_its_own(open_page):
    chapters = ["01-kmeans", "02-autoencoder", "05-gan", "07-style-transfer", "08-hangul"]
    for scheme in ("light", "dark"):
        seen = {
            open_page(f"ko/{name}", scheme=scheme)
            .locator(".eyebrow")
            .evaluate("one => getComputedStyle(one).color")
            for name in chapters
        }
        assert len(seen) == len(chapters), scheme


@pytest.mark.parametrize("width", [390, 1280])
def test_the_paper_of_pictures_is_the_page_in_the_dark(open_page, width):
    shot = {}
    for scheme in ("light", "dark"):
        page = open_page("en/01-kmeans", width, scheme)
        image = page.locator(".cell_output img.picture").first
        image.scroll_into_view_if_needed()
        image.evaluate("one => one.decode()")
        page.wait_for_timeout(200)
        with Image.open(io.BytesIO(image.screenshot())) as picture:
            shot[scheme] = np.asarray(picture.convert("RGB")).astype(int)
    light, dark = shot["light"], shot["dark"]
    edge = np.abs(dark[2:-2, [2, -3]] - GROUND).max()
    assert edge <= 3, "white is left at the sides"
    assert light[2:-2, [2, -3]].min() > 250
    across = slice(light.shape[1] // 2, -light.shape[1] // 5)
    digits = light[:, across].min(2)
    inside = (digits > 60) & (digits < 200)  # shades of gray, which paper does not have
    assert inside.sum() > 300
    assert np.abs(dark[:, across].min(2)[inside] - 0.85 * digits[inside]).mean() < 4
