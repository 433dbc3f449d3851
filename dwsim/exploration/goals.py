"""Objectives and constraints of an exploration."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dwsim.errors import Rules
from dwsim.exploration.results_schema import ENGINE_METRICS, NETWORK_METRICS, SHARES
from dwsim.spec.toml_text import brief, unknown

METRICS = (*ENGINE_METRICS, *NETWORK_METRICS)

GEOMEAN, SUM, WORST = "geomean", "sum", "worst"
OVERS = (GEOMEAN, SUM, WORST)
"""The ways to combine the values of several networks into one."""

ENGINE = "engine"
"""The ``over`` of a metric that is the same for every network."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Objective:
    """A metric to minimise or maximise, ``over`` one network or a combination of all networks."""

    metric: str
    goal: str
    over: str

    def value(self, rows: Mapping[str, Row]) -> float | None:
        """The objective of an engine from its rows by network; None if a needed row is not ok."""
        if self.over not in (ENGINE, *OVERS):
            value: float | None = rows[self.over].get(self.metric)
            return value
        found: list[float | None] = [row.get(self.metric) for row in rows.values()]
        values = [value for value in found if value is not None]
        if self.over == ENGINE:
            return next(iter(values), None)
        if len(values) < len(found):
            return None
        if len(values) == 1:
            return values[0]
        if self.over == SUM:
            return sum(values)
        if self.over == WORST:
            return max(values) if self.goal == "minimise" else min(values)
        # Zero, such as the bytes of an empty buffer, has no logarithm.
        return math.exp(math.fsum(map(math.log, values)) / len(values)) if min(values) > 0 else 0.0

    def loss(self, value: float) -> float:
        """The value with the sign for which less is better."""
        return value if self.goal == "minimise" else -value

    def title(self, networks: Sequence[str]) -> str:
        """The title of the column of a table."""
        if self.over == ENGINE or len(networks) == 1:
            return self.metric
        return f"{self.metric} ({self.over})"

    def alone(self, network: str) -> Objective:
        """The same objective for this network alone."""
        return self if self.over == ENGINE else Objective(self.metric, self.goal, network)


@dataclass(frozen=True)
class Constraint:
    """The limits of a metric that every network on an engine must meet."""

    metric: str
    low: float | None = None
    high: float | None = None

    def excess(self, row: Row) -> float:
        """The distance of a row beyond a limit; 0 if it meets both limits or has no value."""
        value = row.get(self.metric)
        if value is None:
            return 0.0
        below = self.low - value if self.low is not None else 0.0
        above = value - self.high if self.high is not None else 0.0
        return max(below, above, 0.0)

    def __str__(self) -> str:
        limits = (("min", self.low), ("max", self.high))
        given = (f"{name} = {value:g}" for name, value in limits if value is not None)
        return f"{self.metric} {{ {', '.join(given)} }}"


def violated(constraints: Sequence[Constraint], row: Row) -> str:
    """The constraints that a row violates, with its values; empty if there are none."""
    return "; ".join(
        f"{constraint}: {row[constraint.metric]:.6g}"
        for constraint in constraints
        if constraint.excess(row) > 0
    )


def read_objectives(rules: Rules, tables: Any, networks: Sequence[str]) -> tuple[Objective, ...]:
    """The objectives of the tables ``[[objective]]``; adds broken rules to ``rules``."""
    if not isinstance(tables, list) or not tables or not all(isinstance(t, dict) for t in tables):
        wanted = 'is required: tables [[objective]] such as minimise = "time_ms"'
        rules.require(False, "objective", brief(tables), wanted)
        return ()
    found: list[Objective] = []
    for index, table in enumerate(tables):
        objective = _objective(rules, f"objective[{index}]", table, networks)
        if objective is None:
            continue
        rules.require(
            (objective.metric, objective.over) not in [(o.metric, o.over) for o in found],
            f"objective[{index}]",
            objective.metric,
            "must not be an objective twice",
        )
        found.append(objective)
    return tuple(found)


def _objective(
    rules: Rules, where: str, table: dict[str, Any], networks: Sequence[str]
) -> Objective | None:
    keys = ("minimise", "maximise", "over")
    for key in table:
        rules.require(
            key in keys, f"{where}.{key}", brief(table[key]), unknown(key, keys, _one_of(keys))
        )
    goals = [key for key in keys[:2] if key in table]
    if not rules.require(len(goals) == 1, where, goals, "must have either minimise or maximise"):
        return None
    (goal,) = goals
    metric = table[goal]
    if not _known_metric(rules, f"{where}.{goal}", metric):
        return None
    over = table.get("over", ENGINE if metric in ENGINE_METRICS else GEOMEAN)
    if metric in ENGINE_METRICS:
        same = "must be left out: this metric is the same for every network"
        return (
            Objective(metric, goal, over)
            if rules.require("over" not in table, f"{where}.over", brief(over), same)
            else None
        )
    rule = f"must be {_one_of((*OVERS, *networks))}"
    known = isinstance(over, str) and over in (*OVERS, *networks)
    return (
        Objective(metric, goal, over)
        if rules.require(known, f"{where}.over", brief(over), rule)
        else None
    )


def read_constraints(rules: Rules, table: Any) -> tuple[Constraint, ...]:
    """The constraints ``metric = { min, max }`` of a table; adds broken rules to ``rules``."""
    if table is None:
        return ()
    if not isinstance(table, dict):
        wanted = "must be a table of limits, such as dsp = { max = 156 }"
        rules.require(False, "constraints", brief(table), wanted)
        return ()
    found = [_constraint(rules, metric, limits) for metric, limits in table.items()]
    return tuple(constraint for constraint in found if constraint is not None)


def _constraint(rules: Rules, metric: str, limits: Any) -> Constraint | None:
    where = f"constraints.{metric}"
    if not _known_metric(rules, where, metric):
        return None
    wanted = "must be { min = ... }, { max = ... } or both, with numbers"
    shaped = isinstance(limits, dict) and bool(limits) and set(limits) <= {"min", "max"}
    if not rules.require(
        shaped and all(_is_number(value) for value in limits.values()), where, limits, wanted
    ):
        return None
    low, high = limits.get("min"), limits.get("max")
    possible = rules.require(
        low is None or high is None or low <= high,
        where,
        limits,
        "must have min <= max: no engine can satisfy these limits",
    )
    possible &= rules.require(
        high is None or high >= 0,
        where,
        limits,
        "must have max >= 0: no metric is negative, so no engine can satisfy this limit",
    )
    possible &= rules.require(
        metric not in SHARES or low is None or low <= 1,
        where,
        limits,
        "must have min <= 1: a share cannot exceed 1, so no engine can satisfy this limit",
    )
    return Constraint(metric, low, high) if possible else None


def _known_metric(rules: Rules, where: str, metric: Any) -> bool:
    known = isinstance(metric, str) and metric in METRICS
    rule = unknown(str(metric), METRICS, f"the metrics are {', '.join(METRICS)}")
    return rules.require(known, where, brief(metric), rule)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _one_of(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
