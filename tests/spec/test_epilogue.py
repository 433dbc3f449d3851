"""Epilogue: the rules of its own, and those of a layer on an engine."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from dwsim import LayerSpec, Plan
from dwsim.derive import TiledPlan, numbers_of
from dwsim.spec.epilogue import Epilogue
from tests.spec.small_engine import engine
from tests.violations import broken_rules

HALF = {
    "number_format": "float16",
    "accumulate": "float32",
    "bias": (0x3F800000, 0xFFC00001),  # 1.0, and a NaN that is not the canonical one
    "act_min": 0x8000,  # -0
    "act_max": 0x7C00,  # infinity
}
LAYER = LayerSpec(3, 3, channels=2, kernel_h=2, kernel_w=2)
FLUSHING = engine(number_format="float16", subnormals="flush", epilogue="bias_clamp")


def test_an_epilogue_keeps_its_words() -> None:
    made = Epilogue(**HALF)
    assert Epilogue(**asdict(made)) == made
    assert Epilogue(**(HALF | {"bias": list(HALF["bias"])})) == made
    assert (made.channels, made.subnormal_limits) == (2, ())


BAD: tuple[tuple[dict[str, Any], str, Any, str], ...] = (
    ({"number_format": "float64"}, "number_format", "float64", "must be one of float32, float16"),
    ({"accumulate": "bfloat16"}, "accumulate", "bfloat16", "must be float32 or float16"),
    ({"bias": 3}, "bias", 3, "must be a sequence of words of 32 bits"),
    ({"bias": (0, 1 << 32)}, "bias[1]", 1 << 32, "must be an integer from 0 to 4294967295"),
    ({"bias": (0, -1)}, "bias[1]", -1, "must be an integer from 0"),
    ({"bias": (0.5,)}, "bias[0]", 0.5, "must be an integer from 0"),
    ({"act_min": 0x10000}, "act_min", 0x10000, "must be an integer from 0 to 65535"),
    ({"act_max": 0x7C01}, "act_max", "0x7c01", "must not be NaN"),
    ({"act_min": 0xFE00}, "act_min", "0xfe00", "must not be NaN"),
    ({"act_max": 0x8001}, "act_min", "0x8000", "must not be above act_max = 0x8001"),
    ({"act_min": 0x3C00, "act_max": 0x3BFF}, "act_min", "0x3c00", "must not be above"),
)


@pytest.mark.parametrize(("changes", "field", "value", "rule"), BAD)
def test_bad_words_are_refused(changes: dict[str, Any], field: str, value: Any, rule: str) -> None:
    ((found, shown, why),) = broken_rules(Epilogue, **(HALF | changes))
    assert (found, shown) == (field, value)
    assert why.startswith(rule)


def test_the_limits_may_be_equal_zeros() -> None:
    """-0 and +0 are equal, in either place."""
    for limits in ((0x8000, 0), (0, 0x8000), (0xC000, 0xC000)):
        made = Epilogue(**(HALF | dict(zip(("act_min", "act_max"), limits, strict=True))))
        assert (made.act_min, made.act_max) == limits


def test_an_epilogue_needs_an_engine_with_one() -> None:
    made = Epilogue(**HALF)
    for other in (engine(), engine(number_format="float16")):
        ((field, value, rule),) = broken_rules(Plan, LAYER, other, epilogue=made)
        assert (field, value) == ("epilogue", made)
        assert rule == "needs an engine in floating point with epilogue = 'bias_clamp'"


def test_an_epilogue_fits_engine_and_layer() -> None:
    made = Epilogue(**HALF)
    rule = "of the epilogue must be the engine's, 'bfloat16'"
    brain = engine(number_format="bfloat16", epilogue="bias_clamp")
    assert broken_rules(Plan, LAYER, brain, epilogue=made) == [("number_format", "float16", rule)]
    narrow = engine(number_format="float16", accumulate="float16", epilogue="bias_clamp")
    found = broken_rules(Plan, LAYER, narrow, epilogue=made)
    assert [(field, value) for field, value, _ in found] == [("accumulate", "float32")]
    short = replace(made, bias=made.bias[:1])
    rule = "must have one entry for each of 2 ofmap channels"
    for plan in (Plan, TiledPlan):
        assert broken_rules(plan, LAYER, FLUSHING, epilogue=short) == [("bias", 1, rule)]


def test_a_flushing_engine_has_no_subnormal_limits() -> None:
    """The largest subnormal number is refused, the smallest normal one is not."""
    made = Epilogue(**(HALF | {"act_min": 0x83FF, "act_max": 0x0001}))
    assert made.subnormal_limits == ("act_min", "act_max")
    rule = "must not be subnormal on an engine with subnormals = 'flush': it has no such ofmap"
    found = broken_rules(Plan, LAYER, FLUSHING, epilogue=made)
    assert found == [("act_min", "0x83ff", rule), ("act_max", "0x1", rule)]
    keeping = engine(number_format="float16", epilogue="bias_clamp")
    assert Plan(LAYER, keeping, epilogue=made).config["act_max"] == 1
    normal = replace(made, act_min=0x8400, act_max=0x0400)
    assert Plan(LAYER, FLUSHING, epilogue=normal).config["act_min"] == 0x8400


def test_cycles_need_no_epilogue_but_the_ports_do() -> None:
    plan = Plan(LAYER, FLUSHING)
    assert plan.cycles == Plan(LAYER, FLUSHING, epilogue=Epilogue(**HALF)).cycles
    rule = "is required by an engine with an epilogue"
    assert broken_rules(lambda: plan.config) == [("epilogue", None, rule)]
    fields = {field.name: field for field in numbers_of(FLUSHING).scale_fields}
    assert list(fields) == ["act_min", "act_max"]
    assert {(field.width, field.signed) for field in fields.values()} == {(16, False)}


@pytest.mark.parametrize(
    ("number_format", "accumulate", "words"),
    [("float32", None, 1), ("bfloat16", None, 2), ("float16", "float16", 1)],
)
def test_an_epilogue_costs_its_stages_and_beats(
    number_format: str, accumulate: str | None, words: int
) -> None:
    chosen = {"number_format": number_format, "accumulate": accumulate}
    plain, made = engine(**chosen), engine(**chosen, epilogue="bias_clamp")
    before, after = numbers_of(plain), numbers_of(made)
    # An adder has six stages, a clamp two.
    assert after.timing.latency == before.timing.latency + 6 + 2
    assert after.formats.param_words == before.formats.param_words + words
    assert after.formats.memory_words == before.formats.memory_words + words
