"""EngineSpec, the numbers derived from it, and what fits: every rule has a tiny bad input."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import EngineNumbers, Plan

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
    "max_lead": (0, 1 << 24),
    "fifo_depth": (1, 65535),
}


def engine(**changes: Any) -> EngineSpec:
    sizes = {"lanes": 2, "kernel_h": 3, "kernel_w": 3, "max_row_pitch": 8, "max_plane_rows": 9}
    return EngineSpec(**{**sizes, **changes})


def violations_of(function: Callable[..., Any], *args: Any, **changes: Any) -> list[tuple]:
    """(field, value, rule) of each violation; checks that the message shows them."""
    with pytest.raises(SpecError) as caught:
        function(*args, **changes)
    for violation in caught.value.violations:
        shown = f"{violation.field} = {violation.value!r}: {violation.rule}"
        assert shown in str(caught.value)
    return [dataclasses.astuple(violation) for violation in caught.value.violations]


def test_every_field_has_a_rule() -> None:
    fields = {field.name for field in dataclasses.fields(EngineSpec)}
    assert fields == {*LIMITS, "ifmap_signed", "weight_signed", "name"}


@pytest.mark.parametrize("field", LIMITS)
def test_limits(field: str) -> None:
    low, high = LIMITS[field]
    for value in (low, high):
        assert getattr(engine(**{field: value}), field) == value
    rule = f"must be an integer from {low} to {high}"
    for value in (low - 1, high + 1):
        assert violations_of(engine, **{field: value}) == [(field, value, rule)]


@pytest.mark.parametrize("value", [True, 3.0, "3", [3]], ids=repr)
@pytest.mark.parametrize("field", LIMITS)
def test_sizes_are_integers(field: str, value: Any) -> None:
    ((found, shown, _),) = violations_of(engine, **{field: value})
    assert (found, shown) == (field, value)


def test_only_the_fifo_depth_may_be_left_to_dwsim() -> None:
    assert engine(fifo_depth=None).fifo_depth is None
    for field in LIMITS.keys() - {"fifo_depth"}:
        assert violations_of(engine, **{field: None})[0][:2] == (field, None)


@pytest.mark.parametrize("value", [0, 1, None, "true"], ids=repr)
@pytest.mark.parametrize("field", ["ifmap_signed", "weight_signed"])
def test_signs_are_booleans(field: str, value: Any) -> None:
    assert violations_of(engine, **{field: value}) == [(field, value, "must be true or false")]


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", "_a", "a\n", "é", "a.v", "../a", 7, None])
def test_names_are_verilog_identifiers(name: Any) -> None:
    ((field, value, rule),) = violations_of(engine, name=name)
    assert (field, value) == ("name", name)
    assert rule.startswith("must be a Verilog identifier")


@pytest.mark.parametrize("name", ["module", "reg", "wire", "input", "dw_", "dw_window"])
def test_names_that_are_taken(name: str) -> None:
    ((field, value, rule),) = violations_of(engine, name=name)
    assert (field, value) == ("name", name)
    assert rule.startswith("must be no Verilog keyword and not start with dw_")


def test_all_violations_come_together() -> None:
    found = violations_of(
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


def test_a_fifo_too_small_for_the_pipeline() -> None:
    needed = EngineNumbers(engine()).fifo_depth_min
    assert EngineNumbers(engine(fifo_depth=needed)).fifo_depth == needed
    ((field, value, rule),) = violations_of(EngineNumbers, engine(fifo_depth=needed - 1))
    assert (field, value) == ("fifo_depth", needed - 1)
    assert rule.startswith(f"must be at least {needed}, ")


def test_too_many_weight_sets() -> None:
    assert EngineNumbers(engine(max_channel_groups=65535)).weight_sets == 65535
    large = engine(max_channel_groups=32768, max_channel_multiplier=2, fifo_depth=1)
    fifo, sets = violations_of(EngineNumbers, large)
    assert fifo[:2] == ("fifo_depth", 1)
    assert sets[:2] == ("max_channel_groups", 32768)
    assert sets[2] == "times max_channel_multiplier = 2 gives 65536 weight sets; at most 65535"


def layer(**changes: Any) -> LayerSpec:
    sizes = {"ifmap_h": 9, "ifmap_w": 8, "channels": 2, "kernel_h": 3, "kernel_w": 3}
    return LayerSpec(**{**sizes, **changes})


def test_a_layer_that_fits_exactly() -> None:
    assert Plan(layer(), engine()).row_pitch == 8


@pytest.mark.parametrize(
    ("changes", "field", "limit", "needed", "excess"),
    [
        ({"kernel_h": 4}, "kernel_h", 3, 4, 1),
        ({"kernel_w": 5}, "kernel_w", 3, 5, 2),
        ({"ifmap_w": 11}, "max_row_pitch", 8, 11, 3),
        # padding can make the raster wider than the ifmap: 11 outputs, one a pixel
        ({"pad_left": 2, "pad_right": 3}, "max_row_pitch", 8, 11, 3),
        ({"ifmap_h": 13}, "max_plane_rows", 9, 13, 4),
        ({"pad_top": 2, "pad_bottom": 2}, "max_plane_rows", 9, 11, 2),
        ({"dilation_h": 2}, "max_dilation_h", 1, 2, 1),
        ({"dilation_w": 3}, "max_dilation_w", 1, 3, 2),
        ({"channels": 5}, "max_channel_groups", 1, 3, 2),
        ({"channel_multiplier": 2}, "max_channel_multiplier", 1, 2, 1),
        ({"batch": 258}, "max_batch", 256, 258, 2),
    ],
)
def test_a_layer_that_exceeds_says_by_how_much(
    changes: dict[str, int], field: str, limit: int, needed: int, excess: int
) -> None:
    ((found, value, rule),) = violations_of(Plan, layer(**changes), engine())
    assert (found, value) == (field, limit)
    assert rule.endswith(f" {needed}, which exceeds it by {excess}")


def test_a_lead_that_exceeds_says_by_how_much() -> None:
    """12 rows of padding above a 3-row kernel: the first outputs need no input for 10 rows."""
    padded = layer(ifmap_h=3, pad_top=12, pad_left=1, pad_right=1)
    roomy = engine(max_plane_rows=20)
    reach = EngineNumbers(roomy).max_lag  # 2 rows of 8 slots and 2 columns
    lead = (12 - 2) * 8 - (2 - 1)
    ((field, value, rule),) = violations_of(Plan, padded, roomy)
    assert (field, value, reach) == ("max_lead", 18, 18)
    assert rule.endswith(f" {lead}, which exceeds it by {lead - 18}")
    assert -Plan(padded, engine(max_plane_rows=20, max_lead=lead)).lag == lead


def test_a_dilation_without_taps_to_spread_fits() -> None:
    assert Plan(layer(kernel_h=1, dilation_h=9), engine()).row_delay == 1
    assert Plan(layer(kernel_w=1, dilation_w=9), engine()).col_delay == 1


def test_an_empty_layer_is_refused() -> None:
    ((field, value, rule),) = violations_of(Plan, layer(batch=0), engine())
    assert (field, value) == ("ofmap", (0, 7, 6, 2))
    assert rule.startswith("is empty")


def test_all_misfits_come_together() -> None:
    large = layer(kernel_h=5, ifmap_w=20, ifmap_h=30, channels=40, batch=999)
    assert [field for field, _, _ in violations_of(Plan, large, engine())] == [
        "kernel_h",
        "max_row_pitch",
        "max_plane_rows",
        "max_channel_groups",
        "max_batch",
    ]
