"""What this book adds to Sphinx, one idea a module.

languages    which language a page is in, and its counterpart in the other one
words        the interface's words in each language, on the page and in its scripts
pages        the parts of a page that depend on its language: sidebar, switch, buttons, search
preview      the card that stands for a page in chats and social networks
sitemap      sitemap.xml, robots.txt and the page that stands in for missing ones
anchors      the same readable heading anchors in both languages
figures      alternative text for figures, from the captions under them, and copies for phones
listings     printed source, under the name of its file
code         code in which only what differs in color is marked, and its number of lines
folding      code that only draws or prepares, behind a line
predictions  predictions, which stand out from the text
home         the cards of the home page
opener       the question, times and first picture of a chapter
live         the modules of live figures, and the places that name them
crossrefs    links to the equations, figures and terms that a text names
downloads    files of the repository that the site hands out itself
equations    formulas typeset by MathJax when the site is built
references   the references page, from references.bib
api          the API page, from the docstrings of course_lib
search       the sections of the book, for a search in which particles do not matter
frontend     MathJax and the typefaces, from npm
typeface     the typefaces cut down to the characters of the book
bundle       one style sheet and one script for all pages
"""

MODULES = [
    "languages",
    "words",
    "pages",
    "sitemap",
    "anchors",
    "figures",
    "listings",
    "code",
    "folding",
    "predictions",
    "opener",
    "home",
    "live",
    "crossrefs",
    "downloads",
    "equations",
    "references",
    "api",
    "search",
    "frontend",
    "typeface",
    "bundle",
]


def setup(app):
    """Load every module as an extension of its own."""
    for module in MODULES:
        app.setup_extension(f"{__name__}.{module}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
