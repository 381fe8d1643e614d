"""The trainings of the generators of syllables: what is shown, and what is measured."""

import pytest
import torch

from course_lib.data import load_hangul
from course_lib.dcgan import ConvGenerator
from course_lib.hangul import one_hots
from recipes import hangul_writers
from recipes.hangul import syllables


def test_noise_alone_sees_common_syllables_for_training_alone():
    assert hangul_writers.common_syllables().shape == (1878, 1, 28, 28)
    x = torch.zeros(2, 1, 28, 28)
    x[:, :, 10, 10] = 5.0
    places = set()
    for seed in range(60):
        rng = torch.Generator().manual_seed(seed)
        places.add(int(hangul_writers.shaken(x, rng)[0, 0].argmax()))
    assert places == {28 * row + column for row in (9, 10, 11) for column in (9, 10, 11)}


def test_large_weights_are_rounded_to_half_precision():
    generator = ConvGenerator(72, width=2)
    before = [weight.clone() for weight in generator.parameters()]
    hangul_writers.round_large(generator)
    for old, new in zip(before, generator.parameters(), strict=True):
        assert torch.equal(new, old.half().float() if old.numel() > 10_000 else old)
    assert not torch.equal(before[0], generator.layers[0].weight)


def test_real_syllables_are_sure_and_what_is_written_is_judged_by_what_was_asked(monkeypatch):
    hangul = load_hangul()
    real = hangul.images[hangul.is_test]
    assert hangul_writers.sure(real[:500])[0].double().mean() > 0.95
    for rolled, least, most in [(0, 0.95, 1.0), (1, 0.0, 0.0)]:
        written = real.roll(rolled, 0)
        monkeypatch.setattr(hangul_writers, "write", lambda generator, parts, x=written: x)
        assert least <= hangul_writers.share_written(None) <= most


@pytest.mark.parametrize("told", [False, True])
def test_a_short_training_changes_the_generator_and_its_seed_decides(told, monkeypatch):
    images, parts = syllables()
    monkeypatch.setattr(hangul_writers, "syllables", lambda: (images[:200], parts[:200]))
    monkeypatch.setattr(hangul_writers, "common_syllables", lambda: images[:200])
    z = torch.cat([torch.ones(4, 4), one_hots(parts[:4])], dim=1) if told else torch.ones(4, 4)
    train = hangul_writers.learn_told if told else hangul_writers.learn
    made = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        generator = ConvGenerator(z.shape[1], width=2)
        before = generator.layers[0].weight.clone()
        train(generator, seed, num_epochs=1, lr=1e-3)
        assert not torch.equal(generator.layers[0].weight, before)
        made.append(generator.eval()(z))
    assert torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])
