"""The errors of dwsim, and ``Rules``, which reports all violated rules of a bad input together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")


class DwsimError(Exception):
    """Base class of every error that dwsim raises on purpose."""


@dataclass(frozen=True)
class Violation:
    """One violated rule: the field, its value, and the values that the rule allows."""

    field: str
    value: Any
    rule: str

    def __str__(self) -> str:
        return f"{self.field} = {self.value!r}: {self.rule}"


class SpecError(DwsimError, ValueError):
    """A bad description of a layer, an engine, a file or a call.

    ``violations`` holds every violated rule, not only the first.
    """

    def __init__(self, subject: str, violations: Iterable[Violation]):
        self.subject = subject
        self.violations = tuple(violations)
        lines = "".join(f"\n  {violation}" for violation in self.violations)
        super().__init__(f"{subject}:{lines}")


class Rules:
    """Collects violations, then raises one ``SpecError`` with all of them."""

    def __init__(self, subject: str):
        self.subject = subject
        self.violations: list[Violation] = []

    def require(self, holds: bool, field: str, value: Any, rule: str) -> bool:
        """Notes a violation unless ``holds``; returns ``holds``."""
        if not holds:
            self.violations.append(Violation(field, value, rule))
        return holds

    def integer(self, field: str, value: Any, low: int, high: int | None = None) -> bool:
        """Requires an integer, and not a bool, from ``low`` to ``high``."""
        wanted = f"must be an integer of at least {low}"
        if high is not None:
            wanted = f"must be an integer from {low} to {high}"
        return self.require(is_integer(value, low, high), field, value, wanted)

    def boolean(self, field: str, value: Any) -> bool:
        """Requires true or false."""
        return self.require(isinstance(value, bool), field, value, "must be true or false")

    def raise_if_any(self) -> None:
        """Raises ``SpecError`` if a rule was violated."""
        if self.violations:
            raise SpecError(self.subject, self.violations)

    def checked(self, value: T | None) -> T:
        """Raises ``SpecError`` if a rule was violated; otherwise returns ``value``.

        For a check that notes a violation and then returns None in place of its result: after
        ``layer = rules.checked(layer)`` the layer is there, for the reader and for the type
        checker.
        """
        self.raise_if_any()
        if value is None:
            raise AssertionError(f"{self.subject}: a check returned None without a violation")
        return value

    def fail(self, field: str, value: Any, rule: str) -> NoReturn:
        """Notes a last violation and raises ``SpecError`` with all of them."""
        self.require(False, field, value, rule)
        raise SpecError(self.subject, self.violations)


def is_integer(value: Any, low: int, high: int | None = None) -> bool:
    """True for an integer, and not a bool, from ``low`` to ``high``."""
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value >= low and (high is None or value <= high)


class MismatchError(DwsimError):
    """Two ways to compute the same numbers disagree; the message names where and how to see it."""


class ToolError(DwsimError):
    """An outside tool is missing, too old, or failed; the message says how to fix that."""
