"""Each chapter has a door, a way and a deep end, and its Korean is what practitioners say."""

import json
import re
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[2] / "book"
CHAPTERS = sorted(path.stem for path in BOOK.glob("ko/[0-9]*.ipynb"))
LANGUAGES = ["ko", "en"]
MAX_WORDS, MAX_FIGURES, MAX_LINES, MAX_BOLD = 2500, 12, 5, 5

COURSE = {"part", "door", "way", "deep", "run", "needs", "hero"}
OFF_THE_WAY = re.compile(r"^## (?:연습 문제|심화|Exercises|Deep end)$", re.M)
DETAILS = re.compile(r"<details.*?</details>", re.S)
PREDICTION = re.compile(r'<div class="predict".*?</div>', re.S)
CHOICE = re.compile(r"^\d+\. .*$", re.M)
CAPTION = re.compile(r"\*\*(?:그림|Figure) (\d+\.\d+)\.\*\*")

# Words and what to write for them: ../shared/korean.md. A word is looked for at the beginning of
# a word, outside of code and formulas.
WORDS = {
    "모형": "모델",
    "모수": "파라미터",
    "부류": "클래스",
    "시험 (?:오차|정확도|이미지|데이터|집합)": "테스트",
    "기준선": "베이스라인",
    "데이터 집합": "데이터셋",
    "정규 잡음": "가우시안 잡음",
    "노이즈": "잡음",
    "출발점": "초기 중심, 초깃값",
    "임의 재시작": "재시작",
    "동점": "거리가 같은 점",
    "걸음": "스텝, 단계",
    "보폭": "스텝, 스트라이드",
    "둘레": "주변",
    "차례(?!로)": "순서",
    "어림": "근사",
    "몫": "비중, 기여",
    "곧(?=[ ,])": "즉",
    "까닭": "이유",
    "견주": "비교하다",
    "이를테면": "예를 들어",
    "하계": "하한",
    "상계": "상한",
    "일차 함수": "아핀 함수",
    "잣대": "평가 지표",
    "손잡이": "하이퍼파라미터",
    "과녁": "목표값",
    "이상값": "이상치",
    "포화하지 않는": "비포화",
    "맴돌": "진동하다, 순환하다",
    "바둑판": "체커보드",
    "늘린 뒤 합성곱": "업샘플링 후 합성곱",
    "밀집 (?:쪽|GAN)": "완전 연결, MLP",
    "2차 적률": "2차 모멘트",
    "선형 탐침": "선형 프로빙",
    "잔결": "고주파 성분",
    "흥정": "트레이드오프",
    "얼려": "고정하다",
    "여는 글": "0장 들어가며",
    "구조 유사도": "구조적 유사도",
    "아무렇게나": "무작위로",
    "사이킷런": "scikit-learn",
    "파이토치": "PyTorch",
    "파이썬": "Python",
    "깃허브": "GitHub",
}
SENTENCES = {
    r"십시오": "~해 보세요, ~해 봅시다",
    r"(?:^|\n\n)(?:입니다|이고|이므로|가 됩니다)": "다음이 성립합니다 (before the formula)",
}
# A chapter may need a word in its other sense: (chapter, word) and the sense.
ALLOWED = {}


def cells(language, chapter):
    """The cells of a chapter."""
    return json.loads((BOOK / language / f"{chapter}.ipynb").read_text("utf8"))["cells"]


def metadata(language, chapter):
    """What a chapter's notebook says of the chapter."""
    return json.loads((BOOK / language / f"{chapter}.ipynb").read_text("utf8"))["metadata"]


def source(cell):
    """The text of a cell."""
    return "".join(cell["source"])


def has_picture(cell):
    """Whether a cell shows a picture."""
    kinds = {"image/png", "image/jpeg"}
    return any(kinds & set(output.get("data", {})) for output in cell.get("outputs", []))


def on_the_way(all_cells):
    """The cells before the exercises and the deep end; of the last one, what stands before."""
    found = []
    for cell in all_cells:
        end = cell["cell_type"] == "markdown" and OFF_THE_WAY.search(source(cell))
        if end:
            return [*found, {**cell, "source": source(cell)[: end.start()]}]
        found.append(cell)
    raise AssertionError("the chapter has no exercises and no deep end")


def words(all_cells):
    """How many words stand on the way: no boxes, no displayed formulas, no code, no choices."""
    text = "\n\n".join(source(c) for c in all_cells if c["cell_type"] == "markdown")
    text = DETAILS.sub("", text)
    text = PREDICTION.sub(lambda match: CHOICE.sub("", match[0]), text)
    text = re.sub(r"\$\$.*?\$\$", " ", text, flags=re.S)
    text = re.sub(r"\$[^$]*\$|`[^`]*`", "x", text)  # a formula in a sentence is a word
    text = re.sub(r"<[^>]+>|\]\([^)]*\)|[*#|]", " ", text, flags=re.S)
    return len(re.findall(r"\S*\w\S*", text))


def korean(chapter):
    """The Korean text of a chapter, without code, formulas and addresses."""
    text = "\n\n".join(source(c) for c in cells("ko", chapter) if c["cell_type"] == "markdown")
    return re.sub(r"```.*?```|\$\$.*?\$\$|`[^`]*`|\$[^$]*\$|\]\([^)]*\)", "", text, flags=re.S)


def wrong_words(text):
    """The words of a text that practitioners do not use, and what they say instead."""
    found = [(w, good) for w, good in WORDS.items() if re.search(rf"(?<![가-힣]){w}", text)]
    return found + [(w, good) for w, good in SENTENCES.items() if re.search(w, text)]


def bold_sentences(text):
    """The sentences in bold that are no labels of figures, exercises, predictions and answers."""
    label = re.compile(r"(?:그림|연습|예측|맞습니다|이 장을 마치면|먼저 알아야)")
    found = re.findall(r"\*\*([^*]+[.?!])\*\*", text)
    return [one for one in found if not label.match(one)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_both_languages_say_the_same_of_the_chapter(chapter):
    course = metadata("ko", chapter)["course"]
    assert course == metadata("en", chapter)["course"]
    assert set(course) == COURSE
    assert course["part"] in range(6)
    for key in ("door", "way", "deep", "run"):
        assert isinstance(course[key], int)
        assert course[key] > 0
    assert course["door"] <= 15
    assert course["run"] <= 90
    for stem in course["needs"]:
        assert (BOOK / "ko" / f"{stem}.ipynb").exists(), stem
    captions = [m[1] for c in cells("ko", chapter) if (m := CAPTION.match(source(c)))]
    assert course["hero"] in captions


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_opens_with_its_question(chapter, language):
    title, question, *rest = re.split(r"\n\s*\n", source(cells(language, chapter)[0]).strip())
    assert title.startswith("# ")
    assert re.fullmatch(r"\*\*[^*]+\?\*\*", question), question
    lines = [line for part in rest for line in part.split("\n")]
    assert len(lines) <= MAX_LINES
    assert lines[0].startswith(("시간: ", "Time: "))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_first_picture_comes_right_after_the_imports(chapter, language):
    _, setup, imports, picture, caption, *_ = cells(language, chapter)
    assert "import course_lib" in source(setup)
    assert source(imports).startswith(("import", "from"))
    assert has_picture(picture)
    number = CAPTION.match(source(caption))
    assert number
    assert number[1] == metadata(language, chapter)["course"]["hero"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_way_is_short(chapter, language):
    way = on_the_way(cells(language, chapter))
    assert words(way) <= MAX_WORDS
    assert 3 <= sum(map(has_picture, way)) <= MAX_FIGURES


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_algorithm_stands_open_at_the_door(chapter):
    """The first code after the first picture is short, plain and not folded."""
    code = [c for c in cells("ko", chapter) if c["cell_type"] == "code"][3]
    assert "open" in code["metadata"].get("tags", [])
    assert "show_source" not in source(code)
    assert 8 <= len([line for line in source(code).split("\n") if line.strip()]) <= 20


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_korean_is_what_practitioners_say(chapter):
    found = [pair for pair in wrong_words(korean(chapter)) if (chapter, pair[0]) not in ALLOWED]
    assert not found


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_few_sentences_are_bold(chapter):
    assert len(bold_sentences(korean(chapter))) <= MAX_BOLD


@pytest.mark.parametrize("word", [*WORDS, *SENTENCES])
def test_every_word_would_be_found(word):
    plain = re.sub(r"\(\?[=!][^)]*\)|\(\?:\^\|\\n\\n\)", "", word)
    plain = re.sub(r"\(\?:([^|)]*)[^)]*\)", r"\1", plain)
    assert [w for w, _ in wrong_words(f"{plain} 하나")] == [word]


def test_what_only_looks_like_a_word_is_not_found():
    assert not wrong_words("곧은 1, 첫걸음, 차례로 봅니다. 테스트 정확도, 데이터 모음입니다.")


def test_words_are_counted_as_they_stand():
    text = (
        "one two $x + y$ `three four`\n\n$$a + b$$\n\n<details>\n\nnot this\n\n</details>\n\nfive"
    )
    way = [{"cell_type": "markdown", "source": text}, {"cell_type": "code", "source": "x = 1"}]
    assert words(way) == 5
    end = {"cell_type": "markdown", "source": "six\n\n## Exercises\n\nnot these"}
    assert words(on_the_way([*way, end])) == 6
    with pytest.raises(AssertionError, match="no exercises"):
        on_the_way(way)


def test_bold_sentences_are_counted_without_labels():
    text = "**그림 1.1.** **하나입니다.** **왜 둘일까요?** **예측.** **낱말** **맞습니다.**"
    assert bold_sentences(text) == ["하나입니다.", "왜 둘일까요?"]


@pytest.mark.parametrize(
    "path", sorted((BOOK.parent / "exercises").glob("*/*.ipynb")), ids=lambda path: path.stem
)
def test_the_korean_of_assignments_is_what_practitioners_say(path):
    sources = [source(cell) for cell in json.loads(path.read_text("utf8"))["cells"]]
    text = re.sub(r"```.*?```|\$\$.*?\$\$|`[^`]*`|\$[^$]*\$", "", "\n\n".join(sources), flags=re.S)
    assert not [pair for pair in wrong_words(text) if pair[0] in WORDS]
