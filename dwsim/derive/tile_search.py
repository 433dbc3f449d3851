"""The choice of the tiles of a layer that exceeds the maxima of its engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Any, cast

from dwsim.derive.back_to_back import StreamCycles, StreamTimes, start_cycles
from dwsim.derive.numbers_of import numbers_of
from dwsim.derive.plan import Plan
from dwsim.derive.tile import Grid, Strip, Tile, strips
from dwsim.errors import SpecError, Violation
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_maxima import layer_maxima
from dwsim.spec.layer_spec import LayerSpec

_NUMBERS = 5
"""Numbers of strips of an axis that are tried, from the smallest possible one on; then come its
multiples by powers of two."""

_LIMITS = {"h": "max_plane_rows", "w": "max_row_pitch"}
"""The field of an engine that bounds the strips of an axis."""

_UNCUT = ("kernel_h", "kernel_w", "max_dilation_h", "max_dilation_w")
"""The fields that bound what no cut changes."""


@lru_cache(maxsize=256)
def choose_tiles(layer: LayerSpec, engine: EngineSpec, interleave: int = 1) -> tuple[Tile, ...]:
    """The tiles whose streams take the fewest cycles back to back, of the grids that are tried.

    Args:
        layer: not empty.
        engine: an engine that does not run the layer as one stream.
        interleave: channel groups that share a plane.

    Raises:
        SpecError: if not even tiles of one ofmap pixel fit the engine.
    """
    search = _Search(layer, engine, interleave)
    if search.is_hopeless:
        raise search.complaint()
    best: tuple[int, Grid] | None = None
    for least, grid in sorted(search.bounded_grids(), key=lambda bounded: bounded[0]):
        if best is not None and best[0] <= least:
            break
        try:
            cycles = search.cycles(grid, None if best is None else best[0])
        except SpecError:
            continue
        if cycles is not None:
            best = (cycles, grid)
    if best is None:
        raise search.complaint()
    return tuple(best[1].tiles)


def least_cycles(layer: LayerSpec, engine: EngineSpec, tile: Tile) -> int:
    """A lower bound of the cycles of a tile's stream: the input port, or the multipliers."""
    rows, cols, images, channels = tile.rows, tile.cols, len(tile.images), len(tile.channels)
    planes = images * -(-channels // engine.lanes)
    beats = planes * rows.ifmap_length * cols.ifmap_length // (engine.ifmap_pixels or 1)
    outputs = images * channels * len(tile.multipliers) * rows.length * cols.length
    work = outputs * layer.kernel_h * layer.kernel_w // engine.multipliers
    return max(beats, work) + numbers_of(engine).timing.latency


class _Search:
    """The grids of a layer on an engine; equal tiles share a plan."""

    def __init__(self, layer: LayerSpec, engine: EngineSpec, interleave: int) -> None:
        self.layer = layer
        self.engine = engine
        self.interleave = interleave
        self._known: dict[tuple[object, ...], StreamTimes] = {}

    @property
    def is_hopeless(self) -> bool:
        """True if the layer exceeds a maximum that every part of it exceeds, too."""
        needed = layer_maxima(self.layer, self.engine.lanes, 1, self.engine.dataflow)
        return any(needed[name] > getattr(self.engine, name) for name in _UNCUT)

    def bounded_grids(self) -> Iterator[tuple[int, Grid]]:
        """Each grid that is tried, with a lower bound of its cycles."""
        for rows, cols in product(self._lengths("h"), self._lengths("w")):
            grid = Grid(self.layer, self.engine, self.interleave, rows, cols)
            yield sum(count * self._least(tile) for tile, count in grid.different), grid

    def _least(self, tile: Tile) -> int:
        return least_cycles(self.layer, self.engine, tile)

    def cycles(self, grid: Grid, limit: int | None) -> int | None:
        """Cycles of all streams back to back, without stalls; None if not below ``limit``.

        Raises:
            SpecError: if a tile does not fit the engine.
        """
        least = sum(count * self._least(tile) for tile, count in grid.different)
        for tile, count in grid.different:
            least += count * (self._times(tile).cycles - self._least(tile))
            if limit is not None and least >= limit:
                return None
        tiles = list(grid.tiles)
        plans = [self._times(tile) for tile in tiles]
        total = start_cycles(plans, [tile.load for tile in tiles])[-1] + plans[-1].cycles
        return total if limit is None or total < limit else None

    def complaint(self) -> SpecError:
        """The rules that tiles of one ofmap pixel break."""
        for tile in Grid(self.layer, self.engine, self.interleave, 1, 1).tiles:
            try:
                self._times(tile)
            except SpecError as error:
                subject = f"layer {self.layer.name} on engine {self.engine.name}"
                subject = " ".join(f"{subject}, cut into streams".split())
                return SpecError(subject, map(_of_one_pixel, error.violations))
        raise AssertionError("a grid of one pixel fits, but was not tried")

    def _times(self, tile: Tile) -> StreamTimes:
        """The times of a tile's stream."""
        if tile.shape not in self._known:
            plan = Plan(tile.layer_of(self.layer), self.engine, interleave=self.interleave)
            times = StreamCycles(plan.cycles, plan.switch_cycles, plan.param_beats)
            self._known[tile.shape] = times
        return self._known[tile.shape]

    def _lengths(self, axis: str) -> list[int]:
        """The lengths of the strips that are tried."""
        total: int = getattr(self.layer, f"ofmap_{axis}")
        least = next((n for n in range(1, total + 1) if self._fits(axis, -(-total // n))), total)
        numbers = {*range(least, least + _NUMBERS), total}
        number = least
        while number < total:
            number *= 2
            numbers.add(number)
        return sorted({-(-total // n) for n in numbers if n <= total}, reverse=True)

    def _fits(self, axis: str, length: int) -> bool:
        """Strips of ``length`` ofmap rows or columns keep the engine's maximum for their axis."""
        return all(self._maximum(axis, one) for one in strips(self.layer, axis, length))

    def _maximum(self, axis: str, one: Strip) -> bool:
        pads = ("top", "bottom") if axis == "h" else ("left", "right")
        sizes = {
            f"ifmap_{axis}": one.ifmap_length,
            f"stride_{axis}": one.stride,
            f"pad_{pads[0]}": one.pad_before,
            f"pad_{pads[1]}": one.pad_after,
        }
        part = replace(self.layer, **cast(Any, sizes))
        field, engine = _LIMITS[axis], self.engine
        needed = layer_maxima(part, engine.lanes, self.interleave, engine.dataflow)[field]
        limit: int = getattr(engine, field)
        return needed <= limit


def _of_one_pixel(violation: Violation) -> Violation:
    """The violation of a stream of one ofmap pixel, so named if its quantity is not the layer's."""
    if violation.field in _UNCUT:
        return violation
    return replace(violation, rule=f"{violation.rule}, even in a stream of one ofmap pixel")
