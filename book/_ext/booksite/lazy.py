"""A page says how high its sections, code and formulas will be, so that far ones can wait.

Laying out a whole chapter with its formulas takes a phone more than a second. The style sheet has
the browser skip what is far from the window (`content-visibility: auto`); what is written here
keeps its place. A block of code has its number of lines and a formula the height that MathJax knows
(see equations), both exact; both can be reached by Tab until site.js knows that they don't scroll.
The height of a section is an estimate, for a phone and for a wide window, and rather too large:
what sticks out of a section that is skipped lies over the next one. A section with a table or a
definition list has none, and is laid out at once.
"""

import math
import re
from html.parser import HTMLParser
from unicodedata import east_asian_width

CODE = re.compile(r'<div class="highlight"><pre>(?P<code>.*?)</pre>', re.DOTALL)
PLAIN = re.compile(r'<span class="[pw]">([^<]*)</span>')  # punctuation and space: as the text
SECTION = re.compile(r'<section id="(?P<anchor>[^"]+)"')

# Pixels. Widths of a paragraph in windows of 390 and 1280; what blocks have around their lines.
WIDTHS = {"phone": 358, "wide": 688}
LETTER, HANGUL, LINE, CODE_LINE, FORMULA_EM = 8.2, 14, 28.8, 20.6, 17.6
AROUND = {"p": 18, "li": 8, "h2": 65, "h3": 52, "h4": 40, "pre": 40, "details": 80}
BLOCKS = {*AROUND, "div", "section", "ul", "ol"}
MARGIN = 1.15


def line_count(code):
    """Return the number of lines of a block of code."""
    return code.removesuffix("\n").count("\n") + 1


class Ruler(HTMLParser):
    """Estimates `heights`: {anchor of a section of the second level: {name of WIDTHS: px}}."""

    def __init__(self, html):
        super().__init__()
        self.heights = {}
        self.sections = []  # the open ones, outermost first
        self.folded = 0  # details that are open
        self.text = ""  # since the last block
        self.code = None  # the text of the <pre> that is open
        self.formula = False  # within a display's text for screen readers
        self.feed(html)

    def add(self, height):
        """Count a height: px, or a function from the width to px."""
        if len(self.sections) < 2 or self.folded:
            return
        found = self.heights.setdefault(self.sections[1], dict.fromkeys(WIDTHS, 0))
        for name, width in WIDTHS.items():
            found[name] += height(width) if callable(height) else height

    def end_lines(self):
        """Count the text since the last block, in lines."""
        text, self.text = " ".join(self.text.split()), ""
        length = sum(HANGUL if east_asian_width(c) in "WF" else LETTER for c in text)
        self.add(lambda width: LINE * -(-length // width))

    def handle_starttag(self, tag, attrs):
        """Count what a tag brings with it."""
        attributes = dict(attrs)
        if tag in BLOCKS:
            self.end_lines()
        if tag == "section":
            self.sections.append(attributes["id"])
        self.add(AROUND.get(tag, 0))
        if tag == "details":
            self.folded += 1
        elif tag == "pre":
            self.code = ""
        elif tag in ("table", "dl"):  # a dl is an entry of the API page
            self.add(math.inf)
        elif tag == "mjx-assistive-mml":
            self.formula = attributes.get("display") == "block"
        elif tag == "img" and "height" in attributes:
            wide, high = float(attributes["width"]), float(attributes["height"])
            self.add(lambda width: high * min(1, width / wide))
        elif found := re.search(r"--height: ([\d.]+)", attributes.get("style", "")):
            self.add(FORMULA_EM * (1 + float(found[1])))

    def handle_data(self, data):
        """Gather text."""
        if self.code is not None:
            self.code += data
        elif not self.formula:
            self.text += data

    def handle_endtag(self, tag):
        """Count what has come to its end."""
        if tag in BLOCKS:
            self.end_lines()
        if tag == "section":
            self.sections.pop()
        elif tag == "details":
            self.folded -= 1
        elif tag == "pre":
            self.add(CODE_LINE * line_count(self.code))
            self.code = None
        elif tag == "mjx-assistive-mml":
            self.formula = False


def with_heights(body):
    """Return the HTML of a page with the heights of its code and its sections, and fewer tags."""
    heights = Ruler(body).heights

    def section(match):
        found = heights.get(match["anchor"], {})
        if not found or math.inf in found.values():
            return match[0]
        style = "; ".join(f"--{name}: {MARGIN * px:.0f}px" for name, px in found.items())
        return f'{match[0]} style="{style}"'

    def code(match):
        text, lines = PLAIN.sub(r"\1", match["code"]), line_count(match["code"])
        return f'<div class="highlight"><pre tabindex="0" style="--lines: {lines}">{text}</pre>'

    return CODE.sub(code, SECTION.sub(section, body))


def measure(app, page, template, context, doctree):
    """Write the heights to a page."""
    if doctree is not None:
        context["body"] = with_heights(context["body"])


def setup(app):
    """Measure when a page has been written."""
    app.connect("html-page-context", measure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
