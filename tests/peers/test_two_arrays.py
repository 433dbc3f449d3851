"""The table of both arrays: the best engine is the best of all, and the law's figures add up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dwsim import EngineSpec, SpecError
from dwsim.derive import Plan
from dwsim.peers import two_arrays
from dwsim.peers.two_arrays import BUILD, IFMAP_PIXELS, best_engine, build_rows, geometric_mean
from dwsim.workloads.network import Network, read_network

NETWORK = read_network("mobilenet_v3_small")
PART = replace(NETWORK, layers=NETWORK.layers[:4])
BUDGET = 24


def every_engine(network: Network, dataflow: str) -> list[EngineSpec]:
    """All engines of up to ``BUDGET`` multipliers whose lanes use the budget up."""
    found = []
    for each in range(1, BUDGET + 1):
        array = {"taps_per_cycle": each}
        if dataflow == "tap_serial":
            array = {"dataflow": dataflow, "pixels": each, "ifmap_pixels": IFMAP_PIXELS}
        fields = {"lanes": BUDGET // each, "requantise": "double", **array}
        try:
            found.append(EngineSpec.smallest(network.layers, **fields))
        except SpecError:
            continue
    return found


@pytest.mark.parametrize("dataflow", ["tap_parallel", "tap_serial"])
def test_no_engine_within_the_budget_is_faster(dataflow: str) -> None:
    best = best_engine(PART, BUDGET, dataflow)
    assert best.engine.dataflow == dataflow
    assert best.engine.multipliers <= BUDGET
    engines = every_engine(PART, dataflow)
    assert len(engines) > 5
    cycles = [sum(Plan(layer, engine).cycles for layer in PART.layers) for engine in engines]
    assert best.cycles == min(cycles)
    assert best.share == PART.macs / (BUDGET * best.cycles)


def test_the_rows_of_the_budgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_arrays, "BUDGETS", (BUDGET,))
    alone = replace(PART, name="mobilenet_v1")
    (row,) = two_arrays.budget_rows([PART, alone])
    for name, dataflow in (("taps at once", "tap_parallel"), ("taps in series", "tap_serial")):
        share = best_engine(PART, BUDGET, dataflow).share
        assert row[name] == pytest.approx(share)
        assert row[f"mobilenet_v1, {name}"] == share


def test_the_rows_of_the_build() -> None:
    """MobileNetV1 image after image takes its bound."""
    network = read_network("mobilenet_v1")
    (row,) = build_rows([network])
    engine = EngineSpec.smallest(network.layers, requantise="double", **BUILD)
    assert engine.multipliers == 112
    assert row["cycles"] == sum(Plan(layer, engine).cycles for layer in network.layers)
    assert row["steady"] == row["bound"] == row["ideal"]
    assert row["share"] == network.macs / (112 * row["cycles"]) > 0.99


def test_the_geometric_mean() -> None:
    assert geometric_mean([0.5, 0.125]) == pytest.approx(0.25)
