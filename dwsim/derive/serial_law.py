"""The cycles of a stream on a tap-serial engine, without stalls.

Three parties work at their own pace. The writer brings one beat a cycle into the ring while the
ring has room. The fetch reads one word a cycle and waits for pixels that are not in the ring yet.
The sequencer fires one tap a cycle and waits for its segment; before it completes a group, it also
waits for the drain of the previous group. ``dwsim.derive.serial_loops`` follows their decisions,
without data, to the cycle of the RTL.
"""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_geometry import (
    SerialGeometry,
    chunks_of,
    divides_last_pixels,
    final_chunks_of,
    last_pixel_chunks,
)
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_run import RunEnd, RunShape
from dwsim.derive.serial_walk import plane_reads

_NO_FIRES = np.empty(0, np.int64)


def run_shape(
    walk: SerialGeometry, numbers: SerialNumbers, planes: int, plane_beats: int
) -> RunShape:
    """The numbers that the cycles of a run of ``planes`` planes depend on."""
    final_chunks = final_chunks_of(walk, numbers)
    return RunShape(
        planes=planes,
        plane_beats=plane_beats,
        ring=numbers.shape.ring_beats,
        copied=numbers.shape.copied_rings,
        cells=numbers.formats.pixels,
        taps=walk.segment_taps,
        segments=walk.set_segments,
        groups=walk.groups,
        sets=walk.layer.channel_multiplier,
        chunks=chunks_of(walk, numbers),
        final_chunks=final_chunks,
        slack=numbers.timing.start_cycles + final_chunks + numbers.timing.control_cycles + 1,
    )


def run_cycles(
    walk: SerialGeometry, numbers: SerialNumbers, planes: int, plane_beats: int
) -> RunEnd:
    """The end of a run of ``planes`` planes whose first cycle is 0."""
    return _run(walk, numbers, run_shape(walk, numbers, planes, plane_beats), _NO_FIRES)


def group_cycles(
    walk: SerialGeometry, numbers: SerialNumbers, planes: int, plane_beats: int
) -> np.ndarray:
    """The cycle in which each group of a run completes, for each of its weight sets.

    Returns:
        int64 of shape (planes * groups * channel_multiplier,), in stream order.
    """
    shape = run_shape(walk, numbers, planes, plane_beats)
    fires = np.empty(planes * walk.groups * walk.layer.channel_multiplier, np.int64)
    _run(walk, numbers, shape, fires)
    return fires


def _run(
    walk: SerialGeometry, numbers: SerialNumbers, shape: RunShape, fires: np.ndarray
) -> RunEnd:
    from dwsim.derive import serial_loops

    opened = np.empty(shape.planes * shape.groups + 1, np.int64)
    return RunEnd(*serial_loops.run_planes(shape, *plane_reads(walk, numbers), opened, fires))


def leaving_cycles(numbers: SerialNumbers, cell: int) -> int:
    """Cycles from the last tap of a group to the transfer of a beat that the sum of a cell ends."""
    chunk = ((cell + 1) * numbers.spec.lanes - 1) // numbers.shape.requantisers
    return numbers.timing.start_cycles + 1 + chunk + numbers.timing.drain_cycles + 1


def final_leaving_cycles(walk: SerialGeometry, numbers: SerialNumbers) -> int:
    """Cycles from the last tap of a plane to the transfer of its last beat."""
    chunks = last_pixel_chunks(walk, numbers) + divides_last_pixels(walk, numbers)
    return numbers.timing.start_cycles + chunks + numbers.timing.drain_cycles + 1


def _cycles_behind(walk: SerialGeometry, numbers: SerialNumbers) -> int:
    """Cycles after the last beat in which the drain or the control is still at work."""
    chunks = final_chunks_of(walk, numbers) - last_pixel_chunks(walk, numbers)
    chunks -= divides_last_pixels(walk, numbers)
    return chunks + numbers.timing.control_cycles - numbers.timing.drain_cycles


def ending(walk: SerialGeometry, numbers: SerialNumbers, run: RunEnd) -> tuple[int, int]:
    """The end of the stream whose run ``run_cycles`` describes.

    Returns:
        The cycle of the last ofmap transfer, and the number of cycles after it until the engine
        is idle: the drain still counts, and beats that no output needs are still taken.
    """
    last = run.fire + final_leaving_cycles(walk, numbers)
    return last, max(_cycles_behind(walk, numbers), run.taken - last)
