"""Runs a layer on the fast model: the cycles of the steppable model, without stepping them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from dwsim.derive import Plan
from dwsim.derive.parallel_plan import ParallelPlan
from dwsim.derive.serial_plan import SerialPlan
from dwsim.derive.stages import READY_CYCLES, START_CYCLES
from dwsim.errors import SpecError, Violation
from dwsim.fast import closed_form, serial_form
from dwsim.fast.event_inputs import (
    StalledRun,
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
    """The cycles of one layer on its engine, and its ofmap.

    ``cycles`` counts from the cfg handshake to the last ofmap transfer, both included;
    ``activity`` divides these cycles by the values of ``Activity``; ``param_cycles`` counts from
    reset to the last parameter beat. ``ofmap`` is NHWC, int64 or narrower; None for a run without
    data.
    """

    plan: Plan
    cycles: int
    param_cycles: int
    activity: dict[str, int]
    ofmap: np.ndarray | None = field(default=None, repr=False)
    transfers: np.ndarray | None = field(default=None, repr=False)

    @property
    def utilisation(self) -> float:
        """``outputs * taps / (multipliers * cycles)``; masked taps count as taps."""
        return self.plan.utilisation(self.cycles)

    @cached_property
    def ofmap_cycles(self) -> np.ndarray:
        """Cycle of each ofmap beat's transfer, the cfg handshake being cycle 0.

        int64 of shape (ofmap_beats,), in stream order; the last one is ``cycles - 1``.
        """
        return free_ofmap_cycles(self.plan) if self.transfers is None else self.transfers


def free_ofmap_cycles(plan: Plan) -> np.ndarray:
    """Cycle of each ofmap beat's transfer without stalls, the cfg handshake being cycle 0."""
    if isinstance(plan, SerialPlan):
        return serial_form.ofmap_cycles(plan)
    return closed_form.ofmap_cycles(_parallel(plan))


def free_activity(plan: Plan) -> dict[str, int]:
    """Cycles of a stream without stalls, divided by the values of ``Activity``."""
    if isinstance(plan, SerialPlan):
        return serial_form.activity(plan)
    return closed_form.activity(_parallel(plan))


def _parallel(plan: Plan) -> ParallelPlan:
    assert isinstance(plan, ParallelPlan), "a plan is one or the other"
    return plan


def run_layer(
    plan: Plan,
    ifmap: np.ndarray | None = None,
    weight: np.ndarray | None = None,
    stalls: StallPattern | None = None,
) -> FastRun:
    """Runs one layer from reset: its parameters first, then the stream.

    Equals ``dwsim.model.layer_run.run_layer`` in every cycle, count and value, except that a stream
    may stand still for any time without an error.

    Args:
        plan: the layer on its engine; for data on an engine that requantises, with its
            quantisation, or on one with an epilogue, with its epilogue.
        ifmap: integers, NHWC, within the engine's ifmap format; None for cycles alone.
        weight: integers, (kernel_h, kernel_w, channels, channel_multiplier); with the ifmap.
        stalls: the stalls of source and sink; ``None``: no stalls. It is not changed: another run
            with it has the same stalls.

    Raises:
        SpecError: if only one of the tensors is given, or one is wrong; or if ``stalls`` is of a
            subclass, whose methods compiled code cannot call.
    """
    if (ifmap is None) != (weight is None):
        absent = "ifmap" if ifmap is None else "weight"
        raise SpecError(
            "fast model", [Violation(absent, None, "must be given if the other tensor is")]
        )
    ofmap = None
    if ifmap is not None and weight is not None:
        plan.config  # noqa: B018  Raises SpecError if quantisation or epilogue is missing.
        ofmap = golden_ofmap(
            ifmap, weight, plan.layer, plan.quantisation, plan.engine.float_sums, plan.epilogue
        )
    if stalls is None:
        return _run_freely(plan, eager=False, ofmap=ofmap)
    if type(stalls) is not StallPattern:
        rule = "must be a StallPattern itself: the fast model does not call a subclass"
        raise SpecError("fast model", [Violation("stalls", type(stalls).__name__, rule)])
    profile = stalls.profile
    if profile.source == profile.sink == 0 and not profile.boundary:
        return _run_freely(plan, profile.eager_cfg, ofmap)
    return _run_with_stalls(plan, stalls, ofmap)


def _run_freely(plan: Plan, eager: bool, ofmap: np.ndarray | None) -> FastRun:
    # An eager cfg handshake comes with the first parameter beat, in the first cycle with a ready.
    waits = plan.param_beats - 1 if eager else 0
    activity = free_activity(plan)
    activity[Activity.PARAMETERS.value] = waits
    transfers = free_ofmap_cycles(plan) + waits if waits else None
    return FastRun(plan, plan.cycles + waits, plan.param_beats, activity, ofmap, transfers)


def _run_with_stalls(plan: Plan, stalls: StallPattern, ofmap: np.ndarray | None) -> FastRun:
    # Here and not at the top: numba starts slowly, and runs without stalls do not need it.
    from dwsim.fast import events

    param = generator_of(stalls.param.rng)
    loaded = events.parameters_taken(plan.param_beats, port_of(stalls.param), param)
    started = READY_CYCLES if stalls.profile.eager_cfg else loaded + 1
    ready = max(started, loaded)
    if isinstance(plan, SerialPlan):
        run = serial_form.run_with_stalls(plan, stalls, ready + START_CYCLES)
    else:
        run = _run_slots(_parallel(plan), stalls, ready + START_CYCLES)
    transfers, fill, compute, starved, backpressured, drain = run
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


def _run_slots(plan: ParallelPlan, stalls: StallPattern, start: int) -> StalledRun:
    from dwsim.fast import events

    reads, transfers = np.empty((2, plan.ofmap_beats), np.int64)
    counts = events.run_slots(
        constants_of(plan, stalls),
        start,
        slots_that_take(plan),
        slots_that_emit(plan),
        np.empty(plan.planes, np.int64),
        reads,
        transfers,
        generator_of(stalls.source.rng),
        generator_of(stalls.sink.rng),
    )
    return StalledRun(transfers, *counts)
