"""Operators around a convolution that become the layer's own padding and dilation.

Keras writes a layer of stride 2 as ZeroPadding2D and a VALID convolution, and TensorFlow writes
dilation as SPACE_TO_BATCH_ND, a convolution without dilation, and BATCH_TO_SPACE_ND.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from dwsim.workloads.tflite.graph_tables import ConvolutionOptions, Operator, Subgraph, Tensor

_DTYPES = {"INT8": "i1", "UINT8": "u1", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8"}
_FLOATS = {"FLOAT16": 2, "BFLOAT16": 2, "FLOAT32": 4}
_MAX_ARGUMENT_BYTES = 64

Four = tuple[int, int, int, int]


@dataclass(frozen=True)
class Folded:
    """A convolution's ifmap and ofmap outside of the folded operators.

    ``pads`` and ``crops`` are (top, bottom, left, right): pixels that the folded operators add
    before the convolution, and remove after it. ``block`` is the dilation (rows, columns) that
    SPACE_TO_BATCH_ND stands for.
    """

    ifmap: Tensor
    ofmap: Tensor
    pads: Four = (0, 0, 0, 0)
    crops: Four = (0, 0, 0, 0)
    block: tuple[int, int] = (1, 1)
    pad_operator: int | None = None
    dilation_operators: tuple[int, int] | None = None


class Folder:
    """Finds the operators of a graph that a layer can take over."""

    def __init__(self, subgraph: Subgraph, uses: Mapping[int, int]):
        self.subgraph = subgraph
        self.uses = uses
        self.producers = {index: op for op in subgraph.operators for index in op.outputs}
        self.consumers = {index: op for op in subgraph.operators for index in op.inputs}

    def fold(self, options: ConvolutionOptions, ifmap: Tensor, ofmap: Tensor) -> Folded:
        """The convolution with every operator around it that is folded."""
        folded = self._dilation(options, ifmap, ofmap) or Folded(ifmap, ofmap)
        return self._pad(folded) or folded

    def unfolded_dilation(self, ifmap: Tensor) -> bool:
        """True if a SPACE_TO_BATCH_ND makes the ifmap."""
        producer = self.producers.get(ifmap.index)
        return producer is not None and producer.name == "SPACE_TO_BATCH_ND"

    def _arguments(self, operator: Operator | None, name: str, count: int) -> list[Tensor] | None:
        """The inputs of an operator with this name and number of inputs, and with one output."""
        if operator is None or operator.name != name or len(operator.outputs) != 1:
            return None
        found = [self.subgraph.tensor(index) for index in operator.inputs]
        known = [tensor for tensor in found if tensor is not None]
        return known if len(known) == len(found) == count else None

    def _pad(self, folded: Folded) -> Folded | None:
        """A PAD before the ifmap, unless it does more than the layer's own padding.

        The padding of a layer equals its zero point. PAD pads with that too, because its two
        tensors have one quantisation; PADV2 has a value, which is compared.
        """
        padded = folded.ifmap
        producer = self.producers.get(padded.index)
        arguments = self._arguments(producer, "PAD", 2) or self._arguments(producer, "PADV2", 3)
        if producer is None or arguments is None or self.uses[padded.index] != 1:
            return None
        ifmap, paddings, *value = arguments
        if not _same_numbers(ifmap, padded) or (value and not _is_zero(value[0], padded)):
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
        pads = _four(one + more for one, more in zip(folded.pads, pairs[2:6], strict=True))
        return replace(folded, ifmap=ifmap, pads=pads, pad_operator=producer.index)

    def _dilation(self, options: ConvolutionOptions, ifmap: Tensor, ofmap: Tensor) -> Folded | None:
        """SPACE_TO_BATCH_ND before the ifmap and BATCH_TO_SPACE_ND after the ofmap.

        The first deals the pixels to ``block_h * block_w`` images, each of every block-th row and
        column, and the second puts them together again: a convolution with stride 1 between them
        is one with that dilation.
        """
        before, after = self.producers.get(ifmap.index), self.consumers.get(ofmap.index)
        divided = self._arguments(before, "SPACE_TO_BATCH_ND", 3)
        united = self._arguments(after, "BATCH_TO_SPACE_ND", 3)
        if before is None or after is None or divided is None or united is None:
            return None
        if self.uses[ifmap.index] != 1 or self.uses[ofmap.index] != 1 or united[0] is not ofmap:
            return None
        whole = self.subgraph.tensor(after.outputs[0])
        block, crops = _spatial(divided[1], 1), _spatial(united[2], 2)
        pads = _spatial(divided[2], 2)
        if whole is None or block is None or pads is None or crops is None:
            return None
        strides = (options.stride_h, options.stride_w)
        if _spatial(united[1], 1) != block or min(block) < 1 or min(*pads, *crops) < 0:
            return None
        if any(size > 1 and stride != 1 for size, stride in zip(block, strides, strict=True)):
            return None
        source = divided[0]
        if not _same_numbers(source, ifmap) or not _same_numbers(ofmap, whole):
            return None
        if not _divides(source, ifmap, block, pads):
            return None
        return Folded(
            source,
            whole,
            pads=_four(pads),
            crops=_four(crops),
            block=(block[0], block[1]),
            dilation_operators=(before.index, after.index),
        )


def _divides(source: Tensor, ifmap: Tensor, block: list[int], pads: list[int]) -> bool:
    """The shapes are those of a SPACE_TO_BATCH_ND; an unknown batch may be stated as anything."""
    if len(source.shape) != 4 or len(ifmap.shape) != 4 or source.shape[3] != ifmap.shape[3]:
        return False
    for axis, size in enumerate(block):
        padded = source.shape[1 + axis] + pads[2 * axis] + pads[2 * axis + 1]
        if padded != size * ifmap.shape[1 + axis]:
            return False
    unknown = ifmap.signature[:1] == (-1,)
    return unknown or ifmap.shape[0] == source.shape[0] * block[0] * block[1]


def _spatial(tensor: Tensor, each: int) -> list[int] | None:
    """An argument with ``each`` numbers for the rows and for the columns, which may be left out."""
    values = _values(tensor)
    if values is None or len(values) not in (each, 2 * each):
        return None
    return values if len(values) == 2 * each else [*values, *([1] if each == 1 else [0, 0])]


def _four(values: Iterable[int]) -> Four:
    top, bottom, left, right = values
    return top, bottom, left, right


def _same_numbers(one: Tensor, other: Tensor) -> bool:
    """The same elements stand for the same real numbers."""
    if one.type != other.type or not one.plain or not other.plain:
        return False
    if one.type in _FLOATS:
        return True
    known = other.scales.size == 1 and other.zero_points.size == 1
    return (
        known
        and np.array_equal(one.scales, other.scales)
        and np.array_equal(one.zero_points, other.zero_points)
    )


def _is_zero(value: Tensor, padded: Tensor) -> bool:
    """The constant is the number 0 in the terms of ``padded``."""
    if value.type != padded.type:
        return False
    if value.type in _FLOATS:
        data = value.data
        return data is not None and data.size == _FLOATS[value.type] and not data.any()
    return bool(_values(value) == padded.zero_points.tolist())


def _values(tensor: Tensor) -> list[int] | None:
    """An integer constant's values; None for anything else, or more than an argument needs."""
    dtype = _DTYPES.get(tensor.type)
    if dtype is None or tensor.data is None or tensor.data.size > _MAX_ARGUMENT_BYTES:
        return None
    if tensor.data.size % np.dtype(dtype).itemsize:
        return None
    values: list[int] = tensor.data.view(dtype).tolist()
    return values
