"""Every geometry that a tap-parallel build accepts, and what the law says of its stream.

A geometry is accepted if it keeps the rules of ``dw_geometry_check``. Registers that choose
values and no cycle (delays, tap starts, channels of the tail) get an accepted value at random.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

import numpy as np

from dwsim import EngineSpec
from dwsim.derive import EngineNumbers

CHUNK = 100_000
"""Geometries that are made at a time."""

COLUMNS = ("row_pitch", "ifmap_w", "ofmap_w", "stride_w")
ROWS = ("plane_rows", "ifmap_h", "ofmap_h", "stride_h")
LAGS = ("lag", "lead")
FLOWS = ("interleave", "image_planes", "planes", "channel_multiplier")

Registers = dict[str, np.ndarray]
"""The values of each register, one for each geometry."""
Parts = tuple[list[tuple[int, ...]], ...]
"""The values of COLUMNS, ROWS, LAGS and FLOWS; a geometry takes one tuple of each."""


def axis(pitches: int) -> list[tuple[int, ...]]:
    """COLUMNS or ROWS."""
    numbers = range(1, pitches + 1)
    return [
        (pitch, ifmap, ofmap, stride)
        for pitch, ifmap, ofmap, stride in product(numbers, repeat=4)
        if ifmap <= pitch and ofmap <= pitch and (ofmap - 1) * stride < pitch
    ]


def lags(numbers: EngineNumbers) -> list[tuple[int, ...]]:
    """LAGS."""
    most = numbers.counters.max_lag
    return [(lag, lead) for lead in (0, 1) for lag in range(lead, most + 1)]


def flows(numbers: EngineNumbers) -> list[tuple[int, ...]]:
    """FLOWS."""
    spec = numbers.spec
    found = []
    for interleave in range(1, spec.max_interleave + 1):
        for image in range(1, spec.max_channel_groups // interleave + 1):
            for planes in range(image, numbers.counters.max_planes + 1, image):
                multipliers = range(1, spec.max_channel_multiplier + 1)
                found += [(interleave, image, planes, factor) for factor in multipliers]
    return found


def count(engine: EngineSpec) -> int:
    """The geometries of the build."""
    return prod(len(part) for part in _parts(EngineNumbers(engine)))


def geometries(engine: EngineSpec, every: int = 1) -> Iterator[np.ndarray]:
    """The rows that the bench in C++ reads, in chunks; ``every``: each n-th geometry."""
    numbers = EngineNumbers(engine)
    parts = _parts(numbers)
    chosen = np.arange(0, count(engine), every)
    for begin in range(0, len(chosen), CHUNK):
        indices = chosen[begin : begin + CHUNK]
        columns = registers(numbers, parts, indices)
        yield np.column_stack([*_ports(numbers, columns), *_law(numbers, columns)])


def registers(numbers: EngineNumbers, parts: Parts, indices: np.ndarray) -> Registers:
    """The value of each register in each of the chosen geometries."""
    places = np.unravel_index(indices, [len(part) for part in parts])
    rows = [np.array(part)[place].T for part, place in zip(parts, places, strict=True)]
    values = dict(zip([*COLUMNS, *ROWS, *LAGS, *FLOWS], np.concatenate(rows), strict=True))
    values["weight_sets"] = (
        values["image_planes"] * values["interleave"] * values["channel_multiplier"]
    )
    return values | _free(numbers, values, np.random.default_rng(int(indices[0])))


def _parts(numbers: EngineNumbers) -> Parts:
    spec = numbers.spec
    columns, rows = axis(spec.max_row_pitch), axis(spec.max_plane_rows)
    return columns, rows, lags(numbers), flows(numbers)


def _free(numbers: EngineNumbers, values: Registers, rng: np.random.Generator) -> Registers:
    """The registers that decide no cycle."""
    spec, counters = numbers.spec, numbers.counters
    size = len(values["lag"])
    lanes = rng.integers(1, spec.lanes, size, endpoint=True)
    found = {
        "row_delay": rng.integers(1, counters.max_row_delay, size, endpoint=True),
        "col_delay": rng.integers(1, counters.max_col_delay, size, endpoint=True),
        "tail_channels": lanes * values["channel_multiplier"],
    }
    axes = (("tap_row", "plane_rows", "ifmap_h"), ("tap_col", "row_pitch", "ifmap_w"))
    for name, pitch, ifmap in axes:
        taps = spec.kernel_h if name == "tap_row" else spec.kernel_w
        low, high = 1 - values[pitch][:, np.newaxis], values[ifmap][:, np.newaxis]
        found[name] = rng.integers(low, high, (size, taps), endpoint=True)
    return found


def _ports(numbers: EngineNumbers, columns: Registers) -> list[np.ndarray]:
    """The words of the cfg_* ports, in port order; the bench sets ``load``."""
    size = len(columns["lag"])
    words = []
    for field in numbers.config_fields:
        values = columns.get(field.name, np.zeros(size, np.int64)).reshape(size, field.count)
        cut = values & (1 << field.width) - 1
        assert field.total_width <= 32, field.name
        assert field.signed or np.array_equal(cut, values), field.name
        words.append((cut << np.arange(field.count) * field.width).sum(axis=1).astype(np.uint32))
    return words


def _law(numbers: EngineNumbers, columns: Registers) -> list[np.ndarray]:
    """Beats of the streams, cycles, and the cycles in which the engine is busy after them."""
    c, timing = columns, numbers.timing
    pixels = {side: c[f"{side}_h"] * c[f"{side}_w"] for side in ("ifmap", "ofmap")}
    emitting = c["planes"] * c["interleave"] * pixels["ofmap"]
    plane = c["row_pitch"] * c["plane_rows"] * c["interleave"]
    leads = c["lead"] == 1
    last = (c["ofmap_h"] - 1) * c["stride_h"] * c["row_pitch"]
    last = (last + (c["ofmap_w"] - 1) * c["stride_w"] + 1) * c["interleave"]
    slots = (c["planes"] - 1) * plane + last + np.where(leads, 0, c["lag"])
    take = ((c["ifmap_h"] - 1) * c["row_pitch"] + c["ifmap_w"]) * c["interleave"]
    takes = (c["planes"] - 1) * plane + take + np.where(leads, c["lag"], 0)
    hold = c["channel_multiplier"] * numbers.spec.passes
    law = [
        c["planes"] * c["interleave"] * pixels["ifmap"],
        emitting * c["channel_multiplier"],
        c["weight_sets"] * numbers.formats.param_words,
        slots + emitting * (hold - 1) + timing.latency,
        np.maximum(0, takes - slots - timing.drain_cycles),
    ]
    return [values.astype(np.uint32) for values in law]
