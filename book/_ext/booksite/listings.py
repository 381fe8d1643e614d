"""Source that a chapter prints has a title bar with its file in place of the call that printed it.

A cell that does nothing but `show_source(train_gan)` is, on the page, the source of `train_gan`
under the words course_lib/gan.py. Where a name comes from is read off the page's imports. Sphinx's
literalinclude would need a directive and line numbers, which Colab and GitHub cannot follow.
"""

import ast
from pathlib import Path

from docutils import nodes
from sphinx.transforms import SphinxTransform

from .folding import statements
from .languages import language_of


def imports(bodies):
    """Return {name: module} of the imports among statements of several cells."""
    found = {}
    for statement in (one for body in bodies for one in body):
        if isinstance(statement, ast.ImportFrom) and statement.module:
            for name in statement.names:
                found[name.asname or name.name] = f"{statement.module}.{name.name}"
    return found


def shown(body):
    """Return the expressions that a cell of nothing but `show_source(...)` prints, or None."""
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        return None
    call = body[0].value
    named = isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    return call.args if named and call.func.id == "show_source" else None


def title(expressions, known, root):
    """Return the title of a listing: files in the folder `root`, and what of them is shown."""
    names = [ast.unparse(one) for one in expressions]
    files = []
    for name in names:
        first, _, rest = name.partition(".")
        parts = [*known.get(first, first).split("."), *rest.split(".")]
        paths = ["/".join(parts[:length]) + ".py" for length in range(len(parts), 0, -1)]
        files.append(next((path for path in paths if (root / path).is_file()), ""))
    what = ", ".join(name.split(".")[-1] for name in names)
    return f"{', '.join(dict.fromkeys(files))} · {what}" if all(files) else what


class Listings(SphinxTransform):
    """Give the listings of one page their title bars."""

    default_priority = 223  # before machinery is folded

    def apply(self, **kwargs):
        """Put a title in place of the calls of show_source."""
        if language_of(self.config, self.env.docname) is None:
            return
        cells = []
        for cell in list(self.document.findall(nodes.container)):
            if cell.get("nb_element") != "cell_code" or cell.get("hide_mode"):
                continue
            parts = {part.get("nb_element"): part for part in cell.findall(nodes.container)}
            if "cell_code_source" in parts:
                code = parts["cell_code_source"]
                cells.append((cell, code, statements(code.astext())))
        root = Path(self.env.srcdir)
        known = imports(body for _, _, body in cells)
        for cell, code, body in cells:
            if (expressions := shown(body)) is not None and len(cell) > 1:
                words = title(expressions, known, root)
                bar = nodes.paragraph("", words, classes=["listing-title"])
                code.replace_self(bar)
                cell["classes"].append("listing")


def setup(app):
    """Register the transform."""
    app.add_transform(Listings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
