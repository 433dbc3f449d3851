"""The numbers of a stream on a tap-serial array, for the loops of its law, and their result."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


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
    """Pixels of a beat."""
    read_beats: int
    """Beats of a read."""


class Repeats(NamedTuple):
    """Groups of a plane whose reads are those of an earlier group, but some beats further.

    From group ``first + period`` to ``end``, which is the first one that may differ: every pixel
    under the kernel lies in an ifmap row.
    """

    period: int
    """Groups from a group to the one that repeats it."""
    beats: int
    """Beats from the pixels of a group to those of the one that repeats it."""
    first: int
    end: int


class PlaneReads(NamedTuple):
    """The reads of the fetch for one weight set of every group of a plane, in order.

    The arrays are int64.
    """

    counts: np.ndarray
    """The number of reads of each segment."""
    needs: np.ndarray
    """For each read, the beats of the plane that must be in the ring; 0: the raster row has no
    pixel for the segment."""
    free: np.ndarray
    """For each group, the first beat of the plane that is still needed."""
    repeats: Repeats


class RunShape(NamedTuple):
    """The numbers of a stream that its cycles depend on."""

    planes: int
    plane_beats: int
    ring: int
    """Beats that the ring holds."""
    copied: bool
    """Cells read the ring themselves, so a group holds its pixels until its last tap."""
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
