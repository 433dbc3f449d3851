"""A second oracle: plain Python loops over the formula, for calls that TensorFlow's CPU refuses.

It shares nothing with dwsim, is slow on purpose, and is itself checked against TensorFlow. Python
integers never overflow, so it is also the judge of exact sums.
"""

from __future__ import annotations

import numpy as np


def depthwise(
    ifmap: np.ndarray,
    weight: np.ndarray,
    strides: tuple[int, int] = (1, 1),
    dilations: tuple[int, int] = (1, 1),
    pads: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> np.ndarray:
    """NHWC ifmap to NHWC ofmap, as Python numbers in an object array.

    ``strides`` and ``dilations`` are (rows, columns), ``pads`` (top, bottom, left, right).
    """
    batch, height, width, channels = ifmap.shape
    kernel_h, kernel_w, _, multiplier = weight.shape
    top, bottom, left, right = pads
    starts_h = window_starts(height, kernel_h, strides[0], dilations[0], top, bottom)
    starts_w = window_starts(width, kernel_w, strides[1], dilations[1], left, right)
    pixels, taps = ifmap.tolist(), weight.tolist()
    ofmap = np.zeros((batch, len(starts_h), len(starts_w), channels * multiplier), object)
    for b in range(batch):
        for i, row in enumerate(starts_h):
            for j, column in enumerate(starts_w):
                for k in range(channels):
                    for q in range(multiplier):
                        total = 0
                        for di in range(kernel_h):
                            for dj in range(kernel_w):
                                y = row + dilations[0] * di
                                x = column + dilations[1] * dj
                                if 0 <= y < height and 0 <= x < width:
                                    total += taps[di][dj][k][q] * pixels[b][y][x][k]
                        ofmap[b, i, j, k * multiplier + q] = total
    return ofmap


def window_starts(
    size: int, kernel: int, stride: int, dilation: int, before: int, after: int
) -> list[int]:
    """The positions of the window on one axis, as long as its last tap is in the padded image."""
    starts, at = [], -before
    while at + (kernel - 1) * dilation < size + after:
        starts.append(at)
        at += stride
    return starts


def same_pads(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """SAME, in the form that TensorFlow's guide gives ("Notes on padding"), one axis."""
    effective = (kernel - 1) * dilation + 1
    if size % stride == 0:
        total = max(effective - stride, 0)
    else:
        total = max(effective - size % stride, 0)
    return total // 2, total - total // 2
