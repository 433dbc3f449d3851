"""From real scales to multipliers, shifts and activation ranges."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from dwsim import SpecError
from dwsim.golden.quantised import requantise
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import reduced_multiplier
from dwsim.spec.real_scales import ACTIVATIONS, activation_range, quantise_multiplier
from tests.violations import violations_of

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1


def from_scales(**changes: Any) -> Quantisation:
    fields = {"ifmap_scale": 0.5, "weight_scales": [0.25, 0.75], "ofmap_scale": 0.5, "channels": 2}
    return Quantisation.from_scales(**{**fields, **changes})


def tflite_multiplier(real: float) -> tuple[int, int]:
    """QuantizeMultiplier in rational numbers, for positive reals."""
    exact, shift = Fraction(real), 0
    while exact >= 1:
        exact, shift = exact / 2, shift + 1
    while exact < Fraction(1, 2):
        exact, shift = exact * 2, shift - 1
    multiplier = math.floor(exact * 2**31 + Fraction(1, 2))
    if multiplier == 2**31:
        multiplier, shift = 2**30, shift + 1
    return (0, 0) if shift < -31 else (multiplier, shift)


def test_multipliers_equal_the_rule_in_rational_numbers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    reals = np.ldexp(rng.uniform(0.5, 1, 4000), rng.integers(-36, 30, 4000))
    # Ties of the 31st bit, and the doubles beside them.
    ties = np.ldexp(rng.integers(2**30, 2**31, 1000) + 0.5, rng.integers(-64, -2, 1000))
    top = np.ldexp(1 - np.exp2(rng.uniform(-53, -20, 1000)), rng.integers(-33, 30, 1000))
    beside = [np.nextafter(ties, 0), np.nextafter(ties, np.inf)]
    for real in np.concatenate([reals, ties, *beside, top]).tolist():
        assert quantise_multiplier(real) == tflite_multiplier(real), f"seed {seed}: {real!r}"
        if real < 2.0**29:
            assert quantise_multiplier(real, "single") == quantise_multiplier(real)


@pytest.mark.parametrize(
    ("real", "double", "single"),
    [
        (0.0, (0, 0), (0, 0)),
        (-0.0, (0, 0), (0, 0)),
        (1, (2**30, 1), (2**30, 1)),
        (0.5, (2**30, 0), (2**30, 0)),
        (0.75, (3 * 2**29, 0), (3 * 2**29, 0)),
        (1 - 2.0**-31, (INT32_MAX, 0), (INT32_MAX, 0)),
        (1 - 2.0**-32, (2**30, 1), (2**30, 1)),  # the tie rounds up to 2**31: halved
        (1 - 1.5 * 2.0**-32, (INT32_MAX, 0), (INT32_MAX, 0)),
        (2.0**-32, (2**30, -31), (2**30, -31)),
        (2.0**-32 * (1 - 2.0**-40), (2**30, -31), (2**30, -31)),  # rounded before it is flushed
        (2.0**-32 * (1 - 2.0**-31), (0, 0), (0, 0)),
        (5e-324, (0, 0), (0, 0)),
        (2.0**30 * (1 - 2.0**-31), (INT32_MAX, 30), (INT32_MAX, 30)),
        (2.0**30, (2**30, 31), (INT32_MAX, 30)),
        (2.0**30 * (1 - 2.0**-32), (2**30, 31), (INT32_MAX, 30)),
        (2.0**1000, (2**30, 1001), (INT32_MAX, 30)),
        (-0.75, (-3 * 2**29, 0), None),
        (-1 + 2.0**-40, (INT32_MIN, 0), None),
        (-1.0, (-(2**30), 1), None),
    ],
)
def test_multipliers_at_the_edges(
    real: float, double: tuple[int, int], single: tuple[int, int] | None
) -> None:
    assert quantise_multiplier(real) == double
    if single is None:
        assert violations_of(quantise_multiplier, real, "single") == [("real", real)]
    else:
        assert quantise_multiplier(real, "single") == single


@pytest.mark.parametrize(
    ("real", "expected"),
    [
        (0.0, (0, 0)),
        (1, (2**30, 1)),
        (0.75, (3 * 2**29, 0)),
        (1 - 2.0**-24, (2**31 - 128, 0)),
        (1 - 2.0**-25, (2**30, 1)),  # a tie: to the even float32, 1
        (1 - 3 * 2.0**-25, (2**31 - 256, 0)),  # the tie below it: also to the even one
        (0.1, (13421773 * 2**7, -3)),
        (2.0**-32, (2**30, -31)),
        (2.0**-32 * (1 - 2.0**-24), (0, 0)),
        (2.0**-32 * (1 - 2.0**-25), (2**30, -31)),  # rounded to float32 before it is flushed
        (2.0**-127, (0, 0)),
        (5e-324, (0, 0)),
        (2.0**30 * (1 - 2.0**-24), (2**31 - 128, 30)),
        (2.0**30, (2**31 - 128, 30)),
        (3.4028234e38, (2**31 - 128, 30)),
    ],
)
def test_multipliers_of_float_rounding(real: float, expected: tuple[int, int]) -> None:
    assert quantise_multiplier(real, "float") == expected


@pytest.mark.parametrize("real", [-0.5, 1e39])
def test_float_rounding_has_float32_multipliers(real: float) -> None:
    assert violations_of(quantise_multiplier, real, "float") == [("real", real)]


def test_float_rounding_computes_scales_in_float32() -> None:
    # In double precision the sum 585 gives -119, in float32 it is a tie that goes to -120.
    scales = (0.05296124517917633, [0.024093778803944588], 0.11484327912330627)
    q = from_scales(
        ifmap_scale=scales[0], weight_scales=scales[1], ofmap_scale=scales[2], channels=1,
        ofmap_zero_point=-126, rounding="float",
    )  # fmt: skip
    product = np.float32(scales[0]) * np.float32(scales[1][0])
    real = product / np.float32(scales[2])
    assert np.ldexp(float(q.multiplier[0]), q.shift[0] - 31) == float(real)
    assert requantise(np.array([585]), q).tolist() == [-120]
    single = from_scales(
        ifmap_scale=scales[0], weight_scales=scales[1], ofmap_scale=scales[2], channels=1,
        ofmap_zero_point=-126, rounding="single",
    )  # fmt: skip
    assert requantise(np.array([585]), single).tolist() == [-119]


def test_float_rounding_has_finite_scales() -> None:
    given = {"ifmap_scale": 1e30, "weight_scales": [1.0, 1e30], "ofmap_scale": 1.0}
    found = violations_of(from_scales, **given, rounding="float")
    assert found == [("ifmap_scale * weight_scales[1] / ofmap_scale", math.inf)]


@pytest.mark.parametrize(
    ("activation", "scale", "zero_point", "expected"),
    [
        # 2.5 plus the zero point, to even: measured of XNNPACK
        ("relu_n1_to_1", 0.4, 0, (-2, 2)),
        ("relu_n1_to_1", 0.4, 1, (-2, 4)),
        ("relu6", 4.0, 1, (1, 2)),
        ("relu6", 4.0, 0, (0, 2)),
        ("relu6", 0.01, 7, (7, 127)),
        ("none", 0.1, 7, (-128, 127)),
    ],
)
def test_ranges_of_float_rounding(
    activation: str, scale: float, zero_point: int, expected: tuple[int, int]
) -> None:
    assert activation_range(activation, scale, zero_point, 8, "float") == expected


@pytest.mark.parametrize("real", [math.inf, -math.inf, math.nan, "1", None], ids=repr)
def test_multipliers_are_finite(real: Any) -> None:
    with pytest.raises(SpecError, match="real = .*finite"):
        quantise_multiplier(real)


def test_multipliers_know_their_roundings() -> None:
    assert violations_of(quantise_multiplier, 1.0, "up") == [("rounding", "up")]


@pytest.mark.parametrize(
    ("multiplier", "reduced"),
    [
        (0, 0),
        (0x7FFF, 0),
        (0x8000, 1),
        (2**30, 2**14),
        (0x40007FFF, 0x4000),
        (0x40008000, 0x4001),
        (0x7FFE8000, 0x7FFF),
        (0x7FFF7FFF, 0x7FFF),
        (0x7FFF8000, 0x7FFF),
        (INT32_MAX, 0x7FFF),
    ],
)
def test_reduced_multipliers(multiplier: int, reduced: int) -> None:
    assert reduced_multiplier(multiplier) == reduced


@pytest.mark.parametrize(
    ("activation", "scale", "zero_point", "width", "expected"),
    [
        ("none", 0.1, 7, 8, (-128, 127)),
        ("none", 0.1, 0, 16, (-32768, 32767)),
        ("relu", 0.1, 7, 8, (7, 127)),
        ("relu", 0.1, -128, 8, (-128, 127)),
        ("relu6", 0.1, 7, 8, (7, 67)),
        ("relu6", 0.01, 7, 8, (7, 127)),
        ("relu6", 0.001, 0, 16, (0, 6000)),
        ("relu_n1_to_1", 0.1, 7, 8, (-3, 17)),
        ("relu_n1_to_1", 0.001, 7, 8, (-128, 127)),
        ("relu_n1_to_1", 0.001, 0, 16, (-1000, 1000)),
        # Ties go away from zero: 1 / 0.4 = 2.5 in float32.
        ("relu_n1_to_1", 0.4, 0, 8, (-3, 3)),
        ("relu6", 4.0, 1, 8, (1, 3)),
        # In double precision 6 / float32(0.0923077) is 64.99999.. or 65.00000..: not a tie.
        ("relu6", 12 / 129, 0, 8, (0, 65)),
    ],
)
def test_activation_ranges(
    activation: str, scale: float, zero_point: int, width: int, expected: tuple[int, int]
) -> None:
    assert activation_range(activation, scale, zero_point, width) == expected


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        (("tanh", 1.0, 0, 8), ["activation"]),
        ((None, 1.0, 0, 8), ["activation"]),
        (("relu", 0.0, 0, 8), ["scale"]),
        (("relu", -1.0, 0, 8), ["scale"]),
        (("relu", math.nan, 0, 8), ["scale"]),
        (("relu", 1e39, 0, 8), ["scale"]),
        (("relu", 1e-50, 0, 8), ["scale"]),
        (("relu", "1", 0, 8), ["scale"]),
        (("relu6", 1e-9, 0, 8), ["scale"]),
        (("relu_n1_to_1", 1e-10, 0, 8), ["scale", "scale"]),
        (("relu", 1.0, 128, 8), ["zero_point"]),
        (("relu", 1.0, 0.0, 16), ["zero_point"]),
        (("relu", 1.0, 0, 32), ["width"]),
        (("relu", True, None, 8), ["scale", "zero_point"]),
    ],
)
def test_bad_activation_ranges(arguments: tuple[Any, ...], fields: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        activation_range(*arguments)
    assert [violation.field for violation in caught.value.violations] == fields


def test_scales_become_multipliers() -> None:
    assert from_scales() == Quantisation((0, 0), (2**30, 3 * 2**29), (-1, 0), -128, 127)


def test_a_weight_scale_of_0_gives_the_multiplier_0() -> None:
    """TFLite's QuantizeMultiplier(0) is (0, 0); files of pruned networks have such scales."""
    for rounding in ("double", "single"):
        spec = from_scales(weight_scales=[0.25, 0.0], rounding=rounding)
        assert (spec.multiplier, spec.shift) == ((2**30, 0), (-1, 0))


def test_one_weight_scale_serves_every_channel() -> None:
    arguments = {"weight_scales": np.array([0.75]), "channels": 3, "bias": np.array([1, 2, 3])}
    assert from_scales(**arguments) == Quantisation(
        (1, 2, 3), (3 * 2**29,) * 3, (0,) * 3, -128, 127
    )


def test_scales_bring_everything_else_along() -> None:
    spec = from_scales(
        ifmap_zero_point=3,
        ofmap_zero_point=-100,
        activation="relu6",
        rounding="single",
        ofmap_scale=0.25,
    )
    assert spec == Quantisation(
        (0, 0), (2**30, 3 * 2**29), (0, 1), -100, -76, 3, -100, rounding="single"
    )
    assert from_scales(ifmap_width=16).act_max == 32767


def test_scales_are_float32_and_their_product_is_not() -> None:
    # As doubles 0.1 * 0.1 / 0.1 would be 0.1; in float32 throughout the last bits are others too.
    tenth = Fraction(float(np.float32(0.1)))
    spec = from_scales(ifmap_scale=0.1, weight_scales=[0.1], ofmap_scale=0.1)
    assert spec.multiplier[0] == math.floor(tenth * 8 * 2**31 + Fraction(1, 2))
    assert spec.multiplier[0] != quantise_multiplier(0.1)[0]
    # The product of two float32 has 48 bits, which a float32 product would cut to 24.
    spec = from_scales(ifmap_scale=0.7, weight_scales=[0.9], ofmap_scale=1.0)
    exact = Fraction(float(np.float32(0.7))) * Fraction(float(np.float32(0.9)))
    assert spec.multiplier[0] == math.floor(exact * 2**31 + Fraction(1, 2))


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"ifmap_scale": 0}, ["ifmap_scale"]),
        ({"ofmap_scale": math.inf}, ["ofmap_scale"]),
        ({"weight_scales": [1, -1]}, ["weight_scales[1]"]),
        ({"weight_scales": [1, 1e-50]}, ["weight_scales[1]"]),
        ({"weight_scales": [1, 2, 3]}, ["len(weight_scales)"]),
        ({"weight_scales": 0.5}, ["weight_scales"]),
        ({"weight_scales": []}, ["len(weight_scales)"]),
        ({"channels": -1}, ["channels"]),
        ({"ifmap_scale": -1, "ofmap_scale": None, "channels": 1.0}, ["ifmap_scale", "ofmap_scale"]),
        ({"rounding": "up"}, ["rounding"]),
        ({"activation": "tanh"}, ["activation"]),
        ({"bias": [1]}, ["len(multiplier)", "len(shift)"]),
        ({"weight_scales": [2.0**31]}, ["shift[0]"]),
    ],
)
def test_bad_scales(changes: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        from_scales(**changes)
    assert [violation.field for violation in caught.value.violations][: len(fields)] == fields


def test_every_activation_has_a_range() -> None:
    for activation in ACTIVATIONS:
        low, high = activation_range(activation, 0.5, 0)
        assert -128 <= low < high <= 127
