"""Print the built site: one PDF for each language, with Chromium.

The pages of a language are joined into one document, in the order of _toc.yml, so that links from
page to page, page numbers and bookmarks are those of a book. It is printed twice: a draft, in which
nothing is drawn, says on which page each chapter begins; the contents have these numbers then.
"""

from contextlib import contextmanager
from html import escape
from urllib.parse import urljoin, urlsplit

import pypdf

from tools import browser
from tools.book import ROOT, SOURCE, TRANSLATION, BookError, contents
from tools.pages import CONTENTS, about, address, article, read
from tools.web import served

STYLE, SCRIPT = ROOT / "tools/pdf.css", ROOT / "tools/pdf.js"
TYPEFACE = ROOT / "node_modules/pretendard/dist/web/static/woff2"
COLUMN = 643  # CSS pixels between the margins of an A4 page: 210 mm - 2 * 20 mm
SMALLEST = 0.6  # a wide equation or table shrinks to this at most
SECONDS = 600  # that Chromium may take to load the whole book, on a busy machine
COVER = """<section class="cover">
<p class="title">{title}</p><p class="description">{description}</p><p class="source">{start}</p>
</section>
<nav class="paper-contents"><p class="heading">{heading}</p>
{lines}
</nav>"""
LINE = """<a href="#{name}"><span>{title}</span><span class="dots"></span>
<span class="number">999</span></a>"""


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


def document(root, site, language):
    """Return the whole book of a language as one HTML page, in the folder of that language."""
    words = about(root, language)
    listed, start = contents(root, language), address(site, language)
    names = [name for _, name in listed]
    articles, lines, part = [], [], None
    for caption, name in listed:
        page = within(article(site, language, name), name, names, f"{start}/book/{language}/")
        articles.append(str(page))
        if caption != part:
            part = caption
            lines.append(f'<p class="part">{escape(caption)}</p>')
        title = escape(page.h1.get_text(" ", strip=True))
        lines.append(LINE.format(name=name, title=title))
    cover = COVER.format(**words, start=start, heading=CONTENTS[language], lines="\n".join(lines))
    made = read(site / "book" / language / "index.html")
    for script in made.select("script"):
        script.decompose()
    made.head.append(made.new_tag("style"))
    made.head.contents[-1].string = STYLE.read_text("utf8")
    made.title.string = words["title"]
    title = f'<html lang="{language}" data-theme="light">'
    return f"<!doctype html>{title}{made.head}<body>{cover}{''.join(articles)}</body></html>"


def numbers(path, names):
    """Return {name of a page: paper page on which it begins, from 1} of a printed book."""
    with pypdf.PdfReader(path) as book:
        places = book.named_destinations
        return {name: book.get_destination_page_number(places[f"/{name}"]) + 1 for name in names}


@contextmanager
def laid_out(chromium, place, html):
    """Open one HTML page, which is to stand at an address of the site, as it will be on paper.

    Raises BookError for what would be cut, and for an equation that is none.
    """
    with chromium.new_page(viewport={"width": COLUMN, "height": 980}, color_scheme="light") as tab:
        tab.set_default_timeout(1000 * SECONDS)
        tab.route(place, lambda route: route.fulfill(body=html, content_type="text/html"))
        tab.route(
            "**/typeface/*",
            lambda route: route.fulfill(path=TYPEFACE / route.request.url.rsplit("/", 1)[1]),
        )
        tab.goto(place)
        tab.emulate_media(media="print")
        tab.add_script_tag(path=SCRIPT)
        tab.evaluate("ready()")
        faults = tab.evaluate("smallest => fit(smallest)", SMALLEST)
        if faults:
            raise BookError("\n".join(["the PDF would not be right:", *faults]))
        yield tab


def print_book(chromium, root, site, language, folder):
    """Print the book of one language from a built site; return the path of the PDF."""
    path = folder / language / "unsupervised-learning.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    with served(site) as start:
        place = f"{start}book/{language}/whole-book.html"
        with laid_out(chromium, place, document(root, site, language)) as tab:
            draft = tab.add_style_tag(content="body * { visibility: hidden !important }")
            tab.pdf(path=path, prefer_css_page_size=True)
            draft.evaluate("style => style.remove()")
            tab.evaluate("number", numbers(path, [name for _, name in contents(root, language)]))
            options = {"print_background": True, "outline": True, "tagged": True}
            tab.pdf(path=path, prefer_css_page_size=True, **options)
    return path


def main(args, root):
    """Print both languages into _build/pdf; say where the files are and how long they are."""
    with browser.launched() as chromium:
        for language in (SOURCE, TRANSLATION):
            path = print_book(chromium, root, root / "_build/html", language, root / "_build/pdf")
            pages = len(pypdf.PdfReader(path).pages)
            print(f"{path.relative_to(root)}: {pages} pages, {path.stat().st_size / 1e6:.1f} MB")
    return 0
