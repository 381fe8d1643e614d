"""The extension's own parts: anchors, words for search, and the faults that must stop a build."""

import json
import re

import pytest
from booksite import anchors, equations
from bs4 import BeautifulSoup

from tests.site.little import notebook


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Choosing k", "choosing-k"),
        ("K-means++: better starts", "k-means-better-starts"),
        ("Where it fails, and why", "where-it-fails-and-why"),
        ("The norm $\\lVert x \\rVert$", "the-norm-lvert-x-rvert"),
    ],
)
def test_slug(heading, anchor):
    assert anchors.slug(heading) == anchor


def test_anchors_are_distinct():
    headings = [(2, "Check"), (2, "Check"), (2, "Check 2"), (2, "한글"), (2, "Check")]
    found = anchors.anchors(headings)
    assert found == ["check", "check-2", "check-2-2", "section-4", "check-3"]


def test_headings_of_a_notebook_leave_out_code(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": ["# One *two* `three`\n", "\n", "```\n# no\n```\n"]},
        {"cell_type": "code", "source": ["# no\n"]},
        {"cell_type": "markdown", "source": ["### Four $k$\n", "> # quoted\n"]},
    ]
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps({"cells": cells}), "utf8")
    found = anchors.source_headings(str(path))
    assert found == [(1, "One two three"), (3, "Four k")]


EQUATION = r"""\begin{aligned}
a &= b \\
  &= c
\end{aligned}
\tag{1.2}"""
PAGES = {
    "ko": {
        "index.md": "# 집\n\n[절](one.ipynb#the-plot)",
        "one.ipynb": notebook(
            "# 하나", "**그림 1.1.** 점 $x$ 하나입니다.", '## 그림\n\n<a id="here"></a>여기'
        ),
        "two.md": f"# 둘\n\n[여기](one.ipynb#here)\n\n$$\n{EQUATION}\n$$\n\n## $a = b$\n",
    },
    "en": {
        "index.md": "# Home\n\n[Plot](one.ipynb#the-plot)",
        "one.ipynb": notebook(
            "# One", "**Figure 1.1.** A point $x$.", '## The plot\n\n<a id="here"></a>Here'
        ),
        "two.md": "# Two\n\n[here](one.ipynb#here)\n\n## $a = b$\n",
    },
}
FAULTS = {
    "ko": PAGES["ko"]
    | {
        "one.ipynb": notebook("# 하나", "그림에 설명이 없습니다.", "## 그림"),
        "two.md": "# 둘\n\n[없는](one.ipynb#nowhere) $\\frac{$\n\n**그림 1.2.** 그림이 없습니다.",
    },
    "en": PAGES["en"]
    | {
        "one.ipynb": notebook("# One", "No caption.", "## The plot", "## One more"),
        "two.md": "# Two\n\n[gone](gone.md)",
    },
}


@pytest.fixture(scope="module")
def built(little_book):
    """The folder of PAGES, built."""
    status, log, folder = little_book(PAGES)
    assert status == 0, log
    return folder


def test_links_find_anchors_in_both_languages(built):
    for code in ("ko", "en"):
        assert 'href="one.html#the-plot"' in (built / f"book/{code}/index.html").read_text("utf8")
        assert 'href="one.html#here"' in (built / f"book/{code}/two.html").read_text("utf8")
        page = (built / f"book/{code}/one.html").read_text("utf8")
        assert 'id="the-plot"' in page
        assert 'id="here"' in page
    assert 'alt="그림 1.1. 점 x 하나입니다."' in (built / "book/ko/one.html").read_text("utf8")


def test_equations_are_typeset_as_they_were_written(built):
    page = BeautifulSoup((built / "book/ko/two.html").read_text("utf8"), "html.parser")
    (shown,) = page.select("div.math > .formula > mjx-container")
    assert [number.text for number in page.select("div.math > .formula + .number")] == ["(1.2)"]
    assert len(shown.select("mjx-math mjx-mtable mjx-mtr")) == 2, "two lines"
    read = shown.select_one("mjx-assistive-mml math")
    assert read.text == "a=b=c"
    page = BeautifulSoup((built / "book/ko/one.html").read_text("utf8"), "html.parser")
    assert page.select_one("p .math")["data-tex"] == "x"
    assert page.select_one("p .math math").get("aria-label") is None
    assert page.select_one("p .math").get("tabindex") is None, "a short one need not scroll"
    assert "--width:0.5" in page.select_one("p .math")["style"]
    assert page.select_one(".word") is None
    page = BeautifulSoup((built / "book/en/one.html").read_text("utf8"), "html.parser")
    assert page.select_one(".word > .math").next_sibling == ".", "a full stop begins no line"
    page = BeautifulSoup((built / "book/ko/two.html").read_text("utf8"), "html.parser")
    assert page.select_one("h2 .math math")["aria-label"] == "a=b", "a heading needs words"


@pytest.mark.parametrize("tex", [r"\mathbb{1}", r"\text{가}"])
def test_a_character_of_no_typeface_is_measured_in_whatever_order_it_comes(root, tex):
    found, _ = equations.typeset([(tex, False)], root)
    assert 0 < found[tex, False]["width"] < 3


def test_what_is_wrong_in_a_formula_is_told(root):
    wrong = {r"\frac{1": "Missing close brace", r"\nosuch x": "Undefined control sequence \\nosuch"}
    found, _ = equations.typeset([(tex, False) for tex in [*wrong, "x"]], root)
    said = {tex: one["errors"] for (tex, _), one in found.items()}
    assert said == {tex: [message] for tex, message in wrong.items()} | {"x": []}


def test_faults_stop_the_build(little_book):
    status, log, _ = little_book(FAULTS)
    assert status != 0
    assert re.search("the headings do not pair up: book/ko/one", log)
    assert len(re.findall("a figure without a caption", log)) == 2
    assert re.search("a caption without a figure: 그림 1.2.", log)
    assert re.search("local id not found.*nowhere", log)
    assert re.search("WARNING.*gone", log)
    assert re.search(r"Missing close brace in the formula \\frac\{", log)
