"""What comes out of grading: CSV files for people, Canvas and Moodle, and a page per student."""

import csv
import hashlib
import html
import io
import re
from operator import itemgetter

from jinja2 import Environment, FunctionLoader

from autograder import build
from tools.book import write_text

CANVAS = re.compile(r"([^_]+)_(?:LATE_)?(\d+)_\d+_.*")
MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_.*", re.S)
FORMULA = tuple("=+-@＝＋－＠")  # with what a spreadsheet begins a formula
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
ERRORS, CHARACTERS = 10, 2000  # that are reported of one submission


def template(name):
    """Return a template's text, its tags joined in one line."""
    return re.sub(r"\n\s*(?=[<{])", "", (build.TEMPLATES / name).read_text("utf8"))


def file_name(student, ending=".json"):
    """Return a file name for a student's name, whatever characters that has."""
    short = re.sub(r"[^\w.-]+", "_", student).encode()[:100].decode("utf8", "ignore")
    return f"{short}-{hashlib.sha256(student.encode()).hexdigest()[:16]}{ending}"


def plain(text):
    """Return a text in one line, without what would steer a terminal or a spreadsheet."""
    return CONTROLS.sub(" ", text.encode("utf8", "backslashreplace").decode())


def cell(value):
    """Return a value that a spreadsheet does not take for a formula."""
    if isinstance(value, int | float):
        return value
    text = plain(str(value))
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


def shortened(errors):
    """Return the first errors, and how many more there are."""
    more = len(errors) - ERRORS
    return errors[:ERRORS] + ([f"and {more} more"] if more > 0 else [])


def number(value):
    """Return points without needless zeros; nothing where there are none."""
    return "" if value is None else f"{value:g}"


def in_language(text, language):
    """Return one language's half of a text ``Korean || English``; both where it is None."""
    halves = text.split(" || ")
    if len(halves) != 2 or language is None:
        return " / ".join(halves)
    return halves[language == "en"]


PAGES = Environment(
    loader=FunctionLoader(template),
    finalize=lambda value: html.escape(str(value)),  # whatever a page shows
    keep_trailing_newline=True,
)
PAGES.filters |= {"points": number, "half": in_language}


def write_csv(path, header, rows):
    """Write a CSV file, whole or not at all; with a mark by which Excel knows UTF-8."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerows([[cell(value) for value in row] for row in [header, *rows]])
    write_text(path, "\ufeff" + made.getvalue())


def identify(student):
    """Return (name, Canvas id, Moodle identifier) as far as an LMS wrote them in a file name."""
    if student.count("_assignsubmission_") < 2:  # else a student may have chosen one of them
        if found := MOODLE.fullmatch(student):
            return found[1], "", f"Participant {found[2]}"
        if found := CANVAS.fullmatch(student):
            return found[1], found[2], ""
    return student, "", ""


def doubtful(students):
    """Return lines on names that do not say for sure whose submission it is."""
    lines, known = [], {}
    for student in sorted(students):
        _, *numbers = identify(student)
        if student.count("_assignsubmission_") > 1:
            lines.append(f"{student} could be of two participants; its Moodle identifier is empty")
        if any(numbers):
            known.setdefault(tuple(numbers), []).append(student)
    return lines + [
        f"one student, several rows: {', '.join(of)}" for of in known.values() if of[1:]
    ]


def write_all(output, title, parts, results, written):
    """Write grades.csv, grades-canvas.csv, grades-moodle.csv and the pages of feedback.

    Where grading failed by the machine's fault, the points are left empty and there is no page.
    """
    base = output.with_suffix("")
    feedback = base.with_name(f"{base.name}-feedback")
    feedback.mkdir(exist_ok=True)
    columns = sorted(parts, key=itemgetter("manual"))
    possible = number(sum(part["points"] for part in parts))
    rows, canvas, moodle = [], [["Points Possible", "", "", "", "", possible]], []
    for student, result in sorted(results.items()):
        failed, mark = result.get("failed"), written.get(student)
        got = {} if failed else result["points"]
        given = mark[0] if mark else None
        points = [number(given if p["manual"] else got.get(p["name"])) for p in columns]
        score = "" if failed else number(round(sum(got.values()) + (given or 0), 5))
        tests = [f"{c['question']}: {c['message']}" for c in result["cases"] if c["message"]]
        errors = " | ".join(shortened(result["errors"] + tests))[:CHARACTERS]
        rows.append([student, *points, score, possible, result["seconds"], errors])
        name, canvas_id, moodle_id = identify(student)
        canvas.append([name, canvas_id, "", name, "", score])
        moodle.append([moodle_id, name, "", score, possible, feedback_text(result)])
        page = feedback / file_name(student, ".html")
        if failed:
            page.unlink(missing_ok=True)
            continue
        shown = dict(parts=parts, result=result, mark=mark, score=score, possible=possible)
        shown |= {"errors": shortened(result["errors"]), "language": result["language"] or "en"}
        made = PAGES.get_template("feedback.html").render(exercise=title, title=name, **shown)
        write_text(page, made)
    head = ["student", *(p["name"] for p in columns), "total", "possible", "seconds", "errors"]
    write_csv(output, head, rows)
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title["en"]]
    write_csv(base.with_name(f"{base.name}-canvas.csv"), head, canvas)
    head = ["Identifier", "Full name", "Email address", "Grade", "Maximum Grade"]
    write_csv(base.with_name(f"{base.name}-moodle.csv"), [*head, "Feedback comments"], moodle)


def feedback_text(result):
    """Return the feedback in one line, for Moodle."""
    said = [
        f"{case['question']}: {in_language(case['about'], result['language'])}"
        for case in result["cases"]
        if not case["passed"]
    ]
    return "; ".join(shortened(result["errors"]) + said)[:CHARACTERS]
