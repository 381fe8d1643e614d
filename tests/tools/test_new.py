import pytest

from tools.book import BookError, notebook, read_notebook
from tools.new import new
from tools.parity import parity
from tools.repository import check
from tools.run import run


def files(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_new_chapter_is_whole_in_both_languages_and_runs(book):
    paths = new(book, "02-k-medians", ("K-중앙값", "K-medians"))
    assert [path.relative_to(book).as_posix() for path in paths] == [
        "book/ko/02-k-medians.ipynb",
        "book/en/02-k-medians.ipynb",
        "_toc.yml",
    ]
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


def test_the_contents_keep_their_form(book):
    before = (book / "_toc.yml").read_text("utf8").splitlines()
    new(book, "02-k-medians", ("가", "A"))
    after = (book / "_toc.yml").read_text("utf8").splitlines()
    added = [line for line in after if line not in before]
    assert added == ["      - file: book/ko/02-k-medians", "      - file: book/en/02-k-medians"]
    assert [line for line in after if line not in added] == before
    assert after.index(added[0]) == after.index("      - file: book/ko/01-mean") + 1


def test_chapters_stand_in_the_order_of_their_numbers(book):
    new(book, "04-d", ("라", "D"))
    new(book, "03-c", ("다", "C"))
    toc = (book / "_toc.yml").read_text("utf8")
    assert toc.index("en/01-mean") < toc.index("en/03-c") < toc.index("en/04-d")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("kmedians", "must look like 02-autoencoder"),
        ("2-kmedians", "must look like"),
        ("02-KMedians", "must look like"),
        ("../02-x", "must look like"),
        ("01-mean", "exists"),
        ("00-first", "no chapter of book/ko to put 00-first after"),
    ],
)
def test_a_bad_name_writes_nothing(book, name, message):
    before = files(book)
    with pytest.raises(BookError, match=message):
        new(book, name, ("가", "A"))
    assert files(book) == before


def test_a_chapter_that_exists_in_english_alone_is_not_overwritten(book):
    notebook(book, "ko", "01-mean").unlink()
    before = files(book)
    with pytest.raises(BookError, match="book/en/01-mean.ipynb exists"):
        new(book, "01-mean", ("가", "A"))
    assert files(book) == before
