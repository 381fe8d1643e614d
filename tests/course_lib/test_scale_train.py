"""Training under torchrun: two processes give what one gives, also after one of them is killed."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
from torch import nn

from course_lib.scale import train as scale
from course_lib.support import processes

PROGRAM = Path(__file__).with_name("scale_program.py")
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1"}
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node"]


def launch(result, kind, *more, n=2, options=()):
    """Run the program: under torchrun for n > 1. Returns what it stored, or what it said."""
    command = [*TORCHRUN, str(n), *options] if n > 1 else [sys.executable]
    words = [*command, str(PROGRAM), str(result), kind, *more]
    made = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, timeout=500)
    if made.returncode:
        return made.stdout + made.stderr
    return torch.load(result)


def same(one, other, tolerance):
    assert one["model"].keys() == other["model"].keys()
    for name, tensor in one["model"].items():
        torch.testing.assert_close(tensor, other["model"][name], rtol=tolerance, atol=tolerance)
    assert one["history"].keys() == other["history"].keys()
    for name, values in one["history"].items():
        # The library's own loops keep losses in single precision.
        torch.testing.assert_close(values, other["history"][name], rtol=1e-6, atol=1e-6)


@pytest.fixture(scope="module")
def gan_alone(tmp_path_factory):
    return launch(tmp_path_factory.mktemp("gan") / "result", "gan-alone", n=1)


def test_two_processes_train_the_gan_of_one(gan_alone, tmp_path):
    """45 images in batches of 16: the last batch, of 13, is cut into 7 and 6."""
    together = launch(tmp_path / "two", "gan")
    same(together, gan_alone, 1e-12)
    other = torch.load(tmp_path / "two.1")  # what the other process has
    assert all(torch.equal(x, other["model"][name]) for name, x in together["model"].items())
    assert other["history"] == together["history"]


def test_one_process_gives_the_bits_of_train_gan(gan_alone, tmp_path):
    same(launch(tmp_path / "one", "gan", n=1), gan_alone, 0)


def test_processes_train_the_autoencoder_of_one(tmp_path):
    alone = launch(tmp_path / "alone", "autoencoder-alone", n=1)
    same(launch(tmp_path / "one", "autoencoder", n=1), alone, 0)
    same(launch(tmp_path / "two", "autoencoder"), alone, 1e-12)


def test_a_killed_process_loses_nothing(gan_alone, tmp_path):
    """Rank 1 is killed after epoch 2 of 3: torchrun begins again, from the checkpoint."""
    file = tmp_path / "checkpoint.safetensors"
    more = ("kill=2", f"checkpoint={file}")
    said = launch(tmp_path / "lost", "gan", *more)
    assert "SIGKILL" in said
    assert file.exists()
    begun = launch(tmp_path / "begun", "gan", f"checkpoint={file}")  # by hand
    same(begun, gan_alone, 1e-12)
    file.unlink()
    restarted = launch(tmp_path / "restarted", "gan", *more, options=["--max-restarts", "1"])
    assert all(torch.equal(x, restarted["model"][name]) for name, x in begun["model"].items())
    assert restarted["history"] == begun["history"]


def test_unequal_data_and_batches_too_small_are_named(tmp_path):
    said = launch(tmp_path / "fewer", "gan", "fewer=1")
    assert "process 1 trains with {'images': [44, 1, 28, 28]" in said
    said = launch(tmp_path / "small", "gan", "n_images=33")  # the last batch has one image
    assert "batch_size must not leave fewer images than 2 processes" in said


@pytest.mark.parametrize(
    ("rank", "word"), [("0", "process 0 of 2 misses another"), ("1", "they meet at 127.0.0.1:")]
)
def test_a_missing_process_and_a_bad_address_are_named(rank, word, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    about = {"RANK": rank, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    for name, value in about.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(processes, "PATIENCE", 2)
    with pytest.raises(ConnectionError, match=word), scale.Team():
        pass


class Threads(scale.Team):
    """A team of two threads in place of two processes: sums through a barrier."""

    barrier, parts = threading.Barrier(2), [None, None]

    def __init__(self, rank):
        super().__init__()
        self.rank, self.size = rank, 2

    def talk(self, function, x):
        self.parts[self.rank] = x.clone()
        self.barrier.wait(60)
        total = self.parts[0] + self.parts[1]
        self.barrier.wait(60)
        x.copy_(total)


def both(function):
    """Call function(team) in two threads; list what each returns."""
    results = [None, None]

    def work(rank):
        results[rank] = function(Threads(rank))

    threads = [threading.Thread(target=work, args=(rank,)) for rank in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("shape", [(11, 3), (7, 3, 2, 2)])
def test_batch_normalization_of_two_parts_is_that_of_the_whole(shape):
    torch.manual_seed(0)
    kind = nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d
    x, weight = 3 + 2 * torch.randn(shape, dtype=torch.float64), torch.randn(shape).double()
    layers = [kind(3).double() for _ in range(3)]
    for layer in layers:
        nn.init.normal_(layer.weight), nn.init.normal_(layer.bias)
        layer.load_state_dict(layers[0].state_dict())
    whole = x.clone().requires_grad_()
    (layers[2](whole) * weight).sum().backward()

    def part(team):
        mine, layer = team.cut(x).clone().requires_grad_(), layers[team.rank]
        with scale.joined_norms(layer, team):
            out = layer(mine)
            (out * team.cut(weight)).sum().backward()
            layer.eval()
            assert torch.equal(layer(mine), type(layer).forward(layer, mine))
        return out, mine.grad

    found = both(part)
    torch.testing.assert_close(torch.cat([out for out, _ in found]), layers[2].train()(x))
    torch.testing.assert_close(torch.cat([grad for _, grad in found]), whole.grad)
    layers[2].load_state_dict(layers[1].state_dict())
    assert "forward" not in vars(layers[0])


def test_sums_of_one_process_are_what_they_are():
    with scale.Team() as team:
        x = torch.ones(3)
        assert team.sum(x) is x
        assert team.sent == 12
        assert team.cut(x).tolist() == [1, 1, 1]
