"""The Dask cluster of `course_lib.scale.kmeans`: how it is reached, and what is said if it is lost.

Dask is optional: nothing here is imported before a cluster or a Dask array is used.
"""

from concurrent.futures import CancelledError
from contextlib import contextmanager

PATIENCE = 30  # seconds after which a cluster without workers is given up
ADVICE = 'this needs Dask: pip install "dask[array,distributed]"'


@contextmanager
def connect(address, n_workers=1, timeout=PATIENCE):
    """Context manager: the Dask client of the scheduler at an address, "tcp://host:port".

    Raises ImportError without Dask, ConnectionError if no scheduler answers or if fewer than
    n_workers workers are there after `timeout` seconds.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ImportError(ADVICE) from None
    try:
        client = Client(address, timeout=timeout, set_as_default=False)  # not before it answers
    except (OSError, ValueError, TypeError) as error:
        message = f"address: no Dask scheduler answers at {address!r} ({type(error).__name__})"
        raise ConnectionError(message) from None
    with client, client.as_current():
        try:
            client.wait_for_workers(n_workers, timeout=timeout)
        except TimeoutError:
            found = f"{len(client.nthreads())} of {n_workers} workers"
            raise ConnectionError(f"{found} joined {address} within {timeout} s") from None
        yield client


def gather(tasks):
    """List the results of Dask tasks in their order, from the current client or from threads.

    Raises ConnectionError if the scheduler is lost, if no worker is left for `PATIENCE` seconds,
    or if a task ends one worker after another.
    """
    import dask

    try:
        from distributed import KilledWorker, get_client, wait

        client = get_client()
    except (ImportError, ValueError):  # no cluster
        return list(dask.compute(*tasks))
    futures = client.compute(tasks)
    try:
        while True:
            try:
                wait(futures, timeout=PATIENCE)
                return client.gather(futures)
            except TimeoutError:
                if not client.nthreads():
                    raise ConnectionError(f"no worker is left for {PATIENCE} s") from None
    except KilledWorker:
        message = "a block ended one worker after another: does it fit in their memory?"
        raise ConnectionError(message) from None
    except (CancelledError, OSError) as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        message = f"the cluster was lost ({reason}); the centers of the last step are enough"
        raise ConnectionError(f"{message} to go on") from None
