"""The book on a phone: its typeface, figures of several panels, long formulas."""

import time

import pytest
from booksite import equations, lines, stacked
from PIL import Image, ImageDraw

PHONE = {"width": 390, "height": 844}
CHAPTERS = ["00-introduction", "01-kmeans", "primer-neural-networks", "02-autoencoder"]
CHAPTERS += ["03-denoising-autoencoder", "04-convolutional-autoencoder", "05-gan", "06-dcgan"]
CHAPTERS += ["07-style-transfer", "08-hangul", "09-scale"]


# --- Its typeface --------------------------------------------------------------------------------

NO_HANGUL = "CanvasRenderingContext2D.prototype.fillText = () => {}"  # two empty pictures are equal
HANGUL = """
  const draw = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    draw.call(this, text === "가" ? "A" : text === "후" ? "B" : text, x, y);
  };
"""
FACES = """["body", "h1", "p", "h2"].map((name) =>
  getComputedStyle(document.querySelector(name)).fontFamily)"""


def fonts_of(page):
    """The book's typefaces that a page asks for, by name, as the list grows."""
    found = []

    def note(request):
        if "/typefaces/" in request.url and "woff" in request.url:
            found.append(request.url.rpartition("/")[2].split("-")[0])

    page.context.on("request", note)
    return found


@pytest.mark.parametrize(
    ("code", "device", "files"),
    [("ko", HANGUL, []), ("en", HANGUL, []), ("en", NO_HANGUL, []), ("ko", NO_HANGUL, [2])],
)
def test_a_visit_on_a_phone_has_one_typeface(address, new_page, code, device, files):
    """Whatever the reader does: wait, go on, come back, turn the phone, open a tab."""
    page = new_page(viewport=PHONE)
    page.context.add_init_script(device)
    asked = fonts_of(page)
    page.goto(f"{address}book/{code}/01-kmeans.html", wait_until="load")
    first = page.evaluate(FACES)
    assert len(set(first)) == 1, "headings too"
    assert first[0].startswith('"Pretendard Sent"') == bool(files)
    page.wait_for_timeout(2000)
    assert page.evaluate(FACES) == first, "the text moved under the reader's eyes"
    page.reload(wait_until="load")
    assert page.evaluate(FACES) == first
    page.set_viewport_size({"width": 844, "height": 390})
    assert page.evaluate(FACES) == first
    page.goto(f"{address}book/{code}/02-autoencoder.html", wait_until="load")
    assert page.evaluate(FACES) == first
    tab = page.context.new_page()
    tab.set_viewport_size(PHONE)
    tab.goto(f"{address}book/{code}/03-denoising-autoencoder.html", wait_until="load")
    assert tab.evaluate(FACES) == first
    assert set(asked) == ({"pretendard"} if files else set())


@pytest.mark.parametrize(
    ("window", "device", "family"),
    [
        (1280, HANGUL, "Pretendard Variable"),
        (390, HANGUL, "Pretendard Variable"),
        (1280, NO_HANGUL, "Pretendard Sent"),
    ],
)
def test_a_large_screen_has_the_books_typefaces_in_any_window(
    address, new_page, window, device, family
):
    screen = {"width": 1280, "height": 800}
    page = new_page(viewport={"width": window, "height": 700}, screen=screen)
    page.context.add_init_script(device)
    asked = fonts_of(page)
    page.goto(f"{address}book/ko/01-kmeans.html", wait_until="load")
    text, heading, *_ = page.evaluate(FACES)
    assert text.startswith(f'"{family}"')
    assert heading.startswith('"Gowun Batang"')
    assert sorted(set(asked)) == ["gowun", "pretendard"]
    assert len(asked) == 4


def drawn_with(page, selector):
    """The families that Chromium drew an element's text with."""
    session = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        session.send(f"{domain}.enable")
    top = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": top, "selector": selector})["nodeId"]
    return [
        one["familyName"]
        for one in session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    ]


@pytest.mark.parametrize(("device", "late"), [(NO_HANGUL, True), (HANGUL, False)])
def test_a_phone_without_hangul_waits_for_the_typeface(address, new_page, device, late):
    page = new_page(viewport=PHONE)
    page.context.add_init_script(device)

    def slow(route):
        time.sleep(0.7)  # long after "optional" has given up
        route.continue_()

    page.route("**/typefaces/*.woff2", slow)
    page.goto(f"{address}book/ko/01-kmeans.html", wait_until="load")
    page.wait_for_timeout(2500)
    assert all(name.startswith("Pretendard") for name in drawn_with(page, "h1")) == late


def test_a_missing_page_on_a_phone_is_sent_no_typeface(address, new_page):
    page = new_page(viewport=PHONE)
    asked = fonts_of(page)
    page.goto(f"{address}book/ko/nothing.html", wait_until="networkidle")
    assert page.locator("h1").first.is_visible()
    assert asked == []


# --- Figures -------------------------------------------------------------------------------------


def drawn(width, height, panels, words=(), dense=2):
    """A picture of dark panels and of words, boxes in pixels of the page."""
    picture = Image.new("RGB", (dense * width, dense * height), "white")
    pen = ImageDraw.Draw(picture)
    for box in panels:
        pen.rectangle([dense * side for side in box], fill="black")
    for box in words:
        pen.rectangle([dense * side for side in box], fill="blue")
    return picture


def row(top, count=3, side=240, gap=40):
    """The boxes of panels side by side."""
    return [(x, top, x + side, top + 200) for x in range(60, 60 + count * (side + gap), side + gap)]


def blue(picture, dense=2):
    """How many words a picture has; each is 20 x 10 pixels of the page."""
    pixels = picture.convert("RGB").getcolors(2**24)
    count = sum(number for number, color in pixels if color == (0, 0, 255))
    return round(count / ((20 * dense + 1) * (10 * dense + 1)))


def word(x, y):
    """The box of a word."""
    return (x, y, x + 20, y + 10)


def test_panels_side_by_side_come_below_each_other():
    titles = [word(box[0] + 90, 10) for box in row(30)]
    made = stacked.stack(drawn(900, 250, row(30), titles), 2)
    assert made.width < 2 * stacked.PHONE / stacked.LEAST
    assert made.height == 2 * (2 * 250 + stacked.GAP)
    assert blue(made) == 3
    few = stacked.stack(drawn(900, 250, row(30), titles).quantize(16), 2)
    assert few.mode == "P"
    assert few.convert("RGB").tobytes() == made.tobytes()


def test_labels_of_a_row_stand_in_each_line():
    labels = [word(20, 100), word(20, 320)]
    both = [*row(30), *row(250)]
    made = stacked.stack(drawn(900, 480, both, labels), 2)
    assert blue(made) == 4
    own = [*labels, word(310, 100)]  # the second panel has a label of its own
    assert blue(stacked.stack(drawn(900, 480, both, own), 2)) == 3


def test_rows_with_words_between_them_are_cut_one_by_one():
    titles = [word(box[0] + 90, y) for y in (10, 240) for box in row(30, 4, 180, 20)]
    both = [*row(30, 4, 180, 20), *row(260, 4, 180, 20)]
    picture = drawn(860, 480, both, titles)
    ink, few = stacked.inked(picture, 2)
    lines = stacked.parts(ink, few)
    tops = [line[-1][1] for line in lines]
    assert tops == sorted(tops)
    assert len(set(tops)) == 2
    assert blue(stacked.stack(picture, 2)) == 8


def test_words_below_all_panels_stay_whole():
    below = [(200, 250, 600, 260)]
    titles = [word(box[0] + 90, 10) for box in row(30)]
    found = stacked.parts(*stacked.inked(drawn(900, 270, row(30), [*below, *titles]), 2))
    assert found[-1] == [(200, 250, 601, 261)]


@pytest.mark.parametrize(
    ("width", "panels", "words"),
    [
        (680, row(30, 2), [word(10, 100)]),  # large enough as it is
        (900, row(30), []),  # nothing to read
        (860, [(60, 30, 840, 230)], [word(10, 100)]),  # one panel
        (860, [(60, 30, 400, 230), (400, 30, 840, 231)], [word(10, 100)]),  # nothing between
    ],
)
def test_a_figure_stays_as_it_is(width, panels, words):
    assert stacked.stack(drawn(width, 260, panels, words), 2) is None


@pytest.fixture
def on_phone(address, new_page):
    """on_phone(name, scheme) -> the page of a Korean chapter on a phone."""

    def make(name, scheme="light"):
        page = new_page(viewport=PHONE, color_scheme=scheme, device_scale_factor=2)
        page.goto(f"{address}book/ko/{name}.html")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        return page

    return make


def test_panels_on_a_phone_are_large_enough_to_read(on_phone):
    shares = {}
    for name in CHAPTERS:
        page = on_phone(name)
        shares[name] = page.evaluate(
            """[...document.querySelectorAll(".cell_output picture > img")].map((image) =>
              image.clientWidth / image.previousElementSibling.getAttribute("width"))"""
        )
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    every = [share for found in shares.values() for share in found]
    assert min(every) > 0.5, shares
    assert len(every) > 70
    assert all(shares.values()), shares


def test_a_copy_for_phones_is_hardly_heavier_than_the_picture(site, pages):
    weights = {}
    for name, page in pages.items():
        for source in page.select("picture > source"):
            files = source["srcset"], source.find_next_sibling("img")["src"]
            copy, picture = ((site / name).parent / file for file in files)
            weights[copy.name] = copy.stat().st_size / picture.stat().st_size
    assert len(weights) > 70
    assert max(weights.values()) < 1.6
    assert sum(weights.values()) < 1.2 * len(weights)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_tap_shows_the_figure_as_it_was_drawn(on_phone, scheme):
    page = on_phone("05-gan", scheme)
    image = page.locator(".cell_output picture > img").first
    image.evaluate("one => one.decode()")
    assert "-phone" in image.evaluate("one => one.currentSrc")
    width = int(image.get_attribute("width"))
    image.click()
    large = page.locator("#large-figure")
    assert large.is_visible()
    shown, scrolls = large.evaluate(
        """box => box.querySelector("img").decode().then(() =>
          [box.querySelector("img").clientWidth, box.scrollWidth > box.clientWidth])"""
    )
    assert shown == width > 700
    assert scrolls
    assert "-phone" not in large.locator("img").get_attribute("src")
    page.keyboard.press("Escape")
    assert not large.is_visible()


@pytest.mark.parametrize("code", ["ko", "en"])
def test_a_caption_that_says_left_and_right_says_what_a_phone_makes_of_it(address, new_page, code):
    page = new_page(viewport=PHONE)
    page.goto(f"{address}book/{code}/05-gan.html")
    added = """[...document.querySelectorAll("p.figure-caption")].map((one) => [
      one.matches("div.cell:has(picture) + *")
        && /왼쪽|오른쪽|\\b(left|right)\\b/i.test(one.textContent),
      getComputedStyle(one, "::after").content !== "none"])"""
    found = page.evaluate(added)
    assert {said for _, said in found} == {True, False}
    assert all(wanted == said for wanted, said in found)
    page.set_viewport_size({"width": 1280, "height": 900})
    assert not any(said for _, said in page.evaluate(added))


def test_the_paper_between_the_panels_is_dark_in_the_dark(on_phone):
    page = on_phone("02-autoencoder", "dark")
    shown = page.evaluate(
        """[...document.querySelectorAll(".cell_output a:has(picture)")].map((link) =>
          [...link.querySelectorAll(".ground")].map((one) => getComputedStyle(one).visibility))"""
    )
    pictures = [one for one in shown if one]
    assert pictures
    assert all(one == ["hidden", "visible"] for one in pictures)
    page.set_viewport_size({"width": 1280, "height": 900})
    shown = page.evaluate(
        """[...document.querySelectorAll(".cell_output a:has(picture) .ground")].map((one) =>
          getComputedStyle(one).visibility)"""
    )
    assert shown == ["visible", "hidden"] * len(pictures)


# --- Formulas ------------------------------------------------------------------------------------

SUM = "=".join(["a + b + c + d + e + f"] * 3)


@pytest.mark.parametrize(
    ("tex", "turns", "parts"),
    [
        (SUM, 2, 18),  # the left side keeps its first relation
        (rf"{SUM}, \qquad {SUM}", 4, 36),
        (rf"\big[ {SUM} \big]^2", 0, 0),
        (rf"\lVert {SUM} \rVert^2 + ({SUM})^2 = 0", 1, 3),
        (rf"x \big|_0 = {SUM}", 3, 19),
        (r"\begin{aligned} a &= " + SUM + r"\end{aligned}", 0, 0),
    ],
)
def test_a_formula_turns_outside_of_brackets_only(root, tex, turns, parts):
    found, css = equations.typeset([(tex, True)], root)
    one = found[(tex, True)]
    assert bool(one["turns"]) == bool(turns)
    assert one["html"].count("<mjx-turn") == turns
    assert one["html"].count("<mjx-part") == parts


def test_a_short_formula_is_left_alone(root):
    found, _ = equations.typeset([("a = b + c", True), (SUM, False)], root)
    assert not any(one["turns"] for one in found.values())


# As a browser lays them out: two turns, of two parts and of one.
TURNS = [[(6, 1, 0.5), (6, 1, 0.5)], [(6, 1, 0.5)]]  # (width, height, depth)
LINE = 1.5 + 2 * lines.GAP


@pytest.mark.parametrize(
    ("width", "height"),
    [
        (18, LINE + 2 * lines.GAP),
        (17.9, 2 * (LINE + 2 * lines.GAP)),  # two turns
        (12 + lines.INDENT, 2 * (LINE + 2 * lines.GAP)),
        (11.9 + lines.INDENT, 3 * LINE + 4 * lines.GAP),  # the first turn's parts, too
    ],
)
def test_the_lines_of_a_formula_add_up(width, height):
    assert lines.height(TURNS, width) == pytest.approx(height)


def test_the_steps_of_a_formula_say_its_height_everywhere():
    base, changes = lines.steps(TURNS)
    for width in (11, 13, 14, 17, 19, 30):
        stepped = base + sum(by for edge, by in changes if width < edge)
        assert stepped == pytest.approx(lines.height(TURNS, width))
    assert [edge for edge, _ in changes] == pytest.approx([18, 12 + lines.INDENT], abs=0.01)


@pytest.mark.parametrize("width", [320, 344, 375, 414, 480, 560])
def test_the_height_of_what_is_skipped_is_known(on_phone, width):
    page = on_phone("05-gan")
    page.set_viewport_size({"width": width, "height": 844})
    heights = page.evaluate(
        """async () => {
          const found = [...document.querySelectorAll(".formula.turns, .highlight pre")]
            .filter((one) => one.checkVisibility());
          const heights = (how) => found.map((one) => {
            one.style.contentVisibility = how;
            return one.getBoundingClientRect().height;
          });
          const skipped = heights("hidden");
          heights("visible");
          await document.fonts.ready;
          return skipped.map((height, i) => [height, heights("visible")[i]]);
        }"""
    )
    assert len(heights) > 20
    assert all(abs(skipped - laid) < 2 for skipped, laid in heights), heights
    page.set_viewport_size(PHONE)


WIDE = """[...document.querySelectorAll(".formula")].filter((one) =>
  getComputedStyle(one).contentVisibility && one.scrollWidth > one.clientWidth + 1).length"""


def test_few_formulas_scroll_on_a_phone(on_phone):
    scroll, written = {}, 0
    for name in CHAPTERS:
        page = on_phone(name)
        page.add_style_tag(content=".formula { content-visibility: visible !important }")
        scroll[name] = page.evaluate(WIDE)
        written += page.locator(".formula").count()
    assert written > 150
    assert sum(scroll.values()) < written / 10, scroll
    assert scroll["05-gan"] <= 8


def test_a_formula_on_a_phone_goes_on_in_a_new_line(on_phone):
    page = on_phone("05-gan")
    tops = page.evaluate(
        """[...document.querySelectorAll(".formula.turns")].map((one) =>
          [...one.querySelectorAll("mjx-part")].map((part) => part.getBoundingClientRect())
            .map((box) => Math.round((box.top + box.bottom) / 2)))"""
    )
    assert len(tops) > 8
    assert all(max(found) - min(found) > 20 for found in tops)
    page.set_viewport_size({"width": 1280, "height": 900})
    lines = page.evaluate(
        """[...document.querySelectorAll(".formula.turns")].map((one) =>
          one.clientHeight < 2.2 * parseFloat(getComputedStyle(one).fontSize)
            * (1 + parseFloat(one.style.getPropertyValue("--height"))))"""
    )
    assert all(lines)
