"""The random floats of a cosimulation, and the kinds of results that they give."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.golden.ofmap import golden_ofmap
from dwsim.spec.float_arithmetic import FLOAT_FORMATS
from dwsim.stream.random_floats import random_words
from dwsim.stream.random_tensors import random_layer_data

LAYER = LayerSpec(5, 5, channels=4, kernel_h=2, kernel_w=2, pad_left=1)
TENSORS = 60


@pytest.mark.parametrize("name", FLOAT_FORMATS)
def test_the_results_are_of_every_kind(name: str) -> None:
    engine = EngineSpec.smallest([LAYER], lanes=2, number_format=name)
    number = FLOAT_FORMATS[name]
    infinity = ((1 << number.exponent_width) - 1) << number.significand_width
    met: Counter[str] = Counter()
    for seed in range(TENSORS):
        data = random_layer_data(LAYER, engine, seed)
        words = golden_ofmap(*data, LAYER, None, engine.float_sums)
        size = words & (1 << number.width - 1) - 1
        kinds = {
            "zero": size == 0,
            "subnormal": (size > 0) & (size < 1 << number.significand_width),
            "normal": (size >= 1 << number.significand_width) & (size < infinity),
            "infinite": size == infinity,
            "NaN": size > infinity,
        }
        met.update(kind for kind, found in kinds.items() if found.any())
        assert (words[kinds["NaN"]] == number.canonical_nan).all()
    assert [kind for kind, tensors in met.items() if tensors < 5] == []
    assert len(met) == 5


@pytest.mark.parametrize("name", FLOAT_FORMATS)
def test_equal_seeds_give_equal_words(name: str) -> None:
    number = FLOAT_FORMATS[name]
    one, again, other = (
        random_words(np.random.default_rng(seed), (50,), number) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert one.dtype == (np.uint32 if number.width == 32 else np.uint16)
