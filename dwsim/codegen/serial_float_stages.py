"""The stages that only a tap-serial engine in floating point has."""

from __future__ import annotations

from dwsim.codegen.float_stages import formats
from dwsim.codegen.stage import Stage
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import FLOAT_SUM_CYCLES
from dwsim.spec.float_arithmetic import FloatArithmetic


def float_cells(n: SerialNumbers, arithmetic: FloatArithmetic) -> Stage:
    """The cells: a multiplier, an adder and partial sums each."""
    array = {
        "LANES": n.spec.lanes,
        "CELLS": n.formats.pixels,
        "LENGTH": n.shape.segment,
        "PARTS": n.formats.partial_sums,
        "SUM_CYCLES": FLOAT_SUM_CYCLES,
        **formats(arithmetic),
    }
    return Stage("float_cell_array", array, {})


def serial_float_values(n: SerialNumbers, arithmetic: FloatArithmetic) -> list[Stage]:
    """The sums of partial sums, and their ofmap values."""
    count, acc = n.shape.requantisers, arithmetic.acc
    part_sum = {
        "VALUES": count,
        "PARTS": n.formats.partial_sums,
        "EXPONENT_W": acc.exponent_width,
        "SIGNIFICAND_W": acc.significand_width,
        "SUBNORMALS": int(not arithmetic.flushes),
        "SUM_CYCLES": FLOAT_SUM_CYCLES,
    }
    narrow = {"LANES": count, **formats(arithmetic)}
    return [
        Stage("float_part_sum", part_sum, {"parts": "sums", "sums": "totals"}),
        Stage("float_narrow", narrow, {"acc": "totals", "ofmap": "values"}),
    ]
