"""What this book adds to Sphinx, one idea a module.

languages    which language a page is in, and its counterpart in the other one
words        the interface's words in each language, on the page and in its scripts
pages        the parts of a page that depend on its language: sidebar, switch, buttons, search
anchors      the same readable heading anchors in both languages
figures      alternative text for figures, from the captions under them
downloads    files of the repository that the site hands out itself
equations    display equations handed to MathJax as they were written
references   the references page, from references.bib
search       an index in which a Korean word is found whatever particle follows it
frontend     MathJax and the typeface, from npm, served by the site itself
"""

MODULES = [
    "languages",
    "words",
    "pages",
    "anchors",
    "figures",
    "downloads",
    "equations",
    "references",
    "search",
    "frontend",
]


def setup(app):
    """Load every module as an extension of its own."""
    for module in MODULES:
        app.setup_extension(f"{__name__}.{module}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
