"""The loops of the tap-serial law; compiled if numba is installed.

No cycle is stepped: each word of the fetch, each segment and each completed group has a cycle that
follows from a few earlier ones. Import this module inside functions, because numba starts slowly.
"""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_run import Repeats, RunShape
from dwsim.derive.stages import (
    SERIAL_FETCH_CYCLES,
    SERIAL_FREE_CYCLES,
    SERIAL_RELEASE_CYCLES,
)
from dwsim.support.compiled import compiled

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
def opens(k: RunShape, read: int, completed: int) -> int:
    """The first cycle in which a beat can take the place that a group leaves.

    Args:
        k: the stream.
        read: the cycle of the last read for the group before.
        completed: the cycle of its last tap.
    """
    return completed + SERIAL_RELEASE_CYCLES if k.copied else read + SERIAL_FREE_CYCLES


@compiled
def first_group_that_frees(group: int, beat: int, free: np.ndarray, k: RunShape) -> tuple[int, int]:
    """The first group of the stream, from ``group`` on, whose start gives room to a beat.

    Returns:
        The group, and the first beat to which its start gives no room.
    """
    base, place = group // k.groups * k.plane_beats + k.ring, group % k.groups
    while base + free[place] <= beat:
        group += 1
        place += 1
        if place == k.groups:
            base, place = base + k.plane_beats, 0
    return group, base + free[place]


@compiled
def same_or_earlier(
    now: np.ndarray, before: np.ndarray, opened: np.ndarray, from_now: int, from_before: int,
    to_now: int, fire_now: int, fire_before: int,
) -> int:  # fmt: skip
    """Compares two states between groups: 2 if equal, 1 if none is later, otherwise 0.

    Cycles in ``now`` and ``before`` are relative to the last tap, those in ``opened`` are
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
def times_repeated(
    repeats: Repeats, words: Words, loaded: int, last: int, took: int, written: int, freeing: int,
    group: int, place: int, opened: np.ndarray, before: np.ndarray,
) -> int:  # fmt: skip
    """How often the groups of a period repeat from here on: 0 unless they begin in the same state.

    Args:
        repeats: of the plane.
        words, loaded, last, took, written, freeing: the state of ``run_planes``.
        group: the group that begins; ``place`` counts it in the stream.
        opened: see ``run_planes``; receives the cycles in which the groups of the state would have
            started if time had not passed meanwhile.
        before: the state before the groups of a period: 7 words, loaded, last, took, written, read,
            three waits and freeing, in this order.
    """
    if freeing - before[15] != repeats.period or before[15] < place - group + repeats.first:
        return 0
    cycles = last - before[8]
    if written - before[10] != repeats.beats or loaded - before[7] != cycles:
        return 0
    if took - before[9] != cycles:
        return 0
    for index in range(7):
        if words[index] - before[index] != cycles:
            return 0
    for index in range(freeing, place + 1):
        if opened[index] - opened[index - repeats.period] != cycles:
            return 0
    times = (repeats.end - group) // repeats.period
    for index in range(place, freeing - 1, -1):
        opened[index + times * repeats.period] = opened[index]
    return times


@compiled
def run_planes(
    k: RunShape, counts: np.ndarray, needs: np.ndarray, free: np.ndarray, repeats: Repeats,
    opened: np.ndarray, fires: np.ndarray,
) -> tuple[int, int, int, int, int, int]:  # fmt: skip
    """Runs a stream without stalls.

    Groups repeat as soon as one begins in the state of the group ``repeats.period`` before it, and
    planes as soon as one begins in the state of its predecessor. Planes also repeat when no part of
    the state is later, the predecessor took no cycle for input or ring, and groups followed each
    other as fast as they ever can. With ``fires`` every group runs.

    Args:
        k: the stream.
        counts, needs, free, repeats: the ``PlaneReads`` of each plane.
        opened: int64 of shape (planes * groups + 1,), for the cycle in which the ring knows that a
            group has started.
        fires: empty, or int64 of shape (planes * groups * sets,), for the cycle in which each group
            completes.

    Returns:
        The fields of ``RunEnd``.
    """
    words = (SERIAL_FETCH_CYCLES - 1, -1, -1, -1, -1, -1, -1)
    loaded = last = -1
    completed = chunks = 0  # chunks: cycles in which the completed group's sums leave
    first = -1
    written = freeing = room = 0
    took = -1
    waits_in = waits_ring = waits_out = 0
    opened[0] = 0
    turn = k.segments * k.taps
    least = (k.groups * k.sets - 1) * max(turn, k.chunks) + max(turn, k.final_chunks)
    now, before = np.zeros(10, np.int64), np.zeros(10, np.int64)
    row = np.zeros(16, np.int64)  # the state before a period: see times_repeated
    # Time does not pass while groups are skipped; their cycles are added at the end.
    skipped = skipped_before = 0
    fire_before = freeing_before = waits_in_before = waits_ring_before = waits_out_before = 0
    fire = 0
    for plane in range(k.planes):
        base = plane * k.plane_beats
        read = group = 0
        while group < k.groups:
            place = plane * k.groups + group
            if place > 0:
                opened[place] = opens(k, words[0], completed)
            if (
                fires.size == 0
                and repeats.first <= group < repeats.end
                and (group - repeats.first) % repeats.period == 0
            ):
                times = 0
                if group > repeats.first:
                    times = times_repeated(
                        repeats, words, loaded, last, took, written, freeing, group, place,
                        opened, row,
                    )  # fmt: skip
                if times > 0:
                    groups = times * repeats.period
                    read += times * (read - row[11])
                    group, place, freeing = group + groups, place + groups, freeing + groups
                    written += times * repeats.beats
                    room += times * repeats.beats
                    waits_in += times * (waits_in - row[12])
                    waits_ring += times * (waits_ring - row[13])
                    waits_out += times * (waits_out - row[14])
                    skipped += times * (last - row[8])
                    continue
                for index in range(7):
                    row[index] = words[index]
                row[7], row[8], row[9] = loaded, last, took
                row[10], row[11] = written, read
                row[12], row[13], row[14], row[15] = waits_in, waits_ring, waits_out, freeing
            read_before = read
            for weight_set in range(k.sets):
                read = read_before
                for segment in range(k.segments):
                    late = 0
                    for _ in range(counts[group * k.segments + segment]):
                        # An earlier read has waited for beats that are in the ring already.
                        ready, wanted = 0, base + needs[read]
                        if written < wanted and needs[read] > 0:
                            while written < wanted:
                                if written >= room:
                                    freeing, room = first_group_that_frees(
                                        freeing, written, free, k
                                    )
                                took = max(took + 1, opened[freeing])
                                written += 1
                            ready = took + 2
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
            group += 1
        chunks = k.final_chunks
        place = (plane + 1) * k.groups
        opened[place] = opens(k, words[0], completed)
        for index in range(7):
            now[index] = words[index] - completed
        now[7], now[8], now[9] = loaded - completed, took - completed, written - base
        matches = 0
        if plane > 0 and freeing - freeing_before == k.groups and now[9] == before[9]:
            matches = same_or_earlier(
                now, before, opened, freeing, freeing_before, place + 1, completed, fire_before
            )
        if matches == 1:
            quick = completed - fire_before + skipped - skipped_before == least
            quick = quick and waits_in == waits_in_before and waits_ring == waits_ring_before
            matches = 1 if quick else 0
        last_plane = plane == k.planes - 1
        if last_plane or (matches > 0 and fires.size == 0):
            ends, frees = took, freeing
            for beat in range(written, base + k.plane_beats):
                frees, _ = first_group_that_frees(frees, beat, free, k)
                ends = max(ends + 1, opened[frees])
            if last_plane or matches == 2 or ends + 1 - completed <= k.slack:
                rest = k.planes - 1 - plane
                period = completed - fire_before + skipped - skipped_before
                return (
                    completed + skipped + rest * period,
                    ends + 1 + skipped + rest * period,
                    first,
                    waits_in + rest * (waits_in - waits_in_before),
                    waits_ring + rest * (waits_ring - waits_ring_before),
                    waits_out + rest * (waits_out - waits_out_before),
                )
        fire_before, freeing_before, skipped_before = completed, freeing, skipped
        waits_in_before, waits_ring_before = waits_in, waits_ring
        waits_out_before = waits_out
        now, before = before, now
    return 0, 0, 0, 0, 0, 0
