"""The front: comparison with brute force, order, constraints, reasons for an empty front."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from dwsim.exploration.front import front_of, network_fronts, nondominated, why_empty
from dwsim.exploration.goals import Constraint, Objective, violated

CYCLES = Objective("cycles", "minimise", "geomean")
RATE = Objective("inferences_per_s", "maximise", "worst")
SIZE = Objective("multipliers", "minimise", "engine")

Engines = dict[str, dict[str, dict[str, Any]]]


def brute_force(losses: np.ndarray) -> list[bool]:
    """Compares every point with every other one, by the definition."""
    points = losses.tolist()
    return [
        not any(
            all(a <= b for a, b in zip(other, point, strict=True)) and other != point
            for other in points
        )
        for point in points
    ]


@pytest.mark.parametrize("objectives", [1, 2, 3, 5])
@pytest.mark.parametrize("values", [2, 5, 1000])
def test_the_front_is_brute_forces(objectives: int, values: int, seed: int) -> None:
    """With few values many points are equal, in one objective or in all."""
    rng = np.random.default_rng((seed, objectives, values))
    for count in (0, 1, 2, 30, 120):
        losses = rng.integers(0, values, (count, objectives)).astype(float)
        assert nondominated(losses).tolist() == brute_force(losses)


def engines(*rows: tuple[int, ...]) -> Engines:
    """Engines a, b, ... from (multipliers, cycles on x, cycles on y); 0 cycles: cannot run."""
    found: Engines = {}
    for name, (multipliers, *cycles) in zip("abcdefgh", rows, strict=False):
        found[name] = {
            network: {
                "engine_id": name,
                "network": network,
                "multipliers": multipliers,
                "status": "ok" if count else "cannot_run",
                "reason": "" if count else "too large",
                "cycles": count or None,
                "inferences_per_s": 1000 / count if count else None,
            }
            for network, count in zip("xy", cycles, strict=True)
        }
    return found


def test_objectives_are_of_one_network_or_of_all() -> None:
    rows = engines((3, 4, 9))["a"]
    assert CYCLES.value(rows) == pytest.approx(6)
    assert Objective("cycles", "minimise", "sum").value(rows) == 13
    assert Objective("cycles", "minimise", "worst").value(rows) == 9
    assert Objective("cycles", "minimise", "x").value(rows) == 4
    assert RATE.value(rows) == pytest.approx(1000 / 9)
    assert SIZE.value(rows) == 3
    assert CYCLES.alone("y").value(rows) == 9
    assert CYCLES.value({"x": rows["x"]}) == 4
    assert Objective("bram", "minimise", "geomean").value({"x": {"bram": 0}, "y": {"bram": 2}}) == 0
    (half,) = engines((3, 4, 0)).values()
    assert CYCLES.value(half) is None
    assert Objective("cycles", "minimise", "x").value(half) == 4


def test_the_front_is_sorted_by_the_first_objective() -> None:
    found = engines((1, 9, 9), (3, 4, 4), (2, 6, 6), (2, 7, 7), (3, 4, 4), (4, 4, 4))
    assert front_of([CYCLES, SIZE], [], found) == {
        "b": [pytest.approx(4), 3],
        "e": [pytest.approx(4), 3],
        "c": [pytest.approx(6), 2],
        "a": [pytest.approx(9), 1],
    }
    assert list(front_of([SIZE, CYCLES], [], found)) == ["a", "c", "b", "e"]
    assert list(front_of([RATE], [], found)) == ["b", "e", "f"]


def test_an_engine_that_cannot_run_a_network_is_on_the_others_fronts() -> None:
    found = engines((1, 5, 0), (2, 6, 6), (3, 0, 1))
    assert list(front_of([CYCLES, SIZE], [], found)) == ["b"]
    fronts = network_fronts([CYCLES, SIZE], [], found, ["x", "y"])
    assert fronts == {"x": ["a"], "y": ["c", "b"]}


def test_every_network_must_keep_the_constraints() -> None:
    found = engines((1, 5, 50), (2, 6, 6), (3, 7, 1))
    few = Constraint("cycles", high=10)
    assert list(front_of([SIZE], [few], found)) == ["b"]
    assert network_fronts([SIZE], [few], found, ["x", "y"]) == {"x": ["a"], "y": ["b"]}
    assert violated([few], found["a"]["y"]) == "cycles { max = 10 }: 50"
    assert violated([few], found["b"]["y"]) == ""
    both = Constraint("cycles", 6, 6)
    assert list(front_of([SIZE], [both], found)) == ["b"]
    assert violated([both, few], found["a"]["x"]) == "cycles { min = 6, max = 6 }: 5"
    assert violated([few], engines((1, 0, 0))["a"]["x"]) == ""
    assert math.isclose(both.excess({"cycles": 8.5}), 2.5)


def test_an_empty_front_says_why() -> None:
    assert why_empty([], {}) == ["no combination of the axes is a valid engine"]
    found = engines((1, 5, 0), (2, 6, 7))
    few = Constraint("cycles", high=4)
    assert front_of([SIZE], [few], found) == {}
    assert why_empty([few], found) == [
        "1 of 2 engines cannot run y, such as a: too large",
        "2 of 2 engines violate cycles { max = 4 }: the values are from 5 to 7",
    ]
