"""The README's pictures of the site: the k-means chapter in both languages."""

import functools
import http.server
import threading

from playwright.sync_api import sync_playwright

from tools import browser
from tools.book import BookError
from tools.pictures import shrink

PAGES = {"kmeans-ko": "book/ko/01-kmeans.html", "kmeans-en": "book/en/01-kmeans.html"}
SECTION = "the-idea-in-one-picture"
WINDOW = {"width": 1280, "height": 860}
MOST_BYTES = 200_000  # of one picture in the repository


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that does not log."""

    def log_message(self, *args):
        """Say nothing."""


def take(site, images):
    """Photograph the pages of a built site into a folder; return the paths written.

    Raises BookError where the site is not built, a page lacks the section, or a picture is
    larger than MOST_BYTES.
    """
    for page in PAGES.values():
        if not (site / page).exists():
            raise BookError(f"{site / page} is not there: `make book` builds the site")
    images.mkdir(parents=True, exist_ok=True)
    handler = functools.partial(Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    path = browser.find() or browser.install()
    written = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, page in PAGES.items():
            tab = chromium.new_page(viewport=WINDOW, color_scheme="light")
            tab.goto(f"http://127.0.0.1:{server.server_port}/{page}")
            tab.evaluate("Promise.all([window.MathJax?.startup?.promise, document.fonts.ready])")
            section = tab.locator(f"article section#{SECTION}")
            if not section.count():
                raise BookError(f"{page} has no section #{SECTION} to show")
            section.evaluate(
                """section => {
                  scrollBy({ top: section.getBoundingClientRect().top - 60, behavior: "instant" });
                  return Promise.all([...section.querySelectorAll("img")].map((i) => i.decode()));
                }"""
            )
            picture = shrink(tab.screenshot())
            if len(picture) > MOST_BYTES:
                raise BookError(f"{name}.png has {len(picture)} bytes, more than {MOST_BYTES}")
            written.append(images / f"{name}.png")
            written[-1].write_bytes(picture)
        chromium.close()
    server.shutdown()
    return written


def add_arguments(parser):
    """Declare the command's arguments: none."""


def main(args, root):
    """Take the pictures from the built site; print where they are."""
    for path in take(root / "_build/html", root / "docs/images"):
        print(path.relative_to(root))
    return 0
