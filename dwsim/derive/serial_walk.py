"""The choice of the walk of a tap-serial array, by the cycles of its array."""

from __future__ import annotations

from functools import lru_cache
from math import gcd

import numpy as np

from dwsim.derive.serial_geometry import SerialGeometry, chunks_of
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_run import PlaneReads, PlaneShape, Repeats
from dwsim.derive.serial_shape import FULL_RATE_STRIDE
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.place_raster import PlaceRaster


def plane_shape(walk: SerialGeometry, numbers: SerialNumbers) -> PlaneShape:
    """The numbers that place the reads of a plane."""
    layer = walk.layer
    return PlaneShape(
        groups=walk.groups,
        cells=walk.cells,
        places_w=walk.places_w,
        kernel_h=layer.kernel_h,
        row_segments=layer.kernel_w // walk.segment_taps,
        stride_h=layer.stride_h,
        stride_w=layer.stride_w,
        dilation_h=layer.dilation_h,
        dilation_w=layer.dilation_w,
        pad_top=layer.pad_top,
        pad_left=layer.pad_left,
        pitch=walk.pitch,
        span=walk.span,
        ofmap_h=layer.ofmap_h,
        ifmap_h=layer.ifmap_h,
        ifmap_w=layer.ifmap_w,
        beat=numbers.formats.ifmap_pixels,
        read_beats=numbers.shape.ring_pixels // numbers.formats.ifmap_pixels,
    )


def plane_reads(walk: SerialGeometry, numbers: SerialNumbers) -> PlaneReads:
    """The reads of the fetch for one plane."""
    return _listed(plane_shape(walk, numbers))


# The choice of a walk lists the reads that its law then evaluates.
@lru_cache(maxsize=1)
def _listed(shape: PlaneShape) -> PlaneReads:
    from dwsim.derive import serial_reads

    counts = np.empty(shape.groups * shape.kernel_h * shape.row_segments, np.int64)
    row_reads = -(
        -(min(shape.span, shape.ifmap_w) + shape.beat - 1) // (shape.read_beats * shape.beat)
    )
    rows = (
        2
        + (
            shape.span
            + max(shape.pad_left, 0)
            + shape.places_w * shape.stride_w
            + (shape.row_segments - 1) * shape.dilation_w
        )
        // shape.pitch
    )
    needs = np.empty(counts.size * rows * row_reads, np.int64)
    free = np.empty(shape.groups, np.int64)
    repeats = _repeats(shape)
    total = serial_reads.list_reads(shape, repeats, counts, needs, free)
    return PlaneReads(counts, needs[:total], free, repeats)


def _repeats(k: PlaneShape) -> Repeats:
    """The groups of a plane that repeat earlier ones."""
    # The fewest rows, from one that begins with a group and a beat to the next one that does.
    rows = k.cells // gcd(k.cells, k.places_w)
    row_pixels = k.stride_h * k.ifmap_w
    rows *= k.beat // gcd(k.beat, rows * row_pixels)
    # Rows in which all kernel rows lie in the ifmap, for each raster row under a segment.
    begin = k.pad_left - (k.places_w - 1) * k.stride_w - (k.row_segments - 1) * k.dilation_w
    under = max(-(-(k.span - begin) // k.pitch), 1)
    bottom = (k.ifmap_h - 1 + k.pad_top - (k.kernel_h - 1) * k.dilation_h) // k.stride_h
    end_row = min(k.ofmap_h - 1, bottom) - under + 2
    first_row = -(-k.pad_top // k.stride_h)
    first = max(-(-first_row * k.places_w // k.cells), 1)
    end = min(-(-end_row * k.places_w // k.cells), k.groups)
    period = rows * k.places_w // k.cells
    return Repeats(period, rows * row_pixels // k.beat, first, max(end, first))


def array_cycles(walk: SerialGeometry, numbers: SerialNumbers) -> int:
    """Cycles of the array for a plane when every pixel is there: fetch, taps and drain."""
    from dwsim.derive import serial_reads

    counts = plane_reads(walk, numbers).counts
    chunks = chunks_of(walk, numbers)
    cycles = serial_reads.busy_cycles(counts, walk.groups, walk.segment_taps, chunks)
    return cycles * walk.layer.channel_multiplier


def choose_geometry(layer: LayerSpec, numbers: SerialNumbers) -> SerialGeometry | None:
    """The walk with the fewest array cycles; of equal ones that with the most cells.

    A segment holds a kernel row where its columns are neighbours (``dilation_w`` 1); a stride
    above ``FULL_RATE_STRIDE`` leaves one cell a group. None when the ring is too small for the
    pixels of even one cell.
    """
    neighbours = layer.dilation_w == 1 or layer.kernel_w == 1
    raster = PlaceRaster(layer)
    most = min(numbers.formats.pixels, raster.places)
    full = SerialGeometry(raster, most, not neighbours)
    ideal = full.groups * layer.kernel_h * layer.kernel_w * layer.channel_multiplier
    if _fits(full, numbers) and array_cycles(full, numbers) == ideal:
        return full
    best: tuple[int, int, SerialGeometry] | None = None
    for cells in range(most, 0, -1):
        for tap_segments in (False, True):
            walk = SerialGeometry(raster, cells, tap_segments)
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
