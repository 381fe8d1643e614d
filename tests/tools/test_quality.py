"""What is made of Lighthouse's reports, and the server that stands in for GitHub Pages."""

import gzip
import urllib.error
import urllib.request
from types import SimpleNamespace

import pytest

from tools import quality
from tools.book import BookError
from tools.web import served

PAGE = "book/ko/index.html"


def report(score=1.0, document=200_000):
    """What of a Lighthouse report is read."""
    audits = {audit: {"numericValue": 100.0} for audit, _ in quality.TIMES.values()}
    requests = [
        {"transferSize": document, "resourceType": "Document"},
        {"transferSize": 90_000, "resourceType": "Image"},
        {"transferSize": 100_000},
    ]
    audits["network-requests"] = {"details": {"items": requests}}
    audits["lang"] = {"title": "The page has no language", "score": score}
    audits["hint"] = {"title": "Costs nothing", "score": 0}
    references = [{"id": "lang", "weight": 3}, {"id": "hint", "weight": 0}]
    categories = {name: {"score": score, "auditRefs": references} for name in quality.FLOORS}
    return {"audits": audits, "categories": categories}


@pytest.fixture
def site(tmp_path):
    """A root whose built site has one page."""
    page = tmp_path / "_build/html" / PAGE
    page.parent.mkdir(parents=True)
    page.write_text("<p>" + "text " * 1000, "utf8")
    return tmp_path


def run(root, repeats=1):
    return quality.main(SimpleNamespace(pages=[PAGE], repeats=repeats, live=False), root)


@pytest.mark.parametrize(
    ("reports", "status", "shown", "fault"),
    [
        ([report()], 0, ["100"] * 4 + ["0.10", "0.10", "100", "100.000", "300"], False),
        ([report(score=0.9)], 1, ["90"] * 4, True),
        ([report(document=700_000)], 1, ["100"] * 4, False),
        ([report(), report(score=0.5), report()], 0, ["100"] * 4, False),  # the median counts
    ],
    ids=["good", "a low score", "heavy", "three runs"],
)
def test_scores_and_weight_decide(site, monkeypatch, capsys, reports, status, shown, fault):
    left = list(reports)
    monkeypatch.setattr(quality.frontend, "install", lambda *words: None)
    monkeypatch.setattr(quality, "measure", lambda *words: left.pop(0))
    assert run(site, len(reports)) == status
    out = capsys.readouterr().out
    assert out.splitlines()[1].split()[: 1 + len(shown)] == [PAGE, *shown]
    assert ("seo: The page has no language" in out) == fault
    assert "Costs nothing" not in out


def test_it_asks_for_the_site(tmp_path):
    with pytest.raises(BookError, match="make book"):
        run(tmp_path)


def test_the_server_compresses_and_has_a_page_for_what_is_missing(site):
    folder = site / "_build/html"
    (folder / "404.html").write_text("gone", "utf8")
    with served(folder) as address:
        ask = urllib.request.Request(address + PAGE, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(ask) as answer:
            body = answer.read()
        assert len(body) < 500
        assert gzip.decompress(body) == (folder / PAGE).read_bytes()
        for wrong in (f"{address}nothing", address.removesuffix("html/") + "secret"):
            with pytest.raises(urllib.error.HTTPError) as error:
                urllib.request.urlopen(wrong)
            assert error.value.code == 404
            assert error.value.read() == b"gone"
