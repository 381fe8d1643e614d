"""The parts of syllables, and their reader."""

import unicodedata

import pytest
import torch

from course_lib.data import load_hangul
from course_lib.hangul import Reader, join, read, split


def test_parts_are_those_of_unicode():
    for character, (initial, vowel, final) in zip("한글봄", split("한글봄").tolist()):
        letters = map(chr, (0x1100 + initial, 0x1161 + vowel, 0x11A7 + final))
        assert unicodedata.normalize("NFC", "".join(letters)) == character


def test_joined_parts_are_the_syllables_again():
    hangul = load_hangul()
    text = "".join(hangul.characters)
    assert torch.equal(split(text), hangul.factors)
    assert join(hangul.factors) == text
    assert join([[0, 0, 0], [18, 20, 27]]) == "가힣"


@pytest.mark.parametrize("text", ["가a", "ㄱ", "힣\ud7a4", " "])
def test_what_is_no_syllable(text):
    with pytest.raises(ValueError, match="text must be Hangul syllables, got"):
        split(text)


def test_reader_has_three_heads():
    logits = Reader()(torch.rand(5, 1, 28, 28))
    assert [tuple(x.shape) for x in logits] == [(5, 19), (5, 21), (5, 28)]
    with pytest.raises(ValueError, match="x must have shape"):
        Reader()(torch.rand(5, 1, 32, 32))


def test_read_gives_the_largest_probability():
    torch.manual_seed(0)
    reader, x = Reader().eval(), torch.rand(4, 1, 28, 28)
    parts, confidence = read(reader, x)
    for k, logits in enumerate(reader(x)):
        share = logits.exp() / logits.exp().sum(dim=1, keepdim=True)
        assert torch.equal(parts[:, k], share.argmax(dim=1))
        assert torch.allclose(confidence[:, k], share.amax(dim=1))
    assert not confidence.requires_grad
