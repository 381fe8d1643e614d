"""The card that is shown where a page is linked to in a chat or a social network.

The tags (Open Graph, and what X calls them) name a picture of 1200 x 630 pixels, drawn when the
site is built: the book's title, the page's title and its first figure. Pages without a figure share
the card of their language's home page. sphinxext-opengraph has one site name and one language for a
whole build, and its cards show neither Hangul nor the figure.
"""

from html import escape
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .figures import figure_image
from .languages import home_page

SIZE = (1200, 630)
MARGIN = 64
INK, MUTED, PAPER, EDGE = "#22272e", "#566270", "#ffffff", "#1f5f8b"
LOCALES = {"ko": "ko_KR", "en": "en_US"}
FONT = "node_modules/pretendard/dist/public/static/Pretendard-{weight}.otf"


def wrap(text, font, width):
    """Return the lines of a text, broken at spaces, that fit into `width` pixels."""
    lines = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def draw(root, book, title, text, figure=None):
    """Return a card, a Pillow image of SIZE.

    book, title, text: the lines above, the large line, and the small print below it. figure: the
    path of a picture for the right half, or None.
    """
    card = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, 20, SIZE[1]), fill=EDGE)
    right = SIZE[0] - MARGIN
    if figure:
        picture = Image.open(figure).convert("RGB")
        picture.thumbnail((520, SIZE[1] - 2 * MARGIN), Image.Resampling.LANCZOS)
        right = SIZE[0] - 48 - picture.width
        card.paste(picture, (right, (SIZE[1] - picture.height) // 2))
        right -= 48
    top = MARGIN
    for words, weight, size, color, gap in [
        (book, "Medium", 30, MUTED, 44),
        (title, "Bold", 66, INK, 36),
        (text, "Regular", 30, MUTED, 0),
    ]:
        font = ImageFont.truetype(root / FONT.format(weight=weight), size)
        for line in wrap(words, font, right - MARGIN):
            if top + size > SIZE[1] - MARGIN:
                return card  # the small print may be cut
            pen.text((MARGIN, top), line, font=font, fill=color)
            top += round(size * 1.4)
        top += gap
    return card


def store(card, path):
    """Write a card in few bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    card.quantize(128, dither=Image.Dither.NONE).save(path, "PNG")


def card_of(app, language, page, doctree, title):
    """Return the address of a page's card below the site's root, having drawn it."""
    spec = app.config.book_languages[language]
    figure = next(doctree.findall(figure_image), None) if doctree else None
    if figure is None:
        name, words = language, (spec["label"], spec["title"], spec["description"])
    else:
        name, words = f"{Path(page).name}-{language}", (spec["title"], title, "")
    address = f"_static/cards/{name}.png"
    path = Path(app.outdir, address)
    source = figure and Path(app.srcdir, figure["uri"])
    store(draw(Path(app.srcdir), *words, source), path)
    return address


def preview(app, language, page=None, doctree=None, description=None):
    """Return the tags of a page, or of the landing page."""
    spec = app.config.book_languages[language]
    home = page in (None, home_page(language))
    title = spec["title"] if home else app.env.titles[page].astext()
    base = app.config.html_baseurl
    tags = {
        "og:type": "website" if home else "article",
        "og:site_name": spec["title"],
        "og:title": title,
        "og:description": description or spec["description"],
        "og:url": base + (app.builder.get_target_uri(page) if page else ""),
        "og:locale": LOCALES[language],
        "og:image": base + card_of(app, language, page, doctree, title),
        "og:image:width": SIZE[0],
        "og:image:height": SIZE[1],
        "og:image:alt": title,
    }
    found = [
        f'<meta property="{name}" content="{escape(str(value), quote=True)}" />'
        for name, value in tags.items()
    ]
    return "\n".join([*found, '<meta name="twitter:card" content="summary_large_image" />'])
