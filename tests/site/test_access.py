"""For everybody: no violation that axe-core finds, and nothing that needs a mouse."""

import pytest

WINDOW = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def test_axe_finds_no_violation(visits):
    found = {(name, theme): said for name in visits for theme, said in visits[name]["axe"].items()}
    assert len(found) > 60
    wrong = {where: said["violations"] for where, said in found.items() if said["violations"]}
    assert not wrong
    assert all(said["checked"] for said in found.values())


def focused(page):
    """What has the focus, in a few words."""
    return page.evaluate(
        """() => {
          const element = document.activeElement;
          const words = element.getAttribute("aria-label") || element.textContent;
          return `${element.tagName} ${words.trim().replace(/\\s+/g, " ").slice(0, 40)}`;
        }"""
    )


@pytest.mark.parametrize("window", [WINDOW, PHONE])
def test_tab_reaches_everything_and_shows_where_it_is(address, new_page, window):
    page = new_page(viewport=window)
    page.goto(f"{address}book/ko/running.html")
    for y in [*range(0, 20_000, 600), 0]:  # by then code that fits its box is no stop any more
        page.evaluate("y => scrollTo({ top: y, behavior: 'instant' })", y)
        page.wait_for_timeout(20)
    wanted = page.evaluate(
        """() => {
          const all = document.querySelectorAll("a[href], button, input, summary, [tabindex='0']");
          const there = [...all].filter((e) => e.checkVisibility({ visibilityProperty: true }));
          there.forEach((element, i) => { element.dataset.stop = i; });
          return there.length;
        }"""
    )
    assert wanted > 20
    reached, faint = set(), []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        stop, visible, words = page.evaluate(
            """() => {
              const element = document.activeElement;
              const style = getComputedStyle(element);
              const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
              const visible = ring || style.boxShadow !== "none";
              return [element.dataset.stop, visible, element.outerHTML.slice(0, 160)];
            }"""
        )
        reached.add(stop)
        if not visible:
            faint.append(words)
    assert reached == {str(i) for i in range(wanted)}
    assert not faint, "nothing shows that the focus is there"


def test_the_first_tab_offers_to_skip_to_the_text(address, new_page):
    page = new_page(viewport=WINDOW)
    page.goto(f"{address}book/ko/running.html")
    page.keyboard.press("Tab")
    assert focused(page) == "A 본문으로 건너뛰기"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_brightness_is_chosen_without_losing_the_place(address, new_page):
    page = new_page(viewport=WINDOW, color_scheme="light")
    page.goto(f"{address}book/en/running.html")
    page.focus(".theme-switch-button")
    seen = set()
    for _ in range(3):
        page.keyboard.press("Enter")
        seen.add(page.evaluate("document.documentElement.dataset.mode"))
        assert focused(page) == "BUTTON Color mode"
    assert seen == {"light", "dark", "auto"}


def test_contents_open_and_close_on_a_phone(address, new_page):
    page = new_page(viewport=PHONE)
    page.goto(f"{address}book/en/running.html")
    for toggle, contents in [("primary", "Main"), ("secondary", "Page")]:
        page.focus(f".{toggle}-toggle")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#pst-{toggle}-sidebar-modal[open]")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog[open]') !== null"), contents
        page.keyboard.press("Escape")
        page.wait_for_selector(f"#pst-{toggle}-sidebar-modal:not([open])", state="attached")
        assert page.evaluate(f"document.activeElement.matches('.{toggle}-toggle')"), contents


def test_the_search_opens_and_closes_by_keys(address, new_page):
    page = new_page(viewport=WINDOW)
    page.goto(f"{address}book/en/running.html")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#pst-search-dialog[open]")
    page.keyboard.type("cluster")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_selector("#pst-search-dialog:not([open])", state="attached")
    page.keyboard.press("Control+k")
    page.keyboard.type("cluster")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}search-en.html?q=cluster*")


def test_code_is_copied_by_keys_and_it_is_said(address, new_page):
    page = new_page(viewport=WINDOW)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}book/ko/running.html")
    button = page.locator("button.copybtn").first
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.getAttribute('aria-label') == '복사했습니다'")
    code = page.locator(".highlight pre").first.text_content()
    assert page.evaluate("navigator.clipboard.readText()").strip() == code.strip()
    page.wait_for_function("document.activeElement.getAttribute('aria-label') == '복사'")


def test_what_scrolls_sideways_can_be_reached(address, new_page):
    page = new_page(viewport=PHONE)
    page.goto(f"{address}book/ko/primer-neural-networks.html")
    count = """(selector) => {
      const boxes = [...document.querySelectorAll(selector)].filter((box) => box.checkVisibility());
      for (const box of boxes) box.style.contentVisibility = "visible";
      const wide = boxes.filter((box) => box.scrollWidth > box.clientWidth);
      const narrow = boxes.filter((box) => box.scrollWidth <= box.clientWidth);
      for (const box of boxes) box.style.contentVisibility = "";
      const stops = (boxes) => boxes.filter((box) => box.tabIndex === 0).length;
      return [wide.length, stops(wide), narrow.length, stops(narrow)];
    }"""
    kinds = {"pre": 6, ":is(.formula, span.math[tabindex])": 1, ":is(table, .output)": 1}
    for kind, least in kinds.items():
        wide, stops, narrow, needless = page.evaluate(count, f".bd-article {kind}")
        assert wide == stops >= least  # those far below can be reached before they are laid out
        assert needless > 0, "all was laid out at once"
    for _ in range(200):
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(20)
    for kind in kinds:
        wide, stops, narrow, needless = page.evaluate(count, f".bd-article {kind}")
        assert wide == stops
        assert narrow > 0
        assert needless == 0
