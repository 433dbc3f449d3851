"""A PAD whose only use is a depthwise layer: it becomes the layer's explicit padding.

Keras writes a layer of stride 2 as ZeroPadding2D and a VALID convolution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dwsim.workloads.tflite.flatbuffer import Operator, Subgraph, Tensor

_DTYPES = {"INT8": "i1", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8"}


@dataclass(frozen=True)
class FoldedPad:
    """A PAD operator's index, what it pads, and (top, bottom, left, right)."""

    operator: int
    ifmap: Tensor
    pads: tuple[int, int, int, int]


def fold_pad(
    subgraph: Subgraph, producer: Operator | None, padded: Tensor, uses: Mapping[int, int]
) -> FoldedPad | None:
    """The padding that ``producer`` puts around ``padded``; None unless a layer may do it itself.

    A layer's own padding equals its zero point. A quantised PAD pads with that, too, as both of
    its tensors have one quantisation; PADV2 has a value of its own, which is compared.

    Args:
        subgraph: where they are.
        producer: the operator that makes ``padded``, if any.
        padded: the depthwise layer's ifmap.
        uses: how often operators and the graph's outputs use each tensor.
    """
    if producer is None or producer.name not in ("PAD", "PADV2"):
        return None
    found = [subgraph.tensor(index) for index in producer.inputs]
    arguments = [tensor for tensor in found if tensor is not None]
    if len(arguments) != len(found) or len(found) != (2 if producer.name == "PAD" else 3):
        return None
    ifmap, paddings, *value = arguments
    if uses[padded.index] != 1 or len(producer.outputs) != 1:
        return None
    if not _same_numbers(ifmap, padded):
        return None
    if value and (value[0].type != padded.type or _values(value[0]) != padded.zero_points.tolist()):
        return None
    pairs = _values(paddings)
    if pairs is None or len(pairs) != 8 or min(pairs) < 0 or len(ifmap.shape) != 4:
        return None
    grown = tuple(
        size + before + after
        for size, before, after in zip(ifmap.shape, pairs[::2], pairs[1::2], strict=True)
    )
    if pairs[:2] != [0, 0] or pairs[6:] != [0, 0] or grown != padded.shape:
        return None
    top, bottom, left, right = pairs[2:6]
    return FoldedPad(producer.index, ifmap, (top, bottom, left, right))


def _same_numbers(one: Tensor, other: Tensor) -> bool:
    """The same integers stand for the same real numbers."""
    return (
        one.type == other.type
        and one.plain
        and other.scales.size == 1
        and other.zero_points.size == 1
        and np.array_equal(one.scales, other.scales)
        and np.array_equal(one.zero_points, other.zero_points)
    )


def _values(tensor: Tensor) -> list[int] | None:
    """An integer constant's values; None for anything else, or for more than a PAD needs."""
    dtype = _DTYPES.get(tensor.type)
    if dtype is None or tensor.data is None or tensor.data.size > 64:
        return None
    if tensor.data.size % np.dtype(dtype).itemsize:
        return None
    return tensor.data.view(dtype).tolist()
