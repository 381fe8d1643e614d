"""Which submissions of an exercise are alike: a page of pairs for the teacher to look at.

Compared is the code that students added to the notebook they were given. Nothing leaves the
machine, and the page asks for nothing from the network.
"""

import html
import json

import numpy as np
from pygments.lexers import PythonLexer
from pygments.token import Comment, Name, String
from rapidfuzz import process
from rapidfuzz.distance import Indel

from autograder import build, grade, report
from tools.book import BookError, read_notebook, write_text

LEAST = 60  # tokens of own code, below which everybody's is alike
REFERENCE = "(the reference solution)"
LIMITS = """\
<p lang="en">A pair high on this page is a reason to look, and never proof. Few ways lead to a short
answer, so honest answers are alike too: a pair means something where it stands apart from the other
pairs, or where both made the same odd choice or the same mistake. Not seen: code from outside this
class (except the reference solution's), code that a chatbot wrote, a copy that was rewritten rather
than renamed, and the written answers. Read both, then talk with both.</p>
<p lang="ko">이 페이지에서 위에 있는 쌍은 살펴볼 이유일 뿐 증거가 아닙니다. 짧은 답은 쓰는 방법이 몇
가지뿐이므로 각자 써도 비슷합니다. 다른 쌍들과 뚜렷이 다르거나, 두 사람이 같은 특이한 선택이나 같은
실수를 했을 때 의미가 있습니다. 반 밖에서 가져온 코드(기준 풀이는 제외), 챗봇이 쓴 코드, 이름만 바꾼
것이 아니라 다시 쓴 코드, 서술형 답은 찾지 못합니다. 두 코드를 모두 읽고 두 학생과 이야기해
보세요.</p>"""


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


def page(title, codes, pairs, left_out, shown):
    """Return the report: the pairs that are most alike, each with the two codes side by side."""
    quote = html.escape
    out = [f"<h1>{quote(title)}: similar submissions</h1>", LIMITS]
    median = np.median([pair[0] for pair in pairs])
    out.append(f"<p>{len(pairs)} pairs, half of them below {median:.0%} in structure.</p>")
    if left_out:
        out.append(f"<p>With too little code of their own: {quote(', '.join(left_out))}</p>")
    for structure, wording, below, *students in pairs[:shown]:
        lines = [set(map(str.strip, codes[student].splitlines())) for student in students]
        columns = ""
        for student in students:
            text = "\n".join(
                f"<mark>{quote(line)}</mark>"
                if line.strip() in lines[0] & lines[1]
                else quote(line)
                for line in codes[student].splitlines()
            )
            columns += f"<td><b>{quote(student)}</b><pre>{text}</pre></td>"
        names = " · ".join(map(quote, students))
        out.append(
            f"<details><summary>{names}: structure {structure:.0%}, wording {wording:.0%}, "
            f"more alike than {below:.1%} of the pairs</summary>"
            f"<table><tr>{columns}</tr></table></details>"
        )
    style = report.STYLE.replace("45rem", "80rem") + "td{vertical-align:top;width:50%}"
    head = f'<meta charset="utf-8"><title>{quote(title)}</title><style>{style}</style>'
    return f'<!doctype html><html lang="en">{head}{"".join(out)}</html>\n'


def main(args, root):
    """Compare all pairs of a folder's submissions and write the page."""
    codes, pairs, left_out = compare(root, args.exercise, grade.submissions(args.submissions))
    if not pairs:
        raise BookError("fewer than two submissions have code of their own")
    title = build.title(read_notebook(build.master_path(root, args.exercise)))["en"]
    write_text(args.output, page(title, codes, pairs, left_out, args.pairs))
    print(f"{len(pairs)} pairs, the {min(args.pairs, len(pairs))} most alike in {args.output}")
    return 0
