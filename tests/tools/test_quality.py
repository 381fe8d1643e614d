import gzip
import urllib.error
import urllib.request

import pytest

from tools import quality
from tools.book import BookError
from tools.web import served


def report(score=1.0, image=90_000):
    """What of a Lighthouse report is read."""
    audits = {audit: {"numericValue": 100.0} for audit in quality.TIMES.values()}
    audits["network-requests"] = {
        "details": {
            "items": [
                {"transferSize": 200_000, "resourceType": "Document"},
                {"transferSize": image, "resourceType": "Image"},
                {"transferSize": 100_000},
            ]
        }
    }
    audits["lang"] = {"title": "The page has no language", "score": score}
    audits["hint"] = {"title": "Costs nothing", "score": 0}
    references = [{"id": "lang", "weight": 3}, {"id": "hint", "weight": 0}]
    categories = {name: {"score": score, "auditRefs": references} for name in quality.FLOORS}
    return {"audits": audits, "categories": categories}


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A root whose built site has one page, measured without a browser."""
    page = tmp_path / "_build/html/book/ko/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>" + "text " * 1000, "utf8")
    answers = []
    monkeypatch.setattr(quality.frontend, "install", lambda *words: None)
    monkeypatch.setattr(quality, "measure", lambda *words: answers.pop(0))
    return tmp_path, answers


def run(root, repeats=1):
    args = type("Args", (), {"pages": ["book/ko/index.html"], "repeats": repeats, "live": False})
    return quality.main(args, root)


def test_good_figures_pass_and_are_printed(site, capsys):
    root, answers = site
    answers.append(report())
    assert run(root) == 0
    line = capsys.readouterr().out.splitlines()[1].split()
    assert line == ["book/ko/index.html", *["100"] * 4, "0.10", "0.10", "100", "100.000", "300"]


def test_a_low_score_fails_and_says_why(site, capsys):
    root, answers = site
    answers.append(report(score=0.9))
    assert run(root) == 1
    out = capsys.readouterr().out
    assert "seo: The page has no language" in out
    assert "Costs nothing" not in out


def test_a_heavy_page_fails(site, monkeypatch):
    root, answers = site
    monkeypatch.setattr(quality, "MOST_KILOBYTES", 299)
    answers.append(report())
    assert run(root) == 1


def test_the_median_of_the_runs_counts(site):
    root, answers = site
    answers += [report(), report(score=0.5), report()]
    assert run(root, repeats=3) == 0


def test_it_asks_for_the_site(tmp_path):
    with pytest.raises(BookError, match="make book"):
        run(tmp_path)


def test_the_server_compresses_and_has_a_page_for_what_is_missing(site):
    root, _ = site
    folder = root / "_build/html"
    (folder / "404.html").write_text("gone", "utf8")
    with served(folder) as address:
        ask = urllib.request.Request(
            f"{address}book/ko/index.html", headers={"Accept-Encoding": "gzip"}
        )
        with urllib.request.urlopen(ask) as answer:
            body = answer.read()
        assert len(body) < 500
        assert gzip.decompress(body) == (folder / "book/ko/index.html").read_bytes()
        for wrong in (f"{address}nothing", address.removesuffix("html/") + "secret"):
            with pytest.raises(urllib.error.HTTPError) as error:
                urllib.request.urlopen(wrong)
            assert error.value.code == 404
            assert error.value.read() == b"gone"
