"""LayerSpec and LayerSpec.from_tf: each rule has a tiny bad input; one error lists all."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from dwsim import LayerSpec
from tests.violations import violations_of

SIZES = [field.name for field in dataclasses.fields(LayerSpec) if field.name != "name"]
MAY_BE_ZERO = [
    name
    for name in SIZES
    if name.startswith("pad_")
    or name in ("batch", "ifmap_h", "ifmap_w", "channels", "channel_multiplier")
]


def layer(**changes: Any) -> LayerSpec:
    sizes = {"ifmap_h": 5, "ifmap_w": 6, "channels": 2, "kernel_h": 3, "kernel_w": 3}
    return LayerSpec(**{**sizes, **changes})


@pytest.mark.parametrize("value", [-1, True, 1.0, "1", None, [1]], ids=repr)
@pytest.mark.parametrize("field", SIZES)
def test_sizes_are_integers(field: str, value: Any) -> None:
    assert violations_of(layer, **{field: value}) == [(field, value)]


@pytest.mark.parametrize("field", SIZES)
def test_only_tensors_and_pads_may_be_zero(field: str) -> None:
    if field in MAY_BE_ZERO:
        # SAME-like pads keep the kernel fitting when ifmap_h or ifmap_w is 0.
        pads = {"pad_top": 2, "pad_bottom": 2, "pad_left": 2, "pad_right": 2}
        assert getattr(layer(**{**pads, field: 0}), field) == 0
    else:
        assert violations_of(layer, **{field: 0}) == [(field, 0)]


def test_name_is_a_string() -> None:
    assert violations_of(layer, name=3) == [("name", 3)]


def test_all_violations_of_a_layer_come_together() -> None:
    assert violations_of(layer, batch=-1, stride_w=0, pad_top=1.5, name=None) == [
        ("batch", -1),
        ("stride_w", 0),
        ("pad_top", 1.5),
        ("name", None),
    ]
    assert violations_of(layer, kernel_h=7, kernel_w=8) == [("kernel_h", 7), ("kernel_w", 8)]


def test_a_layer_knows_its_sizes() -> None:
    spec = layer(batch=2, channel_multiplier=3, stride_h=2, dilation_w=2, pad_top=1, pad_right=4)
    assert spec.ifmap_shape == (2, 5, 6, 2)
    assert spec.weight_shape == (3, 3, 2, 3)
    # rows: padded 6, reach 3, stride 2; columns: padded 10, reach 5, stride 1
    assert spec.ofmap_shape == (2, 2, 6, 6)
    assert spec.macs == 2 * 2 * 6 * 6 * 9
    assert not spec.is_empty


@pytest.mark.parametrize(
    ("changes", "ofmap_shape"),
    [
        ({"batch": 0}, (0, 3, 4, 2)),
        ({"channels": 0}, (1, 3, 4, 0)),
        ({"channel_multiplier": 0}, (1, 3, 4, 0)),
        ({"kernel_h": 6}, (1, 0, 4, 2)),
        ({"kernel_h": 8, "stride_h": 2}, (1, 0, 4, 2)),
        ({"ifmap_h": 0, "pad_top": 3}, (1, 1, 4, 2)),
    ],
    ids=str,
)
def test_empty_layers(changes: dict[str, int], ofmap_shape: tuple[int, ...]) -> None:
    spec = layer(**changes)
    assert spec.is_empty
    assert spec.ofmap_shape == ofmap_shape


@pytest.mark.parametrize(
    ("kernel", "stride", "fits"), [(6, 1, True), (7, 1, False), (8, 2, True), (9, 2, False)]
)
def test_where_a_kernel_is_too_large(kernel: int, stride: int, fits: bool) -> None:
    """TensorFlow's edge: (5 - kernel + stride) / stride, rounded towards 0, is not negative."""
    if fits:
        assert layer(kernel_h=kernel, stride_h=stride).ofmap_h == 0
    else:
        assert violations_of(layer, kernel_h=kernel, stride_h=stride) == [("kernel_h", kernel)]


def test_a_layer_may_have_stride_and_dilation() -> None:
    assert layer(stride_h=2, dilation_h=2, pad_top=2).ofmap_h == 2
