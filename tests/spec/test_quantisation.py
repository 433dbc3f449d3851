"""Quantisation: every rule has a tiny bad input; multipliers and clamps follow TFLite's rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dwsim import SpecError
from dwsim.spec.quantisation import Quantisation
from tests.violations import violations_of

SCALARS = ("act_min", "act_max", "ifmap_zero_point", "ofmap_zero_point")
VECTORS = ("bias", "multiplier", "shift")
INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1


def quantisation(**changes: Any) -> Quantisation:
    fields = {"bias": (1, -2), "multiplier": (2**30, 5), "shift": (-3, 4)}
    return Quantisation(**{**fields, "act_min": -128, "act_max": 127, **changes})


@pytest.mark.parametrize("value", [True, 1.0, "1", None, [1]], ids=repr)
@pytest.mark.parametrize("field", SCALARS)
def test_scalars_are_integers(field: str, value: Any) -> None:
    assert violations_of(quantisation, **{field: value}) == [(field, value)]


@pytest.mark.parametrize("value", [True, 1.0, "1", None, [1], np.float32(1)], ids=repr)
@pytest.mark.parametrize("field", VECTORS)
def test_entries_of_channels_are_integers(field: str, value: Any) -> None:
    assert violations_of(quantisation, **{field: (1, value)}) == [(f"{field}[1]", value)]


@pytest.mark.parametrize("value", [3, None, "ab", {1, 2}], ids=repr)
@pytest.mark.parametrize("field", VECTORS)
def test_channels_are_sequences(field: str, value: Any) -> None:
    assert violations_of(quantisation, **{field: value}) == [(field, value)]


def test_channels_are_no_matrix() -> None:
    with pytest.raises(SpecError, match="bias = array.*one per ofmap channel"):
        quantisation(bias=np.zeros((1, 2), np.int32))


@pytest.mark.parametrize("field", ["multiplier", "shift"])
def test_every_channel_has_every_parameter(field: str) -> None:
    assert violations_of(quantisation, **{field: (1, 2, 3)}) == [(f"len({field})", 3)]


RANGES = [
    # width, rounding, field, least, largest
    (8, "double", "bias", INT32_MIN, INT32_MAX),
    (16, "double", "bias", -(2**47), 2**47 - 1),
    (8, "double", "multiplier", INT32_MIN, INT32_MAX),
    (8, "single", "multiplier", 0, INT32_MAX),
    (16, "double", "multiplier", 0, INT32_MAX),
    (16, "single", "multiplier", 0, INT32_MAX),
    (8, "double", "shift", -31, 30),
    (8, "single", "shift", -31, 30),
    (16, "double", "shift", -31, 7),
]


@pytest.mark.parametrize(("ifmap_width", "rounding", "field", "least", "largest"), RANGES)
def test_ranges_of_channels(
    ifmap_width: int, rounding: str, field: str, least: int, largest: int
) -> None:
    common = {"ifmap_width": ifmap_width, "rounding": rounding}
    assert getattr(quantisation(**common, **{field: (least, largest)}), field) == (least, largest)
    for beyond in (least - 1, largest + 1):
        found = violations_of(quantisation, **common, **{field: (0, beyond)})
        assert found == [(f"{field}[1]", beyond)]


def test_multipliers_of_float_rounding_are_significands() -> None:
    good = (0, 2**30, 2**31 - 128, 2**30 + 128)
    zeros = {"bias": (0,) * 4, "shift": (-31, 30, 0, 1), "rounding": "float"}
    assert quantisation(**zeros, multiplier=good).multiplier == good
    for bad in (1, 128, 2**30 - 128, 2**30 + 64, 2**31 - 1):
        found = violations_of(quantisation, **zeros, multiplier=(0, bad, 2**30, 0))
        assert found == [("multiplier[1]", bad)]
    for bad in (-128, 2**31):
        found = violations_of(quantisation, **zeros, multiplier=(0, 0, bad, 0))
        assert found == [("multiplier[2]", bad)]
    with pytest.raises(SpecError, match=r"multiplier\[0\] = 5: .*a float32 \(1 more channels"):
        quantisation(**zeros, multiplier=(5, 0, 7, 0))
    for beyond in (-32, 31):
        found = violations_of(quantisation, multiplier=(0, 0), shift=(beyond, 0), rounding="float")
        assert found == [("shift[0]", beyond)]


def test_words_have_no_float_rounding() -> None:
    found = violations_of(quantisation, ifmap_width=16, rounding="float", multiplier=(0, 0))
    assert found == [("rounding", "float")]


@pytest.mark.parametrize(("ifmap_width", "least", "largest"), [(8, -128, 127), (16, 0, 0)])
@pytest.mark.parametrize("field", ["ifmap_zero_point", "ofmap_zero_point"])
def test_ranges_of_zero_points(field: str, ifmap_width: int, least: int, largest: int) -> None:
    for value in (least, largest):
        spec = quantisation(ifmap_width=ifmap_width, **{field: value})
        assert getattr(spec, field) == value
    for value in (least - 1, largest + 1):
        found = violations_of(quantisation, ifmap_width=ifmap_width, **{field: value})
        assert found == [(field, value)]


@pytest.mark.parametrize(("ifmap_width", "limit"), [(8, 128), (16, 32768)])
def test_ranges_of_clamps(ifmap_width: int, limit: int) -> None:
    width = {"ifmap_width": ifmap_width}
    quantisation(**width, act_min=-limit, act_max=limit - 1)
    quantisation(**width, act_min=3, act_max=3)
    for act_min, act_max, field in [
        (-limit - 1, 0, "act_min"),
        (limit, 0, "act_min"),
        (0, limit, "act_max"),
        (0, -limit - 1, "act_max"),
        (4, 3, "act_min"),
    ]:
        found = violations_of(quantisation, **width, act_min=act_min, act_max=act_max)
        assert [name for name, _ in found] == [field]


@pytest.mark.parametrize("value", [4, 32, 8.0, "8", None, True], ids=repr)
def test_ifmap_width_is_8_or_16(value: Any) -> None:
    assert violations_of(quantisation, ifmap_width=value) == [("ifmap_width", value)]


@pytest.mark.parametrize("value", ["DOUBLE", "", None, 1, ["double"]], ids=repr)
def test_rounding_is_one_of_its_names(value: Any) -> None:
    assert violations_of(quantisation, rounding=value) == [("rounding", value)]


def test_all_violations_come_together() -> None:
    assert violations_of(
        quantisation,
        bias=(2**31, 0, 2**31, -(2**40)),
        multiplier=(0.5, 0),
        shift=(31, 31),
        act_min=None,
        act_max=128,
        ifmap_zero_point=-129,
        ofmap_zero_point=True,
    ) == [
        ("bias[0]", 2**31),
        ("multiplier[0]", 0.5),
        ("len(multiplier)", 2),
        ("shift[0]", 31),
        ("len(shift)", 2),
        ("ifmap_zero_point", -129),
        ("ofmap_zero_point", True),
        ("act_min", None),
        ("act_max", 128),
    ]
    assert violations_of(quantisation, ifmap_width=7, rounding="up") == [
        ("ifmap_width", 7),
        ("rounding", "up"),
    ]


def test_one_violation_speaks_for_all_channels_of_a_field() -> None:
    with pytest.raises(SpecError, match=r"bias\[1\] = 2147483648: .*2 more channels"):
        quantisation(bias=(0, 2**31, 2**31, 2**31), multiplier=(0,) * 4, shift=(0,) * 4)


@pytest.mark.parametrize("kind", [tuple, list, np.array, lambda v: np.array(v, np.int32)])
def test_equal_quantisations_are_equal_however_they_were_given(kind: Any) -> None:
    other = quantisation(bias=kind((1, -2)), multiplier=kind((2**30, 5)), shift=kind((-3, 4)))
    assert other == quantisation()
    assert hash(other) == hash(quantisation())
    assert {type(value) for value in (*other.bias, *other.multiplier, *other.shift)} == {int}
    assert other != quantisation(bias=(1, -3))


def test_lists_of_numpy_integers_are_integers() -> None:
    assert quantisation(bias=list(np.array([1, -2], np.int32))) == quantisation()


def test_a_quantisation_cannot_change_and_knows_its_sizes() -> None:
    spec = quantisation()
    with pytest.raises(AttributeError):
        spec.bias = (0, 0)
    assert (spec.channels, spec.dtype) == (2, np.int8)
    assert quantisation(ifmap_width=16).dtype == np.int16
    assert Quantisation((), (), (), 0, 0).channels == 0
