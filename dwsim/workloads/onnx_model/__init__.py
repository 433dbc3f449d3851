"""Reads the depthwise layers of ``.onnx`` files, and runs them in ONNX Runtime."""

from dwsim.workloads.onnx_model.onnx_layer import (
    OnnxInput,
    OnnxLayer,
    OnnxModel,
    OnnxParameters,
    OnnxScales,
    offset,
    onnx_quantisation,
)
from dwsim.workloads.onnx_model.onnx_reading import parse_onnx, read_onnx

__all__ = [
    "OnnxInput",
    "OnnxLayer",
    "OnnxModel",
    "OnnxParameters",
    "OnnxScales",
    "offset",
    "onnx_quantisation",
    "parse_onnx",
    "read_onnx",
]
