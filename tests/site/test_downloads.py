"""The site hands out the exercises that it was built with."""

from urllib.parse import unquote, urljoin


def test_an_exercises_download_is_the_notebook_of_the_repository(site, pages, root):
    found = set()
    for name, page in pages.items():
        for link in page.select('a.download[href$=".ipynb"]'):
            path = unquote(urljoin(name, link["href"]))
            language, notebook = name.split("/")[1], path.split("/")[-1]
            wanted = root / "exercises/students" / language / notebook
            assert (site / path).read_bytes() == wanted.read_bytes(), name
            assert link.has_attr("download")
            found.add(wanted)
    assert found == set((root / "exercises/students").rglob("*.ipynb"))
