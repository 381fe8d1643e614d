"""A prediction stands out from the text: a paragraph that begins with **Prediction.** is a card.

No extension knows what a prediction is. The word at its beginning is in both languages part of the
text, so that Colab and GitHub show it as well.
"""

from docutils import nodes
from sphinx.transforms import SphinxTransform

WORDS = ("Prediction.", "예측.")


class Predictions(SphinxTransform):
    """Mark the predictions of one page."""

    default_priority = 215

    def apply(self, **kwargs):
        """Give paragraphs that begin with the word in bold their class."""
        for paragraph in self.document.findall(nodes.paragraph):
            first = next((child for child in paragraph if child.astext()), None)
            if isinstance(first, nodes.strong) and first.astext() in WORDS:
                paragraph["classes"].append("prediction")


def setup(app):
    """Register the transform."""
    app.add_transform(Predictions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
