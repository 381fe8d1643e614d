"""The book on paper, as `make pdf` prints it from the built site, in both languages."""

import re
from itertools import pairwise
from typing import NamedTuple

import pypdf
import pypdfium2
import pytest

from tools import pdf
from tools.book import BookError, contents

A4 = (595, 842)  # points


class Printed(NamedTuple):
    """The PDF of a language, and what stands on its pages."""

    language: str
    book: pypdf.PdfReader
    sides: list  # the text of each page
    pictures: list  # (left, bottom, right, top) of each picture, in points


@pytest.fixture(scope="module", params=["ko", "en"])
def printed(request, root, site, browser, tmp_path_factory):
    path = pdf.print_book(browser, root, site, request.param, tmp_path_factory.mktemp("pdf"))
    sides, pictures = [], []
    with pypdfium2.PdfDocument(path) as book:  # pypdf takes ten times as long for the text
        for page in book:
            sides.append(page.get_textpage().get_text_range().replace("\r\n", "\n"))
            images = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
            pictures += [image.get_bounds() for image in images]
    return Printed(request.param, pypdf.PdfReader(path), sides, pictures)


def squeeze(text):
    """Return a text without white space: where lines break is not what is tested here."""
    return re.sub(r"\s", "", text)


def articles(root, pages, language):
    """Return {page's name: its article}, in the order of the book."""
    names = [name for _, name in contents(root, language)]
    return {name: pages[f"book/{language}/{name}"].select_one("article") for name in names}


def title(article):
    """Return the words of a page's title, without the sign of the link to it."""
    words = article.h1.find_all(string=True)
    return "".join(one for one in words if not one.find_parent(class_="headerlink"))


def stands(words, sides):
    """Tell whether words stand on a page, or begin on one and go on at the top of the next."""
    return any(words in side for side in sides) or any(
        words[:k] in side and after.startswith(words[k:])
        for side, after in pairwise(sides)
        for k in range(1, len(words))
    )


def test_the_words_can_be_selected(printed, root, pages):
    sides = [squeeze(side.partition("\n")[2]) for side in printed.sides]  # less their numbers
    for name, article in articles(root, pages, printed.language).items():
        # What is words alone: a formula's glyphs have no letters to select.
        plain = [one for one in article.select("p, li, td") if not one.find(True)][:9]
        assert plain, name
        for one in plain:
            assert stands(squeeze(one.get_text()), sides), (name, one)


def test_every_page_has_its_bookmark_and_its_number_in_the_contents(printed, root, pages):
    chapters = [one for one in printed.book.outline if not isinstance(one, list)]
    expected = [title(article) for article in articles(root, pages, printed.language).values()]
    assert [squeeze(one.title) for one in chapters] == list(map(squeeze, expected))
    begin = [printed.book.get_destination_page_number(one) for one in chapters]
    assert begin == sorted(set(begin))
    lines = [squeeze(line) for line in "\n".join(printed.sides[1 : begin[0]]).split("\n")]
    for name, number in zip(expected, begin):
        assert f"{squeeze(name)}{number + 1}" in lines
        assert squeeze(name) in squeeze(printed.sides[number])


def test_every_bookmark_has_words(printed):
    def titles(entries):
        for one in entries:
            yield from titles(one) if isinstance(one, list) else [one.title.strip()]

    found = list(titles(printed.book.outline))
    assert len(found) > 100
    assert "" not in found


def test_paper_is_a4_with_the_number_at_its_foot(printed):
    for number, page in enumerate(printed.book.pages, 1):
        assert [float(side) for side in page.mediabox[2:]] == pytest.approx(A4, abs=1)
        assert number == 1 or printed.sides[number - 1].partition("\n")[0] == str(number)


def test_no_figure_is_cut(printed, root, pages):
    shown = [
        one
        for article in articles(root, pages, printed.language).values()
        for one in article.select(".cell_output img")
    ]
    assert len(printed.pictures) >= len(shown) > 50
    for left, bottom, right, top in printed.pictures:
        assert 50 < left < right < A4[0] - 50
        assert 50 < bottom < top < A4[1] - 50


def test_korean_is_set_in_the_books_typeface_and_it_is_inside(printed):
    fonts = {}
    for page in printed.book.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            fonts[str(font.get("/BaseFont", ""))] = font.get_object()
    for weight in ("Regular", "SemiBold", "Bold"):
        (font,) = [one for name, one in fonts.items() if name.endswith(f"+Pretendard-{weight}")]
        inside = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert "/FontFile2" in inside
        assert "/ToUnicode" in font


def test_links_from_page_to_page_arrive(printed):
    places, inner = printed.book.named_destinations, 0
    for page in printed.book.pages:
        for note in page.get("/Annots", []):
            if "/Dest" in note.get_object():
                inner += 1
                assert str(note.get_object()["/Dest"]) in places
    assert inner > 100


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('<p style="width: 3000px">wide</p>', "too wide: P wide"),
        ('<table><tr><td style="min-width: 2000px">wide</td></tr></table>', "too wide: TABLE"),
        ("<mjx-merror>\\frac</mjx-merror>", "not an equation"),
    ],
)
def test_what_would_be_cut_is_an_error(browser, body, message):
    html = f'<!doctype html><body style="margin: 0"><article>{body}</article>'
    with (
        pytest.raises(BookError, match=message),
        pdf.laid_out(browser, "http://127.0.0.1/whole-book.html", html),
    ):
        raise AssertionError("it is opened")


def test_without_a_site_the_error_names_the_command(root, tmp_path):
    with pytest.raises(BookError, match="make book"):
        pdf.document(root, tmp_path, "ko")
