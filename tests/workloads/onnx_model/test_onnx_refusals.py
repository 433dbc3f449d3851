"""Layers that cannot run: the reason names the field, its value and the rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from dwsim.verification.onnx_engine import assess_onnx, smallest_onnx_engine
from tests.onnx_files.onnx_builder import Case, single
from tests.workloads.onnx_model.reference import only_layer, read, reasons


def weight(model: onnx.ModelProto, name: str) -> onnx.TensorProto:
    return next(tensor for tensor in model.graph.initializer if tensor.name == name)


def node(model: onnx.ModelProto, kind: str) -> onnx.NodeProto:
    return next(one for one in model.graph.node if one.op_type == kind)


def constant(name: str, value: Any) -> Callable[[onnx.ModelProto], None]:
    return lambda model: weight(model, name).CopyFrom(numpy_helper.from_array(value, name))


def attribute(kind: str, name: str, value: Any) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        found = node(model, kind)
        kept = [one for one in found.attribute if one.name != name]
        del found.attribute[:]
        found.attribute.extend([*kept, helper.make_attribute(name, value)])

    return change


def taken_by_another(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Sigmoid", ["y"], ["more"]))


def sigmoid_in_between(model: onnx.ModelProto) -> None:
    node(model, "QuantizeLinear").input[0] = "s"
    model.graph.node.insert(4, helper.make_node("Sigmoid", ["y"], ["s"]))


def variable_weight(model: onnx.ModelProto) -> None:
    tensor = weight(model, "weight")
    value = helper.make_tensor_value_info("weight", tensor.data_type, list(tensor.dims))
    model.graph.initializer.remove(tensor)
    model.graph.input.append(value)


def float_bias(value: np.ndarray) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        model.graph.initializer.append(numpy_helper.from_array(value, "real"))
        node(model, "Conv").input[2] = "real"

    return change


def variable_bias(model: onnx.ModelProto) -> None:
    model.graph.input.append(helper.make_tensor_value_info("real", onnx.TensorProto.FLOAT, [4]))
    node(model, "Conv").input[2] = "real"


@pytest.mark.parametrize(
    ("form", "change", "message"),
    [
        ("qdq", sigmoid_in_between, "ofmap = 'Sigmoid': must go to one QuantizeLinear"),
        ("qdq", taken_by_another, "ofmap = 'no single operator'"),
        ("qdq", float_bias(np.ones(4, np.float16)), "bias = 'float16': must be of type float"),
        ("qdq", float_bias(np.ones(3, np.float32)), "bias = 3: must be 4 numbers"),
        (
            "qdq",
            float_bias(np.array([1, 2, 1e6, 0], np.float32)),
            r"bias\[2\] = 1000000.0: must be a number of at most 31 bits",
        ),
        ("qdq", float_bias(np.full(4, np.nan, np.float32)), r"bias\[0\] = nan"),
        ("qdq", variable_bias, "bias = 'real': must be a constant of the file"),
        (
            "qdq",
            constant("sb", np.float32(0.0003)),
            r"bias scale\[0\] = 0.0003.*must be the ifmap's",
        ),
        ("qdq", variable_weight, "weight = 'weight': must be a constant of the file"),
        (
            "qdq",
            constant("sx", np.float32(-1)),
            r"ifmap scale\[0\] = -1.0: must be a number above 0",
        ),
        ("qdq", constant("sy", np.float32(np.nan)), r"ofmap scale\[0\] = nan"),
        ("qdq", constant("sx", np.float16(1)), "ifmap scale = 'float16': must be of type float"),
        ("qdq", constant("sx", np.ones(3, np.float32)), "ifmap scale = 3: must be one number"),
        ("qlinear", constant("bias", np.ones(3, np.int32)), "bias = 3: must be 4 numbers"),
        (
            "qlinear",
            constant("bias", np.ones(4, np.int64)),
            "bias = 'int64': must be of type int32",
        ),
        ("qlinear", attribute("QLinearConv", "strides", [0, 1]), r"strides\[0\] = 0"),
        (
            "qlinear",
            attribute("QLinearConv", "strides", [1]),
            r"strides = \[1\]: must be 2 integers",
        ),
        ("integer", attribute("ConvInteger", "pads", [0, 0, -1, 0]), r"pads\[2\] = -1"),
        (
            "integer",
            attribute("ConvInteger", "auto_pad", "SAME"),
            "auto_pad = 'SAME': must be one of",
        ),
        ("integer", attribute("ConvInteger", "kernel_shape", [3, 5]), "kernel_shape"),
    ],
)
def test_reasons(form: str, change: Callable[[onnx.ModelProto], None], message: str) -> None:
    model = single(Case(form))
    change(model)
    assert re.search(message, reasons(model)), reasons(model)


def test_same_padding_that_would_be_negative() -> None:
    """ONNX Runtime and TensorFlow take other pixels there."""
    model = single(Case("integer", kernel=(1, 1), strides=(4, 4), auto_pad="SAME_UPPER"))
    assert "would pad 7 pixels by -2 at stride 4" in reasons(model)


def test_crossed_bounds_of_a_clip() -> None:
    model = single(Case(activation="clip", clip=(2.0, 1.0)))
    assert "ofmap = 'Clip': must go to one QuantizeLinear" in reasons(model)


def test_groups_that_are_no_channels() -> None:
    """Passed over: not depthwise at all."""
    model = single(Case("integer"))
    attribute("ConvInteger", "group", 2)(model)
    weight(model, "weight").CopyFrom(
        numpy_helper.from_array(np.zeros((4, 2, 3, 3), np.int8), "weight")
    )
    assert read(model).layers == ()


def test_weights_of_9_bits_less_their_zero_point() -> None:
    case = Case("qlinear", weight_dtype="uint8", weight_zero_points=128)
    layer = only_layer(single(case))
    assert assess_onnx([layer], 4)[0].runs
    assert smallest_onnx_engine([layer], 4).weight_width == 8
    model = single(case)
    constant("zw", np.uint8(10))(model)
    (wide,) = read(model).layers
    assert assess_onnx([wide], 4)[0].runs
    assert smallest_onnx_engine([layer, wide], 4).weight_width == 9
    sums = single(Case("integer", weight_dtype="uint8", weight_zero_points=128))
    constant("zw", np.uint8(10))(sums)
    assert assess_onnx(read(sums).layers, 4)[0].runs
