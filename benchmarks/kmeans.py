"""K-means: course_lib against scikit-learn (Lloyd and Elkan) and faiss.

Fair by construction: one process, the same random rows as start, 2 threads each, scikit-learn's
stopping rule (faiss has none: it is given the number of iterations that scikit-learn needed, and
float32), labels and inertia of every row at the end. The methods take turns, so that whatever else
the machine does meets all of them; a ratio is taken within each round. With --neighbors N as many
processes keep the cores busy meanwhile.
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager, suppress
from functools import cache, partial

import faiss
import numpy as np
import torch
from sklearn.cluster import KMeans as ScikitKMeans
from sklearn.datasets import load_sample_image, make_blobs
from threadpoolctl import threadpool_limits

from course_lib.data import load_mnist
from course_lib.fast import KMeans

N_THREADS = 2


# --- The problems: rows (N, D), float32 unless told otherwise ---------------------------------


@cache
def digits():
    """The 5,000 digits of MNIST small: (5000, 784) in [0, 1]."""
    mnist = load_mnist("small")
    images = torch.cat([mnist.train_images, mnist.test_images])
    return images.reshape(len(images), -1).numpy()


def shifted_digits(n_copies=10):
    """Digits moved by up to 2 pixels, with noise of standard deviation 0.05: (50000, 784)."""
    rng = np.random.default_rng(0)
    images = digits().reshape(-1, 28, 28)
    x = np.empty((n_copies, *images.shape), np.float32)
    for copy in x:
        copy[:] = np.roll(images, rng.integers(-2, 3, size=2), axis=(1, 2))
        copy += 0.05 * rng.standard_normal(copy.shape, np.float32)
    return x.reshape(-1, 784)


def pixels(name):
    """The colors of a photograph that comes with scikit-learn: (273280, 3) in [0, 1]."""
    return (load_sample_image(f"{name}.jpg").reshape(-1, 3) / 255).astype(np.float32)


def blobs(n_centers, n=100_000, d=64):
    """Round Gaussians of unit variance, centers uniform in [-1, 1]^d: (n, d)."""
    x, _ = make_blobs(n, d, centers=n_centers, center_box=(-1, 1), random_state=0)
    return x.astype(np.float32)


def normal(n, d):
    """One Gaussian, so no clusters at all: (n, d)."""
    return np.random.default_rng(0).standard_normal((n, d), np.float32)


def uniform(n, d):
    """Uniform in the unit cube: (n, d) float64."""
    return np.random.default_rng(0).random((n, d))


PROBLEMS = {
    "MNIST small, k=10": (digits, 10),
    "MNIST small, k=64": (digits, 64),
    "china.jpg, k=16": (partial(pixels, "china"), 16),
    "china.jpg, k=64": (partial(pixels, "china"), 64),
    "blobs, k=16": (partial(blobs, 16), 16),
    "blobs, k=128": (partial(blobs, 128), 128),
    "shifted digits, k=64": (shifted_digits, 64),
}
LITTLE_STRUCTURE = {
    "normal 60,000 x 32": partial(normal, 60_000, 32),
    "normal 200,000 x 8": partial(normal, 200_000, 8),
    "normal 1,000,000 x 2": partial(normal, 1_000_000, 2),
    "uniform 100,000 x 16": partial(uniform, 100_000, 16),
    "flower.jpg": partial(pixels, "flower"),
    "blobs 30,000 x 256": partial(blobs, 50, 30_000, 256),
}
for k in (4, 32, 200):
    PROBLEMS |= {f"{name}, k={k}": (make, k) for name, make in LITTLE_STRUCTURE.items()}


def start(x, k):
    """K distinct rows as the first centers."""
    return x[np.random.default_rng(0).choice(len(x), k, replace=False)].copy()


# --- The methods: (x, centers, most iterations, iterations of scikit-learn) -> inertia, iterations


def ours(x, centers, most, n_iter, device="cpu"):
    """course_lib."""
    model = KMeans(len(centers), init=centers, max_iter=most, device=device).fit(x)
    return model.inertia_, model.n_iter_


def scikit(x, centers, most, n_iter, algorithm="lloyd"):
    """scikit-learn."""
    options = {"n_init": 1, "max_iter": most, "algorithm": algorithm}
    model = ScikitKMeans(len(centers), init=centers, **options).fit(x)
    return model.inertia_, model.n_iter_


def faiss_kmeans(x, centers, most, n_iter):
    """faiss, on all rows (by default it would train on 256 per center)."""
    x, centers = np.float32(x), np.float32(centers)
    run = faiss.Clustering(x.shape[1], len(centers))
    run.niter, run.min_points_per_centroid, run.max_points_per_centroid = n_iter, 1, len(x)
    faiss.copy_array_to_vector(centers.ravel(), run.centroids)
    index = faiss.IndexFlatL2(x.shape[1])
    run.train(x, index)
    distances, _ = index.search(x, 1)
    return float(distances.sum(dtype=np.float64)), n_iter


def gpu_peers(device="cuda"):
    """Return the methods of those libraries for GPUs that are installed, each with float32.

    flash-kmeans gets the same start; fastkmeans can begin only at random rows of its own.
    """
    found = {}
    with suppress(ImportError):
        from flash_kmeans import batch_kmeans_Euclid

        def flash(x, centers, most, n_iter):
            rows, start = (torch.from_numpy(np.float32(a)).to(device) for a in (x, centers))
            _, centers, n_iter = batch_kmeans_Euclid(
                rows[None], len(start), max_iters=n_iter, init_centroids=start[None]
            )
            return inertia(rows, centers[0]), n_iter

        found["flash-kmeans"] = flash
    with suppress(ImportError):
        from fastkmeans import FastKMeans

        def fast(x, centers, most, n_iter):
            x = np.float32(x)
            options = {"niter": n_iter, "tol": -1, "device": device, "dtype": torch.float32}
            model = FastKMeans(x.shape[1], len(centers), **options)
            model.train(x)
            rows, ends = (torch.from_numpy(np.float32(a)).to(device) for a in (x, model.centroids))
            return inertia(rows, ends), n_iter

        found["fastkmeans"] = fast
    return found


def inertia(x, centers):
    """Sum of the squared distances of rows x (N, D) to the nearest of the centers (K, D)."""
    batches = x.split(2**24 // len(centers) + 1)
    return sum(torch.cdist(rows, centers).amin(1).square().sum().item() for rows in batches)


METHODS = {
    "ours": ours,
    "sklearn lloyd": scikit,
    "sklearn elkan": partial(scikit, algorithm="elkan"),
    "faiss": faiss_kmeans,
}
if torch.cuda.is_available():
    METHODS["ours, CUDA"] = partial(ours, device="cuda")
    METHODS |= gpu_peers()
PEERS = ("sklearn lloyd", "sklearn elkan", "faiss")


# --- Measuring -------------------------------------------------------------------------------


def measure(x, k, most, n_repeats, methods):
    """Seconds of each method (n_repeats,), its inertia, and its iterations, of fits up to most."""
    centers = start(x, k)
    ours(x, centers, most, 0)  # warms up, as does the next
    _, n_iter = scikit(x, centers, most, 0)
    seconds = {name: [] for name in methods}
    inertia, iterations = {}, {}
    for repeat in range(n_repeats):
        for name in methods[repeat % len(methods) :] + methods[: repeat % len(methods)]:
            before = time.perf_counter()
            inertia[name], iterations[name] = METHODS[name](x, centers, most, n_iter)
            seconds[name].append(time.perf_counter() - before)
    return {name: np.array(values) for name, values in seconds.items()}, inertia, iterations


def spin(parent):
    """Keep a core busy for as long as the parent process lives."""
    while os.getppid() == parent:
        sum(range(10_000))


@contextmanager
def neighbors(n):
    """Context manager: n processes that keep the cores busy."""
    make = multiprocessing.get_context("spawn").Process
    others = [make(target=spin, args=(os.getpid(),)) for _ in range(n)]
    for other in others:
        other.start()
    time.sleep(3 if n else 0)  # until they have started
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.join()


FIRST = """
import time, numpy as np
x = np.random.default_rng(0).standard_normal((%s), np.float32)
before = time.perf_counter()
from course_lib.fast import KMeans
print(time.perf_counter() - before)
for _ in range(2):
    before = time.perf_counter()
    KMeans(8, init=x[:8], max_iter=10).fit(x)
    print(time.perf_counter() - before)
"""


def first_calls():
    """Print what the first fit of a process costs, with nothing compiled and with a cache."""
    print("\nfirst fit of a process, seconds        import   first fit   second fit")
    with tempfile.TemporaryDirectory() as folder:
        for name, shape in (("nothing compiled", "60_000, 32"), ("compiled before", "60_000, 32"),
                            ("small, 1,000 x 2", "1000, 2")):  # fmt: skip
            command = [sys.executable, "-c", FIRST % shape]
            environment = os.environ | {"NUMBA_CACHE_DIR": folder}
            run = subprocess.run(command, env=environment, capture_output=True, check=True)
            times = [float(line) for line in run.stdout.split()]
            print(f"{name:<36}{times[0]:>9.2f}{times[1]:>12.3f}{times[2]:>13.4f}")


def status(field):
    """A memory field of this process in MB (Linux)."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def peak(name, method):
    """Most memory in MB that one fit held beyond the data; run it in a process of its own."""
    limit_threads()
    make, k = PROBLEMS[name]
    x = make()
    few = x[: max(9000, 2**22 // (k * x.shape[1]))].copy()  # so many that everything is loaded
    METHODS[method](few, start(few, k), 2, 2)
    centers = start(x, k)
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # resets the high-water mark
    before = status("VmRSS")
    METHODS[method](x, centers, 5, 5)
    return status("VmHWM") - before


def peak_memory(name, method):
    """`peak` in a fresh process, or nan where the system does not tell."""
    if not os.path.exists("/proc/self/clear_refs"):
        return float("nan")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(peak, (name, method))


def limit_threads():
    """The same number of threads for everyone."""
    torch.set_num_threads(N_THREADS)
    faiss.omp_set_num_threads(N_THREADS)
    threadpool_limits(N_THREADS)


def main(arguments):
    """Print one line per problem: seconds (medians), ratio to the fastest peer, memory."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks kmeans", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--iterations", type=int, default=100, help="most iterations of a fit")
    parser.add_argument("--neighbors", type=int, default=0, help="processes that disturb")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS, metavar="PEER")
    parser.add_argument("--only", default="", help="run the problems whose name contains this")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    limit_threads()
    print(
        f"{N_THREADS} threads, {options.neighbors} busy neighbors, {options.repeats} rounds; fits"
    )
    print(f"end after {options.iterations} iterations at the latest; seconds are medians; ratio:")
    print(
        "ours to the fastest peer, median of the rounds [lower, upper quartile]; 10 it.: the same"
    )
    print("for fits of 10 iterations; lloyd: ours to scikit-learn's Lloyd; J: our inertia to the")
    print("peers' best; MB: peak memory beyond the data, ours / sklearn lloyd\n")
    methods = [name for name in METHODS if name not in PEERS or name in options.peers]
    columns = "".join(f"{name:>14}" for name in methods)
    print(f"{'problem':<27}{'iterations':>11}{columns}   {'ratio':<19}{'10 it.':>7}", end="")
    print(f"{'lloyd':>7}{'J - 1':>9}   {'MB':<12}")
    table = []
    for name, (make, k) in PROBLEMS.items():
        if options.only not in name:
            continue
        x = make()
        with neighbors(options.neighbors):
            short, _, _ = measure(x, k, 10, options.repeats, methods)
            most = options.iterations
            seconds, inertia, iterations = measure(x, k, most, options.repeats, methods)
        ratios = [fastest_ratio(times, options.peers) for times in (seconds, short)]
        lloyd = np.median(seconds["ours"] / seconds.get("sklearn lloyd", np.nan))
        table.append((ratios[0][1], ratios[1][1], lloyd))
        change = inertia["ours"] / min(inertia[peer] for peer in options.peers) - 1
        memory = [peak_memory(name, method) for method in ("ours", "sklearn lloyd")]
        times = "".join(f"{np.median(seconds[method]):>14.3f}" for method in methods)
        steps = f"{iterations['ours']}/{iterations[options.peers[0]]}"
        ratio = "{1:.2f} [{0:.2f}, {2:.2f}]".format(*ratios[0])
        used = " / ".join(f"{megabytes:.0f}" for megabytes in memory)
        print(f"{name:<27}{steps:>11}{times}   {ratio:<19}{ratios[1][1]:>7.2f}", end="")
        print(f"{lloyd:>7.2f}{change:>9.1e}   {used}", flush=True)
    whole, short, lloyd = np.array(table).T
    print(
        f"\nno slower than the fastest peer: {(whole <= 1).mean():.0%} of the problems, worst ",
        end="",
    )
    print(f"{whole.max():.2f}; 10 iterations: {(short <= 1).mean():.0%}, worst {short.max():.2f}")
    print(f"ratio to scikit-learn's Lloyd: median {np.median(lloyd):.2f}, worst {lloyd.max():.2f}")
    if not options.neighbors:
        first_calls()


def fastest_ratio(seconds, peers):
    """Quartiles of our seconds to those of the fastest peer, taken within each round."""
    fastest = min(peers, key=lambda peer: np.median(seconds[peer]))
    return np.quantile(seconds["ours"] / seconds[fastest], [0.25, 0.5, 0.75])
