"""Link each term of the glossary, in its last column, to the chapter that introduces it.

A chapter introduces a term where the Korean text first sets it as 한국어(English); a term that is
never set so is introduced where it is first used.
"""

import re

from tools.book import (
    SOURCE,
    TRANSLATION,
    BookError,
    chapters,
    folder,
    notebook,
    read_notebook,
    write_text,
)

PAGE = "glossary.md"
# | <a id="anchor"></a>term | the same in the other language | definition | chapter |
ROW = re.compile(
    r'^\| <a id="(?P<anchor>[^"]+)"></a>(?P<term>[^|]+) \| (?P<other>[^|]+) '
    r"\| (?P<definition>[^|]+) \|(?: \[[^|]*\]\([^|]*\) \|)?$",
    re.M,
)


def texts(root):
    """Return {chapter: its Korean text, without bold}, in the order of the book."""
    contents = (root / "_toc.yml").read_text("utf8")
    found = {}
    for name in sorted(chapters(root), key=lambda name: contents.find(f"book/{SOURCE}/{name}")):
        cells = read_notebook(notebook(root, SOURCE, name)).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        # Without the list of terms at a chapter's end, which links to the glossary.
        found[name] = re.sub(r"\[[^\]]*\]\(glossary\.md[^)]*\)", "", text).replace("**", "")
    return found


def introduces(texts, korean, english):
    """Return the chapter that introduces a term; raise BookError where none uses it."""
    pair = re.compile(rf"{re.escape(korean)}\({re.escape(english)}[),]", re.I)
    word = re.compile(rf"(?<![가-힣\w]){re.escape(korean)}", re.I)
    for pattern in (pair, word):
        for name, text in texts.items():
            if pattern.search(text):
                return name
    raise BookError(f"{PAGE}: no chapter uses {korean} ({english})")


def label(name, language):
    """Return how a chapter is called in the column."""
    first = name.split("-")[0]
    if first == "primer":
        return "신경망 첫걸음" if language == SOURCE else "primer"
    number = int(first)
    return f"{number}장" if language == SOURCE else f"chapter {number}"


def filled(root, language):
    """Return the glossary of one language with its last column made anew."""
    found = texts(root)

    def row(match):
        pair = match["term"], match["other"]
        name = introduces(found, *(pair if language == SOURCE else pair[::-1]))
        cells = [f'<a id="{match["anchor"]}"></a>{match["term"]}', match["other"]]
        cells += [match["definition"], f"[{label(name, language)}]({name}.ipynb)"]
        return "| " + " | ".join(cells) + " |"

    page = (folder(root, language) / PAGE).read_text("utf8")
    return ROW.sub(row, page)


def main(args, root):
    """Fill in the column in both languages."""
    for language in (SOURCE, TRANSLATION):
        write_text(folder(root, language) / PAGE, filled(root, language))
    return 0
