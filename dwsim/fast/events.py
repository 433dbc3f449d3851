"""When each output leaves if ports stall, from event to event; compiled where numba is there.

No cycle is stepped. A slot enters as soon as the array is free, the beat that it takes is there,
and the window that it emits has credit; so one pass over the slots finds the cycle of everything:

* ifmap beat i is offered when the source does not pause, enters the two-entry skid buffer when
  beat i-2 has left it, and is there one cycle later;
* ofmap beat n is emitted with the credit that came back when beat n-D was read from the FIFO of
  depth D; it is read when it has passed the pipeline and the sink takes beat n-1; the sink takes
  it in the first cycle after that in which it is ready.

Numba compiles the functions below; without it they run as they stand, and say the same. What
changes is in local variables, for that is what numba makes fast: hence the one long function.
"""

from __future__ import annotations

from dwsim.derive.stages import CREDIT_CYCLES

try:
    from numba import njit
except ImportError:

    def njit(**_):
        """Nothing to compile with: the function as it stands."""
        return lambda function: function


compiled = njit(cache=True, nogil=True)


@compiled
def run_slots(k, cycle, takes, emits, starts, reads, transfers, source, sink):
    """All slots of a stream, up to the transfer of its last ofmap beat.

    Args:
        k: the stream's ``Constants``.
        cycle: the first in which a slot may enter; the ports are free from cycle 0 on.
        takes: whether a slot of the input raster's plane takes a beat: bool of shape (pitch,).
        emits: whether a slot of the output raster's plane emits a window, likewise.
        starts: gets the slot in which each plane of the raster that is ahead starts.
        reads: gets the cycle in which each ofmap beat is read from the FIFO.
        transfers: gets the cycle in which the sink takes each ofmap beat.
        source, sink: generators of the ports' stalls.

    Returns:
        Cycles of fill, compute, input-starved, backpressured and drain, from ``cycle`` on.
    """
    fill = compute = starved = backpressured = drain = 0
    slot = started = followed = taken = emitted = 0
    ahead = behind = k.pitch  # slots in the planes of the two rasters; no plane is under way
    there = accepted = last_take = take_before = transfer = sink_cycle = -1
    source_stalls, sink_stalls = k.source.stalls, k.sink.stalls
    while emitted < k.ofmap_beats or (taken < k.ifmap_beats and cycle <= transfer):
        # From when on the next beat can be taken, once it is known; and the next window's credit.
        due = outputs_due(k, taken)
        if there < 0 and taken < k.ifmap_beats and due <= emitted:
            free = transfers[due - 1] + 1 if due > 0 else 0
            offered, source_stalls = next_free(accepted + 1, free, source_stalls, k.source, source)
            accepted = max(offered, take_before + 1)
            there = accepted + 1
        credit = reads[emitted - k.depth] + CREDIT_CYCLES if emitted >= k.depth else 0

        # Planes that start here: where inputs are ahead, with a beat that is there (or comes
        # while the window of this slot waits for credit; without a lag even a void in place of a
        # plane's first slot waits for it).
        if followed < started and slot == starts[followed] + k.lag:
            followed, behind = followed + 1, 0
        may_start = ahead == k.pitch and started < k.planes
        claims = may_start and k.lag == 0
        latest = max(cycle, credit) if claims or hit(emits, behind) else cycle
        starts_now = may_start and (k.lead or 0 <= there <= latest)
        if starts_now:
            starts[started] = slot
            started, ahead = started + 1, 0
            if k.lag == 0:
                followed, behind = followed + 1, 0
        in_slot, out_slot = (behind, ahead) if k.lead else (ahead, behind)
        taking, emitting = hit(takes, in_slot), hit(emits, out_slot)

        # The cycle in which this slot enters, and what it waits for.
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

        # What it does, and how long.
        for multiple in range(k.multiples if emitting else 0):
            if multiple > 0 and emitted >= k.depth:
                credit = reads[emitted - k.depth] + CREDIT_CYCLES
                backpressured += max(credit - cycle, 0)
                cycle = max(credit, cycle)
            reads[emitted] = max(cycle + k.to_read, transfer)
            transfer, sink_stalls = next_free(
                sink_cycle + 1, reads[emitted] + 1, sink_stalls, k.sink, sink
            )
            transfers[emitted] = sink_cycle = transfer
            emitted += 1
            cycle += k.passes
            compute += k.passes
        if not emitting:
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


@compiled
def hit(hits, slot):
    """Whether a slot of a plane is a hit; behind the plane's end there is none."""
    return slot < hits.size and hits[slot]


@compiled
def outputs_due(k, beats_given):
    """Ofmap beats that must have been taken before the source offers its next beat."""
    if not k.boundary or beats_given % k.plane_ifmap != 0:
        return 0
    return beats_given // k.plane_ifmap * k.plane_ofmap


@compiled
def stuck_cycles(cycle, emitted, reads, transfers):
    """Cycles from ``cycle`` on in which an ofmap beat is offered and the sink is not ready."""
    stuck = 0
    beat = emitted - 1
    while beat >= 0 and transfers[beat] >= cycle:
        stuck += transfers[beat] - max(reads[beat] + 1, cycle)
        beat -= 1
    return stuck


@compiled
def parameters_taken(beats, port, rng):
    """The cycle in which the parameter port takes the last of ``beats``; it is ready from 1 on."""
    cycle, stalls = -1, port.stalls
    for _ in range(beats):
        cycle, stalls = next_free(cycle + 1, 0, stalls, port, rng)
        cycle = max(cycle, 1)
    return cycle


@compiled
def next_free(cycle, earliest, stalls, port, rng):
    """The first cycle from ``earliest`` on in which a port does not stall; and that it does not.

    The port draws once in each cycle from ``cycle`` on, as ``Bursts.draw`` does; ``stalls`` is
    what it drew last.
    """
    if port.enter == 0.0:
        return max(cycle, earliest), False
    while True:
        if rng.random() < (port.leave if stalls else port.enter):
            stalls = not stalls
        if not stalls and cycle >= earliest:
            return cycle, stalls
        cycle += 1
