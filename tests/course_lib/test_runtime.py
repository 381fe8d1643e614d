import random
import re

import numpy as np
import pytest
import torch
from IPython.core.formatters import DisplayFormatter

from course_lib import metrics, runtime


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_device_prefers_cuda_then_mps(monkeypatch, cuda, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert runtime.device() == torch.device(expected)


def draw():
    return random.random(), np.random.rand(), torch.rand(3).tolist()


def test_seed_everything_repeats_all_three_generators():
    runtime.seed_everything(7)
    first = draw()
    moved_on = draw()
    assert runtime.seed_everything(np.int64(7)) is None
    assert draw() == first
    assert all(a != b for a, b in zip(first, moved_on, strict=True))
    runtime.seed_everything(8)
    assert all(a != b for a, b in zip(first, draw(), strict=True))


def test_seed_everything_asks_cudnn_for_deterministic_convolutions(monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", False)
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", True)
    runtime.seed_everything(0)
    assert torch.backends.cudnn.deterministic
    assert not torch.backends.cudnn.benchmark


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seed_out_of_range(seed):
    with pytest.raises(ValueError, match=rf"seed must be in .* got {seed}"):
        runtime.seed_everything(seed)


@pytest.mark.parametrize("seed", [1.0, "1", None, True])
def test_seed_of_the_wrong_type(seed):
    with pytest.raises(TypeError, match=r"seed must be an integer, got .*" + re.escape(repr(seed))):
        runtime.seed_everything(seed)


def add_one(x):
    """Has a fence ```of its own```."""
    return x + 1


class Counter:
    def step(self):
        # an indented comment
        return 1


def rendered(shown):
    formats, _ = DisplayFormatter().format(shown)
    return formats


def test_what_is_shown_is_what_runs():
    formats = rendered(runtime.show_source(add_one))
    assert set(formats) == {"text/plain", "text/markdown"}
    namespace = {}
    exec(formats["text/plain"], namespace)
    assert namespace["add_one"].__code__.co_code == add_one.__code__.co_code
    assert namespace["add_one"](41) == 42


def test_the_markdown_fence_holds_the_same_text():
    from markdown_it import MarkdownIt

    formats = rendered(runtime.show_source(add_one, Counter))
    tokens = MarkdownIt().parse(formats["text/markdown"])
    assert [token.type for token in tokens] == ["fence"]
    assert tokens[0].info == "python"
    assert tokens[0].content == formats["text/plain"] + "\n"


def test_a_method_is_shown_without_its_indentation():
    expected = "def step(self):\n    # an indented comment\n    return 1"
    assert str(runtime.show_source(Counter.step)) == expected
    assert str(runtime.show_source(Counter().step)) == expected


def test_several_objects_are_one_listing_in_the_order_given():
    text = str(runtime.show_source(Counter, add_one))
    assert re.fullmatch(r"class Counter:.*\n\n\ndef add_one\(x\):.*", text, re.DOTALL)


def test_a_module_is_shown_whole():
    with open(metrics.__file__, encoding="utf8") as file:
        assert str(runtime.show_source(metrics)) == file.read().strip("\n")


@pytest.mark.parametrize("obj", ["add_one", 3, None, Counter(), len, int])
def test_what_has_no_python_source_is_refused(obj):
    wanted = r"obj must be a Python function, method, class or module, got "
    with pytest.raises(TypeError, match=wanted + r".*" + re.escape(repr(obj))):
        runtime.show_source(add_one, obj)


def test_a_function_without_a_file_is_refused():
    namespace = {}
    exec("def ghost(): pass", namespace)
    with pytest.raises(ValueError, match=r"obj: no source found for <function ghost"):
        runtime.show_source(namespace["ghost"])
