"""The references page, from references.bib.

The directive `references` lists every entry of the file. An entry's anchor is its key, so that
`[Lloyd (1982)](references.md#lloyd1982)` links to it from any page of the same language.
sphinxcontrib-bibtex numbers what its own role cites, and Colab and GitHub show a role as it is.
"""

from pathlib import Path

from docutils import nodes
from pybtex.database import parse_file
from pybtex.richtext import Text
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

from .anchors import add_targets

BIBLIOGRAPHY = Path(__file__).parents[2] / "references.bib"


def plain(text):
    """Return a BibTeX field as plain text: accents for their commands, no braces."""
    return str(Text.from_latex(text))


def authors(entry):
    """Return the authors as "MacQueen, J." joined by commas and "and"."""
    names = []
    for person in entry.persons["author"]:
        initials = " ".join(
            "-".join(f"{part[0]}." for part in plain(name).split("-"))
            for name in person.first_names + person.middle_names
        )
        last = " ".join(person.prelast_names + person.last_names)
        names.append(plain(f"{last}, {initials}"))
    if len(names) > 1:
        names[-2:] = [f"{names[-2]} and {names[-1]}"]
    return ", ".join(names)


def venue(fields):
    """Return where an entry appeared, as (title in italics, the rest)."""
    title = plain(
        fields.get("journal")
        or fields.get("booktitle")
        or fields.get("publisher")
        or fields["archiveprefix"]
    )
    rest = f" {fields['eprint']}" if title == fields.get("archiveprefix") else ""
    if "volume" in fields:
        rest += f" {fields['volume']}"
    if "number" in fields:
        rest += f"({plain(fields['number'])})"
    if "pages" in fields:
        rest += f", {plain(fields['pages'])}"
    return title, rest + "."


def describe(entry):
    """Return the nodes of an entry: authors (year). Title. Venue volume(number), pages. Link."""
    fields = entry.fields
    where, rest = venue(fields)
    line = nodes.paragraph("", f"{authors(entry)} ({fields['year']}). {plain(fields['title'])}. ")
    line += [nodes.emphasis("", where), nodes.Text(f"{rest} ")]
    if "doi" in fields:
        address = f"https://doi.org/{fields['doi']}"
        line += nodes.reference("", f"doi:{fields['doi']}", refuri=address)
    elif "url" in fields:
        line += nodes.reference("", fields["url"], refuri=fields["url"])
    return line


class References(SphinxDirective):
    """List the entries of references.bib, sorted by author and year."""

    def run(self):
        """Return the list."""
        self.env.note_dependency(str(BIBLIOGRAPHY))
        entries = parse_file(BIBLIOGRAPHY, "bibtex").entries
        found = nodes.bullet_list(classes=["references"])
        for key, entry in sorted(entries.items(), key=lambda item: (authors(item[1]), item[0])):
            found += nodes.list_item("", describe(entry), ids=[key], reference=True)
        return [found]


class ReferenceTargets(SphinxTransform):
    """Let links find the entries."""

    default_priority = 230  # after the headings have their anchors

    def apply(self, **kwargs):
        """Add the entries of one page to what links may point at."""
        items = [i for i in self.document.findall(nodes.list_item) if i.get("reference")]
        if items:
            add_targets(self.document, {item["ids"][0]: item["ids"][0] for item in items})


def setup(app):
    """Register the directive and the transform."""
    app.add_directive("references", References)
    app.add_transform(ReferenceTargets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
