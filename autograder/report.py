"""What comes out of grading: CSV files for people, Canvas and Moodle, and a page per student."""

import csv
import hashlib
import html
import io
import re

from tools.book import write_text

CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<id>\d+)_\d+_.*")
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_.*", re.S)
FORMULA = tuple("=+-@＝＋－＠")  # with what a spreadsheet begins a formula
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
ERRORS, CHARACTERS = 10, 2000  # that are reported of one submission
WORDS = {
    "ko": {
        "title": "피드백",
        "points": "점수",
        "written": "서술형",
        "yours": "제출한 서술형 답",
        "later": "아직 채점하지 않았습니다.",
        "errors": "실행 중에 일어난 일",
        "ok": "맞음",
        "no": "틀림",
        "total": "합계",
        "found": "나온 결과",
    },
    "en": {
        "title": "Feedback",
        "points": "Points",
        "written": "Written answer",
        "yours": "Your written answer",
        "later": "Not graded yet.",
        "errors": "What happened while it ran",
        "ok": "right",
        "no": "wrong",
        "total": "Total",
        "found": "What came out",
    },
}
STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 sans-serif;max-width:45rem;margin:2rem auto;"
    "padding:0 1rem}pre{white-space:pre-wrap;overflow-wrap:anywhere}li{margin:.5rem 0}"
)


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
    return [*errors[:ERRORS], *([f"and {more} more"] if more > 0 else [])]


def number(value):
    """Return points without needless zeros."""
    return f"{value:g}"


def write_csv(path, header, rows):
    """Write a CSV file, whole or not at all; with a mark by which Excel knows UTF-8."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[cell(value) for value in row] for row in rows])
    write_text(path, "\ufeff" + made.getvalue())


def identify(student):
    """Return (name, Canvas id, Moodle identifier) as far as an LMS wrote them in a file name."""
    canvas, moodle = CANVAS.fullmatch(student), MOODLE.fullmatch(student)
    if student.count("_assignsubmission_") > 1:  # a student may have chosen one of them
        return student, "", ""
    if moodle:
        return moodle["name"], "", f"Participant {moodle['id']}"
    if canvas:
        return canvas["name"], canvas["id"], ""
    return student, "", ""


def doubtful(students):
    """Return lines on names that do not say for sure whose submission it is."""
    lines, known = [], {}
    for student in sorted(students):
        name, *numbers = identify(student)
        if student.count("_assignsubmission_") > 1:
            lines.append(f"{student} could be of two participants; its Moodle identifier is empty")
        if any(numbers):
            known.setdefault(tuple(numbers), []).append(student)
    lines += [f"one student, several rows: {', '.join(of)}" for of in known.values() if of[1:]]
    return lines


def total(result, written):
    """Return a student's points, the written answer's included where there are any."""
    return round(sum(result["points"].values()) + written[0], 5)


def write_all(output, title, parts, results, written):
    """Write grades.csv, grades-canvas.csv, grades-moodle.csv and the pages of feedback.

    Where grading failed by the machine's fault, the points are left empty and there is no page.
    """
    automatic = [part for part in parts if not part["manual"]]
    manual = [part for part in parts if part["manual"]]
    possible = sum(part["points"] for part in parts)
    base = output.with_suffix("")
    rows, canvas, moodle = [], [], []
    feedback = base.with_name(f"{base.name}-feedback")
    feedback.mkdir(exist_ok=True)
    for student in sorted(results):
        result = results[student]
        mark = written.get(student, (0, ""))
        failed = result.get("failed")
        points = ["" if failed else number(result["points"][part["name"]]) for part in automatic]
        points += [number(mark[0]) if student in written else "" for _ in manual]
        score = "" if failed else number(total(result, mark))
        errors = " | ".join(shortened(result["errors"] + case_messages(result)))[:CHARACTERS]
        rows.append([student, *points, score, number(possible), result["seconds"], errors])
        name, canvas_id, moodle_id = identify(student)
        canvas.append([name, canvas_id, "", name, "", score])
        moodle.append([moodle_id, name, "", score, number(possible), feedback_text(result)])
        page = feedback / file_name(student, ".html")
        if failed:
            page.unlink(missing_ok=True)
        else:
            write_text(page, feedback_page(title, name, parts, result, written.get(student)))
    names = [part["name"] for part in automatic + manual]
    write_csv(output, ["student", *names, "total", "possible", "seconds", "errors"], rows)
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title["en"]]
    possible_row = ["Points Possible", "", "", "", "", number(possible)]
    write_csv(base.with_name(f"{base.name}-canvas.csv"), head, [possible_row, *canvas])
    head = ["Identifier", "Full name", "Email address", "Grade", "Maximum Grade"]
    write_csv(base.with_name(f"{base.name}-moodle.csv"), [*head, "Feedback comments"], moodle)


def case_messages(result):
    """Return one line for each failed test."""
    return [f"{case['question']}: {case['message']}" for case in result["cases"] if case["message"]]


def in_language(text, language):
    """Return one language's half of a text ``Korean || English``; both where it is None."""
    halves = text.split(" || ")
    if len(halves) != 2 or language is None:
        return " / ".join(halves)
    return halves[language == "en"]


def feedback_text(result):
    """Return the feedback in one line, for Moodle."""
    wrong = [c for c in result["cases"] if not c["passed"]]
    said = [f"{c['question']}: {in_language(c['about'], result['language'])}" for c in wrong]
    return "; ".join(shortened(result["errors"]) + said)[:CHARACTERS]


def feedback_page(title, name, parts, result, written):
    """Return a page for one student."""
    language = result["language"] or "en"
    words, quote = WORDS[language], html.escape
    out = [f"<h1>{quote(title[language])}: {words['title']}</h1><p>{quote(name)}</p>"]
    possible = sum(part["points"] for part in parts)
    score = total(result, written or (0, ""))
    out.append(f"<p><strong>{words['total']}: {number(score)} / {number(possible)}</strong></p>")
    if result["errors"]:
        errors = shortened(result["errors"])
        items = "".join(f"<li><code>{quote(error)}</code></li>" for error in errors)
        out.append(f"<h2>{words['errors']}</h2><ul>{items}</ul>")
    for part in parts:
        if part["manual"]:
            out.append(f"<h2>{words['written']} ({number(part['points'])})</h2>")
            if written:
                out.append(f"<p>{number(written[0])}. {quote(written[1])}</p>")
            else:
                out.append(f"<p>{words['later']}</p>")
            if result["written"]:
                out.append(f"<h3>{words['yours']}</h3><pre>{quote(result['written'])}</pre>")
            continue
        got = result["points"][part["name"]]
        points = f"{number(got)} / {number(part['points'])}"
        out.append(f"<h2>{quote(part['name'])}: {points}</h2><ul>")
        for case in (c for c in result["cases"] if c["question"] == part["name"]):
            word = words["ok" if case["passed"] else "no"]
            about = quote(in_language(case["about"], result["language"]))
            out.append(f"<li>{word} ({number(case['points'])}): {about}")
            if case["message"]:
                out.append(f"<br>{words['found']}: <code>{quote(case['message'])}</code>")
            out.append("</li>")
        out.append("</ul>")
    head = f'<meta charset="utf-8"><title>{quote(name)}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="{language}">{head}{"".join(out)}</html>\n'
