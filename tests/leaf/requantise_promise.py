"""The promise of dw_requantise, in Python's integers, which never overflow."""

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


def wrapped(number: int, width: int) -> int:
    """The value as a two's complement number of ``width`` bits."""
    return (number + (1 << width - 1)) % (1 << width) - (1 << width - 1)


def half_up(number: int, bits: int) -> int:
    """In units of 2**bits, ties toward plus infinity."""
    return (number + (1 << bits >> 1)) >> bits


def half_away(number: int, bits: int) -> int:
    """In units of 2**bits, ties away from zero."""
    return half_up(number, bits) if number >= 0 else -half_up(-number, bits)
