"""Make slides of each chapter's door and way from the built site, a file for each language.

A slide is a figure with the first sentence of its caption, a prediction, the algorithm at the door,
or, of a section without figures, its first sentence with its first formula, list or table. A page
that scrolls from slide to slide needs no framework; it has its pictures inside.
"""

import base64
import copy
import re
from html import escape

from bs4 import NavigableString
from bs4.element import Tag

from tools.book import NAMES, ROOT, SOURCE, TRANSLATION, chapters
from tools.epub import KINDS, said
from tools.pages import article, plain, template

STYLE = ROOT / "tools/slides.css"
SCRIPT = ROOT / "tools/slides.js"
OFF_THE_WAY = {"연습 문제", "심화", "Exercises", "Deep end"}
SUMMARY = {"요약", "Summary"}
SHORT = 40  # characters, with the number of the figure
SENTENCE = re.compile(r"[.?!](?=\s|$)")
ARGUMENTS = {"names": NAMES}


def sentence(paragraph):
    """Return the HTML of a paragraph's first sentence, and of the next where it is SHORT."""
    made, said, ended = copy.copy(paragraph), 0, False
    for one in list(made.children):
        text = one.get_text()
        ends = [end.end() for end in SENTENCE.finditer(text) if said + end.end() >= SHORT]
        said += len(text)
        if ended:
            one.extract()
        elif ends and isinstance(one, NavigableString):
            one.replace_with(text[: ends[0]])
        ended = ended or bool(ends) and one.name != "math"
    return made.decode_contents()


def image(img, folder):
    """Return a picture with its bytes inside."""
    path = (folder / img["src"]).resolve()
    data = base64.b64encode(path.read_bytes()).decode()
    kind = "plot" if "plot" in img.get("class", []) else "picture"
    alt = escape(img["alt"], quote=True)
    return f'<img class="{kind}" alt="{alt}" src="data:{KINDS[path.suffix]};base64,{data}">'


def section_slides(section, title, folder):
    """Yield (title, HTML) of the slides of one section; title: what stands above its headings."""
    if section.h2 and not section.select(".figure-caption, .predict"):
        yield section.h2.decode_contents(), lead(section)
    for one in section.select("h2, h3, .figure-caption, .tag_open .cell_input pre, .predict"):
        if one.find_parent("details"):
            continue
        if one.name in ("h2", "h3"):
            title = one.decode_contents()
        elif one.name == "pre":
            yield title, f"<pre>{one.decode_contents()}</pre>"
        elif "predict" in one["class"]:
            yield title, f'<div class="predict">{one.decode_contents()}</div>'
        else:
            pictures = one.find_previous_sibling(lambda tag: tag.img).select("img")
            shown = "".join(image(img, folder) for img in pictures)
            yield title, f"<figure>{shown}<figcaption>{sentence(one)}</figcaption></figure>"


def lead(section):
    """Return the first sentence of a section with its first formula, list or table."""
    first = section.find("p", recursive=False)
    more = section.select_one(":scope > :is(.math, ol, ul, table, .pst-scrollable-table-container)")
    return (f"<p>{sentence(first)}</p>" if first else "") + (more.decode() if more else "")


def slides(site, language, name):
    """Return [(title, HTML)] of one chapter: its opening, its door and way, its summary."""
    folder = site / "book" / language
    page = plain(article(site, language, name))
    for link in page.select("a"):
        link.unwrap()
    top = page.section
    title = top.h1.extract().decode_contents()
    sections = top.find_all("section", recursive=False)
    opening = Tag(name="section")
    for one in list(top.children):
        if one is sections[0]:
            break
        opening.append(one.extract())
    question = opening.select_one(".question").decode_contents()
    made = [(title, f'<p class="question">{question}</p>')]
    made += section_slides(opening, title, folder)
    ended = False
    for section in sections:
        head = said(section.h2)
        ended = ended or head in OFF_THE_WAY
        if head in SUMMARY:
            made.append((section.h2.decode_contents(), lead(section)))
        elif not ended:
            made += section_slides(section, title, folder)
    return made


def write(site, language, name, path):
    """Write the slides of one chapter; return how many there are."""
    made = slides(site, language, name)
    lines = []
    for number, (title, body) in enumerate(made, 1):
        kind = "h1" if number == 1 else "h2"
        lines.append(
            f'<section id="s{number}"><{kind}>{title}</{kind}>\n<div>{body}</div>\n'
            f"<footer>{number} / {len(made)}</footer></section>"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    page = template("slides.html").format(
        language=language,
        title=escape(re.sub("<[^>]+>", "", made[0][0])),
        style=STYLE.read_text("utf8"),
        slides="\n".join(lines),
        script=SCRIPT.read_text("utf8"),
    )
    path.write_text(page, "utf8")
    return len(made)


def main(args, root):
    """Write the slides into _build/slides; say where they are, how many and how large."""
    for name in chapters(root, args.names):
        for language in (SOURCE, TRANSLATION):
            path = root / "_build/slides" / language / f"{name}.html"
            count = write(root / "_build/html", language, name, path)
            size = path.stat().st_size / 1e6
            print(f"{path.relative_to(root)}: {count} slides, {size:.1f} MB")
    return 0
