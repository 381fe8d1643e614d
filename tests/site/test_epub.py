"""The book as an EPUB, as `make epub` makes it from the built site, in both languages."""

import os
import re
import shutil
import subprocess
import zipfile
from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup

from tools import epub
from tools.book import BookError, contents

BYTES = 25e6  # what some stores and readers take at most


class Made(NamedTuple):
    """The EPUB of a language: its path, and its files as text or parsed pages."""

    language: str
    path: object
    names: list
    pages: dict


@pytest.fixture(scope="module", params=["ko", "en"])
def made(request, root, site, tmp_path_factory):
    path = tmp_path_factory.mktemp("epub") / "book.epub"
    epub.make(root, site, request.param, path)
    with zipfile.ZipFile(path) as book:
        names = book.namelist()
        pages = {
            name.removeprefix("book/").removesuffix(".xhtml"): BeautifulSoup(
                book.read(name), "html.parser"
            )
            for name in names
            if name.endswith(".xhtml")
        }
    return Made(request.param, path, names, pages)


def test_epubcheck_finds_nothing(made):
    program = shutil.which("epubcheck")
    if not program:
        pytest.skip("epubcheck is not installed: apt-get install epubcheck")
    # Debian's is a jar, which starts by itself only where the kernel knows how.
    command = ["java", "-jar", program] if zipfile.is_zipfile(program) else [program]
    quick = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}  # it runs for seconds
    done = subprocess.run(
        [*command, made.path],
        env=os.environ | quick,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert re.search(r"0 fatals? / 0 errors? / 0 warnings?", said), said[-4000:]


def test_it_is_small(made):
    assert made.path.stat().st_size < BYTES


def test_all_pages_are_there_in_their_order(made, root, pages):
    names = [name for _, name in contents(root, made.language) if name not in epub.LEFT_OUT]
    assert list(made.pages) == ["nav", *names]
    links = [link["href"] for link in made.pages["nav"].select("nav a")]
    assert [link for link in links if "#" not in link] == [f"{name}.xhtml" for name in names]
    for name in names:
        ours, article = made.pages[name], pages[f"book/{made.language}/{name}"].article
        assert len(ours.select("math")) == len(article.select("mjx-container")), name
        assert len(ours.select("img")) == len(article.select("img")), name
        assert len(ours.select(".predict ol")) == len(article.select(".predict ol")), name


def test_nothing_asks_for_a_script_a_click_or_a_network(made):
    for name, page in made.pages.items():
        assert not page.select("script, button, .live, mjx-container, iframe"), name
        assert all("open" in one.attrs for one in page.select("details")), name
        for one in page.select("[src]"):
            assert f"book/{one['src']}" in made.names
        assert all(img["alt"] or img.find_parent(class_="chapters") for img in page.select("img"))


def test_without_a_site_the_command_says_what_to_do(root, tmp_path):
    with pytest.raises(BookError, match="make book"):
        epub.make(root, tmp_path, "ko", tmp_path / "book.epub")
