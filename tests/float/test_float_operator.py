"""``depthwise_conv2d`` with arrays of floats, on the cycle model and on the RTL."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec, depthwise_conv2d
from dwsim.errors import SpecError
from dwsim.golden.ordered_float import depthwise_ordered
from dwsim.golden.summation_order import tap_parallel_order
from tests.documentation_examples import DOCUMENTATION_EXAMPLES, DocumentationExample
from tests.float.cases import ORDINARY, PLAIN, SERIAL

DTYPES = (np.float32, np.float16, ml_dtypes.bfloat16)
examples = pytest.mark.parametrize(
    "example", DOCUMENTATION_EXAMPLES, ids=lambda example: example.name
)


def call(example: DocumentationExample, dtype: type, **options: object) -> np.ndarray:
    arrays = example.input.astype(dtype), example.filter.astype(dtype)
    return depthwise_conv2d(*arrays, example.strides, example.padding, **options)


@examples
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_documented_values_on_the_model(example: DocumentationExample, dtype: type) -> None:
    ofmap = call(example, dtype, backend="model")
    np.testing.assert_array_equal(ofmap, example.expected.astype(dtype))
    assert ofmap.dtype == dtype


@examples
def test_the_documented_values_on_the_rtl(example: DocumentationExample) -> None:
    ofmap = call(example, np.float32, backend="rtl", engine=ORDINARY)
    np.testing.assert_array_equal(ofmap, example.expected.astype(np.float32))
    assert ofmap.dtype == np.float32


@examples
def test_the_documented_values_with_taps_in_series(example: DocumentationExample) -> None:
    ofmap = call(example, ml_dtypes.bfloat16, backend="model", engine=SERIAL)
    np.testing.assert_array_equal(ofmap, example.expected.astype(ml_dtypes.bfloat16))


def test_lists_of_floats_are_float32() -> None:
    example = DOCUMENTATION_EXAMPLES[0]
    lists = example.input.astype(float).tolist(), example.filter.astype(float).tolist()
    ofmap = depthwise_conv2d(*lists, example.strides, example.padding, backend="model")
    np.testing.assert_array_equal(ofmap, example.expected.astype(np.float32))
    assert ofmap.dtype == np.float32


@pytest.mark.parametrize("dtype", DTYPES)
def test_nchw_and_the_bound_of_the_difference_from_golden(dtype: type, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ifmap = rng.standard_normal((1, 3, 5, 6)).astype(dtype)
    weight = rng.standard_normal((3, 3, 3, 2)).astype(dtype)
    arguments = ((1, 1, 1, 1), "SAME", "NCHW")
    ofmap = depthwise_conv2d(ifmap, weight, *arguments, backend="model")
    golden = depthwise_conv2d(ifmap, weight, *arguments)
    assert (ofmap.dtype, ofmap.shape) == (golden.dtype, golden.shape)
    sizes = depthwise_conv2d(
        np.abs(ifmap.astype(np.float64)), np.abs(weight.astype(np.float64)), *arguments
    )
    bound = (9 + 1) * float(ml_dtypes.finfo(dtype).eps) * sizes
    assert (np.abs(ofmap.astype(np.float64) - golden.astype(np.float64)) <= bound).all(), seed


@pytest.mark.parametrize("number_format", ["integer", "bfloat16"])
def test_an_engine_of_another_format_is_refused(number_format: str) -> None:
    other = EngineSpec(1, 2, 1, 4, 4, number_format=number_format, max_channel_multiplier=2)
    rule = f"engine.number_format = '{number_format}': must be 'float32', the dtype of input"
    with pytest.raises(SpecError, match=rule):
        call(DOCUMENTATION_EXAMPLES[0], np.float32, backend="rtl", engine=other)


def test_a_kernel_beyond_every_engine_is_refused() -> None:
    ifmap, weight = np.ones((1, 12, 12, 1), np.float32), np.ones((12, 1, 1, 1), np.float32)
    with pytest.raises(SpecError, match="kernel_h = 12: an engine has at most 11 taps an axis"):
        depthwise_conv2d(ifmap, weight, (1, 1, 1, 1), "VALID", backend="model")


@pytest.mark.parametrize("dtype", DTYPES)
def test_bias_and_activation_on_the_model(dtype: type) -> None:
    """Integers: every order of sums gives the same values, and TensorFlow's, too."""
    example = DOCUMENTATION_EXAMPLES[0]
    channels = example.expected.shape[-1]
    bias = np.arange(-3, channels - 3).astype(dtype)
    after = {"bias": bias, "activation": (-2.0, 20.0)}
    ofmap = call(example, dtype, backend="model", **after)
    np.testing.assert_array_equal(ofmap, np.clip(example.expected + bias.astype(int), -2, 20))
    np.testing.assert_array_equal(ofmap, call(example, dtype, **after))


def test_bias_and_activation_on_the_rtl(seed: int) -> None:
    """NCHW, several streams: every bit is golden's in the order of the engine."""
    rng = np.random.default_rng(seed)
    ifmap = rng.standard_normal((1, 4, 11, 9)).astype(np.float32)
    weight = rng.standard_normal((2, 2, 4, 1)).astype(np.float32)
    bias = rng.standard_normal(4).astype(np.float32)
    options = {"data_format": "NCHW", "bias": bias, "activation": "relu6"}
    ofmap = depthwise_conv2d(
        ifmap, weight, [1] * 4, "VALID", **options, backend="rtl", engine=ORDINARY
    )
    layer = LayerSpec(11, 9, channels=4, kernel_h=2, kernel_w=2)
    arithmetic = ORDINARY.arithmetic
    assert arithmetic is not None
    expected = depthwise_ordered(
        np.ascontiguousarray(ifmap.transpose(0, 2, 3, 1)),
        weight,
        layer,
        arithmetic,
        tap_parallel_order(2, 2, ORDINARY.taps_per_cycle),
        bias=bias,
        clamp=(0.0, 6.0),
    )
    np.testing.assert_array_equal(ofmap.transpose(0, 2, 3, 1), expected, f"seed {seed}")
    assert 0 < (expected == 0).mean() < 1


@pytest.mark.parametrize("after", [{"bias": np.zeros(2, np.float32)}, {"activation": "none"}])
def test_a_bias_needs_an_engine_with_an_epilogue(after: dict[str, object]) -> None:
    rule = "engine.epilogue = None: must be 'bias_clamp' for a bias or an activation"
    with pytest.raises(SpecError, match=rule):
        call(DOCUMENTATION_EXAMPLES[0], np.float32, backend="rtl", engine=PLAIN, **after)
