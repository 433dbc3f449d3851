"""The least maxima with which an engine runs given layers."""

from __future__ import annotations

from collections.abc import Iterable

from dwsim.spec.layer_raster import Raster
from dwsim.spec.layer_spec import LayerSpec


def layer_maxima(layer: LayerSpec, lanes: int, interleave: int = 1) -> dict[str, int]:
    """The fields of ``EngineSpec`` that bound a layer, each at the least value that admits it.

    Args:
        layer: the layer; not empty.
        lanes: lanes of the engine.
        interleave: number of channel groups that the stream interleaves.
    """
    raster = Raster(layer, interleave)
    return {
        "kernel_h": layer.kernel_h,
        "kernel_w": layer.kernel_w,
        "max_row_pitch": raster.row_pitch * interleave,
        "max_plane_rows": raster.plane_rows,
        "max_dilation_h": layer.dilation_h if layer.kernel_h > 1 else 1,
        "max_dilation_w": layer.dilation_w if layer.kernel_w > 1 else 1,
        "max_channel_groups": layer.channel_groups(lanes),
        "max_channel_multiplier": layer.channel_multiplier,
        "max_interleave": interleave,
        "max_batch": layer.batch,
        "max_lead": max(0, -raster.lag),
    }


def largest(maxima: Iterable[dict[str, int]]) -> dict[str, int]:
    """Each field at the largest of its values; empty if there are no layers."""
    found: dict[str, int] = {}
    for one in maxima:
        found |= {name: max(value, found.get(name, 0)) for name, value in one.items()}
    return found
