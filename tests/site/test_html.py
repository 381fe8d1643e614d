"""What the pages of the built site say, read without a browser."""

import json
import re
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

HANGUL = re.compile("[가-힣]")
# Words that stay as they are in a Korean interface.
UNTRANSLATED = {"Colab", "English", "GitHub", "CC", "BY", "BSD", "Clause", "Ctrl", "K", "ipynb"}


def language(name):
    return name.split("/")[1]


def other(name):
    """The same page in the other language."""
    here = language(name)
    return name.replace(f"book/{here}/", f"book/{'en' if here == 'ko' else 'ko'}/", 1)


def searches(site):
    return {
        path.stem: BeautifulSoup(path.read_text("utf8"), "html.parser")
        for path in sorted(site.glob("search-*.html"))
    }


def test_every_page_of_the_contents_is_built_in_both_languages(pages, root):
    contents = re.findall(r"file: (book/\S+)", (root / "_toc.yml").read_text("utf8"))
    assert sorted(contents) == sorted(pages)
    assert {other(name) for name in pages} == set(pages)


def test_every_page_names_its_language(site, pages):
    found = {name: page.html["lang"] for name, page in pages.items()}
    assert found == {name: language(name) for name in pages}
    found = {name: page.html["lang"] for name, page in searches(site).items()}
    assert found == {"search-ko": "ko", "search-en": "en"}


def test_alternates_name_both_languages_and_the_landing_page(pages, config):
    owner, repository = urlsplit(config["repository"]["url"]).path.strip("/").split("/")
    base = f"https://{owner}.github.io/{repository}/"
    for name, page in pages.items():
        links = page.find_all("link", rel="alternate", hreflang=True)
        found = {link["hreflang"]: link["href"] for link in links}
        wanted = {language(n): f"{base}{n}.html" for n in (name, other(name))}
        assert found == {**wanted, "x-default": base}, name
        assert page.find("link", rel="canonical")["href"] == f"{base}{name}.html"
        assert len(page.find("meta", attrs={"name": "description"})["content"]) > 20, name


def test_title_and_sidebar_are_of_the_pages_language(pages, config):
    books = config["sphinx"]["config"]["book_languages"]
    for name, page in pages.items():
        assert books[language(name)]["title"] in page.title.text, name
        sidebar = page.find(id="pst-primary-sidebar")
        links = [urljoin(f"/{name}.html", a["href"]) for a in sidebar.find_all("a", href=True)]
        assert len(links) > 1, f"{name}: an empty sidebar"
        assert all(link.startswith(f"/book/{language(name)}/") for link in links), (name, links)


def test_previous_and_next_stay_in_the_language(pages):
    chained = 0
    for name, page in pages.items():
        for link in page.select(".prev-next-area a"):
            target = urljoin(f"/{name}.html", link["href"])
            assert target.startswith(f"/book/{language(name)}/"), (name, target)
            chained += 1
    assert chained == 2 * (len(pages) - 2)  # each language is one chain


def test_the_switch_points_at_the_same_page(site, pages):
    for name, page in pages.items():
        (link,) = page.select("a.language-switch")
        assert urljoin(f"/{name}.html", link["href"]) == f"/{other(name)}.html", name
        assert link["hreflang"] == language(other(name))
    for name, page in searches(site).items():
        (link,) = page.select("a.language-switch")
        assert link["href"] == {"search-ko": "search-en.html", "search-en": "search-ko.html"}[name]


def test_headings_have_the_same_readable_anchors_in_both_languages(pages):
    for name, page in pages.items():
        anchors, theirs = (
            [section["id"] for section in p.select("article section[id]")]
            for p in (page, pages[other(name)])
        )
        assert anchors, name
        assert anchors == theirs, name
        assert len(set(anchors)) == len(anchors), name
        assert not [a for a in anchors if re.fullmatch(r"id\d+|section-\d+", a)], (name, anchors)


def test_every_internal_link_leads_somewhere(site, pages):
    documents = {f"{name}.html": page for name, page in pages.items()}
    documents |= {f"{name}.html": page for name, page in searches(site).items()}
    documents["index.html"] = BeautifulSoup((site / "index.html").read_text("utf8"), "html.parser")
    anchors = {name: {e["id"] for e in page.find_all(id=True)} for name, page in documents.items()}
    dead, checked = [], 0
    for name, page in documents.items():
        for tag, attribute in [("a", "href"), ("link", "href"), ("script", "src"), ("img", "src")]:
            for element in page.find_all(tag, attrs={attribute: True}):
                link, fragment = urldefrag(urljoin(f"/{name}", element[attribute]))
                if urlsplit(link).scheme:
                    continue
                path = unquote(urlsplit(link).path).lstrip("/")
                checked += 1
                alive = (site / path).is_file()
                if alive and fragment:
                    alive = unquote(fragment) in anchors[path]
                if not alive:
                    dead.append((name, element[attribute]))
    assert not dead
    assert checked > 20 * len(pages)


def test_nothing_is_loaded_from_elsewhere(site):
    loaders = [("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src")]
    for path in site.rglob("*.html"):
        page = BeautifulSoup(path.read_text("utf8"), "html.parser")
        found = [e[a] for tag, a in loaders for e in page.find_all(tag, attrs={a: True})]
        sheets = page.find_all("link", rel=["stylesheet", "icon", "preload", "modulepreload"])
        found += [sheet["href"] for sheet in sheets]
        assert not [address for address in found if re.match("(https?:)?//", address)], path
    for path in site.rglob("*.css"):
        outside = r"(?:url\(|@import )[\"']?(?:https?:)?//[^)\s]*"
        assert not re.findall(outside, path.read_text("utf8")), path


def test_no_page_shows_an_error(pages):
    for name, page in pages.items():
        assert "Traceback" not in page.text, name
        assert not page.select(".system-message, .problematic, .xref.missing"), name


def test_no_page_shows_raw_markup(pages):
    for name, page in pages.items():
        strings = page.article.find_all(string=True)
        shown = [s for s in strings if s.find_parent(["code", "pre"]) is None]
        # Names of arguments, such as **options, are no markup.
        text = " ".join(s for s in shown if s.find_parent("dl", class_="field-list") is None)
        markup = r"\]\((?:#|https?:|[\w-]+\.(?:md|ipynb))|:{3,}|`{3,}|\{(?:ref|doc|cite)\}|\*\*\w"
        assert not re.findall(markup, text), name


def notebooks(pages, root):
    return [name for name in pages if (root / f"{name}.ipynb").exists()]


def test_colab_opens_the_pages_notebook(pages, root, config):
    repository = config["repository"]["url"].removeprefix("https://github.com/")
    found = notebooks(pages, root)
    assert found
    for name in pages:
        buttons = [a["href"] for a in pages[name].select("a.colab-button")]
        blob = f"github/{repository}/blob/{config['repository']['branch']}/{name}.ipynb"
        wanted = [f"https://colab.research.google.com/{blob}"] if name in found else []
        assert buttons == wanted, name


def test_the_download_is_the_pages_notebook(site, pages, root):
    found = notebooks(pages, root)
    assert found
    for name in pages:
        buttons = pages[name].select("a.notebook-button")
        assert len(buttons) == (name in found), name
        for button in buttons:
            assert button.has_attr("download")
            file = site / urljoin(f"/{name}.html", button["href"]).lstrip("/")
            source = (root / f"{name}.ipynb").read_text("utf8")
            assert json.loads(file.read_text("utf8")) == json.loads(source)


def test_every_figure_has_its_caption_as_alternative_text(pages):
    figures = 0
    for name, page in pages.items():
        for image in page.select("article img"):
            if image.find_parent(class_="chapters"):
                continue  # a card's words say all
            assert image.get("alt"), (name, image["src"])
        word = {"ko": "그림", "en": "Figure"}[language(name)]
        for image in page.select("div.cell_output img"):
            figures += 1
            assert re.match(rf"{word} (\d+|P)\.\d+\. .{{20}}", image["alt"]), (name, image["alt"])
            assert int(image["width"]) > 100, name
            assert int(image["height"]) > 50, name
    assert figures


def interface(page):
    """The words of a page outside its text: labels, tips and everything around the article."""
    for node in page.find_all(True):
        if {"next", "prev"} & set(node.get("rel") or []) or node.name == "math":
            continue  # titles of pages, and what a formula is read as
        for attribute in ("title", "aria-label", "placeholder", "data-bs-title"):
            if node.get(attribute):
                yield node[attribute]
    outside = BeautifulSoup(str(page.body), "html.parser")
    for node in outside.select("article, script, style, noscript, #jb-print-docs-body h1"):
        node.decompose()
    for node in outside.select(".bd-links a, .page-toc a, #jb-print-toc a, .prev-next-title"):
        node.decompose()  # titles of pages and sections
    yield from outside.stripped_strings
    for node in page.select("article summary, article .admonition-title, article a.headerlink"):
        yield node.get_text()


def test_the_interface_of_korean_pages_is_korean(site, pages):
    korean = {name: page for name, page in pages.items() if language(name) == "ko"}
    korean["search-ko"] = searches(site)["search-ko"]
    for name, page in korean.items():
        words = list(interface(page))
        assert sum(bool(HANGUL.search(word)) for word in words) > 10, name
        for word in words:
            left = set(re.findall("[A-Za-z]{2,}", word)) - UNTRANSLATED
            assert not left or HANGUL.search(word), (name, word)


def test_the_interface_of_english_pages_is_english(site, pages):
    english = {name: page for name, page in pages.items() if language(name) == "en"}
    english["search-en"] = searches(site)["search-en"]
    for name, page in english.items():
        words = [word for word in interface(page) if word != "한국어"]
        assert len(words) > 10
        assert not [word for word in words if HANGUL.search(word)], name


def test_references_can_be_linked_to(pages, root):
    keys = re.findall(r"^@\w+\{(\w+),", (root / "book/references.bib").read_text("utf8"), re.M)
    assert len(keys) >= 20
    assert len(set(keys)) == len(keys)
    for code in ("ko", "en"):
        entries = pages[f"book/{code}/references"].select("ul.references > li")
        assert sorted(entry["id"] for entry in entries) == sorted(keys)
        for entry in entries:
            assert entry["id"][-4:] in entry.text, "the key ends in the year"
            assert entry.a["href"].startswith("https://")
            assert not re.search(r"[{}\\]", entry.text)
            assert entry.em.text.strip(), "where it appeared"


@pytest.mark.parametrize("code", ["ko", "en"])
def test_the_landing_page_links_to_each_language(site, code, config):
    page = BeautifulSoup((site / "index.html").read_text("utf8"), "html.parser")
    (section,) = page.select(f"section[lang={code}]")
    assert section.a["href"] == f"book/{code}/index.html"
    assert config["sphinx"]["config"]["book_languages"][code]["title"] in section.text
