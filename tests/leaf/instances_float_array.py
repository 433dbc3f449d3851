"""Instances of the array of an engine in floating point, with the parameters of small engines."""

from __future__ import annotations

from collections.abc import Iterator

from dwsim.codegen.float_stages import float_sums, formats
from dwsim.derive import EngineNumbers
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.float_arithmetic import FloatArithmetic
from tests.leaf.leaf_specs import Instance

# fmt: off
FLOAT_ENGINES = (
    EngineSpec(name="brains", lanes=1, kernel_h=2, kernel_w=3, max_row_pitch=7, max_plane_rows=5,
               max_channel_groups=3, number_format="bfloat16"),
    EngineSpec(name="halves", lanes=1, kernel_h=5, kernel_w=2, max_row_pitch=6, max_plane_rows=5,
               taps_per_cycle=4, number_format="float16", accumulate="float16"),
    EngineSpec(name="mixed", lanes=2, kernel_h=2, kernel_w=1, max_row_pitch=3, max_plane_rows=3,
               taps_per_cycle=1, number_format="float16"),
    EngineSpec(name="flushed", lanes=1, kernel_h=1, kernel_w=1, max_row_pitch=3, max_plane_rows=3,
               max_channel_groups=2, number_format="float16", subnormals="flush"),
    EngineSpec(name="singles", lanes=1, kernel_h=1, kernel_w=5, max_row_pitch=6, max_plane_rows=1,
               taps_per_cycle=1, number_format="float32", subnormals="flush"),
)
# fmt: on


def _engines(*names: str) -> Iterator[tuple[EngineNumbers, FloatArithmetic]]:
    """The engines of these names, or all; a multiplier or an adder takes a third of a second."""
    for spec in FLOAT_ENGINES:
        if names and spec.name not in names:
            continue
        arithmetic = spec.arithmetic
        assert arithmetic is not None
        yield EngineNumbers(spec), arithmetic


def _sums(arithmetic: FloatArithmetic) -> dict[str, int]:
    """The parameters of a module whose numbers are sums."""
    acc = arithmetic.acc
    return {
        "EXPONENT_W": acc.exponent_width,
        "SIGNIFICAND_W": acc.significand_width,
        "SUBNORMALS": int(not arithmetic.flushes),
    }


def _stage(stem: str, n: EngineNumbers, arithmetic: FloatArithmetic) -> dict[str, int]:
    made = {stage.stem: stage for stage in float_sums(n, arithmetic)}
    return dict(made[stem].parameters)


def float_kernel_row() -> Iterator[Instance]:
    for n, arithmetic in _engines("brains", "flushed"):
        cols = n.formats.array_cols
        inputs = {"operands": cols * n.formats.tap_width, "weights": cols * n.spec.weight_width}
        outputs = {"psum": arithmetic.acc.width}
        parameters = {"COLS": cols, "SUM_CYCLES": n.timing.sum_cycles, **formats(arithmetic)}
        yield Instance("dw_float_kernel_row", inputs, outputs, ("psum",), parameters, spec=n.spec)


def float_row_tree() -> Iterator[Instance]:
    for (n, arithmetic), rows in zip(_engines("brains", "flushed"), (5, 1), strict=True):
        width = arithmetic.acc.width
        parameters = {"ROWS": rows, "SUM_CYCLES": n.timing.sum_cycles, **_sums(arithmetic)}
        registered = ("sum",) if rows > 1 else ()
        ports = {"rows": rows * width}, {"sum": width}
        yield Instance("dw_float_row_tree", *ports, registered, parameters, spec=n.spec)


def float_pass_sum() -> Iterator[Instance]:
    for (n, arithmetic), passes in zip(_engines("halves", "singles"), (3, 7), strict=True):
        width = arithmetic.acc.width
        parameters = {"PASSES": passes, "SUM_CYCLES": n.timing.sum_cycles, **_sums(arithmetic)}
        ports = {"pass": (passes - 1).bit_length(), "sum": width}, {"acc": width}
        yield Instance("dw_float_pass_sum", *ports, ("acc",), parameters, spec=n.spec)


def float_narrow() -> Iterator[Instance]:
    for n, arithmetic in _engines():
        ports = {"acc": n.spec.lanes * n.formats.acc_width}, {"ofmap": n.formats.ofmap_beat_width}
        parameters = _stage("float_narrow", n, arithmetic)
        yield Instance("dw_float_narrow", *ports, ("ofmap",), parameters, spec=n.spec)


def float_bias() -> Iterator[Instance]:
    for n, arithmetic in _engines("mixed", "singles"):
        width = n.spec.lanes * arithmetic.acc.width
        parameters = {"LANES": n.spec.lanes, **_sums(arithmetic)}
        ports = {"acc": width, "bias": width}, {"sum": width}
        yield Instance("dw_float_bias", *ports, ("sum",), parameters, spec=n.spec)


def float_bias_store() -> Iterator[Instance]:
    for n, arithmetic in _engines("brains", "mixed", "flushed", "singles"):
        number, words = arithmetic.number, arithmetic.bias_words
        sets = n.counters.set_width
        parameters = {
            "LANES": n.spec.lanes,
            "WIDTH": number.width,
            "WORDS": words,
            "SETS": n.counters.weight_sets,
            "TAG_CYCLES": n.timing.bias_tag_cycles,
        }
        inputs = {
            "rst": 1,
            "active_bank": 1,
            "weight_set": sets,
            "write_word": words,
            "write_set": 1 + sets,
            "write_data": n.formats.param_beat_width,
        }
        outputs = {"bias": n.spec.lanes * arithmetic.acc.width}
        yield Instance("dw_float_bias_store", inputs, outputs, ("bias",), parameters, spec=n.spec)


def float_clamp() -> Iterator[Instance]:
    for n, arithmetic in _engines("brains", "mixed", "singles"):
        number, width = arithmetic.number, n.formats.ofmap_beat_width
        parameters = {
            "LANES": n.spec.lanes,
            "EXPONENT_W": number.exponent_width,
            "SIGNIFICAND_W": number.significand_width,
        }
        inputs = {"act_min": number.width, "act_max": number.width, "value": width}
        ports = inputs, {"ofmap": width}
        yield Instance("dw_float_clamp", *ports, ("ofmap",), parameters, spec=n.spec)


def float_array() -> Iterator[Instance]:
    for n, arithmetic in _engines("mixed"):
        units = n.spec.lane_multipliers
        inputs = {
            "pass_q": n.counters.pass_index_width,
            "operands": units * n.formats.tap_beat_width,
            "weights": units * n.formats.param_beat_width,
        }
        outputs = {"acc": n.spec.lanes * n.formats.acc_width}
        parameters = _stage("float_array", n, arithmetic)
        yield Instance("dw_float_array", inputs, outputs, ("acc",), parameters, spec=n.spec)


def float_weight_store() -> Iterator[Instance]:
    for n, arithmetic in _engines():
        units, words = n.spec.lane_multipliers, n.counters.word_width
        inputs = {
            "rst": 1,
            "active_bank": 1,
            "weight_word": words,
            "write_word": units,
            "write_address": 1 + words,
            "write_data": n.formats.param_beat_width,
        }
        outputs = {"weights": units * n.formats.param_beat_width}
        parameters = _stage("float_weight_store", n, arithmetic)
        yield Instance(
            "dw_float_weight_store", inputs, outputs, ("weights",), parameters, spec=n.spec
        )
