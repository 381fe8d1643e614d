"""What a page or a markdown cell consists of, apart from its words."""

import re
from dataclasses import dataclass

HANGUL = re.compile(r"[ㄱ-ㆎ가-힣]")

_FENCE = re.compile(
    r"^(?P<fence>`{3,}|~{3,}|:{3,})(?P<info>.*)\n(?P<body>(?:.*\n)*?)(?P=fence)[ ]*$", re.M
)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_DISPLAY = re.compile(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$", re.S)
_INLINE = re.compile(r"(?<![\\$])\$(?![\s$])((?:[^$\\]|\\.)+?)(?<!\s)\$(?!\d)", re.S)
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*$", re.M)
_TARGET = re.compile(r"\]\(\s*<?((?:[^()\s<>]|\([^()\s]*\))+)|\b(?:href|src)=\"([^\"]+)\"")
_AUTOLINK = re.compile(r"<(https?://[^>\s]+)>")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_NUMBERED = re.compile(r"(?P<kind>[^\d*]*?)\s*(?P<number>P\.\d+|\d+(?:\.\d+)*)\b")  # P: the primer
_TAG = re.compile(r"<(/?[a-zA-Z][\w-]*)\b([^>]*)>")
_DATA = re.compile(r"\bdata-[\w-]+=\"[^\"]*\"")
_PREDICT = re.compile(r"<div class=\"predict\".*?</div>", re.S)
_CHOICE = re.compile(r"^\d+\. ", re.M)
_CLASS = re.compile(r"class=\"([^\"]+)\"")
_WORDS = re.compile(r"\\(text\w{0,2}|mbox)\{((?:[^{}]|\{[^{}]*\})*)\}")


@dataclass
class Parts:
    """The parts of one text, in the order in which they stand.

    headings: levels, 1 to 6. display, inline: LaTeX bodies, the contents of ``\\text{}`` removed.
    labels: (kind, number) of bold captions and of headings, as ("Figure", "1.3").
    links: targets of links and images. admonitions: class names or directive names.
    html: other HTML tags with their data, and how many choices a prediction has.
    fences: the info strings of fenced code blocks. words: what is left.
    """

    headings: list
    display: list
    inline: list
    labels: list
    links: list
    admonitions: list
    html: list
    fences: list
    words: str


def parse(text):
    """Return the Parts of a markdown text."""
    text = _COMMENT.sub("", text.replace("\r\n", "\n"))
    admonitions, fences = [], []

    def fence(match):
        info = match["info"].strip()
        directive = re.fullmatch(r"\{([\w-]+)\}.*", info)
        if directive and not directive[1].startswith("code"):
            admonitions.append(directive[1])
            return match["body"]
        fences.append(info)
        return ""

    text = _FENCE.sub(fence, text)
    display = []

    def equation(found):
        def keep(match):
            found.append(_WORDS.sub(r"\\\1{}", match[1]))
            return " "

        return keep

    text = _DISPLAY.sub(equation(display), text)
    text = _CODE.sub(" ", text)
    inline = []
    text = _INLINE.sub(equation(inline), text)
    headings = _HEADING.findall(text)
    captions = [match[1] for match in _BOLD.finditer(text)] + [title for _, title in headings]
    links = [one or other for one, other in _TARGET.findall(text)] + _AUTOLINK.findall(text)
    html = []
    for tag, attributes in _TAG.findall(_AUTOLINK.sub("", text)):
        name = _CLASS.search(attributes)
        if name and "admonition" in name[1].split():
            admonitions.append(name[1])
        else:
            html.append(" ".join([tag, *_DATA.findall(attributes)]))
    html += [f"{len(_CHOICE.findall(one))} choices" for one in _PREDICT.findall(text)]
    numbered = filter(None, map(_NUMBERED.match, captions))
    words = _TAG.sub(" ", _AUTOLINK.sub(" ", re.sub(r"\]\([^)]*\)", "]", text)))
    return Parts(
        headings=[len(marks) for marks, _ in headings],
        display=display,
        inline=inline,
        labels=[(match["kind"].strip(), match["number"]) for match in numbered],
        links=links,
        admonitions=admonitions,
        html=html,
        fences=fences,
        words=words,
    )
