"""Ranges of integers, and the widths in bits that hold them."""

from __future__ import annotations


def bits(value: int) -> int:
    """Width in bits of an unsigned field that holds 0 to ``value`` (at least 1)."""
    return max(1, value.bit_length())


def range_bits(low: int, high: int) -> int:
    """Least width in bits that holds every integer from ``low`` to ``high``.

    Two's complement when ``low`` is negative, unsigned otherwise.
    """
    if low >= 0:
        return bits(high)
    return 1 + max((-low - 1).bit_length(), max(high, 0).bit_length())


def value_range(width: int, signed: bool) -> tuple[int, int]:
    """Smallest and largest integer of ``width`` bits; two's complement when signed."""
    if signed:
        return -(1 << (width - 1)), (1 << (width - 1)) - 1
    return 0, (1 << width) - 1
