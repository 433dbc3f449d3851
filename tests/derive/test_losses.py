"""The loss stack adds up to every multiplier cycle, and its parts are what they say."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import Plan
from dwsim.derive.losses import LOSSES, stream_losses, useful
from dwsim.workloads import read_network
from tests.fast.draw_serial import draw_plan as draw_serial_plan
from tests.fast.draw_triples import draw_plan as draw_parallel_plan

SAME = {"pad_top": 1, "pad_bottom": 1, "pad_left": 1, "pad_right": 1}


@pytest.mark.parametrize("draw", [draw_serial_plan, draw_parallel_plan])
def test_the_stack_adds_up(draw: Callable[[random.Random], Plan], seed: int) -> None:
    found = 0
    for number in range(150):
        try:
            plan = draw(random.Random(f"losses {seed} {number}"))
        except SpecError:
            continue
        counts = stream_losses(plan)
        where = (seed, number, plan.engine, plan.layer, counts)
        assert list(counts) == list(LOSSES), where
        assert min(counts.values()) >= 0, where
        assert sum(counts.values()) == plan.cycles * plan.engine.multipliers, where
        assert counts["useful"] + counts["masked_taps"] == plan.layer.macs, where
        found += 1
    assert found > 50


def test_useful_taps_are_those_inside_the_ifmap(seed: int) -> None:
    """Counted one by one: a convolution of ones counts its taps inside."""
    compared = 0
    for number in range(60):
        try:
            layer = draw_serial_plan(random.Random(f"useful {seed} {number}")).layer
        except SpecError:
            continue
        rows, cols = (
            np.array([
                sum(
                    0 <= position * stride + tap * dilation - pad < size
                    for tap in range(kernel)
                )
                for position in range(ofmap)
            ])
            for ofmap, kernel, stride, dilation, pad, size in (
                (layer.ofmap_h, layer.kernel_h, layer.stride_h, layer.dilation_h, layer.pad_top,
                 layer.ifmap_h),
                (layer.ofmap_w, layer.kernel_w, layer.stride_w, layer.dilation_w, layer.pad_left,
                 layer.ifmap_w),
            )
        )  # fmt: skip
        taps = int(np.outer(rows, cols).sum())
        channels = layer.batch * layer.channels * layer.channel_multiplier
        assert useful(layer) == taps * channels, (seed, number, layer)
        compared += 1
    assert compared > 30


def _share(plan: Plan, name: str) -> float:
    return stream_losses(plan)[name] / (plan.cycles * plan.engine.multipliers)


def test_each_cause_is_found_where_it_is() -> None:
    """Layers with one dominant cause each; the shares follow from the sizes."""
    wide = LayerSpec(56, 56, 32, 3, 3, **SAME)
    strided = LayerSpec(56, 56, 32, 3, 3, stride_h=2, stride_w=2, **SAME)
    seven = EngineSpec.smallest([wide, strided], 32, kernel_h=7, kernel_w=7)
    assert _share(Plan(wide, seven), "small_kernel") == pytest.approx(40 / 49, abs=0.03)
    three = EngineSpec.smallest([wide, strided], 32)
    assert _share(Plan(strided, three), "input_bound") == pytest.approx(0.75, abs=0.06)
    row = EngineSpec.smallest([wide, strided], 32, taps_per_cycle=3)
    # 4 beats and 3 passes an output: the port explains 1 of the 3 idle slots.
    assert _share(Plan(strided, row), "input_bound") == pytest.approx(1 / 6, abs=0.02)
    assert _share(Plan(strided, row), "hold") == pytest.approx(2 / 6, abs=0.04)
    lanes = EngineSpec.smallest([wide], 64)
    assert _share(Plan(wide, lanes), "surplus_lanes") == pytest.approx(0.5, abs=0.03)
    fields = {"dataflow": "tap_serial", "ifmap_pixels": 4}
    places = EngineSpec.smallest([LayerSpec(5, 5, 32, 3, 3, **SAME)], 32, pixels=8, **fields)
    plan = Plan(LayerSpec(5, 5, 32, 3, 3, batch=64, **SAME), replace(places, max_batch=64))
    assert _share(plan, "surplus_pixels") == pytest.approx(7 / 32, abs=0.02)
    few = EngineSpec.smallest([wide], 32, pixels=8, requantisers=8, requantise="double", **fields)
    # 32 lanes of 8 pixels leave in 32 cycles, 9 taps take 9.
    assert _share(Plan(wide, few), "output_bound") == pytest.approx(23 / 32, abs=0.03)
    slow = EngineSpec.smallest([strided], 32, pixels=8, dataflow="tap_serial", ifmap_pixels=1)
    # 3,136 beats for 98 groups of 9 taps.
    assert _share(Plan(strided, slow), "input_bound") == pytest.approx(1 - 882 / 3136, abs=0.06)


@pytest.mark.parametrize("lanes", [16, 24])
def test_a_whole_network(lanes: int) -> None:
    layers = read_network("mobilenet_v3_small").layers
    serial = EngineSpec.smallest(layers, lanes, dataflow="tap_serial", pixels=7, ifmap_pixels=4)
    for engine in (EngineSpec.smallest(layers, lanes), serial):
        for layer in layers:
            plan = Plan(layer, engine)
            assert sum(stream_losses(plan).values()) == plan.cycles * engine.multipliers
