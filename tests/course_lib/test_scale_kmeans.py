"""K-means on blocks and on a Dask cluster of two workers: the steps of one machine."""

import inspect
import os
import signal
import socket
import sys

import numpy as np
import pytest

from course_lib.kmeans import lloyd
from course_lib.scale.kmeans import add_up, each, first_centers, kmeans
from course_lib.support import cluster

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
distributed = pytest.importorskip("distributed")

N, K = 500, 6


@pytest.fixture(scope="module")
def x():
    rng = np.random.default_rng(0)
    middles = rng.normal(size=(K, 4)) * 2
    return middles[rng.integers(K, size=N)] + rng.normal(size=(N, 4))


@pytest.fixture
def workers():
    """Two workers, each a process of its own; a new one takes the place of one that ends."""
    options = {"dashboard_address": None, "threads_per_worker": 1}
    failures = {"distributed.scheduler.allowed-failures": 1}  # a task may end one worker
    with (
        dask.config.set(failures),
        distributed.LocalCluster(n_workers=2, processes=True, **options) as made,
    ):
        yield made


def last(steps):
    return list(steps)[-1]


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("cuts", [[], [250], [1, 7, 7, 499]], ids=["one", "halves", "unequal"])
def test_blocks_make_the_steps_of_one_machine(x, cuts, metric):
    steps = list(kmeans(np.split(x, cuts), x[:K], metric=metric))
    alone = list(lloyd(x, x[:K], metric=metric))
    assert len(steps) == len(alone) > 5
    for step, one in zip(steps, alone):
        np.testing.assert_allclose(step.centers, one.centers, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(step.inertia, one.inertia, rtol=1e-12)
        assert (step.counts == np.bincount(one.labels, minlength=K)).all()


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_empty_clusters_take_the_farthest_points_of_all_blocks(x, metric):
    start = x[[0, 0, 0, 1, 1, 2, 3]]  # on a tie the first one wins: three get no point
    steps = list(kmeans(np.array_split(x, 7), start, metric=metric))
    alone = list(lloyd(x, start, metric=metric))
    assert (steps[0].counts == 0).sum() == 3
    assert steps[1].counts.min() > 0
    assert len(steps) == len(alone)
    for step, one in zip(steps, alone):
        np.testing.assert_allclose(step.centers, one.centers, rtol=1e-12, atol=1e-13)


def test_lone_points_are_passed_over_in_every_block():
    x = np.array([[0.0], [0.0], [50.0], [0.0], [-70.0], [1.0]])
    start = np.array([[0.0], [40.0], [-60.0], [900.0], [901.0]])
    for n_blocks in (1, 2, 3, 6):
        steps = list(kmeans(np.array_split(x, n_blocks), start))
        assert np.array_equal(steps[1].centers, list(lloyd(x, start))[1].centers)


def test_single_precision_and_files_of_unequal_length(x, tmp_path):
    files = []
    for number, block in enumerate(np.array_split(x.astype(np.float32), 3)):
        np.save(tmp_path / f"{number}.npy", block)
        files.append(np.load(tmp_path / f"{number}.npy", mmap_mode="r"))
    alone = last(lloyd(x.astype(np.float32), x[:K].astype(np.float32)))
    np.testing.assert_allclose(last(kmeans(files, x[:K])).centers, alone.centers, rtol=1e-5)


def test_two_workers_give_the_bits_of_one_machine(x, workers):
    array = da.from_array(x, chunks=(np.diff([0, 90, 100, 333, N]).tolist(), 2))
    blocks = np.split(x, [90, 100, 333])
    with cluster.connect(workers.scheduler_address, n_workers=2):
        steps = list(kmeans(array, x[:K]))
        start = first_centers(array, K, n_sample=50, random_state=0)
    for step, one in zip(steps, kmeans(blocks, x[:K]), strict=True):
        assert np.array_equal(step.centers, one.centers)
        assert step.inertia == one.inertia
    assert np.array_equal(start, first_centers(blocks, K, n_sample=50, random_state=0))
    assert np.array_equal(
        add_up(array, x[:K], "euclidean")[0], add_up(blocks, x[:K], "euclidean")[0]
    )


def test_a_killed_worker_changes_no_bit(x, workers):
    with cluster.connect(workers.scheduler_address, n_workers=2) as client:
        array = da.from_array(x, chunks=(100, 4)).persist()
        assert len(distributed.futures_of(array)) == 5  # they are on the workers
        distributed.wait(array)
        pids = client.run(os.getpid)
        steps = []
        for number, step in enumerate(kmeans(array, x[:K])):
            if number == 2:
                os.kill(next(iter(pids.values())), signal.SIGKILL)
            steps.append(step)
    for step, one in zip(steps, kmeans(np.array_split(x, 5), x[:K]), strict=True):
        assert np.array_equal(step.centers, one.centers)


def test_a_lost_run_goes_on_from_the_centers_of_its_last_step(x):
    blocks = np.array_split(x, 3)
    whole = list(kmeans(blocks, x[:K]))
    begun = last(kmeans(blocks, x[:K], max_iter=3))
    assert np.array_equal(last(kmeans(blocks, begun.centers)).centers, whole[-1].centers)


def test_a_run_has_no_more_steps_than_one_of_lloyd():
    limits = [inspect.signature(f).parameters["max_iter"].default for f in (kmeans, lloyd)]
    assert limits[0] == limits[1]


def test_the_sample_depends_on_the_rows_and_not_on_the_blocks(x):
    starts = [
        first_centers(np.array_split(x, n), K, n_sample=60, random_state=3) for n in (1, 4, 9)
    ]
    assert np.array_equal(starts[0], starts[1])
    assert np.array_equal(starts[0], starts[2])
    rows = {tuple(row) for row in x}
    assert all(tuple(row) in rows for row in starts[0])
    everything = first_centers([x], K, random_state=0)  # a sample larger than the data is the data
    assert last(kmeans([x], everything)).inertia < last(kmeans([x], x[:K])).inertia * 1.3


@pytest.mark.parametrize(
    ("blocks", "centers", "options", "error", "word"),
    [
        (iter([np.ones((4, 2))]), np.ones((1, 2)), {}, TypeError, "a Dask array or a list"),
        (7, np.ones((1, 2)), {}, TypeError, "a Dask array or a list"),
        ([np.ones((4, 3))], np.ones((1, 2)), {}, ValueError, r"blocks must have shape \(n, 2\)"),
        ([np.ones((2, 2))], np.ones((3, 2)), {}, ValueError, r"at most 2 \(N\), got 3"),
        ([np.ones((2, 2))], np.ones((1, 2)), {"metric": "manhattan"}, ValueError, "metric must be"),
        ([np.ones((2, 2))], np.ones((1, 2)), {"max_iter": 0}, ValueError, "max_iter"),
        ([np.full((2, 2), np.nan)], np.ones((1, 2)), {}, ValueError, "NaN"),
    ],
)
def test_bad_arguments_are_named(blocks, centers, options, error, word):
    with pytest.raises(error, match=word):
        next(kmeans(blocks, centers, **options))


def test_a_bad_address_is_named():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for address in (f"tcp://127.0.0.1:{port}", "nonsense://here"):
        word = f"no Dask scheduler answers at '{address}'"
        with pytest.raises(ConnectionError, match=word), cluster.connect(address, timeout=1):
            pass


def test_a_missing_worker_is_counted(workers):
    address = workers.scheduler_address
    word = f"2 of 3 workers joined {address} within 1 s"
    with pytest.raises(ConnectionError, match=word), cluster.connect(address, 3, timeout=1):
        pass


def test_a_cluster_that_loses_its_workers_says_so(x, workers, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    array = da.from_array(x, chunks=(100, 4))
    with cluster.connect(workers.scheduler_address, n_workers=2):
        workers.scale(0)
        with pytest.raises(ConnectionError, match="no worker is left for 1 s"):
            each(len, array)


def ends(block):
    os._exit(1)


def test_a_block_that_ends_its_workers_says_so(x, workers):
    array, word = da.from_array(x, chunks=(N, 4)), "one worker after another"
    address = workers.scheduler_address
    with cluster.connect(address), pytest.raises(ConnectionError, match=word):
        each(ends, array)


def test_without_dask_the_one_command_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    word = r'pip install "dask\[array,distributed\]"'
    with pytest.raises(ImportError, match=word), cluster.connect("tcp://127.0.0.1:1"):
        pass


def test_without_a_cluster_dask_arrays_are_computed_here(x):
    assert each(len, da.from_array(x, chunks=(200, 4))) == [200, 200, 100]
