"""K-means: course_lib against scikit-learn (Lloyd and Elkan) and faiss, on seven problems.

Fair by construction: one process, float32, the same random rows as start, 2 threads each,
scikit-learn's stopping rule (faiss has none: it is given the number of iterations that
scikit-learn needed), labels and inertia of every row at the end. The methods take turns, so that
whatever else the machine does meets all of them; a ratio is taken within each round.
"""

import argparse
import multiprocessing
import os
import time
import warnings
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


# --- The problems: rows (N, D) float32 -------------------------------------------------------


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


def pixels():
    """The colours of scikit-learn's china.jpg: (273280, 3) in [0, 1]."""
    return (load_sample_image("china.jpg").reshape(-1, 3) / 255).astype(np.float32)


def blobs(n_centers):
    """Round Gaussians of unit variance, centres uniform in [-1, 1]^64: (100000, 64)."""
    x, _ = make_blobs(100_000, 64, centers=n_centers, center_box=(-1, 1), random_state=0)
    return x.astype(np.float32)


PROBLEMS = {
    "MNIST small, k=10": (digits, 10),
    "MNIST small, k=64": (digits, 64),
    "china.jpg, k=16": (pixels, 16),
    "china.jpg, k=64": (pixels, 64),
    "blobs, k=16": (partial(blobs, 16), 16),
    "blobs, k=128": (partial(blobs, 128), 128),
    "shifted digits, k=64": (shifted_digits, 64),
}


def start(x, k):
    """K distinct rows as the first centres."""
    return x[np.random.default_rng(0).choice(len(x), k, replace=False)].copy()


# --- The methods: (x, centers, iterations of scikit-learn) -> inertia, iterations ------------


def ours(x, centers, n_iter, device="cpu"):
    """course_lib."""
    model = KMeans(len(centers), init=centers, device=device).fit(x)
    return model.inertia_, model.n_iter_


def scikit(x, centers, n_iter, algorithm="lloyd"):
    """scikit-learn."""
    model = ScikitKMeans(len(centers), init=centers, n_init=1, algorithm=algorithm).fit(x)
    return model.inertia_, model.n_iter_


def faiss_kmeans(x, centers, n_iter):
    """faiss, on all rows (by default it would train on 256 per centre)."""
    run = faiss.Clustering(x.shape[1], len(centers))
    run.niter, run.min_points_per_centroid, run.max_points_per_centroid = n_iter, 1, len(x)
    faiss.copy_array_to_vector(centers.ravel(), run.centroids)
    index = faiss.IndexFlatL2(x.shape[1])
    run.train(x, index)
    distances, _ = index.search(x, 1)
    return float(distances.sum(dtype=np.float64)), n_iter


METHODS = {
    "ours": ours,
    "sklearn lloyd": scikit,
    "sklearn elkan": partial(scikit, algorithm="elkan"),
    "faiss": faiss_kmeans,
}
if torch.cuda.is_available():
    METHODS["ours, CUDA"] = partial(ours, device="cuda")
PEERS = ("sklearn lloyd", "sklearn elkan", "faiss")


# --- Measuring -------------------------------------------------------------------------------


def measure(x, k, n_repeats):
    """Seconds of each method (n_repeats,), its inertia, and its iterations."""
    centers = start(x, k)
    _, n_iter = scikit(x, centers, 0)  # also warms up
    seconds = {name: [] for name in METHODS}
    inertia, iterations = {}, {}
    for repeat in range(n_repeats):
        names = list(METHODS)
        for name in names[repeat % len(names) :] + names[: repeat % len(names)]:
            before = time.perf_counter()
            inertia[name], iterations[name] = METHODS[name](x, centers, n_iter)
            seconds[name].append(time.perf_counter() - before)
    return {name: np.array(values) for name, values in seconds.items()}, inertia, iterations


def status(field):
    """A memory field of this process in MB (Linux)."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def peak(name, method):
    """Most memory in MB that one fit held beyond the data; run it in a process of its own."""
    limit_threads()
    make, k = PROBLEMS[name]
    x = make()
    METHODS[method](x[:1000].copy(), start(x[:1000], 2), 2)  # loads what is loaded once
    centers = start(x, k)
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # resets the high-water mark
    before = status("VmRSS")
    METHODS[method](x, centers, 5)
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
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--only", default="", help="run the problems whose name contains this")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    limit_threads()
    print(f"{N_THREADS} threads, {options.repeats} rounds, seconds are medians; ratio: ours to the")
    print(
        "fastest peer, median of the rounds [lower, upper quartile]; J: our inertia to the peer's"
    )
    print("best; MB: peak memory beyond the data, ours / sklearn lloyd\n")
    columns = "".join(f"{name:>14}" for name in METHODS)
    print(f"{'problem':<22}{'iterations':>11}{columns}   {'ratio':<19}{'J - 1':>9}   {'MB':<12}")
    for name, (make, k) in PROBLEMS.items():
        if options.only not in name:
            continue
        x = make()
        seconds, inertia, iterations = measure(x, k, options.repeats)
        fastest = min(PEERS, key=lambda peer: np.median(seconds[peer]))
        low, mid, high = np.quantile(seconds["ours"] / seconds[fastest], [0.25, 0.5, 0.75])
        change = inertia["ours"] / min(inertia[peer] for peer in PEERS) - 1
        memory = [peak_memory(name, method) for method in ("ours", "sklearn lloyd")]
        times = "".join(f"{np.median(seconds[method]):>14.3f}" for method in METHODS)
        steps = f"{iterations['ours']}/{iterations['sklearn lloyd']}"
        ratio = f"{mid:.2f} [{low:.2f}, {high:.2f}]"
        used = " / ".join(f"{megabytes:.0f}" for megabytes in memory)
        print(f"{name:<22}{steps:>11}{times}   {ratio:<19}{change:>9.1e}   {used}", flush=True)
