"""Instances of the requantiser and its parts, and of the multiplier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dwsim.derive import EngineNumbers
from dwsim.derive.stages import RIGHT_SHIFT_WIDTH
from tests.leaf.leaf_specs import SPECS, Instance


def multiplier() -> Iterator[Instance]:
    for a, b, a_signed, b_signed, p, cycles in (
        (8, 8, 1, 1, 16, 2),
        (8, 5, 0, 1, 13, 3),
        (1, 2, 0, 0, 3, 2),
        (16, 16, 1, 0, 32, 2),
        (17, 15, 0, 1, 32, 3),
        (17, 17, 0, 0, 34, 2),
        (17, 16, 0, 0, 34, 3),
        (6, 9, 1, 1, 7, 2),
    ):
        yield Instance(
            "dw_multiplier",
            {"a": a, "b": b},
            {"p": p},
            ("p",),
            {
                "A_W": a,
                "B_W": b,
                "A_SIGNED": a_signed,
                "B_SIGNED": b_signed,
                "P_W": p,
                "CYCLES": cycles,
            },
        )


def product() -> Iterator[Instance]:
    for x, multiplier in ((32, 32), (48, 16)):
        yield Instance(
            "dw_product",
            {"x": x, "multiplier": multiplier},
            {"product": 64},
            ("product",),
            {"MULTIPLIER_W": multiplier},
        )


def step_shift() -> Iterator[Instance]:
    for width, step in ((24, 16), (12, 4), (9, 1), (1, 1), (32, 16)):
        yield Instance(
            "dw_step_shift",
            {"d": width + 3 * step, "steps": 2, "invert": 1},
            {"q": width},
            parameters={"OUT_W": width, "STEP": step},
            clocked=False,
        )


def masked_adder() -> Iterator[Instance]:
    for width in (1, 2, 19, 20):
        yield Instance(
            "dw_masked_adder",
            {"a": width, "b": width, "mask": 1},
            {"sum": width},
            parameters={"WIDTH": width},
            clocked=False,
        )


def round_shift() -> Iterator[Instance]:
    for width in (8, 16):
        outputs = {"field": width + 1, "negative": 1, "positive": 1, "nudge": 1, "outside": 1}
        yield Instance(
            "dw_round_shift",
            {"product": 64, "right_shift": RIGHT_SHIFT_WIDTH, "twice": 1},
            outputs,
            tuple(outputs),
            {"FIELD_W": width},
        )


def clamp_bounds() -> Iterator[Instance]:
    for width in (8, 16):
        yield Instance(
            "dw_clamp_bounds",
            {"zero_point": width, "act_min": width, "act_max": width},
            {"below": width + 1, "above": width + 1},
            ("below", "above"),
            {"OFMAP_W": width},
        )


def float_convert() -> Iterator[Instance]:
    outputs = {"significand": 25, "zeros": 5, "negative": 1}
    yield Instance("dw_float_convert", {"x": 32}, outputs, tuple(outputs))


def float_round() -> Iterator[Instance]:
    for width in (8, 10, 15):
        outputs = {"field": width + 1, "negative_q": 1, "positive_q": 1, "nudge": 1, "outside": 1}
        yield Instance(
            "dw_float_round",
            {"product": 64, "zeros": 5, "negative": 1, "right_shift": RIGHT_SHIFT_WIDTH},
            outputs,
            tuple(outputs),
            {"FIELD_W": width},
        )


def float_requantise() -> Iterator[Instance]:
    plain = replace(SPECS["scaled"], lanes=1)
    for changes in (
        {"requantise": "float"},
        {"requantise": "double+float"},
        {"requantise": "single+float"},
        {"requantise": "all"},
        {"requantise": "all", "kernel_h": 11, "kernel_w": 11},
    ):
        n = EngineNumbers(replace(plain, **changes))
        yield Instance(
            "dw_float_requantise",
            _requantiser_inputs(n) | {"float_rounding": 1},
            {"ofmap": n.formats.ofmap_width},
            ("ofmap",),
            {
                "ACC_W": n.formats.acc_width,
                "OFMAP_W": n.formats.ofmap_width,
                "ROUNDING": 4 + ("double" in n.spec.roundings) + 2 * ("single" in n.spec.roundings),
            },
            spec=n.spec,
        )


def _requantiser_inputs(n: EngineNumbers) -> dict[str, int]:
    width = n.formats.ofmap_width
    return {
        "acc": n.formats.acc_width,
        **{part.name: part.width for part in n.formats.scale_parts},
        "single_rounding": 1,
        "zero_point": width,
        "act_min": width,
        "act_max": width,
        "below": width + 1,
        "above": width + 1,
    }


def requantise() -> Iterator[Instance]:
    plain = replace(SPECS["scaled"], lanes=1)
    for changes in (
        {"requantise": "double"},
        {"requantise": "single"},
        {"requantise": "both"},
        {"requantise": "both", "kernel_h": 11, "kernel_w": 11},
        {"requantise": "single", "ifmap_width": 16},
        {"requantise": "single", "ifmap_width": 16, "kernel_h": 11, "kernel_w": 11},
    ):
        n = EngineNumbers(replace(plain, **changes))
        width = n.formats.ofmap_width
        yield Instance(
            "dw_requantise",
            _requantiser_inputs(n),
            {"ofmap": width},
            ("ofmap",),
            {
                "ACC_W": n.formats.acc_width,
                "MULTIPLIER_W": n.formats.multiplier_width,
                "OFMAP_W": width,
                "ROUNDING": {"double": 1, "single": 2, "both": 3}[n.spec.requantise],
            },
            spec=n.spec,
        )
