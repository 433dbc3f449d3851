"""The tap-serial model against golden, and its cycles against the law, on random engines."""

from __future__ import annotations

import random

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan
from dwsim.derive.serial_plan import SerialPlan
from dwsim.model.engine import Inputs
from dwsim.model.layer_run import run_layer
from dwsim.spec.dataflow_rules import RINGS
from dwsim.stream.random_tensors import random_layer_data
from dwsim.verification.simulation import step_layer
from tests.tap_serial.cases import random_engine, random_layer

SAME = {"pad_top": 1, "pad_bottom": 1, "pad_left": 1, "pad_right": 1}
PAIRS = 24


@pytest.mark.parametrize("stalls", ["none", "both", "boundary"])
def test_values_are_golden_and_cycles_the_law(stalls: str, seed: int) -> None:
    """``step_layer`` compares every value and, without stalls, the cycles."""
    rng = random.Random(f"{stalls} {seed}")
    walks = set()
    for number in range(PAIRS):
        engine = random_engine(rng, rings=RINGS[number % 2])
        plan = Plan(random_layer(rng, engine), engine)
        assert isinstance(plan, SerialPlan)
        step_layer(plan, stalls, seed + number)
        walks.add((plan.walk.tap_segments, plan.walk.cells > 1))
    assert {by_tap for by_tap, _ in walks} == {several for _, several in walks} == {False, True}


@pytest.mark.parametrize("requantise", ["double", "single", "both", "float", "all"])
def test_requantised_values_are_golden(requantise: str, seed: int) -> None:
    rng = random.Random(f"{requantise} {seed}")
    for number in range(PAIRS // 4):
        engine = random_engine(rng, requantise=requantise, rings=RINGS[number % 2])
        step_layer(Plan(random_layer(rng, engine), engine), "both", seed + number)


def test_the_switch_is_the_plans(seed: int) -> None:
    """Cycles from the last transfer until a geometry can be taken."""
    rng = random.Random(seed)
    switches = set()
    for number in range(PAIRS):
        engine = random_engine(rng, rings=RINGS[number % 2])
        # Of every sixth ifmap, only the first pixel matters.
        one = LayerSpec(11, 11, 3, 1, 1, stride_h=11, stride_w=11)
        layer = random_layer(rng, engine) if number % 6 else one
        models = []

        def keep(model: object, inputs: object, kept: list[object] = models) -> None:
            kept[:] = [model]

        ifmap, weight = random_layer_data(layer, engine, seed + number)
        plan = Plan(layer, engine)
        run_layer(plan, ifmap, weight, observe=keep)
        # The source still offers the beats that no output needs.
        beat = np.zeros((plan.numbers.formats.ifmap_pixels, engine.lanes), np.int64)
        switch = 0
        while not models[0].cfg_ready:
            models[0].step(Inputs(ifmap_tvalid=True, ifmap_tdata=beat, ofmap_tready=True))
            switch += 1
        assert switch == plan.switch_cycles, (engine, layer)
        switches.add(switch)
    assert len(switches) > 1


def test_the_law_of_a_layer_that_only_the_array_limits() -> None:
    """14x14, SAME, 3x3: 28 groups of 7 places, 9 taps each; 28 cycles of fill and pipeline."""
    layer = LayerSpec(14, 14, 16, 3, 3, **SAME)
    engine = EngineSpec.smallest([layer], 16, dataflow="tap_serial", pixels=7, ifmap_pixels=4)
    plan = Plan(layer, engine)
    assert plan.bound == 28 * 9
    assert plan.cycles - plan.bound == 28


@pytest.mark.parametrize("plane", [7, 14, 28])
@pytest.mark.parametrize("stride", [1, 2])
def test_image_after_image_takes_the_bound(plane: int, stride: int) -> None:
    layer = LayerSpec(plane, plane, 32, 3, 3, stride_h=stride, stride_w=stride, **SAME)
    engine = EngineSpec.smallest([layer], 16, dataflow="tap_serial", pixels=7, ifmap_pixels=4)
    plan = Plan(layer, engine)
    assert isinstance(plan, SerialPlan)
    groups = -(-layer.ofmap_h * layer.ofmap_w // 7)
    assert plan.walk.groups == groups
    assert plan.image_cycles == 2 * groups * 9


def test_groups_go_on_across_row_ends() -> None:
    """A 7x7 plane on 9 cells: 6 groups for 49 places, not 7 rows."""
    layer = LayerSpec(7, 7, 16, 3, 3, **SAME)
    engine = EngineSpec.smallest([layer], 16, dataflow="tap_serial", pixels=9, ifmap_pixels=4)
    plan = Plan(layer, engine)
    assert isinstance(plan, SerialPlan)
    assert plan.walk.groups == 6
