"""The axes of a space: the values of each field of an engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from dwsim.errors import Rules
from dwsim.spec.dataflow_rules import DATAFLOWS, RINGS, SERIAL_LIMITS
from dwsim.spec.engine_spec import LIMITS, MAX_COUNT, MAX_KERNEL, REQUANTISE, EngineSpec
from dwsim.spec.float_arithmetic import FLOAT_FORMATS, SUBNORMALS
from dwsim.spec.float_rules import EPILOGUES, NUMBER_FORMATS
from dwsim.spec.toml_text import brief, unknown

FIT = "fit"
"""The least value with which the engine runs every layer of the networks of the space."""

FITTED = (
    "kernel_h",
    "kernel_w",
    *(name for name in LIMITS if name.startswith("max_")),
)
"""Fields that may be "fit", which is their default."""

FIT_PARTS = {f"{FIT}/{part}": part for part in (2, 4, 8, 16)}
"""Words for a part of that value, rounded up: layers that exceed it run as several streams."""

CUT = (
    "max_row_pitch",
    "max_plane_rows",
    "max_channel_groups",
    "max_channel_multiplier",
    "max_batch",
)
"""Maxima that a layer may exceed, because streams of parts of it do not. They may be of
``FIT_PARTS``."""

TAPS_ALL, TAPS_ROW = "all", "row"
PLANE, NHWC, BEST = "plane", "nhwc", "best"
AUTO = "auto"
NONE = "none"
"""For an epilogue: None."""

WORDS = {
    "taps_per_cycle": (TAPS_ALL, TAPS_ROW),
    "interleave": (PLANE, NHWC, BEST),
    "fifo_depth": (AUTO,),
    "dataflow": DATAFLOWS,
    "rings": RINGS,
    **dict.fromkeys([name for name in SERIAL_LIMITS if name != "pixels"], (AUTO,)),
    "requantise": tuple(REQUANTISE),
    "number_format": NUMBER_FORMATS,
    "accumulate": (AUTO, *FLOAT_FORMATS),
    "subnormals": (AUTO, *SUBNORMALS),
    "epilogue": (NONE, *EPILOGUES),
    "kernel": (FIT,),
    **dict.fromkeys(FITTED, (FIT,)),
    **dict.fromkeys(CUT, (FIT, *FIT_PARTS)),
}
"""The words of each axis that accepts words; some of these axes also accept integers."""

_RANGES = {
    **LIMITS,
    **SERIAL_LIMITS,
    "kernel": (1, MAX_KERNEL),
    "taps_per_cycle": (1, MAX_KERNEL**2),
    "interleave": (1, MAX_COUNT),
    "fifo_depth": (1, MAX_COUNT),
}
"""The smallest and the largest integer of each axis that accepts integers."""

_FLAGS = ("ifmap_signed", "weight_signed")

ENGINE_AXES = tuple(field.name for field in fields(EngineSpec) if field.name != "name")
"""The fields of an engine that are axes: all of them."""

AXES = ("kernel", "interleave", *ENGINE_AXES)
"""Every axis: the fields of an engine, ``kernel`` for both kernel_h and kernel_w, and the policy
that selects the interleave."""

Value = int | bool | str
Axes = Mapping[str, tuple[Value, ...]]
"""The values of each axis of a grid of engines."""


def read_grids(rules: Rules, tables: Any) -> tuple[Axes, ...]:
    """The axes of a table ``[engine]``, or of each table ``[[engine]]``; adds broken rules."""
    if isinstance(tables, list) and tables and all(isinstance(one, dict) for one in tables):
        return tuple(_axes(rules, f"engine[{i}]", table) for i, table in enumerate(tables))
    if isinstance(tables, dict):
        return (_axes(rules, "engine", tables),)
    wanted = "is required: a table [engine] with the axes, or a table [[engine]] for each grid"
    rules.require(False, "engine", brief(tables), wanted)
    return ()


def _axes(rules: Rules, grid: str, table: dict[str, Any]) -> Axes:
    """The values of each axis of one grid."""
    axes = {}
    for name, given in table.items():
        where = f"{grid}.{name}"
        if name == "name":
            rules.require(
                False, where, given, "must be left out: explore names engines by their hash"
            )
        elif rules.require(
            name in AXES, where, brief(given), unknown(name, AXES, f"the axes are {_all()}")
        ):
            axes[name] = _values(rules, where, name, given)
    rules.require("lanes" in table, f"{grid}.lanes", None, "is required")
    if "kernel" in table:
        for other in ("kernel_h", "kernel_w"):
            rules.require(
                other not in table,
                f"{grid}.{other}",
                brief(table.get(other)),
                "must be left out: kernel sets it",
            )
    return axes


def _all() -> str:
    return ", ".join(AXES)


def _values(rules: Rules, where: str, name: str, given: Any) -> tuple[Value, ...]:
    """The values of one axis, from a single value, a list or a range."""
    values = given if isinstance(given, list) else [given]
    if isinstance(given, dict):
        values = _range(rules, where, name, given)
    else:
        rules.require(bool(values), where, given, "must have at least one value")
    good = [value for value in values if _check(rules, where, name, value)]
    for index, value in enumerate(good):
        # True equals 1 in Python, but is not an integer here.
        before = [other for other in good[:index] if type(other) is type(value)]
        rules.require(value not in before, where, value, "must not be repeated")
    return tuple(good)


def _check(rules: Rules, where: str, name: str, value: Any) -> bool:
    """True if the axis may have this value; otherwise adds the broken rule."""
    if name in _FLAGS:
        return rules.boolean(where, value)
    words = WORDS.get(name, ())
    if isinstance(value, str) and value in words:
        return True
    quoted = " or ".join(f'"{word}"' for word in words)
    if name not in _RANGES:
        return rules.require(False, where, value, f"must be {quoted}")
    low, high = _RANGES[name]
    good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    wanted = f"must be {quoted}{' or ' * bool(words)}an integer from {low} to {high}"
    return rules.require(good, where, brief(value), wanted)


def _range(rules: Rules, where: str, name: str, table: dict[str, Any]) -> list[int]:
    """The values of ``{ from, to, step }`` or ``{ from, to, times }``; none if it breaks a rule."""
    shapes = ({"from", "to"}, {"from", "to", "step"}, {"from", "to", "times"})
    whole = all(isinstance(n, int) and not isinstance(n, bool) for n in table.values())
    wanted = "must be a range { from, to, step } or { from, to, times } of integers"
    shaped = name in _RANGES and set(table) in shapes and whole
    if not rules.require(shaped, where, table, wanted):
        return []
    first, last = table["from"], table["to"]
    step, times = table.get("step", 1), table.get("times")
    upwards = first <= last and step >= 1 and (times is None or (times >= 2 and first >= 1))
    wanted = "must rise: from <= to and step >= 1, or times >= 2 and from >= 1"
    if not rules.require(upwards, where, table, wanted):
        return []
    if times is None:
        return list(range(first, last + 1, step))
    values = [first]
    while values[-1] * times <= last:
        values.append(values[-1] * times)
    return values
