"""Pixels that a layer leaves out: no tap of any window is on them."""

from __future__ import annotations

import numpy as np

from dwsim.spec.layer_spec import LayerSpec


def most_left_out(layer: LayerSpec, planes: int, plane_pixels: int) -> int:
    """The most pixels of a stream from one that a tap is on to the next one, or to the end.

    Args:
        layer: the layer.
        planes: planes of the stream.
        plane_pixels: pixels of a plane, with those that fill its last beat.
    """
    rows = _under_taps(
        layer.ofmap_h, layer.stride_h, layer.kernel_h, layer.dilation_h, layer.pad_top,
        layer.ifmap_h,
    )  # fmt: skip
    columns = _under_taps(
        layer.ofmap_w, layer.stride_w, layer.kernel_w, layer.dilation_w, layer.pad_left,
        layer.ifmap_w,
    )  # fmt: skip
    if not rows.size or not columns.size:
        return planes * plane_pixels  # every window lies in the padding
    width = int(columns[-1] - columns[0])
    between_rows = int(np.diff(rows).max(initial=0)) * layer.ifmap_w - width
    height = int(rows[-1] - rows[0])
    return max(between_rows, plane_pixels - height * layer.ifmap_w - width)


def _under_taps(
    windows: int, stride: int, taps: int, dilation: int, padding: int, size: int
) -> np.ndarray:
    """The places of an axis of the ifmap under the taps of its windows, in order."""
    first = np.arange(windows, dtype=np.int64)[:, None] * stride - padding
    places = np.unique(first + np.arange(taps, dtype=np.int64) * dilation)
    return places[(places >= 0) & (places < size)]
