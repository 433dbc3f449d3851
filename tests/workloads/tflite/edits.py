"""Changes ``.tflite`` files through LiteRT's own object classes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from dwsim.workloads.tflite import Model, parse_model

MODELS = Path(__file__).resolve().parents[2] / "tflite_files"
SMALL = MODELS / "mobilenet_v1_025_96.tflite"
TINY = ("dilated", "dilated_valid", "multiplier", "int16", "per_tensor", "padded")

Change = Callable[[Any], None]


def tiny(name: str) -> Path:
    """A committed model of one layer."""
    return MODELS / f"{name}.tflite"


def pack(model: Any) -> bytes:
    """The file of an object model."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def edited(path: Path, change: Change) -> bytes:
    """The file after ``change`` was applied to its object model."""
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    change(model)
    return pack(model)


def read_edited(path: Path, change: Change) -> Model:
    """The model that dwsim reads from the edited file."""
    return parse_model(edited(path, change), Path("edited.tflite"))


def operator(model: Any, name: str) -> Any:
    """The first operator of this name in the main graph."""
    code = getattr(schema.BuiltinOperator, name)
    for found in model.subgraphs[0].operators:
        if model.operatorCodes[found.opcodeIndex].builtinCode == code:
            return found
    raise KeyError(name)


def tensor(model: Any, role: str) -> Any:
    """The depthwise layer's tensor: ifmap, weight, bias or ofmap."""
    layer = operator(model, "DEPTHWISE_CONV_2D")
    roles = dict(
        zip(("ifmap", "weight", "bias", "ofmap"), [*layer.inputs, *layer.outputs], strict=True)
    )
    return model.subgraphs[0].tensors[roles[role]]


def constant(model: Any, name: str, array: np.ndarray, kind: int) -> int:
    """Adds a constant tensor; returns its index."""
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(array.tobytes(), np.uint8)
    model.buffers.append(buffer)
    made = schema.TensorT()
    made.name, made.shape, made.type = name, list(array.shape), kind
    made.buffer = len(model.buffers) - 1
    model.subgraphs[0].tensors.append(made)
    return len(model.subgraphs[0].tensors) - 1
