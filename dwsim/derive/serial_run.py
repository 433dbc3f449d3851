"""The numbers of a stream on a tap-serial array, for the loops of its law, and their result."""

from __future__ import annotations

from typing import NamedTuple


class PlaneShape(NamedTuple):
    """The numbers that place the reads of a plane; lengths in pixels."""

    groups: int
    cells: int
    places_w: int
    kernel_h: int
    row_segments: int
    """Segments of a kernel row."""
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    pad_top: int
    pad_left: int
    pitch: int
    span: int
    ofmap_h: int
    ifmap_h: int
    ifmap_w: int
    beat: int
    width: int
    """Pixels of a read."""


class RunShape(NamedTuple):
    """The numbers of a stream that its cycles depend on."""

    planes: int
    plane_beats: int
    ring: int
    """Beats that the ring holds."""
    cells: int
    """Cells of a lane of the engine; each takes a cycle to get its place."""
    taps: int
    """Taps of a segment."""
    segments: int
    """Segments of a weight set."""
    groups: int
    sets: int
    """Weight sets of a group."""
    chunks: int
    """Cycles in which the sums of a group leave the array."""
    final_chunks: int
    """... those of the last weight set of a plane."""
    slack: int
    """Cycles after the last tap in which the end of the input does not delay the next stream."""


class RunEnd(NamedTuple):
    """The end of a run whose first cycle is 0, and the cycles in which no tap fired."""

    fire: int
    """The cycle of the last tap."""
    taken: int
    """The first cycle in which every beat has been taken, or one that leaves ``slack``."""
    first: int
    """The cycle of the first tap."""
    input_waits: int
    """Cycles between the two without a tap, because pixels were not in the ring yet."""
    ring_waits: int
    """... because the segment was still being read from the ring."""
    output_waits: int
    """... because the sums of the previous group were still leaving."""
