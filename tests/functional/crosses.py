"""The named crosses of functional coverage, and the combinations that no engine can run."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from tests.functional.axes import AXES

ANY = "*"


@dataclass(frozen=True)
class Exclusion:
    """Combinations that cannot be, by bin or ``ANY``, and the reason."""

    bins: tuple[str, str]
    reason: str

    def excludes(self, combination: tuple[str, str]) -> bool:
        """True for a combination that cannot be."""
        return all(want in (ANY, bin_) for want, bin_ in zip(self.bins, combination, strict=True))


@dataclass(frozen=True)
class Cross:
    """All pairs of the bins of two axes, without those that cannot be."""

    first: str
    second: str
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def name(self) -> str:
        """Both axes."""
        return f"{self.first} x {self.second}"

    def combinations(self) -> Iterator[tuple[str, str]]:
        """Every pair of bins."""
        return itertools.product(AXES[self.first], AXES[self.second])

    def reason(self, combination: tuple[str, str]) -> str:
        """The reason why a combination cannot be; empty if it can."""
        found = (e.reason for e in self.exclusions if e.excludes(combination))
        return next(found, "")


_NO_ZERO = "raw engines have no zero point"
_REACH = "without padding before, outputs never lead"
_BEHIND = "a kernel reaches beyond the plane only over padding behind the image"

CROSSES = (
    Cross("array", "stride"),
    Cross("array", "dilation"),
    Cross("array", "padding"),
    Cross("array", "multiplier"),
    Cross("array", "last group"),
    Cross("array", "groups"),
    Cross("array", "batch"),
    Cross("array", "stalls"),
    Cross("array", "rounding"),
    Cross("array", "size"),
    Cross(
        "array",
        "maximum",
        (Exclusion(("tap-serial", "interleave"), "tap-serial engines have no interleave"),),
    ),
    Cross("stride", "dilation"),
    Cross("stride", "padding"),
    Cross("stride", "multiplier"),
    Cross("stride", "interleave"),
    Cross("stride", "passes"),
    Cross("stride", "stalls"),
    Cross(
        "stride",
        "size",
        (Exclusion((ANY, "one output"), "a stride moves from one output to the next"),),
    ),
    Cross("dilation", "padding"),
    Cross("dilation", "interleave"),
    Cross("dilation", "passes"),
    Cross(
        "lag",
        "padding",
        (
            Exclusion(("beyond a plane", "none"), _BEHIND),
            Exclusion(("beyond a plane", "before only"), _BEHIND),
            Exclusion(("lead", "none"), _REACH),
            Exclusion(("lead", "after only"), _REACH),
            Exclusion(("lead beyond a plane", "none"), _REACH),
            Exclusion(("lead beyond a plane", "after only"), _REACH),
        ),
    ),
    Cross("lag", "stalls"),
    Cross("lag", "interleave"),
    Cross("lag", "passes"),
    Cross("lag", "multiplier"),
    Cross("lag", "batch"),
    Cross("lag", "last group"),
    Cross("multiplier", "passes"),
    Cross("multiplier", "last group"),
    Cross("multiplier", "interleave"),
    Cross("multiplier", "stalls"),
    Cross(
        "interleave",
        "groups",
        (
            Exclusion(("in part", "1"), "a part of the groups is more than one of several"),
            Exclusion(("all groups", "1"), "with one group nothing is interleaved"),
        ),
    ),
    Cross("interleave", "last group"),
    Cross("interleave", "passes"),
    Cross("interleave", "stalls"),
    Cross("passes", "stalls"),
    *(Cross(axis, "stop") for axis in ("array", "passes", "multiplier", "last group", "rounding")),
    Cross("parameters", "stalls"),
    Cross("parameters", "interleave"),
    Cross("parameters", "multiplier"),
    Cross("rounding", "zero point", (Exclusion(("none", ANY), _NO_ZERO),)),
    Cross("rounding", "stalls"),
    Cross("rounding", "multiplier"),
    Cross("rounding", "last group"),
    Cross("zero point", "padding"),
    Cross("stream", "stalls"),
    Cross("stream", "multiplier"),
    Cross("stream", "batch"),
    Cross("stream", "array"),
    Cross("maximum", "stalls"),
    Cross("maximum", "passes"),
    Cross("maximum", "last group"),
)
