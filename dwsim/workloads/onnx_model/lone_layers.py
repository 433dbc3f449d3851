"""Models of a single depthwise layer, for ONNX Runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from dwsim.spec.layer_spec import LayerSpec
from dwsim.workloads.onnx_model.onnx_layer import OnnxParameters

IFMAP, OFMAP = "ifmap", "ofmap"
OPSET = 13
"""The first operator set with scales for each channel; every ONNX Runtime since has it."""
_TYPES = {"int8": TensorProto.INT8, "uint8": TensorProto.UINT8, "int32": TensorProto.INT32}


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
    return _model(spec, parameters, [node], constants, "int32")


def _attributes(spec: LayerSpec) -> dict[str, Any]:
    return {
        "group": spec.channels,
        "strides": [spec.stride_h, spec.stride_w],
        "dilations": [spec.dilation_h, spec.dilation_w],
        "pads": [spec.pad_top, spec.pad_left, spec.pad_bottom, spec.pad_right],
    }


def _file_weight(spec: LayerSpec, parameters: OnnxParameters) -> np.ndarray:
    """The weights as in the file: ofmap channels, 1, rows, columns."""
    ordered = parameters.weight.transpose(2, 3, 0, 1)
    shape = (spec.ofmap_channels, 1, spec.kernel_h, spec.kernel_w)
    zero_points = parameters.weight_zero_points.reshape(-1, 1, 1, 1)
    return np.asarray((ordered.reshape(shape) + zero_points).astype(parameters.weight_dtype))


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
    parameters: OnnxParameters,
    nodes: list[onnx.NodeProto],
    constants: list[onnx.TensorProto],
    ofmap_type: str,
) -> bytes:
    shape = [spec.batch, spec.channels, spec.ifmap_h, spec.ifmap_w]
    ifmap_type = _TYPES[parameters.ifmap_dtype.name]
    graph = helper.make_graph(
        nodes,
        "layer",
        [helper.make_tensor_value_info(IFMAP, ifmap_type, shape)],
        [helper.make_tensor_value_info(OFMAP, _TYPES[ofmap_type], None)],
        constants,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    content: bytes = helper.make_model(
        graph, opset_imports=opsets, ir_version=8
    ).SerializeToString()
    return content
