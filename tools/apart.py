"""Call in a process of its own what may fail, end or take too long without harm to this one."""

import multiprocessing
import time

import psutil


def within(limit, call):
    """Return the dict that a call returns in another process, or the reason why there is none."""
    began, spawn = time.perf_counter(), multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=send, args=(theirs, call))
    process.start()
    theirs.close()
    try:
        found = ours.recv() if ours.poll(limit) else {"error": f"not done after {limit} s"}
    except EOFError:
        found = {"error": "the process ended without a word"}
    if process.is_alive():
        for one in psutil.Process(process.pid).children(recursive=True):
            one.kill()
    process.kill()
    process.join()
    return {**found, "in all": time.perf_counter() - began}


def send(pipe, call):
    """Send through the pipe what a call returns, or its error."""
    try:
        pipe.send(call())
    except Exception as error:  # whatever it is, the other measurements go on
        pipe.send({"error": f"{type(error).__name__}: {error}"})
