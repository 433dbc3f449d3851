"""The spaces that come with dwsim: what their fronts must contain."""

from __future__ import annotations

import pytest

from dwsim.explore.outcome import Outcome
from dwsim.explore.points import Point, Resolver, all_combinations
from dwsim.explore.pool import open_pool
from dwsim.explore.run import explore
from dwsim.explore.space import read_space
from dwsim.resources import space_dir


@pytest.fixture(scope="module")
def mobilenet(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    with open_pool(1) as pool:
        return explore(read_space("mobilenet_v1"), tmp_path_factory.mktemp("mobilenet"), pool)


def test_all_of_mobilenets_engines_are_evaluated(mobilenet: Outcome) -> None:
    counts = mobilenet.counts
    assert counts["engines"] == counts["combinations"]
    assert counts["refused"] == counts["failed"] == 0
    assert {row["mobilenet_v1"]["status"] for row in mobilenet.rows.values()} == {"ok"}


@pytest.mark.parametrize(
    ("lanes", "lane_multipliers", "multipliers", "most"),
    [(32, 9, 288, 96_500), (32, 2, 64, 350_000)],
)
def test_the_front_contains(
    mobilenet: Outcome, lanes: int, lane_multipliers: int, multipliers: int, most: int
) -> None:
    """288 multipliers, and 64 of them, at 32 bytes a cycle."""
    found = [
        (name, point)
        for name, point in mobilenet.points.items()
        if name in mobilenet.front
        and (point.engine.lanes, point.engine.lane_multipliers) == (lanes, lane_multipliers)
    ]
    ((name, _),) = found
    row = mobilenet.rows[name]["mobilenet_v1"]
    assert mobilenet.front[name] == [row["cycles"], multipliers]
    assert row["cycles"] <= most
    assert row["input_bytes_per_cycle"] == 32
    assert row["macs"] == 17_385_984


def test_eight_networks_have_more_than_500_engines() -> None:
    space = read_space("eight_networks")
    resolver = Resolver(space)
    found = [resolver.point(values) for values in all_combinations(space)]
    engines = {point.engine_id for point in found if isinstance(point, Point)}
    assert len(engines) >= 500
    assert len(space.networks) == 8
    assert space.path.parent == space_dir()
