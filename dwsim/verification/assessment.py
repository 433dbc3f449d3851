"""The decision if an engine runs a layer of a model file, and the reasons if none does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from dwsim.errors import Violation
from dwsim.spec.float_arithmetic import FLOAT_FORMATS

Layer = TypeVar("Layer")

SUMS = "sums"
"""In place of a rounding: the ofmap is the layer's sums."""
SUMS_WIDTH = 9
"""Bits of an 8-bit integer less its zero point: the operands of an engine that gives raw sums."""

Reasons = Mapping[str, tuple[Violation, ...]]
"""For each rounding the broken rules; a layer runs in the roundings that have none."""


def in_words(rounding: str) -> str:
    """A rounding, ``SUMS`` or a format of floats, as the subject of a sentence."""
    if rounding in FLOAT_FORMATS:
        return f"{rounding} arithmetic"
    return "raw sums" if rounding == SUMS else f"{rounding} rounding"


@dataclass(frozen=True)
class Assessment(Generic[Layer]):
    """One layer of a file, and for each rounding the reasons why no engine runs it.

    The rounding of a layer in floating point is the name of its format. ``on_host`` has the
    roundings that no requantiser of an engine computes, with the reasons: an engine gives the
    sums, and the host requantises them. They are not in ``reasons``.
    """

    layer: Layer
    reasons: Reasons
    on_host: Reasons = field(default_factory=dict)

    @property
    def roundings(self) -> tuple[str, ...]:
        """The roundings in which an engine runs the whole layer."""
        return tuple(rounding for rounding, broken in self.reasons.items() if not broken)

    @property
    def compared(self) -> tuple[str, ...]:
        """The roundings in which the layer has values: those of an engine, and of the host."""
        return (*self.roundings, *self.on_host)

    @property
    def runs(self) -> bool:
        """True if an engine computes the layer's sums in at least one rounding."""
        return bool(self.compared)

    @property
    def broken(self) -> tuple[Violation, ...]:
        """The reasons why the layer runs in no rounding; empty if it runs."""
        return () if self.runs else next(iter(self.reasons.values()), ())

    @property
    def partly(self) -> tuple[Violation, ...]:
        """For a layer that runs, the reasons of the roundings in which it does not run."""
        return tuple(
            Violation(f"{in_words(rounding)}: {reason.field}", reason.value, reason.rule)
            for rounding, broken in self.reasons.items()
            for reason in broken
            if self.runs
        )

    @property
    def host_notes(self) -> tuple[str, ...]:
        """One sentence for each rounding that the host computes, with the reason."""
        return tuple(
            f"{in_words(rounding)}: the host requantises the engine's sums: {broken[0]}"
            for rounding, broken in self.on_host.items()
        )
