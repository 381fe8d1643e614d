"""A book with one live figure of each kind, and its figures as a reader finds them."""

from pathlib import Path

import pytest

from tests.site.little import notebook
from tests.together import once, whole_run
from tools.web import served

ROOT = Path(__file__).parents[2]
PLACE = '<div class="live" data-figure="{}"></div>'
CAPTION = {"ko": "**그림 1.1.** 점입니다.", "en": "**Figure 1.1.** A point."}


@pytest.fixture(scope="session")
def live(little_book, tmp_path_factory):
    """The address of a book: each figure has a page, and the first chapter has all of them."""
    pages = {}
    for code in ("ko", "en"):
        names = [path.stem for path in figures()]
        places = "\n\n".join(map(PLACE.format, names))
        pages[code] = {
            "index.md": "# Home\n",
            "01-kmeans.ipynb": notebook("# One", CAPTION[code], places),
        }
        pages[code] |= {f"{name}.md": f"# {name}\n\n{PLACE.format(name)}\n" for name in names}

    def make():
        status, log, folder = little_book(pages)
        return status, log, str(folder)

    status, log, folder = once(whole_run(tmp_path_factory) / "live", make)
    assert status == 0, log
    with served(folder) as address:
        yield address


def figures():
    """The modules of book/live that are figures."""
    return [
        path
        for path in sorted((ROOT / "book/live").glob("*.js"))
        if "export default" in path.read_text("utf8")
    ]


def come_to(page, name):
    """Scroll to a figure of a page; return it once it is ready."""
    place = page.locator(f'.live[data-figure="{name}"]')
    place.scroll_into_view_if_needed()
    page.wait_for_selector(f'.live[data-figure="{name}"].ready')
    return place


@pytest.fixture
def open_book(live, new_page):
    """open_book(name, code, width, **options) -> a page of that book, no error said on it."""
    said = []

    def make(name, code="en", width=1280, **options):
        page = new_page(viewport={"width": width, "height": 900}, **options)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
        page.goto(f"{live}book/{code}/{name}.html")
        return page

    yield make
    assert said == []


@pytest.fixture
def figure(open_book):
    """figure(name, code, **options) -> (its page, the figure), ready and in view, no error said."""

    def make(name, *args, **options):
        page = open_book(name, *args, **options)
        page.evaluate("document.fonts.ready.then(() => 0)")  # words may move what is below them
        return page, come_to(page, name)

    return make
