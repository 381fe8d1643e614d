"""The appendix says what the library does, and the glossary says the same in all its tables."""

import json
import re
from pathlib import Path

import pytest

from course_lib import data

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


def terms(language, section):
    """{(Korean, English, anchor)} of a table of the glossary."""
    found = []
    for row in tables(language, "glossary.md")[section]:
        (one, anchor_1), (other, anchor_2) = map(bare, row[:2])
        korean_first = section == 1
        pair = (one, other) if korean_first else (other, one)
        found.append((*pair, anchor_1 or anchor_2))
    return found


def test_the_glossary_holds_the_same_terms_in_both_directions_and_languages():
    expected = set(terms("ko", 1))
    assert len(expected) == len(terms("ko", 1)) >= 90
    for language in ("ko", "en"):
        for section in (1, 2):
            assert set(terms(language, section)) == expected, (language, section)
    for column in range(3):  # no term, in either language, and no anchor stands for two things
        assert len({term[column] for term in expected}) == len(expected)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_glossary_is_in_alphabetical_order(language):
    korean = [term[0] for term in terms(language, 1)]
    assert korean == sorted(korean, key=lambda word: (word[0] < "가", word.lower()))
    english = [term[1] for term in terms(language, 2)]
    assert english == sorted(english, key=str.lower)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_term_has_a_definition_of_one_sentence_or_two(language):
    for row in tables(language, "glossary.md")[1 if language == "ko" else 2]:
        assert len(row) == 3
        assert row[2].endswith("."), row
        assert 10 <= len(row[2]) <= 160, row


def test_the_chapters_introduce_terms_as_the_glossary_has_them():
    """A term first appears as 한국어(English); that pair must be the glossary's."""
    korean = {english.lower(): word for word, english, _ in terms("ko", 1)}
    met = 0
    for path in sorted((BOOK / "ko").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf8"))["cells"]:
            if cell["cell_type"] != "markdown":
                continue
            source = "".join(cell["source"]).replace("**", "")
            pairs = re.findall(r"([^\n(]+)\(([A-Za-z][A-Za-z' +-]+)\)", source)
            for before, english in pairs:
                if english.lower() in korean:
                    met += 1
                    assert before.endswith(korean[english.lower()]), (path.name, before, english)
    assert met >= 20


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_data_cards_list_the_photographs_and_styles_that_can_be_loaded(language):
    cards = tables(language, "data-cards.md")
    photos = {row[0].strip("`"): row for row in cards[3]}
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
    assert [row[0].strip("`") for row in cards[4]] == list(data.STYLES)
