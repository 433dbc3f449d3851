"""The least maxima with which an engine runs given layers."""

from __future__ import annotations

from collections.abc import Iterable

from dwsim.spec.layer_raster import Raster
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.place_raster import PlaceRaster


def layer_maxima(
    layer: LayerSpec, lanes: int, interleave: int = 1, dataflow: str = "tap_parallel"
) -> dict[str, int]:
    """The fields of ``EngineSpec`` that bound a layer, each at the least value that admits it.

    Args:
        layer: the layer; not empty.
        lanes: lanes of the engine.
        interleave: number of channel groups that the stream interleaves.
        dataflow: of the engine; a tap-serial one has no interleave and no lead.
    """
    serial = dataflow == "tap_serial"
    places, raster = PlaceRaster(layer), Raster(layer, interleave)
    pitch = max(layer.ifmap_w, places.pitch) if serial else raster.row_pitch * interleave
    rows = max(layer.ifmap_h, places.rows) if serial else raster.plane_rows
    maxima = {
        "kernel_h": layer.kernel_h,
        "kernel_w": layer.kernel_w,
        "max_row_pitch": pitch,
        "max_plane_rows": rows,
        "max_dilation_h": layer.dilation_h if layer.kernel_h > 1 else 1,
        "max_dilation_w": layer.dilation_w if layer.kernel_w > 1 else 1,
        "max_channel_groups": layer.channel_groups(lanes),
        "max_channel_multiplier": layer.channel_multiplier,
        "max_interleave": interleave,
        "max_batch": layer.batch,
        "max_lead": max(0, -raster.lag),
    }
    if serial:
        del maxima["max_interleave"], maxima["max_lead"]
    return maxima


def largest(maxima: Iterable[dict[str, int]]) -> dict[str, int]:
    """Each field at the largest of its values; empty if there are no layers."""
    found: dict[str, int] = {}
    for one in maxima:
        found |= {name: max(value, found.get(name, 0)) for name, value in one.items()}
    return found
