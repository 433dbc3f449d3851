"""The store of an exploration: every finished evaluation, so that a rerun need not repeat it."""

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
from dwsim.support.cache import file_lock
from dwsim.support.resources import package_dir, rtl_dir, template_dir
from dwsim.workloads import Network

STORE = "store.jsonl"
_LOCK = ".store.lock"

_SOURCES = ("spec", "derive", "fast", "exploration", "synth", "codegen", "model/activity.py")
"""What an evaluation's numbers are computed by; the Verilog is beside the package."""

_SUFFIXES = (".py", ".csv", ".toml", ".v", ".j2")


@cache
def code_hash() -> str:
    """A hash of the sources that an evaluation depends on: other code, other numbers."""
    digest = hashlib.sha256()
    roots = [package_dir() / name for name in _SOURCES]
    for root in (*roots, rtl_dir(), template_dir()):
        files = [root] if root.is_file() else sorted(root.rglob("*"))
        for file in files:
            if file.is_file() and file.suffix in _SUFFIXES:
                digest.update(f"{file.relative_to(root.parent)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


@cache
def network_hash(network: Network) -> str:
    """A hash of a network's layers."""
    text = "\n".join(toml_table("layer", layer) for layer in network.layers)
    return hashlib.sha256(text.encode()).hexdigest()


def key_of(point: Point, network: Network, area: str, target: str) -> str:
    """What an evaluation depends on, and nothing else: not the space that it is of."""
    parts = (point.engine_id, network.name, network_hash(network), area, target, code_hash())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


class Store:
    """Records by key, one JSON line each; a line that was cut off is as good as missing.

    Use it as a context: one run at a time writes to a directory.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / STORE
        self.records: dict[str, Mapping[str, Any]] = {}
        self._lock = file_lock(directory / _LOCK)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            message = f"another run is writing to {directory}: let it end, or choose another -o"
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
        torn = False
        for line in self._file:
            torn = not line.endswith("\n")
            try:
                entry = json.loads(line)
                self.records[entry["key"]] = entry["record"]
            except (json.JSONDecodeError, KeyError, TypeError):
                continue
        if torn:
            # What follows must not become part of the line that was cut off.
            self._file.write("\n")

    def put(self, key: str, record: Mapping[str, Any]) -> None:
        """Adds a record; it is on its way to the disk when this returns."""
        self.records[key] = record
        self._file.write(json.dumps({"key": key, "record": record}, separators=(",", ":")) + "\n")
        self._file.flush()
