"""Tell what a page or a markdown cell consists of, apart from its words, as the site reads it."""

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

READER = MarkdownIt("commonmark").enable("table").use(colon_fence_plugin)
READER.use(dollarmath_plugin, double_inline=True)

HANGUL = re.compile(r"[ㄱ-ㆎ가-힣]")
COMMENT = re.compile(r"<!--.*?-->", re.S)
DIRECTIVE = re.compile(r"\{([\w-]+)\}")
NUMBERED = re.compile(r"([^\d*]*?)\s*(P\.\d+|\d+(?:\.\d+)*)\b")  # P: the primer
TAG = re.compile(r"<(/?[a-zA-Z][\w-]*)\b([^>]*)>")
ATTRIBUTE = re.compile(r"\b(class|href|src|data-[\w-]+)=\"([^\"]*)\"")
WORDS = re.compile(r"\\(text\w{0,2}|mbox)\{((?:[^{}]|\{[^{}]*\})*)\}")


@dataclass
class Parts:
    """The parts of one text, in the order in which they stand.

    headings: levels, 1 to 6. display, inline: LaTeX bodies, the contents of ``\\text{}`` removed.
    labels: (kind, number) of bold captions and of headings, as ("Figure", "1.3").
    links: targets of links and images. admonitions: class names or directive names.
    html: other HTML tags with their data. lists: how many items a numbered list has.
    fences: the info strings of fenced code blocks. words: what is left.
    """

    headings: list = field(default_factory=list)
    display: list = field(default_factory=list)
    inline: list = field(default_factory=list)
    labels: list = field(default_factory=list)
    links: list = field(default_factory=list)
    admonitions: list = field(default_factory=list)
    html: list = field(default_factory=list)
    lists: list = field(default_factory=list)
    fences: list = field(default_factory=list)
    words: str = ""

    def read(self, text):
        """Add the parts of a markdown text."""
        for node in SyntaxTreeNode(READER.parse(COMMENT.sub("", text))).walk():
            if node.type == "heading":
                self.headings.append(int(node.tag[1]))
            if node.type in ("heading", "strong"):
                said = "".join(one.content for one in node.walk() if one.type == "text")
                if label := NUMBERED.match(said):
                    self.labels.append((label[1].strip(), label[2]))
            elif node.type in ("link", "image"):
                self.links.append(node.attrs["href" if node.type == "link" else "src"])
            elif node.type == "ordered_list":
                self.lists.append(len(node.children))
            elif node.type in ("math_block", "math_inline_double"):
                self.display.append(WORDS.sub(r"\\\1{}", node.content))
            elif node.type == "math_inline":
                self.inline.append(WORDS.sub(r"\\\1{}", node.content))
            elif node.type in ("fence", "colon_fence"):
                self.read_fence(node.info.strip(), node.content)
            elif node.type in ("html_block", "html_inline"):
                self.read_html(node.content)
            elif node.type == "text":
                self.words += f"{node.content} "

    def read_fence(self, info, content):
        """Add a block of code, or the parts of what a directive holds."""
        directive = DIRECTIVE.match(info)
        if directive and not directive[1].startswith("code"):
            self.admonitions.append(directive[1])
            self.read(content)
        else:
            self.fences.append(info)

    def read_html(self, content):
        """Add the tags of a piece of HTML, and the parts of what stands between them."""
        for tag, attributes in TAG.findall(content):
            found = dict(ATTRIBUTE.findall(attributes))
            self.links += [found[name] for name in ("href", "src") if name in found]
            if "admonition" in found.get("class", "").split():
                self.admonitions.append(found["class"])
            else:
                data = [f"{name}={found[name]}" for name in found if name.startswith("data-")]
                self.html.append(" ".join([tag, *data]))
        between = TAG.sub(" ", content)
        if between != content:
            self.read(between)


def parse(text):
    """Return the Parts of a markdown text."""
    parts = Parts()
    parts.read(text)
    return parts
