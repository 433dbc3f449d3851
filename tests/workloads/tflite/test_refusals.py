"""Every reason why a depthwise layer cannot run, each by a tiny model; the file is still read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.workloads.tflite.edits import MODELS, Change, operator, read_edited, tensor, tiny

_TYPE = schema.TensorType


def option(name: str, value: int) -> Change:
    return lambda model: setattr(operator(model, "DEPTHWISE_CONV_2D").builtinOptions, name, value)


def attribute(role: str, name: str, value: Any) -> Change:
    return lambda model: setattr(tensor(model, role), name, value)


def scale(role: str, *values: float) -> Change:
    return lambda model: setattr(tensor(model, role).quantization, "scale", list(values))


def zero_point(role: str, *values: int) -> Change:
    return lambda model: setattr(tensor(model, role).quantization, "zeroPoint", list(values))


def data(role: str, array: np.ndarray) -> Change:
    def change(model: Any) -> None:
        model.buffers[tensor(model, role).buffer].data = np.frombuffer(array.tobytes(), np.uint8)

    return change


def floats(*roles: str, kind: int = _TYPE.FLOAT32) -> Change:
    def change(model: Any) -> None:
        for role in roles:
            tensor(model, role).type = kind
            tensor(model, role).quantization = None

    return change


EVERY = ("ifmap", "weight", "bias", "ofmap")


def no_options(model: Any) -> None:
    layer = operator(model, "DEPTHWISE_CONV_2D")
    layer.builtinOptionsType, layer.builtinOptions = 0, None


def inputs(*indices: int) -> Change:
    return lambda model: setattr(operator(model, "DEPTHWISE_CONV_2D"), "inputs", list(indices))


def no_output(model: Any) -> None:
    operator(model, "DEPTHWISE_CONV_2D").outputs = []


def sparse(model: Any) -> None:
    tensor(model, "weight").sparsity = schema.SparsityParametersT()


def after_space_to_batch(model: Any) -> None:
    pad = operator(model, "PAD")
    code = model.operatorCodes[pad.opcodeIndex]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.SPACE_TO_BATCH_ND
    pad.builtinOptionsType, pad.builtinOptions = 0, None
    tensor(model, "ifmap").shapeSignature = [-1, 12, 13, 6]


def huge(model: Any) -> None:
    tensor(model, "ifmap").shape = [1, 10_000, 10_000, 6]
    tensor(model, "ofmap").shape = [1, 9_998, 9_998, 6]


# per_tensor: ifmap 9x10x6, 3x3, VALID, ofmap 7x8x6, ReLU6.
_REASONS: list[tuple[str, Change, str]] = [
    ("per_tensor", floats(*EVERY, kind=_TYPE.FLOAT64), "ifmap.type = 'FLOAT64': must be FLOAT32"),
    ("per_tensor", floats("ifmap", "ofmap"), "weight.type = 'INT8': must be FLOAT32"),
    ("per_tensor", floats("ifmap", "weight", "ofmap"), "bias.type = 'INT32': must be FLOAT32"),
    ("per_tensor", floats("ifmap", "weight", "bias"), "ofmap.type = 'INT8': must be FLOAT32"),
    ("per_tensor", floats(*EVERY), "weight bytes = 54: must be 216"),
    ("per_tensor", attribute("ifmap", "type", _TYPE.UINT8), "must be UINT8 with UINT8 activations"),
    ("per_tensor", attribute("ifmap", "type", _TYPE.INT32), "ifmap.type = 'INT32': must be one"),
    ("per_tensor", attribute("ifmap", "type", 99), "ifmap.type = 'type 99'"),
    ("per_tensor", attribute("weight", "type", _TYPE.INT4), "weight bytes = 54: must be 27"),
    (
        "int16",
        attribute("weight", "type", _TYPE.INT4),
        "'INT4': must be INT8 with INT16",
    ),
    ("per_tensor", attribute("weight", "type", _TYPE.FLOAT32), "weight.type = 'FLOAT32'"),
    ("per_tensor", attribute("ofmap", "type", _TYPE.INT16), "ofmap.type = 'INT16'"),
    ("per_tensor", attribute("bias", "type", _TYPE.INT64), "bias.type = 'INT64'"),
    ("int16", attribute("bias", "type", _TYPE.INT32), "bias bytes = 48: must be 24"),
    ("int16", attribute("bias", "type", _TYPE.INT8), "bias.type = 'INT8': must be INT64 or INT32"),
    ("per_tensor", no_options, "options = None"),
    ("per_tensor", inputs(0), "inputs, outputs = (1, 1)"),
    ("per_tensor", inputs(0, 1, 2, 3), "inputs, outputs = (4, 1)"),
    ("per_tensor", no_output, "inputs, outputs = (3, 0)"),
    ("per_tensor", inputs(0, 1_000, 2), "weight = 1000: is not a tensor"),
    ("per_tensor", inputs(-1, 1, 2), "ifmap = -1: is not a tensor"),
    ("per_tensor", attribute("ifmap", "shape", [9, 10, 6]), "ifmap.shape = (9, 10, 6)"),
    ("per_tensor", attribute("ifmap", "shape", []), "ifmap.shape = ()"),
    ("per_tensor", attribute("ifmap", "shape", [1, 0, 10, 6]), "ifmap.shape = (1, 0, 10, 6)"),
    ("per_tensor", attribute("ofmap", "shape", [1, -7, 8, 6]), "ofmap.shape = (1, -7, 8, 6)"),
    (
        "per_tensor",
        attribute("ifmap", "shapeSignature", [1, -1, 10, 6]),
        "ifmap.shape = (1, -1, 10, 6): has sizes that the file leaves unknown",
    ),
    ("padded", after_space_to_batch, "SPACE_TO_BATCH_ND"),
    ("per_tensor", huge, "must have at most 268,435,456 elements"),
    ("per_tensor", attribute("ofmap", "shape", [1, 7, 7, 6]), "must be (1, 7, 8, 6)"),
    ("per_tensor", attribute("weight", "shape", [2, 3, 3, 3]), "weight.shape[0] = 2"),
    ("per_tensor", attribute("weight", "shape", [1, 3, 3, 7]), "multiple of the ifmap's 6"),
    ("per_tensor", attribute("weight", "shape", [1, 3, 3, 66_000]), "weight.shape[3] = 66000"),
    ("per_tensor", attribute("weight", "shape", [1, 30, 3, 6]), "kernel_h = 30"),
    ("per_tensor", option("depthMultiplier", 2), "depth_multiplier = 2: must be 1"),
    ("per_tensor", option("strideH", 0), "stride_h = 0"),
    ("per_tensor", option("strideW", -1), "stride_w = -1"),
    ("per_tensor", option("dilationHFactor", 0), "dilation_h = 0"),
    ("per_tensor", option("dilationWFactor", -(2**31)), "dilation_w = -2147483648"),
    ("per_tensor", option("strideH", 2**31 - 1), "ofmap.shape = (1, 7, 8, 6)"),
    ("per_tensor", option("dilationHFactor", 2**31 - 1), "kernel_h = 3: spans 4294967295"),
    ("per_tensor", option("padding", 2), "padding = 2"),
    ("per_tensor", option("fusedActivationFunction", 4), "activation = 'TANH'"),
    ("per_tensor", option("fusedActivationFunction", 77), "activation = 77"),
    ("per_tensor", attribute("ifmap", "quantization", None), "ifmap.quantisation = (0, 0)"),
    ("per_tensor", attribute("weight", "quantization", None), "weight.quantisation = (0, 0)"),
    ("per_tensor", scale("weight", *[0.1] * 5), "must be 1 or 6 scales"),
    ("dilated", attribute("weight", "quantization", None), "weight.quantisation = (0, 0)"),
    (
        "dilated",
        lambda model: setattr(tensor(model, "weight").quantization, "quantizedDimension", 2),
        "weight.quantized_dimension = 2: must be 3",
    ),
    ("per_tensor", zero_point("weight", 3), "weight.zero_point = 3: must be 0"),
    ("dilated", zero_point("weight", 0, 0, -1, 0, 0), "weight.zero_point = -1: must be 0"),
    ("per_tensor", zero_point("bias", 5), "bias.zero_point = 5: must be 0"),
    ("per_tensor", zero_point("ifmap", 128), "ifmap.zero_point = 128"),
    ("per_tensor", zero_point("ofmap", -129), "zero_point = -129"),
    ("int16", zero_point("ifmap", 1), "ifmap_zero_point = 1"),
    ("per_tensor", scale("ifmap", 0.0), "ifmap_scale = 0.0"),
    ("per_tensor", scale("ifmap", float("nan")), "ifmap_scale = nan"),
    ("per_tensor", scale("ofmap", float("inf")), "ofmap_scale = inf"),
    ("per_tensor", scale("ofmap", -0.5), "ofmap_scale = -0.5"),
    (
        "dilated",
        scale("weight", 0.1, 0.1, float("nan"), 0.1, 0.1),
        "weight_scales of channel 2 = nan",
    ),
    ("per_tensor", scale("weight", 1e30), "shift"),
    ("per_tensor", attribute("weight", "buffer", 0), "weight = 'sequential"),
    ("per_tensor", attribute("bias", "buffer", 0), "must be a constant of the file"),
    ("per_tensor", attribute("bias", "shape", [5]), "bias.shape = (5,): must be (6,)"),
    ("per_tensor", data("weight", np.zeros(53, np.int8)), "weight bytes = 53: must be 54"),
    ("per_tensor", data("bias", np.zeros(7, np.int32)), "bias bytes = 28: must be 24"),
    ("per_tensor", sparse, "must not be sparse"),
    ("per_tensor", attribute("ifmap", "isVariable", True), "must not be sparse, a variable"),
]


@pytest.mark.parametrize(
    ("name", "change", "message"), _REASONS, ids=[message for _, _, message in _REASONS]
)
def test_a_layer_that_cannot_run_says_why(name: str, change: Change, message: str) -> None:
    (layer,) = read_edited(tiny(name), change).layers
    assert not layer.runs
    assert layer.parameters is None
    assert message in "\n".join(map(str, layer.reasons))
    with pytest.raises(ValueError, match="does not run"):
        layer.facts()


def test_all_reasons_of_a_layer_come_together() -> None:
    def change(model: Any) -> None:
        floats(*EVERY, kind=_TYPE.FLOAT16)(model)
        option("strideH", 0)(model)
        option("padding", 9)(model)

    (layer,) = read_edited(tiny("per_tensor"), change).layers
    fields = [reason.field for reason in layer.reasons]
    assert fields[:2] == ["stride_h", "padding"]
    assert "ifmap.type" in fields


def test_one_bad_layer_leaves_the_others() -> None:
    model = read_edited(MODELS / "mobilenet_v1_025_96.tflite", option("strideH", 0))
    assert [layer.name for layer in model.layers if not layer.runs] == ["dw1"]
    assert len(model.runnable) == 12


_ACTIVATIONS: list[tuple[int, str]] = [(0, "none"), (1, "relu"), (2, "relu_n1_to_1"), (3, "relu6")]


@pytest.mark.parametrize(("code", "name"), _ACTIVATIONS)
def test_fused_activations(code: int, name: str) -> None:
    changed: Callable[[Any], None] = option("fusedActivationFunction", code)
    (layer,) = read_edited(tiny("per_tensor"), changed).layers
    assert layer.facts()[1].activation == name
