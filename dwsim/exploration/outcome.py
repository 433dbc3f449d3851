"""What an exploration found: its engines, their records, and the fronts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dwsim.exploration.front import front_of, network_fronts, why_empty
from dwsim.exploration.points import Point, Refused
from dwsim.exploration.space import Space

Record = Mapping[str, Any]
"""What ``dwsim.exploration.evaluate.evaluate`` makes of an engine and a network."""


@dataclass(frozen=True)
class Outcome:
    """Engines in the order in which the space has them, or the sampler asked for them.

    ``records`` are by engine id and network. ``counts``: ``combinations`` of the axes, how many
    ``samples`` a sampler asked for, of those looked at ``refused`` and ``duplicates`` (another
    one gives the same engine), the ``engines``, and of the pairs of engine and network those
    ``reused`` from the store and ``failed``.
    """

    space: Space
    points: dict[str, Point]
    records: dict[str, dict[str, Record]]
    refused: tuple[Refused, ...]
    counts: dict[str, int]

    @cached_property
    def rows(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The rows of the records, by engine id and network."""
        return {
            engine_id: {network: record["row"] for network, record in records.items()}
            for engine_id, records in self.records.items()
        }

    @cached_property
    def front(self) -> dict[str, list[float]]:
        """The objectives of the engines on the front, sorted by the first objective."""
        return front_of(self.space.objectives, self.space.constraints, self.rows)

    @cached_property
    def network_fronts(self) -> dict[str, list[str]]:
        """The engines on the front of each network alone."""
        space = self.space
        return network_fronts(space.objectives, space.constraints, self.rows, space.network_names)

    @property
    def failed(self) -> dict[tuple[str, str], str]:
        """The traceback of each evaluation that broke, by engine id and network."""
        return {
            (engine_id, network): record["traceback"]
            for engine_id, records in self.records.items()
            for network, record in records.items()
            if "traceback" in record
        }

    def why_empty(self) -> list[str]:
        """Sentences on an empty front: what keeps the engines off it."""
        return why_empty(self.space.constraints, self.rows)

    def __str__(self) -> str:
        """The counts, and the front as a table."""
        # Here and not at the top: the summary reads an Outcome.
        from dwsim.exploration.summary import front_table, summary

        return f"{summary(self)}{front_table(self)}".rstrip()
