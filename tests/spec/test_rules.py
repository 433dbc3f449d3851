"""Rules: all violations together, and types that are narrow after a check."""

from __future__ import annotations

from typing import Any

import pytest

from dwsim.errors import Rules, SpecError, Violation, is_integer


def test_the_error_has_every_violation_with_field_value_and_rule() -> None:
    rules = Rules("engine tiny")
    assert rules.integer("lanes", 4, 1)
    assert not rules.integer("lanes", 0, 1)
    assert not rules.boolean("ifmap_signed", 1)
    with pytest.raises(SpecError) as caught:
        rules.raise_if_any()
    assert str(caught.value) == (
        "engine tiny:\n"
        "  lanes = 0: must be an integer of at least 1\n"
        "  ifmap_signed = 1: must be true or false"
    )


def test_without_a_violation_nothing_is_raised() -> None:
    rules = Rules("subject")
    rules.raise_if_any()
    assert rules.checked(0) == 0


def test_a_checked_value_needs_rules_without_violations() -> None:
    rules = Rules("subject")
    rules.require(False, "field", 1, "rule")
    with pytest.raises(SpecError, match="field = 1: rule"):
        rules.checked("value")


def test_a_check_that_returns_none_without_a_violation_is_a_fault_of_dwsim() -> None:
    with pytest.raises(AssertionError, match="subject: a check returned None"):
        Rules("subject").checked(None)


def test_a_last_violation_comes_with_the_earlier_ones() -> None:
    rules = Rules("subject")
    rules.require(False, "first", 1, "one")
    with pytest.raises(SpecError) as caught:
        rules.fail("last", 2, "two")
    assert caught.value.violations == (Violation("first", 1, "one"), Violation("last", 2, "two"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, True), (3, True), (0, False), (4, False), (True, False), (2.0, False), ("2", False)],
)
def test_integers_of_a_range(value: Any, expected: bool) -> None:
    assert is_integer(value, 1, 3) is expected


def test_a_range_may_have_no_end() -> None:
    assert is_integer(10**30, 1)
