"""The fields of ``EngineSpec`` that belong to one dataflow, and their rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwsim.errors import Rules, is_integer

DATAFLOWS = ("tap_parallel", "tap_serial")
"""Values of ``EngineSpec.dataflow``."""

RINGS = ("shared", "copied")
"""Values of ``EngineSpec.rings``; the first one is the default."""

MAX_CELLS = 64
MAX_BEAT_PIXELS = 8
MAX_RING = 4096

_OPTIONAL = {
    "ifmap_pixels": (1, MAX_BEAT_PIXELS),
    "ofmap_pixels": (1, MAX_BEAT_PIXELS),
    "requantisers": (1, 1024),
    "ring_rows": (1, MAX_RING),
    "ring_pixels": (1, MAX_CELLS),
    "segment": (1, MAX_RING),
}
"""Smallest and largest value of the fields of a tap-serial engine that may stay open."""

SERIAL_LIMITS = {"pixels": (1, MAX_CELLS), **_OPTIONAL}
"""Smallest and largest value of the fields of a tap-serial engine."""

SERIAL_FIELDS = ("dataflow", *SERIAL_LIMITS, "rings")
"""The fields that a tap-parallel engine leaves at their defaults."""

_PARALLEL = {"taps_per_cycle": None, "max_interleave": 1, "max_lead": 0}
"""Fields of the tap-parallel array alone, at the value that a tap-serial engine leaves them at."""

_SHARED = ("ring_pixels", "segment")
"""Fields of the rotator and the segment, which an engine with copied rings does without."""


def check_dataflow(rules: Rules, values: Mapping[str, Any]) -> None:
    """Checks ``dataflow`` and the fields that belong to it.

    Args:
        rules: collects the violations.
        values: the fields of an ``EngineSpec``, by name.
    """
    dataflow = values["dataflow"]
    known = isinstance(dataflow, str) and dataflow in DATAFLOWS
    if not rules.require(known, "dataflow", dataflow, f"must be one of {', '.join(DATAFLOWS)}"):
        return
    rings = values["rings"]
    known = isinstance(rings, str) and rings in RINGS
    rules.require(known, "rings", rings, f"must be one of {', '.join(RINGS)}")
    if dataflow == "tap_parallel":
        for field in ("pixels", *_OPTIONAL):
            rules.require(
                values[field] is None,
                field,
                values[field],
                "belongs to dataflow = 'tap_serial': leave it out with 'tap_parallel'",
            )
        if known:
            rule = "must be 'shared' with dataflow = 'tap_parallel', which has no ring"
            rules.require(rings == RINGS[0], "rings", rings, rule)
        return
    for field, default in _PARALLEL.items():
        rules.require(
            values[field] == default,
            field,
            values[field],
            "belongs to dataflow = 'tap_parallel': leave it out with 'tap_serial'",
        )
    rules.integer("pixels", values["pixels"], 1, MAX_CELLS)
    for field, limits in _OPTIONAL.items():
        if values[field] is not None:
            rules.integer(field, values[field], *limits)
    for field in _SHARED if rings == "copied" else ():
        rules.require(
            values[field] is None,
            field,
            values[field],
            "belongs to rings = 'shared': leave it out with 'copied'",
        )
    beat = values["ifmap_pixels"]
    if is_integer(beat, 1, MAX_BEAT_PIXELS):
        rules.require(
            beat & (beat - 1) == 0, "ifmap_pixels", beat, "must be a power of two: 1, 2, 4 or 8"
        )
    lanes, requantisers = values["lanes"], values["requantisers"]
    if is_integer(lanes, 1) and is_integer(requantisers, 1):
        rules.require(
            requantisers <= lanes or requantisers % lanes == 0,
            "requantisers",
            requantisers,
            f"must be at most lanes = {lanes}, or a multiple of it: whole pixels leave together",
        )
        pixels, beat = values["pixels"], values["ofmap_pixels"] or MAX_BEAT_PIXELS
        if is_integer(pixels, 1) and is_integer(beat, 1):
            most = min(pixels, beat)
            rules.require(
                requantisers <= lanes * most,
                "requantisers",
                requantisers,
                f"must be at most lanes = {lanes} times {most}: a lane has {pixels} cells, and an"
                f" ofmap beat at most {beat} pixels",
            )
