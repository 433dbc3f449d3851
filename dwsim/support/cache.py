"""The cache folder: its place, the keys of its entries, and their locks."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock
from platformdirs import user_cache_path

from dwsim.errors import ToolError


def cache_root() -> Path:
    """The folder for results that later runs reuse: $DWSIM_CACHE, or the user's cache folder."""
    chosen = os.environ.get("DWSIM_CACHE")
    if chosen:
        return Path(chosen).expanduser().resolve()
    return user_cache_path("dwsim", appauthor=False).resolve()


def cache_folder(name: str) -> Path:
    """A folder in the cache folder; it is made if it is missing.

    Raises:
        ToolError: if the user cannot make it.
    """
    folder = cache_root() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolError(
            f"the cache folder {cache_root()} cannot be used ({error.strerror}): set DWSIM_CACHE"
            " to a folder that you may write to"
        ) from None
    return folder


def hash_files(roots: Iterable[Path], suffixes: Collection[str] | None = None) -> str:
    """A hash of the names and contents of files, without those that Python compiles.

    Args:
        roots: files and folders; a name counts from its root's folder on.
        suffixes: of the files that count; None: all.
    """
    found = hashlib.sha256()
    for root in roots:
        files = [root] if root.is_file() else sorted(root.rglob("*"))
        for file in files:
            counts = suffixes is None or file.suffix in suffixes
            if counts and file.is_file() and "__pycache__" not in file.parts:
                found.update(f"{file.relative_to(root.parent)}\n".encode() + file.read_bytes())
    return found.hexdigest()


@contextmanager
def locked(key: str) -> Iterator[None]:
    """Holds the lock of a key; other threads and processes wait until it is released.

    The operating system releases the lock of a process that dies.

    Raises:
        ToolError: if the cache folder cannot be used.
    """
    with file_lock(cache_folder("locks") / key):
        yield


def file_lock(path: Path) -> FileLock:
    """A lock on a file, to be used as a context.

    Each call makes a lock of its own, so that the threads of one process exclude each other too.
    The fallback of filelock for file systems without ``flock`` is off: its locks would survive
    the death of their process.
    """
    return FileLock(path, fallback_to_soft=False)


def digest(value: Any) -> str:
    """A key for a value that JSON can represent: equal values have equal keys."""
    return digest_bytes(json.dumps(value, sort_keys=True).encode())[:32]


def digest_bytes(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
