"""Every order of summation is within the bound, and a value that no order explains is beyond it."""

from __future__ import annotations

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from dwsim.golden.order_bound import order_bound
from dwsim.golden.ordered_float import depthwise_ordered
from dwsim.golden.summation_order import Chain, tap_parallel_order, tap_serial_order
from dwsim.spec.float_arithmetic import FloatArithmetic
from dwsim.spec.layer_spec import LayerSpec

DTYPES = {"float32": np.float32, "float16": np.float16, "bfloat16": ml_dtypes.bfloat16}
LAYER = LayerSpec(
    ifmap_h=9, ifmap_w=8, channels=5, kernel_h=3, kernel_w=3, channel_multiplier=2,
    pad_top=1, pad_bottom=1, pad_left=1, pad_right=1,
)  # fmt: skip
KINDS = [
    ("float32", "float32"),
    ("float16", "float32"),
    ("float16", "float16"),
    ("bfloat16", "float32"),
    ("bfloat16", "bfloat16"),
]
RELU6 = (0.0, 6.0)


def data(rng: np.random.Generator, kind: tuple[str, str], size: float = 1.0):
    ifmap = (rng.standard_normal(LAYER.ifmap_shape) * size).astype(DTYPES[kind[0]])
    weight = rng.standard_normal(LAYER.weight_shape).astype(DTYPES[kind[0]])
    bias = rng.standard_normal(LAYER.ofmap_channels).astype(DTYPES[kind[1]])
    return ifmap, weight, bias


def orders(rng: np.random.Generator) -> list:
    taps = list(np.ndindex(3, 3))
    mixed = [Chain(tuple(taps[i] for i in rng.permutation(9))) for _ in range(6)]
    return [tap_parallel_order(3, 3), tap_serial_order(3, 3, 4), *mixed]


def test_all_taps_are_one_pass_by_default() -> None:
    assert tap_parallel_order(3, 2) == tap_parallel_order(3, 2, 6) != tap_parallel_order(3, 2, 2)


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
@pytest.mark.parametrize("clamp", [None, RELU6], ids=["none", "relu6"])
@pytest.mark.parametrize("size", [1.0, 2.0**-14], ids=["usual", "small"])
def test_every_order_is_within_the_bound(kind, clamp, size: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    arithmetic = FloatArithmetic(*kind)
    ifmap, weight, bias = data(rng, kind, size)
    limits = (-np.inf, np.inf) if clamp is None else clamp
    bound = order_bound(ifmap, weight, LAYER, arithmetic, bias, limits)
    shares = []
    for order in orders(rng):
        ofmap = depthwise_ordered(ifmap, weight, LAYER, arithmetic, order, bias=bias, clamp=clamp)
        assert bound.holds(ofmap).all()
        shares.append(bound.largest_share(ofmap))
    # The bound is no more than a few times what random data reach.
    assert 0.05 < max(shares) < 1


def test_the_exact_results_are_those_of_fractions(seed: int) -> None:
    ifmap, weight, bias = data(np.random.default_rng(seed), ("float32", "float32"))
    bound = order_bound(ifmap, weight, LAYER, FloatArithmetic("float32"), bias)
    for row, column, channel in ((0, 0, 0), (4, 4, 3), (8, 7, 9), (2, 0, 6)):
        total, magnitude = (Fraction(float(bias[channel])),) * 2
        magnitude = abs(magnitude)
        for h, w in np.ndindex(3, 3):
            if 0 <= row + h - 1 < 9 and 0 <= column + w - 1 < 8:
                pixel = ifmap[0, row + h - 1, column + w - 1, channel // 2]
                product = Fraction(float(pixel)) * Fraction(
                    float(weight[h, w, channel // 2, channel % 2])
                )
                total, magnitude = total + product, magnitude + abs(product)
        place = (0, row, column, channel)
        wanted = 10 * Fraction(2) ** -24 * magnitude
        assert abs(Fraction(bound.exact[place]) - total) <= magnitude * Fraction(2) ** -49
        assert wanted < Fraction(bound.bound[place]) < Fraction(6, 5) * wanted


@pytest.mark.parametrize("clamp", [(-np.inf, np.inf), RELU6], ids=["none", "relu6"])
def test_a_value_beyond_the_bound_is_wrong(clamp: tuple[float, float], seed: int) -> None:
    arithmetic = FloatArithmetic("float32")
    ifmap, weight, bias = data(np.random.default_rng(seed), ("float32", "float32"))
    bound = order_bound(ifmap, weight, LAYER, arithmetic, bias, clamp)
    for sign in (-1, 1):
        inside = (bound.exact + sign * 0.9 * bound.bound).astype(np.float32)
        outside = (bound.exact + sign * 1.1 * bound.bound).astype(np.float32)
        # Where float32 has a number between.
        fine = np.spacing(np.abs(bound.exact).astype(np.float32)) < 0.05 * bound.bound
        assert fine.mean() > 0.3
        assert bound.holds(inside)[fine].all()
        assert not bound.holds(outside)[fine].any()
    for value in (np.nan, np.inf, -np.inf):
        assert not bound.holds(np.full(LAYER.ofmap_shape, value, np.float32)).any()


def test_infinities_and_nan_pass_only_where_a_sum_may_leave_the_format() -> None:
    layer = LayerSpec(ifmap_h=1, ifmap_w=3, channels=3, kernel_h=1, kernel_w=3)
    ifmap = np.ones(layer.ifmap_shape, np.float32)
    weight = np.ones(layer.weight_shape, np.float32)
    weight[0, :, 1, 0] = 3e38, 3e38, -3e38
    ifmap[0, 0, 1, 2] = np.inf
    bound = order_bound(ifmap, weight, layer, FloatArithmetic("float32"))
    for value in (np.inf, np.nan):
        ofmap = np.full(layer.ofmap_shape, value, np.float32)
        assert bound.holds(ofmap).ravel().tolist() == [False, True, True]
    # Finite values are still compared.
    assert bound.holds(np.array([3, 3e38, 7], np.float32).reshape(1, 1, 1, 3)).ravel().tolist() == [
        True,
        True,
        False,
    ]
    assert not bound.holds(np.array([3, 2e38, 7], np.float32).reshape(1, 1, 1, 3))[0, 0, 0, 1]


def test_an_infinite_weight_may_meet_padding() -> None:
    """Some programs skip the padding, others multiply it: 0 times infinity is NaN."""
    ifmap = np.ones(LAYER.ifmap_shape, np.float32)
    weight = np.ones(LAYER.weight_shape, np.float32)
    weight[0, 0, 2, 1] = np.inf
    bound = order_bound(ifmap, weight, LAYER, FloatArithmetic("float32"))
    held = bound.holds(np.full(LAYER.ofmap_shape, np.nan, np.float32))
    assert held.all(axis=(0, 1, 2)).tolist() == [channel == 5 for channel in range(10)]
    assert held[..., [0, 4, 6]].any() == np.False_


def test_zeros_in_place_of_subnormal_numbers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    arithmetic = FloatArithmetic("float32", subnormals="flush")
    ifmap, weight, bias = data(rng, ("float32", "float32"), 2.0**-127)
    weight *= np.float32(2.0**10) * rng.choice([0, 1], weight.shape).astype(np.float32)
    bias *= np.float32(2.0**-127)
    flushed = depthwise_ordered(
        ifmap, weight, LAYER, arithmetic, tap_parallel_order(3, 3), bias=bias
    )
    kept, either = (
        order_bound(ifmap, weight, LAYER, arithmetic, bias, flush=flush) for flush in (False, True)
    )
    assert not kept.holds(flushed).all()
    assert either.holds(flushed).all()
