"""The Pretendard typeface, cut down to the characters that stand in the book.

The whole typeface has 14,000 characters in 3 MB; the book needs about 900 of them. When all pages
are written, two files are cut out of it: the Hangul, which English pages need not load, and all
else. Their names hold a checksum of what is inside, so that a build with the same characters
finds them done.
"""

import hashlib
import html
from pathlib import Path

from fontTools import subset
from sphinx.util.logging import getLogger

logger = getLogger(__name__)
SOURCE = "node_modules/pretendard/dist/public/variable/PretendardVariable.ttf"
FOLDER = "_static/pretendard"
HANGUL = "U+1100-11FF, U+3130-318F, U+A960-A97F, U+AC00-D7FF"
OTHERS = "U+0-10FF, U+1200-312F, U+3190-A95F, U+A980-ABFF, U+D800-10FFFF"


def is_hangul(character):
    """Tell whether a character is in the ranges of HANGUL."""
    ends = [part.removeprefix("U+").split("-") for part in HANGUL.split(", ")]
    return any(int(first, 16) <= ord(character) <= int(last, 16) for first, last in ends)


def characters(folder):
    """Return the set of characters in the pages and scripts of a built site."""
    found = set(map(chr, range(0x20, 0x7F)))
    for path in folder.rglob("*.html"):
        found |= set(html.unescape(path.read_text("utf8")))
    for path in folder.glob("_static/words-*.js"):
        found |= set(path.read_text("utf8"))
    return {character for character in found if character.isprintable()}


def cut(source, text, path):
    """Write to `path` the part of the typeface `source` that the characters of `text` need."""
    options = subset.Options(flavor="woff2", hinting=False)
    font = subset.load_font(source, options, lazy=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    subset.save_font(font, path, options)


def face(name, ranges):
    """Return the CSS rule of one file.

    A page whose typeface comes late is shown in the device's own, so that nothing moves under the
    reader's eyes; by the next page it is there.
    """
    return (
        '@font-face { font-family: "Pretendard Variable"; font-weight: 45 920; '
        f'font-display: optional; src: url("{name}") format("woff2"); unicode-range: {ranges}; }}\n'
    )


def write(app, exception):
    """Write the files and the style sheet that names them into the built site."""
    if exception is not None or app.builder.format != "html":
        return
    source, folder = Path(app.srcdir, SOURCE), Path(app.outdir, FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    found = characters(Path(app.outdir))
    hangul = {character for character in found if is_hangul(character)}
    kept, rules = set(), ""
    for name, part, ranges in [("hangul", hangul, HANGUL), ("others", found - hangul, OTHERS)]:
        text = "".join(sorted(part))
        inside = text.encode() + source.stat().st_size.to_bytes(8, "big")
        path = folder / f"{name}-{hashlib.sha256(inside).hexdigest()[:12]}.woff2"
        if not path.exists():
            cut(source, text, path)
        kept.add(path)
        rules += face(path.name, ranges)
    (folder / "pretendard.css").write_text(rules, "utf8")
    for path in set(folder.glob("*.woff2")) - kept:
        path.unlink()


def setup(app):
    """Cut the typeface when the pages are written."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
