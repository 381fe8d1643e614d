"""Print the built site: one PDF for each language, with Chromium.

The pages of a language are joined into one document, in the order of _toc.yml, so that links from
page to page, page numbers and bookmarks are those of a book. It is printed twice: the first print
says on which page each chapter begins, the second has the numbers in its table of contents.
"""

from urllib.parse import urljoin, urlsplit

import pypdf
import yaml
from playwright.sync_api import sync_playwright

from tools import browser
from tools.book import ROOT, SOURCE, TRANSLATION, BookError, contents
from tools.pages import address, article, read
from tools.web import served

STYLE = ROOT / "tools/pdf.css"
TYPEFACE = ROOT / "node_modules/pretendard/dist/web/static/woff2"
WORDS = {"ko": "차례", "en": "Contents"}
COLUMN = 643  # CSS pixels between the margins of an A4 page: 210 mm - 2 * 20 mm
SMALLEST = 0.6  # a wide equation or table shrinks to this at most
SECONDS = 600  # that Chromium may take to load the whole book, on a busy machine

# Everything is there: fonts and pictures have arrived.
READY = """async () => {
  await Promise.all([...document.images].map(image => image.decode()));
  await document.fonts.ready;
  // A bookmark takes the words of its heading; a formula's glyphs are none.
  for (const formula of document.querySelectorAll("article :is(h1, h2, h3, h4) mjx-container")) {
    const words = document.createElement("span");
    words.className = "bookmark";
    words.textContent = formula.querySelector("mjx-assistive-mml").textContent;
    formula.after(words);
  }
}"""
# Shrinks what is wider than the column; returns what would still be cut, or is no equation.
FIT = """smallest => {
  const width = document.body.clientWidth, faults = [];
  for (const box of document.querySelectorAll("div.math, article table")) {
    const ratio = width / Math.max(...[box, ...box.children].map(one => one.scrollWidth));
    if (ratio < 1) box.style.fontSize = `${Math.max(smallest, ratio * 0.99) * 100}%`;
  }
  const right = document.body.getBoundingClientRect().right + 1;
  for (const one of document.querySelectorAll("article *"))
    if (!one.closest("mjx-assistive-mml") && one.getBoundingClientRect().right > right)
      faults.push(`too wide: ${one.tagName} ${one.textContent.trim().slice(0, 60)}`);
  for (const one of document.querySelectorAll("mjx-merror, [data-mjx-error]"))
    faults.push(`not an equation: ${one.textContent.slice(0, 60)}`);
  return [...new Set(faults)];
}"""


def within(page, name, names, address):
    """Return an article whose links and ids are those of the whole book."""
    for one in page.select("[id]"):
        one["id"] = f"{name}--{one['id']}"
    for link in page.select("a[href]"):
        target = urlsplit(link["href"])
        file = target.path.removesuffix(".html") or name
        if target.scheme or file not in names:
            link["href"] = urljoin(address, link["href"])
        else:
            link["href"] = f"#{file}--{target.fragment}" if target.fragment else f"#{file}"
    page["id"] = name
    page["class"] = ["bd-article", "page"]
    return page


def document(root, site, language, numbers):
    """Return the whole book of a language as one HTML page, in the folder of that language.

    numbers: {name of a page: the number of the paper page on which it begins}.
    """
    config = yaml.safe_load((root / "_config.yml").read_text("utf8"))
    words = config["sphinx"]["config"]["book_languages"][language]
    listed = contents(root, language)
    made = read(site / "book" / language / "index.html")
    start = address(site, language)
    made.html["data-theme"] = "light"
    made.title.string = words["title"]
    for script in made.select("script"):
        script.decompose()
    made.body.clear()
    made.body.attrs = {}

    def add(parent, kind, words, **attributes):
        parent.append(made.new_tag(kind, attrs=attributes))
        parent.contents[-1].string = words
        return parent.contents[-1]

    cover = add(made.body, "section", "", **{"class": "cover"})
    add(cover, "p", words["title"], **{"class": "title"})
    add(cover, "p", words["description"], **{"class": "description"})
    add(cover, "p", start, **{"class": "source"})
    table = add(made.body, "nav", "", **{"class": "chapters"})
    add(table, "p", WORDS[language], **{"class": "heading"})
    part = None
    names = [name for _, name in listed]
    for caption, name in listed:
        page = within(article(site, language, name), name, names, f"{start}/book/{language}/")
        if caption != part:
            part = caption
            add(table, "p", caption, **{"class": "part"})
        line = add(table, "a", "", href=f"#{name}")
        add(line, "span", page.h1.get_text(" ", strip=True))
        add(line, "span", "", **{"class": "dots"})
        add(line, "span", str(numbers.get(name, "")), **{"class": "number"})
        made.body.append(page)
    made.head.append(made.new_tag("style"))
    made.head.contents[-1].string = STYLE.read_text("utf8")
    return str(made)


def numbers(path, names):
    """Return {name of a page: paper page on which it begins, from 1} of a printed book."""
    with pypdf.PdfReader(path) as book:
        places = book.named_destinations
        return {name: book.get_destination_page_number(places[f"/{name}"]) + 1 for name in names}


def put(chromium, place, html, path):
    """Print one HTML page that is to stand at an address of the site into a PDF.

    Raises BookError for what would be cut, and for an equation that is none.
    """
    tab = chromium.new_page(viewport={"width": COLUMN, "height": 980}, color_scheme="light")
    tab.set_default_timeout(1000 * SECONDS)
    tab.route(place, lambda route: route.fulfill(body=html, content_type="text/html"))
    tab.route(
        "**/typeface/*",
        lambda route: route.fulfill(path=TYPEFACE / route.request.url.rsplit("/", 1)[1]),
    )
    tab.goto(place)
    tab.emulate_media(media="print")
    tab.evaluate(READY)
    faults = tab.evaluate(FIT, SMALLEST)
    if faults:
        raise BookError("\n".join([f"{path.name} would not be right:", *faults]))
    tab.pdf(path=path, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
    tab.close()


def print_book(chromium, root, site, language, folder):
    """Print the book of one language from a built site; return the path of the PDF."""
    path = folder / language / "unsupervised-learning.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    with served(site) as start:
        place = f"{start}book/{language}/whole-book.html"
        names = [name for _, name in contents(root, language)]
        # The contents must take as many pages without the numbers as with them.
        put(chromium, place, document(root, site, language, dict.fromkeys(names, 999)), path)
        begin = numbers(path, names)
        put(chromium, place, document(root, site, language, begin), path)
    return path


def main(args, root):
    """Print both languages into _build/pdf; say where the files are and how long they are."""
    folder = root / "_build/pdf"
    chromium_path = browser.find() or browser.install()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=browser.FLAGS)
        for language in (SOURCE, TRANSLATION):
            path = print_book(chromium, root, root / "_build/html", language, folder)
            pages = len(pypdf.PdfReader(path).pages)
            print(f"{path.relative_to(root)}: {pages} pages, {path.stat().st_size / 1e6:.1f} MB")
        chromium.close()
    return 0
