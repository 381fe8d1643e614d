"""The machinery of a page is folded: code that only draws or only prepares waits for a click.

A cell that draws a figure and defines nothing shows the figure and its caption first, below them
what it printed and a line that opens its code. Cells of imports and nothing else are one line, too.
The tag `open` keeps a cell as it is, `plot` folds one that defines something, too. myst-nb's
own tags hide code above its output, between text and figure, and have to be set on each cell.
"""

import ast
import re

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from .languages import language_of
from .words import catalog

logger = logging.getLogger(__name__)
DEFINES = (ast.FunctionDef, ast.ClassDef)
PREPARES = (ast.Import, ast.ImportFrom, ast.Try, ast.Expr, ast.Assign, ast.With, ast.Pass)


class folded(nodes.General, nodes.Element):
    """Code behind a line that says what it is."""


def visit_folded(self, node):
    """Open the <details>."""
    kind = " ".join(["folded", node.get("kind", "")]).strip()
    self.body.append(f'<details class="{kind}"><summary>{self.encode(node["title"])}</summary>\n')


def depart_folded(self, node):
    """Close the <details>."""
    self.body.append("</details>\n")


def statements(source):
    """Return the statements of a cell, its magic lines left out; none of what is not Python."""
    try:
        return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)).body
    except SyntaxError as error:
        logger.warning("the code of a cell is not Python: %s", error)
        return []


def only_draws(source):
    """Tell whether a cell that draws a figure defines nothing that the text may go on with."""
    return not any(isinstance(one, DEFINES) for one in statements(source))


def only_prepares(source):
    """Tell whether a cell imports, and at most sets something up besides."""
    body = statements(source)
    imports = [one for one in body if isinstance(one, ast.Import | ast.ImportFrom | ast.Try)]
    return bool(imports) and all(isinstance(one, PREPARES) for one in body)


class Folding(SphinxTransform):
    """Fold the cells of one page."""

    default_priority = 225  # after figures have found their captions, before terms are linked

    def apply(self, **kwargs):
        """Move the code of a figure below its caption, and what prepares behind a line."""
        language = language_of(self.config, self.env.docname)
        if language is None:
            return
        words = catalog("sphinx", language)
        for code in list(self.document.findall(nodes.literal_block)):
            if code.astext().startswith("#@title"):  # Colab's, which shows it above the cell
                rest = code.astext().partition("\n")[2]
                code.replace_self(nodes.literal_block(rest, rest, **code.attributes))
        for cell in list(self.document.findall(nodes.container)):
            if cell.get("nb_element") != "cell_code":
                continue
            parts = {part.get("nb_element"): part for part in cell.findall(nodes.container)}
            code, output = parts.get("cell_code_source"), parts.get("cell_code_output")
            if output is not None:  # a figure comes last, so that its caption follows it
                output.children.sort(key=lambda part: any(part.findall(nodes.image)))
            if code is None or cell.get("hide_mode") or "tag_open" in cell["classes"]:
                continue
            if output is None and only_prepares(code.astext()):
                self.fold_setup(cell, code, words.gettext("Setup"))
            elif not list(cell.findall(nodes.image)):
                continue
            elif "tag_plot" in cell["classes"] or only_draws(code.astext()):
                self.fold_drawing(cell, code, output, words.gettext("The code that drew this"))

    def fold_setup(self, cell, code, title):
        """Fold the code where it stands, or into the line above if that is setup, too."""
        before = cell.parent[cell.parent.index(cell) - 1]
        if list(before.findall(folded)):
            before[0] += code
            cell.parent.remove(cell)
        else:
            details = folded("", title=title)
            code.replace_self(details)
            details += code

    def fold_drawing(self, cell, code, output, title):
        """Move the code, and above it what was printed, below the caption."""
        caption = cell.next_node(siblings=True, descend=False)
        cell.remove(code)
        printed = [part for part in output if not list(part.findall(nodes.image))]
        below = []
        if printed:
            box = output.copy()
            for part in printed:
                output.remove(part)
                box += part
            below.append(cell.copy())
            below[0]["classes"].append("drawn")
            below[0] += box
        inner = cell.copy()
        inner += code
        below.append(folded("", inner, title=title, classes=["drawn"]))
        place = caption.parent.index(caption) + 1
        caption.parent[place:place] = below


def setup(app):
    """Register the transform and the node."""
    app.add_node(folded, html=(visit_folded, depart_folded))
    app.add_transform(Folding)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
