import pytest

from tools.markdown import parse


def test_headings_do_not_come_from_code():
    parts = parse("# One\n\n```sh\n# not a heading\n```\n\n### Three ##\n")
    assert parts.headings == [1, 3]
    assert parts.fences == ["sh"]


def test_math_is_told_from_money_and_code():
    parts = parse("It costs \\$5 or $5, and `$x$`; but $a_1$, $b$ and\n$$\nc\n$$\n")
    assert parts.inline == ["a_1", "b"]
    assert parts.display == ["\nc\n"]


def test_words_in_equations_are_left_out_with_their_braces():
    assert parse(r"$$x \text{ if } y \textbf{ \emph{or} z}$$").display == [r"x \text{} y \textbf{}"]


def test_links_of_every_kind_with_brackets_in_them():
    parts = parse(
        "[a](x.md#y) ![b](<c.png>) [![badge](b.svg)](https://e.com/) <https://auto.example/>\n"
        '[doi](https://doi.org/10.1016/0377-0427(87)90125-7) <a href="z.md">z</a>'
    )
    assert parts.links == [
        "x.md#y",
        "c.png",
        "b.svg",
        "https://e.com/",
        "https://doi.org/10.1016/0377-0427(87)90125-7",
        "z.md",
        "https://auto.example/",
    ]


def test_admonitions_in_html_and_in_directives():
    parts = parse('<div class="admonition note">\nx\n</div>\n\n:::{tip}\n$y$\n:::\n')
    assert sorted(parts.admonitions) == ["admonition note", "tip"]
    assert parts.html == ["/div"]
    assert parts.inline == ["y"]


def test_labels_are_numbered_bold_text_and_headings():
    parts = parse("**그림 1.3.** 설명\n\n### 연습 문제 2. 제목\n\n**굵게**\n")
    assert parts.labels == [("그림", "1.3"), ("연습 문제", "2")]
    assert parse("**그림 P.1.** **Exercise P.2.** **PCA**").labels == [
        ("그림", "P.1"),
        ("Exercise", "P.2"),
    ]


def test_comments_are_not_text():
    assert parse("<!-- # $x$ [a](b) -->\nplain").words.strip() == "plain"


@pytest.mark.parametrize(
    ("place", "choices"), [('data-answer="1"', "1. a\n2. b"), ('data-answer="2"', "1. a")]
)
def test_predictions_differ_by_their_answer_and_their_choices(place, choices):
    def html(data, listed):
        text = f'<div class="predict" {data}>\n\n**Prediction.** x?\n\n{listed}\n\n</div>'
        return parse(text).html

    assert html(place, choices) != html('data-answer="2"', "1. a\n2. b")
    assert html('data-answer="2"', "1. x\n2. y") == html('data-answer="2"', "1. a\n2. b")
