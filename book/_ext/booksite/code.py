"""Code in which only what differs in color is marked, and which says how many lines it has.

Pygments marks every name, dot and bracket, 7,000 elements in a long chapter, which a phone takes a
second to lay out. Names and punctuation have the ink of the text here, so they need no mark. The
lexers are Pygments' own; Sphinx's `add_lexer` puts them in its list.

By its number of lines, the height of code that is far from a phone's window is known, and a browser
skips it until it is near.
"""

from pathlib import Path

from docutils import nodes
from IPython.lib.lexers import IPython3Lexer
from pygments.lexers.python import PythonLexer
from pygments.token import Name, Operator, Punctuation, Text, Whitespace
from sphinx.transforms.post_transforms import SphinxPostTransform

UNMARKED = {
    Name,
    Name.Builtin,
    Name.Builtin.Pseudo,
    Name.Namespace,
    Operator,
    Punctuation,
    Whitespace,
}


class Quiet:
    """A lexer, mixed in before another one, whose names and signs are plain text."""

    def get_tokens_unprocessed(self, text, *args, **kwargs):
        """Yield (index, token, value) as the other lexer does, without the marks."""
        for index, token, value in super().get_tokens_unprocessed(text, *args, **kwargs):
            yield index, Text if token in UNMARKED else token, value


class QuietPython(Quiet, PythonLexer):
    """Python."""


class QuietIPython(Quiet, IPython3Lexer):
    """Python with the commands of a notebook, such as %pip."""


MOST = 200  # lines; longer code is laid out at once


class Lines(SphinxPostTransform):
    """Give each block of code or of printed output a class by its number of lines."""

    default_priority = 900  # after the outputs of cells have been chosen
    formats = ("html",)

    def run(self, **kwargs):
        """Add the classes of one page."""
        for block in self.document.findall(nodes.literal_block):
            number = len(block.astext().rstrip("\n").split("\n"))
            if number <= MOST:
                block["classes"].append(f"lines-{number}")


def write_lines(app, env):
    """Write the style sheet in which the classes are numbers; unused ones are left out later."""
    if app.builder.format == "html":
        sheet = Path(app.outdir, "_static/lines.css")
        sheet.parent.mkdir(parents=True, exist_ok=True)
        rules = [f".lines-{number} {{ --lines: {number} }}\n" for number in range(1, MOST + 1)]
        sheet.write_text("".join(rules), "utf8")


def setup(app):
    """Use the lexers for the code of notebooks and of listings, and count lines."""
    for name in ("python", "python3"):
        app.add_lexer(name, QuietPython)
    for name in ("ipython", "ipython3"):
        app.add_lexer(name, QuietIPython)
    app.add_post_transform(Lines)
    app.connect("env-updated", write_lines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
