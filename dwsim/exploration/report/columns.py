"""The columns of an exploration in the report: their titles, and their better direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from dwsim.exploration.goals import ENGINE, Objective
from dwsim.exploration.results import Description
from dwsim.exploration.results_schema import ENGINE_FIELDS, PAIR_FIELDS, SHARES, Field

Goal = Literal["minimise", "maximise"]

AXES = (*(field.name for field in ENGINE_FIELDS), "interleave")
"""The columns that define an engine; the other columns are its results."""

SHOWN = frozenset(
    """
    engine_id network on_front on_network_front multipliers cycles bound_share utilisation
    fmax_mhz time_ms inferences_per_s lut ff dsp bram buffer_bytes energy_uj violates
    dataflow ideal beyond_part intensity
    """.split()  # noqa: SIM905
)
"""The columns of the table, besides the explored axes and the objectives."""

_TITLES = {
    "engine_id": "engine",
    "taps_per_cycle": "taps/cycle",
    "ifmap_width": "ifmap bits",
    "weight_width": "weight bits",
    "bound_share": "bound/cycles",
    "gemm_cycles": "GEMM cycles",
    "fmax_mhz": "Fmax",
    "time_ms": "time",
    "inferences_per_s": "inferences/s",
    "lut": "LUT",
    "ff": "FF",
    "dsp": "DSP",
    "bram": "BRAM",
    "macs": "MACs",
    "buffer_bytes": "buffers",
    "line_buffer_bytes": "line buffers",
    "weight_bytes": "weight memory",
    "fifo_bytes": "FIFO",
    "input_bytes_per_cycle": "input/cycle",
    "output_bytes_per_cycle": "output/cycle",
    "param_bytes_per_cycle": "parameters/cycle",
    "input_gb_per_s": "input bandwidth",
    "output_gb_per_s": "output bandwidth",
    "external_bytes": "external traffic",
    "energy_uj": "energy",
    "beyond_part": "beyond part",
    "input_bytes": "bytes in",
    "output_bytes": "bytes out",
    "intensity": "MACs/byte",
    "on_front": "front",
    "on_network_front": "network front",
}
_ABSENT = {"taps_per_cycle": "all", "fifo_depth": "auto"}
"""The meaning of None in EngineSpec, for a tap-parallel engine."""

_UNITS = {"uJ": "µJ", "1/s": ""}
_NEITHER = ("layers", "macs", "gemm_cycles")
_MAXIMISED = (
    "bound_share",
    "utilisation",
    "fmax_mhz",
    "inferences_per_s",
    "loss_useful",
    "intensity",
)


@dataclass(frozen=True)
class Column:
    """A column of the page; ``goal`` is None if neither direction is better."""

    key: str
    title: str
    kind: Literal["text", "integer", "number", "share", "flag"]
    meaning: str
    unit: str = ""
    goal: Goal | None = None
    axis: bool = False
    """True if the column defines the engine instead of measuring it."""
    absent: str = ""
    """The text for a missing value, if that has a meaning."""

    @property
    def label(self) -> str:
        """The title with its unit, for the axis of a plot."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    def as_json(self) -> dict[str, Any]:
        """The column as JSON for the page."""
        return {**asdict(self), "label": self.label}


def pair_columns() -> tuple[Column, ...]:
    """The columns of ``points``."""
    return tuple(_column(field) for field in PAIR_FIELDS)


def objective_key(objective: Objective, networks: Sequence[str]) -> str:
    """The key of the column of an objective: ``lut``, or ``time_ms over geomean``."""
    if _is_plain(objective, networks):
        return objective.metric
    return f"{objective.metric} over {objective.over}"


def objective_columns(description: Description) -> tuple[Column, ...]:
    """A column for each objective, in the order of the space."""
    known = {column.key: column for column in pair_columns()}
    networks = list(description.networks)
    wanted = [Objective(**table) for table in description.objectives]
    return tuple(_objective(one, known[one.metric], networks) for one in wanted)


def _is_plain(objective: Objective, networks: Sequence[str]) -> bool:
    # With one network there is nothing to combine.
    return objective.over == ENGINE or len(networks) == 1


def _objective(objective: Objective, metric: Column, networks: Sequence[str]) -> Column:
    goal: Goal = "maximise" if objective.goal == "maximise" else "minimise"
    if _is_plain(objective, networks):
        # The space defines the better direction.
        return replace(metric, goal=goal)
    return replace(
        metric,
        key=objective_key(objective, networks),
        title=f"{metric.title}, {objective.over}",
        kind="number" if metric.kind == "integer" else metric.kind,
        meaning=f"{objective.goal} {metric.key} over {objective.over}",
        goal=goal,
    )


def _column(field: Field) -> Column:
    axis = field.name in AXES
    return Column(
        key=field.name,
        title=_TITLES.get(field.name, field.name.replace("_uj", "").replace("_", " ")),
        kind="share" if field.name in SHARES else field.kind,
        meaning=field.meaning,
        unit=_UNITS.get(field.unit, field.unit),
        goal=None if axis else _goal(field),
        axis=axis,
        absent=_ABSENT.get(field.name, ""),
    )


def _goal(field: Field) -> Goal | None:
    """The better direction of a measured column: less, except for a few columns."""
    if field.kind not in ("integer", "number") or field.name in _NEITHER:
        return None
    return "maximise" if field.name in _MAXIMISED else "minimise"
