"""Start a new chapter: its skeleton in both languages, and its place in every list of chapters."""

import re
from pathlib import Path

from tools.book import (
    SOURCE,
    TRANSLATION,
    BookError,
    chapters,
    contents,
    folder,
    notebook,
    read_notebook,
    write_notebook,
    write_text,
)
from tools.repository import SETUP_ID, configured, setup_cell

NAME = re.compile(r"(\d\d)-[a-z0-9]+(-[a-z0-9]+)*")
FILE = re.compile(NAME.pattern + r"(?=\.ipynb)")
ENTRY = re.compile(r"^(?P<start> *- file: book/(?P<language>\w+)/)(?P<name>\d\d-[\w-]+) *$", re.M)

# The tables with a row a chapter: what the row says, beside the chapter's name.
TABLES = {
    "README.md": "the buttons that open it",
    "README.ko.md": "the buttons that open it",
    "book/{}/instructors.md": "what to cover of it in 15, 30 and 60 minutes",
    "book/{}/00-introduction.ipynb": "what it learns, what it minimizes, what it is used for",
}
GAP = "…"  # what `new` writes where it cannot know

TEMPLATES = Path(__file__).with_name("templates")
BOTH = {"nargs": 2, "metavar": ("KOREAN", "ENGLISH")}
ARGUMENTS = {
    "name": {"metavar": "NN-name", "help": "number and short name: 02-autoencoder"},
    "--title": {**BOTH, "default": ("새 장", "A new chapter")},
    "--part": {
        **BOTH,
        "default": (None, None),
        "help": "begin one: '6부. 확산' 'Part 6. Diffusion'",
    },
}


def number_of(root, name, paths):
    """Return the number in a new name; BookError for a bad one, and where one of paths exists."""
    match = NAME.fullmatch(name)
    if not match:
        raise BookError(f"the name is {name!r}; it must look like 02-autoencoder")
    for path in paths:
        if path.exists():
            raise BookError(f"{path.relative_to(root)} exists")
    return int(match[1])


def template(name, number, titles):
    """Return a notebook with the number in place of {n}, in each cell its language's {title}."""
    content = read_notebook(TEMPLATES / f"{name}.ipynb")
    for cell in content.cells:
        title = titles.get(cell.metadata.get("language"), "")
        cell.source = cell.source.replace("{n}", str(number)).replace("{title}", title)
    return content


def skeleton(language, number, titles, address, part):
    """Return a new chapter's notebook in one language: its cells, and the code of both."""
    content = template("chapter", number, titles)
    content.cells = [
        cell for cell in content.cells if cell.metadata.pop("language", language) == language
    ]
    for cell in content.cells:
        cell.id = cell.id.removesuffix(f"-{language}")
        if cell.id == SETUP_ID:
            cell.source = setup_cell(address)
    content.metadata["course"] |= {"part": part, "hero": f"{number}.1"}
    return content


def add_to_contents(toc, name, parts=(None, None)):
    """Return the text of _toc.yml with the chapter after the last one of a smaller number.

    parts: the captions of the part that begins with it, in both languages, if one does.
    Raises BookError where a language has no chapter to stand after.
    """
    for language, part in zip((SOURCE, TRANSLATION), parts, strict=True):
        before = [
            match
            for match in ENTRY.finditer(toc)
            if match["language"] == language and match["name"] < name
        ]
        if not before:
            raise BookError(f"_toc.yml has no chapter of book/{language} to put {name} after")
        end = before[-1].end()
        start = before[-1]["start"]
        if part:
            indent = start[: start.index("-") - 4]
            head = (f"{indent}- caption: {part}", f"{indent}  numbered: 1", f"{indent}  sections:")
            start = "\n".join((*head, start))
        toc = f"{toc[:end]}\n{start}{name}{toc[end:]}"
    return toc


def part_of(caption):
    """Return the number in a part's caption, "1부. 군집화" or "Part 1. Clustering", or None."""
    match = re.match(r"(\d+)부|Part (\d+)", caption or "")
    return int(match[1] or match[2]) if match else None


def rows(text):
    """Return {number: line} of the tables' rows that begin with a chapter's number and name."""
    found = re.finditer(r"^\| \[?(\d+)\. .*$", text, re.M)
    return {int(match[1]): match[0] for match in found if FILE.search(match[0])}


def add_row(text, number, name, title):
    """Return a text with the chapter's row below that of the chapter before, with gaps to fill."""
    before = max((one for one in rows(text) if one < number), default=None)
    if before is None:
        return text
    line = rows(text)[before]
    old = FILE.search(line)[0]
    first, *cells = line.strip("| ").split(" | ")
    label = f"[{number}. {title}]({name}.ipynb)" if first[0] == "[" else f"{number}. {title}"
    cells = [cell.replace(old, name) if old in cell else GAP for cell in cells]
    return text.replace(line, f"{line}\n| {' | '.join([label, *cells])} |", 1)


def tables(root):
    """Yield (path, language, what to write) of the pages that list the chapters."""
    for pattern, what in TABLES.items():
        both = (SOURCE, TRANSLATION) if "{}" in pattern else ("",)
        for language in both:
            path = root / pattern.format(language)
            if path.exists():
                yield path, language or (SOURCE if ".ko." in pattern else TRANSLATION), what


def new(root, name, titles, parts=(None, None)):
    """Write a chapter's skeletons, its place in _toc.yml and in tables; return the paths written.

    titles, parts: (Korean, English). Raises BookError for a name that is not NN-name or is taken.
    """
    titles = dict(zip((SOURCE, TRANSLATION), titles, strict=True))
    paths = [notebook(root, language, name) for language in titles]
    number = number_of(root, name, paths)
    toc = root / "_toc.yml"
    write_text(toc, add_to_contents(toc.read_text("utf8"), name, parts))
    for path, language in zip(paths, titles, strict=True):
        caption = next(part for part, one in contents(root, language) if one == name)
        part = part_of(caption) or 0
        write_notebook(path, skeleton(language, number, titles, configured(root), part))
    for path, language, _ in tables(root):
        if path.suffix == ".ipynb":
            page = read_notebook(path)
            for cell in page.cells:
                cell.source = add_row(cell.source, number, name, titles[language])
            write_notebook(path, page)
        else:
            write_text(path, add_row(path.read_text("utf8"), number, name, titles[language]))
        paths.append(path)
    return [*paths, toc]


def missing(root):
    """Return where a chapter is not named yet, a line each: file, chapter, what to write."""
    left = []
    for language in (SOURCE, TRANSLATION):
        listed = {name: caption for caption, name in contents(root, language)}
        for path in sorted(folder(root, language).glob("*.ipynb")):
            if path.stem not in listed:
                left.append(f"_toc.yml: list book/{language}/{path.stem}")
            part = part_of(listed.get(path.stem))
            if part and read_notebook(path).metadata["course"]["part"] != part:
                left.append(f"book/{language}/{path.name}: its metadata must say part {part}")
    names = [name for name in chapters(root) if NAME.fullmatch(name) and int(name[:2])]
    for path, _, what in tables(root):
        text = path.read_text("utf8")
        if path.suffix == ".ipynb":
            text = "\n".join(cell.source for cell in read_notebook(path).cells)
        for name in names:
            row = rows(text).get(int(name[:2]), "")
            if {match[0] for match in FILE.finditer(row)} != {name} or GAP in row:
                left.append(f"{path.relative_to(root)}: in the row of {name}, write {what}")
    for name in chapters(root):
        if not list((root / "book/_static/home").glob(f"{name}.*")):
            left.append(f"recipes/home.py: draw {name} in PANELS; then `python -m tools pictures`")
    return left


def main(args, root):
    """Create the chapter and say what to do next."""
    for path in new(root, args.name, args.title, args.part):
        print(f"wrote {path.relative_to(root)}")
    print(f"Write the Korean text, then: python -m tools run {args.name}")
    print("Still to write:", *missing(root), sep="\n- ")
    return 0
