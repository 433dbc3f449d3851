"""The store of an exploration: finished evaluations, which a later run does not repeat."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from filelock import Timeout

from dwsim.errors import ToolError
from dwsim.exploration.points import Point
from dwsim.spec.canonical import toml_table
from dwsim.support.cache import file_lock, hash_files
from dwsim.support.resources import package_dir, rtl_dir, template_dir
from dwsim.workloads import Network

STORE = "store.jsonl"
_LOCK = ".store.lock"

_SOURCES = ("spec", "derive", "fast", "exploration", "synth", "codegen", "model/activity.py")
"""The sources that the results of an evaluation depend on, besides the Verilog."""

_SUFFIXES = (".py", ".csv", ".toml", ".v", ".j2")


@cache
def code_hash() -> str:
    """A hash of the sources that an evaluation depends on; other code may give other numbers."""
    roots = [package_dir() / name for name in _SOURCES]
    return hash_files([*roots, rtl_dir(), template_dir()], _SUFFIXES)


@cache
def network_hash(network: Network) -> str:
    """A hash of the layers of a network."""
    text = "\n".join(toml_table("layer", layer) for layer in network.layers)
    return hashlib.sha256(text.encode()).hexdigest()


def key_of(point: Point, network: Network, area: str, target: str) -> str:
    """A key of exactly the inputs of an evaluation; the space is not part of it."""
    parts = (point.engine_id, network.name, network_hash(network), area, target, code_hash())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


class Store:
    """Records by key, one JSON line each; an incomplete line is ignored.

    It is a context, which holds a lock: only one run at a time writes to a directory.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / STORE
        self.records: dict[str, Mapping[str, Any]] = {}
        self._lock = file_lock(directory / _LOCK)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            message = f"another run writes to {directory}: wait for its end, or choose another -o"
            raise ToolError(message) from None
        self._file = self.path.open("a+", encoding="utf-8")
        self._read()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._lock.release()

    def _read(self) -> None:
        self._file.seek(0)
        incomplete = False
        for line in self._file:
            incomplete = not line.endswith("\n")
            try:
                entry = json.loads(line)
                self.records[entry["key"]] = entry["record"]
            except (json.JSONDecodeError, KeyError, TypeError):
                continue
        if incomplete:
            # The next record must not become part of the incomplete line.
            self._file.write("\n")

    def put(self, key: str, record: Mapping[str, Any]) -> None:
        """Adds a record and passes it to the operating system."""
        self.records[key] = record
        self._file.write(json.dumps({"key": key, "record": record}, separators=(",", ":")) + "\n")
        self._file.flush()
