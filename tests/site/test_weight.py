"""How much a reader loads: pages, and pictures in the size in which they are shown."""

import pytest

MOST = 700_000  # bytes of a page without its pictures, compressed


@pytest.fixture(scope="module")
def loaded(visits):
    """{page: [(address, bytes as sent, kind)]} of a first visit."""
    return {name: seen["loaded"] for name, seen in visits.items() if name.startswith("book/")}


def test_pages_are_light(loaded):
    weights = {
        name: sum(size for _, size, kind in files if kind != "image")
        for name, files in loaded.items()
    }
    assert all(weight > 50_000 for weight in weights.values()), "nothing was weighed"
    assert not {name: weight for name, weight in weights.items() if weight > MOST}


def test_a_page_loads_few_files_and_none_of_them_twice(loaded):
    for name, files in loaded.items():
        scripts = [address for address, _, kind in files if kind == "script"]
        sheets = [address for address, _, kind in files if kind == "stylesheet"]
        assert scripts == [f"_static/book-{name.split('/')[1]}.js"], name
        assert sheets == ["_static/book.css"], name


def test_pictures_wait_and_keep_their_place(pages):
    for name, page in pages.items():
        first = [image for image in page.select("article img") if image.get("fetchpriority")]
        assert len({image.find_parent(class_="cell") for image in first}) <= 1, name
        for image in page.select("article img"):
            assert image.get("loading") == (None if image in first else "lazy"), (name, image)
            assert image.get("width"), (name, image)
            assert image.get("height"), (name, image)


@pytest.mark.parametrize("width", [1280, 390])
def test_pictures_have_the_size_in_which_they_are_shown(site, browser, address, width):
    """Neither blown up, nor more than twice as wide as the page can show them."""
    wrong, seen = [], 0
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    for path in sorted(site.glob("book/ko/0*.html")):
        page.goto(address + path.relative_to(site).as_posix())
        sizes = page.evaluate(
            """() => {
              document.querySelectorAll("details").forEach((details) => { details.open = true; });
              return [...document.querySelectorAll("article img")].map((image) => {
                const source = image.parentElement.querySelector(":scope > source");
                const given = source && matchMedia(source.media).matches ? source : image;
                const [width, height] = ["width", "height"].map((side) => given.getAttribute(side));
                return [image.getAttribute("src"), Number(width), Number(height),
                        image.clientWidth, image.clientHeight];
              });
            }"""
        )
        seen += len(sizes)
        for source, natural, tall, shown, high in sizes:
            if shown > natural or abs(shown / high - natural / tall) > 0.02 * natural / tall:
                wrong.append((source, natural, tall, shown, high))
            if width == 1280 and natural > 2 * shown:
                wrong.append((source, natural, tall, shown, high))
    context.close()
    assert seen > 50
    assert not wrong
