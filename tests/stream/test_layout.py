"""Tensors to beats and back, against loops in the literal order of the streams."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan
from dwsim.stream.layout import (
    from_word,
    keep_counts,
    pack_ifmap,
    pack_parameters,
    to_word,
    unpack_ofmap,
)

PLANS = 40


def random_plan(seed: int) -> Plan:
    """A layer with ragged channels on an engine with a larger kernel."""
    rng = random.Random(seed)
    kernel = rng.randint(1, 3), rng.randint(1, 3)
    layer = LayerSpec(
        ifmap_h=rng.randint(3, 5),
        ifmap_w=rng.randint(3, 5),
        channels=rng.randint(1, 9),
        kernel_h=kernel[0],
        kernel_w=kernel[1],
        batch=rng.randint(1, 3),
        channel_multiplier=rng.randint(1, 4),
    )
    engine = EngineSpec(
        lanes=rng.randint(1, 4),
        kernel_h=kernel[0] + rng.randint(0, 2),
        kernel_w=kernel[1] + rng.randint(0, 2),
        max_row_pitch=8,
        max_plane_rows=8,
        max_channel_groups=9,
        max_channel_multiplier=4,
    )
    return Plan(layer, engine)


plans = pytest.mark.parametrize(
    "plan", [pytest.param(random_plan(seed), id=f"seed{seed}") for seed in range(PLANS)]
)


def ifmap_order(plan: Plan) -> Iterator[list[tuple[int, int, int, int] | None]]:
    """NHWC index of each lane of each ifmap beat; None: the lane is surplus."""
    layer, lanes = plan.layer, plan.engine.lanes
    for b in range(layer.batch):
        for group in range(-(-layer.channels // lanes)):
            for y in range(layer.ifmap_h):
                for x in range(layer.ifmap_w):
                    channels = range(group * lanes, (group + 1) * lanes)
                    yield [(b, y, x, c) if c < layer.channels else None for c in channels]


def ofmap_order(plan: Plan) -> Iterator[list[tuple[int, int, int, int] | None]]:
    """NHWC index of each lane of each ofmap beat."""
    layer, lanes, multiplier = plan.layer, plan.engine.lanes, plan.layer.channel_multiplier
    for b in range(layer.batch):
        for group in range(-(-layer.channels // lanes)):
            for i in range(layer.ofmap_h):
                for j in range(layer.ofmap_w):
                    for m in range(multiplier):
                        first = (group * multiplier + m) * lanes
                        channels = range(first, first + lanes)
                        yield [(b, i, j, c) if c < layer.ofmap_channels else None for c in channels]


def test_the_plans_are_worth_it() -> None:
    made = [random_plan(seed) for seed in range(PLANS)]
    assert any(plan.layer.channels % plan.engine.lanes for plan in made)
    assert any(plan.channel_groups > 1 and plan.layer.channel_multiplier > 1 for plan in made)
    assert any(plan.engine.kernel_h > plan.layer.kernel_h > 1 for plan in made)


@plans
def test_ifmap_beats(plan: Plan) -> None:
    ifmap = np.arange(1, 1 + np.prod(plan.layer.ifmap_shape)).reshape(plan.layer.ifmap_shape)
    wanted = [
        [0 if index is None else ifmap[index] for index in beat] for beat in ifmap_order(plan)
    ]
    beats = pack_ifmap(ifmap, plan)
    assert beats.dtype == np.int64
    assert len(beats) == plan.ifmap_beats
    np.testing.assert_array_equal(beats, wanted)


@plans
def test_weight_beats(plan: Plan) -> None:
    layer, engine = plan.layer, plan.engine
    weight = np.arange(1, 1 + np.prod(layer.weight_shape)).reshape(layer.weight_shape)
    wanted = []
    for first in range(0, plan.weight_sets * engine.lanes, engine.lanes):
        for row in range(engine.kernel_h):
            for col in range(engine.kernel_w):
                tap = (
                    row - (engine.kernel_h - layer.kernel_h),
                    col - (engine.kernel_w - layer.kernel_w),
                )
                wanted.append(
                    [
                        weight[*tap, *divmod(channel, layer.channel_multiplier)]
                        if min(tap) >= 0 and channel < layer.ofmap_channels
                        else 0
                        for channel in range(first, first + engine.lanes)
                    ]
                )
    beats = pack_parameters(weight, plan)
    assert len(beats) == plan.param_beats
    np.testing.assert_array_equal(beats, wanted)


@plans
def test_ofmap_beats_and_their_tkeep(plan: Plan) -> None:
    ofmap = np.arange(1, 1 + np.prod(plan.layer.ofmap_shape)).reshape(plan.layer.ofmap_shape)
    order = list(ofmap_order(plan))
    # Surplus lanes may carry any value.
    beats = np.array([[-1 if index is None else ofmap[index] for index in beat] for beat in order])
    assert len(beats) == plan.ofmap_beats
    np.testing.assert_array_equal(unpack_ofmap(beats, plan), ofmap)
    np.testing.assert_array_equal(keep_counts(plan), (beats != -1).sum(axis=1))


@pytest.mark.parametrize("width", [1, 2, 7, 8, 13, 16, 20, 39])
@pytest.mark.parametrize("signed", [False, True])
def test_words(width: int, signed: bool) -> None:
    rng = np.random.default_rng(width)
    low, high = (-(1 << width - 1), (1 << width - 1) - 1) if signed else (0, (1 << width) - 1)
    for lanes in (1, 2, 3, 8, 33):
        values = rng.integers(low, high, lanes, endpoint=True)
        values[: min(lanes, 2)] = [low, high][:lanes]
        word = to_word(values, width)
        wanted = sum((int(value) % (1 << width)) << (lane * width) for lane, value in
                     enumerate(values))  # fmt: skip
        assert word == wanted
        np.testing.assert_array_equal(from_word(word, lanes, width, signed), values)
