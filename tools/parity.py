"""Compare the Korean and the English pages: the same cells, and the same parts in each of them."""

import re
from dataclasses import dataclass

from tools.book import (
    NAMES,
    SOURCE,
    TRANSLATION,
    BookError,
    chapters,
    folder,
    notebook,
    read_notebook,
)
from tools.markdown import HANGUL, parse
from tools.sync import UNTRANSLATED

# What a numbered caption or exercise is called in the two languages.
KINDS = {
    "그림": "Figure",
    "표": "Table",
    "연습": "Exercise",
    "정의": "Definition",
    "정리": "Theorem",
    "보조정리": "Lemma",
    "명제": "Proposition",
    "알고리즘": "Algorithm",
}
BILINGUAL = {"glossary.md"}  # pages whose English version holds Korean words by design
KOREAN_SPAN = re.compile(r'<span lang="ko">(.*?)</span>')  # which the Korean text does without
LETTERS = re.compile(r'"[가-힣]+"')  # in code: letters as data, not words to be read
WHOLE_PAGE = "(page)"  # stands where a cell's id would, for a page without cells
PROSE = 4  # English words from which on a Korean cell without Hangul counts as untranslated
ARGUMENTS = {"names": NAMES}


@dataclass(frozen=True)
class Finding:
    """One difference: the page (path below book/<language>/), the cell's id, what differs."""

    page: str
    cell: str
    what: str

    def __str__(self):
        """Say it in one line."""
        return f"{self.page}: {self.cell}: {self.what}"


def stray_hangul(text):
    """Return the first Hangul passage of an English text that has no place there, or None.

    Korean may stand in parentheses, after the English term it translates, in code, in an element
    with lang="ko", and as the language's own name, 한국어.
    """
    text = re.sub(r"<(\w+)[^>]*\blang=\"ko\"[^>]*>.*?</\1>", "", text, flags=re.S)
    text = re.sub(r"```.*?```|`[^`]*`|\([^()]*\)|한국어", "", text, flags=re.S)
    found = re.search(r"[ㄱ-ㆎ가-힣][ㄱ-ㆎ가-힣 ]*", text)
    return found and found[0].strip()


def _links(parts):
    """Return link targets, sorted (word order differs), the language's own folder made neutral."""
    neutral = re.compile(rf"(?<![^/])({SOURCE}|{TRANSLATION})/")
    return sorted(neutral.sub("LANGUAGE/", link) for link in parts.links)


def _labels(parts, language):
    """Return numbered captions and exercises, sorted, named in English."""
    english = {name: name for name in KINDS.values()} if language == TRANSLATION else KINDS
    return sorted((english[kind], number) for kind, number in parts.labels if kind in english)


def compare_text(source, translation, bilingual=False):
    """Yield what differs between a Korean and an English text, apart from their words.

    Equations on lines of their own must agree in order; those within a sentence, links and
    captions may change places, as word order does.
    """
    if UNTRANSLATED in translation:
        yield f"not translated yet (marked {UNTRANSLATED})"
        return
    ko, en = parse(source), parse(KOREAN_SPAN.sub(r"\1", translation))
    same = {
        "heading levels": (ko.headings, en.headings),
        "equations": (ko.display, en.display),
        "formulas in the text": (sorted(set(ko.inline)), sorted(set(en.inline))),
        "captions and exercises": (_labels(ko, SOURCE), _labels(en, TRANSLATION)),
        "links": (_links(ko), _links(en)),
        "admonitions": (ko.admonitions, en.admonitions),
        "HTML elements": (ko.html, en.html),
        "code blocks": (ko.fences, en.fences),
        "numbered lists": (ko.lists, en.lists),
    }
    for name, (left, right) in same.items():
        if left != right:
            yield f"{name}: {_difference(left, right)}"
    stray = None if bilingual else stray_hangul(translation)
    if stray:
        yield f"Korean in the English text: {stray[:40]!r}"
    if len(re.findall(r"[A-Za-z]{2,}", en.words)) >= PROSE and not HANGUL.search(ko.words):
        yield "the Korean text has no Korean in it"


def _difference(left, right):
    """Say where two lists first differ, and how long they are if that differs."""
    index = next(
        (i for i, (one, other) in enumerate(zip(left, right, strict=False)) if one != other),
        min(len(left), len(right)),
    )
    one, other = (repr(side[index]) if index < len(side) else "nothing" for side in (left, right))
    count = "" if len(left) == len(right) else f" ({len(left)} in ko, {len(right)} in en)"
    return f"number {index + 1} is {one} in ko, {other} in en{count}"


def compare_cells(ko, en):
    """Yield what differs between two cells of one id."""
    if ko.cell_type != en.cell_type:
        yield f"kind of cell: {ko.cell_type} in ko, {en.cell_type} in en"
        return
    if ko.metadata != en.metadata:
        yield f"tags and other metadata: {dict(ko.metadata)} in ko, {dict(en.metadata)} in en"
    if ko.cell_type == "markdown":
        yield from compare_text(ko.source, en.source)
        return
    if ko.source != en.source:
        yield "code differs"
    if HANGUL.search(LETTERS.sub("", ko.source)):
        yield "Korean in code, which both languages share"
    if ko.get("execution_count") != en.get("execution_count"):
        yield f"execution count: {ko.execution_count} in ko, {en.execution_count} in en"
    if ko.get("outputs") != en.get("outputs"):
        yield "outputs differ"


def compare_notebooks(page, ko, en):
    """Yield the Findings of a chapter, given its two notebooks."""
    ids = [[cell.id for cell in side.cells] for side in (ko, en)]
    if ids[0] != ids[1]:
        for cell_id in (one for one in ids[0] if one not in ids[1]):
            yield Finding(page, cell_id, "only in ko")
        for cell_id in (one for one in ids[1] if one not in ids[0]):
            yield Finding(page, cell_id, "only in en")
        shared = [[one for one in ids[i] if one in ids[1 - i]] for i in (0, 1)]
        if shared[0] != shared[1]:
            yield Finding(page, "(order)", _difference(*shared))
    if ko.metadata != en.metadata:
        yield Finding(page, "(metadata)", "the notebooks' metadata differ")
    english = {cell.id: cell for cell in en.cells}
    for cell in ko.cells:
        if cell.id in english:
            for what in compare_cells(cell, english[cell.id]):
                yield Finding(page, cell.id, what)


def pages(root, language):
    """Return the pages of one language, sorted: paths below its folder."""
    top = folder(root, language)
    return sorted(
        path.relative_to(top).as_posix()
        for pattern in ("**/*.md", "**/*.ipynb")
        for path in top.glob(pattern)
        if not any(part.startswith(".") for part in path.relative_to(top).parts)
    )


def parity(root, names=()):
    """Return the Findings of the named chapters, or of all chapters and pages."""
    findings = []
    if not names:
        ko, en = set(pages(root, SOURCE)), set(pages(root, TRANSLATION))
        findings += [Finding(page, WHOLE_PAGE, "only in ko") for page in sorted(ko - en)]
        findings += [Finding(page, WHOLE_PAGE, "only in en") for page in sorted(en - ko)]
        for page in sorted(ko & en):
            if page.endswith(".md"):
                texts = ((folder(root, one) / page).read_text("utf8") for one in ("ko", "en"))
                found = compare_text(*texts, bilingual=page in BILINGUAL)
                findings += [Finding(page, WHOLE_PAGE, what) for what in found]
    for name in chapters(root, names):
        sides = [notebook(root, language, name) for language in (SOURCE, TRANSLATION)]
        if sides[1].exists():
            findings += compare_notebooks(f"{name}.ipynb", *map(read_notebook, sides))
        elif names:
            raise BookError(f"{sides[1]} does not exist: python -m tools sync {name}")
    return findings


def main(args, root):
    """Print every finding; return 1 if there are any."""
    findings = parity(root, args.names)
    print("\n".join(map(str, findings)) or "The two languages agree.")
    return 1 if findings else 0
