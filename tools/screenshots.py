"""The README's pictures of the site: the k-means chapter in both languages."""

from playwright.sync_api import sync_playwright

from tools import browser
from tools.book import BookError
from tools.pictures import shrink
from tools.web import served

PAGES = {"kmeans-ko": "book/ko/01-kmeans.html", "kmeans-en": "book/en/01-kmeans.html"}
WINDOW = {"width": 1280, "height": 860}
MOST_BYTES = 200_000  # of one picture in the repository


def photograph(chromium, address):
    """Return a PNG of the part of a page that shows its first figure."""
    tab = chromium.new_page(viewport=WINDOW, color_scheme="light")
    tab.goto(address)
    tab.evaluate("document.fonts.ready")
    figure = tab.locator("article div.cell_output img").first
    if not figure.count():
        raise BookError(f"{address} has no figure to show")
    figure.evaluate(
        """async image => {
          await image.decode();
          image.scrollIntoView({ block: "center", behavior: "instant" });
        }"""
    )
    picture = shrink(tab.screenshot())
    tab.close()
    return picture


def take(chromium, site, images):
    """Photograph the pages of a built site into a folder; return the paths written.

    chromium is a browser launched by Playwright. Raises BookError where the site is not built,
    a page has no figure, or a picture is larger than MOST_BYTES.
    """
    for page in PAGES.values():
        if not (site / page).exists():
            raise BookError(f"{site / page} is not there: `make book` builds the site")
    images.mkdir(parents=True, exist_ok=True)
    written = []
    with served(site) as address:
        for name, page in PAGES.items():
            picture = photograph(chromium, address + page)
            if len(picture) > MOST_BYTES:
                raise BookError(f"{name}.png has {len(picture)} bytes, more than {MOST_BYTES}")
            written.append(images / f"{name}.png")
            written[-1].write_bytes(picture)
    return written


def add_arguments(parser):
    """Declare the command's arguments: none."""


def main(args, root):
    """Take the pictures from the built site; print where they are."""
    path = browser.find() or browser.install()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=browser.FLAGS)
        for written in take(chromium, root / "_build/html", root / "docs/images"):
            print(written.relative_to(root))
        chromium.close()
    return 0
