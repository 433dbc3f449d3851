"""EngineSpec, the numbers derived from it, and what fits: every rule has a tiny bad input."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import EngineNumbers, Plan
from dwsim.spec.quantisation import Quantisation

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
    assert fields == {
        *LIMITS,
        "ifmap_signed",
        "weight_signed",
        "requantise",
        "taps_per_cycle",
        "name",
    }


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
    assert rule.startswith("must not be a Verilog keyword, and not start with dw_")


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


REQUANTISING = ("double", "single", "both")


@pytest.mark.parametrize("value", ["", "None", "triple", None, 1, True, ["single"]], ids=repr)
def test_requantise_is_one_of_its_names(value: Any) -> None:
    rule = "must be one of none, double, single, both"
    assert violations_of(engine, requantise=value) == [("requantise", value, rule)]


@pytest.mark.parametrize("requantise", REQUANTISING)
@pytest.mark.parametrize(
    ("field", "bad", "kind"),
    [
        ("ifmap_width", 2, "must be 8 or 16"),
        ("ifmap_width", 7, "must be 8 or 16"),
        ("ifmap_width", 9, "must be 8 or 16"),
        ("ifmap_width", 15, "must be 8 or 16"),
        ("weight_width", 7, "must be 8"),
        ("weight_width", 9, "must be 8"),
        ("weight_width", 16, "must be 8"),
        ("ifmap_signed", False, "must be true"),
        ("weight_signed", False, "must be true"),
    ],
)
def test_requantise_needs_the_formats_of_tflite(
    requantise: str, field: str, bad: Any, kind: str
) -> None:
    assert engine(requantise=requantise).requantise == requantise
    rule = f"{kind} with requantise = {requantise!r}, as TFLite defines it"
    assert violations_of(engine, requantise=requantise, **{field: bad}) == [(field, bad, rule)]
    assert getattr(engine(**{field: bad}), field) == bad


@pytest.mark.parametrize("requantise", ["double", "both"])
def test_words_are_rounded_once(requantise: str) -> None:
    assert engine(requantise="single", ifmap_width=16).ifmap_width == 16
    rule = "must be 'single' with 16-bit activations: TFLite rounds them only once"
    found = violations_of(engine, requantise=requantise, ifmap_width=16)
    assert found == [("requantise", requantise, rule)]


def test_all_violations_of_requantise_come_together() -> None:
    found = violations_of(
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
        # 3x3 taps: 2 + 1 to the slot, 1 + 1 + 5 + 2 in the array, 2 in the FIFO; then what
        # TFLite's bias, multiplier and shift need: 4 + 4 + 1 bytes, or 6 + 2 + 1
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
    ((field, value, rule),) = violations_of(EngineNumbers, engine(fifo_depth=needed - 1))
    assert (field, value) == ("fifo_depth", needed - 1)
    assert rule.startswith(f"must be at least {needed}, ")


def test_too_many_weight_sets() -> None:
    assert EngineNumbers(engine(max_channel_groups=65535)).counters.weight_sets == 65535
    large = engine(max_channel_groups=32768, max_channel_multiplier=2, fifo_depth=1)
    fifo, sets = violations_of(EngineNumbers, large)
    assert fifo[:2] == ("fifo_depth", 1)
    assert sets[:2] == ("max_channel_groups", 32768)
    assert sets[2] == (
        "times max_channel_multiplier = 2 is 65536 weight sets; the product must be at most 65535"
    )


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
    ((found, value, rule),) = violations_of(Plan, layer(**changes), engine())
    assert (found, value) == (field, limit)
    assert rule.endswith(f" {needed}, which exceeds it by {excess}")


def test_a_lead_that_exceeds_says_by_how_much() -> None:
    """12 rows of padding above a 3-row kernel: the first outputs need no input for 10 rows."""
    padded = layer(ifmap_h=3, pad_top=12, pad_left=1, pad_right=1)
    roomy = engine(max_plane_rows=20)
    reach = EngineNumbers(roomy).counters.max_lag  # 2 rows of 8 slots and 2 columns
    lead = (12 - 2) * 8 - (2 - 1)
    ((field, value, rule),) = violations_of(Plan, padded, roomy)
    assert (field, value, reach) == ("max_lead", 18, 18)
    assert rule.endswith(f" {lead}, which exceeds it by {lead - 18}")
    assert -Plan(padded, engine(max_plane_rows=20, max_lead=lead)).raster.lag == lead


def test_a_dilation_without_taps_to_spread_fits() -> None:
    assert Plan(layer(kernel_h=1, dilation_h=9), engine()).raster.row_delay == 1
    assert Plan(layer(kernel_w=1, dilation_w=9), engine()).raster.col_delay == 1


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
    ((field, value, rule),) = violations_of(Plan, layer(), engine(), q)
    assert (field, value) == ("quantisation", dataclasses.astuple(q))
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
    found = violations_of(Plan, layer(), target, q)
    rule = f"of the quantisation must be the engine's, {width}"
    assert ("ifmap_width", q.ifmap_width, rule) in found


@pytest.mark.parametrize("requantise", REQUANTISING)
@pytest.mark.parametrize("rounding", ["double", "single"])
def test_a_quantisation_has_a_rounding_of_the_engine(requantise: str, rounding: str) -> None:
    q, target = quantisation(rounding=rounding), engine(requantise=requantise)
    if requantise in ("both", rounding):
        assert Plan(layer(), target, q).quantisation == q
        return
    rule = f"of the quantisation must be the engine's, {requantise}"
    assert violations_of(Plan, layer(), target, q) == [("rounding", rounding, rule)]


@pytest.mark.parametrize("rounding", ["double", "single"])
def test_the_rounding_of_words_has_no_meaning(rounding: str) -> None:
    q = words(rounding=rounding)
    assert Plan(layer(), engine(requantise="single", ifmap_width=16), q).quantisation == q


@pytest.mark.parametrize("channels", [0, 1, 3])
def test_a_quantisation_has_the_layer_s_channels(channels: int) -> None:
    found = violations_of(Plan, layer(), engine(requantise="double"), quantisation(channels))
    rule = "must have one entry for each of 2 ofmap channels"
    assert found == [("multiplier", channels, rule)]


def test_a_quantisation_counts_the_channels_of_the_ofmap() -> None:
    multiplied = layer(channel_multiplier=3)
    target = engine(requantise="double", max_channel_multiplier=3)
    assert Plan(multiplied, target, quantisation(6)).layer == multiplied
    ((field, value, _),) = violations_of(Plan, multiplied, target, quantisation(2))
    assert (field, value) == ("multiplier", 2)


def test_misfits_of_layer_and_quantisation_come_together() -> None:
    large = layer(kernel_h=5)
    q = words(rounding="double")
    found = violations_of(Plan, large, engine(requantise="single"), q)
    assert [field for field, _, _ in found] == ["ifmap_width", "kernel_h"]


def test_cycles_need_no_quantisation_but_the_ports_do() -> None:
    target = engine(requantise="both")
    plan = Plan(layer(), target)
    q = quantisation(rounding="single")
    assert plan.cycles == Plan(layer(), target, q).cycles
    rule = "is required by an engine that requantises"
    assert violations_of(lambda: plan.config) == [("quantisation", None, rule)]
    assert violations_of(plan.config_words) == [("quantisation", None, rule)]
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
