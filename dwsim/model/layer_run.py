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
from dwsim.stream.stalls import StallPattern


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


def watchdog_cycles(plan: Plan) -> int:
    """Cycles without a transfer after which a run is stuck: no stream is quiet for that long.

    Between two transfers lie at most the slots of a plane and of the lag, and the pipeline.
    """
    quiet = plan.raster.plane_pitch * plan.layer.channel_multiplier + abs(plan.raster.lag)
    return 2 * quiet + 4 * plan.numbers.timing.latency + 1000


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
    engine = engine_of(plan.engine)
    param, source = Source(pack_parameters(weight, plan)), Source(pack_ifmap(ifmap, plan))
    taken: list[np.ndarray] = []
    activity: Counter[Activity] = Counter()
    started: int | None = None
    cycle = quiet = param_cycles = 0
    limit = watchdog_cycles(plan)
    eager = stalls is not None and stalls.profile.eager_cfg

    def ifmap_pause(given: int) -> bool:
        return stalls is not None and stalls.ifmap_pause(plan, given, len(taken))

    def param_pause(given: int) -> bool:
        return stalls is not None and stalls.param_pause()

    engine.step(Inputs(rst=True))
    while len(taken) < plan.ofmap_beats:
        param_beat = param.drive(param_pause)
        ifmap_beat = source.drive(ifmap_pause)
        ready = stalls is None or not stalls.ofmap_pause()
        inputs = Inputs(
            cfg_valid=started is None and (eager or param.done),
            cfg=plan.config,
            param_tvalid=param_beat[0],
            param_tdata=param_beat[1],
            param_tlast=param_beat[2],
            ifmap_tvalid=ifmap_beat[0],
            ifmap_tdata=ifmap_beat[1],
            ifmap_tlast=ifmap_beat[2],
            ofmap_tready=ready,
        )
        moved = (
            (param_beat[0] and engine.param_tready)
            or (ifmap_beat[0] and engine.ifmap_tready)
            or (engine.ofmap_tvalid and ready)
        )
        if inputs.cfg_valid and engine.cfg_ready:
            started = cycle
        if engine.ofmap_tvalid and ready:
            taken.append(engine.ofmap.values)
            if progress is not None and len(taken) % 1024 == 0:
                progress(len(taken))
        param.clock(engine.param_tready)
        source.clock(engine.ifmap_tready)
        if not param.done:
            param_cycles = cycle + 1
        if observe is not None:
            observe(engine, inputs)
        engine.step(inputs)
        if started is not None:
            activity[engine.activity] += 1
        cycle += 1
        quiet = 0 if moved else quiet + 1
        if quiet > limit:
            raise MismatchError(hang_report(engine, plan, len(taken), source.given))
    return LayerRun(
        plan=plan,
        cycles=cycle - (started or 0),
        param_cycles=param_cycles,
        activity={kind.value: activity[kind] for kind in Activity},
        ofmap=unpack_ofmap(np.array(taken), plan),
    )


def hang_report(engine: AnyEngine, plan: Plan, ofmap_beats: int, ifmap_beats: int) -> str:
    """Describes the wait of a stuck engine, as a sentence for the user."""
    return (
        f"hang: no transfer for {watchdog_cycles(plan)} cycles; {engine.waits()}"
        f" ({ifmap_beats} of {plan.ifmap_beats} ifmap beats given,"
        f" {ofmap_beats} of {plan.ofmap_beats} ofmap beats taken,"
        f" state {engine.state.name}, {engine.credit.credits} credits)"
    )
