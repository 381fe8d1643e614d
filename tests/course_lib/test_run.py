"""The bookkeeping of a run, seen from its loop: order of events, global state, files, errors."""

import copy
import json
import pickle

import pytest
import torch
from safetensors import safe_open
from torch import nn

from course_lib.support.run import History, Run, mean_losses, place


def make(tmp_path=None, **changes):
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1, fused=True)
    options = {"settings": {"lr": 0.1}, "device": "cpu", "seed": 3} | changes
    if tmp_path is not None:
        options["checkpoint"] = tmp_path / "run.safetensors"
    return Run(model, [optimizer], History("loss", "seconds"), **options)


def step(run):
    loss = run.model(torch.randn(4, 3, generator=run.rng) + torch.rand(4, 1)).square().mean()
    run.optimizers[0].zero_grad()
    loss.backward()
    run.optimizers[0].step()
    run.history.loss.append(loss.item())


def weights(run):
    return run.model.weight.detach().clone()


def test_history_is_a_list_per_name():
    history = History("loss", "seconds")
    history.loss.append(0.5)
    assert (history.loss, history.seconds) == ([0.5], [])
    assert repr(history) == "History(loss=[0.5], seconds=[])"
    assert History("a").a is not History("a").a
    assert pickle.loads(pickle.dumps(history)) == copy.deepcopy(history) == history
    with pytest.raises(AttributeError):
        history.loss_of_nothing  # noqa: B018


def test_order_of_events(tmp_path):
    """Train mode in the body; then the time, eval mode, the file and the callback in this order."""
    run, events = make(tmp_path), []

    def saved():
        if not run.checkpoint.exists():
            return 0
        with safe_open(run.checkpoint, "pt") as file:
            return len(json.loads(file.metadata()["history"])["seconds"])

    def on_epoch(epoch, first, second, history):
        assert (first, second) == ("G", "D")
        assert history is run.history
        assert len(history.seconds) == len(history.loss) == epoch
        events.append(("callback", epoch, run.model.training, saved()))

    for epoch in run.epochs(2, on_epoch, "G", "D"):
        events.append(("body", epoch, run.model.training, saved()))
        step(run)
    assert events == [
        ("body", 1, True, 0),
        ("callback", 1, False, 1),
        ("body", 2, True, 1),
        ("callback", 2, False, 2),
    ]
    assert not run.model.training
    assert all(seconds > 0 for seconds in run.history.seconds)


def test_body_draws_from_the_seeded_global_generator_and_callback_from_the_callers():
    torch.manual_seed(8)
    outside = [torch.rand(()).item() for _ in range(2)]
    drawn = []
    for seed in (3, 3, 4):
        run = make(seed=seed)
        torch.manual_seed(8)
        inside, around = [], []
        for _ in run.epochs(2, lambda *_, around=around: around.append(torch.rand(()).item())):
            inside.append(torch.rand(()).item())
            step(run)
        assert around == outside
        drawn.append(inside)
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    rng = torch.Generator().manual_seed(3)
    torch.manual_seed(int(torch.randint(2**31, (), generator=rng)))  # written out by hand
    assert drawn[0][0] == torch.rand(()).item()
    assert drawn[0][0] != drawn[0][1]


@pytest.mark.parametrize("way", ["break", "error"])
def test_a_loop_that_is_left_restores_the_global_generator(way):
    run = make()
    state = torch.get_rng_state()

    def left():
        for _ in run.epochs(3):
            torch.rand(5)
            if way == "break":
                break
            raise RuntimeError("stop")

    if way == "break":
        left()
    else:
        with pytest.raises(RuntimeError, match="stop"):
            left()
    assert torch.equal(torch.get_rng_state(), state)
    assert run.history.seconds == []  # an epoch that was left does not count


def test_resumes_to_the_bit_and_not_at_all_when_finished(tmp_path):
    whole, part = make(), make(tmp_path)
    for run, n in ((whole, 4), (part, 2)):
        for _ in run.epochs(n):
            step(run)
    resumed = make(tmp_path)
    resumed.model.weight.data.zero_()  # the weights of the file count
    seen = []
    for epoch in resumed.epochs(4):
        seen.append(epoch)
        step(resumed)
    assert seen == [3, 4]
    assert torch.equal(weights(whole), weights(resumed))
    assert resumed.history.loss == whole.history.loss
    again = make(tmp_path)
    assert list(again.epochs(4)) == list(again.epochs(2)) == []
    assert torch.equal(weights(again), weights(whole))
    assert [path.name for path in tmp_path.iterdir()] == ["run.safetensors"]


def test_a_failed_write_leaves_the_file_before(tmp_path, monkeypatch):
    run = make(tmp_path)
    for _ in run.epochs(1):
        step(run)
    before = run.checkpoint.read_bytes()
    monkeypatch.setattr("course_lib.support.run.save_file", lambda *args: 1 / 0)
    epochs = run.epochs(2)
    next(epochs)
    step(run)
    with pytest.raises(ZeroDivisionError):
        next(epochs)
    assert run.checkpoint.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 4}, "was made with .*'seed': 3.*got .*'seed': 4"),
        ({"settings": {"lr": 0.2}}, "was made with .*'lr': 0.1.*got .*'lr': 0.2"),
    ],
)
def test_seed_and_settings_must_agree(change, message, tmp_path):
    run = make(tmp_path)
    for _ in run.epochs(1):
        step(run)
    with pytest.raises(ValueError, match=message):
        next(make(tmp_path, **change).epochs(2))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"seed": -1}, ValueError, "seed must be at least 0"),
        ({"seed": "a"}, TypeError, "seed must be an integer"),
        ({"checkpoint": "no/such/a.part"}, ValueError, "checkpoint: there is no folder no/such"),
    ],
)
def test_bad_arguments(change, error, message):
    with pytest.raises(error, match=message):
        make(**change)
    with pytest.raises(ValueError, match="num_epochs must be at least 1, got 0"):
        next(make().epochs(0))


def test_convolutions_train_with_channels_last_and_end_contiguous():
    model = nn.Conv2d(2, 3, 3)
    assert place(model, "cpu") == torch.device("cpu")
    assert model.weight.is_contiguous(memory_format=torch.channels_last)
    run = Run(model, [], History("seconds"), settings={}, device="cpu")
    for _ in run.epochs(1):
        assert model.weight.is_contiguous(memory_format=torch.channels_last)
    assert model.weight.is_contiguous()


def test_mean_losses_weigh_batches_and_name_the_first_that_is_not_finite():
    batches = torch.arange(10).split(4)
    losses = torch.tensor([[1.0, 10.0], [2.0, 20.0], [5.0, 50.0]])
    assert mean_losses(losses, batches, 1, ["a", "b"]) == pytest.approx([2.2, 22.0])
    losses[1] = torch.tensor([torch.inf, torch.nan])
    with pytest.raises(FloatingPointError, match="^a became inf in epoch 7, batch 2 of 3"):
        mean_losses(losses, batches, 7, ["a", "b"])
