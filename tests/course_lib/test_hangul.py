"""The parts of syllables, and their reader."""

import unicodedata

import pytest
import torch

from course_lib import checkpoints
from course_lib.data import load_hangul
from course_lib.dcgan import ConvGenerator
from course_lib.hangul import N_PARTS, Reader, join, one_hots, read, split, write


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


def test_the_stored_reader_reads_combinations_that_it_never_saw():
    hangul = load_hangul()
    parts, confidence = read(checkpoints.load("hangul-reader"), hangul.images[hangul.is_test])
    right = parts == hangul.factors[hangul.is_test]
    assert right.all(dim=1).double().mean() >= 0.99
    assert (right.double().mean(dim=0) >= 0.99).all()
    sure = (confidence > 0.9).all(dim=1)
    assert sure.double().mean() > 0.8
    assert right[sure].all(dim=1).double().mean() > 0.995


def test_the_stored_reader_is_not_sure_of_what_is_none():
    """Noise, blank pages, the mean of all syllables, and two syllables on top of each other."""
    reader, images = checkpoints.load("hangul-reader"), load_hangul().images
    rng = torch.Generator().manual_seed(0)
    first, second = images[torch.randperm(len(images), generator=rng)[:1000]].chunk(2)
    blends = (first + second) / 2
    noise = torch.rand(500, 1, 28, 28, generator=rng)
    for x in (blends, noise, images.mean(dim=0, keepdim=True), torch.zeros(1, 1, 28, 28)):
        assert (read(reader, x)[1] > 0.9).all(dim=1).double().mean() < 0.02


def test_one_hots_say_which_part_is_there():
    rows = one_hots(split("가힣"))
    assert rows.dtype == torch.float32
    assert [row.nonzero().flatten().tolist() for row in rows] == [[0, 19, 40], [18, 39, 67]]
    parts = load_hangul().factors[::50]
    places = [one.argmax(dim=1) for one in one_hots(parts).split(N_PARTS, dim=1)]
    assert torch.equal(torch.stack(places, dim=1), parts)


def test_a_generator_is_told_the_parts_after_its_noise():
    generator, parts = ConvGenerator(70, width=2).eval(), split("봄꽃꿈")
    images = write(generator, parts, seed=3)
    noise = torch.randn(3, 2, generator=torch.Generator().manual_seed(3))
    assert torch.equal(images, generator(torch.cat([noise, one_hots(parts)], dim=1)))
    assert not images.requires_grad
    assert torch.equal(images, write(generator, parts, seed=3))
    assert not torch.equal(images, write(generator, parts))


def test_the_stored_generator_writes_what_it_never_saw():
    hangul = load_hangul()
    parts = hangul.factors[hangul.is_test]
    images = write(checkpoints.load("hangul-dcgan"), parts)
    named, confidence = read(checkpoints.load("hangul-reader"), images)
    right = (named == parts).all(dim=1)
    assert right.double().mean() > 0.9
    assert (right & (confidence > 0.9).all(dim=1)).double().mean() > 0.6
