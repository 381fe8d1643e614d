"""Which language a page is in.

A page of language `ko` has the name `book/ko/...`; the search page of that language is `search-ko`.
`book_languages` in _config.yml lists the languages; headings take their anchors from `en`.
"""

ANCHOR_LANGUAGE = "en"


def language_of(config, page):
    """Return the code of the language of a page ("ko", "en"), or None for the landing page."""
    for code in config.book_languages:
        if page.startswith(f"book/{code}/") or page == search_page(code):
            return code
    return None


def home_page(code):
    """Return the name of the home page of a language."""
    return f"book/{code}/index"


def search_page(code):
    """Return the name of a language's search page.

    It stands at the root of the site, because Sphinx's search script links from there.
    """
    return f"search-{code}"


def counterpart(config, page, code):
    """Return the name that a page has in another language, or None if it has no language."""
    here = language_of(config, page)
    if here is None:
        return None
    if page == search_page(here):
        return search_page(code)
    return f"book/{code}/" + page.removeprefix(f"book/{here}/")


def setup(app):
    """Declare `book_languages`: code -> {label, title, description}."""
    app.add_config_value("book_languages", {}, "env")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
