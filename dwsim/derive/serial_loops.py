"""The loops of the tap-serial law; compiled if numba is installed.

No cycle is stepped: each word of the fetch, each segment and each completed group has a cycle that
follows from a few earlier ones. Import this module inside functions, because numba starts slowly.
"""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_run import PlaneShape, RunShape
from dwsim.support.compiled import compiled


@compiled
def list_reads(k: PlaneShape, counts: np.ndarray, needs: np.ndarray) -> int:
    """Lists the reads of the fetch for one weight set of every group of a plane.

    Args:
        k: the plane.
        counts: receives the number of reads of each segment.
        needs: receives, for each read, the beats of the plane that must be in the ring (0: the
            raster row has no pixel for the segment).

    Returns:
        The number of reads.
    """
    total = segment = 0
    for group in range(k.groups):
        row, place = group * k.cells // k.places_w, group * k.cells % k.places_w
        for kernel_row in range(k.kernel_h):
            for tap in range(k.row_segments):
                before, ofmap_row = total, row
                begin = k.pad_left - place * k.stride_w - tap * k.dilation_w
                while True:
                    y = ofmap_row * k.stride_h - k.pad_top + kernel_row * k.dilation_h
                    first, end = max(0, -begin), min(k.ifmap_w, k.span - begin)
                    if 0 <= y < k.ifmap_h and first < end:
                        pixel, stop = y * k.ifmap_w + first, y * k.ifmap_w + end
                        pixel -= pixel % k.beat
                        while pixel < stop:
                            pixel += k.width
                            needs[total] = (min(pixel, stop) + k.beat - 1) // k.beat
                            total += 1
                    else:
                        needs[total] = 0
                        total += 1
                    begin, ofmap_row = begin + k.pitch, ofmap_row + 1
                    if begin >= k.span or ofmap_row >= k.ofmap_h:
                        break
                counts[segment] = total - before
                segment += 1
    return total


@compiled
def busy_cycles(counts: np.ndarray, groups: int, taps: int, chunks: int) -> int:
    """Cycles of the array for one weight set of every group when every pixel is in the ring."""
    segments = counts.size // groups
    total = 0
    for group in range(groups):
        spent = 0
        for segment in range(group * segments, (group + 1) * segments):
            spent += max(counts[segment], taps)
        total += max(spent, chunks)
    return total


Words = tuple[int, int, int, int, int, int, int]
"""The cycle of the last read; then, for the last three words, newest first, the cycle in which the
word came out of the ring and that in which the segment accepted it. Meanwhile the fetch stood."""


@compiled
def next_word(words: Words, ready: int, accepts: int) -> Words:
    """``words`` after the next read.

    Args:
        words: those so far.
        ready: the first cycle in which the pixels of the read are in the ring.
        accepts: the first cycle in which the segment accepts its word.
    """
    last, out1, in1, out2, in2, out3, in3 = words
    read = max(ready, last + 1)
    if out3 <= read < in3:
        read = in3
    if out2 <= read < in2:
        read = in2
    if out1 <= read < in1:
        read = in1
    moved = read + 1
    for _ in range(2):  # two more stages lie before the word's output
        if out2 <= moved < in2:
            moved = in2
        if out1 <= moved < in1:
            moved = in1
        moved += 1
    return read, moved, max(moved, accepts), out1, in1, out2, in2


@compiled
def first_group_that_frees(group: int, beat: int, free: np.ndarray, k: RunShape) -> int:
    """The first group of the stream, from ``group`` on, whose start gives room to a beat."""
    while group // k.groups * k.plane_beats + free[group % k.groups] + k.ring <= beat:
        group += 1
    return group


@compiled
def same_or_earlier(
    now: np.ndarray, before: np.ndarray, opened: np.ndarray, from_now: int, from_before: int,
    to_now: int, fire_now: int, fire_before: int,
) -> int:  # fmt: skip
    """Compares two states at the end of a plane: 2 if equal, 1 if none is later, otherwise 0.

    Cycles in ``now`` and ``before`` are relative to the plane's last tap, those in ``opened`` are
    not: there the groups from ``from_now`` to ``to_now`` belong to the state.
    """
    result = 2
    for index in range(now.size):
        if now[index] > before[index]:
            return 0
        if now[index] < before[index]:
            result = 1
    for index in range(to_now - from_now):
        one = opened[from_now + index] - fire_now
        other = opened[from_before + index] - fire_before
        if one > other:
            return 0
        if one < other:
            result = 1
    return result


@compiled
def run_planes(
    k: RunShape, counts: np.ndarray, needs: np.ndarray, free: np.ndarray,
    taken: np.ndarray, opened: np.ndarray, fires: np.ndarray,
) -> tuple[int, int, int, int, int, int]:  # fmt: skip
    """Runs a stream without stalls.

    Planes repeat as soon as one begins in the state of its predecessor, and also when no part of
    its state is later, the predecessor took no cycle for input or ring, and groups followed each
    other as fast as they ever can.

    Args:
        k: the stream.
        counts, needs: the reads of ``list_reads``.
        free: for each group, the first beat of the plane that is still needed.
        taken: int64 of shape (planes * plane_beats,), for the cycle in which each beat is taken.
        opened: int64 of shape (planes * groups + 1,), for the cycle in which the ring knows that a
            group has started.
        fires: empty, or int64 of shape (planes * groups * sets,), for the cycle in which each group
            completes.

    Returns:
        The fields of ``RunEnd``.
    """
    words = (-1, -1, -1, -1, -1, -1, -1)
    loaded = last = -1
    completed = chunks = 0  # chunks: cycles in which the completed group's sums leave
    first = -1
    written = freeing = 0
    took = -1
    waits_in = waits_ring = waits_out = 0
    opened[0] = 0
    turn = k.segments * k.taps
    least = (k.groups * k.sets - 1) * max(turn, k.chunks) + max(turn, k.final_chunks)
    now, before = np.zeros(10, np.int64), np.zeros(10, np.int64)
    fire_before = freeing_before = waits_in_before = waits_ring_before = waits_out_before = 0
    fire = 0
    for plane in range(k.planes):
        base = plane * k.plane_beats
        read = 0
        for group in range(k.groups):
            place = plane * k.groups + group
            if place > 0:
                opened[place] = words[0] + 2
            read_before = read
            for weight_set in range(k.sets):
                read = read_before
                for segment in range(k.segments):
                    late = 0
                    for _ in range(counts[group * k.segments + segment]):
                        ready = 0
                        if needs[read] > 0:
                            wanted = base + needs[read]
                            while written < wanted:
                                freeing = first_group_that_frees(freeing, written, free, k)
                                took = max(took + 1, opened[freeing])
                                taken[written] = took
                                written += 1
                            ready = taken[wanted - 1] + 2
                            late += max(ready - words[0] - 1, 0)
                        words = next_word(words, ready, loaded + 1)
                        read += 1
                    fire = max(last + 1, k.cells, words[2])
                    if first < 0:
                        first, last = fire, fire - 1
                    waits = fire - last - 1
                    waits_in += min(waits, late)
                    waits_ring += waits - min(waits, late)
                    loaded = fire
                    last = fire + k.taps - 1
                    if segment == k.segments - 1:
                        # The last tap of the group waits for the sums before.
                        complete = max(last, completed + chunks)
                        waits_out += complete - last
                        if k.taps == 1:
                            loaded = complete
                        last = completed = complete
                        chunks = k.chunks
                if fires.size:
                    fires[place * k.sets + weight_set] = completed
        chunks = k.final_chunks
        place = (plane + 1) * k.groups
        opened[place] = words[0] + 2
        for index in range(7):
            now[index] = words[index] - completed
        now[7], now[8], now[9] = loaded - completed, took - completed, written - base
        matches = 0
        if plane > 0 and freeing - freeing_before == k.groups and now[9] == before[9]:
            matches = same_or_earlier(
                now, before, opened, freeing, freeing_before, place + 1, completed, fire_before
            )
        if matches == 1:
            quick = completed - fire_before == least
            quick = quick and waits_in == waits_in_before and waits_ring == waits_ring_before
            matches = 1 if quick else 0
        last_plane = plane == k.planes - 1
        if last_plane or (matches > 0 and fires.size == 0):
            ends, frees = took, freeing
            for beat in range(written, base + k.plane_beats):
                frees = first_group_that_frees(frees, beat, free, k)
                ends = max(ends + 1, opened[frees])
            if last_plane or matches == 2 or ends + 1 - completed <= k.slack:
                rest = k.planes - 1 - plane
                period = completed - fire_before
                return (
                    completed + rest * period,
                    ends + 1 + rest * period,
                    first,
                    waits_in + rest * (waits_in - waits_in_before),
                    waits_ring + rest * (waits_ring - waits_ring_before),
                    waits_out + rest * (waits_out - waits_out_before),
                )
        fire_before, freeing_before = completed, freeing
        waits_in_before, waits_ring_before = waits_in, waits_ring
        waits_out_before = waits_out
        now, before = before, now
    return 0, 0, 0, 0, 0, 0
