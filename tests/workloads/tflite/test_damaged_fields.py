"""Files whose fields have other values: an error or a clean result, never anything else."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from dwsim.workloads.tflite import ModelError, parse_model
from tests.workloads.tflite.edits import pack, tiny

CASES = int(os.environ.get("DWSIM_FUZZ_CASES", "300"))
"""Damaged files in all; a longer run sets the variable."""
NAMES = ("padded", "multiplier", "int16", "dilated", "floats")
NUMBERS = (0, 1, -1, 2, 3, 7, 127, 2**15, 2**31 - 1, -(2**31), 10**6)


def changed(rng: random.Random, content: bytes) -> bytes | None:
    """The file with another value of one to three fields; None if no file can hold it."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    for _ in range(rng.choice((1, 1, 2, 3))):
        _change(rng, model)
    try:
        return pack(model)
    # A value that the field's type does not hold: FlatBuffers has an exception for each kind.
    except Exception:
        return None


def _change(rng: random.Random, thing: Any) -> None:
    """Walks down at random and changes the field at the end."""
    while True:
        fields = [name for name, value in vars(thing).items() if value is not None]
        if not fields:
            return
        name = rng.choice(fields)
        value = getattr(thing, name)
        if isinstance(value, (list, np.ndarray)) and len(value):
            index = rng.randrange(len(value))
            if hasattr(value[index], "__dict__"):
                thing = value[index]
                continue
            values = list(value)
            if rng.random() < 0.3:
                values = values[: rng.randrange(len(values))]
            else:
                values[index] = _other(rng, values[index])
            setattr(thing, name, values)
            return
        if hasattr(value, "__dict__"):
            thing = value
            continue
        setattr(thing, name, _other(rng, value))
        return


def _other(rng: random.Random, value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        return rng.choice((0.0, -1.0, 1e-45, 3e38, float("inf"), float("nan")))
    if isinstance(value, bytes):
        return rng.choice((b"", value + b"x"))
    return rng.choice(NUMBERS)


@pytest.mark.parametrize("name", NAMES)
def test_fields(name: str, seed: int) -> None:
    content = tiny(name).read_bytes()
    rng = random.Random(f"fields {name} {seed}")
    counts = {"refused": 0, "running": 0, "files": 0}
    slowest = 0.0
    while counts["files"] < CASES // len(NAMES):
        damaged = changed(rng, content)
        if damaged is None:
            continue
        counts["files"] += 1
        begin = time.process_time()
        try:
            model = parse_model(damaged, Path("fields.tflite"))
        except ModelError:
            counts["refused"] += 1
        else:
            for layer in model.layers:
                assert layer.runs == (layer.parameters is not None)
                assert layer.spec is not None or not layer.runs
                assert all(map(str, layer.reasons))
                counts["running"] += layer.runs
        slowest = max(slowest, time.process_time() - begin)
    print(name, counts)
    assert counts["refused"] > 0
    assert counts["running"] > 0
    assert slowest < 2
