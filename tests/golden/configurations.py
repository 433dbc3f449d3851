"""Seeded random calls of ``depthwise_conv2d``, over every argument."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.golden import naive

INTEGER_DTYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")


@dataclass(frozen=True)
class Configuration:
    """One call, in NHWC terms; ``data_format`` is the format of the call's arguments.

    A failing test prints ``str()`` of it: the seed makes it again.
    """

    seed: int
    input_shape: tuple[int, int, int, int]
    filter_shape: tuple[int, int, int, int]
    strides: tuple[int, int]
    dilations: tuple[int, int]
    padding: str | tuple[int, int, int, int]
    data_format: str

    @property
    def pads(self) -> tuple[int, int, int, int]:
        """(top, bottom, left, right)."""
        if self.padding == "VALID":
            return (0, 0, 0, 0)
        if self.padding == "SAME":
            axes = zip(
                self.input_shape[1:3],
                self.filter_shape[:2],
                self.strides,
                self.dilations,
                strict=True,
            )
            return tuple(pad for axis in axes for pad in naive.same_pads(*axis))
        return self.padding

    @property
    def has_negative_size(self) -> bool:
        """TensorFlow refuses this: (padded - reach + stride) / stride, cut towards 0, below 0."""
        for axis in (0, 1):
            padded = self.input_shape[1 + axis] + sum(self.pads[2 * axis : 2 * axis + 2])
            reach = (self.filter_shape[axis] - 1) * self.dilations[axis] + 1
            if int((padded - reach + self.strides[axis]) / self.strides[axis]) < 0:
                return True
        return False

    def arguments(self, data_format: str) -> dict[str, object]:
        """strides, padding, data_format and dilations as TensorFlow takes them."""
        padding = self.padding
        pairs = [(1, 1), self.strides]
        if not isinstance(padding, str):
            pairs = [(1, 1), self.strides, list(padding[:2]), list(padding[2:])]
            rows, columns = pairs[2:]
            padding = [[0, 0], rows, columns, [0, 0]]
            if data_format == "NCHW":
                padding = [[0, 0], [0, 0], rows, columns]
        strides = [1, *self.strides, 1]
        if data_format == "NCHW":
            strides = [1, 1, *self.strides]
        # None and [1, 1] mean the same; both must be met.
        dilations = list(self.dilations)
        if dilations == [1, 1] and self.seed % 2:
            dilations = None
        return {
            "strides": strides,
            "padding": padding,
            "data_format": data_format,
            "dilations": dilations,
        }


def random_configuration(seed: int, for_tensorflow: bool, largest: int = 12) -> Configuration:
    """A call; ``for_tensorflow`` keeps to strides and dilations that its CPU kernel computes."""
    rng = np.random.default_rng(seed)
    channels = int(rng.integers(1, 6))
    if largest > 7 and seed % 10 == 0:  # a few layers of a network's size, too slow for loops
        largest, channels = 40, int(rng.integers(6, 40))
    input_shape = (
        int(rng.choice([0, 1, 1, 1, 2, 3])),
        int(rng.integers(1, largest + 1)),
        int(rng.integers(1, largest + 1)),
        channels,
    )
    kernel = [int(rng.integers(1, 6)), int(rng.integers(1, 6))]
    filter_shape = (*kernel, input_shape[3], int(rng.integers(1, 5)))
    strides = [int(rng.choice([1, 1, 2, 3, 4, 7])) for _ in range(2)]
    dilations = [int(rng.choice([1, 1, 2, 3, 5])) for _ in range(2)]
    if for_tensorflow:
        strides[1] = strides[0]
        if rng.random() < 0.5:
            strides = [1, 1]
        else:
            dilations = [1, 1]
    padding = str(rng.choice(["SAME", "VALID", "EXPLICIT"]))
    if padding == "EXPLICIT":
        most = [kernel[axis] * dilations[axis] + 3 for axis in (0, 0, 1, 1)]
        padding = tuple(int(rng.integers(0, m)) for m in most)
    data_format = str(rng.choice(["NHWC", "NCHW"]))
    return Configuration(
        seed, input_shape, filter_shape, tuple(strides), tuple(dilations), padding, data_format
    )


def random_integers(
    rng: np.random.Generator, shape: tuple[int, ...], dtype: str, bits: int
) -> np.ndarray:
    """Integers of at most ``bits`` bits that reach both ends of their range."""
    info = np.iinfo(dtype)
    low = max(info.min, -(2 ** (bits - 1)) if info.min else 0)
    high = min(info.max, 2 ** (bits - 1) - 1)
    values = rng.integers(low, high, shape, dtype=dtype, endpoint=True)
    extremes = rng.random(shape)
    values[extremes < 0.1] = low
    values[extremes > 0.9] = high
    return values
