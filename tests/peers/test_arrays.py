"""The arrays beside each other: the figures of the engines."""

from __future__ import annotations

import pytest

from dwsim import EngineSpec
from dwsim.derive import Plan
from dwsim.peers.arrays import array_rows, array_table
from dwsim.workloads import read_network


def test_three_arrays_of_the_same_multipliers() -> None:
    layers = read_network("mobilenet_v1").layers
    engine = EngineSpec.smallest(layers, 32)
    gemm, parallel, serial = array_rows(layers, engine)
    assert gemm["multipliers"] == parallel["multipliers"] == serial["multipliers"] == 288
    assert gemm["ideal"] == parallel["ideal"] == serial["ideal"]
    assert parallel["cycles"] == sum(Plan(layer, engine).cycles for layer in layers)
    for row in (gemm, parallel, serial):
        assert row["utilisation"] == pytest.approx(row["ideal"] / row["cycles"], abs=1e-4)
    assert gemm["utilisation"] < 0.05 < parallel["utilisation"] < serial["utilisation"]
    assert array_table(layers, engine).count("\n") == 5
