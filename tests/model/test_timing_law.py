"""The timing law, held against the cycle model: every geometry, every slot, every cycle.

This file states the formulas of the law a second time, straight from the raster: an input pixel
(y, x) of plane p takes slot p*F + y*R + x, an output (i, j) of plane p is emitted at slot
p*F + i*stride_h*R + j*stride_w + lag; when the lag is negative, the inputs are that much later.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan
from dwsim.errors import MismatchError
from dwsim.golden.depthwise import depthwise
from dwsim.model.engine import Engine, Inputs
from dwsim.model.layer_run import run_layer
from dwsim.stream.layout import keep_counts
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.stalls import PROFILES, StallPattern

# Derandomised: the same examples in every run, shrunk and printed when one fails.
SETTINGS = settings(
    derandomize=True,
    deadline=None,
    print_blob=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
MOST_PAD = 6
SMALLEST = LayerSpec(1, 1, 1, 1, 1)


class Law:
    """The law's numbers of a layer on ``lanes`` lanes."""

    def __init__(self, layer: LayerSpec, lanes: int) -> None:
        reach_h = (layer.kernel_h - 1) * layer.dilation_h
        reach_w = (layer.kernel_w - 1) * layer.dilation_w
        padded_h = layer.ifmap_h + layer.pad_top + layer.pad_bottom
        padded_w = layer.ifmap_w + layer.pad_left + layer.pad_right
        self.layer = layer
        self.rows = (padded_h - reach_h - 1) // layer.stride_h + 1
        self.cols = (padded_w - reach_w - 1) // layer.stride_w + 1
        self.row_pitch = max(layer.ifmap_w, (self.cols - 1) * layer.stride_w + 1)
        self.plane_rows = max(layer.ifmap_h, (self.rows - 1) * layer.stride_h + 1)
        self.lag = (reach_h - layer.pad_top) * self.row_pitch + reach_w - layer.pad_left
        self.planes = layer.batch * -(-layer.channels // lanes)

    def slots(self, rows: int, cols: int, stride_h: int, stride_w: int, after: int) -> list[int]:
        """Slots of the hits of all planes, in order."""
        axes = itertools.product(range(self.planes), range(rows), range(cols))
        pitch = self.row_pitch * self.plane_rows
        return [
            p * pitch + i * stride_h * self.row_pitch + j * stride_w + after for p, i, j in axes
        ]

    @property
    def inputs(self) -> list[int]:
        """The slot of each ifmap beat."""
        layer = self.layer
        return self.slots(layer.ifmap_h, layer.ifmap_w, 1, 1, max(-self.lag, 0))

    @property
    def outputs(self) -> list[int]:
        """The slot of each window."""
        layer = self.layer
        return self.slots(self.rows, self.cols, layer.stride_h, layer.stride_w, max(self.lag, 0))

    def cycles(self, latency: int) -> int:
        """A slot takes one cycle, an emitting slot ``channel_multiplier`` cycles."""
        outputs = self.outputs
        held = len(outputs) * (self.layer.channel_multiplier - 1)
        return outputs[-1] + 1 + held + latency


class Slots:
    """Notes in which slot the model takes beats and emits windows (an ``observe`` hook)."""

    def __init__(self) -> None:
        self.entered = 0
        self.inputs: list[int] = []
        self.outputs: list[int] = []

    def __call__(self, engine: Engine, inputs: Inputs) -> None:
        """``engine.now`` is the decision of the cycle before."""
        now = engine.now
        if now is None or not now.step:
            return
        self.inputs += [self.entered] * now.take
        self.outputs += [self.entered] * (now.step and now.emit)
        self.entered += 1


class Beats:
    """Notes tkeep and tlast of the ofmap, and that a beat holds until it is taken."""

    def __init__(self) -> None:
        self.keeps: list[int] = []
        self.lasts: list[bool] = []
        self.held: object = None

    def __call__(self, engine: Engine, inputs: Inputs) -> None:
        """``inputs`` are those of the cycle that ends now."""
        beat = engine.ofmap if engine.ofmap_tvalid else None
        assert self.held is None or beat is self.held
        self.held = None if inputs.ofmap_tready else beat
        if beat is not None and inputs.ofmap_tready:
            self.keeps.append(beat.keep_count)
            self.lasts.append(beat.last)


@st.composite
def axes(draw: Callable) -> dict[str, int]:
    """One axis of a layer whose ofmap is not empty."""
    size, kernel = draw(st.integers(1, 9)), draw(st.integers(1, 5))
    dilation, stride = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    reach = (kernel - 1) * dilation + 1
    before = draw(st.integers(max(0, reach - size - MOST_PAD), MOST_PAD))
    after = draw(st.integers(max(0, reach - size - before), MOST_PAD))
    return {
        "ifmap": size,
        "kernel": kernel,
        "dilation": dilation,
        "stride": stride,
        "before": before,
        "after": after,
    }


@st.composite
def layers(draw: Callable) -> LayerSpec:
    """Any geometry: each side has its own pad, each axis its own stride and dilation."""
    h, w = draw(axes()), draw(axes())
    names = ("ifmap", "kernel", "dilation", "stride")
    sizes = {f"{name}_h": h[name] for name in names} | {f"{name}_w": w[name] for name in names}
    return LayerSpec(
        **sizes,
        channels=draw(st.integers(1, 5)),
        batch=draw(st.integers(1, 2)),
        channel_multiplier=draw(st.integers(1, 3)),
        pad_top=h["before"],
        pad_bottom=h["after"],
        pad_left=w["before"],
        pad_right=w["after"],
    )


def engine_for(layer: LayerSpec, lanes: int, surplus: int) -> EngineSpec:
    """An engine that the layer fills, or one ``surplus`` larger in every way."""
    law = Law(layer, lanes)
    return EngineSpec(
        lanes=lanes,
        kernel_h=layer.kernel_h + surplus,
        kernel_w=layer.kernel_w + surplus,
        max_row_pitch=law.row_pitch + surplus,
        max_plane_rows=law.plane_rows + surplus,
        max_dilation_h=layer.dilation_h + surplus,
        max_dilation_w=layer.dilation_w + surplus,
        max_channel_groups=-(-layer.channels // lanes) + surplus,
        max_channel_multiplier=layer.channel_multiplier + surplus,
        max_batch=layer.batch + surplus,
        max_lead=max(0, -law.lag),
        ifmap_width=3,
        weight_width=3,
    )


def label(law: Law) -> str:
    """The event that hypothesis counts (``--hypothesis-show-statistics``)."""
    if law.lag < 0:
        return "lead"
    return "lag over a plane" if law.lag > law.row_pitch * law.plane_rows else "lag"


@settings(SETTINGS, max_examples=400)
@given(layers(), st.integers(1, 3), st.integers(0, 1), st.integers(0, 1000))
@example(SMALLEST, 1, 0, 0)
@example(LayerSpec(1, 2, 9, 3, 3, dilation_h=3, dilation_w=3, pad_top=3, pad_bottom=3,
                   pad_left=3, pad_right=3), 2, 0, 1)  # fmt: skip
@example(LayerSpec(1, 1, 4, 1, 1, stride_h=3, stride_w=3, pad_top=2, pad_left=2), 1, 0, 2)
def test_the_law_without_stalls(layer: LayerSpec, lanes: int, surplus: int, seed: int) -> None:
    law, plan = Law(layer, lanes), Plan(layer, engine_for(layer, lanes, surplus))
    event(label(law))
    ifmap, weight = random_layer_data(layer, plan.engine, seed)
    slots = Slots()
    run = run_layer(plan, ifmap, weight, observe=slots)
    np.testing.assert_array_equal(run.ofmap, depthwise(ifmap, weight, layer))
    assert run.cycles == plan.cycles == law.cycles(plan.numbers.timing.latency)
    assert slots.outputs == law.outputs
    # A run ends with its last output, which may be ahead of inputs that no output sees.
    assert slots.inputs == [slot for slot in law.inputs if slot < slots.entered]
    assert slots.entered > max(law.outputs)
    assert sum(run.activity.values()) == run.cycles
    assert run.activity["compute"] == run.ofmap.size // layer.ofmap_channels * (
        -(-layer.channels // lanes) * layer.channel_multiplier
    )
    for stall in ("input-starved", "backpressured", "parameters"):
        assert run.activity[stall] == 0


@settings(SETTINGS, max_examples=250)
@given(
    layers(),
    st.integers(1, 3),
    st.integers(0, 1),
    st.integers(0, 1000),
    st.sampled_from(sorted(set(PROFILES) - {"none"})),
)
def test_values_under_stalls(
    layer: LayerSpec, lanes: int, surplus: int, seed: int, profile: str
) -> None:
    plan = Plan(layer, engine_for(layer, lanes, surplus))
    event(f"{profile}, {label(Law(layer, lanes))}")
    ifmap, weight = random_layer_data(layer, plan.engine, seed)
    beats = Beats()
    run = run_layer(plan, ifmap, weight, StallPattern(PROFILES[profile], seed), observe=beats)
    np.testing.assert_array_equal(run.ofmap, depthwise(ifmap, weight, layer))
    assert beats.keeps == keep_counts(plan).tolist()
    assert beats.lasts == [False] * (plan.ofmap_beats - 1) + [True]
    assert run.cycles >= plan.cycles
    assert sum(run.activity.values()) == run.cycles
    assert run.activity["compute"] == plan.ofmap_beats


class NeverReady(StallPattern):
    """A sink that takes nothing."""

    def ofmap_pause(self) -> bool:
        """Always."""
        return True


def test_a_hang_is_told_with_what_waits_for_what() -> None:
    layer = LayerSpec(6, 6, 1, 3, 3)
    plan = Plan(layer, engine_for(layer, 1, 0))
    ifmap, weight = random_layer_data(layer, plan.engine, 1)
    message = r"hang: no transfer for \d+ cycles; a beat on m_axis_ofmap waits .* 0 of 16 ofmap"
    with pytest.raises(MismatchError, match=message):
        run_layer(plan, ifmap, weight, NeverReady(PROFILES["none"], 1))


# -- MobileNetV1 at 224x224: ifmap size, channels, stride of its 13 depthwise layers ---------

MOBILENET = (
    (112, 32, 1),
    (112, 64, 2),
    (56, 128, 1),
    (56, 128, 2),
    (28, 256, 1),
    (28, 256, 2),
    *((14, 512, 1),) * 5,
    (14, 512, 2),
    (7, 1024, 1),
)
MOBILENET_BOUND = 95_648
MOBILENET_ENGINE = EngineSpec(
    lanes=32,
    kernel_h=3,
    kernel_w=3,
    max_row_pitch=112,
    max_plane_rows=112,
    max_channel_groups=32,
    max_batch=1,
)


def mobilenet_plan(size: int, channels: int, stride: int) -> Plan:
    """One of its layers, SAME, on 32 lanes."""
    layer = LayerSpec.from_tf(
        (1, size, size, channels), (3, 3, channels, 1), (1, stride, stride, 1), "SAME"
    )
    return Plan(layer, MOBILENET_ENGINE)


def test_mobilenet_runs_at_the_bound() -> None:
    plans = [mobilenet_plan(*sizes) for sizes in MOBILENET]
    assert len(plans) == 13
    assert sum(plan.bound for plan in plans) == MOBILENET_BOUND
    cycles = sum(plan.cycles for plan in plans)
    assert cycles == sum(Law(p.layer, 32).cycles(p.numbers.timing.latency) for p in plans)
    assert MOBILENET_BOUND / cycles >= 0.99


@pytest.mark.parametrize("sizes", sorted(set(MOBILENET[4:])), ids=str)
def test_small_layers_of_mobilenet_on_the_model(sizes: tuple[int, int, int], seed: int) -> None:
    plan = mobilenet_plan(*sizes)
    ifmap, weight = random_layer_data(plan.layer, plan.engine, seed)
    run = run_layer(plan, ifmap, weight)
    np.testing.assert_array_equal(run.ofmap, depthwise(ifmap, weight, plan.layer))
    assert run.cycles == plan.cycles
