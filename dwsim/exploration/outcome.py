"""The outcome of an exploration: the engines, their records, and the fronts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dwsim.exploration.front import front_of, network_fronts, why_empty
from dwsim.exploration.points import Point, Refused
from dwsim.exploration.space import Space

Record = Mapping[str, Any]
"""A record of ``dwsim.exploration.evaluate.evaluate``, for one engine and one network."""


@dataclass(frozen=True)
class Outcome:
    """The engines in the order of the space, or of the sampler.

    ``records`` are by engine id and network. ``counts`` has the ``combinations`` of the axes, the
    ``samples`` of a sampler, the combinations that are ``refused`` or ``duplicates`` (another
    combination gives the same engine), the ``engines``, and the pairs of engine and network that
    are ``reused`` from the store or have ``failed``.
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
    def cut_layers(self) -> dict[str, int]:
        """The layers of all networks that each engine runs as several streams, by engine id."""
        return {
            engine_id: sum(row.get("cut_layers") or 0 for row in mine.values())
            for engine_id, mine in self.rows.items()
        }

    @cached_property
    def front(self) -> dict[str, list[float]]:
        """The objectives of the engines on the front, sorted by the first objective."""
        space = self.space
        return front_of(space.objectives, space.constraints, self.rows, space.beyond_part)

    @cached_property
    def network_fronts(self) -> dict[str, list[str]]:
        """The engines on the front of each network alone."""
        space = self.space
        return network_fronts(
            space.objectives,
            space.constraints,
            self.rows,
            space.network_names,
            space.beyond_part,
        )

    @property
    def failed(self) -> dict[tuple[str, str], str]:
        """The traceback of each evaluation that raised, by engine id and network."""
        return {
            (engine_id, network): record["traceback"]
            for engine_id, records in self.records.items()
            for network, record in records.items()
            if "traceback" in record
        }

    def why_empty(self) -> list[str]:
        """The reasons for an empty front, as sentences."""
        return why_empty(self.space.constraints, self.rows)

    def __str__(self) -> str:
        """The counts, and the front as a table."""
        # Not at the top: the module of the summary imports this one.
        from dwsim.exploration.summary import front_table, summary

        return f"{summary(self)}{front_table(self)}".rstrip()
