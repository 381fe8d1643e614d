"""What helps a reader on a page: where they are, what they read, figures and formulas at hand."""

import pytest
from PIL import Image

from recipes import styled

CHAPTER = "book/{}/05-gan.html"
FILES = "p.figure-caption + details.folded + details:not(.folded)"  # after a figure's code
LEFT = {"ko": "분 남음", "en": "min left"}


def scroll(page, script):
    """Scroll at once, and let the page answer."""
    page.evaluate(f"document.documentElement.style.scrollBehavior = 'auto'; {script}")
    page.wait_for_timeout(150)


@pytest.fixture
def open_page(address, new_page):
    """open_page(name, width) -> the page of a window 900 pixels high."""

    def make(name, width=1280, **options):
        page = new_page(viewport={"width": width, "height": 900}, **options)
        page.goto(address + name)
        return page

    return make


@pytest.mark.parametrize("code", ["ko", "en"])
def test_the_bar_says_where_one_is_and_how_long_it_takes(open_page, code):
    page = open_page(CHAPTER.format(code))
    where = page.locator(".where")
    assert not where.is_visible()
    minutes = []
    for number in (3, 9):
        scroll(page, f"document.querySelectorAll('article h2')[{number}].scrollIntoView()")
        heading = page.locator("article h2").nth(number).inner_text().rstrip("#")
        assert where.is_visible()
        assert heading[:12] in where.inner_text()
        assert LEFT[code] in where.inner_text()
        minutes.append(
            int("".join(c for c in page.locator(".where .left").inner_text() if c.isdigit()))
        )
    assert minutes[0] > minutes[1] > 0
    share = page.locator(".progress-line").evaluate(
        "one => new DOMMatrix(getComputedStyle(one).transform).a"
    )
    assert 0.1 < share < 0.95


def test_a_chapter_read_to_its_end_is_ticked_everywhere(open_page, address):
    page = open_page(CHAPTER.format("en"))
    ticked = page.locator(".bd-links a.read")
    assert ticked.count() == 0
    scroll(page, "scrollTo(0, document.body.scrollHeight / 2)")
    assert ticked.count() == 0
    scroll(page, "scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function("document.querySelectorAll('.bd-links a.read').length == 1")
    page.goto(f"{address}book/ko/index.html")
    assert page.locator(".bd-links a.read").count() == 1
    assert page.locator(".chapters a.read").get_attribute("href") == "05-gan.html"


def test_the_contents_follow(open_page):
    page = open_page(CHAPTER.format("en"), 1440)
    scroll(page, "document.querySelectorAll('article h2')[17].scrollIntoView()")
    inside = """() => {
      const section = document.querySelectorAll('article h2')[17].parentElement;
      const active = document.querySelector(`.bd-sidebar-secondary a[href="#${section.id}"]`);
      const box = document.querySelector('.bd-sidebar-secondary').getBoundingClientRect();
      const at = active?.getBoundingClientRect();
      return at.top >= box.top && at.bottom <= Math.min(box.bottom, innerHeight);
    }"""
    page.wait_for_function(inside)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_opens_large_and_gives_the_focus_back(open_page, theme):
    page = open_page(CHAPTER.format("en"), color_scheme=theme)
    link = page.locator(".cell_output a.image-reference").first
    assert link.get_attribute("aria-label") == "Enlarge Figure 5.1"
    link.focus()
    page.keyboard.press("Enter")
    large = page.locator("#large-figure")
    assert large.is_visible()
    assert "Figure 5.1." in large.inner_text()
    assert (
        large.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)")
        > 400
    )
    page.keyboard.press("Escape")
    assert not large.is_visible()
    assert link.evaluate("link => link === document.activeElement")
    assert page.url.endswith("05-gan.html")


def test_a_picture_of_the_gallery_opens_as_it_is_stored(open_page, root):
    page = open_page("book/en/07-style-transfer.html", 1440)
    large = page.locator("#large-figure")
    links = page.locator(f'{FILES} a.download[href$=".jpg"]')
    assert links.count() == len(styled.GALLERY)
    page.locator(f"{FILES} > summary").click()
    for place, name in enumerate(styled.GALLERY):
        stored = root / styled.FOLDER / f"{name}.jpg"
        with Image.open(stored) as picture:
            size = list(picture.size)
        links.nth(place).click()
        assert shown(large) == size
        assert page.request.get(large.locator("img").get_attribute("src")).body() == (
            stored.read_bytes()
        )
        assert large.locator("img").get_attribute("alt") == links.nth(place).inner_text()
        page.keyboard.press("Escape")
        assert not large.is_visible()


def test_a_click_on_a_part_of_the_gallery_opens_it_and_a_key_the_whole(open_page):
    page = open_page("book/en/07-style-transfer.html", 1440)
    large = page.locator("#large-figure")
    figure = page.locator(f"div.cell:has(+ {FILES} a.download) a.image-reference")
    assert figure.count() == 3
    box = figure.nth(1).locator("img").bounding_box()
    for place, name in enumerate(("swirls", "patchwork", "waves", "ink")):
        down, across = divmod(place, 2)
        at = {"x": box["width"] * (0.25 + across / 2), "y": box["height"] * (0.25 + down / 2)}
        figure.nth(1).locator("img").click(position=at)
        assert large.locator("img").get_attribute("alt") == f"flower in {name}"
        page.keyboard.press("Escape")
    figure.nth(1).focus()
    page.keyboard.press("Enter")
    assert "Figure 7.11." in large.inner_text()


def shown(large):
    """The width and height at which the open dialog shows its picture, in pixels of the page."""
    return large.locator("img").evaluate(
        """image => image.decode().then(() => {
          const box = image.getBoundingClientRect();
          return [box.width, box.height];
        })"""
    )


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_the_number_of_a_formula_is_in_view_and_right_of_it_or_below(open_page, width):
    page = open_page(CHAPTER.format("ko"), width)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.wait_for_timeout(300)  # until what was folded has been fitted
    found = page.evaluate(
        """() => [...document.querySelectorAll('.bd-article div.math')]
          .filter((math) => math.querySelector('.number')).map((math) => {
            const box = math.getBoundingClientRect();
            const number = math.querySelector('.number').getBoundingClientRect();
            const formula = math.querySelector('.formula').getBoundingClientRect();
            return {
              edge: Math.abs(box.right - number.right), inside: number.right <= innerWidth,
              beside: number.left >= formula.right - 1, below: number.top >= formula.bottom - 1,
              size: parseFloat(getComputedStyle(math.firstChild).fontSize) };
          })"""
    )
    assert len(found) > 30
    for one in found:
        assert one["edge"] < 2, one
        assert one["inside"], one
        assert one["beside"] or one["below"], one
        assert one["size"] >= 0.78 * 17 - 0.01, one
    assert any(one["below"] for one in found) == (width < 600) or width == 1440


def test_a_search_shows_its_first_sections_while_one_types(open_page):
    page = open_page("book/en/running.html")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#pst-search-dialog[open]")
    page.keyboard.type("mode collapse")
    page.wait_for_selector("#pst-search-dialog ul.search li a")
    first = page.locator("#pst-search-dialog ul.search li a").first
    assert "ollapse" in first.inner_text()
    first.click()
    page.wait_for_url("**/05-gan.html#*")


@pytest.mark.parametrize(
    ("code", "typed", "kept"), [("ko", "모드 붕괴", 1), ("en", "mode coll", 1)]
)
def test_the_glossary_shows_only_what_is_asked_for(open_page, code, typed, kept):
    page = open_page(f"book/{code}/glossary.html")
    rows = page.locator("#glossary table tbody tr:visible")
    assert rows.count() > 100
    page.locator(".glossary-filter").fill(typed)
    assert kept <= rows.count() < 8
    page.locator(".glossary-filter").fill("")
    assert rows.count() > 100


def test_buttons_of_the_bar_are_large_enough_for_a_finger(open_page):
    page = open_page(CHAPTER.format("ko"), 390)
    boxes = page.locator(".bd-header-article .btn:visible").evaluate_all(
        "all => all.map((one) => [one.offsetWidth, one.offsetHeight])"
    )
    assert len(boxes) >= 5
    assert min(min(box) for box in boxes) >= 44, boxes


@pytest.mark.parametrize("code", ["ko", "en"])
def test_a_missing_page_speaks_the_language_of_its_book(address, new_page, code):
    page = new_page()
    page.goto(f"{address}book/{code}/nothing.html")
    assert page.locator("section:visible").count() == 1
    assert page.locator("section:visible").get_attribute("lang") == code


def test_a_heading_that_was_jumped_to_is_marked_for_a_moment_only(open_page):
    page = open_page(CHAPTER.format("en") + "#the-game")
    heading = page.locator("#the-game > h2")
    page.wait_for_timeout(2600)
    assert heading.evaluate("one => getComputedStyle(one).backgroundColor") == "rgba(0, 0, 0, 0)"


def test_a_title_for_colab_is_not_code_on_the_page(pages):
    for name, page in pages.items():
        assert "#@title" not in page.article.text, name
