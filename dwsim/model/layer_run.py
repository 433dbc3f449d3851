"""Runs a layer on the cycle model: sources, sink, and the numbers that come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from dwsim.derive import Plan
from dwsim.errors import MismatchError
from dwsim.model.activity import Activity
from dwsim.model.engine import Inputs
from dwsim.model.engine_of import AnyEngine, engine_of
from dwsim.stream.layout import pack_ifmap, pack_parameters, unpack_ofmap
from dwsim.stream.stalls import PROFILES, StallPattern, StallProfile

PROGRESS_BEATS = 1024
"""Ofmap beats between two calls of ``progress``."""


@dataclass
class LayerRun:
    """The cycles and values of one layer on the cycle model.

    ``cycles`` counts from the cfg handshake to the last ofmap transfer, both included;
    ``activity`` counts them by their use; ``ofmap`` is NHWC, int64.
    """

    plan: Plan
    cycles: int
    param_cycles: int
    activity: dict[str, int]
    ofmap: np.ndarray = field(repr=False)

    @property
    def utilisation(self) -> float:
        """Outputs times taps over multipliers times cycles."""
        return self.plan.utilisation(self.cycles)


class Source:
    """Offers beats in order and holds each until it is taken."""

    def __init__(self, beats: np.ndarray) -> None:
        self.beats = beats
        self.given = 0
        self.valid = False

    def drive(self, pause: Callable[[int], bool]) -> tuple[bool, np.ndarray | None, bool]:
        """This cycle's valid, data and last; ``pause`` is asked with the beats given."""
        if not self.valid and self.given < len(self.beats) and not pause(self.given):
            self.valid = True
            self.given += 1
        if not self.valid:
            return False, None, False
        return True, self.beats[self.given - 1], self.given == len(self.beats)

    def clock(self, ready: bool) -> None:
        """The clock edge."""
        if self.valid and ready:
            self.valid = False

    @property
    def done(self) -> bool:
        """All beats are taken."""
        return self.given == len(self.beats) and not self.valid


def watchdog_cycles(plan: Plan, stalls: StallProfile) -> int:
    """Cycles without a transfer after which a run is stuck: no stream is quiet for that long.

    Between two transfers lie at most the slots of a plane and of the lag, the pipeline, and a burst
    of stalls.
    """
    quiet = plan.raster.plane_pitch * plan.layer.channel_multiplier + abs(plan.raster.lag)
    return 2 * quiet + 4 * plan.numbers.timing.latency + 1000 + stalls.longest_burst


def run_layer(
    plan: Plan,
    ifmap: np.ndarray,
    weight: np.ndarray,
    stalls: StallPattern | None = None,
    progress: Callable[[int], None] | None = None,
    observe: Callable[[AnyEngine, Inputs], None] | None = None,
) -> LayerRun:
    """Runs one layer from reset: its parameters first, then the stream.

    Args:
        plan: the layer on its engine.
        ifmap: integers, NHWC, within the engine's ifmap format.
        weight: integers, (kernel_h, kernel_w, channels, channel_multiplier).
        stalls: when source and sink stall; ``None``: never.
        progress: called from time to time with the number of ofmap beats taken so far.
        observe: called in every cycle with the engine, before its clock edge, and its inputs.

    Raises:
        MismatchError: if the engine hangs; the message names the party that waits and its cause.
    """
    run = _Run(plan, ifmap, weight, stalls)
    reported = 0
    while len(run.taken) < plan.ofmap_beats:
        inputs = run.inputs()
        if observe is not None:
            observe(run.engine, inputs)
        run.clock(inputs)
        if progress is not None and len(run.taken) >= reported + PROGRESS_BEATS:
            reported = len(run.taken)
            progress(reported)
    return LayerRun(
        plan=plan,
        cycles=run.cycle - (run.started or 0),
        param_cycles=run.param_cycles,
        activity={kind.value: run.activity[kind] for kind in Activity},
        ofmap=unpack_ofmap(np.array(run.taken), plan),
    )


class _Run:
    """An engine from reset on, with its sources and its sink, cycle by cycle."""

    def __init__(
        self, plan: Plan, ifmap: np.ndarray, weight: np.ndarray, stalls: StallPattern | None
    ) -> None:
        self.plan, self.stalls = plan, stalls
        self.engine = engine_of(plan.engine)
        self.param = Source(pack_parameters(weight, plan))
        self.source = Source(pack_ifmap(ifmap, plan))
        self.eager = stalls is not None and stalls.profile.eager_cfg
        self.limit = watchdog_cycles(plan, stalls.profile if stalls else PROFILES["none"])
        self.taken: list[np.ndarray] = []
        self.activity: Counter[Activity] = Counter()
        self.started: int | None = None
        self.cycle = self.quiet = self.param_cycles = 0
        self.engine.step(Inputs(rst=True))

    def _ifmap_pause(self, given: int) -> bool:
        stalls = self.stalls
        return stalls is not None and stalls.ifmap_pause(self.plan, given, len(self.taken))

    def _param_pause(self, given: int) -> bool:
        return self.stalls is not None and self.stalls.param_pause()

    def inputs(self) -> Inputs:
        """The inputs of this cycle."""
        param = self.param.drive(self._param_pause)
        ifmap = self.source.drive(self._ifmap_pause)
        return Inputs(
            cfg_valid=self.started is None and (self.eager or self.param.done),
            cfg=self.plan.config,
            param_tvalid=param[0],
            param_tdata=param[1],
            param_tlast=param[2],
            ifmap_tvalid=ifmap[0],
            ifmap_tdata=ifmap[1],
            ifmap_tlast=ifmap[2],
            ofmap_tready=self.stalls is None or not self.stalls.ofmap_pause(),
        )

    def clock(self, inputs: Inputs) -> None:
        """The clock edge.

        Raises:
            MismatchError: if no beat has moved on any port for too long.
        """
        engine = self.engine
        moved = (
            (inputs.param_tvalid and engine.param_tready)
            or (inputs.ifmap_tvalid and engine.ifmap_tready)
            or (engine.ofmap_tvalid and inputs.ofmap_tready)
        )
        if inputs.cfg_valid and engine.cfg_ready:
            self.started = self.cycle
        if engine.ofmap_tvalid and inputs.ofmap_tready:
            self.taken.append(engine.ofmap.values)
        self.param.clock(engine.param_tready)
        self.source.clock(engine.ifmap_tready)
        if not self.param.done:
            self.param_cycles = self.cycle + 1
        engine.step(inputs)
        if self.started is not None:
            self.activity[engine.activity] += 1
        self.cycle += 1
        self.quiet = 0 if moved else self.quiet + 1
        if self.quiet > self.limit:
            beats = len(self.taken), self.source.given
            raise MismatchError(hang_report(engine, self.plan, self.limit, *beats))


def hang_report(
    engine: AnyEngine, plan: Plan, cycles: int, ofmap_beats: int, ifmap_beats: int
) -> str:
    """Describes the wait of a stuck engine, as a sentence for the user."""
    return (
        f"hang: no transfer for {cycles} cycles; {engine.waits()}"
        f" ({ifmap_beats} of {plan.ifmap_beats} ifmap beats given,"
        f" {ofmap_beats} of {plan.ofmap_beats} ofmap beats taken,"
        f" state {engine.state.name}, {engine.credit.credits} credits)"
    )
