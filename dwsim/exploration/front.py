"""The front: engines that no other engine beats in every objective."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dwsim.exploration.goals import Constraint, Objective

Row = Mapping[str, Any]
Rows = Mapping[str, Row]
"""The rows of an engine, by network."""


def nondominated(losses: np.ndarray) -> np.ndarray:
    """Which points no other point dominates: is nowhere worse and somewhere better.

    Of equal points each stays. In lexicographic order a point can only be dominated by one
    before it, and then also by one of the front (H. T. Kung et al., On finding the maxima of a
    set of vectors, J. ACM 22 (1975), 469-476).

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
    objectives: Sequence[Objective], constraints: Sequence[Constraint], rows: Rows
) -> list[float] | None:
    """The objectives of an engine; None when it may not be on the front.

    It may if every network runs on it and keeps all constraints.
    """
    for row in rows.values():
        if row["status"] != "ok" or any(limit.excess(row) > 0 for limit in constraints):
            return None
    found = [objective.value(rows) for objective in objectives]
    values = [value for value in found if value is not None]
    return values if len(values) == len(found) else None


def front_of(
    objectives: Sequence[Objective],
    constraints: Sequence[Constraint],
    engines: Mapping[str, Rows],
) -> dict[str, list[float]]:
    """The objectives of each engine on the front, sorted by the first, then the next."""
    values = {name: candidate(objectives, constraints, rows) for name, rows in engines.items()}
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
) -> dict[str, list[str]]:
    """The engines of each network's front, as if there were no other network."""
    fronts = {}
    for network in networks:
        alone = list(dict.fromkeys(objective.alone(network) for objective in objectives))
        only = {name: {network: rows[network]} for name, rows in engines.items()}
        fronts[network] = list(front_of(alone, constraints, only))
    return fronts


def why_empty(constraints: Sequence[Constraint], engines: Mapping[str, Rows]) -> list[str]:
    """Sentences on an empty front: what keeps the engines off it, and the best there is."""
    if not engines:
        return ["no combination of the axes is an engine"]
    said = []
    rows = [row for rows in engines.values() for row in rows.values()]
    for status, what in (("cannot_run", "cannot run"), ("failed", "failed on")):
        for network in {row["network"]: None for row in rows if row["status"] == status}:
            mine = [row for row in rows if row["network"] == network and row["status"] == status]
            reason = mine[0].get("reason") or ""
            said.append(
                f"{len(mine)} of {len(engines)} engines {what} {network}, such as"
                f" {mine[0]['engine_id']}: {reason}".rstrip(": ")
            )
    for constraint in constraints:
        values = [row[constraint.metric] for row in rows if row.get(constraint.metric) is not None]
        over = sum(
            any(constraint.excess(row) > 0 for row in mine.values()) for mine in engines.values()
        )
        if over:
            low, high = min(values), max(values)
            said.append(
                f"{over} of {len(engines)} engines do not keep {constraint}: all values are"
                f" from {low:.6g} to {high:.6g}"
            )
    return said
