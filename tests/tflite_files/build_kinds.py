"""Builds models with one layer of each kind that converters and other tools write.

Each function returns the bytes of a small file; the numbers are seeded, and nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_files.build_graphs import branches
from tests.tflite_files.model_builder import (
    OPERATOR,
    TYPE,
    VALID,
    ModelBuilder,
    layer,
    single,
)


def beside(kind: int, shape: Sequence[int], data: bytes | None = None) -> bytes:
    """A layer in a network with another input that no operator uses."""
    made = ModelBuilder()
    layer(made)
    made.graph.inputs = [*made.graph.inputs, made.tensor("extra", kind, shape, data=data)]
    return made.finish()


def elu() -> bytes:
    """A layer whose network has an ELU, which LiteRT's reference resolver lacks."""
    made = ModelBuilder()
    _, ofmap = layer(made)
    shape = (1, 6, 7, 4)
    real, curved = (made.tensor(name, TYPE.FLOAT32, shape) for name in ("real", "curved"))
    made.operator(OPERATOR.DEQUANTIZE, [ofmap], [real], version=2)
    made.operator(OPERATOR.ELU, [real], [curved])
    made.graph.outputs = [curved]
    return made.finish()


def floats(kind: int = TYPE.FLOAT32, grouped: bool = False) -> bytes:
    """A layer in floating point, as a DEPTHWISE_CONV_2D or a CONV_2D."""
    made = ModelBuilder()
    dtype = np.float32 if kind == TYPE.FLOAT32 else np.float16
    ifmap = made.tensor("ifmap", kind, (1, 6, 7, 4))
    shape = (4, 3, 3, 1) if grouped else (1, 3, 3, 4)
    weight = made.tensor("weight", kind, shape, data=np.ones(shape, dtype).tobytes())
    ofmap = made.tensor("ofmap", kind, (1, 6, 7, 4))
    made.graph.inputs, made.graph.outputs = [ifmap], [ofmap]
    options = schema.Conv2DOptionsT() if grouped else schema.DepthwiseConv2DOptionsT()
    options.strideH = options.strideW = 1
    if not grouped:
        options.depthMultiplier = 1
    code = OPERATOR.CONV_2D if grouped else OPERATOR.DEPTHWISE_CONV_2D
    made.operator(code, [ifmap, weight], [ofmap], options)
    return made.finish()


def dilated(
    block: Sequence[int] = (2, 3),
    *,
    shape: Sequence[int] = (1, 11, 13, 4),
    same: bool = True,
    batch: int = -1,
    inner: int = VALID,
    stride: tuple[int, int] = (1, 1),
    border: int = 0,
) -> bytes:
    """Dilation as SPACE_TO_BATCH_ND, a convolution, and BATCH_TO_SPACE_ND, as TensorFlow writes it.

    The pads are those of SAME (or none), plus pixels that make the sizes multiples of the block;
    the crops remove those again. ``batch`` -1: unknown, so that the stated batches are 1.
    ``border``: rows and columns of ``shape`` on each side that a PAD before them adds.
    """
    made = ModelBuilder()
    numbers, kernel = ((0.05,), (3,)), 3
    known = batch != -1
    whole = (batch if known else 1, *shape[1:])
    pads, crops, inside = [], [], []
    for size, one in zip(shape[1:3], block, strict=True):
        total = (kernel - 1) * one if same and inner == VALID else 0
        more = -(size + total) % one
        pads.append([total // 2, total - total // 2 + more])
        crops.append([0, more])
        inside.append((size + total + more) // one)
    images = batch * block[0] * block[1] if known else 1
    deep = [images, *inside, shape[3]]

    def unknown(sizes: Sequence[int]) -> list[int] | None:
        return None if known else [-1, *sizes[1:]]

    ifmap = made.tensor("input", TYPE.INT8, whole, numbers, signature=unknown(whole))
    made.graph.inputs = [ifmap]
    if border:
        inner_shape = (whole[0], *(size - 2 * border for size in whole[1:3]), whole[3])
        made.graph.inputs = [made.tensor("bare", TYPE.INT8, inner_shape, numbers)]
        edges = np.array([[0, 0], [border, border], [border, border], [0, 0]], np.int32)
        table = made.tensor("edges", TYPE.INT32, edges.shape, data=edges.tobytes())
        made.operator(OPERATOR.PAD, [*made.graph.inputs, table], [ifmap], schema.PadOptionsT())
    blocks, before, after = (
        made.tensor(name, TYPE.INT32, array.shape, data=array.tobytes())
        for name, array in (
            ("block", np.array(block, np.int32)),
            ("pads", np.array(pads, np.int32)),
            ("crops", np.array(crops, np.int32)),
        )
    )
    divided = made.tensor("divided", TYPE.INT8, deep, numbers, signature=unknown(deep))
    made.operator(OPERATOR.SPACE_TO_BATCH_ND, [ifmap, blocks, before], [divided], version=2)
    _, ofmap = layer(made, deep, (kernel, kernel), ifmap=divided, padding=inner, stride=stride)
    found = made.graph.tensors[ofmap]
    found.shapeSignature = unknown(found.shape)
    rows = [
        size * one - sum(crop)
        for size, one, crop in zip(found.shape[1:3], block, crops, strict=True)
    ]
    out = (whole[0], *rows, shape[3])
    united = made.tensor("united", TYPE.INT8, out, ((0.1,), (-5,)), signature=unknown(out))
    made.operator(OPERATOR.BATCH_TO_SPACE_ND, [ofmap, blocks, after], [united], version=2)
    made.graph.outputs = [united]
    return made.finish()


def unknown_sizes() -> bytes:
    """A network whose batch, rows and columns are unknown."""
    made = ModelBuilder()
    layer(made, (1, 1, 1, 4))
    for tensor in (made.graph.tensors[0], made.graph.tensors[-1]):
        tensor.shapeSignature = [-1, -1, -1, 4]
    return made.finish()


def tie() -> dict[str, Any]:
    """A sum of 585 that ties in float32 only: exactly -119, but -120 with XNNPACK's rounding."""
    return {
        "shape": (1, 1, 1, 1),
        "kernel": (1, 1),
        "weight": np.array([1], np.int8).reshape(1, 1, 1, 1),
        "weight_numbers": ((0.024093778803944588,), (0,)),
        "bias": np.array([585], np.int32),
        "ifmap_numbers": ((0.05296124517917633,), (0,)),
        "ofmap_numbers": ((0.11484327912330627,), (-126,)),
        "padding": VALID,
    }


ZERO_SCALE = ((0.01, 0.0, 0.01, 0.02), (0, 0, 0, 0))

SCALE_2_29 = "scale_product_2_29"
"""The host requantises it: the sum leaves int32 when it is shifted, and LiteRT's kernel wraps."""

RUNNING: dict[str, Callable[[], dict[str, Any]]] = {
    "grouped": lambda: {"grouped": True},
    "grouped_multiplier": lambda: {"grouped": True, "multiplier": 3, "stride": (2, 1)},
    "zero_scale": lambda: {"weight_numbers": ZERO_SCALE},
    "int4": lambda: {"shape": (1, 6, 7, 3), "weight_kind": TYPE.INT4},
    "uint8": lambda: {
        "kind": TYPE.UINT8,
        "weight_kind": TYPE.UINT8,
        "weight_numbers": ((0.02,), (120,)),
        "weight": np.random.default_rng(5).integers(40, 240, (1, 3, 3, 4)).astype(np.uint8),
        "ifmap_numbers": ((0.0512,), (117,)),
        "ofmap_numbers": ((0.33,), (101,)),
    },
    "weights_of_9_bits": lambda: {
        "kind": TYPE.UINT8,
        "weight_kind": TYPE.UINT8,
        "weight": np.array([0, 255, 100, 31] * 9, np.uint8).reshape(1, 3, 3, 4),
        "weight_numbers": ((0.002,), (100,)),
        "ifmap_numbers": ((0.05,), (3,)),
        "ofmap_numbers": ((0.1,), (128,)),
    },
    "weights_without_zero_point": lambda: {
        "kind": TYPE.UINT8,
        "weight_kind": TYPE.UINT8,
        "weight": np.random.default_rng(8).integers(0, 256, (1, 3, 3, 4)).astype(np.uint8),
        "weight_numbers": ((0.001,), (0,)),
        "ifmap_numbers": ((0.05,), (250,)),
        "ofmap_numbers": ((0.1,), (128,)),
    },
    "int16": lambda: {"kind": TYPE.INT16},
    "int16_bias_int32": lambda: {
        "kind": TYPE.INT16,
        "bias": np.array([9000, -70000, 5, 2**30], np.int32),
    },
    "no_bias": lambda: {"bias": None},
    "scale_product_512": lambda: {
        "weight_numbers": ((1.0,) * 4, (0,) * 4),
        "weight": np.random.default_rng(6).integers(-1, 2, (1, 3, 3, 4)).astype(np.int8),
        "ofmap_numbers": ((2.0**-9 * 0.05,), (0,)),
    },
    SCALE_2_29: lambda: {
        "weight_numbers": ((1.0,) * 4, (0,) * 4),
        "ifmap_numbers": ((1.0,), (3,)),
        "ofmap_numbers": ((2.0**-29,), (0,)),
    },
    "scale_product_4_6": lambda: {
        "weight_numbers": ((4.636909,) * 4, (0,) * 4),
        "weight": np.random.default_rng(7).integers(-1, 2, (1, 3, 3, 4)).astype(np.int8),
        "ifmap_numbers": ((1.0,), (3,)),
        "ofmap_numbers": ((1.0,), (0,)),
    },
    "large_bias": lambda: {
        "bias": np.array([-2147483647, 5, 2147400000, 7], np.int32),
        "weight": np.zeros((1, 3, 3, 4), np.int8),
    },
    "strides_3_4": lambda: {"shape": (1, 11, 13, 4), "stride": (3, 4)},
    "strides_4_3": lambda: {"shape": (1, 11, 13, 4), "stride": (4, 3)},
    "relu": lambda: {"activation": 1},
    "relu_n1_to_1": lambda: {"activation": 2},
    "relu6": lambda: {"activation": 3},
    "tie": tie,
}
"""Layers that run, by their kind: the arguments of ``layer``."""

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "kernel_13": (lambda: single(shape=(1, 20, 21, 4), kernel=(13, 13)), "kernel_h = 13"),
    "dilation_30000": (
        lambda: single(shape=(1, 2, 2, 4), dilation=(1, 30000)),
        "max_dilation_w = 30000",
    ),
    "multiplier_276": (
        lambda: single(shape=(1, 49, 10, 1), kernel=(10, 4), stride=(2, 1), multiplier=276),
        "max_channel_multiplier = 276",
    ),
    "width_70000": (lambda: single(shape=(1, 1, 70000, 1)), "max_row_pitch = 70000"),
    "float16": (
        lambda: floats(TYPE.FLOAT16),
        "ifmap.type = 'FLOAT16': must be FLOAT32: LiteRT has no kernel for other floats",
    ),
    "bfloat16": (
        lambda: floats(TYPE.BFLOAT16),
        "ifmap.type = 'BFLOAT16': must be FLOAT32: LiteRT has no kernel for other floats",
    ),
    "branches_without_constants": (
        lambda: branches(constant=False),
        "weight = 'weight': must be a constant of the file",
    ),
    "weights_of_9_bits_per_channel": (
        lambda: single(
            kind=TYPE.UINT8,
            weight_kind=TYPE.UINT8,
            weight=np.array([0, 255] * 18, np.uint8).reshape(1, 3, 3, 4),
            weight_numbers=((0.02,) * 4, (100,) * 4),
            ifmap_numbers=((0.05,), (128,)),
            ofmap_numbers=((0.1,), (128,)),
        ),
        "weight - zero_point = 155: must be from -128 to 127 where channels have scales",
    ),
    "tanh": (lambda: single(activation=4), "activation = 'TANH': must be one of NONE"),
    "sign_bit": (lambda: single(activation=5), "activation = 'SIGN_BIT': must be one of NONE"),
}
"""Models whose layers run on no engine, and the reason."""


def everything() -> bytes:
    """Every kind of layer that runs and some that do not, side by side in one network."""
    made = ModelBuilder()
    for arguments in RUNNING.values():
        layer(made, **arguments())
    layer(made, (1, 20, 21, 4), (13, 13))
    layer(made, activation=4)
    return made.finish()
