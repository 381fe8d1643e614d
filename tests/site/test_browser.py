"""The built site in Chromium: what it loads, how it fits, how it reads, where it leads."""

import pytest


@pytest.fixture(scope="module")
def tour(visits):
    """{page: what was seen} of every page that has a text."""
    return {name: seen for name, seen in visits.items() if "jumps" in seen}


def test_no_request_leaves_the_site(tour):
    assert not {name: note["elsewhere"] for name, note in tour.items() if note["elsewhere"]}


def test_nothing_fails_to_load(tour):
    assert not {name: note["failed"] for name, note in tour.items() if note["failed"]}


def test_the_console_stays_empty(tour):
    assert not {name: note["console"] for name, note in tour.items() if note["console"]}


@pytest.mark.parametrize("width", ["wide", "phone", "narrow"])
def test_no_page_scrolls_sideways(tour, width):
    for name, note in tour.items():
        assert note[width] == {"by": 0, "wide": []}, name


@pytest.mark.parametrize("code", ["ko", "en"])
def test_the_glossary_fits_a_phone(address, new_page, code):
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}book/{code}/glossary.html")
    hidden = page.evaluate(
        """[...document.querySelectorAll("article table")]
          .map((table) => table.scrollWidth - table.clientWidth)"""
    )
    assert hidden == [0, 0, 0]


def test_formulas_keep_their_place_when_they_are_laid_out(tour):
    skipped = 0
    for name, note in tour.items():
        for seen in note["jumps"]:
            assert abs(seen["worst"]) <= 7, (name, seen)  # Korean in a formula is higher
        skipped += note["jumps"][0]["skipped"]
    assert skipped > 100


def test_formulas_within_a_line_fill_the_box_that_is_kept_for_them(tour):
    seen = {name: note["fits"] for name, note in tour.items() if note["fits"]["boxes"]}
    for name, note in seen.items():
        assert note["width"] < 2, (name, note)  # pixels, as wide as the gap of a comma
        assert note["foot"] < 1, (name, note)
    assert sum(note["boxes"] for note in seen.values()) > 2000
    assert sum(note["skipped"] for note in seen.values()) > 1500


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_legible(tour, theme):
    for name, note in tour.items():
        assert note[theme]["count"] > 10, name
        assert note[theme]["ratio"] >= 4.5, (name, note[theme])


def test_plots_become_light_ink_in_the_dark_and_pictures_keep_their_pixels(tour):
    figures = [figure for note in tour.values() for figure in note["figures"]]
    assert len(figures) > 100
    plot, picture = ("plot", "invert", "lighten"), ("picture", "brightness", "normal")
    assert set(map(tuple, figures)) == {plot, picture}


def test_wide_equations_open_at_their_beginning(tour):
    assert not {name: note["cut"] for name, note in tour.items() if note["cut"]}


def test_long_formulas_stay_on_their_lines(tour):
    shifts = [shift for note in tour.values() for shift in note["shifts"]]
    assert len(shifts) > 50
    assert max(shifts) < 5, "pixels"


def test_formulas_are_not_torn_from_the_words_that_they_are_in(tour):
    assert sum(note["torn"]["touching"] for note in tour.values()) > 1000
    for name, note in tour.items():
        assert note["torn"]["apart"] == [], name


def test_equations_are_numbered(root, tour):
    numbered = 0
    for name, note in tour.items():
        for source in root.glob(f"{name.split('?')[0].removesuffix('.html')}.*"):
            assert note["maths"]["numbers"] == source.read_text("utf8").count(r"\tag{"), name
            numbered += note["maths"]["numbers"]
    assert numbered > 10


def test_mathematics_is_set_and_can_be_read_aloud(tour):
    assert sum(note["maths"]["written"] for note in tour.values()) > 10
    for name, note in tour.items():
        maths = note["maths"]
        assert maths["shown"] == maths["readable"] == maths["written"], (name, maths)
        assert maths["errors"] == 0, name


# Pages that are lighter to load than a chapter: one with sections, one with code.
SECTIONS = "data-cards.html"
CODE = "running.html"


def press_switch(page):
    """Click where the switch is; Playwright's own click would scroll the page first."""
    box = page.locator("a.language-switch").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_the_switch_keeps_page_and_section_and_leads_back(address, new_page):
    page = new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}book/ko/{SECTIONS}")
    anchors = page.locator("article section section[id]").evaluate_all("all => all.map(s => s.id)")
    assert len(anchors) > 2
    anchor = anchors[len(anchors) // 2]
    page.goto(f"{address}book/ko/{SECTIONS}#{anchor}")
    page.wait_for_function("scrollY > 0")
    press_switch(page)
    page.wait_for_url(f"{address}book/en/{SECTIONS}#{anchor}")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.wait_for_function("scrollY > 0")
    press_switch(page)
    page.wait_for_url(f"{address}book/ko/{SECTIONS}#{anchor}")
    assert page.evaluate("document.documentElement.lang") == "ko"


def test_the_switch_follows_a_reader_who_scrolled(address, new_page):
    page = new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}book/en/{SECTIONS}")
    section = page.locator("article section section[id]").nth(1)
    anchor = section.get_attribute("id")
    section.evaluate(
        "s => scrollBy({top: s.getBoundingClientRect().top - 60, behavior: 'instant'})"
    )
    press_switch(page)
    page.wait_for_url(f"{address}book/ko/{SECTIONS}#{anchor}")


def test_the_switch_at_the_top_leads_to_the_top(address, new_page):
    page = new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}book/ko/{SECTIONS}")
    press_switch(page)
    page.wait_for_url(f"{address}book/en/{SECTIONS}")


@pytest.mark.parametrize(
    ("languages", "home"),
    [("ko-KR", "ko"), ("ko", "ko"), ("en-GB", "en"), ("fr-FR", "en")],
)
def test_landing_follows_the_browsers_language(address, new_page, languages, home):
    page = new_page(locale=languages)
    page.goto(address)
    page.wait_for_url(f"{address}book/{home}/index.html")


def test_landing_remembers_a_choice_and_does_not_loop(address, new_page):
    page = new_page(locale="ko-KR")
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_url(f"{address}book/ko/index.html")
    press_switch(page)
    page.wait_for_url(f"{address}book/en/index.html")
    page.wait_for_timeout(200)
    assert page.url == f"{address}book/en/index.html"
    page.goto(address)
    page.wait_for_url(f"{address}book/en/index.html")
    page.go_back()  # the landing page left no trace to fall back into
    page.wait_for_url(f"{address}book/en/index.html")


def test_landing_works_without_javascript(address, new_page):
    page = new_page(java_script_enabled=False)
    page.goto(address)
    assert page.url == address
    page.click("a[hreflang=ko]")
    assert page.url == f"{address}book/ko/index.html"


@pytest.mark.parametrize(("code", "word"), [("ko", "복사"), ("en", "Copy")])
def test_copy_buttons_speak_the_pages_language(address, new_page, code, word):
    page = new_page()
    page.goto(f"{address}book/{code}/{CODE}")
    buttons = page.locator("button.copybtn")
    assert buttons.count() > 0
    assert buttons.first.get_attribute("aria-label") == word


def test_the_dark_choice_is_kept(address, new_page):
    page = new_page(color_scheme="light", viewport={"width": 1280, "height": 900})
    page.goto(f"{address}book/ko/{CODE}")
    theme = "document.documentElement.dataset.theme"
    for _ in range(3):
        if page.evaluate(theme) == "dark":
            break
        page.click(".theme-switch-button")
    assert page.evaluate(theme) == "dark"
    page.goto(f"{address}book/en/{CODE}")
    assert page.evaluate(theme) == "dark"
