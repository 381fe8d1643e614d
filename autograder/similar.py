"""Which submissions of an exercise are alike: a page of pairs for the teacher to look at.

Compared is the code that students added to the notebook they were given. Nothing leaves the
machine, and the page asks for nothing from the network.
"""

import json

import numpy as np
from pygments.lexers import PythonLexer
from pygments.token import Comment, Name, String
from rapidfuzz import process
from rapidfuzz.distance import Indel

from autograder import build, grade, report
from tools.book import BookError, write_text

LEAST = 60  # tokens of own code, below which everybody's is alike
REFERENCE = "(the reference solution)"


def own_code(sources, given):
    """Return the lines of code cells that are not among the given ones."""
    lines = (line.rstrip() for source in sources for line in source.splitlines())
    return "\n".join(line for line in lines if line.strip() and line.strip() not in given)


def tokens(code):
    """Return the code's tokens without strings and comments; a name that one can choose is any."""
    found = []
    for kind, text in PythonLexer().get_tokens(code):
        if kind in Comment or kind in String or not text.strip():
            continue
        chosen = kind in Name and kind not in Name.Builtin and found[-1:] != ["."]
        found.append("name" if chosen else text)
    return found


def code_of(data):
    """Return the sources of the code cells of a notebook's bytes; none where it is not one."""
    try:
        cells = [cell for cell in json.loads(data)["cells"] if cell["cell_type"] == "code"]
        return ["".join(cell["source"]) for cell in cells]
    except (ValueError, RecursionError, LookupError, TypeError):
        return []


def compare(root, name, found):
    """Return (codes, pairs, names left out) for {student: path}.

    pairs: (structure, wording, share of pairs less alike, student, student), the most alike first.
    """
    build.build_if_changed(root, name)
    start = code_of(build.student_path(root, name, "en").read_bytes())
    given = {line.strip() for source in start for line in source.splitlines()}
    solution = code_of(build.solution_path(root, name, "en").read_bytes())
    codes = {REFERENCE: own_code(solution, given)}
    for student, path in found.items():
        try:
            codes[student] = own_code(code_of(grade.read_submission(path)), given)
        except grade.Unreadable:
            codes[student] = ""
    parts = {student: tokens(code) for student, code in codes.items()}
    left_out = [student for student in codes if len(parts[student]) < LEAST]
    students = [student for student in codes if student not in left_out]
    alike = [
        process.cdist(them, them, scorer=Indel.normalized_similarity, workers=-1)
        for them in ([parts[one] for one in students], [codes[one] for one in students])
    ]
    one, other = np.triu_indices(len(students), 1)
    structure, wording = (matrix[one, other] for matrix in alike)
    below = np.searchsorted(np.sort(structure), structure) / max(1, len(structure))
    order = np.lexsort((-wording, -structure))
    pairs = [
        (structure[i], wording[i], below[i], students[one[i]], students[other[i]]) for i in order
    ]
    return codes, pairs, left_out


def page(title, codes, pairs, left_out, number):
    """Return the report: so many pairs, each with the two codes side by side."""
    shown = []
    for *alike, one, other in pairs[:number]:
        lines = [{line.strip() for line in codes[it].splitlines()} for it in (one, other)]
        shown.append((*alike, (one, other), lines[0] & lines[1]))
    return report.PAGES.get_template("similar.html").render(
        title=title,
        codes=codes,
        pairs=pairs,
        left_out=left_out,
        shown=shown,
        median=np.median([pair[0] for pair in pairs]),
    )


def main(args, root):
    """Compare all pairs of a folder's submissions and write the page."""
    codes, pairs, left_out = compare(root, args.exercise, grade.submissions(args.submissions))
    if not pairs:
        raise BookError("fewer than two submissions have code of their own")
    title = build.title(root, args.exercise)["en"]
    write_text(args.output, page(title, codes, pairs, left_out, args.pairs))
    print(f"{len(pairs)} pairs, the {min(args.pairs, len(pairs))} most alike in {args.output}")
    return 0
