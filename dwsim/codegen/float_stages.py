"""The stages that only an engine in floating point has."""

from __future__ import annotations

from dwsim.codegen.stage import Stage
from dwsim.derive import EngineNumbers
from dwsim.spec.float_arithmetic import FloatArithmetic


def float_sums(n: EngineNumbers, arithmetic: FloatArithmetic) -> list[Stage]:
    """Weights, the array that they are multiplied in, and the ofmap values of its sums."""
    rows, cols = n.formats.array_rows, n.formats.array_cols
    weights = {
        "ROWS": rows,
        "COLS": cols,
        "WIDTH": n.formats.param_beat_width,
        "WORDS": n.counters.weight_words,
        "TAG_CYCLES": n.timing.weight_tag_cycles(0),
        "SUM_CYCLES": n.timing.sum_cycles,
    }
    array = {
        "LANES": n.spec.lanes,
        "ROWS": rows,
        "COLS": cols,
        "PASSES": n.spec.passes,
        "PASS_CYCLES": n.timing.array_cycles - n.timing.gather_cycles,
        "SUM_CYCLES": n.timing.sum_cycles,
        **formats(arithmetic),
    }
    return [
        Stage("float_weight_store", weights, {}),
        Stage("float_array", array, {}),
        Stage("float_narrow", {"LANES": n.spec.lanes, **formats(arithmetic)}, {}),
    ]


def formats(arithmetic: FloatArithmetic) -> dict[str, int]:
    """The parameters of a module that takes numbers and gives sums."""
    return {
        "EXPONENT_W": arithmetic.number.exponent_width,
        "SIGNIFICAND_W": arithmetic.number.significand_width,
        "ACC_EXPONENT_W": arithmetic.acc.exponent_width,
        "ACC_SIGNIFICAND_W": arithmetic.acc.significand_width,
        "SUBNORMALS": int(not arithmetic.flushes),
    }
