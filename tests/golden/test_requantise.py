"""The golden requantisation against its definition in Python's integers, value by value."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from dwsim import LayerSpec, SpecError
from dwsim.golden.quantised import _BLOCK, depthwise_quantised, requantise
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import ROUNDINGS
from dwsim.spec.real_scales import quantise_multiplier
from tests.golden import naive
from tests.golden import requantise_definition as definition
from tests.golden.requantise_values import (
    EDGES,
    INT32_MIN,
    MODES,
    directed,
    random_quantisation,
    random_values,
)

# Random blocks of each mode; int16 layers are the same arithmetic under both roundings' names.
BLOCKS = {(8, "double"): 9, (8, "single"): 8, (16, "double"): 2, (16, "single"): 1, (8, "float"): 2}
QUANTISATIONS, ROWS, CHANNELS = 20, 500, 51
BLOCK = QUANTISATIONS * ROWS * CHANNELS
CASES = [(*mode, block) for mode, blocks in BLOCKS.items() for block in range(blocks)]


def defined(acc: np.ndarray, q: Quantisation) -> np.ndarray:
    """The ofmap as an object array."""
    per_channel = (definition.integers(values) for values in (q.bias, q.multiplier, q.shift))
    rest = (q.ofmap_zero_point, q.act_min, q.act_max, q.ifmap_width, q.rounding)
    return definition.requantised(definition.integers(acc), *per_channel, *rest)


def compare(acc: np.ndarray, q: Quantisation, context: str) -> np.ndarray:
    """The golden ofmap, which must equal the definition's."""
    ofmap, expected = requantise(acc, q), defined(acc, q)
    assert ofmap.dtype == (np.int8 if q.ifmap_width == 8 else np.int16)
    assert ofmap.shape == acc.shape
    wrong = np.argwhere(ofmap != expected)
    if wrong.size:
        at = tuple(wrong[0])
        pytest.fail(
            f"{len(wrong)} of {ofmap.size} values differ ({context}). The first: acc {acc[at]},"
            f" bias {q.bias[at[-1]]}, multiplier {q.multiplier[at[-1]]}, shift {q.shift[at[-1]]},"
            f" zero point {q.ofmap_zero_point}, clamp {q.act_min}..{q.act_max},"
            f" {q.ifmap_width} bits, {q.rounding}: golden {ofmap[at]}, defined {expected[at]}"
        )
    return ofmap


def test_at_least_ten_million_values_are_tried() -> None:
    assert len(CASES) * BLOCK >= 10_000_000


@pytest.mark.parametrize(("ifmap_width", "rounding", "block"), CASES)
def test_random_values_equal_the_definition(
    ifmap_width: int, rounding: str, block: int, seed: int
) -> None:
    rng = np.random.default_rng([seed, ifmap_width, ROUNDINGS.index(rounding), block])
    compared = inside = 0
    for index in range(QUANTISATIONS):
        acc, q = random_values(rng, ifmap_width, rounding, ROWS, CHANNELS)
        ofmap = compare(acc, q, f"seed {seed}, block {block}, quantisation {index}")
        compared += ofmap.size
        inside += int(((ofmap != q.act_min) & (ofmap != q.act_max)).sum())
    assert compared == BLOCK
    assert inside > BLOCK // 4, f"seed {seed}: only {inside} of {BLOCK} values are not clamped"


@pytest.mark.parametrize(("ifmap_width", "rounding"), MODES)
@pytest.mark.parametrize("channels", [51, 40_000])
def test_arrays_that_are_requantised_in_parts(
    ifmap_width: int, rounding: str, channels: int, seed: int
) -> None:
    rng = np.random.default_rng([seed, ifmap_width, ROUNDINGS.index(rounding), channels])
    rows = 3 * _BLOCK // channels + 1
    acc, q = random_values(rng, ifmap_width, rounding, rows, channels)
    assert acc.size > 2 * _BLOCK
    compare(acc.reshape(1, rows, 1, channels), q, f"seed {seed}")


@pytest.mark.parametrize(("shape", "channels"), [((0, 3, 2), 2), ((4, 3, 0), 0)])
def test_no_values_are_no_values(shape: tuple[int, ...], channels: int) -> None:
    q = Quantisation([0] * channels, [2**30] * channels, [0] * channels, -128, 127)
    ofmap = requantise(np.zeros(shape, np.int32), q)
    assert (ofmap.shape, ofmap.dtype) == (shape, np.int8)


@pytest.mark.parametrize(("ifmap_width", "rounding"), MODES)
def test_directed_values_equal_the_definition(ifmap_width: int, rounding: str) -> None:
    count = sum(compare(acc, q, "directed").size for acc, q in directed(ifmap_width, rounding))
    assert count > 150_000


def test_directed_values_of_float_rounding_are_what_they_are_meant_to_be() -> None:
    counts: Counter[str] = Counter()
    for acc, q in directed(8, "float"):
        bias, multiplier, shift = map(definition.integers, (q.bias, q.multiplier, q.shift))
        x = definition.as_int32(definition.integers(acc) + bias)
        converted = definition.digits_24(x)
        exact = converted * multiplier
        product = definition.digits_24(exact)
        unit = 2 ** (31 - shift)
        counts["conversion rounds"] += np.sum(converted != x)
        counts["carries to a power of two"] += np.sum((converted != x) & (abs(converted) == 2**30))
        counts["product rounds"] += np.sum(product != exact)
        tie, negative = 2 * product % (2 * unit) == unit, product < 0
        counts["negative tie"] += np.sum(tie & negative)
        counts["positive tie"] += np.sum(tie & ~negative)
        counts["tie that a rounding makes"] += np.sum(tie & (x * multiplier != product))
        twice = requantise(acc, q) != requantise(acc, _with_rounding(q, "single"))
        counts["differs from single rounding"] += np.sum(twice)
    assert len(counts) == 7
    assert min(counts.values()) >= 20, counts


def test_float_rounding_equals_float32_of_numpy_for_every_scale(seed: int) -> None:
    """Every float32 that is not negative, subnormal ones too, against the formula itself."""
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 0x7F800000, 4000, dtype=np.int32)  # below infinity
    bits[:2000] = rng.integers(0x2F000000, 0x4F800000, 2000)  # 2**-33 to 2**32
    ends = [0, 1, 0x007FFFFF, 0x00800000, 0x2F7FFFFF, 0x2F800000, 0x4E7FFFFF, 0x4E800000]
    scales = np.concatenate([bits, np.array([*ends, 0x4E800001, 0x7F7FFFFF], np.int32)])
    scales = scales.view(np.float32)
    edges = [edge for edge in EDGES if INT32_MIN <= edge < 2**31]
    sums = np.concatenate([rng.integers(-(2**31), 2**31, 300), edges])[:, None]
    small = (rng.choice([-1, 1], 300) * np.exp2(rng.uniform(0, 31, 300))).astype(np.int64)[:, None]
    acc = np.broadcast_to(np.concatenate([sums, small]), (len(sums) + 300, len(scales)))
    pairs = [quantise_multiplier(float(scale), "float") for scale in scales]
    zeros = [0] * len(scales)
    for zero_point in (-128, 5):
        q = Quantisation(zeros, *zip(*pairs, strict=True), -128, 127, 0, zero_point, 8, "float")
        with np.errstate(over="ignore", under="ignore"):
            product = np.rint(acc.astype(np.float32) * scales)
        expected = np.clip(product.astype(np.float64) + zero_point, -128, 127)
        np.testing.assert_array_equal(requantise(acc, q), expected, err_msg=f"seed {seed}")


def test_directed_values_are_what_they_are_meant_to_be() -> None:
    counts: Counter[str] = Counter()
    for acc, q in directed(8, "double"):
        bias, multiplier, shift = map(definition.integers, (q.bias, q.multiplier, q.shift))
        x = definition.as_int32(definition.integers(acc) + bias)
        left = x * 2 ** np.maximum(shift, 0)
        x = definition.as_int32(left)
        high = definition.doubling_high_multiply(x, multiplier)
        right = 2 ** np.maximum(-shift, 0)
        scaled = definition.nearest_ties_away(high, right)
        counts["left shift wraps"] += np.sum(x != left)
        counts["saturates"] += np.sum((x == INT32_MIN) & (multiplier == INT32_MIN))
        for sign, chosen in (("negative", high < 0), ("positive", high > 0)):
            counts[f"{sign} first tie"] += np.sum((x * multiplier % 2**31 == 2**30) & chosen)
            counts[f"{sign} second tie"] += np.sum((2 * high % (2 * right) == right) & chosen)
        counts["zero point wraps"] += np.sum(abs(scaled + q.ofmap_zero_point + 0.5) > 2**31)
        single = requantise(acc, _with_rounding(q, "single")) if min(q.multiplier) >= 0 else None
        counts["roundings differ"] += 0 if single is None else np.sum(single != requantise(acc, q))
    assert len(counts) == 8
    assert min(counts.values()) >= 20, counts


def _with_rounding(q: Quantisation, rounding: str) -> Quantisation:
    return Quantisation(**{**vars(q), "rounding": rounding})


@pytest.mark.parametrize(
    ("value", "multiplier", "shift", "double", "single"),
    [
        # tensorflow/tensorflow issue 25087: 12643414847296 / 2**40 = 11.499...
        (7984, 1583594044, -9, 12, 11),
        # 2.5 and -2.5: away from zero, and up
        (5, 2**30, 0, 3, 3),
        (10, 2**30, -1, 3, 3),
        (-5, 2**30, 0, -2, -2),
        (-10, 2**30, -1, -3, -2),
        (1, 2**31 - 1, 0, 1, 1),
        (INT32_MIN, 2**30, -24, -64, -64),
    ],
)
def test_values_worked_out_by_hand(
    value: int, multiplier: int, shift: int, double: int, single: int
) -> None:
    for rounding, expected in (("double", double), ("single", single)):
        q = Quantisation([0], [multiplier], [shift], -128, 127, rounding=rounding)
        acc = np.array([value])
        assert requantise(acc, q).tolist() == [expected]
        assert defined(acc, q).tolist() == [expected]


def test_acc_may_have_any_integer_dtype_and_any_rank() -> None:
    q = Quantisation([1, 2], [2**30] * 2, [0, 1], -128, 127, ofmap_zero_point=-3)
    acc = np.arange(-12, 12).reshape(2, 3, 2, 2)
    expected = requantise(acc, q)
    for dtype in (np.int8, np.int16, np.int32, ">i4"):
        np.testing.assert_array_equal(requantise(acc.astype(dtype), q), expected)
    np.testing.assert_array_equal(requantise(acc[1, 2, 1], q), expected[1, 2, 1])
    assert requantise(acc[:0], q).shape == (0, 3, 2, 2)


@pytest.mark.parametrize(
    ("acc", "field"),
    [
        (np.zeros((3, 2), np.float32), "acc.dtype"),
        (np.zeros((3, 2), np.bool_), "acc.dtype"),
        (np.zeros((3, 2), np.uint64), "acc.dtype"),
        (np.zeros((2, 3), np.int64), "acc.shape"),
        (np.int64(3), "acc.shape"),
    ],
)
def test_bad_sums_are_refused(acc: np.ndarray, field: str) -> None:
    q = Quantisation([0, 0], [0, 0], [0, 0], -128, 127)
    with pytest.raises(SpecError) as caught:
        requantise(acc, q)
    assert [violation.field for violation in caught.value.violations] == [field]


@pytest.mark.parametrize(
    ("acc", "bias"),
    [
        (2**47, 0),
        (-(2**47) - 1, 0),
        (2**47 - 1, 1),
        (-(2**47), -1),
        (2**63 - 1, 2**47 - 1),  # wraps to a negative int64
        (-(2**63), -(2**47)),
    ],
)
def test_int16_sums_of_more_than_48_bits_are_refused(acc: int, bias: int) -> None:
    q = Quantisation([0, bias], [2**30] * 2, [0] * 2, -32768, 32767, ifmap_width=16)
    with pytest.raises(SpecError) as caught:
        requantise(np.array([[0, 0], [0, acc]]), q)
    assert [(v.field, v.value) for v in caught.value.violations] == [
        ("acc[1, 1] + bias[1]", acc + bias)
    ]


def test_int16_sums_of_48_bits_are_not_refused() -> None:
    q = Quantisation([5, -5], [2**29] * 2, [-31] * 2, -32768, 32767, ifmap_width=16)
    assert requantise(np.array([2**47 - 6, -(2**47) + 5]), q).tolist() == [16384, -16384]


@pytest.mark.parametrize("case", range(60))
def test_a_padded_tap_equals_the_zero_point(case: int, seed: int) -> None:
    """The layer against loops over an ifmap that is really padded, with the zero point."""
    rng = np.random.default_rng([seed, case])
    ifmap_width, rounding = MODES[case % len(MODES)]
    layer = random_layer(rng)
    q = random_quantisation(rng, ifmap_width, rounding, layer.ofmap_channels)
    zero_point = int(rng.integers(-128, 128)) if ifmap_width == 8 else 0
    info = np.iinfo(q.dtype)
    ifmap = rng.integers(info.min, info.max, layer.ifmap_shape, q.dtype, endpoint=True)
    weight = rng.integers(-128, 127, layer.weight_shape, np.int8, endpoint=True)
    # Shifts that leave something to see of sums of a few dozen products.
    q = Quantisation(
        **{
            **vars(q),
            "bias": rng.integers(-(2**12), 2**12, q.channels),
            "shift": rng.integers(-9, -5, q.channels),
            "ifmap_zero_point": zero_point,
        }
    )
    ofmap = depthwise_quantised(ifmap, weight, layer, q)
    rows, columns = (layer.pad_top, layer.pad_bottom), (layer.pad_left, layer.pad_right)
    padded = np.pad(ifmap, ((0, 0), rows, columns, (0, 0)), constant_values=zero_point)
    centred = padded.astype(np.int64) - zero_point
    strides, dilations = (layer.stride_h, layer.stride_w), (layer.dilation_h, layer.dilation_w)
    expected = defined(naive.depthwise(centred, weight, strides, dilations), q)
    assert ofmap.dtype == q.dtype
    np.testing.assert_array_equal(ofmap, expected, err_msg=f"seed {seed}: {layer} {q}")


def random_layer(rng: np.random.Generator) -> LayerSpec:
    return LayerSpec(
        *(int(n) for n in rng.integers((5, 5, 1), (9, 9, 4))),
        *(int(n) for n in rng.integers(1, 4, 2)),
        batch=int(rng.integers(1, 3)),
        channel_multiplier=int(rng.integers(1, 4)),
        stride_h=int(rng.integers(1, 4)),
        stride_w=int(rng.integers(1, 4)),
        dilation_h=int(rng.integers(1, 3)),
        dilation_w=int(rng.integers(1, 3)),
        **{f"pad_{side}": int(rng.integers(0, 4)) for side in ("top", "bottom", "left", "right")},
    )


def test_the_bias_alone_where_the_ifmap_is_empty() -> None:
    layer = LayerSpec(0, 3, 2, 1, 1, pad_top=1)
    q = Quantisation([8, -8], [2**30] * 2, [0] * 2, -128, 127, ofmap_zero_point=1)
    ofmap = depthwise_quantised(
        np.zeros((1, 0, 3, 2), np.int8), np.ones((1, 1, 2, 1), "i1"), layer, q
    )
    assert ofmap.tolist() == [[[[5, -3]] * 3]]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"ifmap": np.zeros((1, 3, 3, 2), np.uint8)}, ["ifmap.dtype"]),
        ({"ifmap": np.zeros((1, 3, 3, 2), np.int16)}, ["ifmap.dtype"]),
        ({"weight": np.zeros((1, 1, 2, 1), np.int32)}, ["weight.dtype"]),
        ({"q": Quantisation([0], [0], [0], 0, 0)}, ["q.channels"]),
        (
            {"q": Quantisation([0], [0], [0], 0, 0, ifmap_width=16), "weight": np.zeros(1)},
            ["ifmap.dtype", "weight.dtype", "q.channels"],
        ),
        ({"ifmap": np.zeros((1, 3, 2, 2), np.int8)}, ["ifmap.shape"]),
    ],
)
def test_bad_layers_are_refused(changes: dict[str, Any], fields: list[str]) -> None:
    arguments = {
        "ifmap": np.zeros((1, 3, 3, 2), np.int8),
        "weight": np.zeros((1, 1, 2, 1), np.int8),
        "layer": LayerSpec(3, 3, 2, 1, 1),
        "q": Quantisation([0, 0], [0, 0], [0, 0], -128, 127),
    }
    with pytest.raises(SpecError) as caught:
        depthwise_quantised(**{**arguments, **changes})
    assert [violation.field for violation in caught.value.violations] == fields
