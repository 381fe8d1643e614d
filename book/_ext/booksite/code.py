"""Code in which only what differs in color is marked.

Pygments marks every name, dot and bracket, 7,000 elements in a long chapter, which a phone takes a
second to lay out. Names and punctuation have the ink of the text here, so they need no mark. The
lexers are Pygments' own; Sphinx's `add_lexer` puts them in its list.
"""

from IPython.lib.lexers import IPython3Lexer
from pygments.lexers.python import PythonLexer
from pygments.token import Name, Operator, Punctuation, Text, Whitespace

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


def setup(app):
    """Use the lexers for the code of notebooks and of listings."""
    for name in ("python", "python3"):
        app.add_lexer(name, QuietPython)
    for name in ("ipython", "ipython3"):
        app.add_lexer(name, QuietIPython)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
