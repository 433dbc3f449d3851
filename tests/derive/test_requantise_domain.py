"""Parameters are refused if, and only if, TFLite's arithmetic can overflow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import Plan
from dwsim.derive.requantise_domain import check_domain, sum_range
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import reduced_multiplier, shift_max
from dwsim.stream.layout import pack_parameters

INT32 = value_range(32, signed=True)
LAYER = LayerSpec(4, 4, 1, 1, 1, name="edge")
ENGINE = EngineSpec(1, 3, 3, 8, 8, max_channel_groups=40, requantise="both")


def quantisation(bias: int, multiplier: int, shift: int, **others: Any) -> Quantisation:
    width = others.get("ifmap_width", 8)
    low, high = value_range(width, signed=True)
    return Quantisation([bias], [multiplier], [shift], low, high, **others)


def check(q: Quantisation, weight: int = 1) -> None:
    check_domain(np.full(LAYER.weight_shape, weight), LAYER, q)


WORDS = {"ifmap_width": 16}
SINGLE = {"rounding": "single"}

SUM, LEFT = "acc + bias", "(acc + bias) * 2**shift"
RESULT, ZERO = "result", "result + ofmap_zero_point"

# The last bias that is accepted with a weight of 1, the next one, and the error for that.
EDGES = [
    # acc is -128 to 127
    (-(2**31) + 128, -1, 2**30, -1, {}, SUM),
    (2**31 - 1 - 127, 1, 2**30, -1, {}, SUM),
    (-(2**31) + 128, -1, 2**30, -1, SINGLE, SUM),
    (2**31 - 1 - 127, 1, 2**30, -1, SINGLE, SUM),
    # -255 to 0, and 0 to 255
    (-(2**31) + 255, -1, 2**30, -1, {"ifmap_zero_point": 127}, SUM),
    (2**31 - 1 - 255, 1, 2**30, -1, {"ifmap_zero_point": -128}, SUM),
    (-(2**47) + 2**15, -1, 0, -31, WORDS, SUM),
    (2**47 - 2**15, 1, 0, -31, WORDS, SUM),
    (-(2**30) + 128, -1, 1, 1, {}, LEFT),
    (2**30 - 1 - 127, 1, 1, 1, {}, LEFT),
    (-(2**26) + 128, -1, 0, 5, {}, LEFT),
    (2**26 - 1 - 127, 1, 0, 5, {}, LEFT),
    # single rounding has no left shift: the result decides, which is twice the sum
    (-(2**30) + 128, -1, 2**30, 2, SINGLE, RESULT),
    (2**30 - 1 - 127, 1, 2**30, 2, SINGLE, RESULT),
    (2**31 - 1 - 127, 1, 1, 2, SINGLE, SUM),
    # 64 times the sum
    (-(2**25) + 2**15, -1, 2**30, 7, WORDS, RESULT),
    (2**25 - 2**15, 1, 2**30, 7, WORDS, RESULT),
    # the sum times 2**31 - 1 in units of 2**31: one less than the sum, towards 0
    (2**31 - 1 - 127, 1, 2**31 - 1, 0, {"ofmap_zero_point": 1}, SUM),
    (2**31 - 4 - 127, 1, 2**31 - 1, 0, {"ofmap_zero_point": 4}, ZERO),
    (-(2**31) + 6 + 128, -1, 2**31 - 1, 0, {"ofmap_zero_point": -7}, ZERO),
    (2**31 - 4 - 127, 1, 2**31 - 1, 0, SINGLE | {"ofmap_zero_point": 4}, ZERO),
    # minus the sum; the square of -2**31 is saturated, so only a zero point takes it beyond
    (-(2**31) + 128, -1, -(2**31), 0, {}, SUM),
    (-(2**31) + 2 + 128, -1, -(2**31), 0, {"ofmap_zero_point": 1}, ZERO),
]


@pytest.mark.parametrize(("edge", "step", "multiplier", "shift", "others", "name"), EDGES)
def test_the_edge_is_accepted_and_what_is_beyond_is_refused(
    edge: int, step: int, multiplier: int, shift: int, others: dict[str, Any], name: str
) -> None:
    check(quantisation(edge, multiplier, shift, **others))
    with pytest.raises(SpecError) as caught:
        check(quantisation(edge + step, multiplier, shift, **others))
    (violation,) = caught.value.violations
    assert violation.field == f"{name} of channel 0"
    assert f"bias {edge + step}, multiplier {multiplier}, shift {shift}" in violation.rule


def test_a_refusal_says_what_and_where() -> None:
    layer = LayerSpec(4, 4, 3, 1, 1, name="hot")
    bias = [5, 2**31 - 1, 2**31 - 100]
    q = Quantisation(bias, [2**30] * 3, [1, -3, -3], -128, 127)
    weight = np.array([1, 1, -2]).reshape(layer.weight_shape)
    with pytest.raises(SpecError) as caught:
        pack_parameters(weight, Plan(layer, ENGINE, q))
    assert str(caught.value) == (
        "requantisation of layer hot:\n  acc + bias of channel 1 = 2147483774: must be from"
        " -2147483648 to 2147483647, the domain that TFLite defines; the channel has bias"
        " 2147483647, multiplier 1073741824, shift -3 (1 more channels break this rule)"
    )


def test_every_broken_rule_is_said() -> None:
    layer = LayerSpec(4, 4, 3, 1, 1)
    q = Quantisation(
        [2**31 - 1, 2**27, 2**31 - 130], [2**31 - 1] * 3, [0, 8, 0], 0, 9, ofmap_zero_point=5
    )
    with pytest.raises(SpecError) as caught:
        pack_parameters(np.ones(layer.weight_shape, int), Plan(layer, ENGINE, q))
    assert [violation.field for violation in caught.value.violations] == [
        "acc + bias of channel 0",
        "(acc + bias) * 2**shift of channel 1",
        "result + ofmap_zero_point of channel 2",
    ]


def defined(acc: int, q: Quantisation) -> bool:
    """True if TFLite's kernel computes this acc of channel 0 without overflow, step by step."""
    bias, multiplier, shift = q.bias[0], q.multiplier[0], q.shift[0]
    steps = [(acc + bias, 32 if q.ifmap_width == 8 else 48)]
    if q.ifmap_width == 16:
        reduced = reduced_multiplier(multiplier)
        result = ((acc + bias) * reduced + (1 << 14 - shift)) >> 15 - shift
    elif q.rounding == "single":
        result = ((acc + bias) * multiplier + (1 << 30 - shift)) >> 31 - shift
    else:
        left = (acc + bias) << max(shift, 0)
        steps.append((left, 32))
        result = min((left * multiplier + 2**30) >> 31, INT32[1])
        half = 1 << max(-shift, 0) >> 1
        result = (abs(result) + half >> max(-shift, 0)) * (1 if result >= 0 else -1)
    steps += [(result, 32), (result + q.ofmap_zero_point, 32)]
    return all(
        low <= value <= high for value, w in steps for low, high in [value_range(w, signed=True)]
    )


def near_an_edge(
    rng: np.random.Generator, width: int, rounding: str
) -> tuple[LayerSpec, np.ndarray, Quantisation]:
    """A layer, its weights and a quantisation close to an edge of the domain, on either side."""
    layer = LayerSpec(4, 4, 1, *(int(n) for n in rng.integers(1, 4, 2)))
    weight = rng.integers(-128, 128, layer.weight_shape)
    shift = int(rng.integers(-4, shift_max(width) + 1)) >> int(rng.integers(0, 3))
    least = -(2**31) if width == 8 and rounding == "double" else 0
    multiplier = int(rng.choice([least, 2**30, 2**31 - 1, rng.integers(least, 2**31)]))
    zero_points = rng.integers(-128, 128, 2) if width == 8 else (0, 0)
    q = quantisation(
        0,
        multiplier,
        shift,
        ifmap_width=width,
        rounding=rounding,
        ifmap_zero_point=int(zero_points[0]),
        ofmap_zero_point=int(zero_points[1]),
    )
    least, most = (int(end[0]) for end in sum_range(weight.reshape(-1, 1), q))
    # A bias that takes an end of the sums to an end of some domain, or near it.
    top = 31 if width == 8 else int(rng.choice([31, 47]))
    edge = int(rng.choice([-1, 1])) << max(top - max(shift, 0) - int(rng.integers(0, 2)), 0)
    bias = edge - int(rng.choice([least, most])) + int(rng.integers(-3, 4))
    low, high = value_range(32 if width == 8 else 48, signed=True)
    return layer, weight, replace(q, bias=[min(max(bias, low), high)])


@pytest.mark.parametrize("case", range(30))
def test_refused_if_and_only_if_some_ifmap_overflows(case: int, seed: int) -> None:
    """The extreme ifmaps decide about parameters near an edge of the domain."""
    rng = np.random.default_rng([seed, case])
    width, rounding = ((8, "double"), (8, "single"), (16, "double"))[case % 3]
    verdicts = set()
    for _ in range(200):
        layer, weight, q = near_an_edge(rng, width, rounding)
        x = [value - q.ifmap_zero_point for value in value_range(width, signed=True)]
        extremes = [
            sum(pick(int(w) * x[0], int(w) * x[1]) for w in weight.flat) for pick in (min, max)
        ]
        right = all(defined(acc, q) for acc in extremes)
        try:
            check_domain(weight, layer, q)
            accepted = True
        except SpecError:
            accepted = False
        assert accepted == right, (extremes, q)
        verdicts.add(right)
    assert verdicts == {True, False}
