"""Models of a single depthwise layer, for ONNX Runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from dwsim.spec.layer_spec import LayerSpec
from dwsim.workloads.float_parameters import FloatParameters
from dwsim.workloads.onnx_model.onnx_layer import OnnxLayer, OnnxParameters, OnnxScales

IFMAP, OFMAP = "ifmap", "ofmap"
OPSET = 13
"""The first operator set with scales for each channel; every ONNX Runtime since has it."""
_TYPES = {
    **{"int8": TensorProto.INT8, "uint8": TensorProto.UINT8, "int32": TensorProto.INT32},
    **{"float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16},
}


def sums_model(spec: LayerSpec, parameters: OnnxParameters) -> bytes:
    """A model whose ofmap is the layer's sums, by ConvInteger: int32, before bias and scales.

    ``ifmap`` is NCHW with two sizes, and so is ``ofmap``.
    """
    constants = [
        numpy_helper.from_array(_file_weight(spec, parameters), "weight"),
        _scalar("zx", parameters.ifmap_zero_point, parameters.ifmap_dtype),
        _zero_points(parameters),
    ]
    node = helper.make_node(
        "ConvInteger", [IFMAP, "weight", "zx", "zw"], [OFMAP], **_attributes(spec)
    )
    return _model(spec, parameters.ifmap_dtype.name, [node], constants, "int32")


def layer_model(layer: OnnxLayer) -> bytes:
    """A model whose ofmap is the layer's, by the operators of the file; a bound is left out.

    ``ifmap`` is NCHW with two sizes, and so is ``ofmap``. The range of a folded Relu or Clip is
    not in it, because a layer keeps its bounds as integers only.
    """
    if layer.floats is not None:
        return _float_model(layer.facts()[0], layer.floats)
    spec, parameters = layer.integers()
    scales = parameters.scales
    if scales is None:
        return sums_model(spec, parameters)
    constants = [
        numpy_helper.from_array(_file_weight(spec, parameters), "weight"),
        _scalar("zx", parameters.ifmap_zero_point, parameters.ifmap_dtype),
        numpy_helper.from_array(np.array(scales.ifmap_scale, np.float32), "sx"),
        numpy_helper.from_array(np.array(scales.ofmap_scale, np.float32), "sy"),
        _scalar("zy", scales.ofmap_zero_point, scales.ofmap_dtype),
        *_weight_numbers(spec, parameters, scales),
    ]
    if scales.bias is not None and scales.real_bias is None:
        constants.append(numpy_helper.from_array(scales.bias, "bias"))
    if layer.operator_name == "QLinearConv":
        bias = [] if scales.bias is None else ["bias"]
        inputs = [IFMAP, "sx", "zx", "weight", "sw", "zw", "sy", "zy", *bias]
        nodes = [helper.make_node("QLinearConv", inputs, [OFMAP], **_attributes(spec))]
    else:
        nodes = _dequantised(spec, scales, constants)
    return _model(spec, parameters.ifmap_dtype.name, nodes, constants, scales.ofmap_dtype.name)


def _float_model(spec: LayerSpec, floats: FloatParameters) -> bytes:
    """A Conv with its bias."""
    constants = [numpy_helper.from_array(_ordered(spec, floats.weight), "weight")]
    inputs = [IFMAP, "weight"]
    if floats.bias is not None:
        constants.append(numpy_helper.from_array(floats.bias, "bias"))
        inputs.append("bias")
    node = helper.make_node("Conv", inputs, [OFMAP], **_attributes(spec))
    return _model(spec, floats.number_format, [node], constants, floats.number_format)


def _dequantised(
    spec: LayerSpec, scales: OnnxScales, constants: list[onnx.TensorProto]
) -> list[onnx.NodeProto]:
    """DequantizeLinear, Conv, QuantizeLinear."""
    nodes = [
        helper.make_node("DequantizeLinear", [IFMAP, "sx", "zx"], ["x"]),
        helper.make_node("DequantizeLinear", ["weight", "sw", "zw"], ["w"], axis=0),
    ]
    inputs = ["x", "w"]
    if scales.real_bias is not None:
        constants.append(numpy_helper.from_array(scales.real_bias, "b"))
        inputs.append("b")
    elif scales.bias is not None:
        sums_scale = np.float32(scales.ifmap_scale) * scales.weight_scales
        wide = np.broadcast_to(sums_scale, spec.ofmap_channels).astype(np.float32)
        constants.append(numpy_helper.from_array(wide, "sb"))
        nodes.append(helper.make_node("DequantizeLinear", ["bias", "sb"], ["b"], axis=0))
        inputs.append("b")
    nodes.append(helper.make_node("Conv", inputs, ["y"], **_attributes(spec)))
    nodes.append(helper.make_node("QuantizeLinear", ["y", "sy", "zy"], [OFMAP]))
    return nodes


def _weight_numbers(
    spec: LayerSpec, parameters: OnnxParameters, scales: OnnxScales
) -> list[onnx.TensorProto]:
    """A scale and a zero point of the weights for each ofmap channel."""
    channels = spec.ofmap_channels
    scale = np.broadcast_to(scales.weight_scales, channels).astype(np.float32)
    zero = np.broadcast_to(parameters.weight_zero_points, channels)
    zero = zero.astype(parameters.weight_dtype)
    return [numpy_helper.from_array(scale, "sw"), numpy_helper.from_array(zero, "zw")]


def _attributes(spec: LayerSpec) -> dict[str, Any]:
    return {
        "group": spec.channels,
        "strides": [spec.stride_h, spec.stride_w],
        "dilations": [spec.dilation_h, spec.dilation_w],
        "pads": [spec.pad_top, spec.pad_left, spec.pad_bottom, spec.pad_right],
    }


def _file_weight(spec: LayerSpec, parameters: OnnxParameters) -> np.ndarray:
    """The weights as in the file."""
    zero_points = parameters.weight_zero_points.reshape(-1, 1, 1, 1)
    weight = _ordered(spec, parameters.weight) + zero_points
    return np.asarray(weight.astype(parameters.weight_dtype))


def _ordered(spec: LayerSpec, weight: np.ndarray) -> np.ndarray:
    """Weights in the order of a file: ofmap channels, 1, rows, columns."""
    shape = (spec.ofmap_channels, 1, spec.kernel_h, spec.kernel_w)
    return np.ascontiguousarray(weight.transpose(2, 3, 0, 1).reshape(shape))


def _zero_points(parameters: OnnxParameters) -> onnx.TensorProto:
    values = parameters.weight_zero_points.astype(parameters.weight_dtype)
    # ConvInteger of ONNX Runtime takes one number only.
    if (values == values[0]).all():
        values = values[0]
    return numpy_helper.from_array(np.asarray(values), "zw")


def _scalar(name: str, value: int, dtype: np.dtype) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(value, dtype), name)


def _model(
    spec: LayerSpec,
    ifmap_type: str,
    nodes: list[onnx.NodeProto],
    constants: list[onnx.TensorProto],
    ofmap_type: str,
) -> bytes:
    shape = [spec.batch, spec.channels, spec.ifmap_h, spec.ifmap_w]
    graph = helper.make_graph(
        nodes,
        "layer",
        [helper.make_tensor_value_info(IFMAP, _TYPES[ifmap_type], shape)],
        [helper.make_tensor_value_info(OFMAP, _TYPES[ofmap_type], None)],
        constants,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    content: bytes = helper.make_model(
        graph, opset_imports=opsets, ir_version=8
    ).SerializeToString()
    return content
