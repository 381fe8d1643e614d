"""Training under torchrun: two processes give what one gives, also after one of them is killed."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from torch import nn

from course_lib import dcgan, gan
from course_lib.autoencoder import DenseAutoencoder, train_autoencoder
from course_lib.denoising import gaussian_noise
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


def test_unequal_data_are_named(tmp_path):
    said = launch(tmp_path / "fewer", "gan", "fewer=1")
    assert "process 1 trains with {'images': [44, 1, 28, 28]" in said


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
    """A team of two threads in place of two processes, which exchange what they hold."""

    barrier, parts = threading.Barrier(2), [None, None]

    def __init__(self, rank=None):
        super().__init__()
        self.rank = int(threading.current_thread().name) if rank is None else rank
        self.size = 2

    def __enter__(self):
        return self

    def talk(self, function, x, *more):
        kept = more[0] if function is dist.all_gather_object else x.clone()
        self.parts[self.rank] = kept
        self.barrier.wait(60)
        one, other = self.parts
        self.barrier.wait(60)
        if function is dist.all_gather_object:
            x[:] = one, other
        else:
            x.copy_(one + other if function is dist.all_reduce else one)


def both(function):
    """Call function(team) in two threads; list what each returns."""
    results = [None, None]

    def work(rank):
        results[rank] = function(Threads(rank))

    threads = [threading.Thread(target=work, args=(rank,), name=str(rank)) for rank in (0, 1)]
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


SEEDED = threading.Lock()  # torch.manual_seed is of all threads


def pair(seed):
    with SEEDED:
        torch.manual_seed(seed)
        return dcgan.ConvGenerator(5, width=2).double(), dcgan.ConvDiscriminator(width=2).double()


def images(n=19):
    return torch.rand(n, 1, 28, 28, dtype=torch.float64, generator=torch.Generator().manual_seed(5))


def test_two_threads_train_the_gan_of_one_and_go_on_from_its_checkpoint(monkeypatch, tmp_path):
    options = {"num_epochs": 2, "batch_size": 8, "lr": 2e-3, "betas": (0.5, 0.999), "seed": 3}
    alone = pair(0)
    gan.train_gan(*alone, images(), **options, device="cpu")
    once = pair(0)
    history = scale.train(once, images(), **options)
    for network, other in zip(alone, once):
        assert all(map(torch.equal, network.parameters(), other.parameters()))
    assert len(history.generator_loss) == len(history.seconds) == 2

    def work(team, **more):
        networks = pair(team.rank)  # rank 0's are everyone's
        scale.train(networks, images(), **options | more)
        return networks

    monkeypatch.setattr(scale, "Team", Threads)
    together = both(work)
    file = tmp_path / "half.safetensors"
    both(lambda team: work(team, num_epochs=1, checkpoint=file))
    resumed = both(lambda team: work(team, checkpoint=file))
    for found in (*together, *resumed):
        for network, other in zip(alone, found):
            for one, two in zip(network.state_dict().values(), other.state_dict().values()):
                torch.testing.assert_close(one, two, rtol=1e-10, atol=1e-12)


def test_threads_train_the_autoencoder_of_one(monkeypatch):
    def work(function, **more):
        with SEEDED:
            torch.manual_seed(0)
            model = DenseAutoencoder(2, hidden=(3,)).double()
        noise = {"corrupt": lambda x, generator: gaussian_noise(x, 0.5, generator)}
        function(model, images(), num_epochs=2, batch_size=8, lr=1e-3, **noise, **more)
        return torch.cat([p.detach().flatten() for p in model.parameters()])

    alone = work(train_autoencoder, device="cpu")
    assert torch.equal(work(scale.train), alone)
    monkeypatch.setattr(scale, "Team", Threads)
    torch.testing.assert_close(
        torch.stack(both(lambda team: work(scale.train))), alone.expand(2, -1)
    )


def test_threads_with_other_images_or_too_few_are_refused(monkeypatch):
    monkeypatch.setattr(scale, "Team", Threads)

    def work(n):
        with pytest.raises(
            ValueError, match="process 1 trains with|must not leave fewer"
        ) as caught:
            scale.train(pair(0), images(n), num_epochs=1, batch_size=8)
        return str(caught.value)

    said = both(lambda team: work(19 + team.rank))
    assert "'images': [20, 1, 28, 28]" in said[0]
    assert said[0] == said[1]
    assert "fewer images than 2 processes" in both(lambda team: work(17))[0]


@pytest.mark.parametrize(("n_gpus", "found"), [(0, "cpu"), (1, "cpu"), (2, "cuda")])
def test_a_gpu_for_each_process_or_none(n_gpus, found, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: n_gpus)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    assert processes.device() == found
