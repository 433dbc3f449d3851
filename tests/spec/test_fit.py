"""Layers and quantisations that exceed an engine, or for which it has no hardware."""

from __future__ import annotations

from typing import Any

import pytest

from dwsim import LayerSpec
from dwsim.derive import EngineNumbers, Plan
from dwsim.spec.quantisation import Quantisation
from tests.spec.small_engine import REQUANTISING, engine
from tests.violations import broken_rules


def layer(**changes: Any) -> LayerSpec:
    sizes = {"ifmap_h": 9, "ifmap_w": 8, "channels": 2, "kernel_h": 3, "kernel_w": 3}
    return LayerSpec(**{**sizes, **changes})


def test_a_layer_that_fits_exactly() -> None:
    assert Plan(layer(), engine()).raster.row_pitch == 8


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
    ((found, value, rule),) = broken_rules(Plan, layer(**changes), engine())
    assert (found, value) == (field, limit)
    assert rule.endswith(f" {needed}, which exceeds it by {excess}")


def test_a_lead_that_exceeds_says_by_how_much() -> None:
    """12 rows of padding above a 3-row kernel: the first outputs need no input for 10 rows."""
    padded = layer(ifmap_h=3, pad_top=12, pad_left=1, pad_right=1)
    roomy = engine(max_plane_rows=20)
    reach = EngineNumbers(roomy).counters.max_lag  # 2 rows of 8 slots and 2 columns
    lead = (12 - 2) * 8 - (2 - 1)
    ((field, value, rule),) = broken_rules(Plan, padded, roomy)
    assert (field, value, reach) == ("max_lead", 18, 18)
    assert rule.endswith(f" {lead}, which exceeds it by {lead - 18}")
    assert -Plan(padded, engine(max_plane_rows=20, max_lead=lead)).raster.lag == lead


def test_a_dilation_without_taps_to_spread_fits() -> None:
    assert Plan(layer(kernel_h=1, dilation_h=9), engine()).raster.row_delay == 1
    assert Plan(layer(kernel_w=1, dilation_w=9), engine()).raster.col_delay == 1


def test_an_empty_layer_is_refused() -> None:
    ((field, value, rule),) = broken_rules(Plan, layer(batch=0), engine())
    assert (field, value) == ("ofmap", (0, 7, 6, 2))
    assert rule.startswith("is empty")


def test_all_misfits_come_together() -> None:
    large = layer(kernel_h=5, ifmap_w=20, ifmap_h=30, channels=40, batch=999)
    assert [field for field, _, _ in broken_rules(Plan, large, engine())] == [
        "kernel_h",
        "max_row_pitch",
        "max_plane_rows",
        "max_channel_groups",
        "max_batch",
    ]


# -- quantisation ---------------------------------------------------------------------------


def quantisation(channels: int = 2, **changes: Any) -> Quantisation:
    values = {
        "bias": (5,) * channels,
        "multiplier": (2**30,) * channels,
        "shift": (-3,) * channels,
        "act_min": -100,
        "act_max": 90,
        "ifmap_zero_point": -7,
        "ofmap_zero_point": 11,
    }
    return Quantisation(**{**values, **changes})


def words(**changes: Any) -> Quantisation:
    zeros = {"ifmap_zero_point": 0, "ofmap_zero_point": 0}
    return quantisation(ifmap_width=16, **zeros, **changes)


def test_a_quantisation_needs_a_requantiser() -> None:
    q = quantisation()
    ((field, value, rule),) = broken_rules(Plan, layer(), engine(), q)
    assert (field, value) == ("quantisation", q)
    assert rule == "needs an engine that requantises, not requantise = 'none'"


@pytest.mark.parametrize(
    ("requantise", "width", "q"),
    [("single", 16, quantisation()), ("single", 8, words()), ("double", 8, words())],
    ids=["bytes", "words", "words_twice"],
)
def test_a_quantisation_has_the_engine_s_width(
    requantise: str, width: int, q: Quantisation
) -> None:
    target = engine(requantise=requantise, ifmap_width=width)
    found = broken_rules(Plan, layer(), target, q)
    rule = f"of the quantisation must be the engine's, {width}"
    assert ("ifmap_width", q.ifmap_width, rule) in found


@pytest.mark.parametrize("requantise", REQUANTISING)
@pytest.mark.parametrize("rounding", ["double", "single", "float"])
def test_a_quantisation_has_a_rounding_of_the_engine(requantise: str, rounding: str) -> None:
    q, target = quantisation(rounding=rounding), engine(requantise=requantise)
    able = {"both": ["double", "single"], "all": ["double", "single", "float"]}
    roundings = able.get(requantise, requantise.split("+"))
    if rounding in roundings:
        assert Plan(layer(), target, q).quantisation == q
        return
    rule = f"of the quantisation must be one that the engine has: {', '.join(roundings)}"
    assert broken_rules(Plan, layer(), target, q) == [("rounding", rounding, rule)]


@pytest.mark.parametrize("rounding", ["double", "single"])
def test_the_rounding_of_words_has_no_meaning(rounding: str) -> None:
    q = words(rounding=rounding)
    assert Plan(layer(), engine(requantise="single", ifmap_width=16), q).quantisation == q


@pytest.mark.parametrize("channels", [0, 1, 3])
def test_a_quantisation_has_the_layer_s_channels(channels: int) -> None:
    found = broken_rules(Plan, layer(), engine(requantise="double"), quantisation(channels))
    rule = "must have one entry for each of 2 ofmap channels"
    assert found == [("multiplier", channels, rule)]


def test_a_quantisation_counts_the_channels_of_the_ofmap() -> None:
    multiplied = layer(channel_multiplier=3)
    target = engine(requantise="double", max_channel_multiplier=3)
    assert Plan(multiplied, target, quantisation(6)).layer == multiplied
    ((field, value, _),) = broken_rules(Plan, multiplied, target, quantisation(2))
    assert (field, value) == ("multiplier", 2)


def test_misfits_of_layer_and_quantisation_come_together() -> None:
    large = layer(kernel_h=5)
    q = words(rounding="double")
    found = broken_rules(Plan, large, engine(requantise="single"), q)
    assert [field for field, _, _ in found] == ["ifmap_width", "kernel_h"]


def test_cycles_need_no_quantisation_but_the_ports_do() -> None:
    target = engine(requantise="both")
    plan = Plan(layer(), target)
    q = quantisation(rounding="single")
    assert plan.cycles == Plan(layer(), target, q).cycles
    rule = "is required by an engine that requantises"
    assert broken_rules(lambda: plan.config) == [("quantisation", None, rule)]
    assert broken_rules(plan.config_words) == [("quantisation", None, rule)]
    ports = {field.name for field in EngineNumbers(target).scale_fields}
    assert plan.geometry.keys() == plan.geometry_words().keys()
    assert not ports & plan.geometry.keys()


def test_the_ports_of_the_requantiser() -> None:
    target = engine(requantise="both")
    for rounding in ("double", "single"):
        plan = Plan(layer(), target, quantisation(rounding=rounding))
        scale = {name: plan.config[name] for name in plan.config.keys() - plan.geometry.keys()}
        assert scale == {
            "ifmap_zero_point": -7,
            "ofmap_zero_point": 11,
            "act_min": -100,
            "act_max": 90,
            "single_rounding": int(rounding == "single"),
        }
        low_bits = {"ifmap_zero_point": 0xF9, "ofmap_zero_point": 11, "act_min": 0x9C}
        assert low_bits.items() <= plan.config_words().items()
    raw = Plan(layer(), engine())
    assert raw.config == raw.geometry


@pytest.mark.parametrize("requantise", ["float", "double+float", "single+float", "all"])
def test_the_port_of_float_rounding(requantise: str) -> None:
    target = engine(requantise=requantise)
    for rounding in target.roundings:
        config = Plan(layer(), target, quantisation(rounding=rounding)).config
        found = (config["single_rounding"], config["float_rounding"])
        assert found == (int(rounding == "single"), int(rounding == "float"))
