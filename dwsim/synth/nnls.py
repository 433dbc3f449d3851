"""Least squares with coefficients that are not negative."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_TOLERANCE = 1e-10


def nnls(matrix: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The x >= 0 that minimises ``|matrix @ x - target|``.

    Lawson and Hanson, Solving Least Squares Problems, 1974, chapter 23: coefficients enter one by
    one while they would grow, and leave again when a solution would make them negative.

    Args:
        matrix: one row an observation, one column a coefficient.
        target: one value an observation.
    """
    columns = matrix.shape[1]
    x = np.zeros(columns)
    free = np.zeros(columns, dtype=bool)
    slope = matrix.T @ target
    scale = _TOLERANCE * max(1.0, float(np.abs(slope).max()))
    while not free.all() and slope[~free].max() > scale:
        free[np.where(free, -np.inf, slope).argmax()] = True
        while True:
            solution = np.zeros(columns)
            solution[free] = np.linalg.lstsq(matrix[:, free], target, rcond=None)[0]
            falling = free & (solution <= 0)
            if not falling.any():
                break
            step = (x[falling] / (x[falling] - solution[falling])).min()
            x += step * (solution - x)
            free &= x > scale
            x[~free] = 0
        x = solution
        slope = matrix.T @ (target - matrix @ x)
    return x
