"""The ready-made spaces: engines that their fronts must contain."""

from __future__ import annotations

from pathlib import Path

import pytest

from dwsim.exploration.explore import explore
from dwsim.exploration.outcome import Outcome
from dwsim.exploration.points import Point, Resolver, all_combinations
from dwsim.exploration.pool import open_pool
from dwsim.exploration.results import read_results
from dwsim.exploration.space import read_space
from dwsim.support.resources import space_dir


@pytest.fixture(scope="module")
def mobilenet(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    with open_pool(1) as pool:
        return explore(read_space("mobilenet_v1"), tmp_path_factory.mktemp("mobilenet"), pool)


def test_all_of_mobilenets_engines_are_evaluated(mobilenet: Outcome) -> None:
    counts = mobilenet.counts
    assert counts["engines"] == counts["combinations"]
    assert counts["refused"] == counts["failed"] == 0
    for name, rows in mobilenet.rows.items():
        # 64 lanes take 64 bytes a cycle, which the space rules out.
        wide = mobilenet.points[name].engine.lanes == 64
        assert rows["mobilenet_v1"]["status"] == ("pruned" if wide else "ok")


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


def test_a_model_file_is_explored(tmp_path: Path) -> None:
    """The cycles of each layer equal those of the plans of ``dwsim verify`` for the same file."""
    from dwsim.derive import Plan
    from dwsim.exploration.space import parse_space
    from dwsim.verification.layer_engine import smallest_engine
    from dwsim.workloads.tflite import read_model

    model = Path(__file__).resolve().parents[1] / "tflite_files" / "mobilenet_v1_025_96.tflite"
    text = (
        f'networks = ["{model}"]\n[engine]\nlanes = 8\nrequantise = "both"\n'
        '[[objective]]\nminimise = "cycles"\n'
    )
    with open_pool(1) as pool:
        outcome = explore(parse_space(text, tmp_path / "space.toml"), tmp_path / "out", pool)
    engine = smallest_engine(read_model(model).layers, 8)
    plans = [Plan(layer.facts()[0], engine) for layer in read_model(model).layers]
    layers = read_results(tmp_path / "out").layers
    assert [layer["layer"] for layer in layers] == [plan.layer.name for plan in plans]
    assert [layer["cycles"] for layer in layers] == [plan.cycles for plan in plans]
    (point,) = outcome.points.values()
    limits = [name for name in vars(engine) if name.startswith("max_")]
    assert {n: getattr(point.engine, n) for n in limits} == {n: getattr(engine, n) for n in limits}
