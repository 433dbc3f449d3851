"""Functional coverage: axes with bins and named crosses, counted and shown as a table."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dwsim.bench.bench_case import Case
from dwsim.errors import Rules
from dwsim.support.text_table import Column, text_table

Test = Callable[[Case], bool]


@dataclass(frozen=True)
class Axis:
    """One property of a case: bins by name, each with a test. A case may be in several bins."""

    name: str
    bins: Mapping[str, Test]


@dataclass(frozen=True)
class Cross:
    """All pairs (or triples...) of the bins of named axes, without the ``excluded`` ones."""

    name: str
    axes: tuple[str, ...]
    excluded: frozenset[tuple[str, ...]] = frozenset()


@dataclass
class Coverage:
    """Counts the cases of each bin and of each combination of a cross.

    Raises:
        SpecError: if a cross names an axis or excludes a bin that does not exist.
    """

    axes: Sequence[Axis]
    crosses: Sequence[Cross] = ()
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        rules = Rules("coverage")
        bins = {axis.name: axis.bins for axis in self.axes}
        for cross in self.crosses:
            field_name = f"cross {cross.name}"
            known = all(name in bins for name in cross.axes)
            rules.require(known, field_name, cross.axes, f"must be among {', '.join(bins)}")
            for combination in cross.excluded if known else ():
                good = len(combination) == len(cross.axes) and all(
                    one in bins[name] for one, name in zip(combination, cross.axes, strict=True)
                )
                rules.require(good, field_name, combination, "must have a bin of each axis")
        rules.raise_if_any()

    def sample(self, case: Case) -> None:
        """Counts a case that has passed."""
        hit = {
            axis.name: [name for name, test in axis.bins.items() if test(case)]
            for axis in self.axes
        }
        self.counts.update((axis, name) for axis, names in hit.items() for name in names)
        for cross in self.crosses:
            for combination in itertools.product(*(hit[name] for name in cross.axes)):
                self.counts[cross.name, " x ".join(combination)] += 1

    def goals(self) -> list[tuple[str, str]]:
        """Every bin, and every combination that is not excluded, as (axis or cross, name)."""
        bins = {axis.name: list(axis.bins) for axis in self.axes}
        goals = [(axis, name) for axis, names in bins.items() for name in names]
        for cross in self.crosses:
            for combination in itertools.product(*(bins[name] for name in cross.axes)):
                if combination not in cross.excluded:
                    goals.append((cross.name, " x ".join(combination)))
        return goals

    def missing(self) -> list[str]:
        """The goals without a case."""
        return [f"{axis}: {name}" for axis, name in self.goals() if not self.counts[axis, name]]

    def table(self) -> str:
        """One line for each axis and cross: goals, goals with a case, and the empty ones."""
        columns = (
            Column("axis", "axis", "text"),
            Column("goals", "bins"),
            Column("hit", "hit"),
            Column("empty", "empty", "text"),
        )
        rows = []
        for axis in dict.fromkeys(axis for axis, _ in self.goals()):
            names = [name for owner, name in self.goals() if owner == axis]
            empty = [name for name in names if not self.counts[axis, name]]
            rows.append(
                {
                    "axis": axis,
                    "goals": len(names),
                    "hit": len(names) - len(empty),
                    "empty": ", ".join(empty) or "none",
                }
            )
        return text_table(columns, rows)
