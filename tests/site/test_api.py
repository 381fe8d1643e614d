"""The API page: all of course_lib that is public, in both languages."""

import ast
import re

import pytest

# What a reader may skip; `python -m course_lib` says itself how it is used.
SKIPPED = {"__init__", "__main__", "fast.layers", "fast.lloyd"}
# A shape such as (N, D), or words for what comes back.
SAYS = r"(?i)\(\w+,|\b(returns?|yields?|list|element of x|shape of x)\b"


def modules(root):
    """{name below course_lib: parsed source} of the modules that the page has."""
    paths = [*root.glob("course_lib/*.py"), *root.glob("course_lib/fast/*.py")]
    paths += root.glob("course_lib/scale/*.py")
    paths.append(root / "course_lib/support/checkpoints.py")
    found = {}
    for path in paths:
        name = ".".join(path.relative_to(root / "course_lib").with_suffix("").parts)
        if name.rpartition(".")[2] not in SKIPPED and name not in SKIPPED:
            found[name] = ast.parse(path.read_text("utf8"))
    return found


def public(tree):
    """The public functions and classes of a module."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [node for node in tree.body if isinstance(node, kinds) and node.name[0] != "_"]


@pytest.mark.parametrize("code", ["ko", "en"])
def test_every_public_function_and_class_is_on_the_page(pages, root, code):
    page = pages[f"book/{code}/api"]
    anchors = {entry["id"] for entry in page.select("dt.sig[id]")}
    wanted = {
        f"course_lib.{name}.{node.name}"
        for name, tree in modules(root).items()
        for node in public(tree)
    }
    assert len(wanted) > 40
    assert not wanted - anchors
    sections = [section["id"] for section in page.select("article section section")]
    assert sorted(sections) == sorted(re.sub("[._]", "-", name) for name in modules(root))


@pytest.mark.parametrize(
    ("code", "words"),
    [("ko", {"매개변수", "반환값", "예외"}), ("en", {"Parameters", "Returns", "Raises"})],
)
def test_fields_are_named_in_the_language_and_arguments_are_shown(pages, code, words):
    page = pages[f"book/{code}/api"]
    names = {name.text.strip(":") for name in page.select("dl.field-list > dt")}
    assert words <= names
    assert names <= words | {"속성" if code == "ko" else "Attributes"}
    for entry in page.select("dl.class > dt"):
        assert "args" not in [word.text for word in entry.select(".sig-param .n")], entry["id"]
    assert not page.select("article dd p:-soup-contains('Args:')")


def returns_a_value(function):
    """Whether a function returns or yields something, functions inside it left out."""
    inner = {
        child
        for node in ast.walk(function)
        for child in ast.walk(node)
        if node is not function and isinstance(node, (ast.FunctionDef, ast.Lambda))
    }
    return any(
        isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)) and node.value
        for node in ast.walk(function)
        if node not in inner
    )


def test_docstrings_have_a_shape_or_say_what_is_returned(root):
    silent = []
    for name, tree in modules(root).items():
        for node in public(tree):
            if isinstance(node, ast.FunctionDef) and returns_a_value(node):
                text = ast.get_docstring(node) or ""
                if not re.search(SAYS, text):
                    silent.append(f"{name}.{node.name}: {text.splitlines()[0]}")
    assert not silent
