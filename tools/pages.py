"""Read pages of the built site, for the commands that make a PDF, EPUBs and slides of them."""

import yaml
from bs4 import BeautifulSoup

from tools.book import ROOT, built

CONTENTS = {"ko": "차례", "en": "Contents"}  # the heading of the table of contents
UNWANTED = "script, .headerlink, .copybtn, .article-header-buttons, template, picture > source"


def read(path):
    """Return a page of the site as parsed HTML."""
    return BeautifulSoup(built(path).read_text("utf8"), "html.parser")


def about(root, language):
    """Return the book's "title" and "description" in a language, from _config.yml."""
    config = yaml.safe_load((root / "_config.yml").read_text("utf8"))
    return config["sphinx"]["config"]["book_languages"][language]


def address(site, language):
    """Return the address at which the site will stand."""
    home = read(site / "book" / language / "index.html")
    return home.select_one("link[rel=canonical]")["href"].split("/book/")[0]


def article(site, language, name):
    """Return what a page says, without what takes a script; all that is folded is open."""
    page = read(site / "book" / language / f"{name}.html").select_one("article.bd-article")
    for one in page.select(UNWANTED):
        one.decompose()
    for one in page.select("details"):
        one["open"] = ""
    for one in page.select("img[loading]"):
        del one["loading"]
    return page


def plain(page):
    """Change what needs the site's styles: formulas become MathML, live figures' places go."""
    for formula in page.select("mjx-container"):
        for one in formula.math.find_all(True):
            one.attrs = {k: v for k, v in one.attrs.items() if not k.startswith("data-")}
        if label := formula.math.attrs.pop("aria-label", None):
            formula.math["alttext"] = label
        formula.replace_with(formula.math)
    for one in page.select(".live, .strip, .eyebrow nav"):
        one.decompose()
    for one in page.select("a.image-reference"):  # to the picture itself
        one.unwrap()
    return page


def template(name):
    """Return the text of a template."""
    return (ROOT / "tools/templates" / name).read_text("utf8")
