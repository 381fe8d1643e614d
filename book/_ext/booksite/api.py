"""The API page, from the docstrings of course_lib, by Sphinx's autodoc.

Both languages document the same objects, which Sphinx allows only once, so the pages say
`:no-index:`. What that leaves out is added here: an anchor for each object. Field names such as
"Returns" are translated; types are not links. Sphinx imports course_lib from the repository; the
packages that the site does not install are replaced by mocks (`autodoc_mock_imports`).
"""

import re
import sys
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util import inspect

from .languages import language_of
from .words import catalog

REPOSITORY = Path(__file__).resolve().parents[3]
LITERAL = re.compile(r"(`[^`]+`|:\n\n(?:    .*(?:\n|$))+)")  # code, or an indented block
MARKUP = re.compile(r"[*|]|(?<=\w)_(?!\w)")  # in reStructuredText
# Lines that hang below the first one, which reStructuredText takes for a definition list.
HANGING = re.compile(r"^(Source: .*|(?:Returns|Yields):\n(    ).*)((?:\n +\S.*)+)", re.MULTILINE)
BLOCK = "\n\n.. code-block:: text\n\n"
FIELDS = {"Variables": "Attributes"}  # Sphinx's name: ours


def straighten(match):
    """Return a match of HANGING with all lines indented as far as the first one."""
    return match[1] + re.sub(r"\n +", "\n" + (match[2] or ""), match[3])


def escape_docstring(app, what, name, obj, options, lines):
    """Turn a docstring into reStructuredText, in place: its markup is `code` and indentation."""
    text = HANGING.sub(straighten, "\n".join(lines))
    parts = LITERAL.split(text)
    parts[::2] = [MARKUP.sub(r"\\\g<0>", part) for part in parts[::2]]
    parts[1::2] = [
        f"`{part}`" if part[0] == "`" else part.replace("\n\n", BLOCK, 1) for part in parts[1::2]
    ]
    lines[:] = "".join(parts).split("\n")


def skip_tuple_fields(app, what, name, obj, skip, options):
    """Leave out the fields of named tuples that say no more than "Alias for field number 0"."""
    return (obj.__doc__ or "").startswith("Alias for field number") or None


def find_signature(app, what, name, obj, options, signature, returns):
    """Return the signature of a class's `__init__`, which the mock of its base class hides."""
    if what != "class" or signature != "(*args, **kwargs)":
        return None
    app.emit("autodoc-before-process-signature", obj.__init__, True)  # sets the defaults
    found = inspect.signature(obj.__init__, bound_method=True)
    found = inspect.stringify_signature(found, show_annotation=False)
    return ("()" if found == signature else found), returns  # "()": no __init__ of its own


class ApiEntries(SphinxTransform):
    """Give the objects of one page anchors, and its fields names in the page's language."""

    default_priority = 220

    def apply(self, **kwargs):
        """Change the entries of one page."""
        language = language_of(self.config, self.env.docname) or self.config.language
        words = catalog("sphinx", language)
        for signature in self.document.findall(addnodes.desc_signature):
            if "fullname" in signature:  # Sphinx warns of a signature that it cannot parse
                signature["ids"] = [f"{signature['module']}.{signature['fullname']}"]
            for name in signature.parent.findall(nodes.field_name):
                word = FIELDS.get(name.astext(), name.astext())
                name[:] = [nodes.Text(words.gettext(word))]
        for reference in list(self.document.findall(addnodes.pending_xref)):
            if reference["refdomain"] == "py":
                reference.replace_self(reference.children)


def setup(app):
    """Let Sphinx find course_lib, and connect the parts above."""
    if str(REPOSITORY) not in sys.path:
        sys.path.insert(0, str(REPOSITORY))
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", escape_docstring, priority=400)  # before napoleon
    app.setup_extension("sphinx.ext.napoleon")
    app.connect("autodoc-process-signature", find_signature)
    app.connect("autodoc-skip-member", skip_tuple_fields, priority=400)
    app.add_transform(ApiEntries)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
