"""Random quantisations: repeatable, inside their domain, up to its ends."""

from __future__ import annotations

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan
from dwsim.derive.requantise_domain import check_domain
from dwsim.golden.quantised import depthwise_quantised
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.random_tensors import random_layer_data

LAYER = LayerSpec(16, 16, 8, 3, 3, batch=2, channel_multiplier=40)


def scaled(requantise: str, width: int = 8) -> EngineSpec:
    """An engine that LAYER fits."""
    sizes = {"max_channel_groups": 8, "max_channel_multiplier": 40}
    return EngineSpec(1, 3, 3, 16, 16, ifmap_width=width, requantise=requantise, **sizes)


SCALED = [
    ("double", 8),
    ("single", 8),
    ("both", 8),
    ("single", 16),
    ("float", 8),
    ("all", 8),
]


def test_raw_sums_have_no_quantisation() -> None:
    assert random_quantisation(LAYER, scaled("none"), 1) is None


@pytest.mark.parametrize(("requantise", "width"), SCALED)
def test_quantisations_fill_their_domain(requantise: str, width: int) -> None:
    engine = scaled(requantise, width)
    made = [random_quantisation(LAYER, engine, seed) for seed in range(40)]
    assert [q and Plan(LAYER, engine, q).quantisation for q in made] == made
    shifts = {shift for q in made for shift in q.shift}
    # 9 taps of at least 2**7 * 2**7 have 18 bits, of at least 2**7 * 2**15 they have 26.
    assert (min(shifts), max(shifts)) == (-31, 30 - 18 if width == 8 else 30 - 26)
    multipliers = {multiplier for q in made for multiplier in q.multiplier}
    signed = width == 8 and requantise not in ("single", "float")
    largest = 2**31 - 128 if requantise == "float" else 2**31 - 1
    assert (min(multipliers), max(multipliers)) == (-(2**31) if signed else 0, largest)
    roundings = {"double", "single"} if width == 16 else set(engine.roundings)
    assert {q.rounding for q in made} == roundings
    ranges = {(q.act_min, q.act_max) for q in made}
    zero_points = {q.ifmap_zero_point for q in made} | {q.ofmap_zero_point for q in made}
    assert len(ranges) > 10
    assert len(zero_points) > 20 if width == 8 else zero_points == {0}


@pytest.mark.parametrize(("requantise", "width"), SCALED)
def test_no_weights_take_quantisations_out_of_their_domain(requantise: str, width: int) -> None:
    engine = scaled(requantise, width)
    for seed in range(40):
        q = random_quantisation(LAYER, engine, seed)
        assert q is not None
        for weight in (-128, 127):
            check_domain(np.full(LAYER.weight_shape, weight), LAYER, q)


@pytest.mark.parametrize(("requantise", "width"), SCALED)
def test_quantised_values_are_worth_comparing(requantise: str, width: int) -> None:
    """Also: no sum leaves the 48 bits that TFLite defines, or golden would refuse it."""
    engine = scaled(requantise, width)
    inner = size = 0
    for seed in range(6):
        q = random_quantisation(LAYER, engine, seed)
        ofmap = depthwise_quantised(*random_layer_data(LAYER, engine, seed), LAYER, q)
        inner += int(((ofmap > q.act_min) & (ofmap < q.act_max)).sum())
        size += ofmap.size
    assert inner > size / 4


def test_the_seed_decides_the_quantisation() -> None:
    one, again, other = (random_quantisation(LAYER, scaled("both"), seed) for seed in (1, 1, 2))
    assert one == again != other
