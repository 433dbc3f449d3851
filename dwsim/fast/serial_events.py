"""The cycles of a tap-serial engine when ports stall, from event to event.

The law is that of ``dwsim.derive.serial_loops``. Three parts join it: an ifmap beat arrives when
the source offers it and the skid buffer has room; a group completes when the output FIFO has room
for its pixels; an ofmap beat leaves the FIFO when the sink has taken the beat before it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dwsim.derive.serial_loops import first_group_that_frees, next_word, opens
from dwsim.derive.serial_run import RunShape
from dwsim.derive.stages import (
    CREDIT_CYCLES,
    READY_CYCLES,
    SERIAL_FETCH_CYCLES,
    SERIAL_RETURN_CYCLES,
    SERIAL_ROOM_CYCLES,
)
from dwsim.fast.event_inputs import Port
from dwsim.fast.events import next_free
from dwsim.support.compiled import compiled


class Ports(NamedTuple):
    """The numbers of the ports that are constant while a stream runs."""

    beat_pixels: int
    """Pixels of an ofmap beat."""
    credits: int
    """Pixels for which the output FIFO has room."""
    largest: int
    """Pixels of room without which no group completes."""
    plane_ofmap: int
    """Ofmap beats of a plane."""
    boundary: bool
    """True if the source waits before each plane until all earlier outputs have been taken."""
    source: Port
    sink: Port


@compiled
def take_beat(
    k: RunShape, p: Ports, beat: int, source_stalls: bool, freeing: int, start: int,
    free: np.ndarray, there: np.ndarray, taken: np.ndarray, opened: np.ndarray,
    transfers: np.ndarray, source: np.random.Generator,
) -> tuple[bool, int]:  # fmt: skip
    """Finds the cycles in which an ifmap beat is available (``there``) and taken.

    Returns:
        The source's last draw, and the group that frees the beat's place in the ring.
    """
    earliest = 0
    if p.boundary and beat % k.plane_beats == 0 and beat > 0:
        earliest = transfers[beat // k.plane_beats * p.plane_ofmap - 1] + 1
    accepted = there[beat - 1] - 1 if beat > 0 else -1
    offered, source_stalls = next_free(accepted + 1, earliest, source_stalls, p.source, source)
    # The skid buffer has two entries; it accepts from READY_CYCLES on.
    leaves = taken[beat - 2] if beat > 1 else READY_CYCLES - 1
    there[beat] = max(offered, leaves + 1) + 1
    freeing, _ = first_group_that_frees(freeing, beat, free, k)
    before = taken[beat - 1] + 1 if beat > 0 else start
    taken[beat] = max(there[beat], before, opened[freeing])
    return source_stalls, freeing


@compiled
def absent_cycles(
    waits: np.ndarray, count: int, written: int, there: np.ndarray, taken: np.ndarray
) -> int:
    """Cycles of ``waits`` in which no ifmap beat is available, and one is to come.

    Args:
        waits: pairs of the first cycle of a wait and the first one after it.
        count: the number of pairs.
        written: beats whose cycles are known, at least all up to the end of the last wait.
        there, taken: see ``take_beat``.
    """
    absent = beat = 0
    for index in range(count):
        begin, end = waits[index, 0], waits[index, 1]
        while beat < written and there[beat] <= begin:
            beat += 1
        look = beat
        while look < written:
            gone = taken[look - 1] + 1 if look > 0 else 0
            if gone >= end:
                break
            absent += max(min(there[look], end) - max(gone, begin), 0)
            look += 1
    return absent


@compiled
def cycle_with_room(
    cycle: int, claimed: int, emitted: int, returns: np.ndarray, empty: np.ndarray,
    reads: np.ndarray, p: Ports,
) -> int:  # fmt: skip
    """The first cycle, from ``cycle`` on, in which the output FIFO has room for the largest group.

    Args:
        cycle: the last tap of the group would fire in this cycle.
        claimed: pixels that all groups before it need.
        emitted: the ofmap beats whose ``reads`` are known.
        returns, empty: for each of the newest claims, the first cycle that has back the room of its
            empty cells, and their number. The room of older claims is back: two claims never fall
            into one cycle.
        reads: see ``run_groups``.
    """
    while True:
        held, later = 0, -1
        for one in range(len(returns)):
            if returns[one] > cycle:
                held += empty[one]
                later = returns[one] if later < 0 else min(later, returns[one])
        needed = claimed + held + p.largest - p.credits
        beat = (needed + p.beat_pixels - 1) // p.beat_pixels - 1
        if needed <= 0:
            return cycle
        if beat < emitted:
            room = reads[beat] + CREDIT_CYCLES + SERIAL_ROOM_CYCLES
            if room <= cycle:
                return cycle
            later = room if later < 0 else min(later, room)
        cycle = later


@compiled
def run_groups(
    k: RunShape, p: Ports, start: int, counts: np.ndarray, needs: np.ndarray, free: np.ndarray,
    claims: np.ndarray, empties: np.ndarray, beats: np.ndarray, leaves: np.ndarray,
    there: np.ndarray, taken: np.ndarray, opened: np.ndarray, reads: np.ndarray,
    transfers: np.ndarray, waits: np.ndarray, source: np.random.Generator,
    sink: np.random.Generator,
) -> tuple[int, int, int]:  # fmt: skip
    """Runs all groups of a stream, up to the transfer of its last ofmap beat.

    Args:
        k, p: the stream and its ports.
        start: the first cycle in which a beat may be taken; the reset ends before cycle 0.
        counts, needs, free: the ``PlaneReads`` of each plane.
        claims: pixels of room that each weight set of each group of a plane needs.
        empties: its cells without a pixel; it takes room for them, too, and gives it back.
        beats: ofmap beats of a plane up to the end of each weight set of each group.
        leaves: for each ofmap beat of a plane, the cycles from the last tap of its group to the
            first cycle in which it can be read from the FIFO.
        there, taken: receive the cycles of each ifmap beat (``take_beat``).
        opened: receives the cycle in which the ring knows that a group has started.
        reads, transfers: receive the cycles in which each ofmap beat leaves the FIFO's memory, and
            in which the sink takes it.
        waits: int64 of shape (segments of the stream, 2), for the waits for segments.
        source, sink: generators of the ports' stalls.

    Returns:
        The cycle of the last tap, and the cycles before it that were lost to the source and to the
        sink.
    """
    before = start - 1
    words = (before + SERIAL_FETCH_CYCLES, -1, -1, -1, -1, -1, -1)
    loaded = last = before
    completed, chunks = start, 0  # chunks: cycles in which its sums leave
    written = freeing = waiting = backpressured = 0
    emitted = claimed = 0
    # Of the newest claims: see cycle_with_room.
    oldest = 0
    returns = np.zeros(SERIAL_RETURN_CYCLES - 1, np.int64)
    empty = np.zeros(SERIAL_RETURN_CYCLES - 1, np.int64)
    transfer = -1
    source_stalls, sink_stalls = p.source.stalls, p.sink.stalls
    opened[0] = start
    for plane in range(k.planes):
        base, read = plane * k.plane_beats, 0
        for group in range(k.groups):
            if plane + group > 0:
                opened[plane * k.groups + group] = opens(k, words[0], completed)
            read_before = read
            for weight_set in range(k.sets):
                read, index = read_before, group * k.sets + weight_set
                for segment in range(k.segments):
                    for _ in range(counts[group * k.segments + segment]):
                        ready = 0
                        if needs[read] > 0:
                            while written < base + needs[read]:
                                source_stalls, freeing = take_beat(
                                    k, p, written, source_stalls, freeing, start,
                                    free, there, taken, opened, transfers, source,
                                )  # fmt: skip
                                written += 1
                            ready = taken[base + needs[read] - 1] + 2
                        words = next_word(words, ready, loaded + 1)
                        read += 1
                    live = max(last + 1, start + k.cells)
                    fire = max(live, words[2])
                    if fire > live:
                        waits[waiting, 0], waits[waiting, 1] = live, fire
                        waiting += 1
                    loaded = fire
                    last = fire + k.taps - 1
                # The last tap of the group waits for the sums before, and for room.
                room = cycle_with_room(last, claimed, emitted, returns, empty, reads, p)
                complete = max(completed + chunks, room)
                backpressured += room - last
                oldest = (oldest + 1) % len(returns)
                returns[oldest], empty[oldest] = complete + SERIAL_RETURN_CYCLES, empties[index]
                if k.taps == 1:
                    loaded = complete
                last = completed = complete
                chunks = k.chunks
                claimed += claims[index]
                while emitted < plane * p.plane_ofmap + beats[index]:
                    leaving = leaves[emitted - plane * p.plane_ofmap]
                    reads[emitted] = max(completed + leaving, transfer)
                    transfer, sink_stalls = next_free(
                        transfer + 1, reads[emitted] + 1, sink_stalls, p.sink, sink
                    )
                    transfers[emitted] = transfer
                    emitted += 1
        chunks = k.final_chunks
    opened[k.planes * k.groups] = opens(k, words[0], completed)
    end = waits[waiting - 1, 1] if waiting > 0 else 0
    while written < k.planes * k.plane_beats and (written == 0 or taken[written - 1] < end):
        source_stalls, freeing = take_beat(
            k, p, written, source_stalls, freeing, start,
            free, there, taken, opened, transfers, source,
        )  # fmt: skip
        written += 1
    starved = absent_cycles(waits, waiting, written, there, taken)
    return completed, starved, backpressured
