"""TensorFlow's documentation examples, on the golden backend, in every kind of dtype."""

from __future__ import annotations

import numpy as np
import pytest

from dwsim import depthwise_conv2d
from tests.documentation_examples import DOCUMENTATION_EXAMPLES, DocumentationExample

DTYPES = ("int8", "uint8", "int32", "int64", "float16", "float32", "float64")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("example", DOCUMENTATION_EXAMPLES, ids=lambda example: example.name)
def test_golden_returns_the_documented_values(example: DocumentationExample, dtype: str) -> None:
    ofmap = depthwise_conv2d(
        example.input.astype(dtype), example.filter.astype(dtype), example.strides, example.padding
    )
    np.testing.assert_array_equal(ofmap, example.expected)


@pytest.mark.parametrize("example", DOCUMENTATION_EXAMPLES, ids=lambda example: example.name)
def test_lists_are_accepted(example: DocumentationExample) -> None:
    ofmap = depthwise_conv2d(
        example.input.tolist(), example.filter.tolist(), example.strides, example.padding
    )
    np.testing.assert_array_equal(ofmap, example.expected)
    assert ofmap.dtype == np.int64
