"""Non-negative least squares meet the conditions of their optimum."""

from __future__ import annotations

import numpy as np
import pytest

from dwsim.synth.nnls import nnls


@pytest.mark.parametrize("case", range(40))
def test_the_conditions_of_the_optimum(case: int, seed: int) -> None:
    """Karush-Kuhn-Tucker: no slope where a coefficient is free, none upwards where it is 0."""
    rng = np.random.default_rng([seed, case])
    rows, columns = int(rng.integers(3, 30)), int(rng.integers(1, 12))
    matrix = rng.normal(size=(rows, columns)) + rng.choice([0, 2])
    target = rng.normal(size=rows) * 10
    x = nnls(matrix, target)
    slope = matrix.T @ (target - matrix @ x)
    assert (x >= 0).all()
    assert slope[x == 0] == pytest.approx(np.minimum(slope[x == 0], 0), abs=1e-6)
    assert slope[x > 0] == pytest.approx(0, abs=1e-6)


def test_exact_coefficients_come_back() -> None:
    rng = np.random.default_rng(7)
    matrix = rng.random((20, 4))
    wanted = np.array([3.0, 0.0, 1.5, 100.0])
    assert nnls(matrix, matrix @ wanted) == pytest.approx(wanted)
