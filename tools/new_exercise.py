"""Start a new exercise: a master that builds and grades, and the answers that test its grading."""

import nbformat

from tools.book import SOURCE, TRANSLATION, BookError, write_notebook, write_text
from tools.new import NAME
from tools.run import KERNELSPEC, LANGUAGE_INFO

# One entry per cell: kind, id, then its text; markdown has it in Korean and in English.
# {title} is the exercise's title, {n} its number.
CELLS = [
    (
        "raw",
        "config",
        "# ASSIGNMENT CONFIG\ninit_cell: false\nexport_cell: false\n"
        "tests:\n  files: false\n  ok_format: false",
    ),
    (
        "markdown",
        "title",
        "# {title}\n\n무엇을 하고 무엇을 배우는지 한 문단으로 씁니다.\n\n"
        "- 걸리는 시간: 30분에서 60분.\n"
        "- 점수: 코드 4점(한 문제), 서술형 4점.\n"
        "- `...` 줄을 지우고 코드를 씁니다. **함수와 변수의 이름, 인수의 순서는 바꾸지 않습니다.** "
        "채점기는 이름으로 답을 찾습니다.\n"
        "- 제출하기 전에 커널을 다시 시작하고 모든 셀을 위에서부터 실행합니다. "
        "그런 다음 이 노트북 파일(.ipynb)을 그대로 제출합니다.",
        "# {title}\n\nOne paragraph: what students do, and what they learn from it.\n\n"
        "- Time: 30 to 60 minutes.\n"
        "- Points: 4 for code (one question), 4 for the written answer.\n"
        "- Delete the lines `...` and write code there. **Keep the names of functions and "
        "variables and the order of arguments.** The grader finds your answers by name.\n"
        "- Before you submit, restart the kernel and run all cells from the top. "
        "Then hand in this notebook (.ipynb) as it is.",
    ),
    ("code", "setup", "import course_lib"),
    (
        "code",
        "imports",
        "import numpy as np\n\ndata = np.random.default_rng({n}).normal(5, 2, size=(20, 3))",
    ),
    ("raw", "q1-begin", "# BEGIN QUESTION\nname: q1\npoints: 4\ncheck_cell: false"),
    (
        "markdown",
        "q1-text",
        "## 1. 열마다 평균과 표준편차 (4점)\n\n"
        "- `center(x)`: 행렬 `x` (N, D)의 열마다 그 평균을 뺀 **새 배열** (N, D)\n"
        "- `spread(x)`: 열마다 표준편차 (D,). 합을 N으로 나눕니다.\n"
        "- `centered`, `widths`: `data`에 `center`와 `spread`를 적용한 결과\n"
        "- `largest`: `centered`에서 절댓값이 가장 큰 값의 절댓값",
        "## 1. Mean and standard deviation of every column (4 points)\n\n"
        "- `center(x)`: a **new array** (N, D), the matrix `x` (N, D) with the mean of every "
        "column subtracted\n"
        "- `spread(x)`: the standard deviation of every column, (D,); sums are divided by N\n"
        "- `centered`, `widths`: what `center` and `spread` make of `data`\n"
        "- `largest`: the largest absolute value in `centered`",
    ),
    ("raw", "q1-solution-begin", "# BEGIN SOLUTION"),
    (
        "code",
        "q1-code",
        "def center(x):\n"
        '    """x (N, D) with mean 0 in every column."""\n'
        "    # BEGIN SOLUTION\n"
        "    x = np.asarray(x, float)\n"
        "    means = x.mean(axis=0)\n"
        "    return x - means\n"
        "    # END SOLUTION\n\n\n"
        "def spread(x):\n"
        '    """The standard deviation (D,) of every column of x (N, D)."""\n'
        "    # BEGIN SOLUTION\n"
        "    squares = center(x) ** 2\n"
        "    variances = squares.mean(axis=0)\n"
        "    return np.sqrt(variances)\n"
        "    # END SOLUTION\n\n\n"
        "centered = center(data)  # SOLUTION\n"
        "widths = spread(data)  # SOLUTION\n"
        "largest = np.abs(centered).max()  # SOLUTION",
    ),
    ("raw", "q1-solution-end", "# END SOLUTION"),
    (
        "markdown",
        "q1-check-text",
        "다음 셀은 공개 테스트입니다. 통과해도 점수가 모두 정해지지는 않습니다. "
        "채점에서는 다른 데이터도 씁니다.",
        "The next cell is a public check. Passing it does not settle the grade: "
        "grading uses other data, too.",
    ),
    (
        "code",
        "q1-check",
        "shifted = center(np.array([[1.0, 10.0], [3.0, 30.0]]))\n"
        'assert shifted is not None, "center returned None: replace the line ... by your code"\n'
        'assert np.shape(shifted) == (2, 2), f"want the shape (2, 2), got {{np.shape(shifted)}}"\n'
        'assert np.allclose(shifted, [[-1, -10], [1, 10]]), "subtract each column\'s own mean"',
    ),
    ("raw", "q1-tests-begin", "# BEGIN TESTS"),
    (
        "code",
        "q1-test-1",
        '"""  # BEGIN TEST CONFIG\npoints: 1\nhidden: true\n'
        "failure_message: '열마다 평균이 0입니다 || every column has mean 0'\n"
        '"""  # END TEST CONFIG\n\n\n'
        "def test_every_column(center):\n"
        "    import numpy as np\n\n"
        "    x = np.random.default_rng(11).normal([3, -7, 0, 40], [1, 2, 3, 4], size=(9, 4))\n"
        "    got = np.asarray(center(x), float)\n"
        '    assert got.shape == (9, 4), f"shape {{got.shape}}, want (9, 4)"\n'
        '    assert np.allclose(got, x - x.mean(axis=0)), "a column has another mean than 0"',
    ),
    (
        "code",
        "q1-test-2",
        '"""  # BEGIN TEST CONFIG\npoints: 1\nhidden: true\n'
        "failure_message: '정수 행렬도 옳게 다룹니다 || a matrix of integers works, too'\n"
        '"""  # END TEST CONFIG\n\n\n'
        "def test_integers(center):\n"
        "    import numpy as np\n\n"
        "    got = np.asarray(center(np.array([[1, 2], [2, 2], [2, 5]])), float)\n"
        '    assert got.shape == (3, 2), f"shape {{got.shape}}, want (3, 2)"\n'
        '    assert np.allclose(got[:, 0], [-2 / 3, 1 / 3, 1 / 3]), "fractions are lost"',
    ),
    (
        "code",
        "q1-test-3",
        '"""  # BEGIN TEST CONFIG\npoints: 1\nhidden: true\n'
        "failure_message: '열마다 표준편차를 잽니다 || the standard deviation of every column'\n"
        '"""  # END TEST CONFIG\n\n\n'
        "def test_spread(spread):\n"
        "    import numpy as np\n\n"
        "    x = np.random.default_rng(12).normal([3, -7, 0], [1, 2, 9], size=(8, 3))\n"
        "    got = np.asarray(spread(x), float)\n"
        '    assert got.shape == (3,), f"shape {{got.shape}}, want (3,)"\n'
        '    assert np.allclose(got, x.std(axis=0)), "a standard deviation is off"',
    ),
    (
        "code",
        "q1-test-4",
        '"""  # BEGIN TEST CONFIG\npoints: 1\nhidden: true\n'
        "failure_message: 'centered, widths, largest || centered, widths and largest'\n"
        '"""  # END TEST CONFIG\n\n\n'
        "def test_on_the_data(centered, widths, largest):\n"
        "    import numpy as np\n\n"
        "    data = np.random.default_rng({n}).normal(5, 2, size=(20, 3))\n"
        "    want = data - data.mean(axis=0)\n"
        '    assert np.shape(centered) == (20, 3), "centered has another shape than data"\n'
        '    assert np.allclose(centered, want), "centered is not what center makes of data"\n'
        '    assert np.shape(widths) == (3,), "widths wants one number for each column"\n'
        '    assert np.allclose(widths, data.std(axis=0)), "widths are off"\n'
        '    assert abs(float(largest) - np.abs(want).max()) < 1e-9, "largest is off"',
    ),
    ("raw", "q1-tests-end", "# END TESTS"),
    ("raw", "q1-end", "# END QUESTION"),
    ("raw", "q2-begin", "# BEGIN QUESTION\nname: written\npoints: 4\nmanual: true"),
    (
        "markdown",
        "q2-text",
        "## 2. 서술형 (4점)\n\n위의 결과를 근거로 답하는 질문을 하나 씁니다. "
        "다섯 문장에서 여덟 문장으로 답합니다.",
        "## 2. In writing (4 points)\n\nAsk one question that is answered from the results above. "
        "Answer in five to eight sentences.",
    ),
    ("raw", "q2-prompt-begin", "# BEGIN PROMPT"),
    (
        "markdown",
        "answer",
        "_여기에 답을 씁니다. 이 줄은 지웁니다._",
        "_Write your answer here and delete this line._",
    ),
    ("raw", "q2-prompt-end", "# END PROMPT"),
    ("raw", "q2-solution-begin", "# BEGIN SOLUTION"),
    (
        "markdown",
        "rubric",
        "**채점 기준 (항목마다 1점)**\n\n1. 첫째 기준을 씁니다.",
        "**Rubric (1 point each)**\n\n1. The first criterion.",
    ),
    ("raw", "q2-solution-end", "# END SOLUTION"),
    ("raw", "q2-end", "# END QUESTION"),
]

ANSWERS = '''\
"""Answers to the exercise {name}."""

# Answer: edits of the solution's code, and the points that each question must then get.
ANSWERS = {{
    "other": (
        [
            (
                "    means = x.mean(axis=0)\\n    return x - means",
                "    return np.stack([one - sum(one) / len(one) for one in x.T], axis=1)",
            )
        ],
        (4,),
    ),
    "one-mean-for-all": ([("x.mean(axis=0)", "x.mean()")], (0,)),
    "mean-of-rows": ([("x.mean(axis=0)", "x.mean(axis=1)[:, None]")], (0,)),
    "integers-stay": ([("- means", "- means.astype(int)")], (0,)),
    "variance": ([("return np.sqrt(variances)", "return variances")], (2,)),
    "largest-with-sign": ([("np.abs(centered).max()", "centered.max() - 1")], (3,)),
}}

# For every question at least ten wrong and three right changes of its cell: see __init__.py.
VARIANTS = {{}}
'''


def master(number, titles):
    """Return the new master; titles: (Korean, English)."""
    cells = []
    for kind, name, *texts in CELLS:
        make = getattr(nbformat.v4, f"new_{kind}_cell")
        if kind == "markdown":
            for language, title, text in zip((SOURCE, TRANSLATION), titles, texts):
                source = text.format(n=number, title=title)
                cells.append(make(source, id=f"{name}-{language}", metadata={"language": language}))
        else:
            cells.append(make(texts[0].format(n=number), id=name))
    about = {
        "title": dict(zip((SOURCE, TRANSLATION), titles)),
        "trains": {SOURCE: "이 과제에서 무엇을 하는지 씁니다.", TRANSLATION: "Say what it trains."},
        "minutes": [30, 60],
    }
    metadata = {"kernelspec": dict(KERNELSPEC), "language_info": dict(LANGUAGE_INFO)}
    content = nbformat.v4.new_notebook(cells=cells, metadata={"exercise": about, **metadata})
    content.nbformat_minor = 5
    return content


def new(root, name, titles):
    """Write the master and its answers; return the paths written.

    Raises BookError for a name that is not NN-name, or is taken.
    """
    match = NAME.fullmatch(name)
    if not match:
        raise BookError(f"{name!r} is not an exercise's name; it must look like 02-autoencoder")
    source = root / "exercises" / name / f"{name}.ipynb"
    answers = root / "tests/autograder/answers" / f"{name.replace('-', '_')}.py"
    for path in (source, answers):
        if path.exists():
            raise BookError(f"{path.relative_to(root)} exists")
    for path in (source, answers):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_notebook(source, master(int(match[1]), titles))
    write_text(answers, ANSWERS.format(name=name))
    return [source, answers]


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("name", metavar="NN-name", help="its chapter's number, and a short name")
    parser.add_argument(
        "--title",
        nargs=2,
        metavar=("KOREAN", "ENGLISH"),
        default=("새 과제", "A new assignment"),
        help="the exercise's title in both languages",
    )


def main(args, root):
    """Create the exercise and say what to do next."""
    for path in new(root, args.name, args.title):
        print(f"wrote {path.relative_to(root)}")
    print(f"Write its questions, then: python -m autograder build {args.name}")
    return 0
