"""Reads the depthwise layers of ``.tflite`` files, and runs the files in LiteRT's interpreter."""

from dwsim.workloads.model_error import ModelError
from dwsim.workloads.tflite.model import DepthwiseLayer, Model, Parameters, layer_quantisation
from dwsim.workloads.tflite.reading import parse_model, read_model

__all__ = [
    "DepthwiseLayer",
    "Model",
    "ModelError",
    "Parameters",
    "layer_quantisation",
    "parse_model",
    "read_model",
]
