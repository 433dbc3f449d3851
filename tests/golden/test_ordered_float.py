"""The golden model in floating point against its definition in exact fractions."""

from __future__ import annotations

from collections import Counter
from itertools import product

import ml_dtypes
import numpy as np
import pytest

from dwsim.errors import SpecError
from dwsim.golden.depthwise import depthwise
from dwsim.golden.float_error import errors_in_ulp
from dwsim.golden.ordered_float import depthwise_ordered
from dwsim.golden.summation_order import tap_parallel_order, tap_serial_order
from dwsim.spec.float_arithmetic import FLOAT_FORMATS, FloatArithmetic
from dwsim.spec.layer_spec import LayerSpec
from tests.golden.float_definition import Definition, parallel_sum, serial_sum

DTYPES = {"float32": np.float32, "float16": np.float16, "bfloat16": ml_dtypes.bfloat16}
PAIRS = [(name, acc) for name in DTYPES for acc in dict.fromkeys(("float32", name))]
ARITHMETICS = [FloatArithmetic(*pair, flush) for pair in PAIRS for flush in ("keep", "flush")]


def random_floats(rng: np.random.Generator, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Random bits; numbers near 1, near the square root of the smallest one; the special ones."""
    number = FLOAT_FORMATS[name]
    unsigned = np.uint32 if number.width == 32 else np.uint16
    bits = rng.integers(0, 1 << number.width, shape).astype(unsigned)
    field = (1 << number.exponent_width) - 1
    fields = rng.choice([0, 1, field, number.bias, number.bias // 2, number.bias * 3 // 2], shape)
    near = rng.integers(-2, 3, shape) + fields
    mask = (1 << number.exponent_width + number.significand_width) - 1
    rest = bits & ~np.asarray(field << number.significand_width, unsigned)
    placed = (near.clip(0, field) << number.significand_width).astype(unsigned) | rest
    sparse = placed & ~np.asarray((1 << number.significand_width) - 1, unsigned)
    kind = rng.integers(0, 8, shape)
    chosen = np.select([kind == 0, kind < 6], [bits, placed], sparse).astype(unsigned)
    zeros = (rng.random(shape) < 0.05) * np.asarray(mask, unsigned)
    return (chosen & ~zeros.astype(unsigned)).view(DTYPES[name])


def random_layer(rng: np.random.Generator) -> LayerSpec:
    kernel = rng.integers(1, 5, 2)
    return LayerSpec(
        ifmap_h=int(rng.integers(3, 7)) + 3,
        ifmap_w=int(rng.integers(3, 7)) + 3,
        channels=2,
        channel_multiplier=int(rng.integers(1, 3)),
        kernel_h=int(kernel[0]),
        kernel_w=int(kernel[1]),
        stride_h=int(rng.integers(1, 4)),
        stride_w=int(rng.integers(1, 4)),
        dilation_h=int(rng.integers(1, 3)),
        dilation_w=int(rng.integers(1, 3)),
        pad_top=int(rng.integers(0, 4)),
        pad_left=int(rng.integers(0, 4)),
        pad_bottom=int(rng.integers(0, 4)),
        pad_right=int(rng.integers(0, 4)),
    )


def window_products(
    definition: Definition, ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec, at: tuple
) -> np.ndarray:
    """The products of a window, None at taps outside the ifmap."""
    b, i, j, channel = at
    k, q = divmod(channel, layer.channel_multiplier)
    products = np.full((layer.kernel_h, layer.kernel_w), None, object)
    for di, dj in np.ndindex(*products.shape):
        row = layer.stride_h * i + layer.dilation_h * di - layer.pad_top
        column = layer.stride_w * j + layer.dilation_w * dj - layer.pad_left
        if 0 <= row < layer.ifmap_h and 0 <= column < layer.ifmap_w:
            pair = float(ifmap[b, row, column, k]), float(weight[di, dj, k, q])
            products[di, dj] = definition.product(*pair)
    return products


def same_bits(value: float, got: np.generic) -> bool:
    """Equal numbers with equal signs, or the canonical NaN."""
    wanted = np.asarray(value, np.float64).astype(got.dtype)
    number = FLOAT_FORMATS[got.dtype.name]
    bits = int.from_bytes(got.tobytes(), "little")
    if np.isnan(value):
        return bits == number.canonical_nan
    return bits == int.from_bytes(wanted.tobytes(), "little")


@pytest.mark.parametrize("arithmetic", ARITHMETICS, ids=str)
def test_every_bit_is_that_of_the_definition(arithmetic: FloatArithmetic, seed: int) -> None:
    rng = np.random.default_rng([seed, ARITHMETICS.index(arithmetic)])
    definition = Definition(arithmetic.number_format, arithmetic.accumulate, arithmetic.flushes)
    dtype = DTYPES[arithmetic.number_format]
    met: Counter[str] = Counter()
    for _ in range(25):
        layer = random_layer(rng)
        surplus = rng.integers(0, 3, 2)
        kernel = (layer.kernel_h + int(surplus[0]), layer.kernel_w + int(surplus[1]))
        units = int(
            rng.choice([*range(1, kernel[1]), *(kernel[1] * r for r in range(1, kernel[0] + 1))])
        )
        parts = int(rng.integers(1, 7))
        serial = bool(rng.integers(2))
        shapes = layer.ifmap_shape, layer.weight_shape
        if rng.integers(3):
            ifmap, weight = (random_floats(rng, arithmetic.number_format, s) for s in shapes)
        else:
            # Sums of numbers of one size tell the orders apart.
            ifmap, weight = (rng.standard_normal(s).astype(dtype) for s in shapes)
        bias = random_floats(rng, arithmetic.accumulate, (layer.ofmap_channels,))
        bias = bias if rng.integers(2) else None
        clamp = [None, (0.0, 6.0), (0.0, np.inf), (-1.0, 1.0)][int(rng.integers(4))]
        order = (
            tap_serial_order(layer.kernel_h, layer.kernel_w, parts)
            if serial
            else tap_parallel_order(layer.kernel_h, layer.kernel_w, units, kernel)
        )
        ofmap = depthwise_ordered(ifmap, weight, layer, arithmetic, order, bias=bias, clamp=clamp)
        assert ofmap.dtype == dtype
        assert ofmap.shape == layer.ofmap_shape
        for at in rng.permutation(list(np.ndindex(*ofmap.shape)))[:40].tolist():
            products = window_products(definition, ifmap, weight, layer, tuple(at))
            if serial:
                total = serial_sum(definition, products, parts)
            else:
                total = parallel_sum(definition, products, units, kernel)
            met["no tap"] += total is None
            met["zero"] += total == 0
            if total is not None:
                met["not a number"] += np.isnan(total)
                met["infinite"] += np.isinf(total)
            value = definition.final(total, None if bias is None else float(bias[at[3]]), clamp)
            assert same_bits(value, ofmap[tuple(at)]), (
                f"seed {seed}, {arithmetic}, {layer}, {order}, bias {bias is not None}, clamp"
                f" {clamp}: ofmap{at} expected {value!r}, got {ofmap[tuple(at)]!r}"
            )
    assert min(met[name] for name in ("no tap", "zero", "not a number", "infinite")) > 0, met


@pytest.mark.parametrize("name", DTYPES)
def test_products_and_sums_of_two_numbers(name: str, seed: int) -> None:
    """Each rounding alone: a 1x1 kernel is a product, and weights of 1 make a sum of two."""
    rng = np.random.default_rng([seed, 7])
    for accumulate, subnormals in product(dict.fromkeys(("float32", name)), ("keep", "flush")):
        arithmetic = FloatArithmetic(name, accumulate, subnormals)
        definition = Definition(name, accumulate, subnormals == "flush")
        a, b = (random_floats(rng, name, (1500,)) for _ in range(2))
        if FLOAT_FORMATS[name].bias == FLOAT_FORMATS[accumulate].bias:
            # Products just below the smallest normal number, some of which round up to it.
            number = FLOAT_FORMATS[name]
            half = (number.least_exponent - 1) // 2
            below = 2.0 - np.arange(100) * 2.0**-number.significand_width
            a[:100], b[:100] = below * 2.0**half, 2.0 ** (number.least_exponent - 1 - half)
        one = LayerSpec(ifmap_h=1, ifmap_w=1, channels=1500, kernel_h=1, kernel_w=1)
        got = depthwise_ordered(
            a.reshape(one.ifmap_shape),
            b.reshape(one.weight_shape),
            one,
            arithmetic,
            tap_serial_order(1, 1),
        )
        for x, y, z in zip(a, b, got.flat, strict=True):
            value = definition.final(definition.product(float(x), float(y)), None, None)
            assert same_bits(value, z), f"seed {seed}, {arithmetic}: {x!r} * {y!r} = {value}, {z!r}"
        two = LayerSpec(ifmap_h=1, ifmap_w=2, channels=1500, kernel_h=1, kernel_w=2)
        pixels = np.stack([a, b]).reshape(two.ifmap_shape)
        ones = np.ones(two.weight_shape, DTYPES[name])
        got = depthwise_ordered(pixels, ones, two, arithmetic, tap_serial_order(1, 2))
        for x, y, z in zip(a, b, got.flat, strict=True):
            # A product with 1 is exact, but flushes.
            pair = [definition.product(float(value), 1.0) for value in (x, y)]
            value = definition.final(definition.sum(*pair), None, None)
            assert same_bits(value, z), f"seed {seed}, {arithmetic}: {x!r} + {y!r} = {value}, {z!r}"


def test_a_negative_zero_comes_from_rounding_alone_and_passes_the_clamp() -> None:
    layer = LayerSpec(ifmap_h=1, ifmap_w=1, channels=4, kernel_h=1, kernel_w=1)
    ifmap = np.array([-(2.0**-100), -0.0, -1, np.nan], np.float32).astype(ml_dtypes.bfloat16)
    weight = np.array([2.0**-49, 1, 1, 1], np.float32).astype(ml_dtypes.bfloat16)
    ofmap = depthwise_ordered(
        ifmap.reshape(layer.ifmap_shape),
        weight.reshape(layer.weight_shape),
        layer,
        FloatArithmetic("bfloat16"),
        tap_serial_order(1, 1),
        clamp=(0.0, np.inf),
    )
    assert ofmap.view(np.uint16).ravel().tolist() == [0x8000, 0, 0, 0x7FC0]


def test_a_sum_with_the_bias_that_is_zero_is_positive() -> None:
    """-0 as the bias, an exact cancellation, and a negative sum that is flushed to zero."""
    layer = LayerSpec(ifmap_h=1, ifmap_w=1, channels=3, kernel_h=1, kernel_w=1)
    least = np.float32(2.0**-126)
    values, bias = (
        np.array(row, np.float32)
        for row in ([0, 1, least], [-0.0, -1, -np.nextafter(least, np.float32(1))])
    )
    definition = Definition("float32", "float32", flush=True)
    ofmap = depthwise_ordered(
        values.reshape(layer.ifmap_shape),
        np.ones(layer.weight_shape, np.float32),
        layer,
        FloatArithmetic("float32", subnormals="flush"),
        tap_serial_order(1, 1),
        bias=bias,
    )
    assert ofmap.view(np.uint32).ravel().tolist() == [0, 0, 0]
    for value, each in zip(values.tolist(), bias.tolist(), strict=True):
        assert same_bits(definition.final(value, each, None), np.float32(0))


def test_integers_are_exact_in_any_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer = LayerSpec(ifmap_h=9, ifmap_w=8, channels=3, kernel_h=3, kernel_w=3, pad_top=1)
    ifmap, weight = (rng.integers(-8, 9, s) for s in (layer.ifmap_shape, layer.weight_shape))
    for name, order in product(
        DTYPES, (tap_parallel_order(3, 3), tap_serial_order(3, 3), tap_serial_order(3, 3, 4))
    ):
        floats = [array.astype(DTYPES[name]) for array in (ifmap, weight)]
        ofmap = depthwise_ordered(*floats, layer, FloatArithmetic(name), order)
        # bfloat16 rounds sums beyond 256, once.
        exact = depthwise(ifmap, weight, layer).astype(np.float64).astype(DTYPES[name])
        np.testing.assert_array_equal(ofmap, exact)
        assert errors_in_ulp(ofmap, *floats, layer).max() <= (0.5 if name == "bfloat16" else 0)


def test_the_error_is_counted_in_units_of_the_last_place() -> None:
    layer = LayerSpec(ifmap_h=1, ifmap_w=2, channels=3, kernel_h=1, kernel_w=2)
    ifmap = np.array([1, 2**-24, 1, 3 * 2**-25, 2**-130, 0], np.float32)
    ifmap = ifmap.reshape(3, 2).T.reshape(layer.ifmap_shape)
    weight = np.ones(layer.weight_shape, np.float32)
    order = tap_serial_order(1, 2)
    ofmap = depthwise_ordered(ifmap, weight, layer, FloatArithmetic("float32"), order)
    assert errors_in_ulp(ofmap, ifmap, weight, layer).ravel().tolist() == [0.5, 0.25, 0]
    ofmap += np.float32([2**-22, 0, 2**-149])
    ofmap[0, 0, 0, 1] = np.inf
    assert errors_in_ulp(ofmap, ifmap, weight, layer).ravel()[[0, 2]].tolist() == [1.5, 1]
    assert np.isnan(errors_in_ulp(ofmap, ifmap, weight, layer)[0, 0, 0, 1])


LAYER = LayerSpec(ifmap_h=3, ifmap_w=3, channels=1, kernel_h=2, kernel_w=2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ifmap": np.zeros(LAYER.ifmap_shape, np.int8)}, "ifmap.dtype = 'int8': must be float32"),
        ({"weight": np.zeros(LAYER.weight_shape, np.float16)}, "weight.dtype = 'float16': must be"),
        ({"weight": np.zeros((3, 2, 1, 1), np.float32)}, "weight.shape = (3, 2, 1, 1): must be"),
        ({"bias": np.zeros(2, np.float32)}, "bias.shape = (2,): must be (1,)"),
        ({"order": tap_serial_order(1, 3)}, "order = '3 taps': must have each tap of the 2x2"),
        ({"clamp": (0.0, 0.1)}, "clamp[1] = 0.1: must be a number that float32 has"),
        ({"clamp": (1.0, 0.0)}, "clamp = (1.0, 0.0): must be (smallest, largest)"),
        (
            {
                "clamp": (-(2.0**-127), 2.0**-126),
                "arithmetic": FloatArithmetic("float32", "float32", "flush"),
            },
            "clamp[0] = -5.877471754111438e-39: must not be subnormal with subnormals='flush'",
        ),
    ],
)
def test_bad_calls_are_refused(changes: dict, message: str) -> None:
    arguments = {
        "ifmap": np.zeros(LAYER.ifmap_shape, np.float32),
        "weight": np.zeros(LAYER.weight_shape, np.float32),
        "order": tap_serial_order(2, 2),
        "bias": None,
        "clamp": None,
        "arithmetic": FloatArithmetic("float32"),
    } | changes
    with pytest.raises(SpecError) as error:
        depthwise_ordered(
            arguments["ifmap"],
            arguments["weight"],
            LAYER,
            arguments["arithmetic"],
            arguments["order"],
            bias=arguments["bias"],
            clamp=arguments["clamp"],
        )
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("float64",), "number_format"),
        (("float16", "bfloat16"), "accumulate"),
        (("float32", "float16"), "accumulate"),
        (("float16", "float32", "drop"), "subnormals"),
    ],
)
def test_bad_formats_are_refused(arguments: tuple[str, ...], field: str) -> None:
    with pytest.raises(SpecError) as error:
        FloatArithmetic(*arguments)
    assert [violation.field for violation in error.value.violations] == [field]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ((3, 3, 4), "taps_per_cycle"),
        ((3, 3, 10), "taps_per_cycle"),
        ((3, 3, 3, (2, 3)), "kernel_h"),
        ((0, 3), "kernel_h"),
    ],
)
def test_bad_orders_are_refused(arguments: tuple, field: str) -> None:
    with pytest.raises(SpecError) as error:
        tap_parallel_order(*arguments)
    assert error.value.violations[0].field == field


def test_a_serial_order_has_at_least_one_partial_sum() -> None:
    with pytest.raises(SpecError, match="partial_sums = 0: must be an integer of at least 1"):
        tap_serial_order(3, 3, 0)
