"""The cycles of a stream on a tap-serial engine, without stalls.

Three parties work at their own pace. The writer brings one beat a cycle into the ring while the
ring has room. The fetch reads one word a cycle and waits for pixels that are not in the ring yet.
The sequencer fires one tap a cycle and waits for its segment; before it completes a group, it also
waits for the drain of the previous group. The loop below follows their decisions, without data:
it decides each step in the same cycle as the RTL.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from dwsim.derive.serial_geometry import SerialGeometry, chunks_of, reads_of
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import SERIAL_START_CYCLES
from dwsim.support.compiled import compiled


class Reads(NamedTuple):
    """The reads of a plane, in order; the arrays have an entry a read, ``free`` one a group."""

    needs: np.ndarray
    """Beats of the plane that must be in the ring."""
    ends: np.ndarray
    """The read completes a segment."""
    group: np.ndarray
    free: np.ndarray
    """The first beat of the plane that the group still needs."""


def plane_reads(walk: SerialGeometry, numbers: SerialNumbers) -> Reads:
    """Every read of the fetch for one plane, each weight set's on its own."""
    steps = walk.steps
    beat, width = numbers.formats.ifmap_pixels, numbers.shape.ring_pixels
    reads = reads_of(steps, beat, width)
    step = np.repeat(np.arange(len(reads)), reads)
    index = np.arange(len(step)) - np.repeat(np.cumsum(reads) - reads, reads)
    begin = steps.first_pixel - np.mod(steps.first_pixel, beat)
    end = np.minimum(begin[step] + width * (index + 1), (steps.first_pixel + steps.pixels)[step])
    needs = np.where(steps.pixels[step] > 0, -(-end // beat), 0)
    ends = steps.segment_end[step] & (index == reads[step] - 1)
    group = steps.group[step]
    order = np.arange(len(step))
    if walk.layer.channel_multiplier > 1:
        counts = np.bincount(group, minlength=walk.groups)
        firsts = np.cumsum(counts) - counts
        sets = range(walk.layer.channel_multiplier)
        order = np.concatenate(
            [np.arange(f, f + n) for f, n in zip(firsts, counts, strict=True) for _ in sets]
        )
    return Reads(needs[order], ends[order], group[order], steps.free // beat)


def run_cycles(
    walk: SerialGeometry, numbers: SerialNumbers, planes: int, plane_beats: int
) -> tuple[int, int]:
    """The end of a run of ``planes`` planes whose first cycle is 0.

    Returns:
        The cycle in which the last tap fires, and the first one in which all beats are taken.
    """
    reads = plane_reads(walk, numbers)
    fire, taken = _compiled_run()(
        *reads,
        planes,
        plane_beats,
        numbers.shape.ring_beats,
        numbers.formats.pixels,
        walk.segment_taps,
        walk.set_segments,
        walk.groups * walk.layer.channel_multiplier,
        chunks_of(walk, numbers),
    )
    return int(fire), int(taken)


def ending(walk: SerialGeometry, numbers: SerialNumbers, run: tuple[int, int]) -> tuple[int, int]:
    """The end of the stream whose run ``run_cycles`` describes.

    Returns:
        The cycle of the last ofmap transfer, and the number of cycles after it until the engine
        is idle: the sums of cells without a pixel still leave, and beats that no output needs are
        still taken.
    """
    fire, taken = run
    last_cell = (walk.places - 1) % walk.cells
    chunk = ((last_cell + 1) * numbers.spec.lanes - 1) // numbers.shape.requantisers
    active = fire + SERIAL_START_CYCLES + 1 + chunk
    last = active + numbers.timing.drain_cycles + 1
    surplus = chunks_of(walk, numbers) - 1 - chunk
    return last, max(0, surplus, taken - last)


@cache
def _compiled_run() -> Callable[..., tuple[int, int]]:
    """The loop, compiled at its first use: numba starts slowly."""
    return compiled(_run)


def _run(
    needs: np.ndarray,
    ends: np.ndarray,
    group: np.ndarray,
    free: np.ndarray,
    planes: int,
    plane_beats: int,
    ring: int,
    cells: int,
    taps: int,
    segments: int,
    sets: int,
    chunks: int,
) -> tuple[int, int]:
    count = len(needs)
    # Writer: beats taken and beats that can be read.
    total = planes * plane_beats
    written = filled = 0
    writes = False
    # Fetch: the next read, its plane, and the three stages behind it.
    read = plane = 0
    oldest = 0
    v0 = v1 = v2 = e0 = e1 = e2 = False
    # Segment and sequencer.
    complete = load = False
    placed = 0
    tap = segment = 0
    drain = 0
    left = planes * sets
    fire = -1
    cycle = 0
    while fire < 0 or written < total:
        accepts = not complete or load
        step = not (v2 and not accepts)
        arrives = v2 and e2 and accepts
        ready = (complete and not load) or arrives
        # Sequencer
        completes = segment == segments - 1 and tap == taps - 1
        fires = (
            left > 0 and placed == cells and (tap > 0 or ready) and (not completes or drain <= 1)
        )
        if fires and completes and left == 1:
            fire = cycle
        # Writer
        take = written < total and written - oldest < ring
        # Fetch
        advance = False
        if step and plane < planes:
            advance = needs[read] == 0 or plane * plane_beats + needs[read] <= filled
        next_oldest = oldest
        if plane < planes:
            next_oldest = plane * plane_beats + free[group[read]]
        else:
            next_oldest = max(oldest, planes * plane_beats)
        # Clock edge
        if v2 and accepts:
            complete = e2
        elif load:
            complete = False
        if step:
            v2, e2, v1, e1 = v1, e1, v0, e0
            v0 = advance
            e0 = advance and ends[read]
        if advance:
            read += 1
            if read == count:
                read = 0
                plane += 1
        load = fires and tap == 0
        if fires and completes:
            drain = chunks
        elif drain > 0:
            drain -= 1
        if fires:
            tap += 1
            if tap == taps:
                tap = 0
                segment += 1
                if segment == segments:
                    segment = 0
                    left -= 1
        if placed < cells:
            placed += 1
        if writes:
            filled += 1
        writes = take
        if take:
            written += 1
        oldest = next_oldest
        cycle += 1
    return fire, cycle
