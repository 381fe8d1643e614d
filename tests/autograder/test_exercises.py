"""Each exercise: made from its master, graded as it deserves, and nothing leaks to students.

All submissions of an exercise are graded once, when a test first asks for them.
"""

import ast
import csv
import difflib
import json
import os
import socket
import zipfile
from types import SimpleNamespace

import nbformat
import pytest
from otter.run import main as otter_run

from autograder import build, cards, grade, report
from tests.autograder import answers
from tests.autograder.conftest import EVERYTHING, JOBS, Borrowed
from tests.autograder.standin import DONE, NoWorkshop
from tools.book import ROOT, BookError, read_notebook

NAMES = build.exercises(ROOT)
ANSWERS = answers.sample(EVERYTHING)
# As they stand in the repository, before a test builds them anew.
GIVEN = {path: path.read_bytes() for path in sorted((ROOT / build.STUDENTS).rglob("*.ipynb"))}
FIRST = "01-kmeans"  # among its answers are those that misbehave
SHORT = {"timeout": 60, "cell_timeout": 4, "memory": 2_000_000_000}
LONG = {"timeout": 180, "cell_timeout": 60, "memory": 3_000_000_000}  # as a teacher's by default

SPY = f"""
import os, socket
def try_all():
    got = []
    for name, act in {{
        "source": lambda: open({str(build.master_path(ROOT, FIRST))!r}).read(),
        "solution": lambda: open({str(build.solution_path(ROOT, FIRST, "ko"))!r}).read(),
        "tests": lambda: open({str(build.autograder_path(ROOT, FIRST))!r}, "rb").read(),
        "repository": lambda: os.listdir({str(ROOT / "exercises")!r}),
        "submissions": lambda: os.listdir({{folder!r}}),
        "temporary files": lambda: open({{temporary!r}}).read(),
        "other processes": lambda: os.kill({{grader}}, 0),
        "their memory": lambda: open("/proc/{{grader}}/environ").read(),
        "network": lambda: socket.create_connection(("127.0.0.1", {{port}}), 2),
    }}.items():
        try:
            act()
            got.append(name)
        except OSError:
            pass
    return got
assert not try_all(), try_all()
open("own-file.txt", "w").write("a notebook may write in its own folder")
"""

LOOP_IN_A_CALL = """\
        while len(x) == 7:
            import time
            time.sleep(0.1)
        if counts.all():"""
STUBBORN = """
while True:
    try:
        pass
    except BaseException:
        pass
"""


def code_of(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def edited(name, edits):
    """Return the Korean solution with texts replaced; each must be there.

    The pictures that give no points, after the last question's check, are left out: they take long.
    """
    made = read_notebook(build.solution_path(ROOT, name, "ko"))
    last = max(i for i, cell in enumerate(made.cells) if cell.id.endswith("-check"))
    made.cells = made.cells[: last + 1] + [c for c in made.cells[last:] if c.cell_type != "code"]
    for old, new in edits:
        assert any(old in cell.source for cell in made.cells), f"{name}: {old!r} is not there"
        for cell in made.cells:
            cell.source = cell.source.replace(old, new)
    return made


def with_cell(source, place=3):
    made = read_notebook(build.solution_path(ROOT, FIRST, "ko"))
    made.cells.insert(place, nbformat.v4.new_code_cell(source, id="added"))
    return made


class Made(dict):
    """A dict that makes a value when it is first asked for."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def __missing__(self, name):
        self[name] = self.make(name)
        return self[name]


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    """Return {exercise: folder with submissions}."""
    listener = socket.create_server(("127.0.0.1", 0))
    temporary = tmp_path_factory.mktemp("grader") / "a file of the grader's"
    temporary.write_text("", "utf8")

    def make(name):
        build.build_if_changed(ROOT, name)
        folder = tmp_path_factory.mktemp(name)
        made = {answer: edited(name, edits) for answer, (edits, _) in ANSWERS[name].items()}
        made["solution"] = read_notebook(build.solution_path(ROOT, name, "ko"))
        made["blank"] = read_notebook(build.student_path(ROOT, name, "en"))
        for answer, notebook in made.items():
            nbformat.write(notebook, folder / f"{answer}.ipynb")
        if name == FIRST:
            misbehave(folder, listener.getsockname()[1], str(temporary))
        return folder

    yield Made(make)
    listener.close()


def misbehave(folder, port, temporary):
    """Add submissions that do what they should not."""
    spy = SPY.replace("{folder!r}", repr(str(folder))).replace("{grader}", str(os.getpid()))
    spy = spy.replace("{temporary!r}", repr(temporary))
    broken = {
        "spy": with_cell(spy.replace("{port}", str(port))),
        "loop": with_cell("import time\nwhile True:\n    time.sleep(0.1)"),
        "stubborn": with_cell(STUBBORN),
        "crash": with_cell("import os\nos._exit(1)"),
        "hog": with_cell("import numpy as np\nnp.ones((10**6, 10**4))"),
        "renamed": edited(FIRST, [("def refill(", "def fill("), ("= refill(", "= fill(")]),
        "call-loops": edited(
            FIRST,
            [("        if counts.all():", LOOP_IN_A_CALL)],
        ),
        "formula": with_cell('raise ValueError("<script>alert(1)</script>")'),
    }
    missing = edited(FIRST, [])
    missing.cells = [cell for cell in missing.cells if "def update" not in cell.source]
    for answer, notebook in {**broken, "no-update": missing}.items():
        nbformat.write(notebook, folder / f"{answer}.ipynb")
    (folder / "not-a-notebook.ipynb").write_text("{ this is no notebook")
    (folder / "empty.ipynb").write_text("")
    with zipfile.ZipFile(folder / "zipped.ipynb", "w") as packed:
        packed.writestr("a.txt", "a")
    (folder / "two").mkdir()
    for name in "ab":
        (folder / "two" / f"{name}.ipynb").write_text("{}")
    (folder / "Kim Minsu_12_assignsubmission_file").mkdir()
    nbformat.write(edited(FIRST, []), folder / "Kim Minsu_12_assignsubmission_file/x.ipynb")
    nbformat.write(edited(FIRST, []), folder / "leejiwoo_LATE_345_678_x.ipynb")


@pytest.fixture(scope="session")
def graded(folders, workshop, tmp_path_factory):
    """Return {exercise: {student: result}}."""

    def make(name):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(grade, "Workshop", lambda *rest: Borrowed(workshop))
            return grade.grade_all(
                ROOT,
                name,
                grade.submissions(folders[name]),
                tmp_path_factory.mktemp("results"),
                limits=SHORT if name == FIRST else LONG,
                jobs=6 if name == FIRST else JOBS,  # the first's wait rather than work
                quiet=True,
            )

    return Made(make)


def points(result):
    return tuple(result["points"].values())


def possible(name):
    return tuple(q["points"] for q in grade.questions(ROOT, name) if not q["manual"])


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_gets_all_points_and_the_blank_none(graded, name):
    assert points(graded[name]["solution"]) == possible(name), graded[name]["solution"]
    assert graded[name]["solution"]["errors"] == []
    assert points(graded[name]["blank"]) == (0,) * len(possible(name))


@pytest.mark.parametrize(
    ("name", "answer"), [(name, answer) for name in NAMES for answer in ANSWERS.get(name, ())]
)
def test_an_answer_gets_the_points_that_it_deserves(graded, name, answer):
    assert points(graded[name][answer]) == ANSWERS[name][answer][1], graded[name][answer]["cases"]


@pytest.mark.parametrize("name", NAMES)
def test_there_are_enough_answers_to_tell(name):
    wanted = [want for _, want in answers.ANSWERS[name].values()]
    full = wanted.count(possible(name))
    assert full >= 1
    assert len(wanted) - full >= 4


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_takes_less_than_a_minute(graded, name):
    assert graded[name]["solution"]["seconds"] < 60


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_code_and_cells(name):
    for path in (build.student_path, build.solution_path):
        build.build_if_changed(ROOT, name)
        korean, english = (read_notebook(path(ROOT, name, one)) for one in build.LANGUAGES)
        assert [cell.id for cell in korean.cells] == [cell.id for cell in english.cells]
        assert code_of(korean) == code_of(english)
        for one, other in zip(korean.cells, english.cells):
            if one.cell_type == "markdown":
                assert any("가" <= letter <= "힣" for letter in one.source), one.id
                assert not any("가" <= letter <= "힣" for letter in other.source), other.id


def test_what_students_get_is_made_from_the_masters():
    for name in NAMES:
        build.build_if_changed(ROOT, name)
    made = {build.student_path(ROOT, name, one) for name in NAMES for one in build.LANGUAGES}
    assert set(GIVEN) == made, "run `make exercises`, and remove what no exercise makes"
    for path, content in GIVEN.items():
        assert path.read_bytes() == content, f"{path} was out of date: run `make exercises`"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", build.LANGUAGES)
def test_the_chapter_ends_with_the_exercises_card(name, language):
    last = read_notebook(cards.chapter(ROOT, name, language)).cells[-1]
    assert last.id == cards.CELL, "run `make exercises`"
    assert last.source == cards.card(ROOT, name, language), "run `make exercises`"


def test_a_card_says_points_time_and_where():
    text = cards.card(ROOT, FIRST, "en")
    assert text.startswith("## Assignment 1. k-means\n")
    assert "60 to 90 minutes and is worth 16 points for code and 4 for writing" in text
    path = "/main/exercises/students/en/01-kmeans.ipynb"
    assert text.count(path) == 2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", build.LANGUAGES)
def test_nothing_leaks_to_students(name, language):
    build.build_if_changed(ROOT, name)
    given = build.student_path(ROOT, name, language).read_text("utf8")
    student = read_notebook(build.student_path(ROOT, name, language))
    solution = read_notebook(build.solution_path(ROOT, name, language))
    stub = {line.strip() for source in code_of(student) for line in source.splitlines()}
    secret = {
        line.strip()
        for source in code_of(solution)
        for line in source.splitlines()
        if line.strip() not in stub and len(line.strip()) > 12
    }
    assert len(secret) > 10
    for text in grade.load_tests(build.autograder_path(ROOT, name)).values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                secret.add(node.name)
            elif isinstance(node, ast.Assert) and isinstance(node.msg, ast.Constant):
                secret.add(node.msg.value)
    shown = json.dumps([cell.source for cell in student.cells], ensure_ascii=False)
    for line in secret:
        assert not any(line in source for source in code_of(student)), line
        assert json.dumps(line, ensure_ascii=False)[1:-1] not in shown, line
    assert "otter" not in given
    assert "rubric" not in given.lower()
    assert "채점 기준" not in given
    assert all(not cell.get("outputs") for cell in student.cells)


@pytest.mark.parametrize("name", NAMES)
def test_the_stub_is_the_solution_with_lines_left_out(name):
    build.build_if_changed(ROOT, name)
    student = read_notebook(build.student_path(ROOT, name, "ko"))
    solution = {c.id: c.source for c in read_notebook(build.solution_path(ROOT, name, "ko")).cells}
    stubs = 0
    for cell in student.cells:
        if cell.cell_type == "code" and cell.source != solution[cell.id]:
            lines = [solution[cell.id].splitlines(), cell.source.splitlines()]
            added = [line[2:] for line in difflib.ndiff(*lines) if line.startswith("+ ")]
            assert added
            assert all(line.endswith("...") for line in added), added
            stubs += len(added)
            ast.parse(cell.source)  # a solution of several lines leaves no half of itself behind
    assert stubs >= 3


def test_what_ends_the_process_costs_its_own_part(graded):
    for answer in ("loop", "stubborn", "crash", "hog"):
        result = graded[FIRST][answer]
        assert points(result) == possible(FIRST), (answer, result)
        assert len(result["errors"]) == 1
    assert "longer than 4 s" in graded[FIRST]["loop"]["errors"][0]
    assert "longer than 4 s" in graded[FIRST]["stubborn"]["errors"][0]
    assert "ended its process" in graded[FIRST]["crash"]["errors"][0]
    assert "Memory" in graded[FIRST]["hog"]["errors"][0]


def test_a_missing_or_renamed_function_costs_its_part(graded):
    renamed = graded[FIRST]["renamed"]
    assert points(renamed) == (3, 0, 4, 5)
    assert any("defines no refill" in case["message"] for case in renamed["cases"])
    assert points(graded[FIRST]["no-update"]) == (0, 4, 0, 5)


def test_a_function_that_never_returns_costs_its_part(graded):
    result = graded[FIRST]["call-loops"]
    assert points(result) == (3, 2, 4, 5)
    assert any("longer than" in case["message"] for case in result["cases"])


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("not-a-notebook", "not a notebook"),
        ("empty", "empty"),
        ("zipped", "zip file"),
        ("two", "holds 2 notebooks"),
    ],
)
def test_what_is_no_notebook_gets_nothing_and_a_reason(graded, student, reason):
    result = graded[FIRST][student]
    assert sum(points(result)) == 0
    assert reason in result["errors"][0]


def test_students_code_sees_neither_files_nor_network(graded):
    result = graded[FIRST]["spy"]
    if not all(result["isolation"].values()):
        pytest.skip(f"this machine cannot shut code off: {result['isolation']}")
    assert result["errors"] == []
    assert points(result) == possible(FIRST)


@pytest.fixture(scope="session")
def written_out(graded, tmp_path_factory):
    """Return the folder with the CSV files and the feedback of the first exercise."""
    root = tmp_path_factory.mktemp("out")
    title = build.title(ROOT, FIRST)
    report.write_all(
        root / "grades.csv",
        title,
        grade.questions(ROOT, FIRST),
        graded[FIRST],
        {"solution": (3, "=good")},
    )
    return root


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_csv_has_a_row_a_student(written_out, graded):
    rows = {row["student"]: row for row in rows_of(written_out / "grades.csv")}
    assert set(rows) == set(graded[FIRST])
    assert rows["solution"] | {"seconds": ""} == {
        "student": "solution",
        "q1": "3",
        "q2": "4",
        "q3": "4",
        "q4": "5",
        "written": "3",
        "total": "19",
        "possible": "20",
        "seconds": "",
        "errors": "",
    }
    assert "defines no refill" in rows["renamed"]["errors"]
    assert rows["blank"]["written"] == ""


def test_canvas_and_moodle_find_their_columns(written_out):
    canvas = rows_of(written_out / "grades-canvas.csv")
    assert list(canvas[0])[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    title = list(canvas[0])[5]
    assert canvas[0]["Student"] == "Points Possible"
    assert canvas[0][title] == "20"
    late = next(row for row in canvas if row["ID"] == "345")
    assert late["Student"] == "leejiwoo"
    assert late[title] == "16"
    moodle = rows_of(written_out / "grades-moodle.csv")
    kim = next(row for row in moodle if row["Identifier"] == "Participant 12")
    assert kim["Full name"] == "Kim Minsu"
    assert (kim["Grade"], kim["Maximum Grade"]) == ("16", "20")


def test_feedback_is_in_the_students_language_and_quotes_no_test(written_out, graded):
    folder = written_out / "grades-feedback"
    pages = {s: (folder / report.file_name(s, ".html")).read_text("utf8") for s in graded[FIRST]}
    assert 'lang="ko"' in pages["solution"]
    assert 'lang="en"' in pages["blank"]
    assert "가중치가 모두 같으면" in pages["no-weights"]
    assert "with equal weights" not in pages["solution"]
    assert "&lt;script&gt;" in pages["formula"]
    assert "<script>" not in pages["formula"]
    for page in pages.values():
        assert "def test" not in page
        assert "assert " not in page


def test_a_run_that_was_stopped_grades_what_is_missing(folders, tmp_path, monkeypatch):
    found = dict(list(grade.submissions(folders[FIRST]).items())[:6])
    calls = []

    def one(workshop, path, tests, limits):
        if len(calls) == 3 and not again:
            raise KeyboardInterrupt
        calls.append(path.name)
        return {**DONE, "seconds": len(calls)}

    monkeypatch.setattr(grade, "Workshop", NoWorkshop)
    monkeypatch.setattr(grade, "grade_one", one)
    run = dict(limits=SHORT, jobs=1, quiet=True)
    again = False
    with pytest.raises(KeyboardInterrupt):
        grade.grade_all(ROOT, FIRST, found, tmp_path, **run)
    again = True
    before = list(calls)
    results = grade.grade_all(ROOT, FIRST, found, tmp_path, **run)
    assert len(calls) == len(set(calls)) == 6
    assert grade.grade_all(ROOT, FIRST, found, tmp_path, **run) == results
    assert len(calls) == 6
    assert [results[name.removesuffix(".ipynb")]["seconds"] for name in before] == [1, 2, 3]
    changed = {**SHORT, "cell_timeout": 5}
    grade.grade_all(ROOT, FIRST, found, tmp_path, limits=changed, jobs=1, quiet=True)
    assert len(calls) == 12


def test_the_autograder_runs_by_its_own_entry_point(folders, tmp_path):
    results = otter_run(
        str(folders[FIRST] / "solution.ipynb"),
        autograder=str(build.autograder_path(ROOT, FIRST)),
        output_dir=str(tmp_path),
        no_logo=True,
    )
    assert (results.total, results.possible) == (16, 16)


def test_a_master_without_twins_is_refused():
    cells = [nbformat.v4.new_markdown_cell("가", metadata={"language": "ko"})]
    with pytest.raises(BookError, match="has no twin"):
        build.check_master("x", SimpleNamespace(cells=cells))
    cells[0].metadata.pop("language")
    with pytest.raises(BookError, match="has no language"):
        build.check_master("x", SimpleNamespace(cells=cells))


def cell_of(kind, language, id):
    return kind("가", metadata={"language": language}, id=id)


@pytest.mark.parametrize(
    ("kind", "id"),
    [
        (nbformat.v4.new_code_cell, "intro-en"),
        (nbformat.v4.new_markdown_cell, "other-en"),
        (nbformat.v4.new_markdown_cell, "intro"),
    ],
)
def test_twins_are_of_one_kind_and_id(kind, id):
    first = cell_of(nbformat.v4.new_markdown_cell, "ko", "intro-ko")
    twin = cell_of(nbformat.v4.new_markdown_cell, "en", "intro-en")
    build.check_master("x", SimpleNamespace(cells=[first, twin]))
    with pytest.raises(BookError, match="are no twins"):
        build.check_master("x", SimpleNamespace(cells=[first, cell_of(kind, "en", id)]))
    with pytest.raises(BookError, match="must follow its Korean twin"):
        build.check_master("x", SimpleNamespace(cells=[twin, first, twin]))


def test_files_that_were_removed_are_made_again(tmp_path, monkeypatch):
    made = [build.autograder_path(tmp_path, FIRST)]
    made += [build.solution_path(tmp_path, FIRST, one) for one in build.LANGUAGES]
    for path in [build.master_path(tmp_path, FIRST), *made]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    stamp = made[0].with_suffix(".sha256")
    stamp.write_text(build.stamp(tmp_path, FIRST))
    built = []
    monkeypatch.setattr(build, "build", lambda root, name: built.append(name))
    build.build_if_changed(tmp_path, FIRST)
    assert built == []
    for number, path in enumerate([*made, stamp], 1):
        content = path.read_text()
        path.unlink()
        build.build_if_changed(tmp_path, FIRST)
        assert len(built) == number, path
        path.write_text(content)
    monkeypatch.setattr(build.repository, "__file__", str(stamp))
    build.build_if_changed(tmp_path, FIRST)
    assert len(built) == 5


def test_an_unknown_exercise_or_an_empty_folder_says_so(tmp_path):
    with pytest.raises(BookError, match="no exercise '99-x'; there are: 00-introduction, 01-k"):
        build.exercises(ROOT, ["99-x"])
    with pytest.raises(BookError, match="no submissions"):
        grade.submissions(tmp_path)


def test_written_points_want_their_columns(tmp_path):
    path = tmp_path / "written.csv"
    path.write_text("name,points\nkim,3\n")
    with pytest.raises(BookError, match="student,points,comment"):
        grade.read_written(path, ["kim"])


def test_cells_of_a_spreadsheet_are_no_formulas():
    assert report.cell("=1+1") == "'=1+1"
    assert report.cell("") == ""
    assert report.cell(-1) == -1
