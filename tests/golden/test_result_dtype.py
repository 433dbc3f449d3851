"""The dtype of exact integer sums: int32 as long as no sum of extremes leaves it."""

from __future__ import annotations

import numpy as np
import pytest

from dwsim.golden.depthwise import depthwise, result_dtype
from dwsim.spec.layer_spec import LayerSpec

# The largest product of int16 is 2**30, the smallest of uint16 and int16 is -65,535 * 2**15.
EDGES = [
    ("int16", "int16", (1, 1), "int32"),
    ("int16", "int16", (1, 2), "int64"),
    ("int16", "int16", (2, 1), "int64"),
    ("uint16", "int16", (1, 1), "int32"),
    ("uint16", "int16", (2, 1), "int64"),
    ("uint16", "uint16", (1, 1), "int64"),
    ("int8", "int8", (11, 11), "int32"),
]


@pytest.mark.parametrize(("ifmap", "weight", "kernel", "wanted"), EDGES)
def test_the_sums_of_extremes_are_exact(
    ifmap: str, weight: str, kernel: tuple[int, int], wanted: str
) -> None:
    layer = LayerSpec(*kernel, 1, *kernel)
    assert result_dtype(ifmap, weight, layer) == wanted
    for low in (False, True):
        # The product of the lowest numbers is the largest of signed ones.
        one = np.iinfo(ifmap).min if low else np.iinfo(ifmap).max
        other = np.iinfo(weight).min
        tensors = np.full(layer.ifmap_shape, one, ifmap), np.full(layer.weight_shape, other, weight)
        ofmap = depthwise(*tensors, layer)
        assert ofmap.dtype == wanted
        assert ofmap.tolist() == [[[[kernel[0] * kernel[1] * one * other]]]]
