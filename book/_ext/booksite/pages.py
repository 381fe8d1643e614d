"""The parts of a page that depend on its language.

The themes know one book with one home page and one search page. Before they read a page's context
(priority 500) it is told that the book is that of the page's language; after they have filled it,
the sidebar is cut down to that book.
"""

from html import escape
from posixpath import dirname, join, normpath
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.util.osutil import relative_uri

from .languages import counterpart, home_page, language_of, search_page
from .preview import preview

LANGUAGE_NAMES = {"ko": "Korean", "en": "English"}


def site_address(config):
    """Return the address of the built site: that of GitHub Pages for the repository."""
    owner, name = urlsplit(repository(config)).path.strip("/").split("/")
    return f"https://{owner}.github.io/{name}/"


def repository(config):
    """Return the repository's address, as _config.yml has it."""
    return config.html_theme_options["repository_url"].rstrip("/")


def colab_address(config, page):
    """Return the address that opens a page's notebook on Colab."""
    options = config.html_theme_options
    path = urlsplit(repository(config)).path
    branch = options.get("repository_branch", "main")
    return f"https://colab.research.google.com/github{path}/blob/{branch}/{page}.ipynb"


def set_address(app, config):
    """Derive html_baseurl, which canonical and hreflang links start with."""
    config.html_baseurl = config.html_baseurl or site_address(config)


def before_theme(app, page, template, context, doctree):
    """Tell the theme of the page's own book."""
    context["book_languages"] = app.config.book_languages
    context["repository"] = repository(app.config)
    context["site_address"] = app.config.html_baseurl
    if page == app.config.root_doc:
        context["preview"] = preview(app, app.config.language)
        return "landing.html"
    language = language_of(app.config, page)
    if language is None:
        return None
    context["root_doc"] = context["master_doc"] = home_page(language)
    title = app.config.book_languages[language]["title"]
    context["docstitle"] = context["project"] = context["shorttitle"] = title
    search_within(context, language)
    stay_within(app, page, context, language)
    context["metatags"] = context.get("metatags", "") + head_tags(app, page, language, doctree)
    context["language_switch"] = switch(app, page, language)
    if app.env.doc2path(page).endswith(".ipynb"):
        context["colab_address"] = colab_address(app.config, page)
        context["notebook_file"] = f"_sources/{page}.ipynb"
    return None


def search_within(context, language):
    """Point links to the search page at that of the language."""
    pathto = context["pathto"]

    def pathto_in_language(target, *args, **kwargs):
        return pathto(search_page(language) if target == "search" else target, *args, **kwargs)

    context["pathto"] = pathto_in_language


def stay_within(app, page, context, language):
    """Drop the previous or next link where it would leave the language."""
    for key in ("prev", "next"):
        link = context.get(key)
        if link:
            target = normpath(join(dirname(page), link["link"]))
            if language_of(app.config, target) != language:
                context[key] = None


def exists(app, page):
    """Tell whether the build has a page."""
    searches = [search_page(code) for code in app.config.book_languages]
    return page in app.env.all_docs or page in searches


def alternates(app, page):
    """Return [(language, address)] of a page: itself, its counterparts, and the landing page."""
    base = app.config.html_baseurl
    found = []
    for code in app.config.book_languages:
        other = counterpart(app.config, page, code)
        if exists(app, other):
            found.append((code, base + app.builder.get_target_uri(other)))
    return [*found, ("x-default", base)]


def head_tags(app, page, language, doctree):
    """Return the tags that tell other machines what a page is."""
    tags = [
        f'<link rel="alternate" hreflang="{code}" href="{address}" />'
        for code, address in alternates(app, page)
    ]
    first = next(doctree.findall(nodes.paragraph), None) if doctree else None
    if first is not None:
        text = escape(first.astext(), quote=True)
        tags += [f'<meta name="description" content="{text}" />']
        tags += [preview(app, language, page, doctree, first.astext())]
    return "".join(f"\n{tag}" for tag in tags)


def switch(app, page, language):
    """Return the links to the page in the other languages, or to their home pages."""
    links = []
    for code, spec in app.config.book_languages.items():
        if code == language:
            continue
        other = counterpart(app.config, page, code)
        target = other if exists(app, other) else home_page(code)
        here = app.builder.get_target_uri(page)
        links.append(
            {
                "url": relative_uri(here, app.builder.get_target_uri(target)),
                "code": code,
                "label": spec["label"],
                "tooltip": f"This page in {LANGUAGE_NAMES[code]}",
            }
        )
    return links


def after_theme(app, page, template, context, doctree):
    """Cut the sidebar down to the book of the page's language."""
    language = language_of(app.config, page)
    if language is None:
        return
    context["theme_search_bar_text"] = context["_"]("Search this book")
    context["theme_logo"] = {"text": context["docstitle"], "image_relative": {}}
    toctree = context["generate_toctree_html"]
    if page == search_page(language):
        context["generate_toctree_html"] = lambda *args, **kwargs: ""
    else:
        # The first level holds the home pages of the languages: begin one below.
        context["generate_toctree_html"] = lambda kind, startdepth=1, **kwargs: toctree(
            kind, startdepth=startdepth + 1, **kwargs
        )


def every_page(app, env, added, changed, removed):
    """Build all pages when one has changed: every sidebar shows the titles of all."""
    return env.found_docs if added or changed or removed else []


def add_search_pages(app):
    """Write a search page for each language."""
    for code in app.config.book_languages:
        yield search_page(code), {}, "search.html"


def setup(app):
    """Connect the handlers around those of the themes."""
    app.connect("config-inited", set_address)
    app.connect("env-get-outdated", every_page)
    app.connect("html-page-context", before_theme, priority=400)
    app.connect("html-page-context", after_theme, priority=900)
    app.connect("html-collect-pages", add_search_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
