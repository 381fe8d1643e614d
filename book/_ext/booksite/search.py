"""Search by section, in Korean and English, in the reader's browser.

The sections of each language are written to _static/sections-<language>.json: their headings, their
prose (no code, … for a formula) and other names of terms in them, such as the glossary's English
for a Korean one, and those in aliases.yml. site-search.js looks them up with MiniSearch. Sphinx's
own search knows pages only, and for Korean it wants words without particles.
"""

import json
import re
from functools import cache
from pathlib import Path

import yaml
from docutils import nodes

from .folding import folded
from .languages import language_of

ENTRY = re.compile(r'^\| <a id="[\w-]+"></a>([^|]+?) \| ([^|]+?) \|', re.MULTILINE)
APART = (
    nodes.section,
    nodes.title,
    nodes.literal_block,
    nodes.raw,
    nodes.math_block,
    nodes.image,
    folded,
)
# Pages and sections that only list or repeat what others explain.
MINOR = ("index", "glossary", "notation", "references", "instructors", "api", "data-cards")
REPEATS = ("what-to-read-next", "summary", "references", "coding-tasks", "assignment-")


def prose(node):
    """Return the text of a node without code, formulas and the sections within it."""
    if isinstance(node, APART):
        return ""
    if isinstance(node, nodes.container) and node.get("hide_mode"):  # a solution
        return ""
    if isinstance(node, nodes.math):
        return "…" if "\\" in node.astext() else node.astext()
    if isinstance(node, nodes.Text):
        return str(node)
    text = "".join(map(prose, node.children))
    within = not isinstance(node, nodes.TextElement) or isinstance(node, nodes.Inline)
    return text if within else f"{text} "


def readable(title):
    r"""Return a heading with its formulas as one would type them: 2\,\mathrm{JSD} as 2 JSD."""
    text = re.sub(r"\\(?:mathrm|text|operatorname)\{([^}]*)\}", r"\1", title.astext())
    return re.sub(r"\\(\w+)", r"\1", re.sub(r"\\[,;! ]", " ", text))


def sections(doctree, page, other_names):
    """Yield the sections of a page as dicts for MiniSearch; other_names: {pattern: names}."""
    chapter = None
    for section in doctree.findall(nodes.section):
        title = readable(section[0])
        chapter = chapter or title
        text = " ".join("".join(map(prose, section.children)).split())
        yield {
            "page": page,
            "anchor": section["ids"][0] if title != chapter else "",
            "chapter": chapter,
            "title": title,
            "text": text,
            "chapterAlso": also(chapter, other_names),
            "titleAlso": also(title, other_names),
            "textAlso": also(text, other_names),
            "minor": page.rpartition("/")[2] in MINOR or section["ids"][0].startswith(REPEATS),
        }


def also(text, other_names):
    """Return the other names of the terms in a text, in one line."""
    return " ".join(
        name for term, names in other_names.items() if term.search(text) for name in names
    )


@cache
def names_of_terms(glossary):
    """Return {pattern of a term: its other names}, from a glossary page and aliases.yml."""
    lists = yaml.safe_load(Path(__file__).with_name("aliases.yml").read_text("utf8"))
    entries = ENTRY.findall(Path(glossary).read_text("utf8")) if Path(glossary).exists() else []
    for pair in entries:
        names = next((one for one in lists if set(one) & set(pair)), None)
        if names is None:
            lists.append(list(pair))
        else:
            names.extend(pair)
    found = {}
    for names in lists:
        for name in names:
            word = re.compile(rf"(?<![a-z]){re.escape(name)}s?(?![a-z])", re.IGNORECASE)
            found.setdefault(word, set()).update(other for other in names if other != name)
    return {word: sorted(names) for word, names in found.items()}


def begin(app):
    """Leave Sphinx's index out, and have a list of sections for each language."""
    app.builder.search = False
    app.builder.book_sections = {code: [] for code in app.config.book_languages}


def collect(app, doctree, page):
    """Add the sections of a page that is being written."""
    language = language_of(app.config, page)
    if language is None or app.builder.format != "html":
        return
    names = names_of_terms(str(Path(app.srcdir, f"book/{language}/glossary.md")))
    target = app.builder.get_target_uri(page)
    app.builder.book_sections[language] += sections(doctree, target.removesuffix(".html"), names)


def write(app, exception):
    """Write the sections of each language, when all pages have been written."""
    if exception is not None or app.builder.format != "html":
        return
    for language, found in app.builder.book_sections.items():
        if found:
            found = [{"id": number, **one} for number, one in enumerate(found)]
            path = Path(app.outdir, f"_static/sections-{language}.json")
            path.write_text(json.dumps(found, ensure_ascii=False), "utf8")


def setup(app):
    """Collect the sections before links are made of what they name."""
    app.connect("builder-inited", begin)
    app.connect("doctree-resolved", collect, priority=400)
    app.connect("build-finished", write, priority=500)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
