"""SerialGeometry: how the cells of a tap-serial array walk over a plane of a layer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_shape import FULL_RATE_STRIDE
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.place_raster import PlaceRaster


@dataclass(frozen=True)
class SerialGeometry:
    """A layer's plane, cut into groups of ``cells`` neighbouring places of its ``PlaceRaster``.

    With ``tap_segments`` a segment holds the pixels of one tap, otherwise those of a kernel row.
    """

    layer: LayerSpec
    cells: int
    tap_segments: bool

    @cached_property
    def raster(self) -> PlaceRaster:
        """The places over which the cells walk."""
        return PlaceRaster(self.layer)

    @property
    def places_w(self) -> int:
        """P, places of a raster row."""
        return self.raster.places_w

    @property
    def pitch(self) -> int:
        """Ifmap columns from the places of an ofmap row to those of the next."""
        return self.raster.pitch

    @property
    def places(self) -> int:
        """Places of a plane, up to that of its last pixel."""
        return self.raster.places

    @property
    def groups(self) -> int:
        """Groups of a plane."""
        return -(-self.places // self.cells)

    @property
    def span(self) -> int:
        """Pixels of a segment."""
        columns = 1 if self.tap_segments else (self.layer.kernel_w - 1) * self.layer.dilation_w + 1
        return (self.cells - 1) * self.layer.stride_w + columns

    @property
    def segment_taps(self) -> int:
        """Taps of a segment."""
        return 1 if self.tap_segments else self.layer.kernel_w

    @property
    def set_segments(self) -> int:
        """Segments of a weight set in a group."""
        return self.layer.kernel_h * (self.layer.kernel_w if self.tap_segments else 1)

    @property
    def reach_rows(self) -> int:
        """Ifmap rows between the first and the last pixel that a group needs, both counted."""
        layer = self.layer
        rows = (self.places_w + self.cells - 2) // self.places_w
        reach = (layer.kernel_h - 1) * layer.dilation_h + rows * layer.stride_h + 1
        return min(reach, layer.ifmap_h)

    def reach_beats(self, beat_pixels: int) -> int:
        """Ifmap beats that the ring must hold for a group; the first and last may be partial."""
        return -(-self.reach_rows * self.layer.ifmap_w // beat_pixels) + 1

    @cached_property
    def steps(self) -> Steps:
        """Every cycle of the fetch for one weight set of every group of a plane."""
        return _steps(self)


@dataclass(frozen=True)
class Steps:
    """The steps of the fetch in one plane, as arrays of equal length, except ``free``.

    ``last_pixel`` is the last pixel that the step reads, counted from the plane's first, or -1
    when the raster row has no pixel for the segment; ``reads`` is the number of such steps with
    READ pixels each, ``segment_end`` marks the last step of a segment, ``group`` is its group.
    ``free`` has, for each group, the oldest pixel of the plane that is still needed.
    """

    first_pixel: np.ndarray
    pixels: np.ndarray
    segment_end: np.ndarray
    group: np.ndarray
    free: np.ndarray


def _steps(geometry: SerialGeometry) -> Steps:
    """One row piece a step; ``reads_of`` cuts the pieces into reads."""
    layer = geometry.layer
    groups = np.arange(geometry.groups)
    row, place = np.divmod(groups * geometry.cells, geometry.places_w)
    taps = layer.kernel_w if geometry.tap_segments else 1
    # Axes: group, kernel row, tap, raster row of the segment.
    rows = 1 + (geometry.places_w + geometry.cells - 2) // geometry.places_w
    rows += -(-layer.pad_left // geometry.pitch) + 1
    piece = np.arange(rows + -(-(geometry.span) // geometry.pitch))
    tap = np.arange(taps) * layer.dilation_w
    x0 = (place * layer.stride_w - layer.pad_left)[:, None, None, None] + tap[:, None]
    begin = -x0 + piece * geometry.pitch
    ofmap_row = row[:, None, None, None] + piece
    kernel = (np.arange(layer.kernel_h) * layer.dilation_h)[:, None, None]
    y = ofmap_row * layer.stride_h - layer.pad_top + kernel
    shape = np.broadcast_shapes(begin.shape, y.shape)
    begin, y, ofmap_row = (np.broadcast_to(a, shape) for a in (begin, y, ofmap_row))
    # The first raster row always takes a step, a later one only inside segment and plane.
    exists = (piece == 0) | ((begin < geometry.span) & (ofmap_row < layer.ofmap_h))
    exists = np.logical_and.accumulate(exists, axis=3)
    first = np.maximum(0, -begin)
    end = np.minimum(layer.ifmap_w, geometry.span - begin)
    pixels = np.where((y >= 0) & (y < layer.ifmap_h), np.maximum(end - first, 0), 0)
    ends = exists & ~np.append(exists[..., 1:], np.zeros((*shape[:3], 1), bool), axis=3)
    group = np.broadcast_to(groups[:, None, None, None], shape)
    free_row = np.maximum.accumulate(
        np.where(row * layer.stride_h - layer.pad_top < layer.ifmap_h,
                 row * layer.stride_h - layer.pad_top, 0)
    )  # fmt: skip
    return Steps(
        first_pixel=(y * layer.ifmap_w + first)[exists],
        pixels=pixels[exists],
        segment_end=ends[exists],
        group=group[exists],
        free=np.maximum(free_row, 0) * layer.ifmap_w,
    )


def reads_of(steps: Steps, beat_pixels: int, read_pixels: int) -> np.ndarray:
    """Cycles of each step: one for each ``read_pixels`` from its first beat on, at least one."""
    into_beat = np.mod(steps.first_pixel, beat_pixels)
    return np.where(steps.pixels > 0, -(-(steps.pixels + into_beat) // read_pixels), 1)


def array_cycles(geometry: SerialGeometry, numbers: SerialNumbers) -> int:
    """Cycles of the array for a plane when every pixel is there: fetch, taps and drain."""
    steps = geometry.steps
    reads = reads_of(steps, numbers.formats.ifmap_pixels, numbers.shape.ring_pixels)
    segment = np.cumsum(np.append(0, steps.segment_end[:-1]))
    words = np.bincount(segment, weights=reads).astype(np.int64)
    taps = np.maximum(words, geometry.segment_taps).reshape(geometry.groups, -1).sum(axis=1)
    return int(np.maximum(taps, chunks_of(geometry, numbers)).sum()) * (
        geometry.layer.channel_multiplier
    )


def chunks_of(geometry: SerialGeometry, numbers: SerialNumbers) -> int:
    """Cycles in which the sums of a group leave the array."""
    return -(-numbers.spec.lanes * geometry.cells // numbers.shape.requantisers)


def choose_geometry(layer: LayerSpec, numbers: SerialNumbers) -> SerialGeometry | None:
    """The walk with the fewest array cycles; of equal ones that with the most cells.

    A segment holds a kernel row where its columns are neighbours (``dilation_w`` 1); a stride
    above ``FULL_RATE_STRIDE`` leaves one cell a group. None when the ring is too small for the
    pixels of even one cell.
    """
    neighbours = layer.dilation_w == 1 or layer.kernel_w == 1
    most = min(numbers.formats.pixels, PlaceRaster(layer).places)
    full = SerialGeometry(layer, most, not neighbours)
    ideal = full.groups * layer.kernel_h * layer.kernel_w * layer.channel_multiplier
    if _fits(full, numbers) and array_cycles(full, numbers) == ideal:
        return full
    best: tuple[int, int, SerialGeometry] | None = None
    for cells in range(most, 0, -1):
        for tap_segments in (False, True):
            walk = SerialGeometry(layer, cells, tap_segments)
            if not _fits(walk, numbers) or not (tap_segments or neighbours):
                continue
            key = (array_cycles(walk, numbers), -cells)
            if best is None or key < best[:2]:
                best = (*key, walk)
    return None if best is None else best[2]


def _fits(walk: SerialGeometry, numbers: SerialNumbers) -> bool:
    """The stride, the segment and the ring permit the walk."""
    return (
        (walk.cells == 1 or walk.layer.stride_w <= FULL_RATE_STRIDE)
        and walk.span <= numbers.shape.segment
        and walk.reach_beats(numbers.formats.ifmap_pixels) <= numbers.shape.ring_beats
    )
