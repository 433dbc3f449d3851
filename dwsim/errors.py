"""Errors that speak: every violated rule of a bad input, reported together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class DwsimError(Exception):
    """Base class of everything dwsim raises on purpose."""


@dataclass(frozen=True)
class Violation:
    """One broken rule: which field, the value it has, and what the rule allows."""

    field: str
    value: Any
    rule: str

    def __str__(self) -> str:
        return f"{self.field} = {self.value!r}: {self.rule}"


class SpecError(DwsimError, ValueError):
    """A bad description of a layer, an engine, a file or a call.

    ``violations`` holds every broken rule, never only the first.
    """

    def __init__(self, subject: str, violations: Iterable[Violation]):
        self.subject = subject
        self.violations = tuple(violations)
        lines = "".join(f"\n  {violation}" for violation in self.violations)
        super().__init__(f"{subject}:{lines}")


class Rules:
    """Collects violations, then fails once with all of them."""

    def __init__(self, subject: str):
        self.subject = subject
        self.violations: list[Violation] = []

    def require(self, holds: bool, field: str, value: Any, rule: str) -> bool:
        """Note a violation unless ``holds``; returns ``holds``."""
        if not holds:
            self.violations.append(Violation(field, value, rule))
        return holds

    def integer(self, field: str, value: Any, low: int, high: int | None = None) -> bool:
        """The field is an integer (a bool is none) from ``low`` to ``high``."""
        wanted = f"must be an integer of at least {low}"
        if high is not None:
            wanted = f"must be an integer from {low} to {high}"
        holds = isinstance(value, int) and not isinstance(value, bool)
        holds = holds and value >= low and (high is None or value <= high)
        return self.require(holds, field, value, wanted)

    def boolean(self, field: str, value: Any) -> bool:
        """The field is true or false."""
        return self.require(isinstance(value, bool), field, value, "must be true or false")

    def raise_if_any(self) -> None:
        """Raise ``SpecError`` when a rule was broken."""
        if self.violations:
            raise SpecError(self.subject, self.violations)


class MismatchError(DwsimError):
    """Two roads to the same numbers disagree: the message says where and how to see it."""


class ToolError(DwsimError):
    """An outside tool is missing, too old, or failed; the message says what to do."""
