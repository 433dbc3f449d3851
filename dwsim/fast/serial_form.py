"""Runs a layer on the fast model of a tap-serial engine, with or without stalls."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_law import group_cycles, run_shape
from dwsim.derive.serial_plan import SerialPlan
from dwsim.derive.serial_walk import plane_reads
from dwsim.derive.stages import START_CYCLES
from dwsim.fast.event_inputs import StalledRun, generator_of, port_of
from dwsim.fast.ofmap_beats import ofmap_beats
from dwsim.model.activity import Activity, no_cycles
from dwsim.stream.stalls import StallPattern


def ofmap_cycles(plan: SerialPlan) -> np.ndarray:
    """Cycle of every ofmap transfer without stalls, the cfg handshake being cycle 0.

    Returns:
        int64 of shape (ofmap_beats,), in stream order.
    """
    beats = ofmap_beats(plan)
    fires = group_cycles(plan.walk, plan.numbers, plan.planes, plan.plane_beats)
    of_planes = fires.reshape(plan.planes, -1)[:, beats.turn] + beats.leaving
    cycles: np.ndarray = START_CYCLES + of_planes.reshape(-1)
    return cycles


def activity(plan: SerialPlan) -> dict[str, int]:
    """Cycles without stalls, divided by the values of ``Activity``."""
    counts = no_cycles()
    counts[Activity.COMPUTE.value] = taps = plan.tap_cycles
    counts[Activity.FILL.value] = START_CYCLES + plan.run.fire + 1 - taps
    counts[Activity.DRAIN.value] = plan.cycles - sum(counts.values())
    return counts


def run_with_stalls(plan: SerialPlan, stalls: StallPattern, start: int) -> StalledRun:
    """Runs a stream whose first ifmap beat may be taken in cycle ``start``."""
    # Here and not at the top: numba starts slowly, and runs without stalls do not need it.
    from dwsim.fast import serial_events
    from dwsim.fast.events import stuck_cycles

    walk, numbers = plan.walk, plan.numbers
    shape = run_shape(walk, numbers, plan.planes, plan.plane_beats)
    beats, listed = ofmap_beats(plan), plane_reads(walk, numbers)
    ports = serial_events.Ports(
        beat_pixels=numbers.formats.ofmap_pixels,
        credits=numbers.timing.credits,
        largest=numbers.counters.largest_claim,
        plane_ofmap=plan.plane_ofmap_beats,
        boundary=stalls.profile.boundary,
        source=port_of(stalls.source),
        sink=port_of(stalls.sink),
    )
    there, taken = np.empty((2, plan.ifmap_beats), np.int64)
    reads, transfers = np.empty((2, plan.ofmap_beats), np.int64)
    segments = plan.planes * shape.groups * shape.sets * shape.segments
    fire, starved, backpressured = serial_events.run_groups(
        shape,
        ports,
        start,
        listed.counts,
        listed.needs,
        listed.free,
        beats.claims,
        beats.empties,
        beats.ends,
        beats.leaving - 1,
        there,
        taken,
        np.empty(plan.planes * shape.groups + 1, np.int64),
        reads,
        transfers,
        np.empty((segments, 2), np.int64),
        generator_of(stalls.source.rng),
        generator_of(stalls.sink.rng),
    )
    stuck = stuck_cycles(fire + 1, plan.ofmap_beats, reads, transfers)
    return StalledRun(
        transfers,
        fill=fire + 1 - start - plan.tap_cycles - starved - backpressured,
        compute=plan.tap_cycles,
        starved=starved,
        backpressured=backpressured + stuck,
        drain=int(transfers[-1]) - fire - stuck,
    )
