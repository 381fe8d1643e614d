r"""Display equations reach MathJax as they were written.

Sphinx wraps an equation that has line breaks into `split`, in which \tag is an error. Equations
here say themselves what they are (`aligned`, `\tag{1.2}`), as Colab needs, so nothing is added.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

# Environments that are displays of their own and stand outside \[ \].
OUTER = re.compile(r"\s*\\begin\{(align|alignat|equation|flalign|gather|multline)\*?\}")


class PlainEquations(SphinxPostTransform):
    r"""Put an equation between \[ and \] and tell Sphinx to leave it alone."""

    default_priority = 400
    formats = ("html",)

    def run(self):
        """Rewrite the display equations of one page."""
        for node in self.document.findall(nodes.math_block):
            source = node.astext()
            node["nowrap"] = True
            if not OUTER.match(source):
                node.clear()
                node += nodes.Text(rf"\[{source}\]")


def setup(app):
    """Register the transform."""
    app.add_post_transform(PlainEquations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
