"""TensorFlow and PyTorch add in other orders: the ordered golden floats are near, by a bound."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from dwsim.golden.depthwise import depthwise
from tests.golden.float_frameworks import DTYPES, run


@pytest.mark.parametrize("name", DTYPES)
def test_frameworks_are_as_close_as_rounding_lets_them(name: str, seed: int) -> None:
    one = run(name, size=14, channels=8, kernel=3, seed=seed)
    # Each sum of n rounded products is within n*eps/2 * sum|x*w| of the exact one (Higham, Accuracy
    # and Stability of Numerical Algorithms, section 3.1).
    wide = [np.abs(array).astype(np.float64) for array in (one.ifmap, one.weight)]
    bound = 10 * float(ml_dtypes.finfo(DTYPES[name]).eps) * depthwise(*wide, one.layer)
    first, *others = one.ofmaps
    for source in others:
        error = np.abs(one.ofmaps[first].astype(np.float64) - one.ofmaps[source])
        assert (error <= bound).all(), f"seed {seed}, {name}, {source}: {(error / bound).max()}"


def test_tensorflow_adds_float32_tap_by_tap(seed: int) -> None:
    ofmaps = run("float32", size=14, channels=8, kernel=3, seed=seed).ofmaps
    by_tensorflow = ofmaps["TensorFlow, plain CPU kernel"]
    np.testing.assert_array_equal(ofmaps["golden, tap by tap, sums in float32"], by_tensorflow)
    # The orders differ, or this test could not tell one from the other.
    assert (ofmaps["golden, taps at once, sums in float32"] != by_tensorflow).any()


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_pytorch_rounds_16_bits_once(name: str, seed: int) -> None:
    ofmaps = run(name, size=14, channels=8, kernel=3, seed=seed).ofmaps
    golden = ofmaps["golden, taps at once, sums in float32"].astype(np.float32)
    by_pytorch = ofmaps["PyTorch, CPU"].astype(np.float32)
    assert (golden == by_pytorch).mean() > 0.99
