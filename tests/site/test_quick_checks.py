"""Quick checks can be answered on the page, by keys and by ear, and read where no script runs."""

import re

import pytest

VERDICTS = {"ko": ("맞습니다.", "아닙니다."), "en": ("Right.", "No.")}


def answerable(pages):
    """{name: the folded lists of remarks} of the pages that have quick checks."""
    found = {name: page.select("details.quick-check") for name, page in pages.items()}
    return {name: checks for name, checks in found.items() if checks}


def test_every_choice_has_its_remark_and_one_is_right(pages):
    found = answerable(pages)
    chapters = {name for name in pages if re.match(r"book/(ko|en)/(\d\d|primer)-", name)}
    assert len(chapters) >= 16
    assert chapters == set(found)
    for name, checks in found.items():
        right, wrong = VERDICTS[name.split("/")[1]]
        assert len(checks) == 3, name
        for check in checks:
            choices = check.find_previous_sibling()
            assert choices.name == "ol", (name, choices)
            question = choices.find_previous_sibling()
            assert re.match(r"(연습|Exercise) (\d+|P)\.\d+\.", question.text), (name, question)
            remarks = check.select(":scope > ol > li")
            assert len(remarks) == len(choices.find_all("li", recursive=False)) >= 3, name
            bold = [remark.p.strong is not None for remark in remarks]
            assert bold.count(True) == 1, (name, question.text)
            for remark, is_right in zip(remarks, bold, strict=True):
                assert remark.text.strip().startswith(right if is_right else wrong), remark.text
                assert len(remark.text) > len(right) + 10, "a verdict without a reason"


@pytest.mark.parametrize("code", ["ko", "en"])
def test_a_choice_is_made_by_keys_and_its_remark_is_announced(address, new_page, code):
    page = new_page()
    page.goto(f"{address}book/{code}/01-kmeans.html")
    forms = page.locator("form.quick-check")
    assert forms.count() == 3
    for i in range(3):
        form = forms.nth(i)
        said = form.locator("[role=status]")
        assert said.text_content() == ""
        form.locator("button").focus()
        page.keyboard.press("Enter")
        assert said.text_content() in ("먼저 하나를 골라 보세요.", "Choose one first.")
        assert form.get_attribute("data-right") is None
        remarks = page.locator("details.quick-check").nth(i).locator("li").all_text_contents()
        form.locator("input").first.focus()
        page.keyboard.press("Space")
        results = []
        for number, remark in enumerate(remarks):
            assert form.locator("input").nth(number).is_checked()
            assert said.text_content() != remark, "the remark comes when it is asked for"
            page.keyboard.press("Enter")
            assert said.text_content().strip() == remark.strip()
            results.append(form.get_attribute("data-right"))
            page.keyboard.press("ArrowDown")
        assert sorted(results) == ["false", "false", "true"]


def test_choices_are_named_for_those_who_listen(address, new_page):
    page = new_page()
    page.goto(f"{address}book/en/01-kmeans.html")
    group = page.get_by_role("group", name=re.compile(r"^Exercise 1\.2\."))
    assert group.count() == 1
    choices = group.get_by_role("radio")
    assert choices.count() == 3
    right = re.compile("never grows, but the J of a run may")
    assert group.get_by_role("radio", name=right).count() == 1


def test_without_a_script_choices_and_remarks_can_be_read(address, new_page):
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}book/ko/01-kmeans.html")
    check = page.locator("details.quick-check").first
    assert not check.locator("li").first.is_visible()
    check.locator("summary").click()
    assert check.locator("li").count() == 3
    assert check.locator("li").first.is_visible()
    assert page.locator("form.quick-check").count() == 0
