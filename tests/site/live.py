"""A book with one live figure of each kind, and its figures as a reader finds them."""

from pathlib import Path

import pytest

from tests.site.little import notebook
from tools.web import served

ROOT = Path(__file__).parents[2]
PLACE = '<div class="live" data-figure="{}"></div>'
CAPTION = {"ko": "**그림 1.1.** 점입니다.", "en": "**Figure 1.1.** A point."}


@pytest.fixture(scope="session")
def live(little_book):
    """The address of a book whose first chapter has one figure of each kind."""
    pages = {}
    for code in ("ko", "en"):
        places = "\n\n".join(PLACE.format(path.stem) for path in figures())
        pages[code] = {
            "index.md": "# Home\n",
            "01-kmeans.ipynb": notebook("# One", CAPTION[code], places),
        }
    status, log, folder = little_book(pages)
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


@pytest.fixture
def figure(live, new_page):
    """figure(name, code, **options) -> (page, the figure), loaded and in view, no error said."""
    said = []

    def make(name, code="en", width=1280, **options):
        page = new_page(viewport={"width": width, "height": 900}, **options)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
        page.goto(f"{live}book/{code}/01-kmeans.html")
        place = page.locator(f'.live[data-figure="{name}"]')
        place.scroll_into_view_if_needed()
        page.wait_for_selector(f'.live[data-figure="{name}"].ready')
        page.wait_for_load_state("networkidle")  # figures above it grow, too
        place.scroll_into_view_if_needed()
        return page, place

    yield make
    assert said == []
