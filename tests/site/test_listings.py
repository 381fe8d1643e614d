"""Printed source stands under the name of its file."""

import ast
from pathlib import Path

import pytest
from booksite import listings

ROOT = Path(__file__).parents[2]
IMPORTS = """
from course_lib import gan
from course_lib.fast import lloyd as engine
from course_lib.kmeans import lloyd
"""


@pytest.mark.parametrize(
    ("call", "title"),
    [
        ("show_source(lloyd)", "course_lib/kmeans.py · lloyd"),
        ("show_source(gan.gan_step, gan.latents)", "course_lib/gan.py · gan_step, latents"),
        ("show_source(engine.assign_rows)", "course_lib/fast/lloyd.py · assign_rows"),
        (
            "show_source(gan.sample, lloyd)",
            "course_lib/gan.py, course_lib/kmeans.py · sample, lloyd",
        ),
        ("show_source(gan.sample, mine)", "sample, mine"),
        ("show_source(mine)", "mine"),
    ],
)
def test_a_listing_is_named_by_its_file(call, title):
    known = listings.imports([ast.parse(IMPORTS).body])
    assert listings.title(listings.shown(ast.parse(call).body), known, ROOT) == title


@pytest.mark.parametrize("code", ["x = show_source(lloyd)", "print(1)", "show_source(a)\nb", ""])
def test_other_cells_are_no_listings(code):
    assert listings.shown(ast.parse(code).body) is None


def test_the_book_has_its_listings(pages):
    titles = [
        bar.text for page in pages.values() for bar in page.select(".listing > .listing-title")
    ]
    assert len(titles) > 30
    assert all(title.startswith("course_lib/") for title in titles), titles
    assert "show_source(" not in " ".join(
        bar.parent.text for bar in pages["book/en/05-gan"].select(".listing")
    )


def test_names_and_signs_have_no_mark_of_their_own_and_the_rest_keeps_it(pages):
    page = pages["book/ko/01-kmeans"]
    for code in (".highlight-ipython3", ".listing .highlight-python"):
        marks = {name for span in page.select(f"{code} pre span") for name in span.get("class", [])}
        assert {"k", "mi", "c1", "nf"} <= marks, code
        assert not marks & {"n", "p", "o", "w", "nb"}, code
