"""Bias and activation of float layers, value by value."""

from __future__ import annotations

import numpy as np

from dwsim.golden.bias_and_activation import activate, add_bias


def test_a_bias_is_added_to_its_channel_with_one_rounding() -> None:
    ofmap = np.array([[[[1.0, 2.0**24]], [[-3.5, 65_504.0]]]], np.float32)
    biased = add_bias(ofmap, np.array([0.25, 1.0], np.float32))
    assert biased.dtype == np.float32
    # 2**24 + 1 lies between two numbers of float32, and rounds to the even one.
    assert biased.tolist() == [[[[1.25, 2.0**24]], [[-3.25, 65_505.0]]]]
    largest = np.full((1, 1, 1, 1), 65_504.0, np.float16)
    assert add_bias(largest, np.array([65_504.0], np.float16)).tolist() == [[[[np.inf]]]]


def test_limits_replace_values_beyond_them_and_nothing_else() -> None:
    ofmap = np.array([-1.0, -0.0, 0.0, 2.5, 6.0, 7.0, np.nan, np.inf], np.float32)
    clamped = activate(ofmap, (0.0, 6.0))
    np.testing.assert_array_equal(clamped, np.array([0, 0, 0, 2.5, 6, 6, np.nan, 6], np.float32))
    assert np.signbit(clamped).tolist() == [False, True, *[False] * 6]
