"""Counts the units in floating point of an engine, and their cells (``float_units.csv``)."""

from __future__ import annotations

from dwsim.derive import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.spec.engine_spec import EngineSpec
from dwsim.synth.float_units import read_units

Numbers = EngineNumbers | SerialNumbers


def unit_counts(numbers: Numbers) -> dict[str, int]:
    """The number of each unit of ``float_units.MODULES``; empty for an engine for integers."""
    formats = numbers.formats
    if not formats.is_float:
        return {}
    if isinstance(numbers, SerialNumbers):
        counts, values = _serial(numbers), numbers.shape.requantisers
    else:
        counts, values = _parallel(numbers), numbers.spec.lanes
    counts["narrow"] = values
    if formats.has_epilogue:
        counts["adder"] += values
        counts["clamp"] = values
    return counts


def _parallel(numbers: EngineNumbers) -> dict[str, int]:
    """A chain has an adder between two taps, the row tree between two chains, and the pass sum
    one a round."""
    spec, formats = numbers.spec, numbers.formats
    rounds = (spec.passes - 1).bit_length()
    adders = formats.array_rows * (formats.array_cols - 1) + formats.array_rows - 1 + rounds
    return {"multiplier": spec.multipliers, "adder": spec.lanes * adders}


def _serial(numbers: SerialNumbers) -> dict[str, int]:
    """A tree behind the drain adds the partial sums of a cell."""
    trees = numbers.shape.requantisers * (numbers.formats.partial_sums - 1)
    return {"cell": numbers.spec.multipliers, "adder": trees}


def unit_cells(numbers: Numbers) -> tuple[int, int]:
    """LUTs and flip-flops of all units."""
    units, arithmetic = read_units(), numbers.spec.arithmetic
    lut = ff = 0
    for name, count in unit_counts(numbers).items():
        assert arithmetic is not None
        unit = units[name, arithmetic]
        lut, ff = lut + count * unit.lut, ff + count * unit.ff
    return lut, ff


def multiplier_blocks(spec: EngineSpec) -> int:
    """MULT18X18D of one multiplier of the array."""
    arithmetic = spec.arithmetic
    return 1 if arithmetic is None else read_units()["multiplier", arithmetic].dsp
