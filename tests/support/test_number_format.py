"""The formats of numbers: one home, used by every table."""

from __future__ import annotations

import pytest

from dwsim.support.number_format import count_text, number_text, seconds_text, share_text


def test_counts_have_separators() -> None:
    assert [count_text(value) for value in (0, 999, 12615)] == ["0", "999", "12,615"]


def test_shares_are_in_percent() -> None:
    assert [share_text(value) for value in (0, 0.9944, 1)] == ["0.0 %", "99.4 %", "100.0 %"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.012346, "0.01235"),
        (207.46, "207.5"),
        (1000.4, "1,000"),
        (-123456.0, "-123,456"),
    ],
)
def test_numbers_have_four_significant_digits(value: float, text: str) -> None:
    assert number_text(value) == text


def test_numbers_with_another_precision() -> None:
    assert number_text(123456.789, 6) == "123,457"
    assert number_text(1234.5678, 6) == "1234.57"


def test_times() -> None:
    assert [seconds_text(value) for value in (0.00125, 12.61)] == ["1.25 ms", "12.6 s"]
