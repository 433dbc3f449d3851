"""The stages that only a tap-serial engine in floating point has."""

from __future__ import annotations

from collections.abc import Mapping

from dwsim.codegen.float_stages import formats
from dwsim.codegen.stage import Stage
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import FLOAT_SUM_CYCLES
from dwsim.spec.float_arithmetic import FloatArithmetic


def float_cells(
    n: SerialNumbers, arithmetic: FloatArithmetic, length: int, connections: Mapping[str, str]
) -> Stage:
    """The cells: a multiplier, an adder and partial sums each.

    Args:
        n: the numbers of the engine.
        arithmetic: of the engine.
        length, connections: the pixels from which the cells choose, and how they come.
    """
    array = {
        "LANES": n.spec.lanes,
        "CELLS": n.formats.pixels,
        "LENGTH": length,
        "PARTS": n.formats.partial_sums,
        "SUM_CYCLES": FLOAT_SUM_CYCLES,
        **formats(arithmetic),
    }
    return Stage("float_cell_array", array, connections)


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
    added = Stage("float_part_sum", part_sum, {"parts": "sums", "sums": "totals"})
    if not n.formats.has_epilogue:
        return [added, Stage("float_narrow", narrow, {"acc": "totals", "ofmap": "values"})]
    return [
        added,
        _bias(n, arithmetic),
        Stage("float_narrow", narrow, {"acc": "biased", "ofmap": "rounded"}),
        _clamp(n, arithmetic),
    ]


def _bias(n: SerialNumbers, arithmetic: FloatArithmetic) -> Stage:
    """The biases, and their sums with those of the array."""
    c, acc, cells = n.counters, arithmetic.acc, n.formats.pixels
    bias = {
        "VALUES": n.shape.requantisers,
        "LANES": n.spec.lanes,
        "SET_W": c.set_width,
        "EXPONENT_W": acc.exponent_width,
        "SIGNIFICAND_W": acc.significand_width,
        "SUBNORMALS": int(not arithmetic.flushes),
        "DELAY": n.timing.bias_delay,
    }
    ports = {
        "write": "scale_write",
        "write_address": "scale_address",
        "write_data": f"scale_data[{acc.width - 1}:0]",
        "bank": "active_bank",
        "weight_set": f"marks[{cells + 3}+:{c.set_width}]",
        "acc": "totals",
        "sums": "biased",
    }
    return Stage("float_serial_bias", bias, ports)


def _clamp(n: SerialNumbers, arithmetic: FloatArithmetic) -> Stage:
    """The limits of the ofmap."""
    clamp = {
        "LANES": n.shape.requantisers,
        "EXPONENT_W": arithmetic.number.exponent_width,
        "SIGNIFICAND_W": arithmetic.number.significand_width,
    }
    return Stage("float_clamp", clamp, {"value": "rounded", "ofmap": "values"})
