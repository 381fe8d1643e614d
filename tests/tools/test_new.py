"""New chapters: whole in both languages, in every table, and nothing written for a bad name."""

import pytest

from tools.book import ROOT, BookError, contents, notebook, read_notebook, write_notebook
from tools.new import GAP, missing, new
from tools.parity import parity
from tools.repository import check
from tools.run import run


def files(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_new_chapter_is_whole_in_both_languages_and_runs(book):
    before = (book / "_toc.yml").read_text("utf8").splitlines()
    paths = new(book, "02-k-medians", ("K-중앙값", "K-medians"))
    assert [path.relative_to(book).as_posix() for path in paths] == [
        "book/ko/02-k-medians.ipynb",
        "book/en/02-k-medians.ipynb",
        "README.md",
        "_toc.yml",
    ]
    added = [f"          - file: book/{language}/02-k-medians" for language in ("ko", "en")]
    after = (book / "_toc.yml").read_text("utf8").splitlines()
    assert [line for line in after if line not in before] == added
    assert [line for line in after if line not in added] == before
    assert after.index(added[0]) == after.index("          - file: book/ko/01-mean") + 1
    assert parity(book) == []
    assert check(book) == []
    texts = [cell.source for cell in read_notebook(paths[0]).cells]
    assert texts[0].startswith("# K-중앙값\n")
    assert read_notebook(paths[1]).cells[0].source.startswith("# K-medians\n")
    assert any("**그림 2.1.**" in one for one in texts)
    assert any("\\tag{2.1}" in one for one in texts)
    run(book, "02-k-medians")
    outputs = [c.outputs for c in read_notebook(paths[1]).cells if c.cell_type == "code"]
    assert outputs[0] == []  # the library is there: the setup cell has nothing to say
    assert "image/png" in outputs[1][0].data
    assert parity(book) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("kmedians", "must look like 02-autoencoder"),
        ("2-kmedians", "must look like"),
        ("02-KMedians", "must look like"),
        ("../02-x", "must look like"),
        ("01-mean", "book/en/01-mean.ipynb exists"),
        ("00-first", "no chapter of book/ko to put 00-first after"),
    ],
)
def test_a_bad_name_writes_nothing(book, name, message):
    if name == "01-mean":  # not even where it is there in English alone
        notebook(book, "ko", name).unlink()
    before = files(book)
    with pytest.raises(BookError, match=message):
        new(book, name, ("가", "A"))
    assert files(book) == before


@pytest.fixture
def listed(book):
    """The small book with the pages that list its chapter."""
    links = " | ".join(f"[x](http://a/book/{one}/01-mean.ipynb)" for one in ("ko", "en"))
    (book / "README.md").write_text(f"| 1. The mean | {links} |")
    (book / "book/_static/home").mkdir(parents=True)
    (book / "book/_static/home/01-mean.png").touch()
    for language in ("ko", "en"):
        page = "| - | - |\n| [1. Mean](01-mean.ipynb) | sums |\n\n| 1 | [week](01-mean.ipynb) |\n"
        (book / "book" / language / "instructors.md").write_text(page)
        path = notebook(book, language, "01-mean")
        chapter = read_notebook(path)
        chapter.metadata["course"] = {"part": 1}
        write_notebook(path, chapter)
    return book


def test_no_chapter_of_the_book_is_missing_where_chapters_are_listed():
    left = missing(ROOT)
    assert not left, "\n".join(["still to write:", *left])


def test_a_new_chapter_has_its_row_in_every_table_and_what_only_an_author_knows_is_asked_for(
    listed,
):
    new(listed, "02-k-medians", ("K-중앙값", "K-medians"))
    assert (listed / "README.md").read_text().splitlines()[1] == (
        "| 2. K-medians | [x](http://a/book/ko/02-k-medians.ipynb) "
        "| [x](http://a/book/en/02-k-medians.ipynb) |"
    )
    korean = (listed / "book/ko/instructors.md").read_text().splitlines()
    assert korean[2] == f"| [2. K-중앙값](02-k-medians.ipynb) | {GAP} |"
    left = missing(listed)
    pages = [f"book/{language}/instructors.md" for language in ("ko", "en")]
    assert [one.split(":")[0] for one in left] == [*pages, "recipes/home.py"]
    assert all("02-k-medians" in one for one in left)


def test_a_chapter_may_begin_a_part_and_all_are_in_the_order_of_their_numbers(listed):
    new(listed, "03-c", ("다", "C"), ("2부. 둘", "Part 2. Two"))
    new(listed, "04-d", ("라", "D"))
    new(listed, "02-b", ("나", "B"))
    assert contents(listed, "en")[1:5] == [
        ("Part 1. Start", "01-mean"),
        ("Part 1. Start", "02-b"),
        ("Part 2. Two", "03-c"),
        ("Part 2. Two", "04-d"),
    ]
    for name, part in (("02-b", 1), ("03-c", 2), ("04-d", 2)):
        assert read_notebook(notebook(listed, "ko", name)).metadata["course"]["part"] == part


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("_toc.yml", "          - file: book/en/01-mean\n", "", "_toc.yml: list book/en/01-mean"),
        ("_toc.yml", "Part 1", "Part 2", "book/en/01-mean.ipynb: its metadata must say part 2"),
        ("README.md", "ko/01-mean", "ko/02-mean", "README.md: in the row of 01-mean, write the"),
        ("book/ko/instructors.md", "sums", GAP, "book/ko/instructors.md: in the row of 01-mean"),
    ],
)
def test_a_chapter_that_is_missing_somewhere_is_found(listed, path, old, new, said):
    assert missing(listed) == []
    changed = (listed / path).read_text("utf8").replace(old, new)
    (listed / path).write_text(changed, "utf8")
    (left,) = missing(listed)
    assert left.startswith(said)
