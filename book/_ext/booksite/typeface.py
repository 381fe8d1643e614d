"""The typefaces, cut down to the characters that are in the book.

Pretendard has 14,000 characters in 3 MB, from hair-thin to black; the book needs about 900 of them,
from regular to bold. When all pages are written, two files are cut out of it: the Hangul, which
pages without it need not load, and all else. The same is done to Gowun Batang, a serif, with what
stands in headings. MathJax's typefaces keep what stands in formulas. A checksum of all that makes a
file lies beside it, so that a build with the same characters finds it done; the name says nothing
of it, as pages are written before all characters are known, and ask for the files by name. Packages
that cut a typeface beforehand cannot know the book's characters.

A phone is sent none of them: they are a third of what a page weighs, and come after the text has
been shown in the device's own typeface, or change it under the reader's eyes. What is a phone says
the size of its screen, not of the window: so it is the same on every page of every visit, however
the phone is turned, and nothing needs to be stored. A device without Hangul is the exception: it
would show boxes, so it is sent the files and waits for them (typeface.js).
"""

import base64
import hashlib
import html
import re
from pathlib import Path

import fontTools
from fontTools import subset
from fontTools.varLib.instancer import instantiateVariableFont

FAMILIES = {  # by the names of the files: the family's name and its source
    "pretendard": (
        "Pretendard Variable",
        "node_modules/pretendard/dist/public/variable/PretendardVariable.ttf",
    ),
    "gowun": (
        "Gowun Batang",
        "node_modules/@expo-google-fonts/gowun-batang/700Bold/GowunBatang_700Bold.ttf",
    ),
}
PHONES = Path(__file__).with_name("typeface.js")
LARGE = "(min-device-width: 600px) and (min-device-height: 600px)"  # no phone; see site.css
FOLDER = "_static/typefaces"
SENT = "Pretendard Sent"  # the same, by the name that a device without Hangul waits for
WEIGHTS = 400, 750  # the least and the most that a style sheet asks for
FEATURES = ["kern", "ccmp", "locl", "mark", "mkmk"]  # none that puts other signs for those written
MATH_SOURCE = "node_modules/mathjax/es5/output/chtml/fonts/woff-v2"
MATH_SHEET = "_static/mathjax/formulas.css"
BEFORE_ALL = "MathJax_Zero"  # half a kB; every letter waits for it, and the page is laid out anew
HANGUL = "U+1100-11FF, U+3130-318F, U+A960-A97F, U+AC00-D7FF"
LETTER = re.compile("[" + re.sub(r"U\+(\w+)-(\w+),? ?", r"\\u\1-\\u\2", HANGUL) + "]")
OTHERS = "U+0-10FF, U+1200-312F, U+3190-A95F, U+A980-ABFF, U+D800-10FFFF"


def is_hangul(character):
    """Tell whether a character is in the ranges of HANGUL."""
    return bool(LETTER.fullmatch(character))


def characters(folder):
    """Return the set of characters in the pages, scripts and own sheet of a built site."""
    found = set(map(chr, range(0x20, 0x7F)))
    for path in folder.rglob("*.html"):
        found |= set(html.unescape(path.read_text("utf8")))
    for name in ("words-*.js", "live/*.js", "site.css"):
        for path in folder.glob(f"_static/{name}"):
            found |= set(path.read_text("utf8"))
    return {character for character in found if character.isprintable()}


def in_headings(env):
    """Return the set of characters in the titles of chapters and sections, and in their numbers."""
    text = "0123456789." + "".join(contents.astext() for contents in env.tocs.values())
    return {character for character in text if character.isprintable()}


def cut(source, found, path):
    """Write to `path` the part of a typeface that a set of characters needs."""
    text, code = "".join(sorted(found)), Path(__file__).read_text("utf8")
    recipe = f"{text} {source.stat().st_size} {fontTools.version} {code}"
    checksum, note = hashlib.sha256(recipe.encode()).hexdigest(), path.with_suffix(".recipe")
    if path.exists() and note.exists() and note.read_text("ascii") == checksum:
        return
    options = subset.Options(flavor="woff2", hinting=False, layout_features=FEATURES)
    font = subset.load_font(source, options, lazy=True)
    subsetter = subset.Subsetter(options)
    known = set(font.getBestCmap())
    needed = set(map(ord, text)) & known or {max(known)}  # browsers refuse a file without shapes
    subsetter.populate(unicodes=needed)
    subsetter.subset(font)
    if "fvar" in font:
        instantiateVariableFont(font, {"wght": WEIGHTS}, inplace=True)
    subset.save_font(font, path, options)
    note.write_text(checksum, "ascii")


def face(family, name, ranges, display="optional"):
    """Return the CSS rule of one file.

    A page whose typeface comes late is shown in the device's own, so that nothing moves under the
    reader's eyes ("optional"). Screens larger than a phone's ask for it at once (see offer).
    """
    least, most = WEIGHTS
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: {least} {most}; '
        f'font-display: {display}; src: url("{name}") format("woff2"); '
        f"unicode-range: {ranges}; }}\n"
    )


def offer(app, page, template, context, doctree):
    """Tell the templates which typefaces a page asks for at once, and the script of phones.

    Those of Hangul are for pages in Korean and for others with more Hangul than a few words.
    """
    if not page.startswith(("book/", "search-")):
        return
    reads_hangul = context["language"] == "ko" or len(LETTER.findall(context.get("body", ""))) > 100
    context["typefaces"] = [
        f"{FOLDER}/{family}-{part}.woff2"
        for part in (["hangul", "others"] if reads_hangul else ["others"])
        for family in FAMILIES
    ]
    context["large_screens"], context["phones"] = LARGE, PHONES.read_text("utf8")


def write(app, exception):
    """Write the files and the style sheet that names them into the built site."""
    if exception is not None or app.builder.format != "html":
        return
    folder, root = Path(app.outdir, FOLDER), Path(app.srcdir)
    folder.mkdir(parents=True, exist_ok=True)
    kept, rules = set(), ""
    written = {"pretendard": characters(Path(app.outdir)), "gowun": in_headings(app.env)}
    for name, (family, source) in FAMILIES.items():
        hangul = {character for character in written[name] if is_hangul(character)}
        parts = [("hangul", hangul, HANGUL), ("others", written[name] - hangul, OTHERS)]
        for part, found, ranges in parts:
            path = folder / f"{name}-{part}.woff2"
            cut(root / source, found, path)
            kept.add(path)
            rules += face(family, path.name, ranges)
            if name == "pretendard":
                rules += face(SENT, path.name, ranges, "block")
    (folder / "typefaces.css").write_text(rules, "utf8")
    kept |= write_math(Path(app.srcdir, MATH_SOURCE), Path(app.outdir, MATH_SHEET))
    for path in {*folder.glob("*.woff2"), *Path(app.outdir, MATH_SHEET).parent.glob("*.woff2")}:
        if path not in kept:
            path.unlink()


def write_math(source, sheet):
    """Write what the formulas need of MathJax's typefaces and name it in their style sheet."""
    css = sheet.read_text("utf8")
    drawn = " ".join(re.findall(r'content: "([^"]*)"', css))
    found = {chr(int(code, 16)) for code in re.findall(r"\\([0-9A-F]+)", drawn)}
    found |= set(re.sub(r"\\[0-9A-F]+ ?", "", drawn))
    folder, kept = sheet.parent, set()

    def address(match):
        path = folder / f"{match[1]}.woff2"
        cut(source / f"{match[1]}.woff", found, path)
        if match[1] == BEFORE_ALL:
            data = base64.b64encode(path.read_bytes()).decode()
            return f'url("data:font/woff2;base64,{data}") format("woff2")'
        kept.add(path)
        return f'url("{path.name}") format("woff2")'

    css = re.sub(r'url\("fonts/([\w-]+)\.woff"\) format\("woff"\)', address, css)
    sheet.write_text(css, "utf8")
    return kept


def setup(app):
    """Have pages ask for the typefaces, and cut these when the pages are written."""
    app.connect("html-page-context", offer, priority=900)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
