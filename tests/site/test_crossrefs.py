"""Equations, figures and terms that a text names are links, and a card shows where they lead."""

import copy
import re

import pytest
from bs4 import BeautifulSoup

CHAPTERS = ["01-kmeans", "05-gan", "07-style-transfer", "primer-neural-networks"]


@pytest.mark.parametrize("code", ["ko", "en"])
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_equation_and_figure_that_a_text_names_is_a_link(pages, code, chapter):
    page = pages[f"book/{code}/{chapter}"]
    article = copy.copy(page.article)  # others read the page, too
    named = "a.named, code, pre, .math, h1, h2, h3, h4, strong, style, script"
    for part in article.select(f"{named}, summary, .choices"):  # controls, which hold no links
        part.extract()
    number = "P" if chapter.startswith("primer") else int(chapter[:2])
    left = re.findall(rf"\({number}\.\d+\)|(?:Figure|그림) {number}\.\d+", article.text)
    assert not left


@pytest.mark.parametrize("code", ["ko", "en"])
def test_a_link_leads_to_the_equation_or_figure_of_its_number(site, code):
    checked = 0
    for path in sorted((site / f"book/{code}").glob("*-*.html")):
        page = BeautifulSoup(path.read_text("utf8"), "html.parser")
        for link in page.select("a.named.eq, a.named.fig"):
            file, _, anchor = link["href"].partition("#")
            kind = ("eq", "fig")["fig" in link["class"]]
            number = re.search(r"[P\d]+\.\d+", link.text)[0]
            assert anchor == f"{kind}-{number.replace('.', '-')}", link
            name = "primer" if number[0] == "P" else f"0{number[0]}"
            assert (file or path.name).startswith(name), link
            checked += 1
    assert checked > 150


def test_a_number_that_is_no_equation_is_no_link(pages):
    page = pages["book/ko/01-kmeans"]
    assert "(0.50)" in page.article.text
    assert not [a for a in page.select("a.named") if "0.50" in a.text]


@pytest.mark.parametrize("code", ["ko", "en"])
def test_a_term_is_linked_once_a_page_and_not_in_the_opening(pages, code):
    page = pages[f"book/{code}/05-gan"]
    links = page.select("a.named.term")
    targets = [link["href"] for link in links]
    assert len(targets) == len(set(targets)) > 20
    opening = page.select_one("article section > p")
    assert not opening.select("a.named")
    assert not page.select(".figure-caption a.term, h2 a.term, h3 a.term")


def hover(page, selector, number=0):
    link = page.locator(selector).nth(number)
    link.scroll_into_view_if_needed()
    link.hover()
    page.wait_for_selector("#card:popover-open")
    return link


def test_a_card_shows_the_equation_and_goes_away(address, new_page):
    page = new_page()
    page.goto(f"{address}/book/en/05-gan.html")
    link = hover(page, "a.named.eq")
    assert page.locator("#card mjx-container").count() == 1
    assert link.get_attribute("aria-describedby") == "card"
    page.keyboard.press("Escape")
    assert not page.locator("#card:popover-open").count()
    assert link.get_attribute("aria-describedby") is None


def test_a_card_shows_a_figure_with_its_caption(address, new_page):
    page = new_page()
    page.goto(f"{address}/book/ko/05-gan.html")
    link = hover(page, "a.named.fig:visible:not([inert] *)")  # one that no veil covers
    assert link.inner_text() in page.locator("#card").inner_text()
    assert page.locator("#card img").evaluate("i => i.decode().then(() => i.naturalWidth)") > 100


def test_a_card_shows_what_a_term_means_from_another_page(address, new_page):
    page = new_page()
    page.goto(f"{address}/book/en/05-gan.html")
    link = hover(page, "a.named.term")
    text = page.locator("#card").inner_text()
    assert text.lower().startswith(link.inner_text().lower())
    assert len(text) > len(link.inner_text()) + 20


def test_the_keyboard_opens_a_card_and_follows_the_link(address, new_page):
    page = new_page()
    page.goto(f"{address}/book/ko/05-gan.html")
    link = page.locator("a.named.eq[href^='#eq-5-']").first
    link.evaluate(
        "a => { const before = document.createElement('button'); a.before(before); before.focus() }"
    )
    page.keyboard.press("Tab")
    page.wait_for_selector("#card:popover-open")
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash.startsWith('#eq-5-')")


def test_a_finger_opens_the_card_first_and_then_goes_there(address, new_page):
    page = new_page(has_touch=True, viewport={"width": 390, "height": 800})
    page.goto(f"{address}/book/ko/05-gan.html")
    link = page.locator("a.named.eq[href^='#eq-5-']").first
    link.scroll_into_view_if_needed()
    link.tap()
    page.wait_for_selector("#card:popover-open")
    assert not page.evaluate("location.hash")
    page.locator("#card a.go").tap()
    page.wait_for_function("location.hash.startsWith('#eq-5-')")
