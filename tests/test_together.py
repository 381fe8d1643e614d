"""What workers of pytest-xdist share, and how conftest.py hands out the tests."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.together import each_once, once
from tests.tools.test_conftest import run

IN_TWO = """
import os
import pytest
@pytest.fixture(params=["ko", "en"], scope="module")
def made(request):
    return request.param
def test_one(made):
    with open(made, "a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"])
test_two = test_three = test_one
"""


def test_workers_share_what_there_is_to_make(tmp_path):
    made = []

    def make(name):
        made.append(name)
        time.sleep(0.05)
        return [name]

    with ThreadPoolExecutor(3) as workers:
        found = list(workers.map(lambda n: each_once(tmp_path / "all", "abcde", make), range(3)))
    assert found == [{name: [name] for name in "abcde"}] * 3
    assert sorted(made) == list("abcde")


def test_what_fails_is_tried_by_the_next(tmp_path):
    with pytest.raises(ZeroDivisionError):
        once(tmp_path / "one", lambda: 1 / 0)
    assert once(tmp_path / "one", lambda: 3) == once(tmp_path / "one", lambda: 4) == 3


def test_a_book_of_each_language_has_a_worker(tmp_path):
    path = tmp_path / "tests/site/test_pdf.py"
    path.parent.mkdir(parents=True)
    path.write_text(IN_TWO)
    status, said = run(tmp_path, "-n", "2", "--dist", "loadfile", "tests")
    assert status == 0, said
    assert {(tmp_path / code).read_text() for code in ("ko", "en")} == {"gw0" * 3, "gw1" * 3}
