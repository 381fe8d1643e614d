"""Download a file once, check its hash, and write files whole or not at all."""

import hashlib
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import torch

HASH_NAMES = {"md5": "MD5", "sha256": "SHA-256"}


def cache_dir():
    """Return the folder for downloads; the first download creates it.

    The environment variable `COURSE_LIB_CACHE` sets it. By default it is `course_lib` in the
    platform's cache folder: `%LOCALAPPDATA%` on Windows, `~/Library/Caches` on macOS, and
    `$XDG_CACHE_HOME` or `~/.cache` elsewhere.

    Returns:
        pathlib.Path: the folder, which may not exist yet.
    """
    chosen = os.environ.get("COURSE_LIB_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "course_lib"


def fetch(urls, path, digest, *, algorithm="sha256", hint=""):
    """Return `path`, after downloading the file if it is missing or its hash is wrong.

    Args:
        urls: addresses, tried in order.
        path: where the file is kept; it is written whole or not at all.
        digest: the file's hash in hexadecimal, or the start of it.
        algorithm: "sha256" or "md5".
        hint: last sentence of the error message, such as what needs no network.

    Raises:
        ConnectionError: no address delivers a file with this hash.
    """
    path = Path(path)
    if path.is_file() and file_hash(path, algorithm).startswith(digest):
        return path
    state = f"broken (its {HASH_NAMES[algorithm]} is wrong)" if path.exists() else "missing"
    failures = []
    for url in urls:
        try:
            with replacing(path) as part:
                torch.hub.download_url_to_file(url, str(part))
                found = file_hash(part, algorithm)
                if not found.startswith(digest):
                    raise RuntimeError(f"invalid hash {found}, expected {digest}")
            return path
        except (OSError, RuntimeError) as error:
            failures.append(f"{url}: {error}")
    raise ConnectionError(
        f"{path} is {state} and could not be downloaded ({'; '.join(failures)}). Connect to the "
        f"network and try again, or put {path.name} into {path.parent} yourself. {hint}".rstrip()
    )


def file_hash(path, algorithm="sha256"):
    """Return the hash of a file's content in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


@contextmanager
def replacing(path):
    """Context manager: yields a temporary path that replaces `path` if the block succeeds.

    If the block raises, `path` stays as it was and nothing else is left. The folder is created.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        part = Path(folder, path.name)
        yield part
        os.replace(part, path)
