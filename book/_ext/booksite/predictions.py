"""Predictions: a paragraph that begins with **Prediction.** is a card, and it may take an answer.

A notebook says <div class="predict" data-answer="2"> around the paragraph and a list of choices,
of which the second is right. With data-output="in (\\d+) of" in place of it, the answer is a number
that the next cell prints: the first group of the expression, looked up when the site is built, so
that it cannot go stale. Right is then the choice nearest to it; without a list the reader types a
number. predict.js takes the answer. On Colab and GitHub the paragraph and the list read as they
are. No extension knows what a prediction is.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)
WORDS = ("Prediction.", "예측.")
OPEN = re.compile(r'<div class="predict" data-(answer|output)="([^"]*)">')
NUMBER = re.compile(r"[-−]?\d+(?:[,.]\d+)*")


def number(text):
    """Return the first number of a text, or None: 1,000 is a thousand, − is a minus."""
    found = NUMBER.search(text)
    return float(found[0].replace(",", "").replace("−", "-")) if found else None


def printed(path):
    """Yield for each place of a prediction in a notebook what the next code cell prints."""
    cells = json.loads(Path(path).read_text("utf8"))["cells"]
    for index, cell in enumerate(cells):
        if cell["cell_type"] == "markdown":
            after = next((one for one in cells[index:] if one["cell_type"] == "code"), {})
            text = "\n".join("".join(one.get("text", "")) for one in after.get("outputs", []))
            yield from [text] * len(OPEN.findall("".join(cell["source"])))


def truth(kind, value, text, choices):
    """Return {"right": index from 0} or {"value": number}, or both; ValueError says what is wrong.

    kind, value: "answer" and a number from 1, or "output" and an expression.
    text: what the next cell prints. choices: the texts of the list.
    """
    if kind == "answer":
        if not value.isdecimal() or not 1 <= int(value) <= len(choices):
            raise ValueError(f"answer {value!r} is none of the {len(choices)} choices")
        return {"right": int(value) - 1}
    found = re.search(value, text)
    if not found or number(found[1]) is None:
        raise ValueError(f"the next cell prints nothing like {value!r}")
    about = {"value": number(found[1])}
    if choices:
        far = [abs((number(choice) or 0) - about["value"]) for choice in choices]
        if None in map(number, choices) or far.count(min(far)) > 1:
            raise ValueError(f"not one of the choices is nearest to {about['value']}: {choices}")
        about["right"] = far.index(min(far))
    return about


class Predictions(SphinxTransform):
    """Mark the predictions of one page, and write the answers of those that take one."""

    default_priority = 215

    def apply(self, **kwargs):
        """Give paragraphs that begin with the word in bold their class, and places the truth."""
        for paragraph in self.document.findall(nodes.paragraph):
            first = next((child for child in paragraph if child.astext()), None)
            if isinstance(first, nodes.strong) and first.astext() in WORDS:
                paragraph["classes"].append("prediction")
        places = [raw for raw in self.document.findall(nodes.raw) if OPEN.search(raw.astext())]
        if not places:
            return
        texts = printed(self.env.doc2path(self.env.docname))
        for place, text in zip(places, texts, strict=True):
            inside = place.parent[place.parent.index(place) + 1 :]
            lists = [one for one in inside[:2] if isinstance(one, nodes.Sequential)]
            choices = [item.astext() for one in lists for item in one]
            for one in lists:
                one["classes"].append("choices")  # they become buttons: no links in them
            kind, value = OPEN.search(place.astext()).groups()
            try:
                about = truth(kind, value, text, choices)
            except ValueError as error:
                logger.warning("a prediction: %s", error, location=place)
                continue
            data = "".join(f' data-{key}="{one:g}"' for key, one in about.items())
            opened = f'<div class="predict"{data}>'
            place.replace_self(nodes.raw("", opened, format="html"))


def setup(app):
    """Register the transform."""
    app.add_transform(Predictions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
