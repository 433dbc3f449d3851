"""Instances of the float units."""

from __future__ import annotations

from collections.abc import Iterator

from dwsim.spec.float_arithmetic import FLOAT_FORMATS
from tests.leaf.leaf_specs import Instance


def float_digits() -> Iterator[Instance]:
    for digits in (8, 11, 24):
        yield Instance(
            "dw_float_digits",
            {"a": digits, "b": digits},
            {"exact": 2 * digits},
            ("exact",),
            {"DIGITS": digits},
        )


def float_multiplier() -> Iterator[Instance]:
    for number_format, accumulate, subnormals in (
        ("bfloat16", "float32", 1),
        ("bfloat16", "bfloat16", 0),
        ("float16", "float32", 1),
        ("float16", "float16", 1),
        ("float32", "float32", 1),
        ("float32", "float32", 0),
    ):
        number, acc = FLOAT_FORMATS[number_format], FLOAT_FORMATS[accumulate]
        yield Instance(
            "dw_float_multiplier",
            {"skip": 1, "a": number.width, "b": number.width},
            {"product": acc.width},
            ("product",),
            {
                "EXPONENT_W": number.exponent_width,
                "SIGNIFICAND_W": number.significand_width,
                "ACC_EXPONENT_W": acc.exponent_width,
                "ACC_SIGNIFICAND_W": acc.significand_width,
                "SUBNORMALS": subnormals,
            },
        )


def float_adder() -> Iterator[Instance]:
    for name, subnormals in (("float32", 1), ("float32", 0), ("float16", 1), ("bfloat16", 0)):
        number = FLOAT_FORMATS[name]
        yield Instance(
            "dw_float_adder",
            {"a": number.width, "b": number.width},
            {"sum": number.width},
            ("sum",),
            {
                "EXPONENT_W": number.exponent_width,
                "SIGNIFICAND_W": number.significand_width,
                "SUBNORMALS": subnormals,
            },
        )
