"""The appendix says what the library does, and the glossary says the same in all its tables."""

import json
import re
from pathlib import Path

import pytest

from course_lib import data
from tools import glossary
from tools.book import BookError

# Names and abbreviations, which stand in brackets as terms do.
NO_TERMS = {
    "scikit-learn",
    "Lloyd",
    "Manhattan",
    "Gaussian",
    "MSE",
    "dB",
    "resize-convolution",
    "extragradient",
    "proline",
}
BOOK = Path(__file__).parents[2] / "book"


def tables(language, page):
    """The rows of tables on a page, by the number of their section: {1: [[cell, ...], ...]}."""
    found = {}
    for number, part in enumerate(re.split(r"^## ", read(language, page), flags=re.M)):
        rows = [line[2:-2].split(" | ") for line in part.splitlines() if line.startswith("| ")]
        found[number] = [[cell.strip() for cell in row] for row in rows[2:]]
    return found


def read(language, page):
    return (BOOK / language / page).read_text(encoding="utf8")


def bare(cell):
    """A cell without its anchor or link, and that anchor: (text, anchor)."""
    anchor = re.search(r'id="([^"]+)"|\(#([^)]+)\)', cell)
    text = re.sub(r"<[^>]+>|\]\(.*?\)|\[", "", cell)
    return text, anchor and (anchor[1] or anchor[2])


def terms(language, first):
    """{(Korean, English, anchor)} of the glossary's table whose terms are in the language `first`.

    The table of the page's own language comes first and has the definitions.
    """
    found = []
    for row in tables(language, "glossary.md")[1 if first == language else 2]:
        (one, anchor_1), (other, anchor_2) = map(bare, row[:2])
        korean_first = first == "ko"
        pair = (one, other) if korean_first else (other, one)
        found.append((*pair, anchor_1 or anchor_2))
    return found


def test_the_glossary_holds_the_same_terms_in_both_directions_and_languages():
    expected = set(terms("ko", "ko"))
    assert len(expected) == len(terms("ko", "ko")) >= 90
    for language in ("ko", "en"):
        for first in ("ko", "en"):
            assert set(terms(language, first)) == expected, (language, first)
    for column in range(3):  # no term, in either language, and no anchor stands for two things
        assert len({term[column] for term in expected}) == len(expected)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_glossary_is_in_alphabetical_order(language):
    korean = [term[0] for term in terms(language, "ko")]
    assert korean == sorted(korean, key=lambda word: (word[0] < "가", word.lower()))
    english = [term[1] for term in terms(language, "en")]
    assert english == sorted(english, key=str.lower)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_term_has_a_definition_of_one_sentence_or_two(language):
    for row in tables(language, "glossary.md")[1]:
        assert len(row) == 4
        assert row[2].endswith("."), row
        assert 10 <= len(row[2]) <= 160, row


def korean_texts():
    """{where: Korean text, without code, mathematics and bold} of every chapter and exercise."""
    found = {}
    paths = [*BOOK.glob("ko/*.ipynb"), *BOOK.parent.glob("exercises/[0-9]*/*.ipynb")]
    for path in sorted(paths):
        cells = json.loads(path.read_text(encoding="utf8"))["cells"]
        for cell in cells:
            korean = cell["metadata"].get("language", "ko") == "ko"
            if cell["cell_type"] == "markdown" and korean:
                text = re.sub(r"`[^`]*`|\$[^$]*\$", "", "".join(cell["source"]))
                found[path.parent.name, path.stem, cell["id"]] = text.replace("**", "")
    return found


def test_the_chapters_introduce_terms_as_the_glossary_has_them():
    """A term first appears as 한국어(English); that pair must be the glossary's."""
    korean = {english.lower(): word for word, english, _ in terms("ko", 1)}
    met = 0
    for where, text in korean_texts().items():
        if where[0] != "ko":
            continue  # an exercise may bring terms of its own
        for before, english in re.findall(r"([^\n(]*[가-힣])\(([A-Za-z][A-Za-z' +-]+)\)", text):
            if english not in NO_TERMS:
                met += 1
                assert english.lower() in korean, (where, before, english)
                assert before.endswith(korean[english.lower()]), (where, before, english)
    assert met >= 100


def test_no_chapter_uses_a_word_that_the_glossary_replaces():
    """Of the words for one thing that communities use, the book has the one in the first column."""
    replaced = {
        other: bare(row[0])[0]
        for row in tables("ko", "glossary.md")[3]
        for other in re.split(r"[,·] ?", row[1])
        if other != "정규화"  # which is what batch normalization does
    }
    # Words that stand in the book for something else.
    words = sorted({word for word, _, _ in terms("ko", 1)}, key=len, reverse=True)
    kept = re.compile("|".join(map(re.escape, words)))
    for where, text in korean_texts().items():
        left = kept.sub("", text)
        for other, ours in replaced.items():
            found = re.search(rf"(?<![가-힣]){re.escape(other)}", left)
            assert not found, f"{where}: {other}, in this book {ours}"
    assert len(replaced) > 20


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_glossary_links_to_where_a_term_is_introduced(language):
    page = read(language, "glossary.md")
    assert page == glossary.filled(BOOK.parent, language), "run `python -m tools glossary`"
    assert len(glossary.ROW.findall(page)) == len(terms("ko", 1))


def test_a_term_is_introduced_where_it_is_first_set_with_its_english_word():
    texts = {"a": "군집이란", "b": "군집(cluster)", "c": "군집(cluster)은 거리"}
    assert glossary.introduces(texts, "군집", "cluster") == "b"
    assert glossary.introduces(texts, "거리", "distance") == "c"
    with pytest.raises(BookError, match="no chapter uses 평균"):
        glossary.introduces(texts, "평균", "mean")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_data_cards_list_the_photographs_and_styles_that_can_be_loaded(language):
    cards = tables(language, "data-cards.md")
    photos = {row[0].strip("`"): row for row in cards[4]}
    assert list(photos) == list(data.PHOTOS)
    for name, row in photos.items():
        _, height, width = data.load_photo(name).shape
        assert row[2] == f"{height} × {width}"
        assert (
            row[3]
            == {"sklearn": "scikit-learn", "skimage": "scikit-image"}[
                data.PHOTOS[name][0].partition(".")[0]
            ]
        )
    assert [row[0].strip("`") for row in cards[5]] == list(data.STYLES)
