"""The processes that `torchrun` starts: they meet, begin alike, and say who is missing."""

import os
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist

PATIENCE = 300  # seconds after which a process that is missing or silent is given up


def device():
    """Return "cuda" if each process of this machine can have a GPU of its own, else "cpu"."""
    wanted = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    return "cuda" if torch.cuda.device_count() >= wanted else "cpu"


class Processes:
    """All processes of one torchrun; without it, this process alone. A context manager.

    Attributes:
        rank: number of this process, 0..size-1.
        size: how many there are.

    Raises:
        ConnectionError: another process does not come, or is lost.
    """

    formed = 0  # groups so far, the same number in each process

    def __init__(self):
        self.rank = int(os.environ.get("RANK", 0))
        self.size = int(os.environ.get("WORLD_SIZE", 1))

    def __enter__(self):
        """Wait until all are there; each has a GPU of its own where there are GPUs."""
        if self.size > 1:
            backend = "gloo"
            if device() == "cuda":
                backend = "cpu:gloo,cuda:nccl"
                torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))
            self.talk(self.meet, backend, timedelta(seconds=PATIENCE))
        return self

    def meet(self, backend, patience):
        """Form the group, under a name that no other attempt and no other group of it has.

        The agent of torchrun may serve one store to all attempts: under the old names a process
        that starts again would find the addresses of those that ended.
        """
        Processes.formed += 1
        store = next(dist.rendezvous("env://", self.rank, self.size, timeout=patience))[0]
        attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
        store = dist.PrefixStore(f"course_lib/{attempt}/{Processes.formed}", store)
        about = {"rank": self.rank, "world_size": self.size, "timeout": patience}
        dist.init_process_group(backend, store=store, **about)

    def __exit__(self, *error):
        """Leave the others."""
        if dist.is_initialized():
            dist.destroy_process_group()

    def talk(self, function, *arguments, **options):
        """Call a function of torch.distributed, which raises ConnectionError if others are lost."""
        try:
            return function(*arguments, **options)
        except RuntimeError as error:
            where = ":".join(os.environ.get(f"MASTER_{name}", "?") for name in ("ADDR", "PORT"))
            raise ConnectionError(
                f"process {self.rank} of {self.size} misses another one; they meet at {where}. "
                "Start torchrun again: training goes on from its checkpoint"
            ) from error

    def agree(self, run, folder):
        """Begin a `Run` alike everywhere: with rank 0's weights, and with its checkpoint if any.

        Rank 0 writes the checkpoint; the others write copies into `folder`, which nobody keeps.
        Raises ValueError if a process has other settings, such as another number of images.
        """
        if self.size == 1:
            return
        file, everyone = run.checkpoint, [None] * self.size
        mine = {**run.settings, "checkpoint": file is not None}
        stored = file.read_bytes() if self.rank == 0 and file and file.exists() else None
        self.talk(dist.all_gather_object, everyone, (mine, stored))
        first, stored = everyone[0]
        for rank, (settings, _) in enumerate(everyone):
            if settings != first:
                raise ValueError(f"process {rank} trains with {settings}, process 0 with {first}")
        for tensor in run.model.state_dict().values():
            self.talk(dist.broadcast, tensor, 0)
        if file and self.rank > 0:
            run.checkpoint = Path(folder, file.name)
            if stored is not None:
                run.checkpoint.write_bytes(stored)
