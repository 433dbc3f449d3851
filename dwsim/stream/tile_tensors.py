"""The tensors of tiles: cut from those of the whole layer, and put together again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dwsim.derive.tile import Tile
from dwsim.derive.tiled_plan import TiledPlan
from dwsim.spec.layer_spec import LayerSpec


def tile_ifmap(ifmap: np.ndarray, tile: Tile) -> np.ndarray:
    """The part of a layer's ifmap (NHWC) that a tile reads."""
    rows = _slice(tile.rows.ifmap_start, tile.rows.ifmap_length)
    cols = _slice(tile.cols.ifmap_start, tile.cols.ifmap_length)
    part = ifmap[_of(tile.images), rows, cols, _of(tile.channels)]
    return np.ascontiguousarray(part)


def tile_weight(weight: np.ndarray, tile: Tile) -> np.ndarray:
    """The weights of a tile, out of (kernel_h, kernel_w, channels, channel_multiplier)."""
    return np.ascontiguousarray(weight[:, :, _of(tile.channels), _of(tile.multipliers)])


def join_ofmaps(ofmaps: Sequence[np.ndarray], plan: TiledPlan) -> np.ndarray:
    """The ofmap of a layer (NHWC, int64) from those of its tiles, in the order of the plan."""
    layer = plan.layer
    whole = np.zeros(_by_channel(layer), np.int64)
    for tile, stream, ofmap in zip(plan.tiles, plan.plans, ofmaps, strict=True):
        rows = _slice(tile.rows.start, tile.rows.length)
        cols = _slice(tile.cols.start, tile.cols.length)
        kept = ofmap.reshape(_by_channel(stream.layer))[:, tile.rows.surplus :, tile.cols.surplus :]
        whole[_of(tile.images), rows, cols, _of(tile.channels), _of(tile.multipliers)] = kept
    return whole.reshape(layer.ofmap_shape)


def _by_channel(layer: LayerSpec) -> tuple[int, ...]:
    """The ofmap's shape with the weight sets of a channel as an axis of their own."""
    sizes = (layer.batch, layer.ofmap_h, layer.ofmap_w)
    return (*sizes, layer.channels, layer.channel_multiplier)


def _slice(start: int, length: int) -> slice:
    return slice(start, start + length)


def _of(indices: range) -> slice:
    return slice(indices.start, indices.stop)
