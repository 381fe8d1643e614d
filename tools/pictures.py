"""Draw the home page's pictures and take the README's from the built site, all in few bytes.

A plot needs a palette, a photograph needs all its colors; so do those that notebooks store.
"""

import base64
import io
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from tools import browser
from tools.book import NAMES, built, chosen
from tools.web import served

LEAST_PSNR = 45.0  # decibels: a loss that nobody sees, and that pictures with photographs exceed
README = {f"docs/images/kmeans-{one}.png": f"book/{one}/01-kmeans.html" for one in ("ko", "en")}
WINDOW = {"width": 1280, "height": 860}
SHOW = """async image => {
  await image.decode();
  image.scrollIntoView({ block: "center", behavior: "instant" });
}"""

ARGUMENTS = {"names": NAMES}


def shrink(png):
    """Return a PNG (bytes) of the same picture on white, smaller where that costs nothing visible.

    A picture that 256 colors show with at least LEAST_PSNR decibels gets a palette; any other
    keeps every color.
    """
    given = Image.open(io.BytesIO(png))
    picture = given.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    picture = Image.alpha_composite(white, picture).convert("RGB")
    palette = picture.quantize(256, dither=Image.Dither.NONE)
    small = palette if psnr(picture, palette.convert("RGB")) >= LEAST_PSNR else picture
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True, dpi=given.info.get("dpi"))  # the site's measure of size
    return out.getvalue()


def psnr(one, other):
    """Peak signal-to-noise ratio of two RGB pictures of the same size, in decibels."""
    error = np.mean((np.asarray(one, float) - np.asarray(other, float)) ** 2)
    return np.inf if error == 0 else 10 * np.log10(255**2 / error)


def shrink_outputs(content):
    """Shrink every PNG that a notebook stores, in place."""
    for cell in content.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                png = shrink(base64.b64decode(data["image/png"]))
                data["image/png"] = base64.b64encode(png).decode("ascii")
    return content


def photograph(chromium, site, page):
    """Return a PNG of the part of a page of the built site that shows its first figure."""
    built(site / page)
    with served(site) as address:
        tab = chromium.new_page(viewport=WINDOW, color_scheme="light")
        browser.go(tab, address + page)
        tab.evaluate("document.fonts.ready")
        tab.locator("article div.cell_output img").first.evaluate(SHOW)
        picture = shrink(tab.screenshot())
        tab.close()
    return picture


def take(site, page):
    """Photograph a page with a browser of its own."""
    with browser.launched() as chromium:
        return photograph(chromium, site, page)


def main(args, root):
    """Store the pictures; a BookError names one that is unknown, or what it lacks."""
    from recipes import home  # with PyTorch, which a notebook's pictures do without

    site = root / "_build/html"
    makers = {path: partial(take, site, page) for path, page in README.items()}
    makers |= home.pictures(root)
    paths = {Path(path).stem: path for path in makers}
    for name in chosen(args.names, paths, "picture"):
        content = makers[paths[name]]()
        (root / paths[name]).write_bytes(content)
        print(f"{paths[name]}: {len(content):,} bytes", flush=True)
    return 0
