"""The hypervolume of a front, as the share of a better one's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dwsim.exploration.outcome import Outcome

REFERENCE = 1.1
"""The reference point on each axis, on which the better front goes from 0 to 1."""


def hypervolume_share(found: Outcome, best: Outcome) -> float:
    """The hypervolume of the found front over that of the best one, both scaled to the best."""
    whole = _losses(best, best.front)
    low, high = whole.min(axis=0), whole.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    return _volume((_losses(found, found.front) - low) / width) / _volume((whole - low) / width)


def _losses(outcome: Outcome, front: Mapping[str, Sequence[float]]) -> np.ndarray:
    goals = outcome.space.objectives
    return np.array(
        [[g.loss(v) for g, v in zip(goals, row, strict=True)] for row in front.values()]
    )


def _volume(points: np.ndarray) -> float:
    """By slices along the last axis, recursively."""
    points = points[(points < REFERENCE).all(axis=1)]
    if not len(points):
        return 0.0
    if points.shape[1] == 1:
        return float(REFERENCE - points.min())
    points = points[np.argsort(points[:, -1], kind="stable")]
    ends = np.append(points[1:, -1], REFERENCE)
    return sum(
        (end - point[-1]) * _volume(points[: index + 1, :-1])
        for index, (point, end) in enumerate(zip(points, ends, strict=True))
        if end > point[-1]
    )
