"""Draw the Hangul syllables with the fonts inside the package koreanize-matplotlib.

The package is found without importing it (an import would change matplotlib's settings). What was
drawn is kept in `cache_dir()`, under a name that is the hash of the font and of the recipe.
"""

import hashlib
from importlib import metadata

import numpy as np
import PIL
from PIL import Image, ImageDraw, ImageFont, features

from course_lib.support.download import cache_dir, replacing

PACKAGE = "koreanize-matplotlib"
REPAIR = f"pip install --force-reinstall --no-deps {PACKAGE}==0.1.1"
FONTS = {  # weight: (file in the package, its SHA-256)
    "regular": (
        "NanumGothic.ttf",
        "48a28e97b34fc8e5b157657633670cd1b7de126cfc414da65ce9c3d5bc8be733",
    ),
    "bold": (
        "NanumGothicBold.ttf",
        "454eb3f503f377782a99eb84fc4bb7dde22a0f075d41b47427737f2985053bc9",
    ),
    "extra-bold": (
        "NanumGothicExtraBold.ttf",
        "e0288775c8f021f327fd77f9eb251eea80e4601bbbb068478c7878caa23e8f92",
    ),
    "light": (
        "NanumGothicLight.ttf",
        "da39544c39be58124a4fcb296eafc2bf73530b3dbd1b19aa802c5c3fd227e31c",
    ),
}
SYLLABLES = "".join(map(chr, range(0xAC00, 0xD7A4)))  # all 11,172, in the order of Unicode


def in_common_use(character):
    """Return whether a syllable is one of the 2,350 of the old Korean standard KS X 1001."""
    try:
        return len(character.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


COMMON = "".join(filter(in_common_use, SYLLABLES))


def syllables_of(weight):
    """Return the syllables that a font has: the light one has only those in common use."""
    return COMMON if weight == "light" else SYLLABLES


def font_file(weight):
    """Return the path of a font; an error with the command that repairs it if it is not there."""
    name, sha256 = FONTS[weight]
    try:
        path = metadata.distribution(PACKAGE).locate_file(f"koreanize_matplotlib/fonts/{name}")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except metadata.PackageNotFoundError:
        raise ModuleNotFoundError(
            f"Hangul is drawn with a font inside {PACKAGE}, which is not installed: {REPAIR}"
        ) from None
    except OSError as error:
        found = str(error)
    if found != sha256:
        raise RuntimeError(f"{path} is not the font of version 0.1.1 ({found}): {REPAIR}")
    return path


def drawn(weight, size):
    """Return the syllables of one weight, (N, size, size) uint8, from the cache or drawn anew."""
    path = font_file(weight)
    # Another Pillow or FreeType may shade the edges differently.
    recipe = f"{FONTS[weight][1]} {size} {PIL.__version__} {features.version('freetype2')} 1"
    name = hashlib.sha256(recipe.encode()).hexdigest()[:16]
    kept = cache_dir() / "hangul" / f"{weight}-{size}-{name}.npy"
    shape = (len(syllables_of(weight)), size, size)
    try:
        images = np.load(kept)
        if images.shape == shape and images.dtype == np.uint8:
            return images
    except (OSError, EOFError, ValueError):  # not there, or broken
        pass
    images = draw(syllables_of(weight), path, size)
    try:
        with replacing(kept) as part, open(part, "wb") as file:
            np.save(file, images)
    except OSError:  # a cache that cannot be written only costs two seconds the next time
        pass
    return images


def draw(characters, font, size):
    """Draw characters (N) with a font file, in the middle of images (N, size, size) uint8."""
    # Basic layout: one glyph a character, whatever libraries for complex scripts are installed.
    font = ImageFont.truetype(str(font), round(size * 6 / 7), layout_engine=ImageFont.Layout.BASIC)
    images = np.empty((len(characters), size, size), np.uint8)
    for image, character in zip(images, characters):
        page = Image.new("L", (size, size))
        ImageDraw.Draw(page).text((size / 2, size / 2), character, font=font, fill=255, anchor="mm")
        image[:] = page
    return images
