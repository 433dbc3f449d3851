"""Builds networks of float32 layers in every form that converters write, side by side.

``python -m tests.tflite_files.build_floats`` writes ``floats.tflite`` again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_files.model_builder import OPERATOR, SAME, TYPE, VALID, ModelBuilder, layer

PATH = Path(__file__).with_name("floats.tflite")
"""The committed file: every form, and one int8 layer."""

FORMS: dict[str, dict[str, Any]] = {
    "plain": {},
    "no_bias_valid": {"bias": False, "padding": VALID, "shape": (1, 8, 9, 5)},
    "relu": {"activation": 1},
    "relu_n1_to_1": {"activation": 2},
    "relu6": {"activation": 3, "stride": (2, 2), "scale": 4.0},
    "grouped": {"grouped": True, "multiplier": 2},
    "multiplier": {"multiplier": 3, "stride": (2, 1), "kernel": (3, 2)},
    "dilated": {"dilation": (2, 3), "shape": (1, 9, 10, 4)},
    "padded": {"pads": (2, 1, 0, 3), "padding": VALID},
    "space_to_batch": {"block": (2, 2), "shape": (1, 8, 10, 4), "activation": 1},
    "half_weights": {"half": True, "activation": 3},
    "two_images": {"shape": (2, 5, 6, 3)},
}
"""The arguments of ``float_layer``, by name."""


def float_layer(
    made: ModelBuilder,
    shape: Sequence[int] = (1, 6, 7, 4),
    kernel: tuple[int, int] = (3, 3),
    *,
    multiplier: int = 1,
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    padding: int = SAME,
    pads: tuple[int, int, int, int] | None = None,
    block: tuple[int, int] | None = None,
    activation: int = 0,
    grouped: bool = False,
    bias: bool = True,
    half: bool = False,
    scale: float = 1.0,
) -> None:
    """Adds a float32 layer with an input and an output of the network.

    Args:
        made: the network.
        shape: of the ifmap, NHWC.
        kernel: rows and columns.
        multiplier: ofmap channels of each channel.
        stride: rows and columns.
        dilation: rows and columns, as options of the operator.
        padding: SAME or VALID.
        pads: top, bottom, left and right of a PAD before the layer.
        block: dilation as SPACE_TO_BATCH_ND, VALID, for sizes that it divides.
        activation: a number of LiteRT's ActivationFunctionType.
        grouped: write a CONV_2D.
        bias: with a bias.
        half: weight and bias are float16 constants with a DEQUANTIZE each.
        scale: of the weights.
    """
    channels = shape[3] * multiplier
    ifmap = made.tensor("ifmap", TYPE.FLOAT32, shape)
    made.graph.inputs = [*made.graph.inputs, ifmap]
    sizes = list(shape)
    if pads is not None:
        table = np.array([[0, 0], pads[:2], pads[2:], [0, 0]], np.int32)
        sizes = [size + int(sum(pair)) for size, pair in zip(shape, table, strict=True)]
        ifmap = _moved(made, OPERATOR.PAD, ifmap, [table], sizes, schema.PadOptionsT())
    if block is not None:
        padding = VALID
        sizes = [
            shape[0] * block[0] * block[1],
            *(s // b for s, b in zip(shape[1:3], block, strict=True)),
        ]
        sizes.append(shape[3])
        ifmap = _moved(
            made, OPERATOR.SPACE_TO_BATCH_ND, ifmap, [np.array(block, np.int32), _NONE], sizes
        )
    weight = made.rng.normal(0.0, scale / 3, (1, *kernel, channels)).astype(np.float32)
    if grouped:
        weight = np.ascontiguousarray(np.moveaxis(weight, 3, 0).reshape(-1, *kernel, 1))
    inputs = [ifmap, _constant(made, "weight", weight, half)]
    if bias:
        biases = made.rng.normal(0.2, scale / 3, channels).astype(np.float32)
        inputs.append(_constant(made, "bias", biases, half))
    rows = [
        -(-size // step) if padding == SAME else (size - (one - 1) * gap - 1) // step + 1
        for size, one, step, gap in zip(sizes[1:3], kernel, stride, dilation, strict=True)
    ]
    ofmap = made.tensor("ofmap", TYPE.FLOAT32, (sizes[0], *rows, channels))
    options = schema.Conv2DOptionsT() if grouped else schema.DepthwiseConv2DOptionsT()
    options.padding, options.fusedActivationFunction = padding, activation
    options.strideH, options.strideW = stride
    options.dilationHFactor, options.dilationWFactor = dilation
    if not grouped:
        options.depthMultiplier = multiplier
    code = OPERATOR.CONV_2D if grouped else OPERATOR.DEPTHWISE_CONV_2D
    made.operator(code, inputs, [ofmap], options, version=1 if grouped else 2)
    if block is not None:
        whole = (shape[0], *(one * b for one, b in zip(rows, block, strict=True)), channels)
        ofmap = _moved(
            made, OPERATOR.BATCH_TO_SPACE_ND, ofmap, [np.array(block, np.int32), _NONE], whole
        )
    made.graph.outputs = [*made.graph.outputs, ofmap]


_NONE = np.zeros((2, 2), np.int32)
"""No pads, or no crops."""


def _moved(
    made: ModelBuilder,
    code: int,
    tensor: int,
    tables: Sequence[np.ndarray],
    shape: Sequence[int],
    options: Any = None,
) -> int:
    """An operator that moves the values of a tensor."""
    arguments = [
        made.tensor("table", TYPE.INT32, table.shape, data=table.tobytes()) for table in tables
    ]
    made_of = made.tensor("moved", TYPE.FLOAT32, shape)
    made.operator(code, [tensor, *arguments], [made_of], options)
    return made_of


def _constant(made: ModelBuilder, name: str, values: np.ndarray, half: bool) -> int:
    if not half:
        return made.tensor(name, TYPE.FLOAT32, values.shape, data=values.tobytes())
    stored = values.astype(np.float16)
    source = made.tensor(f"{name}16", TYPE.FLOAT16, stored.shape, data=stored.tobytes())
    wide = made.tensor(name, TYPE.FLOAT32, stored.shape)
    made.operator(OPERATOR.DEQUANTIZE, [source], [wide], version=3)
    return wide


def float_network(*names: str) -> bytes:
    """A network of the named forms, side by side."""
    made = ModelBuilder()
    for name in names:
        float_layer(made, **FORMS[name])
    return made.finish()


def mixed_network() -> bytes:
    """A network of all forms, and an int8 layer behind them."""
    made = ModelBuilder()
    for arguments in FORMS.values():
        float_layer(made, **arguments)
    layer(made)
    return made.finish()


if __name__ == "__main__":
    PATH.write_bytes(mixed_network())
