"""Predictions: what the build makes of them, and how a page takes and keeps a reader's answers."""

import json

import pytest
from booksite import predictions

from tests.site.little import notebook
from tools.web import served

CHOICES = "1. {}\n2. {}\n3. {}"


def chapter(lead, question, choices, caption, reading):
    """A chapter with a choice, a number that is printed, and a choice of printed numbers."""
    first, second, third, last = (
        f'<div class="predict" data-{how}>\n\n**{lead}** {question} {n}\n\n{text}\n\n</div>'
        for n, (how, text) in enumerate(
            [
                ('answer="2"', CHOICES.format(*choices)),
                (r'output="(\d+) of 100"', ""),
                (r'output="within (\S+)"', CHOICES.format("1 %", "10 %", "1,000 %")),
                ('answer="1"', CHOICES.format(*choices)),
            ]
        )
    )
    content = json.loads(notebook("# One\n\n**Why?**", f"{caption}\n\n## A\n\n{first}"))
    output = {"output_type": "stream", "name": "stdout", "text": "within 8.5 %: 87 of 100\n"}
    code = {"cell_type": "code", "metadata": {}, "source": "print(1)", "outputs": [output]}
    text = {"cell_type": "markdown", "metadata": {}}
    content["cells"] += [
        code | {"id": "a", "execution_count": 2},
        text | {"id": "b", "source": f"{reading}\n\n{second}"},
        code | {"id": "c", "execution_count": 3},
        text | {"id": "d", "source": f"{reading}\n\n{third}"},
        code | {"id": "e", "execution_count": 4},
        text | {"id": "f", "source": f"{reading}\n\n### B\n\n{last}"},
        code | {"id": "g", "execution_count": 5},
        code | {"id": "h", "execution_count": 6, "source": "second()"},
        text | {"id": "i", "source": reading},
        code | {"id": "j", "execution_count": 7, "source": "third()", "outputs": []},
    ]
    return json.dumps(content)


@pytest.fixture(scope="module")
def book(little_book):
    """The address of a book with predictions."""
    pages = {}
    for code, words in {
        "ko": ("예측.", "얼마일까요?", ["없음", "조금", "많이"], "**그림 1.1.** 점.", "읽기."),
        "en": ("Prediction.", "How many?", ["none", "some", "all"], "**Figure 1.1.** A.", "Read."),
    }.items():
        ledger = "# Ledger\n\n" + '<div id="ledger"></div>\n'
        pages[code] = {
            "index.md": "# Home\n",
            "01-kmeans.ipynb": chapter(*words),
            "predictions.md": ledger,
        }
    status, log, folder = little_book(pages)
    assert status == 0, log
    with served(folder) as address:
        yield address


@pytest.fixture
def page(book, new_page):
    """The chapter in English, no error said."""
    said = []
    page = new_page()
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{book}book/en/01-kmeans.html")
    yield page
    assert said == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("about 12 %", 12), ("1,000 runs", 1000), ("−2.5 dB", -2.5), ("-3", -3), ("none", None)],
)
def test_numbers_are_read_from_text(text, value):
    assert predictions.number(text) == value


@pytest.mark.parametrize(
    ("kind", "value", "text", "choices", "found"),
    [
        ("answer", "2", "", ["a", "b"], {"right": 1}),
        ("output", r"mean (\S+)", "mean 3.5 dB", [], {"value": 3.5}),
        ("output", r"mean (\S+)", "mean 3.5 dB", ["1 dB", "4 dB"], {"value": 3.5, "right": 1}),
    ],
)
def test_the_truth(kind, value, text, choices, found):
    assert predictions.truth(kind, value, text, choices) == found


@pytest.mark.parametrize(
    ("kind", "value", "text", "choices", "message"),
    [
        ("answer", "3", "", ["a", "b"], "none of the 2 choices"),
        ("answer", "0", "", ["a", "b"], "none of the 2 choices"),
        ("output", r"mean (\S+)", "median 3", [], "prints nothing like"),
        ("output", r"mean (\S+)", "mean none", [], "prints nothing like"),
        ("output", r"mean (\S+)", "mean 3", ["2", "4"], "not one of the choices is nearest"),
        ("output", r"mean (\S+)", "mean 3", ["low", "4"], "not one of the choices is nearest"),
    ],
)
def test_an_answer_that_cannot_be_right_stops_the_build(kind, value, text, choices, message):
    with pytest.raises(ValueError, match=message):
        predictions.truth(kind, value, text, choices)


def test_a_wrong_answer_is_a_warning_of_the_page(little_book):
    wrong = chapter("예측.", "?", ["a", "b", "c"], "**그림 1.1.** 점.", "읽기.")
    wrong = wrong.replace('data-answer=\\"2\\"', 'data-answer=\\"9\\"')
    right = chapter("Prediction.", "?", ["a", "b", "c"], "**Figure 1.1.** A.", "Read.")
    pages = {
        code: {"index.md": "# H\n", "01-kmeans.ipynb": text}
        for code, text in {"ko": wrong, "en": right}.items()
    }
    status, log, _ = little_book(pages)
    assert status != 0
    assert "a prediction: answer '9' is none of the 3 choices" in log


def test_the_result_is_veiled_until_the_reader_chooses(page):
    place = page.locator(".predict").first
    veiled = page.locator(".veiled")
    assert "87 of 100" in veiled.first.inner_text()
    assert veiled.first.evaluate("one => one.inert")
    place.get_by_role("button", name="some").click()
    assert place.locator(".predict-remark").inner_text() == "As predicted."
    assert place.locator("li.right").inner_text().startswith("some")
    assert not place.locator("xpath=following-sibling::*[1]").evaluate("one => one.inert")
    assert place.get_by_role("button", name="none").is_disabled()


def test_a_wrong_choice_is_a_surprise(page):
    place = page.locator(".predict").last
    place.get_by_role("button", name="all").click()
    assert place.locator(".predict-remark").inner_text() == "A surprise."
    assert place.locator("li.wrong").inner_text().startswith("all")
    assert place.locator("li.right").inner_text().startswith("none")


def test_a_number_is_compared_with_what_the_cell_prints(page):
    place = page.locator(".predict").nth(1)
    place.get_by_label("Your number").fill("80")
    place.get_by_role("button", name="Predict").click()
    said = place.locator(".predict-remark").inner_text()
    assert said == "As predicted. Measured: 87. You said 80."


def test_the_nearest_choice_is_right(page):
    place = page.locator(".predict").nth(2)
    place.get_by_role("button", name="10 %").click()
    assert place.locator(".predict-remark").inner_text() == "As predicted."


def test_the_veil_ends_before_the_code_that_follows_the_reading(page):
    """Two cells and the text that reads them are the result; what is computed then is not."""
    place = page.locator(".predict").last
    cells = place.locator("xpath=following-sibling::div[contains(@class, 'cell')]")
    veiled = [cell.evaluate("one => one.inert") for cell in cells.all()]
    assert veiled == [True, True, False]


def test_a_reader_may_just_look(page):
    before = page.locator(".veiled").count()
    page.get_by_role("button", name="Just show the result").first.click()
    assert page.locator(".veiled").count() < before
    assert page.evaluate("localStorage.getItem('book-predictions')") == "{}"


def test_the_margin_counts(page, book):
    tally = page.locator(".tally")
    parts = ["Predictions: 0 / 4", "As predicted: 0 / 0"]
    assert tally.locator("span").all_inner_texts() == parts
    assert tally.get_attribute("href") == "predictions.html"
    page.locator(".predict").first.get_by_role("button", name="some").click()  # right
    page.locator(".predict").last.get_by_role("button", name="all").click()
    parts = ["Predictions: 2 / 4", "As predicted: 1 / 2"]
    assert tally.locator("span").all_inner_texts() == parts
    page.reload()
    assert tally.locator("span").all_inner_texts() == parts
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(200)
    box = tally.bounding_box()
    assert 0 <= box["y"] < 300, "it stays in view"
    assert box["x"] > page.locator("article").bounding_box()["x"] + 600
    page.goto(f"{book}book/en/predictions.html")
    assert page.locator(".tally").count() == 0


def test_the_ledger_lists_exports_and_deletes(page, book):
    page.locator(".predict").first.locator("select").select_option(label="Very sure")
    page.locator(".predict").first.get_by_role("button", name="some").click()
    page.locator(".predict").last.get_by_role("button", name="all").click()
    page.reload()
    assert page.locator(".predict-remark").first.inner_text() == "As predicted."
    page.goto(f"{book}book/en/predictions.html")
    ledger = page.locator("#ledger")
    assert "As predicted: 1 / 2" in ledger.inner_text()
    assert "Very sure (90 %)" in ledger.inner_text()
    assert ledger.locator("a").first.get_attribute("href") == "01-kmeans.html"
    with page.expect_download() as waiting:
        ledger.get_by_role("button", name="Save as a file").click()
    saved = json.loads(waiting.value.path().read_text("utf8"))
    assert [one["said"] for one in saved.values()] == ["some", "all"]
    assert [one["right"] for one in saved.values()] == [True, False]
    ledger.get_by_label("Veil results").uncheck()
    ledger.get_by_role("button", name="Delete all").click()
    ledger.get_by_role("button", name="Really delete?").click()
    assert "No predictions yet." in ledger.inner_text()
    page.goto(f"{book}book/en/01-kmeans.html")
    assert page.locator(".veiled").count() == 0
    assert page.locator(".predict .choices button").count() == 9


def test_without_scripts_and_on_paper_nothing_is_veiled(book, new_page):
    plain = new_page(java_script_enabled=False)
    plain.goto(f"{book}book/ko/01-kmeans.html")
    assert plain.locator(".veiled").count() == 0
    assert "조금" in plain.locator(".predict li").nth(1).inner_text()
    printed = new_page()
    printed.goto(f"{book}book/ko/01-kmeans.html")
    printed.emulate_media(media="print")
    assert (
        printed.locator(".veiled").first.evaluate("one => getComputedStyle(one).filter") == "none"
    )
