"""EngineSpec, the numbers derived from it, and the rules of fit: each has a tiny bad input."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from dwsim import EngineSpec
from dwsim.derive import EngineNumbers
from dwsim.spec.dataflow_rules import SERIAL_FIELDS
from dwsim.spec.float_rules import FLOAT_FIELDS
from tests.spec.small_engine import REQUANTISING, engine
from tests.violations import broken_rules

# Written out, so that a limit that changes by mistake is seen.
LIMITS = {
    "lanes": (1, 1024),
    "kernel_h": (1, 11),
    "kernel_w": (1, 11),
    "ifmap_width": (2, 16),
    "weight_width": (2, 16),
    "max_row_pitch": (1, 65535),
    "max_plane_rows": (1, 65535),
    "max_dilation_h": (1, 255),
    "max_dilation_w": (1, 255),
    "max_channel_groups": (1, 65535),
    "max_channel_multiplier": (1, 64),
    "max_batch": (1, 65535),
    "max_interleave": (1, 65535),
    "max_lead": (0, 1 << 24),
    "fifo_depth": (1, 65535),
}


def test_every_field_has_a_rule() -> None:
    fields = {field.name for field in dataclasses.fields(EngineSpec)}
    assert fields == {
        *LIMITS,
        "ifmap_signed",
        "weight_signed",
        "requantise",
        "taps_per_cycle",
        "name",
        *SERIAL_FIELDS,
        *FLOAT_FIELDS,
    }


@pytest.mark.parametrize("field", LIMITS)
def test_limits(field: str) -> None:
    low, high = LIMITS[field]
    for value in (low, high):
        assert getattr(engine(**{field: value}), field) == value
    rule = f"must be an integer from {low} to {high}"
    for value in (low - 1, high + 1):
        assert broken_rules(engine, **{field: value}) == [(field, value, rule)]


@pytest.mark.parametrize("value", [True, 3.0, "3", [3]], ids=repr)
@pytest.mark.parametrize("field", LIMITS)
def test_sizes_are_integers(field: str, value: Any) -> None:
    ((found, shown, _),) = broken_rules(engine, **{field: value})
    assert (found, shown) == (field, value)


def test_only_the_fifo_depth_may_be_left_to_dwsim() -> None:
    assert engine(fifo_depth=None).fifo_depth is None
    for field in LIMITS.keys() - {"fifo_depth"}:
        assert broken_rules(engine, **{field: None})[0][:2] == (field, None)


@pytest.mark.parametrize("value", [0, 1, None, "true"], ids=repr)
@pytest.mark.parametrize("field", ["ifmap_signed", "weight_signed"])
def test_signs_are_booleans(field: str, value: Any) -> None:
    assert broken_rules(engine, **{field: value}) == [(field, value, "must be true or false")]


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", "_a", "a\n", "é", "a.v", "../a", 7, None])
def test_names_are_verilog_identifiers(name: Any) -> None:
    ((field, value, rule),) = broken_rules(engine, name=name)
    assert (field, value) == ("name", name)
    assert rule.startswith("must be a Verilog identifier")


@pytest.mark.parametrize("name", ["module", "reg", "wire", "input", "dw_", "dw_window"])
def test_names_that_are_taken(name: str) -> None:
    ((field, value, rule),) = broken_rules(engine, name=name)
    assert (field, value) == ("name", name)
    assert rule.startswith("must not be a Verilog keyword, and not start with dw_")


def test_all_violations_come_together() -> None:
    found = broken_rules(
        engine, lanes=0, kernel_w=12, ifmap_signed=1, max_lead=-1, name="reg", fifo_depth=0
    )
    assert [field for field, _, _ in found] == [
        "lanes",
        "kernel_w",
        "ifmap_signed",
        "max_lead",
        "name",
        "fifo_depth",
    ]


@pytest.mark.parametrize("value", ["", "None", "triple", None, 1, True, ["single"]], ids=repr)
def test_requantise_is_one_of_its_names(value: Any) -> None:
    rule = "must be one of none, double, single, both, float, double+float, single+float, all"
    assert broken_rules(engine, requantise=value) == [("requantise", value, rule)]


@pytest.mark.parametrize("requantise", REQUANTISING)
@pytest.mark.parametrize(
    ("field", "bad", "kind"),
    [
        ("ifmap_width", 2, "must be 8 or 16"),
        ("ifmap_width", 7, "must be 8 or 16"),
        ("ifmap_width", 9, "must be 8 or 16"),
        ("ifmap_width", 15, "must be 8 or 16"),
        ("weight_width", 7, "must be 8 or 9"),
        ("weight_width", 10, "must be 8 or 9"),
        ("weight_width", 16, "must be 8 or 9"),
        ("ifmap_signed", False, "must be true"),
        ("weight_signed", False, "must be true"),
    ],
)
def test_requantise_needs_the_formats_of_tflite(
    requantise: str, field: str, bad: Any, kind: str
) -> None:
    assert engine(requantise=requantise).requantise == requantise
    rule = f"{kind} with requantise = {requantise!r}, as TFLite defines it"
    assert broken_rules(engine, requantise=requantise, **{field: bad}) == [(field, bad, rule)]
    assert getattr(engine(**{field: bad}), field) == bad


@pytest.mark.parametrize("requantise", ["double", "both"])
def test_words_are_rounded_once(requantise: str) -> None:
    assert engine(requantise="single", ifmap_width=16).ifmap_width == 16
    rule = "must be 'single' with 16-bit activations: TFLite rounds them only once"
    found = broken_rules(engine, requantise=requantise, ifmap_width=16)
    assert found == [("requantise", requantise, rule)]


def test_all_violations_of_requantise_come_together() -> None:
    found = broken_rules(
        engine,
        requantise="both",
        ifmap_width=12,
        weight_width=4,
        ifmap_signed=False,
        weight_signed=False,
    )
    assert [field for field, _, _ in found] == [
        "ifmap_width",
        "weight_width",
        "ifmap_signed",
        "weight_signed",
    ]


@pytest.mark.parametrize(
    ("changes", "latency", "words", "ofmap_width", "ports"),
    [
        # 3x3 taps: 2 + 1 to the slot, 1 + 1 + 5 + 2 in the array, 2 in the FIFO; then the bytes
        # of TFLite's bias, multiplier and shift: 4 + 4 + 1, or 6 + 2 + 1
        ({}, 14, 9, 19, 0),
        ({"requantise": "single"}, 14 + 10, 9 + 9, 8, 5),
        ({"requantise": "double"}, 14 + 10, 9 + 9, 8, 5),
        ({"requantise": "both"}, 14 + 10, 9 + 9, 8, 5),
        ({"requantise": "single", "ifmap_width": 16}, 14 + 10, 9 + 9, 16, 5),
    ],
    ids=["none", "single", "double", "both", "words"],
)
def test_what_a_requantiser_changes(
    changes: dict[str, Any], latency: int, words: int, ofmap_width: int, ports: int
) -> None:
    numbers = EngineNumbers(engine(**changes))
    assert (numbers.timing.latency, numbers.formats.param_words) == (latency, words)
    assert (numbers.formats.ofmap_width, len(numbers.scale_fields)) == (ofmap_width, ports)
    assert len(numbers.config_fields) == 21 + ports


def test_a_fifo_too_small_for_the_pipeline() -> None:
    needed = EngineNumbers(engine()).timing.fifo_depth_min
    assert EngineNumbers(engine(fifo_depth=needed)).timing.fifo_depth == needed
    ((field, value, rule),) = broken_rules(EngineNumbers, engine(fifo_depth=needed - 1))
    assert (field, value) == ("fifo_depth", needed - 1)
    assert rule.startswith(f"must be at least {needed}, ")


def test_too_many_weight_sets() -> None:
    assert EngineNumbers(engine(max_channel_groups=65535)).counters.weight_sets == 65535
    large = engine(max_channel_groups=32768, max_channel_multiplier=2, fifo_depth=1)
    fifo, sets = broken_rules(EngineNumbers, large)
    assert fifo[:2] == ("fifo_depth", 1)
    assert sets[:2] == ("max_channel_groups", 32768)
    assert sets[2] == (
        "times max_channel_multiplier = 2 is 65536 weight sets; the product must be at most 65535"
    )
