"""The order of a stream: the tensor element that each value of each beat carries.

An order is a function of a tensor's NHWC shape. It returns integers of shape ``(beats, values,
4)``: image, row, column and channel of each value of each beat. A value without an element has the
channel ``EMPTY``; it is sent as 0 and not compared. An engine with another order of channels or
pixels needs one such function.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dwsim.errors import Rules
from dwsim.spec.layer_spec import LayerSpec
from dwsim.stream.layout import to_word

EMPTY = -1
Shape = tuple[int, ...]
Order = Callable[[Shape], np.ndarray]


def plane_major(lanes: int = 1) -> Order:
    """The order image, channel group, row, column, with ``lanes`` channels a beat.

    It is the blocked layout NC/p-H-W-p; with one lane it is NCHW.
    """
    return lambda shape: _grouped(shape, lanes).transpose(0, 3, 1, 2, 4, 5).reshape(-1, lanes, 4)


def nhwc(lanes: int = 1) -> Order:
    """The order image, row, column, channel group, with ``lanes`` channels a beat."""
    return lambda shape: _grouped(shape, lanes).reshape(-1, lanes, 4)


def positions(shape: Shape) -> np.ndarray:
    """The four indices of every element: integers of shape ``(*shape, 4)``.

    An order is a transposition of this array, reshaped to ``(beats, values, 4)``.
    """
    return np.moveaxis(np.indices(shape), 0, -1)


def pack(tensor: np.ndarray, order: Order, width: int) -> list[int]:
    """The beats of a tensor in an order; value v lies in the bits ``[v*width +: width]``.

    Args:
        tensor: integers, NHWC; of each value the low ``width`` bits are sent.
        order: the order of the stream.
        width: bits of a value.

    Raises:
        SpecError: if the order does not carry every element of the tensor exactly once.
    """
    where = checked(order, tensor.shape)
    values = np.where(where[..., 3] == EMPTY, 0, tensor[tuple(np.moveaxis(where, -1, 0))])
    return [to_word(beat, width) for beat in values.astype(np.int64)]


def checked(order: Order, shape: Shape) -> np.ndarray:
    """The positions of an order for a shape.

    Raises:
        SpecError: if the array has another shape, or an element is missing, twice or outside.
    """
    where = np.asarray(order(shape))
    rules = Rules("order")
    if rules.require(
        where.ndim == 3 and where.shape[2] == 4, "order", where.shape, "must be (beats, values, 4)"
    ):
        used = where[where[..., 3] != EMPTY]
        inside = bool(np.all((used >= 0) & (used < np.array(shape))))
        rules.require(
            inside and len(np.unique(used, axis=0)) == len(used) == np.prod(shape),
            "order",
            f"{len(used)} elements",
            f"must carry each of the {np.prod(shape)} elements of {shape} exactly once",
        )
    rules.raise_if_any()
    return where


def padded(ifmap: np.ndarray, layer: LayerSpec, value: int) -> np.ndarray:
    """The ifmap with the layer's padding as pixels, for an engine to which padding is streamed.

    Args:
        ifmap: integers, NHWC.
        layer: its pads.
        value: that of a padded pixel; the zero point, or a mark outside the range of the data.

    Returns:
        int64, NHWC.
    """
    pads = [(0, 0), (layer.pad_top, layer.pad_bottom), (layer.pad_left, layer.pad_right), (0, 0)]
    return np.pad(ifmap.astype(np.int64), pads, constant_values=value)


def _grouped(shape: Shape, lanes: int) -> np.ndarray:
    """Positions of shape (image, row, column, group, lane, 4); surplus lanes are empty."""
    surplus = -shape[3] % lanes
    wide = positions((*shape[:3], shape[3] + surplus))
    wide[..., 3][wide[..., 3] >= shape[3]] = EMPTY
    return wide.reshape(*shape[:3], -1, lanes, 4)
