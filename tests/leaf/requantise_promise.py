"""The promises of the requantisers, in Python's integers, which never overflow."""

from __future__ import annotations

from dataclasses import dataclass

INT32 = (-(2**31), 2**31 - 1)


@dataclass(frozen=True)
class Value:
    """The inputs of one value in the pipeline."""

    acc: int
    bias: int
    multiplier: int
    """As the requantiser gets it."""
    right_shift: int


def promised_result(value: Value, width: int, twice: bool) -> int:
    """The result before the zero point; ``width``: bits of acc + bias."""
    product = wrapped(value.acc + value.bias, width) * value.multiplier
    if not twice or value.right_shift < 32:
        return half_up(product, value.right_shift)
    return half_away(half_up(product, 31), value.right_shift - 31)


def promised_float(value: Value) -> int:
    """The result of float rounding before the zero point."""
    product = digits_24(digits_24(wrapped(value.acc + value.bias, 32)) * value.multiplier)
    return nearest_even(product, value.right_shift)


def promised_rounding(value: Value, rounding: str, width: int) -> int:
    """The result of "double", "single" or "float" rounding before the zero point."""
    if rounding == "float":
        return promised_float(value)
    return promised_result(value, width, rounding == "double")


def digits_24(number: int) -> int:
    """Rounded to 24 significant bits, as float32 does."""
    dropped = max(number.bit_length() - 24, 0)
    return nearest_even(number, dropped) << dropped


def nearest_even(number: int, bits: int) -> int:
    """In units of 2**bits, ties to the even number."""
    up = half_up(number, bits)
    tie = number & (1 << bits) - 1 == 1 << bits >> 1 and bits > 0
    return up - 1 if tie and up % 2 else up


def wrapped(number: int, width: int) -> int:
    """The value as a two's complement number of ``width`` bits."""
    return (number + (1 << width - 1)) % (1 << width) - (1 << width - 1)


def half_up(number: int, bits: int) -> int:
    """In units of 2**bits, ties toward plus infinity."""
    return (number + (1 << bits >> 1)) >> bits


def half_away(number: int, bits: int) -> int:
    """In units of 2**bits, ties away from zero."""
    return half_up(number, bits) if number >= 0 else -half_up(-number, bits)
