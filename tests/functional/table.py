"""Counts of the bins and of the crosses."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator

from tests.functional.axes import AXES, Sample
from tests.functional.crosses import CROSSES, Cross

Goal = tuple[str, str]
"""An axis and its bin, or a cross and its combination."""


class Table:
    """Functional coverage of the samples so far."""

    def __init__(self, samples: Iterable[Sample] = ()) -> None:
        self.counts: Counter[Goal] = Counter()
        for sample in samples:
            self.add(sample)

    def add(self, sample: Sample) -> None:
        """Counts a stream."""
        self.counts.update(goals_of(sample))

    def missing(self) -> list[Goal]:
        """The goals that no stream met."""
        return [goal for goal in all_goals() if not self.counts[goal]]

    def impossible(self) -> list[Goal]:
        """Combinations that were met although an exclusion says that they cannot be."""
        return [
            (cross.name, named(pair))
            for cross in CROSSES
            for pair in cross.combinations()
            if cross.reason(pair) and self.counts[cross.name, named(pair)]
        ]


def named(pair: tuple[str, str]) -> str:
    """A combination as text."""
    return " x ".join(pair)


def all_goals() -> list[Goal]:
    """Every bin, and every combination that can be."""
    goals = [(axis, bin_) for axis, bins in AXES.items() for bin_ in bins]
    for cross in CROSSES:
        goals += [
            (cross.name, named(pair)) for pair in cross.combinations() if not cross.reason(pair)
        ]
    return goals


def goals_of(sample: Sample) -> Iterator[Goal]:
    """The goals that a stream meets."""
    hit = {
        axis: [name for name, test in bins.items() if test(sample)] for axis, bins in AXES.items()
    }
    yield from ((axis, name) for axis, names in hit.items() for name in names)
    for cross in CROSSES:
        for pair in itertools.product(hit[cross.first], hit[cross.second]):
            yield cross.name, named(pair)


def excluded() -> list[tuple[Cross, tuple[str, str], str]]:
    """Every combination that cannot be, and its reason."""
    return [
        (cross, pair, reason)
        for cross in CROSSES
        for pair in cross.combinations()
        if (reason := cross.reason(pair))
    ]
