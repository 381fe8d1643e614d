"""Copy what both languages share - code, outputs, tags, order - from Korean to English."""

from copy import deepcopy
from dataclasses import dataclass, field

from tools.book import (
    NAMES,
    SOURCE,
    TRANSLATION,
    chapters,
    notebook,
    read_notebook,
    write_notebook,
)

# Stands above a cell that came over untranslated; `parity` rejects the page while it is there.
UNTRANSLATED = "<!-- translate -->"
ARGUMENTS = {"names": NAMES}


@dataclass
class Report:
    """What a sync did to one chapter: the ids of the cells concerned."""

    changed: list = field(default_factory=list)  # code cells whose code, outputs or tags changed
    kept: list = field(default_factory=list)  # markdown cells whose translation stayed
    untranslated: list = field(default_factory=list)  # markdown cells that wait for a translation
    dropped: list = field(default_factory=list)  # English cells that Korean no longer has

    def __str__(self):
        """Say it in one line, and name the cells that need a hand."""
        parts = [f"{len(self.changed)} code cells changed", f"{len(self.kept)} translations kept"]
        if self.untranslated:
            parts.append("to translate: " + ", ".join(self.untranslated))
        if self.dropped:
            parts.append("dropped: " + ", ".join(self.dropped))
        return "; ".join(parts)


def merge(source, translation):
    """Return the English notebook that belongs to the Korean one, and a Report.

    Everything comes from ``source`` (the Korean notebook) but the text of markdown cells, which is
    looked up by cell id in ``translation`` (the English notebook as it stands, or None).
    """
    old = {cell.id: cell for cell in translation.cells} if translation else {}
    merged, report = deepcopy(source), Report()
    for cell in merged.cells:
        before = old.pop(cell.id, None)
        if cell.cell_type != "markdown":
            if before != cell:
                report.changed.append(cell.id)
        elif before is not None and before.cell_type == "markdown":
            cell.source = before.source
            waiting = before.source.startswith(UNTRANSLATED)
            (report.untranslated if waiting else report.kept).append(cell.id)
        elif cell.source.strip():
            cell.source = f"{UNTRANSLATED}\n{cell.source}"
            report.untranslated.append(cell.id)
    report.dropped.extend(old)
    return merged, report


def sync(root, name):
    """Bring the English notebook of a chapter up to date; return a Report."""
    target = notebook(root, TRANSLATION, name)
    translation = read_notebook(target) if target.exists() else None
    merged, report = merge(read_notebook(notebook(root, SOURCE, name)), translation)
    if merged != translation:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_notebook(target, merged)
    return report


def main(args, root):
    """Sync the named chapters and say what was done."""
    for name in chapters(root, args.names):
        print(f"{name}: {sync(root, name)}")
    return 0
