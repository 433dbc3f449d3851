"""The golden model against TensorFlow, and against plain loops where TensorFlow's CPU gives up.

TensorFlow 2.21 returns wrong values when a stride and a dilation are both above 1. There the tests
subsample its result with stride 1 instead.
"""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from dwsim import LayerSpec, SpecError, depthwise_conv2d
from dwsim.golden.depthwise import depthwise
from tests.golden import naive, tensorflow_oracle
from tests.golden.configurations import (
    INTEGER_DTYPES,
    Configuration,
    random_configuration,
    random_integers,
)

FLOAT_DTYPES = ("float16", "float32", "float64", ml_dtypes.bfloat16)


@pytest.fixture(autouse=True, scope="module")
def _tensorflow() -> None:
    tensorflow_oracle.require_tensorflow()


def call(configuration: Configuration, ifmap: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """``depthwise_conv2d`` in the configuration's own format; returns NHWC."""
    arguments = configuration.arguments(configuration.data_format)
    if configuration.data_format == "NCHW":
        ofmap = depthwise_conv2d(ifmap.transpose(0, 3, 1, 2), weight, **arguments)
        return ofmap.transpose(0, 2, 3, 1)
    return depthwise_conv2d(ifmap, weight, **arguments)


def layer_of(configuration: Configuration) -> LayerSpec:
    batch, ifmap_h, ifmap_w, channels = configuration.input_shape
    kernel_h, kernel_w, _, multiplier = configuration.filter_shape
    return LayerSpec(
        ifmap_h,
        ifmap_w,
        channels,
        kernel_h,
        kernel_w,
        batch,
        multiplier,
        *configuration.strides,
        *configuration.dilations,
        *configuration.pads,
    )


def integers_for(configuration: Configuration, bits: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([configuration.seed, 1])
    dtypes = rng.choice(INTEGER_DTYPES, 2)
    return (
        random_integers(rng, configuration.input_shape, dtypes[0], bits),
        random_integers(rng, configuration.filter_shape, dtypes[1], bits),
    )


@pytest.mark.parametrize("seed", range(600))
def test_integers_equal_tensorflow(seed: int) -> None:
    configuration = random_configuration(seed, for_tensorflow=True)
    # 25 taps of 20 x 20 bits stay below 2**53: every sum is exact in TensorFlow's float64.
    ifmap, weight = integers_for(configuration, bits=20)
    expected = tensorflow_oracle.depthwise(
        ifmap.astype(np.float64), weight.astype(np.float64), **configuration.arguments("NHWC")
    )
    assert (expected is None) == configuration.has_negative_size, configuration
    if expected is None:
        with pytest.raises(SpecError, match=r"filter\.shape\[[01]\]"):
            call(configuration, ifmap, weight)
        return
    ofmap = call(configuration, ifmap, weight)
    assert ofmap.dtype in (np.int32, np.int64)
    np.testing.assert_array_equal(ofmap, expected, err_msg=str(configuration))


@pytest.mark.parametrize("seed", range(1000, 1300))
def test_floats_equal_tensorflow_bit_by_bit(seed: int) -> None:
    configuration = random_configuration(seed, for_tensorflow=True)
    if configuration.has_negative_size:
        return  # the integer test compares refusals
    rng = np.random.default_rng([seed, 1])
    dtype = np.dtype(FLOAT_DTYPES[seed % len(FLOAT_DTYPES)])
    ifmap = rng.standard_normal(configuration.input_shape).astype(dtype)
    weight = rng.standard_normal(configuration.filter_shape).astype(dtype)
    expected = tensorflow_oracle.depthwise(ifmap, weight, **configuration.arguments("NHWC"))
    ofmap = call(configuration, ifmap, weight)
    assert ofmap.dtype == expected.dtype == dtype, configuration
    np.testing.assert_array_equal(ofmap, expected, err_msg=f"{configuration} {dtype}")


@pytest.mark.parametrize("dtype", FLOAT_DTYPES)
def test_floats_accumulate_in_their_own_dtype_as_tensorflow_does(dtype: str) -> None:
    # In float16 a sum of ones sticks at 2048: accumulating wider would give 4096.
    ones = np.ones((1, 64, 64, 1), dtype), np.ones((64, 64, 1, 1), dtype)
    expected = tensorflow_oracle.depthwise(*ones, strides=[1] * 4, padding="VALID")
    ofmap = depthwise_conv2d(*ones, [1] * 4, "VALID")
    np.testing.assert_array_equal(ofmap, expected)


@pytest.mark.parametrize("dtype", FLOAT_DTYPES)
def test_float_overflow_is_infinity_without_a_warning(
    dtype: str, recwarn: pytest.WarningsRecorder
) -> None:
    large = np.full((1, 3, 3, 2), ml_dtypes.finfo(dtype).max, dtype)
    weight = np.full((2, 2, 2, 1), 2, dtype)
    expected = tensorflow_oracle.depthwise(large, weight, strides=[1] * 4, padding="VALID")
    np.testing.assert_array_equal(depthwise_conv2d(large, weight, [1] * 4, "VALID"), expected)
    assert not recwarn.list


@pytest.mark.parametrize("seed", range(2000, 2150))
def test_strides_tensorflow_cannot_do_equal_its_stride_1_subsampled(seed: int) -> None:
    configuration = random_configuration(seed, for_tensorflow=False)
    if configuration.has_negative_size:
        return
    ifmap, weight = integers_for(configuration, bits=20)
    top, bottom, left, right = configuration.pads
    dense = tensorflow_oracle.depthwise(
        ifmap.astype(np.float64),
        weight.astype(np.float64),
        strides=[1] * 4,
        padding=[[0, 0], [top, bottom], [left, right], [0, 0]],
        dilations=list(configuration.dilations),
    )
    if dense is None:  # stride 1 leaves a negative size where a larger stride leaves 0
        assert layer_of(configuration).is_empty, configuration
        return
    stride_h, stride_w = configuration.strides
    expected = dense[:, ::stride_h, ::stride_w]
    ofmap = depthwise(ifmap, weight, layer_of(configuration))
    np.testing.assert_array_equal(ofmap, expected, err_msg=str(configuration))


@pytest.mark.parametrize("seed", range(3000, 3100))
def test_plain_loops_equal_tensorflow(seed: int) -> None:
    """The judge of the tests below is judged itself, without dwsim."""
    configuration = random_configuration(seed, for_tensorflow=True, largest=7)
    if configuration.has_negative_size:
        return
    ifmap, weight = integers_for(configuration, bits=20)
    expected = tensorflow_oracle.depthwise(
        ifmap.astype(np.float64), weight.astype(np.float64), **configuration.arguments("NHWC")
    )
    geometry = (configuration.strides, configuration.dilations, configuration.pads)
    ofmap = naive.depthwise(ifmap, weight, *geometry)
    assert ofmap.shape == expected.shape, configuration
    np.testing.assert_array_equal(ofmap, expected, err_msg=str(configuration))


@pytest.mark.parametrize("seed", range(4000, 4200))
def test_everything_equals_plain_loops(seed: int) -> None:
    """Unequal strides, strides with dilations, both formats, 29-bit values: exact sums."""
    configuration = random_configuration(seed, for_tensorflow=False, largest=7)
    if configuration.has_negative_size:
        with pytest.raises(SpecError, match="kernel_[hw]"):
            layer_of(configuration)
        return
    ifmap, weight = integers_for(configuration, bits=29)
    geometry = (configuration.strides, configuration.dilations, configuration.pads)
    expected = naive.depthwise(ifmap, weight, *geometry)
    ofmap = depthwise(ifmap, weight, layer_of(configuration))
    assert ofmap.shape == expected.shape, configuration
    np.testing.assert_array_equal(ofmap, expected, err_msg=str(configuration))
    if configuration.dilations == (1, 1) or configuration.strides == (1, 1):
        np.testing.assert_array_equal(
            call(configuration, ifmap, weight), expected, err_msg=str(configuration)
        )
    else:
        with pytest.raises(SpecError, match="dilations"):
            call(configuration, ifmap, weight)


@pytest.mark.parametrize(
    ("input_shape", "filter_shape", "stride", "padding", "dilations"),
    [
        ((0, 3, 3, 1), (2, 2, 1, 1), 1, "VALID", None),
        ((0, 3, 3, 1), (2, 2, 1, 1), 1, "SAME", [2, 2]),
        ((1, 3, 3, 1), (4, 2, 1, 1), 1, "VALID", None),
        ((1, 3, 3, 1), (5, 5, 1, 1), 1, "VALID", None),
        ((1, 3, 3, 1), (5, 5, 1, 1), 2, "VALID", None),
        ((1, 4, 4, 1), (3, 3, 1, 1), 1, "VALID", [2, 2]),
        ((1, 4, 4, 1), (3, 3, 1, 1), 1, "VALID", [3, 3]),
        ((1, 3, 3, 0), (2, 2, 0, 1), 1, "SAME", None),
        ((1, 3, 3, 2), (2, 2, 2, 0), 1, "VALID", None),
        ((1, 0, 3, 2), (1, 2, 2, 1), 1, "VALID", None),
        ((1, 0, 3, 2), (2, 2, 2, 1), 3, "SAME", None),
        ((1, 0, 3, 2), (2, 2, 2, 1), 1, [[0, 0], [1, 1], [1, 1], [0, 0]], None),
        ((1, 0, 0, 1), (3, 3, 1, 2), 1, [[0, 0], [2, 2], [2, 2], [0, 0]], [2, 2]),
    ],
)
def test_empty_tensors_are_empty_where_tensorflow_says_so(
    input_shape: tuple[int, ...],
    filter_shape: tuple[int, ...],
    stride: int,
    padding: object,
    dilations: list[int] | None,
) -> None:
    ifmap, weight = np.ones(input_shape, np.float32), np.ones(filter_shape, np.float32)
    arguments = {"strides": [1, stride, stride, 1], "padding": padding, "dilations": dilations}
    expected = tensorflow_oracle.depthwise(ifmap, weight, **arguments)
    if expected is None:
        with pytest.raises(SpecError, match="would be negative"):
            depthwise_conv2d(ifmap, weight, **arguments)
        return
    ofmap = depthwise_conv2d(ifmap, weight, **arguments)
    assert (ofmap.shape, ofmap.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_array_equal(ofmap, expected)


def test_numbers_in_lists_get_tensorflows_float_dtype() -> None:
    for first in (1.5, np.float64(1.5), np.float16(1.5)):
        lists = [[[[first], [first]]]], [[[[first]]]]
        expected = tensorflow_oracle.depthwise(*lists, strides=[1] * 4, padding="VALID")
        ofmap = depthwise_conv2d(*lists, [1] * 4, "VALID")
        assert ofmap.dtype == expected.dtype, first
        np.testing.assert_array_equal(ofmap, expected)


def test_tensors_are_accepted() -> None:
    tensors = [tensorflow_oracle.tensorflow.ones((size, 3, 1, 1)) for size in (1, 3)]
    with_arrays = depthwise_conv2d(*[t.numpy() for t in tensors], [1] * 4, "SAME")
    np.testing.assert_array_equal(depthwise_conv2d(*tensors, [1] * 4, "SAME"), with_arrays)


@pytest.mark.parametrize("dtype", FLOAT_DTYPES, ids=lambda dtype: np.dtype(dtype).name)
@pytest.mark.parametrize("activation", ["none", "relu", "relu6", "relu_n1_to_1", (-2.0, 1.5)])
def test_bias_and_activation_equal_tensorflow(
    dtype: type, activation: str | tuple[float, float], seed: int
) -> None:
    """All bits but the sign of a zero: TensorFlow's relu makes +0 of some -0, in float32."""
    rng = np.random.default_rng(seed)
    ifmap = (4 * rng.standard_normal((1, 5, 6, 3))).astype(dtype)
    ifmap[0, 0, 0] = np.nan, np.inf, -np.inf
    weight = rng.standard_normal((2, 3, 3, 2)).astype(dtype)
    bias = rng.standard_normal(6).astype(dtype)
    bias[5] = np.inf
    arguments = {"strides": [1, 1, 1, 1], "padding": "SAME"}
    expected = tensorflow_oracle.depthwise(ifmap, weight, **arguments)
    expected = tensorflow_oracle.after_sums(expected, bias, activation)
    ofmap = depthwise_conv2d(ifmap, weight, **arguments, bias=bias, activation=activation)
    assert ofmap.dtype == dtype
    np.testing.assert_array_equal(ofmap.astype(np.float64), expected.astype(np.float64))
    assert (ofmap != depthwise_conv2d(ifmap, weight, **arguments)).mean() > 0.8
