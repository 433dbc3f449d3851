"""``depthwise_conv2d`` with arrays of floats, on the cycle model and on the RTL."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from dwsim import EngineSpec, depthwise_conv2d
from dwsim.errors import SpecError
from tests.documentation_examples import DOCUMENTATION_EXAMPLES, DocumentationExample
from tests.float.cases import ORDINARY

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
