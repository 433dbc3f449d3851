"""Searches the front of a space: neighbours of the best engines so far, and random engines."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from dwsim.exploration.axes import Axes, Value
from dwsim.exploration.front import nondominated
from dwsim.exploration.space import Space

Judged = tuple[Sequence[float] | None, Mapping[str, float]]
"""The objectives of a combination, None if it has none, and its excess over each constraint."""

_RANDOM_SHARE = 0.2
"""The share of a batch that is random, so that the search leaves a local front."""

Place = tuple[int, tuple[int, ...]]
"""The index of a grid, and the index of a value on each of its axes."""


class FrontSearch:
    """Asks for combinations in batches; the same space and seed give the same ones anywhere.

    The first batch is random. Later ones consist of combinations that differ from an engine of the
    front so far in one axis: the next number, or any other word. No combination is asked twice.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.rng = random.Random(space.search.seed)
        self.grids = [_ordered(grid) for grid in space.grids]
        self.judged: dict[Place, Judged] = {}

    def batches(
        self, judge: Callable[[Sequence[dict[str, Value]]], Sequence[Judged]]
    ) -> Iterator[int]:
        """Asks for batches until the budget or the space is exhausted.

        Yields the number of combinations so far.
        """
        search = self.space.search
        most = min(search.budget, self.space.combinations)
        while len(self.judged) < most:
            count = min(search.population, most - len(self.judged))
            places = self._next(count)
            found = judge([self._values(place) for place in places])
            self.judged.update(zip(places, found, strict=True))
            yield len(self.judged)

    def _next(self, count: int) -> list[Place]:
        """The places of the next batch."""
        wanted: dict[Place, None] = {}
        share = _RANDOM_SHARE if self.judged else 1.0
        for place in self._near_front():
            if len(wanted) >= count - math.floor(share * count):
                break
            wanted[place] = None
        while len(wanted) < count:
            wanted[self._random(wanted)] = None
        return list(wanted)

    def _near_front(self) -> Iterator[Place]:
        """Neighbours of the front that have not been judged, one of each engine in turn."""
        around = [self._neighbours(place) for place in self._front()]
        while around:
            for places in around:
                if places:
                    yield places.pop()
            around = [places for places in around if places]

    def _front(self) -> list[Place]:
        """The best places: those of the front, or those that violate the constraints least."""
        able = {p: values for p, (values, _) in self.judged.items() if values is not None}
        excess = {p: sum(self.judged[p][1].values()) for p in able}
        if not able:
            return []
        least = min(excess.values())
        places = [place for place in able if excess[place] <= least]
        objectives = self.space.objectives
        losses = np.array(
            [[o.loss(v) for o, v in zip(objectives, able[p], strict=True)] for p in places]
        )
        best = [place for place, keep in zip(places, nondominated(losses), strict=True) if keep]
        self.rng.shuffle(best)
        return best

    def _neighbours(self, place: Place) -> list[Place]:
        grid, indices = place
        found = []
        for axis, values in enumerate(self.grids[grid].values()):
            here = indices[axis]
            steps = [here - 1, here + 1] if _numeric(values) else range(len(values))
            for other in steps:
                near = (grid, (*indices[:axis], other, *indices[axis + 1 :]))
                if 0 <= other < len(values) and near not in self.judged:
                    found.append(near)
        self.rng.shuffle(found)
        return found

    def _random(self, wanted: Mapping[Place, None]) -> Place:
        """A place that is neither judged nor wanted; there is one."""
        sizes = [math.prod(map(len, grid.values())) for grid in self.grids]
        while True:
            (grid,) = self.rng.choices(range(len(sizes)), sizes)
            values = self.grids[grid].values()
            place = (grid, tuple(self.rng.randrange(len(one)) for one in values))
            if place not in self.judged and place not in wanted:
                return place

    def _values(self, place: Place) -> dict[str, Value]:
        grid, indices = place
        axes = self.grids[grid].items()
        return {name: values[i] for (name, values), i in zip(axes, indices, strict=True)}


def _ordered(grid: Axes) -> Axes:
    """The grid with its numbers in rising order."""
    return {name: tuple(sorted(v)) if _numeric(v) else v for name, v in grid.items()}


def _numeric(values: Sequence[Value]) -> bool:
    return all(type(value) is int for value in values)
