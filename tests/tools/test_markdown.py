"""What a text consists of: each part where it belongs, and nowhere else."""

import pytest

from tools.markdown import parse


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("# One\n\n```sh\n# no\n```\n\n### Three ##\n", {"headings": [1, 3], "fences": ["sh"]}),
        (
            "It costs \\$5, and `$x$`; but $a_1$, $b$ and\n$$\nc\n$$\nor $$d$$",
            {"inline": ["a_1", "b"], "display": ["\nc\n", "d"]},
        ),
        (
            r"$$x \text{ if } y \textbf{ \emph{or} z}$$",
            {"display": [r"x \text{} y \textbf{}"]},
        ),
        (
            "[a](x.md#y) ![b](<c.png>) [![d](e.svg)](https://f.com/) <https://auto.example/>\n"
            '[doi](https://doi.org/10.1016/0377-0427(87)90125-7) <a href="z.md">z</a>',
            {
                "links": ["x.md#y", "c.png", "https://f.com/", "e.svg", "https://auto.example/"]
                + ["https://doi.org/10.1016/0377-0427(87)90125-7", "z.md"],
                "html": ["a", "/a"],
            },
        ),
        (
            '<div class="admonition note">\nx\n</div>\n\n:::{tip}\n$y$\n:::\n',
            {"admonitions": ["admonition note", "tip"], "html": ["/div"], "inline": ["y"]},
        ),
        (
            "**그림 1.3.** 설명\n\n### 연습 문제 2. 제목\n\n**굵게** **Exercise P.2.**\n",
            {"labels": [("그림", "1.3"), ("연습 문제", "2"), ("Exercise", "P.2")], "headings": [3]},
        ),
        (
            "<p>**그림 1.1.** $x$</p>",
            {"labels": [("그림", "1.1")], "inline": ["x"], "html": ["p", "/p"]},
        ),
        (
            '<div class="predict" data-answer="2">\n\n1. a\n2. b\n\n</div>',
            {"html": ["div data-answer=2", "/div"], "lists": [2]},
        ),
        ("<!-- # $x$ [a](b) --> <!-- open", {}),
    ],
)
def test_every_part_is_found(text, parts):
    found = vars(parse(text))
    found.pop("words")
    assert {name: value for name, value in found.items() if value} == parts


def test_words_are_what_a_reader_reads():
    text = "# One *two*\n\n`code` $x$ [three](four) <!-- five -->"
    assert parse(text).words.split() == ["One", "two", "three"]
