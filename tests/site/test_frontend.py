"""What the pages load is put together from npm's packages, the themes' files and our own."""

import io
import json
import re
from types import SimpleNamespace

import pytest
from booksite import bundle, frontend, typeface
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from sphinx.errors import ExtensionError

from tools.book import ROOT

LOCK = {
    "": {"name": "site"},
    "node_modules/mathjax": {"version": "1.0.0"},
    "node_modules/axe-core": {"version": "2.0.0", "devOptional": True},
    "node_modules/lighthouse": {"version": "3.0.0", "optional": True},
    "node_modules/eslint": {"version": "4.0.0", "dev": True},
}


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "package-lock.json"
    path.write_text(json.dumps({"packages": LOCK}), "utf8")
    return path


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        ((), {"mathjax"}),
        (("dev",), {"mathjax", "axe-core", "eslint"}),
        (("optional",), {"mathjax", "axe-core", "lighthouse"}),
        (("dev", "optional"), {"mathjax", "axe-core", "lighthouse", "eslint"}),
    ],
)
def test_each_purpose_needs_its_own_packages(lock, groups, names):
    found = frontend.versions(lock, groups)
    assert {path.removeprefix("node_modules/") for path in found} == names


def test_npm_is_run_only_for_what_is_missing(lock, monkeypatch):
    calls = []
    there = lock.parent / "node_modules/.package-lock.json"
    there.parent.mkdir()

    def npm(words, **options):
        calls.append(words)
        there.write_text(lock.read_text("utf8"), "utf8")
        return SimpleNamespace(returncode=0, stdout="")

    monkeypatch.setattr(frontend, "npm", npm)
    frontend.install(lock.parent)
    assert [word for word in calls[0] if "omit" in word] == ["--omit=dev", "--omit=optional"]
    frontend.install(lock.parent)
    frontend.install(lock.parent, "dev")
    assert len(calls) == 1, "all is there"


def test_a_package_that_npm_left_out_is_noticed(lock, monkeypatch):
    def npm(words, **options):
        return SimpleNamespace(returncode=0, stdout="")

    monkeypatch.setattr(frontend, "npm", npm)
    with pytest.raises(ExtensionError, match="npm ci"):
        frontend.install(lock.parent, "optional")


def test_addresses_in_a_style_sheet_are_moved_with_it(tmp_path):
    (tmp_path / "styles").mkdir()
    text = "a { src: url(../fonts/a.woff) url('b.png') url(\"data:x\") url(#mask) }"
    (tmp_path / "styles/some.css").write_text(text, "utf8")
    assert bundle.sheet(tmp_path, "styles/some.css") == (
        'a { src: url("fonts/a.woff") url("styles/b.png") url("data:x") url(#mask) }'
    )


def test_rules_for_what_no_page_and_no_script_names_are_left_out(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/page.html").write_text('<p class="note">text</p>', "utf8")
    (tmp_path / "book.js").write_text('element.classList.add("shown");', "utf8")
    sheet = tmp_path / "book.css"
    kept = ".note { top: 0 } .note.shown { top: 1px } @media print { p { top: 2px } }"
    sheet.write_text(kept + " .button { top: 3px } table .note { top: 4px }", "utf8")
    bundle.purge(ROOT, sheet, [tmp_path / "**/*.html", tmp_path / "*.js"])
    assert sheet.read_text("utf8").split() == kept.split()
    with pytest.raises(ExtensionError, match="PurgeCSS"):
        bundle.purge(tmp_path, sheet, [tmp_path / "**/*.html"])


def test_scripts_are_joined_and_those_that_are_not_there_are_skipped(tmp_path):
    (tmp_path / "one.js").write_text("one()", "utf8")
    (tmp_path / "two.js").write_text("two()", "utf8")
    assert bundle.script(tmp_path, ["one.js", "none.js", "two.js"]) == "one();\ntwo()"


@pytest.mark.parametrize(
    ("name", "known"),
    [("_static/site.css?v=1", True), ("_static/words-ko.js", True), ("https://a/b.js", False)],
)
def test_a_file_that_an_extension_adds_is_noticed(monkeypatch, name, known):
    said = []
    monkeypatch.setattr(bundle.logger, "warning", lambda *words, **options: said.append(words))
    files = {"css_files": [], "script_files": [SimpleNamespace(filename=name)]}
    bundle.check(None, "page", "page.html", files, None)
    assert bool(said) != known


def held(site, name):
    """Return the characters in the file of a typeface in the built site."""
    path = site / f"_static/typefaces/{name}.woff2"
    return {chr(code) for code in TTFont(io.BytesIO(path.read_bytes())).getBestCmap()}


def test_the_typefaces_hold_the_characters_of_the_book_and_no_more(site, pages):
    text = " ".join(page.text for page in pages.values())
    text += (site / "_static/site.css").read_text("utf8")  # it says what a phone makes of figures
    hangul, others = held(site, "pretendard-hangul"), held(site, "pretendard-others")
    assert {c for c in text if "가" <= c <= "힣"} <= hangul
    assert set("abcXYZ019.,“”") <= others
    assert not [c for c in others if typeface.is_hangul(c)]
    assert hangul | others <= typeface.characters(site), "characters that are not in the book"
    assert len(list((site / "_static/typefaces").glob("*.woff2"))) == 4
    assert sum(path.stat().st_size for path in (site / "_static/typefaces").iterdir()) < 250_000


def test_the_typeface_of_headings_holds_what_stands_in_headings(site, pages):
    written = {
        character
        for page in pages.values()
        for heading in page.select(".bd-article h1, .bd-article h2, .bd-article h3")
        for character in heading.text
    }
    there = held(site, "gowun-hangul") | held(site, "gowun-others")
    known = {c for c in written if c.isascii() or typeface.is_hangul(c)}
    assert known - set("\n#") <= there  # a sign of number is the link to a heading
    assert len(there) < len(held(site, "pretendard-hangul") | held(site, "pretendard-others"))


WITH_HANGUL = "book/en/08-hangul", "book/en/glossary"


def test_pages_ask_for_their_typefaces_early_but_after_all_else(site, pages):
    files = {path.name for path in (site / "_static/typefaces").glob("*.woff2")}
    latin = {name for name in files if "-others" in name}
    searches = {
        f"book/{code}/": BeautifulSoup(
            (site / f"search-{code}.html").read_text("utf8"), "html.parser"
        )
        for code in ("ko", "en")
    }
    for name, page in (pages | searches).items():
        links = page.head.select('link[rel="preload"]')
        asked = [link["href"].rpartition("/")[2] for link in links]
        reads = name.startswith("book/ko/") or name in WITH_HANGUL
        assert sorted(asked) == sorted(files if reads else latin), name
        assert all(link["fetchpriority"] == "low" for link in links), name


def test_the_typefaces_of_formulas_hold_what_formulas_need(site):
    css = (site / "_static/mathjax/formulas.css").read_text("utf8")
    names = re.findall(r'url\("(MathJax_[^"]+)"\) format\("woff2"\)', css)
    fonts = {name.removesuffix(".woff2"): site / "_static/mathjax" / name for name in names}
    assert {path.name for path in (site / "_static/mathjax").glob("*.woff2")} == set(names)
    assert 'format("woff")' not in css
    main = {chr(code) for code in TTFont(fonts["MathJax_Main-Regular"]).getBestCmap()}
    assert set("()+=0123456789√∞⊤") <= main
    assert len(main) < 200, "the whole typeface"
    assert TTFont(fonts["MathJax_Math-Italic"]).getBestCmap()
