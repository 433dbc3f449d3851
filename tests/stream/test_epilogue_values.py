"""Epilogues from floats, random ones, and their place in the parameter tensor."""

from __future__ import annotations

from collections import Counter
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec, Plan
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.float_arithmetic import FloatArithmetic
from dwsim.stream.epilogue_values import epilogue_of
from dwsim.stream.layout import pack_parameters
from dwsim.stream.random_epilogue import random_epilogue
from tests.violations import broken_rules

HALF = FloatArithmetic("float16")
BRAIN = FloatArithmetic("bfloat16")


def test_words_are_the_bits_of_the_values() -> None:
    bias = np.array([1.0, -0.0, np.inf], np.float32)
    made = epilogue_of(BRAIN, 3, bias, "relu6")
    words = (0x3F800000, 0x80000000, 0x7F800000)
    assert made == Epilogue("bfloat16", "float32", words, act_min=0, act_max=0x40C0)
    # The numbers of the ifmap's format are numbers of the sums' format.
    assert epilogue_of(BRAIN, 3, bias.astype(ml_dtypes.bfloat16), "relu6") == made
    own = epilogue_of(FloatArithmetic("float16", "float16"), 1, np.array([-2.0], np.float16))
    assert own == Epilogue("float16", "float16", (0xC000,), act_min=0xFC00, act_max=0x7C00)
    assert epilogue_of(HALF, 2, activation=(-0.0, 2.0**-24)).act_min == 0x8000
    assert epilogue_of(HALF, 2, activation=[-0.0, 2.0**-24]).act_max == 1


BAD: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"bias": np.zeros(2, np.float32)}, "bias.shape", "must be (3,)"),
    ({"bias": np.zeros((1, 3), np.float32)}, "bias.shape", "must be (3,)"),
    ({"bias": np.zeros(3)}, "bias.dtype", "must be float32 or float16"),
    ({"bias": [1, 2, 3]}, "bias.dtype", "must be float32 or float16"),
    ({"activation": "tanh"}, "activation", "must be one of none, relu, relu6, relu_n1_to_1"),
    ({"activation": 6.0}, "activation", "must be the name of an activation, or two numbers"),
    ({"activation": (1.0,)}, "activation", "must be the name of an activation, or two numbers"),
    ({"activation": (0.0, 0.1)}, "activation[1]", "must be a number that float16 has"),
    ({"activation": (-70000, 0)}, "activation[0]", "must be a number that float16 has"),
    ({"activation": (np.nan, 0)}, "activation[0]", "must be a number that float16 has"),
    ({"activation": (0, "6")}, "activation[1]", "must be a number that float16 has"),
    ({"activation": (True, 6)}, "activation[0]", "must be a number that float16 has"),
    ({"activation": (6, 0)}, "activation", "must have the smallest result first"),
)


@pytest.mark.parametrize(("changes", "field", "rule"), BAD)
def test_bad_values_are_refused(changes: dict[str, Any], field: str, rule: str) -> None:
    ((found, _, why),) = broken_rules(epilogue_of, HALF, 3, **changes)
    assert found == field
    assert why.startswith(rule)


@pytest.mark.parametrize("subnormals", ["keep", "flush"])
def test_random_epilogues_are_of_every_kind(subnormals: str) -> None:
    """On a flushing engine, no limit is subnormal: a plan would refuse it."""
    layer = LayerSpec(3, 3, channels=2, kernel_h=1, kernel_w=1, channel_multiplier=3)
    floats = {"number_format": "float16", "subnormals": subnormals}
    engine = EngineSpec.smallest([layer], 2, epilogue="bias_clamp", **floats)
    met: Counter[str] = Counter()
    for seed in range(300):
        made = random_epilogue(layer, engine, seed)
        assert made is not None
        Plan(layer, engine, epilogue=made)
        assert made == random_epilogue(layer, engine, seed)
        bias = np.array(made.bias, np.uint32).view(np.float32)
        met["NaN"] += bool(np.isnan(bias).any())
        met["finite"] += bool(np.isfinite(bias).all())
        met["subnormal limit"] += bool(made.subnormal_limits)
        limits = {(0xFC00, 0x7C00): "none", (0, 0x7C00): "relu", (0, 0x4600): "relu6"}
        met[limits.get((made.act_min, made.act_max), "other")] += 1
    assert (met.pop("subnormal limit") > 0) == (subnormals == "keep")
    assert min(met[name] for name in ("NaN", "finite", "none", "relu", "relu6", "other")) > 20
    plain = EngineSpec.smallest([layer], 2, **floats)
    assert random_epilogue(layer, plain, 1) is None


def test_a_bias_follows_the_taps_of_its_set() -> None:
    """Two lanes, three channels: a set has two passes of one tap, then the halves of the biases."""
    layer = LayerSpec(3, 3, channels=3, kernel_h=1, kernel_w=2)
    engine = EngineSpec.smallest(
        [layer], 2, number_format="bfloat16", taps_per_cycle=1, epilogue="bias_clamp"
    )
    words = (0x11112222, 0x33334444, 0xFFFF8000)
    made = Epilogue("bfloat16", "float32", words, 0, 0)
    weight = np.arange(1, 7, dtype=np.uint16).reshape(layer.weight_shape)
    plan = Plan(layer, engine, epilogue=made)
    beats = pack_parameters(weight, plan)
    assert len(beats) == plan.param_beats
    assert beats.tolist() == [
        [1, 2], [4, 5], [0x2222, 0x4444], [0x1111, 0x3333],
        [3, 0], [6, 0], [0x8000, 0], [0xFFFF, 0],
    ]  # fmt: skip
