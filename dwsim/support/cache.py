"""What dwsim keeps between runs: where, by which key, and one process at a time."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def cache_root() -> Path:
    """Where things are kept: $DWSIM_CACHE, or ``dwsim`` in the user's cache directory."""
    chosen = os.environ.get("DWSIM_CACHE")
    if chosen:
        return Path(chosen).expanduser().resolve()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache").resolve() / "dwsim"


@contextmanager
def locked(key: str) -> Iterator[None]:
    """Holds the lock of a key, against other threads and processes."""
    locks = cache_root() / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / key).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def digest(value: Any) -> str:
    """A key for what can be written as JSON: the same value has the same key."""
    return digest_bytes(json.dumps(value, sort_keys=True).encode())[:32]


def digest_bytes(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
