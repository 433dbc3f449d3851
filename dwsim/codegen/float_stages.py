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
    narrow = {"LANES": n.spec.lanes, **formats(arithmetic)}
    epilogue: list[Stage] = []
    store_ports: dict[str, str] = {}
    narrow_ports: dict[str, str] = {}
    if n.formats.has_epilogue:
        epilogue = _epilogue(n, arithmetic)
        store_ports = {"write_word": f"write_word[{n.spec.lane_multipliers - 1}:0]"}
        narrow_ports = {"acc": "biased", "ofmap": "rounded"}
    return [
        Stage("float_weight_store", weights, store_ports),
        Stage("float_array", array, {}),
        *epilogue,
        Stage("float_narrow", narrow, narrow_ports),
    ]


def _epilogue(n: EngineNumbers, arithmetic: FloatArithmetic) -> list[Stage]:
    """The biases, their sums with those of the array, and the clamp."""
    acc, number = arithmetic.acc, arithmetic.number
    store = {
        "LANES": n.spec.lanes,
        "WIDTH": number.width,
        "WORDS": n.formats.bias_words,
        "SETS": n.counters.weight_sets,
        "TAG_CYCLES": n.timing.bias_tag_cycles,
    }
    bias = {
        "LANES": n.spec.lanes,
        "EXPONENT_W": acc.exponent_width,
        "SIGNIFICAND_W": acc.significand_width,
        "SUBNORMALS": int(not arithmetic.flushes),
    }
    clamp = {
        "LANES": n.spec.lanes,
        "EXPONENT_W": number.exponent_width,
        "SIGNIFICAND_W": number.significand_width,
    }
    written = f"write_word[{n.formats.memory_words - 1}:{n.spec.lane_multipliers}]"
    return [
        Stage("float_bias_store", store, {"write_word": written}),
        Stage("float_bias", bias, {"sum": "biased"}),
        Stage("float_clamp", clamp, {"value": "rounded"}),
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
