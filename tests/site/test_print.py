"""A paper copy can be read: all of the text, dark on white, without what only a screen needs."""

import io

import pypdf
import pytest

PAGE = "book/ko/01-kmeans.html"
STATE = """[document.querySelectorAll("details[open]").length,
            document.documentElement.dataset.theme]"""
A4 = {"width": 643, "height": 900}  # what the margins leave, in CSS pixels


@pytest.fixture(params=["light", "dark"])
def printed(request, address, new_page):
    """A page as it goes to paper, in the middle of the printing."""
    page = new_page(viewport=A4, color_scheme=request.param)
    page.goto(address + PAGE)
    assert page.evaluate("document.documentElement.dataset.theme") == request.param
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme=request.param)
    # What the screen had skipped is laid out in the next frame.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page


def test_only_the_text_is_printed(printed):
    shown = printed.evaluate(
        """() => [...document.querySelectorAll("nav, button, form, dialog, footer, .bd-sidebar")]
          .filter((element) => element.checkVisibility()).map((e) => e.outerHTML.slice(0, 100))"""
    )
    assert not shown
    assert printed.locator("article h1").is_visible()


def test_text_is_dark_on_white(printed):
    colors = printed.evaluate(
        """() => [getComputedStyle(document.querySelector("article section p")).color,
                  document.documentElement.dataset.theme]"""
    )
    red, green, blue = map(int, colors[0].removeprefix("rgb(").rstrip(")").split(","))
    assert max(red, green, blue) < 90
    assert colors[1] == "light"


def test_answers_and_solutions_are_printed(printed):
    closed = printed.evaluate(
        """() => [...document.querySelectorAll("article details > :not(summary)")]
          .filter((element) => !element.checkVisibility({ contentVisibilityAuto: true })).length"""
    )
    assert closed == 0
    assert printed.locator("details.quick-check li").first.is_visible()


def test_no_button_of_a_hidden_cell_is_printed(printed):
    labels = printed.locator("details.hide > summary")
    assert labels.count() > 0
    assert not any(label.is_visible() for label in labels.all())


def test_nothing_is_cut_off_at_the_edge(printed):
    wide = printed.evaluate(
        """() => [...document.querySelectorAll("article *")]
          .filter((e) => !e.closest("mjx-assistive-mml"))
          .filter((e) => e.getBoundingClientRect().right > innerWidth + 2)
          .map((e) => e.outerHTML.slice(0, 160)).slice(0, 5)"""
    )
    assert not wide


def test_the_page_comes_back_after_printing(address, new_page):
    page = new_page(color_scheme="dark")
    page.goto(address + PAGE)
    before = page.evaluate(STATE)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(STATE) != before
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(STATE) == before


def test_a_pdf_holds_every_figure(printed):
    printed.wait_for_function("[...document.images].every((image) => image.complete)")
    figures = printed.locator("article div.cell_output img").count()
    pdf = pypdf.PdfReader(io.BytesIO(printed.pdf(prefer_css_page_size=True)))
    assert sum(len(page.images) for page in pdf.pages) >= figures > 10
    text = "".join("".join(page.extract_text().split()) for page in pdf.pages)
    assert "로이드알고리즘" in text
    assert "국소최솟값이기는합니다" in text, "an answer"
