"""The home page's pictures move while a reader points at them, and lead to a live figure."""

import pytest

SCENES = {
    "01-kmeans": "kmeans-steps",
    "02-autoencoder": "draw-code",
    "03-denoising-autoencoder": "draw-noise",
    "05-gan": "gan-ring",
    "06-dcgan": "latent-walk",
}
PIXELS = "one => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.join()"


@pytest.fixture
def home(address, new_page):
    """The home page in Korean, no error said."""
    said = []
    page = new_page()
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}book/ko/index.html")
    yield page
    assert said == []


def test_a_picture_moves_while_it_is_pointed_at_and_rests_otherwise(home):
    for chapter in SCENES:
        card = home.locator(f".chapters a[href^='{chapter}.html']")
        card.scroll_into_view_if_needed()
        card.hover()
        moving = card.locator("canvas.moving")
        moving.wait_for()
        before = moving.evaluate(PIXELS)
        home.wait_for_timeout(1000)
        assert moving.evaluate(PIXELS) != before, chapter
        home.mouse.move(0, 0)
        moving.wait_for(state="detached")


@pytest.mark.parametrize("chapter", SCENES)
def test_a_picture_leads_to_the_live_figure(home, address, chapter):
    card = home.locator(f".chapters a[href^='{chapter}.html']")
    card.focus()
    card.locator("canvas.moving").wait_for()
    card.press("Enter")
    home.wait_for_url(f"**/{chapter}.html#live-{SCENES[chapter]}")
    home.locator(f"#live-{SCENES[chapter]}.ready").wait_for()


def test_pictures_rest_where_less_motion_is_wanted(address, new_page):
    page = new_page(reduced_motion="reduce")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}book/en/index.html")
    page.locator(".chapters a[href='01-kmeans.html']").hover()
    page.wait_for_timeout(300)
    assert page.locator("canvas.moving").count() == 0
    assert not [url for url in asked if "/live/" in url]
