"""Sampled spaces: the same seed gives the same engines, and no engine dominates the front."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dwsim.exploration.evaluation_store import Store
from dwsim.exploration.exploration import Exploration
from dwsim.exploration.front import candidate
from dwsim.exploration.outcome import Outcome
from dwsim.exploration.points import Point, all_combinations
from dwsim.exploration.pool import open_pool
from tests.exploration.hypervolume import hypervolume_share
from tests.exploration.spaces import SMALL, small
from tests.exploration.test_front import brute_force

SAMPLED = SMALL.replace("[2, 4]", "{{ from = 1, to = 40 }}") + (
    "[constraints]\nmultipliers = {{ max = 60 }}\n"
    '[search]\nmethod = "sample"\nsampler = "{sampler}"\nseed = {seed}\nbudget = 60\n'
    "population = 12\n"
)


def run(folder: Path, text: str, name: str = "out", workers: int = 1) -> Outcome:
    with open_pool(workers) as pool, Store(folder / name) as store:
        return Exploration(small(folder, text), store, pool, lambda done, total: None).run()


@pytest.mark.parametrize("sampler", ["front", "nsga2", "tpe"])
def test_the_same_seed_gives_the_same_engines(tmp_path: Path, sampler: str) -> None:
    """This holds for any number of workers, and if the store already has half of the engines."""
    text = SAMPLED.format(sampler=sampler, seed=5)
    first = run(tmp_path, text)
    assert first.counts["samples"] == 60
    assert 20 < len(first.points) <= 60
    assert first.counts["combinations"] == 40 * 2 * 3 * 2
    again = run(tmp_path, text, "fresh", workers=2)
    assert list(again.points) == list(first.points)
    assert again.front == first.front
    resumed = run(tmp_path, text)
    rows = [row for rows in first.rows.values() for row in rows.values()]
    # A pruned pair is not stored, because it depends on the constraints.
    kept = sum(row["status"] != "pruned" for row in rows)
    assert resumed.counts["reused"] == kept > 0
    assert resumed.front == first.front
    other = run(tmp_path, SAMPLED.format(sampler=sampler, seed=6), "other")
    assert list(other.points) != list(first.points)


@pytest.mark.parametrize("sampler", ["front", "nsga2", "tpe"])
@pytest.mark.parametrize("start", [0, 100])
def test_the_front_is_never_dominated(tmp_path: Path, sampler: str, start: int, seed: int) -> None:
    """No evaluated engine that meets the constraints dominates the front."""
    outcome = run(tmp_path, SAMPLED.format(sampler=sampler, seed=start + seed))
    goals = (outcome.space.objectives, outcome.space.constraints)
    found = {name: candidate(*goals, rows) for name, rows in outcome.rows.items()}
    able = {name: values for name, values in found.items() if values is not None}
    kept = brute_force(np.array(list(able.values())))
    assert set(outcome.front) == {name for name, keep in zip(able, kept, strict=True) if keep}
    assert outcome.front
    for name in outcome.front:
        assert outcome.points[name].engine.multipliers <= 60


@pytest.mark.parametrize("sampler", ["nsga2", "tpe"])
def test_the_sampler_knows_the_constraints(tmp_path: Path, sampler: str) -> None:
    """Without constraints the sampler selects other engines, and more of them are too large."""
    text = SAMPLED.format(sampler=sampler, seed=1).replace("budget = 60", "budget = 120")
    free = text.replace("[constraints]\nmultipliers = { max = 60 }\n", "")
    shares = []
    for name, one in (("with", text), ("without", free)):
        points = run(tmp_path, one, name).points.values()
        shares.append(sum(point.engine.multipliers > 60 for point in points) / len(points))
    assert shares[0] < shares[1]


def test_a_sampler_learns(tmp_path: Path) -> None:
    """With more samples than combinations, the sampler finds most of the true front."""
    text = SAMPLED.format(sampler="nsga2", seed=1).replace("budget = 60", "budget = 700")
    sampled = run(tmp_path, text)
    everything = run(tmp_path, text.replace('"sample"', '"enumerate"'), "all")
    assert everything.counts["samples"] == 0
    assert len(everything.points) == 480
    hits = set(sampled.front) & set(everything.front)
    assert len(hits) >= 0.6 * len(everything.front)


def test_a_large_space_is_sampled_by_itself(tmp_path: Path) -> None:
    text = SAMPLED.format(sampler="nsga2", seed=1).replace('method = "sample"\n', "")
    assert run(tmp_path, text).counts["samples"] == 60
    few = text.replace("{ from = 1, to = 40 }", "[2, 4]")
    assert run(tmp_path, few, "few").counts["samples"] == 0


def test_refused_combinations_are_counted_once(tmp_path: Path) -> None:
    text = SAMPLED.format(sampler="nsga2", seed=1).replace('"row", 1', "7, 8")
    outcome = run(tmp_path, text)
    keys = [tuple(one.axes.values()) for one in outcome.refused]
    assert len(keys) == len(set(keys)) == outcome.counts["refused"] > 0
    refused = [
        values for values in all_combinations(outcome.space) if values["taps_per_cycle"] in (7, 8)
    ]
    assert all(dict(one.axes) in refused for one in outcome.refused)


def test_a_space_of_nothing_but_refusals_ends(tmp_path: Path) -> None:
    text = SAMPLED.format(sampler="nsga2", seed=1).replace('["all", "row", 1]', "8")
    outcome = run(tmp_path, text.replace("[3, 5]", "3"))
    assert outcome.points == {}
    assert outcome.counts["samples"] == 60
    assert outcome.why_empty() == ["no combination of the axes is a valid engine"]


def test_engines_that_break_do_not_end_the_sampling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dwsim.exploration import evaluate as evaluation

    right = evaluation.area_of

    def broken(engine: Any, *more: Any) -> Any:
        if engine.lanes % 2:
            raise ZeroDivisionError("on purpose")
        return right(engine, *more)

    monkeypatch.setattr(evaluation, "area_of", broken)
    outcome = run(tmp_path, SAMPLED.format(sampler="nsga2", seed=1))
    odd = [name for name, point in outcome.points.items() if point.engine.lanes % 2]
    assert len(outcome.failed) == 2 * len(odd) > 0
    assert isinstance(outcome.points[odd[0]], Point)
    assert outcome.front
    assert all(outcome.points[name].engine.lanes % 2 == 0 for name in outcome.front)


def test_the_front_search_finds_the_front(tmp_path: Path) -> None:
    """With a third of the combinations, the hypervolume is within 2 % of that of all of them."""
    text = SAMPLED.format(sampler="front", seed=1).replace("budget = 60", "budget = 160")
    text += '[[objective]]\nminimise = "buffer_bytes"\n'
    best = run(tmp_path, text.replace('"sample"', '"enumerate"'), "all")
    assert len(best.points) == 480
    for seed in range(1, 4):
        found = run(tmp_path, text.replace("seed = 1", f"seed = {seed}"), "all")
        assert found.counts["samples"] == 160
        assert hypervolume_share(found, best) >= 0.98, seed


def test_the_front_search_asks_nothing_twice_and_ends_with_the_space(tmp_path: Path) -> None:
    text = SAMPLED.format(sampler="front", seed=1).replace("{ from = 1, to = 40 }", "[2, 4]")
    outcome = run(tmp_path, text)
    assert outcome.counts["samples"] == outcome.counts["combinations"] == 24
    assert outcome.counts["duplicates"] == 0
