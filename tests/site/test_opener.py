"""A chapter opens with question, times and first picture; the home page shows all of them."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from tests.site.little import notebook


def chapter(course, *cells):
    """A notebook whose first cell has a title, a question and goals."""
    text = json.loads(notebook(*cells))
    text["metadata"]["course"] = course
    return json.dumps(text)


COURSE = {"part": 1, "door": 10, "way": 40, "run": 30, "needs": ["02-two"], "hero": "1.1"}
OPENINGS = {
    "ko": "# 하나\n\n**왜 그럴까요?**\n\n시간: 40분.\n\n이야기.\n\n**목표.** 셋입니다.\n\n- 첫째\n",
    "en": "# One\n\n**Why?**\n\nTime: 40 minutes.\n\nA story.\n\n**Goals.** Three.\n\n- One\n",
}
CAPTIONS = {"ko": "**그림 1.1.** 점입니다.", "en": "**Figure 1.1.** A point."}
HOME = '<div class="chapters"></div>\n'


@pytest.fixture(scope="module")
def built(little_book):
    """A book of two chapters, of which the first wants its figure moved up."""
    pages = {}
    for code in ("ko", "en"):
        one = json.loads(chapter(COURSE, OPENINGS[code], CAPTIONS[code]))
        title = {
            "cell_type": "markdown",
            "id": "later",
            "metadata": {},
            "source": "## Later\n\nText",
        }
        one["cells"].insert(1, title)
        two = dict(part=2, way=20, run=5, needs=[])
        pages[code] = {
            "index.md": f"# Home {code}\n\n{HOME}",
            "01-kmeans.ipynb": json.dumps(one),
            "02-two.ipynb": chapter(two, "# Two\n\n**Well?**\n", CAPTIONS[code]),
        }
        one["metadata"]["course"]["needs"] = ["02-two"]
    return little_book(pages)


@pytest.fixture(scope="module")
def soup(built):
    status, log, folder = built
    assert status == 0, log

    def read(name):
        path = folder / f"{name}.html"
        assert path.exists(), log
        return BeautifulSoup(path.read_text("utf8"), "html.parser")

    return read


def test_the_line_below_the_question_says_what_a_chapter_takes(soup):
    page = soup("book/en/01-kmeans")
    question = page.select_one("h1 + p.question")
    assert question.text == "Why?"
    chips = page.select_one("p.question + ul.chips")
    assert [one.text.strip() for one in chips.select("li")] == [
        "Door: 10 min",
        "Way: 40 min",
        "Runs in 30 s",
        "No GPU needed",
        "After: Chapter 2",
    ]
    assert chips.a["href"] == "02-two.html"
    assert "40 minutes" not in page.article.text, "the page has it in its line"
    korean = soup("book/ko/01-kmeans")
    assert "본문 40분" in korean.select_one("ul.chips").text


def test_the_first_picture_follows_and_the_goals_are_folded(soup):
    page = soup("book/en/01-kmeans")
    after = page.select_one("ul.chips").find_next_sibling()
    first = after.select_one("img")
    assert first["fetchpriority"] == "high", "it comes before all other pictures"
    assert first.get("loading") is None
    caption = after.find_next_sibling()
    assert caption["id"] == "fig-1-1"
    code = caption.find_next_sibling()
    assert code.name == "details"
    goals = page.select_one("details.goals")
    assert "Three." in goals.text
    assert goals.select("li")
    assert "A story." not in goals.text
    assert "Text" in page.select_one("#later").text
    assert not page.select_one("#later img")


def test_the_eyebrow_names_part_chapter_and_neighbors(soup):
    page = soup("book/en/01-kmeans").select_one(".eyebrow")
    assert page.p.text == "Part 1 · Chapter 1"
    assert [link["rel"] for link in page.select("nav a")] == [["next"]]
    assert page.select_one("nav a")["href"] == "02-two.html"
    assert soup("book/ko/02-two").select_one(".eyebrow p").text == "2부 · 2장"


def test_the_home_page_has_a_card_of_each_chapter_in_order(soup):
    cards = soup("book/en/index").select(".chapters > a")
    assert [card["href"] for card in cards] == ["01-kmeans.html", "02-two.html"]
    first = cards[0]
    assert (first.strong.text, first.select_one(".asks").text) == ("One", "Why?")
    assert first.select_one(".takes").text == "50 min"
    assert first.img["src"] == "../../_static/home/01-kmeans.png"
    assert cards[1].img is None


FAULTS = {  # from a page to its metadata, its opening, what is said of it, and of which page
    "01-no-needs": ({"part": 1, "way": 1, "run": 1}, "# A\n\n**B?**", "course in the metadata"),
    "02-speed": ({**COURSE, "needs": [], "speed": 1}, "# A\n\n**B?**", "course in the metadata"),
    "03-no-question": ({**COURSE, "needs": []}, "# A\n\nB.", "not a question in bold"),
    "04-no-hero": ({**COURSE, "needs": [], "hero": "1.7"}, "# A\n\n**B?**", "has the number"),
    "05-lost": ({**COURSE, "needs": ["09-nine"]}, "# A\n\n**B?**", "not there: 09-nine", "09-nine"),
}


@pytest.fixture(scope="module")
def log_of_faults(little_book):
    """What is said of a book in which each chapter has one fault."""
    pages = {code: {"index.md": "# H\n"} for code in ("ko", "en")}
    for name, (course, opening, *_) in FAULTS.items():
        for code in pages:
            pages[code][f"{name}.ipynb"] = chapter(course, opening, CAPTIONS[code])
    status, log, _ = little_book(pages)
    assert status != 0
    return log


@pytest.mark.parametrize("name", FAULTS)
def test_metadata_that_cannot_be_is_a_warning(log_of_faults, name):
    _, _, said, *where = FAULTS[name]
    for code in ("ko", "en"):
        place = f"book/{code}/{(where or [name])[0]}"
        assert re.search(rf"{place}.*WARNING.*{said}", log_of_faults), log_of_faults


def test_every_chapter_of_the_book_opens(pages):
    chapters = [name for name in pages if name.split("/")[-1][:2].isdigit()]
    assert len(chapters) >= 16
    for name in chapters:
        page = pages[name]
        assert page.select_one("p.question").text.rstrip().endswith("?"), name
        assert page.select("ul.chips li"), name
        assert page.select_one(".eyebrow p"), name
