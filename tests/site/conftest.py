"""The site as `make book` builds it, a server for it, and a real browser to look at it with."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from playwright.sync_api import Page, sync_playwright

from tools.browser import ARRIVED, FLAGS, INSTALL, find
from tools.web import served

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book/_ext"))
# The site lives in a folder of its host on GitHub Pages; a link from the host's root must not work.
FOLDER = "unsupervised-learning"


from booksite import frontend  # noqa: E402 - it stands in book/_ext

from tests.site.crawl import visit  # noqa: E402
from tests.site.live import figure, live, open_book  # noqa: E402, F401 - fixtures
from tests.together import each_once, once, whole_run  # noqa: E402


def build(source, output):
    """Build the book in `source` as `make book` does; return (exit status, log)."""
    # What tools/__init__.py spares every process is spared here, too.
    command = [sys.executable, "-c", "import tools, jupyter_book.cli.main as book; book.main()"]
    command += ["build", source]
    done = subprocess.run(
        [*command, "--path-output", output, "-W", "-n", "--keep-going"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="session")
def root():
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def config():
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """Nothing; node_modules is there then, with what tests need of it."""
    once(whole_run(tmp_path_factory) / "packages", lambda: frontend.install(ROOT, "dev"))


@pytest.fixture(scope="session")
def site(tmp_path_factory, packages):
    """The folder of the built site."""
    output = whole_run(tmp_path_factory) / "site"

    def make():
        status, log = build(ROOT, output)
        if status == 0:
            (output / "_build/html").rename(output / FOLDER)
        return status, log

    status, log = once(output, make)
    if status:
        lines = log.splitlines()
        faults = [line for line in lines if re.search("WARNING|[Ee]rror", line)]
        pytest.fail("\n".join(["the site does not build:", *(faults or lines)]), pytrace=False)
    return output / FOLDER


def names(site):
    """The book's pages: "book/ko/01-kmeans", ..."""
    found = sorted(site.glob("book/*/*.html"))
    assert found, "the site has no pages"
    return [path.relative_to(site).with_suffix("").as_posix() for path in found]


@pytest.fixture(scope="session")
def little_book(tmp_path_factory, packages):
    """little_book({code: {file: text}}, {path: text}) -> (exit status, log, the built site).

    A book of a few pages, built as the real one is; a test knows all that stands in it. The paths
    are live figures that it has besides the book's.
    """

    def make(pages, figures=()):
        source = tmp_path_factory.mktemp("book")
        for name in ["_config.yml", "package.json", "package-lock.json", "index.md"]:
            shutil.copy(ROOT / name, source)
        (source / "node_modules").symlink_to(ROOT / "node_modules")
        (source / "book").mkdir()
        for name in ["_ext", "_static", "_templates"]:
            (source / "book" / name).symlink_to(ROOT / "book" / name)
        shutil.copytree(ROOT / "book/live", source / "book/live")
        for path, text in dict(figures).items():
            (source / path).write_text(text, "utf8")
        chapters = []
        for code, texts in pages.items():
            (source / "book" / code).mkdir()
            for name, text in texts.items():
                (source / "book" / code / name).write_text(text, "utf8")
            files = [f"book/{code}/{Path(name).stem}" for name in texts]
            sections = [{"file": file} for file in files[1:]]
            chapters.append({"file": files[0], "subtrees": [{"sections": sections}]})
        contents = {"format": "jb-book", "root": "index", "chapters": chapters}
        (source / "_toc.yml").write_text(json.dumps(contents), "utf8")
        status, log = build(source, source / "out")
        return status, log, source / "out/_build/html"

    return make


@pytest.fixture(scope="session")
def pages(site):
    """{name: parsed page} of the book in both languages."""
    return {
        name: BeautifulSoup((site / f"{name}.html").read_text("utf8"), "html.parser")
        for name in names(site)
    }


@pytest.fixture(scope="session")
def address(site):
    """The address that the site is served at, with a slash at the end."""
    with served(site) as found:
        yield found


@pytest.fixture(scope="session")
def browser():
    path = find()
    if path is None:
        pytest.fail(f"no Chromium; install it: sudo {' '.join(INSTALL)}", pytrace=False)

    @functools.wraps(Page.goto)
    def goto(page, *args, **kwargs):
        """Open an address as always, and wait until all of a long page is there."""
        response = goto.__wrapped__(page, *args, **kwargs)
        page.wait_for_function(ARRIVED)
        return response

    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Page, "goto", goto)
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def visits(site, browser, address, tmp_path_factory):
    """{page of the site, as its address ends: what was seen in one visit to it}."""
    pages = sorted(path.relative_to(site).as_posix() for path in site.glob("book/*/*.html"))
    pages += ["search-ko.html?q=학습", "search-en.html?q=cluster", "index.html", "404.html"]
    folder = whole_run(tmp_path_factory) / "visits"
    return each_once(folder, pages, lambda name: visit(browser, site, address, name))


@pytest.fixture
def new_page(browser):
    """new_page(**context options) -> a page of a browser that remembers nothing."""
    contexts = []

    def make(**options):
        contexts.append(browser.new_context(**options))
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()
