"""A long page is laid out section by section, and whoever wants all of it gets it at once."""

import pytest

from tools.browser import ARRIVED

PAGE = "book/ko/05-gan.html"
HIDDEN = (
    "[...document.querySelectorAll('article h2')].filter((one) => !one.checkVisibility()).length"
)
# No further section comes before a test calls for it: a phone that is slow without end.
SLOW = """
const soon = window.setTimeout;
window.waiting = [];
window.setTimeout = (task, ...rest) =>
  (task.name === "arrive" ? window.waiting.push(task) : soon(task, ...rest));
"""


@pytest.fixture
def slow(address, new_page):
    """slow(anchor) -> the page, at an anchor or its top, of which the first sections are there."""

    def make(anchor=""):
        page = new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(SLOW)
        page.goto.__wrapped__(page, address + PAGE + anchor, wait_until="load")
        page.wait_for_timeout(300)
        return page

    return make


def test_the_first_sections_fill_the_window_and_the_rest_comes(slow):
    page = slow()
    total = page.locator("article h2").count()
    assert page.evaluate(HIDDEN) == total - 2 > 10
    article = page.locator("article.bd-article")
    before = article.bounding_box()["height"]
    assert before > 1.2 * 900
    first = page.locator("article h2").first.bounding_box()
    while not page.evaluate(ARRIVED):
        page.evaluate("() => { waiting.shift()(); }")
        assert page.locator("article h2").first.bounding_box() == first
    assert page.evaluate(HIDDEN) == 0
    assert article.bounding_box()["height"] > 5 * before


def test_what_has_not_come_is_not_taken_for_read(slow):
    page = slow()
    page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
    page.wait_for_timeout(300)
    assert page.locator(".bd-links a.read").count() == 0
    assert not page.locator(".where").is_visible()
    page.evaluate("() => { while (waiting.length) waiting.shift()(); }")
    page.locator(".where").wait_for()


def test_a_link_to_what_has_not_come_arrives(slow):
    page = slow()
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    page.evaluate("location.hash = 'deep-end'")
    page.wait_for_function(ARRIVED)
    assert page.evaluate(HIDDEN) == 0
    page.wait_for_function(
        "Math.abs(document.getElementById('deep-end').getBoundingClientRect().top) < 120"
    )


def test_the_language_switch_leads_to_the_top_meanwhile(slow):
    page = slow()
    page.locator("a.language-switch:visible").first.click(no_wait_after=True)
    page.wait_for_url("**/en/05-gan.html*")
    assert "#" not in page.url


def test_an_anchor_a_reload_and_paper_have_all_at_once(slow):
    assert slow("#deep-end").evaluate(HIDDEN) == 0
    page = slow()
    page.emulate_media(media="print")
    assert page.evaluate(HIDDEN) == 0
    page.emulate_media(media="screen")
    assert page.evaluate(HIDDEN) > 0
    page.reload()
    assert page.evaluate(HIDDEN) == 0


def test_a_page_whose_script_does_not_come_is_whole(address, new_page):
    page = new_page()
    page.route("**/book-ko.js", lambda route: route.abort())
    page.goto(address + PAGE)
    assert page.evaluate(HIDDEN) == 0
