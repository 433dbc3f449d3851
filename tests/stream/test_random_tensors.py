"""Random tensors: in their format, repeatable, with extremes."""

from __future__ import annotations

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.spec.number_range import value_range
from dwsim.stream.random_tensors import random_layer_data

LAYER = LayerSpec(16, 16, 8, 3, 3, batch=2, channel_multiplier=40)


@pytest.mark.parametrize(
    ("width", "signed", "dtype"),
    [
        (2, True, np.int8),
        (8, True, np.int8),
        (8, False, np.uint8),
        (9, True, np.int16),
        (9, False, np.uint16),
        (16, True, np.int16),
        (16, False, np.uint16),
    ],
)
def test_values_fill_their_format(width: int, signed: bool, dtype: type) -> None:
    engine = EngineSpec(
        1,
        1,
        1,
        1,
        1,
        ifmap_width=width,
        ifmap_signed=signed,
        weight_width=18 - width,
        weight_signed=not signed,
    )
    ifmap, weight = random_layer_data(LAYER, engine, 1)
    low, high = value_range(width, signed)
    assert (ifmap.dtype, ifmap.shape) == (dtype, LAYER.ifmap_shape)
    assert (ifmap.min(), ifmap.max()) == (low, high)
    assert (weight.min(), weight.max()) == value_range(18 - width, not signed)
    assert weight.shape == LAYER.weight_shape
    if width > 7:
        extreme = (ifmap == low) | (ifmap == high)
        assert 0.1 < extreme.mean() < 0.15
        # and all other values are spread out
        assert np.unique(ifmap).size > 200


def test_the_seed_decides() -> None:
    engine = EngineSpec(1, 1, 1, 1, 1)
    one, again, other = (random_layer_data(LAYER, engine, seed) for seed in (1, 1, 2))
    for which in (0, 1):
        np.testing.assert_array_equal(one[which], again[which])
        assert (one[which] != other[which]).any()
