"""LayerSpec.from_tf: TensorFlow's arguments, and the rules of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dwsim import LayerSpec
from tests.spec.test_layer import SIZES
from tests.violations import violations_of


def from_tf(**changes: Any) -> LayerSpec:
    arguments = {
        "input_shape": (1, 5, 6, 2),
        "filter_shape": (3, 3, 2, 1),
        "strides": (1, 1, 1, 1),
        "padding": "SAME",
    }
    return LayerSpec.from_tf(**{**arguments, **changes})


def test_from_tf_reads_every_argument() -> None:
    expected = LayerSpec(
        ifmap_h=5,
        ifmap_w=6,
        channels=2,
        kernel_h=3,
        kernel_w=4,
        batch=7,
        channel_multiplier=9,
        stride_h=2,
        stride_w=3,
        pad_top=1,
        pad_bottom=2,
        pad_left=3,
        pad_right=4,
        name="conv",
    )
    nhwc = from_tf(
        input_shape=[7, 5, 6, 2],
        filter_shape=[3, 4, 2, 9],
        strides=[1, 2, 3, 1],
        padding=[[0, 0], [1, 2], [3, 4], [0, 0]],
        name="conv",
    )
    nchw = from_tf(
        input_shape=np.array([7, 2, 5, 6]),
        filter_shape=np.array([3, 4, 2, 9]),
        strides=np.array([1, 1, 2, 3]),
        padding=np.array([[0, 0], [0, 0], [1, 2], [3, 4]]),
        data_format="NCHW",
        dilations=[np.int8(1), np.int64(1)],
        name="conv",
    )
    assert nhwc == nchw == expected
    assert all(type(getattr(nchw, field)) is int for field in SIZES)
    assert from_tf(data_format=None) == from_tf()
    dilated = from_tf(dilations=(2, 3), padding="VALID", input_shape=(1, 9, 9, 2))
    assert (dilated.dilation_h, dilated.dilation_w) == (2, 3)


@pytest.mark.parametrize(
    ("ifmap", "kernel", "stride", "dilation", "pads"),
    [
        (5, 3, 1, 1, (1, 1)),
        (5, 2, 1, 1, (0, 1)),
        (5, 3, 2, 1, (1, 1)),
        (6, 3, 2, 1, (0, 1)),
        (5, 1, 2, 1, (0, 0)),
        (7, 3, 5, 1, (0, 1)),
        (6, 3, 5, 1, (1, 1)),
        (1, 5, 1, 1, (2, 2)),
        (4, 3, 1, 5, (5, 5)),
        (4, 2, 1, 3, (1, 2)),
        (0, 3, 1, 1, (1, 1)),
    ],
)
def test_same_padding(
    ifmap: int, kernel: int, stride: int, dilation: int, pads: tuple[int, int]
) -> None:
    rows = from_tf(
        input_shape=(1, ifmap, 9, 1),
        filter_shape=(kernel, 1, 1, 1),
        strides=(1, stride, 1, 1),
        dilations=(dilation, 1),
    )
    columns = from_tf(
        input_shape=(1, 9, ifmap, 1),
        filter_shape=(1, kernel, 1, 1),
        strides=(1, 1, stride, 1),
        dilations=(1, dilation),
    )
    assert (rows.pad_top, rows.pad_bottom, rows.pad_left, rows.pad_right) == (*pads, 0, 0)
    assert (columns.pad_left, columns.pad_right) == pads
    assert rows.ofmap_h == columns.ofmap_w == -(-ifmap // stride)


NOT_LISTS = [None, 1, True, 1.5, "SAME", "1111", b"1111", {}, {0: 1, 1: 1, 2: 1, 3: 1}]
WRONG_LENGTHS = [[], [1], [1, 1, 1], (1, 1, 1, 1, 1), np.int64(1)]


@pytest.mark.parametrize("value", [*NOT_LISTS, {1, 2, 3, 4}, *WRONG_LENGTHS], ids=repr)
@pytest.mark.parametrize("argument", ["input_shape", "filter_shape", "strides", "dilations"])
def test_lists_are_lists_of_the_right_length(argument: str, value: Any) -> None:
    if argument == "dilations" and value is None:
        return
    name = argument.replace("_", ".")
    assert violations_of(from_tf, **{argument: value}) == [(name, value)]


@pytest.mark.parametrize("value", [True, 1.0, np.float32(1), np.True_, "1", None, [1], -1])
@pytest.mark.parametrize(
    ("argument", "length"),
    [("input_shape", 4), ("filter_shape", 4), ("strides", 4), ("dilations", 2)],
)
def test_entries_are_integers(argument: str, length: int, value: Any) -> None:
    entries = [1] * length
    entries[1] = value
    name = argument.replace("_", ".")
    assert (f"{name}[1]", value) in violations_of(from_tf, **{argument: entries})


@pytest.mark.parametrize(
    ("changes", "violations"),
    [
        ({"filter_shape": (0, 0, 2, 1)}, [("filter.shape[0]", 0), ("filter.shape[1]", 0)]),
        ({"filter_shape": (3, 3, 4, 1)}, [("filter.shape[2]", 4)]),
        ({"data_format": "NCHW"}, [("filter.shape[2]", 2)]),
        ({"strides": (2, 1, 1, 3)}, [("strides[0]", 2), ("strides[3]", 3)]),
        (
            {"strides": (1, 2, 1, 1), "data_format": "NCHW", "input_shape": (1, 2, 5, 6)},
            [("strides[1]", 2)],
        ),
        ({"strides": (1, 0, -1, 1)}, [("strides[1]", 0), ("strides[2]", -1)]),
        ({"dilations": (0, 1)}, [("dilations[0]", 0)]),
        ({"dilations": (1, 2), "strides": (1, 2, 1, 1)}, [("dilations", [1, 2])]),
        ({"dilations": (2, 2), "strides": (1, 1, 2, 1)}, [("dilations", [2, 2])]),
        ({"data_format": "nhwc"}, [("data_format", "nhwc")]),
        ({"data_format": ""}, [("data_format", "")]),
        ({"data_format": 4}, [("data_format", 4)]),
        ({"name": 4}, [("name", 4)]),
        ({"padding": "VALID", "filter_shape": (7, 3, 2, 1)}, [("filter.shape[0]", 7)]),
        (
            {"padding": "VALID", "filter_shape": (3, 4, 2, 1), "dilations": (3, 3)},
            [("filter.shape[0]", 3), ("filter.shape[1]", 4)],
        ),
    ],
    ids=str,
)
def test_rules_of_from_tf(changes: dict[str, Any], violations: list[tuple[str, Any]]) -> None:
    assert violations_of(from_tf, **changes) == violations


@pytest.mark.parametrize(
    ("padding", "violations"),
    [
        ("same", [("padding", "same")]),
        ("Valid", [("padding", "Valid")]),
        ("EXPLICIT", [("padding", "EXPLICIT")]),
        (b"SAME", [("padding", b"SAME")]),
        (None, [("padding", None)]),
        (1, [("padding", 1)]),
        ([[0, 0], [1, 1], [0, 0]], [("padding", [[0, 0], [1, 1], [0, 0]])]),
        ([0, 1, 1, 0], [(f"padding[{i}]", value) for i, value in enumerate([0, 1, 1, 0])]),
        ([[0, 0], [1], [1, 1, 1], [0, 0]], [("padding[1]", [1]), ("padding[2]", [1, 1, 1])]),
        ([[0, 0], "11", [1, 1], [0, 0]], [("padding[1]", "11")]),
        (
            [[0, 0], [-1, 1.5], [True, "1"], [0, 0]],
            [
                ("padding[1][0]", -1),
                ("padding[1][1]", 1.5),
                ("padding[2][0]", True),
                ("padding[2][1]", "1"),
            ],
        ),
        ([[0, 1], [1, 1], [1, 1], [2, 0]], [("padding[0]", [0, 1]), ("padding[3]", [2, 0])]),
    ],
    ids=str,
)
def test_rules_of_padding(padding: Any, violations: list[tuple[str, Any]]) -> None:
    assert violations_of(from_tf, padding=padding) == violations


def test_channel_padding_of_nchw_is_refused() -> None:
    nchw = {"data_format": "NCHW", "input_shape": (1, 2, 5, 6)}
    padding = [[0, 0], [1, 1], [1, 1], [0, 0]]
    assert violations_of(from_tf, padding=padding, **nchw) == [("padding[1]", [1, 1])]


def test_all_violations_of_a_call_come_together() -> None:
    found = violations_of(
        from_tf,
        input_shape=(1, 5, 2),
        filter_shape=(3, 0, 2, 1),
        strides=(2, 1, 1.0, 1),
        padding=[[0, 0], [-1, 0], [0, 0], [0, 3]],
        data_format="NHCW",
        dilations=(1, 2, 2, 1),
        name=b"x",
    )
    assert found == [
        ("data_format", "NHCW"),
        ("input.shape", (1, 5, 2)),
        ("filter.shape[1]", 0),
        ("strides[2]", 1.0),
        ("dilations", (1, 2, 2, 1)),
        ("padding[1][0]", -1),
        ("name", b"x"),
    ]
