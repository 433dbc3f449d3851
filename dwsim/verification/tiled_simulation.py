"""Layers that exceed their engine on its models: the runs of their streams, and the sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from dwsim.derive import TiledPlan
from dwsim.fast.fast_run import FastRun
from dwsim.fast.fast_run import run_layer as run_fast
from dwsim.model.activity import Activity
from dwsim.model.layer_run import LayerRun, run_layer
from dwsim.model.trace import Trace
from dwsim.stream.stalls import PROFILES, StallPattern
from dwsim.stream.tile_tensors import join_ofmaps, tile_ifmap, tile_weight
from dwsim.verification.timeline import Timeline


@dataclass(frozen=True)
class TiledRun:
    """The streams of a layer, each from reset, as if they ran back to back.

    ``cycles`` adds the cycles between the streams, which stalls do not change: those in which beats
    that no output needs are taken, and those that wait for parameters. ``param_cycles`` is that of
    the first stream; the other parameters are loaded while a stream runs. ``ofmap`` is NHWC, int64;
    None for runs without data.
    """

    plan: TiledPlan
    runs: tuple[FastRun | LayerRun, ...]
    ofmap: np.ndarray | None = field(repr=False, default=None)

    @property
    def cycles(self) -> int:
        """Cycles from the first cfg handshake to the last ofmap transfer."""
        return self.plan.cycles_of([run.cycles for run in self.runs])

    @property
    def param_cycles(self) -> int:
        """Cycles from reset to the last parameter beat of the first stream."""
        return self.runs[0].param_cycles

    @property
    def utilisation(self) -> float:
        """Outputs times taps over multipliers times cycles."""
        return self.plan.utilisation(self.cycles)

    @property
    def activity(self) -> dict[str, int]:
        """The cycles by the values of ``Activity``."""
        total: Counter[str] = Counter()
        for run in self.runs:
            total.update(run.activity)
        gaps = self.plan.gaps_of([run.cycles for run in self.runs])
        total.update(
            {Activity.DRAIN.value: gaps.switching, Activity.PARAMETERS.value: gaps.waiting}
        )
        return {kind.value: total[kind.value] for kind in Activity}


def run_tiles(plan: TiledPlan, stalls: str, seed: int) -> TiledRun:
    """The streams of a layer on the fast model, without data.

    Args:
        plan: the layer on its engine.
        stalls: a name among ``PROFILES``.
        seed: of the stalls of the first stream; each next stream has the next seed.
    """
    runs = [
        run_fast(stream, stalls=StallPattern(PROFILES[stalls], seed + index))
        for index, stream in enumerate(plan.plans)
    ]
    return TiledRun(plan, tuple(runs))


def step_tiles(
    plan: TiledPlan,
    data: Sequence[np.ndarray],
    stalls: str,
    seed: int,
    report: Callable[[int], None] | None = None,
    trace: Trace | Timeline | None = None,
) -> TiledRun:
    """The streams of a layer on the steppable model.

    Args:
        plan: the layer on its engine, with a quantisation if that requantises.
        data: ifmap and weights of the whole layer.
        stalls: a name among ``PROFILES``.
        seed: of the stalls of the first stream; each next stream has the next seed.
        report: called with the ofmap beats so far, now and then.
        trace: observes every cycle of every stream.
    """
    ifmap, weight = data
    runs: list[LayerRun] = []
    for index, (tile, stream) in enumerate(zip(plan.tiles, plan.plans, strict=True)):
        before = sum(run.plan.ofmap_beats for run in runs)

        def count(beats: int, before: int = before) -> None:
            if report is not None:
                report(before + beats)

        tensors = tile_ifmap(ifmap, tile), tile_weight(weight, tile)
        pattern = StallPattern(PROFILES[stalls], seed + index)
        observe = trace.observe if trace else None
        runs.append(run_layer(stream, *tensors, pattern, count, observe))
    return TiledRun(plan, tuple(runs), join_ofmaps([run.ofmap for run in runs], plan))
