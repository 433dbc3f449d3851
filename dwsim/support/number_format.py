"""The formats of numbers in tables and sentences."""

from __future__ import annotations

DIGITS = 4
"""Significant digits of a measured number."""


def count_text(value: int) -> str:
    """An integer with separators: 12,615."""
    return f"{value:,}"


def share_text(value: float) -> str:
    """A fraction in percent: 99.4 %."""
    return f"{100 * value:.1f} %"


def number_text(value: float, digits: int = DIGITS) -> str:
    """A number with ``digits`` significant digits, or with every digit of its integer part."""
    return f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:.{digits}g}"


def seconds_text(seconds: float) -> str:
    """A time in seconds, or in milliseconds below one second: 1.25 ms, 12.6 s."""
    return f"{1000 * seconds:.2f} ms" if seconds < 1 else f"{seconds:.1f} s"
