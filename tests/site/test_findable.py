"""What stands for the book outside it: previews, the site map, and the page for wrong addresses."""

import xml.etree.ElementTree as ElementTree
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from tools.web import served


@pytest.fixture(scope="module")
def base(config):
    owner, repository = urlsplit(config["repository"]["url"]).path.strip("/").split("/")
    return f"https://{owner}.github.io/{repository}/"


def parse(path):
    return BeautifulSoup(path.read_text("utf8"), "html.parser")


def meta(page, name):
    """The content of <meta property=NAME> or <meta name=NAME>, which stands there once."""
    found = page.find_all("meta", property=name) + page.find_all("meta", attrs={"name": name})
    assert len(found) == 1, name
    return found[0]["content"]


def test_every_page_has_a_preview_in_its_language(site, pages, base):
    for name, page in {**pages, "index": parse(site / "index.html")}.items():
        language = page.html["lang"]
        headings = [heading.get_text().removesuffix("#").strip() for heading in page.select("h1")]
        assert any(heading.endswith(meta(page, "og:title")) for heading in headings), name
        assert len(meta(page, "og:description")) > 20
        assert meta(page, "og:locale") == {"ko": "ko_KR", "en": "en_US"}[language]
        assert meta(page, "og:url") == base + (f"{name}.html" if name in pages else "")
        assert meta(page, "twitter:card") == "summary_large_image"


def test_a_preview_shows_a_card_of_the_right_size(site, pages, base):
    seen = {}
    for name, page in pages.items():
        address = meta(page, "og:image")
        assert address.startswith(base)
        path = site / address.removeprefix(base)
        assert path.stat().st_size < 300_000
        with Image.open(path) as card:
            assert card.size == (1200, 630)
            assert str(card.width) == meta(page, "og:image:width")
            assert str(card.height) == meta(page, "og:image:height")
            assert len(card.convert("RGB").getcolors(2**20)) > 20, "an empty card"
        seen.setdefault(path.read_bytes(), []).append(name)
    shared = [names for names in seen.values() if len(names) > 1]
    figured = [name for name, page in pages.items() if page.select("div.cell_output img")]
    assert len(figured) > 10
    assert not [name for names in shared for name in names if name in figured]


def test_the_site_map_names_every_page_with_its_counterpart(site, pages, base):
    namespaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    tree = ElementTree.parse(site / "sitemap.xml")
    listed = {url.find("s:loc", namespaces).text: url for url in tree.getroot()}
    assert set(listed) == {f"{base}{name}.html" for name in pages}
    for name, page in pages.items():
        links = listed[f"{base}{name}.html"].findall("{http://www.w3.org/1999/xhtml}link")
        found = {link.get("hreflang"): link.get("href") for link in links}
        wanted = page.find_all("link", rel="alternate", hreflang=True)
        assert found == {link["hreflang"]: link["href"] for link in wanted}
        assert len(found) == 3


def test_robots_may_read_everything_and_find_the_site_map(site, base):
    lines = (site / "robots.txt").read_text("utf8").splitlines()
    assert lines == ["User-agent: *", "Allow: /", f"Sitemap: {base}sitemap.xml"]


def test_only_pages_without_a_text_ask_not_to_be_listed(site, pages):
    for name in ("search-ko", "search-en", "404"):
        assert meta(parse(site / f"{name}.html"), "robots") == "noindex"
    assert not [name for name, page in pages.items() if page.find("meta", attrs={"name": "robots"})]


@pytest.mark.parametrize("missing", ["gone.html", "book/ko/gone.html", "book/en/deep/er/gone"])
def test_a_wrong_address_leads_back_to_the_book(site, address, new_page, missing):
    page = new_page()
    response = page.goto(address + missing)
    assert response.status == 404
    for code in ("ko", "en"):
        link = page.locator(f"section[lang={code}] a")
        assert urljoin(page.evaluate("document.baseURI"), link.get_attribute("href")) == (
            f"{address}book/{code}/index.html"
        )
    own = [code for code in ("ko", "en") if f"book/{code}/" in missing] or ["ko", "en"]
    seen = page.locator("section:visible").evaluate_all("all => all.map((one) => one.lang)")
    assert seen == own
    page.fill(f"section[lang={own[0]}] input", "학습")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}search-{own[0]}.html?q=*")


def test_the_page_for_wrong_addresses_works_in_any_folder(site, new_page, tmp_path):
    elsewhere = tmp_path / "another"
    elsewhere.symlink_to(site)
    with served(elsewhere) as address:
        for missing, code in (("book/ko/gone.html", "ko"), ("404.html", "en")):
            page = new_page()
            page.goto(address + missing)
            page.click(f"section[lang={code}] a")
            page.wait_for_url(f"{address}book/{code}/index.html")
