"""The arrays beside each other: the GEMM formula by hand, and the figures of the engines."""

from __future__ import annotations

import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan
from dwsim.peers.arrays import array_rows, array_table, gemm_cycles
from dwsim.workloads import read_network

SAME = {"pad_top": 1, "pad_bottom": 1, "pad_left": 1, "pad_right": 1}


@pytest.mark.parametrize(
    ("layer", "rows", "cols", "cycles"),
    [
        # 8 channels, 16 pixels each: 9 cycles to load, 9 + 4 + 16 - 2 to stream.
        (LayerSpec(4, 4, 8, 3, 3, **SAME), 9, 4, 8 * (9 + 27)),
        # 5 rows hold 9 taps in two folds.
        (LayerSpec(4, 4, 8, 3, 3, **SAME), 5, 4, 8 * 2 * (5 + 23)),
        # 3 filters on 2 columns are two folds, a batch has more pixels.
        (LayerSpec(4, 4, 1, 3, 3, batch=2, channel_multiplier=3, **SAME), 9, 2, 2 * (9 + 41)),
    ],
)
def test_the_formula_by_hand(layer: LayerSpec, rows: int, cols: int, cycles: int) -> None:
    assert gemm_cycles(layer, rows, cols) == cycles


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
