"""Make an EPUB 3 of each language from the built site, with formulas in MathML.

Sphinx's own EPUB builder would read the whole book again, with settings of its own for each
language; here the pages are those of the site, as in the PDF. A script-free reader shows all of it.
"""

import uuid
import zipfile
from html import escape
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

import yaml

from tools.book import ROOT, SOURCE, TRANSLATION, contents
from tools.pages import address, article, plain

STYLE = ROOT / "tools/epub.css"
LEFT_OUT = ("predictions",)  # a page that is all script
# What an element may say of itself beside what MathML needs.
KEPT = {
    "alt",
    "class",
    "colspan",
    "height",
    "href",
    "id",
    "lang",
    "open",
    "rowspan",
    "src",
    "width",
}
KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml"}
WORDS = {"ko": "차례", "en": "Contents"}

CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""
PAGE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"
 lang="{language}" xml:lang="{language}">
<head>
<title>{title}</title>
<link rel="stylesheet" type="text/css" href="style.css"/>
</head>
<body>
{body}
</body>
</html>
"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:language>{language}</dc:language>
<dc:creator>{author}</dc:creator>
<dc:description>{description}</dc:description>
<dc:source>{address}</dc:source>
<dc:rights>CC BY 4.0</dc:rights>
<meta property="dcterms:modified">{date}T00:00:00Z</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">MathML</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityHazard">none</meta>
</metadata>
<manifest>
{items}
</manifest>
<spine>
{spine}
</spine>
</package>
"""


def page(site, language, name, names, start, pictures):
    """Return an article as an EPUB takes it; note its pictures in {name in the EPUB: path}."""
    made = plain(article(site, language, name))
    for one in made.find_all(True):
        if one.name != "math" and not one.find_parent("math"):
            one.attrs = {key: value for key, value in one.attrs.items() if key in KEPT}
    for one in made.select("img"):
        path = (site / "book" / language / one["src"]).resolve()
        one["src"] = f"images/{path.name}"
        pictures[one["src"]] = path
    for link in made.select("a[href]"):
        target = urlsplit(link["href"])
        file = target.path.removesuffix(".html")
        if target.scheme not in ("", "http", "https"):  # an example in a docstring
            link.unwrap()
        elif target.scheme or (file and file not in names):
            link["href"] = urljoin(f"{start}/book/{language}/", link["href"])
        elif file:
            link["href"] = target._replace(path=f"{file}.xhtml").geturl()
    made.name = "div"  # what the site calls an article is a file of its own here
    return made


def navigation(pages, parts, language):
    """Return the table of contents: parts, pages and the headings of their sections."""
    lines, part = [], None
    for name, made in pages.items():
        if parts[name] != part:
            lines += ["</ol></li>"] if part else []
            part = parts[name]
            lines.append(f"<li><span>{escape(part)}</span><ol>")
        sections = "".join(
            f'<li><a href="{name}.xhtml#{head.parent["id"]}">{escape(words(head))}</a></li>'
            for head in made.select("section > section[id] > h2")
        )
        sections = f"<ol>{sections}</ol>" if sections else ""
        lines.append(f'<li><a href="{name}.xhtml">{escape(words(made.h1))}</a>{sections}</li>')
    lines += ["</ol></li>"] if part else []
    heading = f"<h1>{WORDS[language]}</h1>"
    return f'<nav epub:type="toc" id="toc">{heading}<ol>{"".join(lines)}</ol></nav>'


def words(heading):
    """Return the words of a heading."""
    return " ".join(heading.get_text().split())


def make(root, site, language, path):
    """Write the EPUB of one language."""
    config = yaml.safe_load((root / "_config.yml").read_text("utf8"))
    citation = yaml.safe_load((root / "CITATION.cff").read_text("utf8"))
    about = config["sphinx"]["config"]["book_languages"][language]
    start, pictures = address(site, language), {}
    parts = {name: part for part, name in contents(root, language) if name not in LEFT_OUT}
    pages = {name: page(site, language, name, parts, start, pictures) for name in parts}
    files = {"nav.xhtml": navigation(pages, parts, language)}
    files |= {f"{name}.xhtml": made.decode(formatter="minimal") for name, made in pages.items()}
    titles = {f"{name}.xhtml": words(made.h1) for name, made in pages.items()}
    nav, first, *rest = files
    items = ['<item id="style" href="style.css" media-type="text/css"/>']
    for name, body in files.items():
        holds = "nav" if name == "nav.xhtml" else "mathml" if "<math" in body else ""
        items.append(
            f'<item id="{identifier(name)}" href="{name}" media-type="application/xhtml+xml"'
            + (f' properties="{holds}"/>' if holds else "/>")
        )
    for name in pictures:
        kind = KINDS[PurePosixPath(name).suffix]
        items.append(f'<item id="{identifier(name)}" href="{name}" media-type="{kind}"/>')
    package = PACKAGE.format(
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, f"{start}/book/{language}"),
        title=escape(about["title"]),
        language=language,
        author=escape(config["author"]),
        description=escape(about["description"]),
        address=start,
        date=citation["date-released"],
        items="\n".join(items),
        spine="\n".join(f'<itemref idref="{identifier(name)}"/>' for name in [first, nav, *rest]),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as book:

        def add(name, content, packed=zipfile.ZIP_DEFLATED):
            book.writestr(zipfile.ZipInfo(name), content, packed)

        add("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        add("META-INF/container.xml", CONTAINER)
        add("book/book.opf", package)
        add("book/style.css", STYLE.read_text("utf8"))
        for name, body in files.items():
            title = escape(titles.get(name, WORDS[language]))
            add(f"book/{name}", PAGE.format(language=language, title=title, body=body))
        for name, picture in pictures.items():
            add(f"book/{name}", picture.read_bytes(), zipfile.ZIP_STORED)


def identifier(name):
    """Return the id of a file in the package."""
    return "f-" + name.replace("/", "-")


def main(args, root):
    """Write both languages into _build/epub; say where the files are and how large they are."""
    for language in (SOURCE, TRANSLATION):
        path = root / "_build/epub" / language / "unsupervised-learning.epub"
        make(root, root / "_build/html", language, path)
        print(f"{path.relative_to(root)}: {path.stat().st_size / 1e6:.1f} MB")
    return 0
