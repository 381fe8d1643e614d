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
from tools.pages import CONTENTS, about, address, article, plain, template

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
            f'<li><a href="{name}.xhtml#{head.parent["id"]}">{escape(said(head))}</a></li>'
            for head in made.select("section > section[id] > h2")
        )
        sections = f"<ol>{sections}</ol>" if sections else ""
        lines.append(f'<li><a href="{name}.xhtml">{escape(said(made.h1))}</a>{sections}</li>')
    lines += ["</ol></li>"] if part else []
    heading = f"<h1>{CONTENTS[language]}</h1>"
    return f'<nav epub:type="toc" id="toc">{heading}<ol>{"".join(lines)}</ol></nav>'


def said(heading):
    """Return the words of a heading."""
    return " ".join(heading.get_text().split())


def item(name, kind, holds=""):
    """Return a file's line in the package's manifest."""
    more = f' properties="{holds}"' if holds else ""
    return f'<item id="{identifier(name)}" href="{name}" media-type="{kind}"{more}/>'


def identifier(name):
    """Return the id of a file in the package."""
    return "f-" + name.replace("/", "-")


def make(root, site, language, path):
    """Write the EPUB of one language."""
    words = about(root, language)
    start, pictures = address(site, language), {}
    parts = {name: part for part, name in contents(root, language) if name not in LEFT_OUT}
    pages = {name: page(site, language, name, parts, start, pictures) for name in parts}
    bodies = {"nav.xhtml": navigation(pages, parts, language)}
    bodies |= {f"{name}.xhtml": made.decode(formatter="minimal") for name, made in pages.items()}
    titles = {f"{name}.xhtml": said(made.h1) for name, made in pages.items()}
    titles["nav.xhtml"] = CONTENTS[language]
    items = [item("style.css", "text/css")]
    for name, body in bodies.items():
        holds = "nav" if name == "nav.xhtml" else "mathml" if "<math" in body else ""
        items.append(item(name, "application/xhtml+xml", holds))
    items += [item(name, KINDS[PurePosixPath(name).suffix]) for name in pictures]
    nav, first, *rest = bodies
    spine = [f'<itemref idref="{identifier(name)}"/>' for name in [first, nav, *rest]]
    package = template("book.opf").format(
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, f"{start}/book/{language}"),
        title=escape(words["title"]),
        language=language,
        author=escape(yaml.safe_load((root / "_config.yml").read_text("utf8"))["author"]),
        description=escape(words["description"]),
        address=start,
        date=yaml.safe_load((root / "CITATION.cff").read_text("utf8"))["date-released"],
        items="\n".join(items),
        spine="\n".join(spine),
    )
    frame = template("page.xhtml")
    files = {
        "META-INF/container.xml": template("container.xml"),
        "book/book.opf": package,
        "book/style.css": STYLE.read_text("utf8"),
    }
    for name, body in bodies.items():
        page_title = escape(titles[name])
        files[f"book/{name}"] = frame.format(language=language, title=page_title, body=body)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as book:
        first = {"mimetype": "application/epub+zip"}
        last = {f"book/{name}": picture.read_bytes() for name, picture in pictures.items()}
        for name, content in {**first, **files, **last}.items():
            packed = zipfile.ZIP_DEFLATED if name in files else zipfile.ZIP_STORED
            book.writestr(zipfile.ZipInfo(name), content, packed)


def main(args, root):
    """Write both languages into _build/epub; say where the files are and how large they are."""
    for language in (SOURCE, TRANSLATION):
        path = root / "_build/epub" / language / "unsupervised-learning.epub"
        make(root, root / "_build/html", language, path)
        print(f"{path.relative_to(root)}: {path.stat().st_size / 1e6:.1f} MB")
    return 0
