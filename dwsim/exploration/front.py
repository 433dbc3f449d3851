"""The Pareto front: the engines that no other engine dominates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dwsim.exploration.goals import Constraint, Objective
from dwsim.support.number_format import number_text

Row = Mapping[str, Any]
_DIGITS = 6  # of a value near a limit
Rows = Mapping[str, Row]
"""The rows of one engine, by network."""


def nondominated(losses: np.ndarray) -> np.ndarray:
    """Marks the points that no other point dominates.

    A point dominates another if it is better in one objective and not worse in any. Equal points
    do not dominate each other. In lexicographic order only an earlier point can dominate a point,
    and then a point of the front does too (H. T. Kung et al., On finding the maxima of a set of
    vectors, J. ACM 22 (1975), 469-476).

    Args:
        losses: float64 of shape (points, objectives); less is better.

    Returns:
        bool of shape (points,).
    """
    kept = np.zeros(len(losses), bool)
    front = np.empty_like(losses)
    size = 0
    for index in np.lexsort(losses.T[::-1]):
        point, found = losses[index], front[:size]
        worse = (found <= point).all(axis=1) & (found < point).any(axis=1)
        if not worse.any():
            kept[index] = True
            front[size] = point
            size += 1
    return kept


def candidate(
    objectives: Sequence[Objective],
    constraints: Sequence[Constraint],
    rows: Rows,
    beyond_part: bool = False,
) -> list[float] | None:
    """The objectives of an engine; None if it cannot be on the front.

    An engine can be on the front if every network runs on it and meets all constraints, and if it
    fits the target's part, unless ``beyond_part``.
    """
    for row in rows.values():
        if row["status"] != "ok" or any(limit.excess(row) > 0 for limit in constraints):
            return None
        if row.get("beyond_part") and not beyond_part:
            return None
    found = [objective.value(rows) for objective in objectives]
    values = [value for value in found if value is not None]
    return values if len(values) == len(found) else None


def front_of(
    objectives: Sequence[Objective],
    constraints: Sequence[Constraint],
    engines: Mapping[str, Rows],
    beyond_part: bool = False,
) -> dict[str, list[float]]:
    """The objectives of each engine on the front, sorted by the first one, then by the next."""
    values = {
        name: candidate(objectives, constraints, rows, beyond_part)
        for name, rows in engines.items()
    }
    able = {name: found for name, found in values.items() if found is not None}
    if not able:
        return {}
    losses = np.array(
        [
            [objective.loss(value) for objective, value in zip(objectives, found, strict=True)]
            for found in able.values()
        ]
    )
    kept = nondominated(losses)
    best = [
        (tuple(loss), name) for loss, name, keep in zip(losses, able, kept, strict=True) if keep
    ]
    return {name: able[name] for _, name in sorted(best)}


def network_fronts(
    objectives: Sequence[Objective],
    constraints: Sequence[Constraint],
    engines: Mapping[str, Rows],
    networks: Sequence[str],
    beyond_part: bool = False,
) -> dict[str, list[str]]:
    """The engines on the front of each network alone."""
    fronts = {}
    for network in networks:
        alone = list(dict.fromkeys(objective.alone(network) for objective in objectives))
        only = {name: {network: rows[network]} for name, rows in engines.items()}
        fronts[network] = list(front_of(alone, constraints, only, beyond_part))
    return fronts


def pruned_by(row: Row, constraint: Constraint) -> bool:
    """True if the row was not evaluated because of the constraint."""
    return row["status"] == "pruned" and str(constraint) in row["reason"]


def why_empty(constraints: Sequence[Constraint], engines: Mapping[str, Rows]) -> list[str]:
    """The reasons for an empty front, as sentences with the range of the limited values."""
    if not engines:
        return ["no combination of the axes is a valid engine"]
    sentences = []
    rows = [row for rows in engines.values() for row in rows.values()]
    for status, verb in (("cannot_run", "cannot run"), ("failed", "failed on")):
        for network in {row["network"]: None for row in rows if row["status"] == status}:
            mine = [row for row in rows if row["network"] == network and row["status"] == status]
            reason = mine[0].get("reason") or ""
            sentences.append(
                f"{len(mine)} of {len(engines)} engines {verb} {network}, such as"
                f" {mine[0]['engine_id']}: {reason}".rstrip(": ")
            )
    beyond = [rows for rows in engines.values() if any(r.get("beyond_part") for r in rows.values())]
    if beyond:
        first = next(row for row in beyond[0].values() if row.get("beyond_part"))
        sentences.append(
            f"{len(beyond)} of {len(engines)} engines do not fit the part, such as"
            f" {first['engine_id']}: {first['beyond_part']} (beyond_part = true admits them)"
        )
    for constraint in constraints:
        values = [row[constraint.metric] for row in rows if row.get(constraint.metric) is not None]
        over = sum(
            any(constraint.excess(row) > 0 or pruned_by(row, constraint) for row in mine.values())
            for mine in engines.values()
        )
        if over:
            sentence = f"{over} of {len(engines)} engines violate {constraint}"
            if values:
                low, high = number_text(min(values), _DIGITS), number_text(max(values), _DIGITS)
                sentence += f": the values are from {low} to {high}"
            sentences.append(sentence)
    return sentences
