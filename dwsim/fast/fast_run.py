"""Runs a layer on the fast model: every cycle of the steppable one, without stepping any."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from dwsim.derive import Plan
from dwsim.derive.stages import READY_CYCLES, START_CYCLES
from dwsim.errors import SpecError, Violation
from dwsim.fast import closed_form
from dwsim.fast.event_inputs import (
    constants_of,
    generator_of,
    port_of,
    slots_that_emit,
    slots_that_take,
)
from dwsim.golden.ofmap import golden_ofmap
from dwsim.model.activity import Activity
from dwsim.stream.stalls import StallPattern


@dataclass
class FastRun:
    """What one layer takes on its engine.

    ``cycles`` counts from the cfg handshake to the last ofmap transfer, both included;
    ``activity`` says what each of them was spent on, by the values of ``Activity``;
    ``param_cycles`` counts from reset to the last parameter beat. ``ofmap`` is NHWC, int64 or
    narrower; None when the run had no data.
    """

    plan: Plan
    cycles: int
    param_cycles: int
    activity: dict[str, int]
    ofmap: np.ndarray | None = field(default=None, repr=False)
    transfers: np.ndarray | None = field(default=None, repr=False)

    @property
    def utilisation(self) -> float:
        """Outputs times taps over multipliers times cycles."""
        return self.plan.utilisation(self.cycles)

    @cached_property
    def ofmap_cycles(self) -> np.ndarray:
        """Cycle of each ofmap beat's transfer, the cfg handshake being cycle 0.

        int64 of shape (ofmap_beats,), in stream order; the last one is ``cycles - 1``.
        """
        return closed_form.ofmap_cycles(self.plan) if self.transfers is None else self.transfers


def run_layer(
    plan: Plan,
    ifmap: np.ndarray | None = None,
    weight: np.ndarray | None = None,
    stalls: StallPattern | None = None,
) -> FastRun:
    """Runs one layer from reset: its parameters first, then the stream.

    Equals ``dwsim.model.layer_run.run_layer`` in every cycle, counter and value, but that a stream
    which stands still is no error here, however long it does.

    Args:
        plan: the layer on its engine; with its quantisation if there are data and the engine
            requantises.
        ifmap: integers, NHWC, within the engine's ifmap format; None for cycles alone.
        weight: integers, (kernel_h, kernel_w, channels, channel_multiplier); with the ifmap.
        stalls: when source and sink stall; ``None``: never. It stays as it is: another run with
            it has the same stalls.

    Raises:
        SpecError: when only one of the tensors is given, or one is wrong; and when ``stalls`` is
            of a class of its own: compiled code cannot ask it.
    """
    if (ifmap is None) != (weight is None):
        absent = "ifmap" if ifmap is None else "weight"
        raise SpecError("fast model", [Violation(absent, None, "must be given with the other")])
    ofmap = None
    if ifmap is not None and weight is not None:
        plan.config  # noqa: B018  The engine's own check that nothing is missing.
        ofmap = golden_ofmap(ifmap, weight, plan.layer, plan.quantisation)
    if stalls is None:
        return _run_freely(plan, eager=False, ofmap=ofmap)
    if type(stalls) is not StallPattern:
        rule = "must be a StallPattern itself: the fast model knows no other class's stalls"
        raise SpecError("fast model", [Violation("stalls", type(stalls).__name__, rule)])
    profile = stalls.profile
    if profile.source == profile.sink == 0 and not profile.boundary:
        return _run_freely(plan, profile.eager_cfg, ofmap)
    return _run_with_stalls(plan, stalls, ofmap)


def _run_freely(plan: Plan, eager: bool, ofmap: np.ndarray | None) -> FastRun:
    # An eager cfg handshake comes with the first parameter beat, in the first cycle with a ready.
    waits = plan.param_beats - 1 if eager else 0
    activity = closed_form.activity(plan)
    activity[Activity.PARAMETERS.value] = waits
    transfers = closed_form.ofmap_cycles(plan) + waits if waits else None
    return FastRun(plan, plan.cycles + waits, plan.param_beats, activity, ofmap, transfers)


def _run_with_stalls(plan: Plan, stalls: StallPattern, ofmap: np.ndarray | None) -> FastRun:
    # Numba takes its time to start: not for those who have no stalls.
    from dwsim.fast import events

    source, sink, param = (
        generator_of(port.rng) for port in (stalls.source, stalls.sink, stalls.param)
    )
    loaded = events.parameters_taken(plan.param_beats, port_of(stalls.param), param)
    started = READY_CYCLES if stalls.profile.eager_cfg else loaded + 1
    ready = max(started, loaded)
    reads, transfers = np.empty((2, plan.ofmap_beats), np.int64)
    counts = events.run_slots(
        constants_of(plan, stalls),
        ready + START_CYCLES,
        slots_that_take(plan),
        slots_that_emit(plan),
        np.empty(plan.planes, np.int64),
        reads,
        transfers,
        source,
        sink,
    )
    fill, compute, starved, backpressured, drain = counts
    activity = {
        Activity.FILL: START_CYCLES + fill,
        Activity.COMPUTE: compute,
        Activity.INPUT_STARVED: starved,
        Activity.BACKPRESSURED: backpressured,
        Activity.PARAMETERS: ready - started,
        Activity.DRAIN: drain,
    }
    return FastRun(
        plan=plan,
        cycles=int(transfers[-1]) - started + 1,
        param_cycles=loaded,
        activity={kind.value: cycles for kind, cycles in activity.items()},
        ofmap=ofmap,
        transfers=transfers - started,
    )
