"""Engines in floating point: the model's values by golden, its cycles by the law and fast model."""

from __future__ import annotations

import random

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan
from dwsim.derive.stages import FLOAT_SUM_CYCLES
from dwsim.fast.fast_run import run_layer as run_fast
from dwsim.model.layer_run import run_layer
from dwsim.spec.float_sums import PARTIAL_SUMS
from dwsim.stream.random_epilogue import random_epilogue
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.stalls import PROFILES, StallPattern
from dwsim.verification.simulation import step_layer
from tests.cosim.layers import random_layer
from tests.float.cases import random_engine

ENGINES = 8
LAYERS = 2


@pytest.mark.parametrize("number", range(ENGINES))
def test_random_layers_on_random_engines(number: int, seed: int) -> None:
    rng = random.Random(f"{seed} {number}")
    engine = random_engine(rng, "floats", most_units=50)
    for index in range(LAYERS):
        layer = random_layer(engine, rng, f"random{index}")
        plan = Plan(layer, engine, epilogue=random_epilogue(layer, engine, seed + index))
        # Values by golden, cycles by the law.
        step_layer(plan, "none", seed + index)
        data, profile = random_layer_data(layer, engine, seed + index), PROFILES["both"]
        stepped = run_layer(plan, *data, StallPattern(profile, seed))
        fast = run_fast(plan, *data, StallPattern(profile, seed))
        assert (stepped.cycles, stepped.activity) == (fast.cycles, fast.activity), (seed, engine)
        np.testing.assert_array_equal(stepped.ofmap, fast.ofmap)


def words(values: list[float], layer: LayerSpec) -> np.ndarray:
    return np.array(values, np.float16).view(np.uint16).reshape(layer.ifmap_shape)


def test_a_tap_outside_the_ifmap_is_skipped() -> None:
    """An infinite weight on padding gives no NaN, and a window of padding alone is +0."""
    layer = LayerSpec(1, 1, channels=1, kernel_h=1, kernel_w=3, pad_left=3, pad_right=1)
    engine = EngineSpec.smallest([layer], lanes=1, number_format="float16")
    weight = words([np.inf, np.nan, -2.0], LayerSpec(1, 3, 1, 1, 1)).reshape(layer.weight_shape)
    ofmap = run_layer(Plan(layer, engine), words([1.5], layer), weight).ofmap
    expected = np.array([0.0, -3.0, np.nan], np.float16).view(np.uint16)
    np.testing.assert_array_equal(ofmap.reshape(-1), expected)


def test_the_order_of_the_sums_follows_the_array() -> None:
    """2048 + 1 is 2048 in float16; pairs of passes and a chain differ."""
    layer = LayerSpec(1, 4, channels=1, kernel_h=1, kernel_w=4)
    weight = words([1.0] * 4, layer).reshape(layer.weight_shape)
    found = {}
    for taps in (4, 1):
        engine = EngineSpec.smallest(
            [layer], 1, number_format="float16", accumulate="float16", taps_per_cycle=taps
        )
        plan = Plan(layer, engine)
        ofmap = run_layer(plan, words([2048.0, 0.0, 1.0, 1.0], layer), weight).ofmap
        found[taps] = float(ofmap.astype(np.uint16).view(np.float16).reshape(-1)[0])
    assert found == {4: 2048.0, 1: 2050.0}


def test_the_order_of_taps_in_series_has_six_partial_sums() -> None:
    """2048 + 1 is 2048 in float16; taps 1 and 7 are added before they meet tap 0."""
    layer = LayerSpec(1, 8, channels=1, kernel_h=1, kernel_w=8)
    weight = words([1.0] * 8, layer).reshape(layer.weight_shape)
    engine = EngineSpec.smallest(
        [layer], 1, number_format="float16", accumulate="float16", dataflow="tap_serial", pixels=1
    )
    taps = words([2048.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], layer)
    ofmap = run_layer(Plan(layer, engine), taps, weight).ofmap
    assert float(ofmap.astype(np.uint16).view(np.float16).reshape(-1)[0]) == 2050.0


def test_the_partial_sums_of_the_specification_fill_the_adder() -> None:
    assert PARTIAL_SUMS == FLOAT_SUM_CYCLES
