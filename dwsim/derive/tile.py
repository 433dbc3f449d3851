"""Tile: a part of a layer that is a layer of its own, so that an engine runs it as one stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product
from math import prod
from typing import Any, NamedTuple

from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation


class Strip(NamedTuple):
    """Neighbouring ofmap rows (or columns), and the ifmap rows under their kernels.

    A strip whose taps all lie on padding takes one ifmap row nevertheless, because a stream needs
    a beat: its first ofmap row lies on that row and is dropped (``surplus`` is 1). Its stride does
    not matter, nor does that of a single ofmap row: then it is 1, which needs the least raster.
    """

    start: int
    """First ofmap row of the layer."""
    length: int
    """Ofmap rows of the layer."""
    surplus: int
    """Ofmap rows that the stream yields before those."""
    ifmap_start: int
    """First ifmap row of the layer."""
    ifmap_length: int
    """Ifmap rows of the stream."""
    pad_before: int
    pad_after: int
    stride: int

    @property
    def shape(self) -> tuple[int, ...]:
        """The strip without its position in the layer: equal shapes make equal streams."""
        return (self.length + self.surplus, self.ifmap_length, *self[5:])


def strip(layer: LayerSpec, axis: str, start: int, length: int) -> Strip:
    """The strip of ``length`` ofmap rows (axis "h") or columns ("w") from ``start`` on."""
    stride: int = getattr(layer, f"stride_{axis}")
    size: int = getattr(layer, f"ifmap_{axis}")
    reach = (getattr(layer, f"kernel_{axis}") - 1) * getattr(layer, f"dilation_{axis}")
    first = start * stride - (layer.pad_top if axis == "h" else layer.pad_left)
    last = first + (length - 1) * stride + reach
    if last < 0 or first >= size:
        return Strip(start, length, 1, 0, 1, 0, length + reach, 1)
    begin, end = max(first, 0), min(last, size - 1)
    stride = stride if length > 1 else 1
    return Strip(start, length, 0, begin, end - begin + 1, begin - first, last - end, stride)


@lru_cache(maxsize=256)
def strips(layer: LayerSpec, axis: str, length: int) -> tuple[Strip, ...]:
    """The layer's strips of ``length`` ofmap rows or columns; the last one may be shorter."""
    total: int = getattr(layer, f"ofmap_{axis}")
    starts = range(0, total, length)
    return tuple(strip(layer, axis, start, min(length, total - start)) for start in starts)


@dataclass(frozen=True)
class Tile:
    """Images, channels, weight sets, ofmap rows and columns of a layer that one stream computes.

    ``load`` is true if the stream brings parameters; otherwise it uses those of the tile before.
    """

    images: range
    channels: range
    multipliers: range
    """The indices q of ofmap channels ``k*channel_multiplier + q``."""
    rows: Strip
    cols: Strip
    load: bool

    @property
    def shape(self) -> tuple[object, ...]:
        """The tile without its position in the layer: equal shapes make equal streams."""
        counts = (len(self.images), len(self.channels), len(self.multipliers))
        return (*counts, self.rows.shape, self.cols.shape)

    def layer_of(self, whole: LayerSpec, name: str = "") -> LayerSpec:
        """The tile as a layer.

        Args:
            whole: the layer that the tile is a part of.
            name: the name of the tile's layer.
        """
        rows, cols = self.rows, self.cols
        return replace(
            whole,
            name=name,
            batch=len(self.images),
            channels=len(self.channels),
            channel_multiplier=len(self.multipliers),
            ifmap_h=rows.ifmap_length,
            ifmap_w=cols.ifmap_length,
            pad_top=rows.pad_before,
            pad_bottom=rows.pad_after,
            pad_left=cols.pad_before,
            pad_right=cols.pad_after,
            stride_h=rows.stride,
            stride_w=cols.stride,
        )

    def quantisation_of(self, whole: Quantisation, layer: LayerSpec) -> Quantisation:
        """The tile's channels of a quantisation of the layer that the tile is a part of."""
        channels = self._ofmap_channels(layer)
        return replace(
            whole,
            bias=tuple(whole.bias[channel] for channel in channels),
            multiplier=tuple(whole.multiplier[channel] for channel in channels),
            shift=tuple(whole.shift[channel] for channel in channels),
        )

    def epilogue_of(self, whole: Epilogue, layer: LayerSpec) -> Epilogue:
        """The tile's channels of an epilogue of the layer that the tile is a part of."""
        bias = tuple(whole.bias[channel] for channel in self._ofmap_channels(layer))
        return replace(whole, bias=bias)

    def _ofmap_channels(self, layer: LayerSpec) -> list[int]:
        return [k * layer.channel_multiplier + q for k in self.channels for q in self.multipliers]


@dataclass(frozen=True)
class Grid:
    """A layer on an engine, cut into strips of ``rows`` ofmap rows and ``cols`` ofmap columns.

    Channels, weight sets and images are cut into as few pieces as the engine's maxima permit,
    because a further piece only adds a stream. ``interleave`` channel groups share a plane.
    """

    layer: LayerSpec
    engine: EngineSpec
    interleave: int
    rows: int
    cols: int

    @cached_property
    def sides(self) -> tuple[tuple[Strip, ...], tuple[Strip, ...]]:
        """The strips of rows, and those of columns."""
        return strips(self.layer, "h", self.rows), strips(self.layer, "w", self.cols)

    @property
    def channel_pieces(self) -> list[range]:
        """Channels of the streams: whole groups of lanes, and whole planes of them."""
        groups = max(self.engine.max_channel_groups // self.interleave, 1) * self.interleave
        return _ranges(self.layer.channels, groups * self.engine.lanes)

    @property
    def multiplier_pieces(self) -> list[range]:
        """Weight sets of the streams."""
        return _ranges(self.layer.channel_multiplier, self.engine.max_channel_multiplier)

    @property
    def image_pieces(self) -> list[range]:
        """Images of the streams."""
        return _ranges(self.layer.batch, self.engine.max_batch)

    @property
    def tiles(self) -> Iterator[Tile]:
        """The tiles in the order of their streams: those with equal parameters in a row."""
        for channels, multipliers in product(self.channel_pieces, self.multiplier_pieces):
            places = product(self.image_pieces, *self.sides)
            for index, (images, rows, cols) in enumerate(places):
                yield Tile(images, channels, multipliers, rows, cols, index == 0)

    @cached_property
    def different(self) -> list[tuple[Tile, int]]:
        """A tile of each shape, with the number of tiles of that shape; the most frequent first."""
        ranges = (self.image_pieces, self.channel_pieces, self.multiplier_pieces)
        axes = [_counted(pieces, len) for pieces in ranges]
        axes += [_counted(side, lambda one: one.shape) for side in self.sides]
        found = []
        for parts in product(*axes):
            images, channels, multipliers, rows, cols = (piece for piece, _ in parts)
            count = prod(count for _, count in parts)
            found.append((Tile(images, channels, multipliers, rows, cols, load=True), count))
        return sorted(found, key=lambda counted: -counted[1])


def _counted(pieces: Sequence[Any], key: Callable[[Any], object]) -> list[tuple[Any, int]]:
    """The first piece of each key, with the number of pieces of that key."""
    first: dict[object, Any] = {}
    for piece in pieces:
        first.setdefault(key(piece), piece)
    counts = Counter(map(key, pieces))
    return [(piece, counts[key(piece)]) for piece in first.values()]


def _ranges(total: int, length: int) -> list[range]:
    """``range(total)`` in pieces of ``length``; the last one may be shorter."""
    return [range(start, min(start + length, total)) for start in range(0, total, length)]
