"""The training loop: the losses it reports, its seeds, resumption to the bit, its errors."""

from functools import partial

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import mse_loss

from course_lib.autoencoder import (
    ConvAutoencoder,
    DenseAutoencoder,
    takes_generator,
    train_autoencoder,
)
from course_lib.denoising import gaussian_noise
from course_lib.training import History, train


def noisy(x, generator):
    return gaussian_noise(x, 0.3, generator)


def images(n=50):
    return torch.rand(n, 1, 8, 8, generator=torch.Generator().manual_seed(5))


def dense(seed=0):
    torch.manual_seed(seed)
    return DenseAutoencoder(3, hidden=(6,), image_size=8)


def conv(seed=0):
    torch.manual_seed(seed)
    return ConvAutoencoder(3, channels=(4, 8), image_size=8)


def with_dropout(seed=0):
    torch.manual_seed(seed)
    layers = nn.Dropout(0.5), nn.Flatten(), nn.Linear(64, 64), nn.Unflatten(1, (1, 8, 8))
    return nn.Sequential(*layers)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def squared(model, x, generator):
    return mse_loss(model(x), x)


def test_loss_is_the_mean_over_images_with_a_short_last_batch():
    """With a step too small to change anything, the reported loss is the loss of the whole set."""
    model, x = dense(), images(50)  # 50 = 3 * 16 + 2
    x[-2:] *= 20  # unequal losses: an average over batches would show
    history = train(model, x, squared, num_epochs=2, batch_size=16, lr=1e-12, device="cpu")
    with torch.no_grad():
        expected = mse_loss(model(x), x).item()
    assert history.loss == pytest.approx([expected] * 2, rel=1e-5)
    per_batch = [mse_loss(model(b), b).item() for b in x.split(16)]
    assert abs(np.mean(per_batch) / expected - 1) > 0.1  # so the test can fail


def test_every_image_is_seen_once_an_epoch_in_another_order():
    x = torch.arange(10.0).reshape(10, 1)
    seen = []

    def spy(model, batch, generator):
        seen.append(batch[:, 0].tolist())
        return mse_loss(model(batch), batch)

    train(nn.Linear(1, 1), x, spy, num_epochs=2, batch_size=4, device="cpu")
    assert [len(batch) for batch in seen] == [4, 4, 2] * 2
    first, second = sum(seen[:3], []), sum(seen[3:], [])
    assert sorted(first) == sorted(second) == list(range(10))
    assert len({tuple(first), tuple(second), tuple(range(10))}) == 3


def test_one_step_is_adam_by_hand():
    """The first step of Adam moves each weight by lr times the sign of its gradient."""
    model, x = dense().double(), images().double()
    before = weights(model)
    mse_loss(model(x), x).backward()
    gradient = torch.cat([p.grad.flatten() for p in model.parameters()])
    train(model, x, squared, num_epochs=1, batch_size=50, lr=1e-3, device="cpu")
    expected = before - 1e-3 * gradient / (gradient.abs() + 1e-8)
    torch.testing.assert_close(weights(model), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("corrupt", [noisy, lambda x: gaussian_noise(x, 0.3)])
@pytest.mark.parametrize("make", [dense, conv, with_dropout])
def test_seed_decides_everything(make, corrupt):
    runs = {}
    for name, seed, before in [("a", 0, 1), ("b", 0, 2), ("c", 7, 1)]:
        model = make()
        torch.manual_seed(before)  # what was drawn before must not matter
        state = torch.get_rng_state()
        train_autoencoder(
            model, images(), corrupt=corrupt, num_epochs=2, batch_size=16, seed=seed, device="cpu"
        )
        assert torch.equal(torch.get_rng_state(), state)
        runs[name] = weights(model)
    assert torch.equal(runs["a"], runs["b"])
    assert not torch.equal(runs["a"], runs["c"])


@pytest.mark.parametrize("corrupt", [noisy, lambda x: gaussian_noise(x, 0.3), nn.Dropout(0.3)])
@pytest.mark.parametrize("make", [dense, conv, with_dropout])
def test_resumes_to_the_bit(make, corrupt, tmp_path):
    """With noise from the run's generator, and with noise that draws from the global one."""
    options = dict(corrupt=corrupt, batch_size=16, lr=1e-2, seed=3, device="cpu")
    whole = make()
    expected = train_autoencoder(whole, images(), num_epochs=5, **options)

    path = tmp_path / "run.safetensors"
    train_autoencoder(make(), images(), num_epochs=2, checkpoint=path, **options)
    resumed = make(seed=9)  # other initial weights: those of the file count
    history = train_autoencoder(resumed, images(), num_epochs=5, checkpoint=path, **options)
    assert torch.equal(weights(whole), weights(resumed))
    assert history.loss == expected.loss
    assert len(history.seconds) == 5
    assert [p.name for p in tmp_path.iterdir()] == ["run.safetensors"]


def test_resumes_after_a_stop_in_the_middle_of_an_epoch(tmp_path):
    options = dict(corrupt=noisy, num_epochs=3, batch_size=16, seed=3, device="cpu")
    whole = dense()
    train_autoencoder(whole, images(), **options)
    calls = []

    def interrupted(x, generator):
        calls.append(1)
        if len(calls) == 6:  # the second epoch's second batch
            raise KeyboardInterrupt
        return noisy(x, generator)

    path = tmp_path / "run.safetensors"
    with pytest.raises(KeyboardInterrupt):
        train_autoencoder(dense(), images(), checkpoint=path, **options | {"corrupt": interrupted})
    resumed = dense()
    train_autoencoder(resumed, images(), checkpoint=path, **options)
    assert torch.equal(weights(whole), weights(resumed))


def test_a_finished_run_is_not_trained_again(tmp_path):
    path = tmp_path / "run.safetensors"
    first = dense()
    train_autoencoder(first, images(), num_epochs=2, checkpoint=path, device="cpu")
    again = dense(seed=4)
    history = train_autoencoder(again, images(), num_epochs=2, checkpoint=path, device="cpu")
    assert torch.equal(weights(first), weights(again))
    assert len(history.loss) == 2


def test_checkpoint_of_other_settings_or_model(tmp_path):
    path = tmp_path / "run.safetensors"
    train_autoencoder(dense(), images(), num_epochs=1, checkpoint=path, device="cpu")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="checkpoint: .* was made with .*'lr': 0.001"):
        train_autoencoder(dense(), images(), num_epochs=2, lr=0.1, checkpoint=path, device="cpu")
    with pytest.raises(ValueError, match="belongs to a model with other parameters"):
        train_autoencoder(conv(), images(), num_epochs=2, checkpoint=path, device="cpu")
    assert path.read_bytes() == before


def test_broken_or_foreign_checkpoint(tmp_path):
    path = tmp_path / "run.safetensors"
    path.write_bytes(b"not a file of weights")
    with pytest.raises(ValueError, match="is not a whole safetensors file"):
        train_autoencoder(dense(), images(), num_epochs=1, checkpoint=path)
    save_file({"x": torch.zeros(1)}, path)
    with pytest.raises(ValueError, match="was not written by course_lib's training"):
        train_autoencoder(dense(), images(), num_epochs=1, checkpoint=path)


def test_non_finite_loss_names_epoch_and_batch():
    calls = []

    def breaks(model, x, generator):
        calls.append(1)
        return model(x).mean() * (float("nan") if len(calls) == 7 else 1.0)

    with pytest.raises(FloatingPointError, match="became nan in epoch 2, batch 3 of 4"):
        train(dense(), images(), breaks, num_epochs=3, batch_size=16, device="cpu")


def test_a_diverged_epoch_leaves_the_checkpoint_of_the_one_before(tmp_path):
    path = tmp_path / "run.safetensors"
    good = dense()
    train_autoencoder(good, images(), num_epochs=1, checkpoint=path, device="cpu")
    poison = images()
    poison[7] = float("inf")
    with pytest.raises(FloatingPointError, match="epoch 2"):
        train_autoencoder(dense(), poison, num_epochs=2, checkpoint=path, device="cpu")
    resumed = dense(seed=1)
    train_autoencoder(resumed, images(), num_epochs=1, checkpoint=path, device="cpu")
    assert torch.equal(weights(good), weights(resumed))


def test_callback_sees_every_epoch_in_evaluation_mode():
    seen = []
    model = with_dropout()
    history = train_autoencoder(
        model,
        images(),
        num_epochs=3,
        device="cpu",
        on_epoch=lambda epoch, m, h: seen.append((epoch, m is model, m.training, len(h.loss))),
    )
    assert seen == [(1, True, False, 1), (2, True, False, 2), (3, True, False, 3)]
    assert isinstance(history, History)
    assert all(seconds > 0 for seconds in history.seconds)
    assert not model.training


def test_a_callback_that_draws_numbers_changes_nothing():
    results = []
    for callback in (None, lambda *_: torch.rand(10)):
        model = with_dropout()
        train_autoencoder(
            model, images(), corrupt=noisy, num_epochs=3, device="cpu", on_epoch=callback
        )
        results.append(weights(model))
    assert torch.equal(*results)


class Partly(nn.Module):
    """Noise whose `__call__` hides its arguments, as that of every module does."""

    def forward(self, x, generator):
        return noisy(x, generator)


@pytest.mark.parametrize(
    ("corrupt", "alone"),
    [
        (noisy, False),
        (partial(gaussian_noise, sigma=0.3), False),
        (lambda x, *, generator=None: noisy(x, generator), False),
        (lambda *x, **more: noisy(*x, **more), False),
        (Partly(), False),
        (lambda x: gaussian_noise(x, 0.3), True),
        (lambda y, scale=0.3: gaussian_noise(y, scale), True),
        (nn.Dropout(0.3), True),
        (torch.bernoulli, True),  # written in C: no signature
        (dict(x=1).get, True),
    ],
)
def test_how_a_noise_is_called(corrupt, alone):
    assert takes_generator(corrupt) is not alone


def test_noise_with_and_without_a_generator_trains_on_noisy_images_and_clean_targets():
    """What the model gets differs from the images, anew in every batch; the loss is by hand."""
    x = images(16)
    for corrupt in (noisy, lambda x: gaussian_noise(x, 0.3)):
        model, seen = dense(), []
        model.register_forward_pre_hook(lambda module, args, seen=seen: seen.append(args[0]))
        history = train_autoencoder(
            model, x, corrupt=corrupt, num_epochs=2, batch_size=16, lr=1e-12, device="cpu"
        )
        assert len(seen) == 2
        assert (seen[0].sort(0).values - seen[1].sort(0).values).std() > 0.05
        with torch.no_grad():
            losses = [mse_loss(model(y), x[order(y, x)]).item() for y in tuple(seen)]
        assert history.loss == pytest.approx(losses, rel=1e-5)


def order(y, x):
    """Find the order of the images x in the noisy batch y: the nearest image of each row."""
    return torch.cdist(y.flatten(1), x.flatten(1)).argmin(1)


def test_training_mode_while_training():
    modes = []

    def spy(model, x, generator):
        modes.append(model.training)
        return mse_loss(model(x), x)

    train(
        dense().eval(),
        images(),
        spy,
        num_epochs=2,
        batch_size=25,
        device="cpu",
        on_epoch=lambda *_: None,
    )
    assert modes == [True] * 4


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"model": "net"}, TypeError, "model must be a torch.nn.Module, got str"),
        ({"images": [1.0]}, TypeError, "images must be a torch tensor, got list"),
        ({"images": torch.zeros(0, 1, 8, 8)}, ValueError, "images must not be empty"),
        ({"images": torch.zeros(4, 1, 9, 9)}, ValueError, r"x must have shape \(N, 1, 8, 8\)"),
        ({"num_epochs": 0}, ValueError, "num_epochs must be at least 1, got 0"),
        ({"num_epochs": 1.5}, TypeError, "num_epochs must be an integer"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"lr": 0}, ValueError, "lr must be above 0"),
        ({"lr": -1.0}, ValueError, "lr must be finite and at least 0"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
        ({"checkpoint": "no/such/a.part"}, ValueError, "checkpoint: there is no folder no/such"),
        ({"corrupt": 0.5}, TypeError, "corrupt must be callable or None, got float"),
        ({"corrupt": lambda: 0}, TypeError, r"corrupt must take x, or x and generator, .* \(\)"),
        ({"corrupt": lambda x, p: x}, TypeError, r"corrupt must take x, .* are \(x, p\)"),
        ({"corrupt": lambda **more: 0}, TypeError, "corrupt must take x, or x and generator"),
        ({"generator": 1}, TypeError, "unexpected keyword argument 'generator'"),
    ],
)
def test_bad_arguments(change, error, message):
    arguments = {"model": dense(), "images": images(), "num_epochs": 1, "device": "cpu"} | change
    with pytest.raises(error, match=message):
        train_autoencoder(arguments.pop("model"), arguments.pop("images"), **arguments)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_cuda_resumes_to_the_bit(tmp_path):
    options = dict(corrupt=noisy, batch_size=16, seed=3, device="cuda")
    whole, resumed = with_dropout(), with_dropout()
    train_autoencoder(whole, images(), num_epochs=4, **options)
    path = tmp_path / "run.safetensors"
    train_autoencoder(with_dropout(), images(), num_epochs=2, checkpoint=path, **options)
    train_autoencoder(resumed, images(), num_epochs=4, checkpoint=path, **options)
    assert torch.equal(weights(whole), weights(resumed))
