"""Search, in the browser: Korean words whatever particle follows, and one language at a time."""

import re
from urllib.parse import quote

import pytest

from tools.web import served

# A book of its own, so that what each page says is known. Every word looked for stands here only
# with a particle or an ending written onto it.
PAGES = {
    "ko": {
        "index.md": "# 시험 책\n\n여기에는 찾는 말이 없습니다.",
        "one.md": "# 첫째\n\n오토인코더는 입력을 압축합니다. 학습을 마치면 값을 봅니다.",
        "two.md": "# 둘째\n\nGAN은 두 신경망이 겨룹니다.\n\n## 겨루기\n\n판별자를 학습시킵니다.",
        "three.md": "# 셋째\n\n인코더를 씁니다. 학자의 습관입니다. 오토바이를 탑니다.",
    },
    "en": {
        "index.md": "# Test book\n\nNothing to find here.",
        "one.md": "# First\n\nAn autoencoder compresses. 학습 is a Korean word on an English page.",
        "two.md": "# Second\n\nA GAN has two networks.\n\n## The contest\n\nThey are trained.",
        "three.md": "# Third\n\nNothing here either.",
    },
}


@pytest.fixture(scope="module")
def book(little_book):
    """The address of the little book above."""
    status, log, folder = little_book(PAGES)
    assert status == 0, log
    with served(folder) as address:
        yield address


def search(page, address, code, query):
    """Search for something; return the pages found, in order."""
    page.goto(f"{address}search-{code}.html?q={quote(query)}")
    page.wait_for_function("document.querySelector('.search-summary')?.innerText")
    links = page.locator("ul.search li > a").evaluate_all("all => all.map(a => a.pathname)")
    assert all(f"/book/{code}/" in link for link in links), links
    return [re.sub(r".*/|\.html$", "", link) for link in links]


@pytest.mark.parametrize(
    ("code", "query", "found"),
    [
        ("ko", "오토인코더", {"one"}),
        ("ko", "학습", {"one", "two"}),
        ("ko", "GAN", {"two"}),
        ("ko", "gan", {"two"}),
        ("ko", "오토인코더 학습", {"one"}),
        ("ko", "GAN 학습", {"two"}),
        ("ko", "판별자 학습", {"two"}),
        ("ko", "오토인코더 GAN", set()),
        ("ko", "인코더", {"one", "three"}),
        ("ko", "값", {"one"}),
        ("ko", "첫째", {"one"}),
        ("ko", "확산", set()),
        ("en", "autoencoders", {"one"}),
        ("en", "GAN", {"two"}),
        ("en", "gan trained", {"two"}),
        ("en", "학습", {"one"}),
    ],
)
def test_search_finds_the_pages(book, new_page, code, query, found):
    results = search(new_page(), book, code, query)
    assert set(results) == found
    assert len(results) == len(found), "a page stands there twice"


def test_results_show_the_words_in_their_context(book, new_page):
    page = new_page()
    search(page, book, "ko", "오토인코더 학습")
    page.wait_for_selector("ul.search p.context mark, ul.search p.context .highlighted")
    marked = page.locator("ul.search .highlighted").all_text_contents()
    assert sorted(set(marked)) == ["오토인코더", "학습"]
    assert "오토인코더는 입력을 압축합니다." in page.locator("ul.search p.context").text_content()
    assert page.locator(".search-summary").text_content() == "1개 쪽을 찾았습니다."


def test_results_link_to_the_section(book, new_page):
    page = new_page()
    search(page, book, "ko", "판별자")
    page.click("ul.search p.context a:text('겨루기')")
    page.wait_for_url(f"{book}book/ko/two.html#the-contest")
    search(page, book, "ko", "오토인코더")
    page.wait_for_selector("ul.search p.context")
    assert page.locator("ul.search p.context a").count() == 0, "the page has no sections"


def test_nothing_found_is_said_in_korean(book, new_page):
    page = new_page()
    assert search(page, book, "ko", "확산") == []
    assert re.search("[가-힣]", page.locator(".search-summary").text_content())


def test_the_search_box_of_a_page_leads_to_its_language(book, new_page):
    for code, word in (("ko", "학습"), ("en", "GAN")):
        page = new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{book}book/{code}/one.html")
        page.click("button.search-button-field")
        page.fill("#pst-search-dialog input[name=q]", word)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{book}search-{code}.html?q=*")
        page.wait_for_selector("ul.search li")


def test_the_switch_keeps_the_query(book, new_page):
    page = new_page(viewport={"width": 1280, "height": 900})
    search(page, book, "ko", "GAN")
    page.click("a.language-switch")
    page.wait_for_url(f"{book}search-en.html?q=GAN")


def says(text, word):
    """Whether a text holds a word; in Korean it may go on with a particle, not in Latin letters."""
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text) is not None


@pytest.mark.parametrize("query", ["오토인코더", "학습", "GAN", "비지도 학습", "군집 데이터"])
def test_search_misses_no_page_of_the_book(address, pages, new_page, query):
    """Every page whose text holds all the words is among the results."""
    wanted = set()
    for name, page in pages.items():
        text = page.article.text.lower()
        if name.startswith("book/ko/") and all(says(text, w) for w in query.lower().split()):
            wanted.add(name.removeprefix("book/ko/"))
    found = search(new_page(), address, "ko", query)
    assert wanted <= set(found), wanted - set(found)
    assert wanted, f"no page of the book says {query!r} any more: look for another word"
