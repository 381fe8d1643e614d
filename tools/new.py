"""Start a new chapter: its skeleton in both languages, and its place in _toc.yml."""

import re

import nbformat

from tools.book import SOURCE, TRANSLATION, BookError, notebook, write_notebook, write_text
from tools.repository import SETUP_ID, configured, setup_cell
from tools.run import KERNELSPEC, LANGUAGE_INFO

NAME = re.compile(r"(\d\d)-[a-z0-9]+(-[a-z0-9]+)*")
ENTRY = re.compile(r"^(?P<start> *- file: book/(?P<language>\w+)/)(?P<name>\d\d-[\w-]+) *$", re.M)

# One entry per cell: its id, then its text in Korean and in English. `code:` cells are shared.
# {n} is the chapter's number, {title} its title.
# What the opening of the page says: minutes to read, seconds to run, chapters to know.
COURSE = {"part": 4, "door": 10, "way": 40, "run": 60, "needs": []}
CELLS = [
    (
        "title",
        "# {title}\n\n**이 장이 답하는 질문을 한 문장으로 쓰면 무엇일까요?**\n\n"
        "**목표.** 세 가지에서 다섯 가지를 적습니다. 미리 알아 둘 것도 적습니다.",
        "# {title}\n\n**Which question does this chapter answer?**\n\n"
        "**Goals.** Three to five of them, and what to know first.",
    ),
    ("code:" + SETUP_ID, "", ""),
    (
        "code:first-figure",
        "import matplotlib.pyplot as plt\n\n"
        "fig, ax = plt.subplots(figsize=(4, 3))\n"
        "ax.plot([0, 1, 2, 3], [0, 1, 4, 9])\n"
        'ax.set(xlabel="x", ylabel="x squared")\n'
        "plt.show()",
        "",
    ),
    (
        "first-figure-caption",
        "**그림 {n}.1.** 이 장의 결과가 첫 그림입니다. 무엇을 보아야 하는지 적습니다.",
        "**Figure {n}.1.** The first picture is the chapter's result. Say what to see in it.",
    ),
    (
        "door",
        "## 10분 만에 해 보기\n\n쉬운 말로 설명하고, 알고리즘 전체를 열 줄로 써서 바로 돌립니다.",
        "## In ten minutes\n\nThe idea in plain words, and the whole algorithm in ten lines.",
    ),
    (
        "mathematics",
        "## 수학\n\n모든 단계에 까닭을 적습니다.\n\n$$y = x^2 \\tag{{{n}.1}}$$",
        "## The mathematics\n\nEvery step has its reason.\n\n$$y = x^2 \\tag{{{n}.1}}$$",
    ),
    (
        "implementation",
        "## 구현\n\n`course_lib`에서 가져온 코드를 `show_source`로 보여 주고 한 줄씩 짚습니다.",
        "## The implementation\n\nImport it from `course_lib`, print it with `show_source`, "
        "walk through it.",
    ),
    (
        "experiments",
        "## 실험\n\n먼저 예측하고, 다음 셀에서 재고, 그다음 글에서 결과를 읽습니다.",
        "## Experiments\n\nPredict, measure in the next cell, then read the result.",
    ),
    (
        "failures",
        "## 실패와 조절\n\n일부러 일으킨 실패를 두 가지 이상 보이고 고칩니다.",
        "## Where it fails, and what to tune\n\n"
        "Two failures or more, provoked on purpose and cured.",
    ),
    (
        "exercises",
        "## 연습 문제\n\n확인 문제 셋, 코딩 과제 둘, GPU로 하는 열린 과제 하나를 냅니다.",
        "## Exercises\n\nThree quick checks, two coding tasks, and one open task for a GPU.",
    ),
    (
        "summary",
        "## 정리\n\n남는 것, 다음에 읽을 것, 참고 문헌을 적습니다.",
        "## Summary\n\nWhat stays, what to read next, and the references.",
    ),
]


def skeleton(language, number, title, address):
    """Return a new chapter's notebook in one language."""
    cells = []
    for name, korean, english in CELLS:
        kind, _, cell_id = name.rpartition(":")
        if kind == "code":
            source = setup_cell(address) if cell_id == SETUP_ID else korean
            cells.append(nbformat.v4.new_code_cell(source, id=cell_id))
        else:
            text = (korean if language == SOURCE else english).format(n=number, title=title)
            cells.append(nbformat.v4.new_markdown_cell(text, id=cell_id))
    metadata = {"kernelspec": dict(KERNELSPEC), "language_info": dict(LANGUAGE_INFO)}
    metadata["course"] = COURSE | {"hero": f"{number}.1"}
    content = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    content.nbformat_minor = 5
    return content


def add_to_contents(toc, name):
    """Return the text of _toc.yml with the chapter after the last one of a smaller number.

    Raises BookError where a language has no chapter to stand after.
    """
    for language in (SOURCE, TRANSLATION):
        before = [
            match
            for match in ENTRY.finditer(toc)
            if match["language"] == language and match["name"] < name
        ]
        if not before:
            raise BookError(f"_toc.yml has no chapter of book/{language} to put {name} after")
        end = before[-1].end()
        toc = f"{toc[:end]}\n{before[-1]['start']}{name}{toc[end:]}"
    return toc


def new(root, name, titles):
    """Write the skeletons of a chapter and its entries in _toc.yml; return the paths written.

    titles: (Korean, English). Raises BookError for a name that is not NN-name or is taken.
    """
    match = NAME.fullmatch(name)
    if not match:
        raise BookError(f"{name!r} is no chapter name; it must look like 02-autoencoder")
    paths = [notebook(root, language, name) for language in (SOURCE, TRANSLATION)]
    for path in paths:
        if path.exists():
            raise BookError(f"{path.relative_to(root)} exists")
    toc = root / "_toc.yml"
    contents = add_to_contents(toc.read_text("utf8"), name)
    for path, language, title in zip(paths, (SOURCE, TRANSLATION), titles, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_notebook(path, skeleton(language, int(match[1]), title, configured(root)))
    write_text(toc, contents)
    return [*paths, toc]


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("name", metavar="NN-name", help="number and short name: 02-autoencoder")
    parser.add_argument(
        "--title",
        nargs=2,
        metavar=("KOREAN", "ENGLISH"),
        default=("새 장", "A new chapter"),
        help="the chapter's title in both languages",
    )


def main(args, root):
    """Create the chapter and say what to do next."""
    for path in new(root, args.name, args.title):
        print(f"wrote {path.relative_to(root)}")
    print(f"Write the Korean text, then: python -m tools run {args.name}")
    return 0
