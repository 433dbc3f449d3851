"""The cycle of each output when ports stall, from event to event; compiled if numba is installed.

No cycle is stepped. A slot enters as soon as the array is free, its beat has arrived, and the
window that it emits has a credit; so one pass over the slots finds every cycle:

* ifmap beat i is offered when the source does not pause, enters the two-entry skid buffer when
  beat i-2 has left it, and is available one cycle later;
* ofmap beat n is emitted with the credit that returned when beat n-D was read from the FIFO of
  depth D; it is read when it has passed the pipeline and the sink has taken beat n-1; the sink
  takes it in the next cycle in which it is ready.

Numba compiles the functions below; without it they run as plain Python, with the same results.
Numba is fast with local variables only: hence the one long function.
"""

from __future__ import annotations

import numpy as np

from dwsim.derive.stages import CREDIT_CYCLES, READY_CYCLES
from dwsim.fast.event_inputs import Constants, Port
from dwsim.support.compiled import compiled


@compiled
def next_free(
    cycle: int, earliest: int, stalls: bool, port: Port, rng: np.random.Generator
) -> tuple[int, bool]:
    """The first cycle from ``earliest`` on in which a port does not stall, and its last draw.

    The port draws once in each cycle from ``cycle`` on, as ``Bursts.draw`` does; ``stalls`` is
    its draw before ``cycle``.
    """
    if port.enter == 0.0:
        return max(cycle, earliest), False
    while True:
        if rng.random() < (port.leave if stalls else port.enter):
            stalls = not stalls
        if not stalls and cycle >= earliest:
            return cycle, stalls
        cycle += 1


@compiled
def parameters_taken(beats: int, port: Port, rng: np.random.Generator) -> int:
    """The cycle in which the parameter port takes the last of ``beats``, counted from reset."""
    cycle, stalls = -1, port.stalls
    for _ in range(beats):
        cycle, stalls = next_free(cycle + 1, 0, stalls, port, rng)
        cycle = max(cycle, READY_CYCLES)
    return cycle


@compiled
def is_hit(hits: np.ndarray, slot: int) -> bool:
    """True if a slot of a plane is a hit; behind the plane's end there is none."""
    return slot < hits.size and hits[slot]


@compiled
def outputs_due(k: Constants, beats_given: int) -> int:
    """Ofmap beats that the sink must have taken before the source offers its next beat."""
    if not k.boundary or beats_given % k.plane_ifmap != 0:
        return 0
    return beats_given // k.plane_ifmap * k.plane_ofmap


@compiled
def credit_cycle(k: Constants, beat: int, reads: np.ndarray) -> int:
    """The first cycle in which ofmap beat ``beat`` has a credit."""
    return reads[beat - k.depth] + CREDIT_CYCLES if beat >= k.depth else 0


@compiled
def emit_window(
    k: Constants,
    cycle: int,
    emitted: int,
    transfer: int,
    stalls: bool,
    reads: np.ndarray,
    transfers: np.ndarray,
    sink: np.random.Generator,
) -> tuple[int, int, bool, int]:
    """Emits the ofmap beats of a window whose first beat has its credit.

    Args:
        k: the stream's ``Constants``.
        cycle: the cycle of the first pass.
        emitted: ofmap beats before this window.
        transfer: the cycle in which the sink takes the last of those.
        stalls: the sink's draw in that cycle.
        reads, transfers, sink: see ``run_slots``.

    Returns:
        The cycle after the last pass; ``transfer`` and ``stalls`` after this window; the cycles
        that it waited for credit.
    """
    waited = 0
    for beat in range(emitted, emitted + k.multiples):
        if beat > emitted:
            credit = credit_cycle(k, beat, reads)
            waited += max(credit - cycle, 0)
            cycle = max(credit, cycle)
        reads[beat] = max(cycle + k.to_read, transfer)
        transfer, stalls = next_free(transfer + 1, reads[beat] + 1, stalls, k.sink, sink)
        transfers[beat] = transfer
        cycle += k.passes
    return cycle, transfer, stalls, waited


@compiled
def stuck_cycles(cycle: int, emitted: int, reads: np.ndarray, transfers: np.ndarray) -> int:
    """Cycles from ``cycle`` on in which an ofmap beat is offered and the sink is not ready."""
    stuck = 0
    beat = emitted - 1
    while beat >= 0 and transfers[beat] >= cycle:
        stuck += transfers[beat] - max(reads[beat] + 1, cycle)
        beat -= 1
    return stuck


@compiled
def run_slots(
    k: Constants,
    cycle: int,
    takes: np.ndarray,
    emits: np.ndarray,
    starts: np.ndarray,
    reads: np.ndarray,
    transfers: np.ndarray,
    source: np.random.Generator,
    sink: np.random.Generator,
) -> tuple[int, int, int, int, int]:
    """Runs all slots of a stream, up to the transfer of its last ofmap beat.

    Args:
        k: the stream's ``Constants``.
        cycle: the first cycle in which a slot may enter; the reset ends before cycle 0.
        takes: bool of shape (pitch,), true for a slot of the input raster's plane that takes a
            beat.
        emits: bool of shape (pitch,), true for a slot of the output raster's plane that emits a
            window.
        starts: receives the slot in which each plane of the leading raster starts.
        reads: receives the cycle in which each ofmap beat is read from the FIFO.
        transfers: receives the cycle in which the sink takes each ofmap beat.
        source, sink: generators of the ports' stalls.

    Returns:
        Cycles of fill, compute, input-starved, backpressured and drain, from ``cycle`` on.
    """
    fill = compute = starved = backpressured = drain = 0
    slot = started = followed = taken = emitted = 0
    ahead = behind = k.pitch  # slots in the planes of the two rasters; no plane is under way
    there = accepted = transfer = -1
    # The port accepts a beat in the cycle after one is taken, and from READY_CYCLES on.
    last_take = take_before = READY_CYCLES - 1
    source_stalls, sink_stalls = k.source.stalls, k.sink.stalls
    while emitted < k.ofmap_beats or (taken < k.ifmap_beats and cycle <= transfer):
        # The cycle from which the next beat is available, once it is known; and that of the next
        # window's credit.
        due = outputs_due(k, taken)
        if there < 0 and taken < k.ifmap_beats and due <= emitted:
            free = transfers[due - 1] + 1 if due > 0 else 0
            offered, source_stalls = next_free(accepted + 1, free, source_stalls, k.source, source)
            accepted = max(offered, take_before + 1)
            there = accepted + 1
        credit = credit_cycle(k, emitted, reads)

        # A plane starts here if inputs lead and its first beat is available, or becomes available
        # while the window of this slot waits for credit. Without a lag even a void in place of a
        # plane's first slot waits for credit.
        if followed < started and slot == starts[followed] + k.lag:
            followed, behind = followed + 1, 0
        may_start = ahead == k.pitch and started < k.planes
        claims = may_start and k.lag == 0
        latest = max(cycle, credit) if claims or is_hit(emits, behind) else cycle
        starts_now = may_start and (k.lead or 0 <= there <= latest)
        if starts_now:
            starts[started] = slot
            started, ahead = started + 1, 0
            if k.lag == 0:
                followed, behind = followed + 1, 0
        in_slot, out_slot = (behind, ahead) if k.lead else (ahead, behind)
        taking, emitting = is_hit(takes, in_slot), is_hit(emits, out_slot)

        # The cycle in which this slot enters, after its waits for a beat and for credit.
        waits = taking and (k.lead or not starts_now)
        arrival = max(cycle, there) if waits else cycle
        enters = max(arrival, credit) if emitting or claims else arrival
        if emitted == k.ofmap_beats and enters > transfer:
            starved += transfer + 1 - cycle
            cycle = transfer + 1
            break
        starved += arrival - cycle
        backpressured += enters - arrival
        cycle = enters

        # The work of this slot, and its cycles.
        if emitting:
            cycle, transfer, sink_stalls, waited = emit_window(
                k, cycle, emitted, transfer, sink_stalls, reads, transfers, sink
            )
            emitted += k.multiples
            compute += cycle - enters - waited
            backpressured += waited
        else:
            cycle += 1
            if taken == k.ifmap_beats:
                drain += 1
            elif may_start and not starts_now:
                starved += 1
            else:
                fill += 1
        if taking:
            taken, take_before, last_take, there = taken + 1, last_take, enters, -1
        slot, ahead, behind = slot + 1, min(ahead + 1, k.pitch), min(behind + 1, k.pitch)

    if cycle <= transfer:
        stuck = stuck_cycles(cycle, emitted, reads, transfers)
        backpressured += stuck
        drain += transfer + 1 - cycle - stuck
    return fill, compute, starved, backpressured, drain
