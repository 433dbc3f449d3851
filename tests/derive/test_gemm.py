"""The GEMM baseline: its formula by hand, and its array."""

from __future__ import annotations

from typing import Any

import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive.gemm import gemm_cycles, gemm_shape

SAME: dict[str, Any] = {"pad_top": 1, "pad_bottom": 1, "pad_left": 1, "pad_right": 1}


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


@pytest.mark.parametrize(
    ("lanes", "fields", "shape"),
    [
        (32, {}, (9, 32)),
        # 24 multipliers: a column for each 9 of them, and 6 without use.
        (8, {"taps_per_cycle": 3}, (9, 2)),
        # Fewer multipliers than taps.
        (4, {"taps_per_cycle": 1}, (4, 1)),
        (16, {"dataflow": "tap_serial", "pixels": 7}, (9, 12)),
    ],
)
def test_the_array_has_at_most_the_multipliers(
    lanes: int, fields: dict[str, Any], shape: tuple[int, int]
) -> None:
    engine = EngineSpec.smallest([LayerSpec(8, 8, 64, 3, 3, **SAME)], lanes, **fields)
    assert gemm_shape(engine) == shape
    assert shape[0] * shape[1] <= engine.multipliers
