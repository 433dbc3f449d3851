"""TensorFlow's documentation examples on the cycle model and on the RTL."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dwsim import EngineSpec, SpecError, depthwise_conv2d
from tests.documentation_examples import DOCUMENTATION_EXAMPLES, DocumentationExample

# One build for all examples; without an engine dwsim chooses one for each call.
ENGINE = EngineSpec(
    name="documented",
    lanes=2,
    kernel_h=2,
    kernel_w=2,
    max_row_pitch=4,
    max_plane_rows=4,
    max_channel_multiplier=2,
)
backends = pytest.mark.parametrize("backend", ["model", "rtl"])
examples = pytest.mark.parametrize(
    "example", DOCUMENTATION_EXAMPLES, ids=lambda example: example.name
)


@backends
@examples
def test_the_documented_values(example: DocumentationExample, backend: str) -> None:
    ofmap = depthwise_conv2d(
        example.input, example.filter, example.strides, example.padding, backend=backend
    )
    np.testing.assert_array_equal(ofmap, example.expected)
    assert ofmap.dtype == np.int32


@backends
@examples
def test_the_documented_values_on_a_larger_engine(
    example: DocumentationExample, backend: str
) -> None:
    ofmap = depthwise_conv2d(
        example.input,
        example.filter,
        example.strides,
        example.padding,
        backend=backend,
        engine=ENGINE,
    )
    np.testing.assert_array_equal(ofmap, example.expected)


@backends
def test_the_documented_values_in_nchw(backend: str) -> None:
    example = DOCUMENTATION_EXAMPLES[0]
    ofmap = depthwise_conv2d(
        example.input.transpose(0, 3, 1, 2),
        example.filter,
        example.strides,
        example.padding,
        data_format="NCHW",
        backend=backend,
        engine=ENGINE,
    )
    np.testing.assert_array_equal(ofmap, example.expected.transpose(0, 3, 1, 2))


@backends
def test_an_engine_that_requantises_is_refused(backend: str) -> None:
    """Its sums are not exact, and depthwise_conv2d returns exact sums."""
    example = DOCUMENTATION_EXAMPLES[0]
    with pytest.raises(SpecError) as caught:
        depthwise_conv2d(
            example.input,
            example.filter,
            example.strides,
            example.padding,
            backend=backend,
            engine=replace(ENGINE, requantise="double"),
        )
    (violation,) = caught.value.violations
    assert (violation.field, violation.value) == ("engine.requantise", "double")
    assert violation.rule.startswith("must be 'none', because depthwise_conv2d returns exact sums")
