"""Layers on an engine model with seeded stalls: the cycles, and the activity of each cycle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dwsim.derive import AnyPlan, Plan, TiledPlan, numbers_of
from dwsim.errors import MismatchError
from dwsim.fast.fast_run import FastRun
from dwsim.fast.fast_run import run_layer as run_fast
from dwsim.golden.ofmap import golden_ofmap
from dwsim.model.activity import Activity
from dwsim.model.layer_run import LayerRun, run_layer
from dwsim.model.trace import Trace
from dwsim.spec.engine_spec import EngineSpec
from dwsim.stream.random_epilogue import random_epilogue
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.stalls import PROFILES, StallPattern
from dwsim.support.text_table import Column, text_table
from dwsim.verification.tiled_simulation import TiledRun, run_tiles, step_tiles
from dwsim.verification.timeline import Timeline

MODELS = {
    "fast": "fast model: cycles alone; the steppable model also compares every value with golden",
    "steppable": "steppable model = golden in every value",
}
"""The models that simulate, each with the last line of its table."""

_ACTIVITIES = {kind.value: kind.value.replace("-", "_") for kind in Activity}
COLUMNS = (
    Column("layer", "layer", "text"),
    Column("interleave", "interleave", "number"),
    Column("cycles", "cycles"),
    Column("law_cycles", "law"),
    Column("steady_cycles", "steady"),
    Column("ideal", "ideal"),
    Column("bound", "bound"),
    Column("bound_share", "bound/cycles", "share"),
    Column("utilisation", "utilisation", "share"),
    Column("param_cycles", "param load"),
    *(Column(key, title) for title, key in _ACTIVITIES.items()),
)
_LEGEND = """\
law: cycles without stalls. steady: cycles of the layer's images once images follow each other.
ideal: multiply-adds / multipliers, which no engine beats; utilisation is ideal/cycles. bound: the
fewest cycles that this engine's ports and the shape of its array permit. param load: cycles to load
the parameters, which precede the stream. The last columns divide the cycles by activity.
"""

Progress = Callable[[str, int], None]
"""Called with the name of the layer that runs, and the ofmap beats taken so far, of all layers."""


Run = FastRun | LayerRun | TiledRun
"""One layer on a model."""


@dataclass(frozen=True)
class Simulation:
    """The runs of layers on one engine, each from reset; ``print`` shows them as a table.

    ``runs`` has one run a layer, with ``plan``, ``cycles``, ``param_cycles``, ``activity``
    (cycles by the values of ``Activity``) and ``utilisation``. The steppable model's runs also
    have ``ofmap``: NHWC, int64.
    """

    engine: EngineSpec
    stalls: str
    seed: int
    model: str
    runs: tuple[Run, ...]

    @property
    def cycles(self) -> int:
        """Cycles of all runs, each from its cfg handshake to its last ofmap transfer."""
        return sum(run.cycles for run in self.runs)

    @property
    def utilisation(self) -> float:
        """Outputs times taps over multipliers times cycles, of all runs together."""
        macs = sum(run.plan.layer.macs for run in self.runs)
        return macs / (self.engine.multipliers * self.cycles)

    def rows(self) -> list[dict[str, Any]]:
        """The numbers of each run, by the keys of ``COLUMNS``; cycles, and shares from 0 to 1."""
        return [_row(run) for run in self.runs]

    def total(self) -> dict[str, Any]:
        """The sums of the rows; a share is the share of the sums."""
        rows = self.rows()
        counts = [column.key for column in COLUMNS if column.kind == "count"]
        sums = {key: sum(row[key] for row in rows) for key in counts}
        shares = {"bound_share": sums["bound"] / self.cycles, "utilisation": self.utilisation}
        return {"layer": "total", **sums, **shares}

    def __str__(self) -> str:
        engine = self.engine
        title = (
            f"{engine.name}: {engine.lanes} lanes, {engine.kernel_h}x{engine.kernel_w} taps,"
            f" {engine.multipliers} multipliers; stalls {self.stalls}, seed {self.seed}\n"
        )
        table = text_table(COLUMNS, self.rows(), self.total())
        return f"{title}{table}{_LEGEND}{self._streams()}{MODELS[self.model]}"

    def _streams(self) -> str:
        """A line for each layer that needs several streams."""
        return "".join(
            f"{run.plan.layer.name} exceeds the engine: {len(run.plan.plans)} streams\n"
            for run in self.runs
            if isinstance(run.plan, TiledPlan)
        )


def simulate_plans(
    plans: Sequence[AnyPlan],
    stalls: str,
    seed: int,
    model: str,
    waves: Path | None = None,
    progress: Progress = lambda layer, beats: None,
    timeline: Timeline | None = None,
) -> Simulation:
    """Runs layers of one engine, one after the other, each from reset.

    Args:
        plans: at least one layer, all on one engine.
        stalls: a name among ``PROFILES``.
        seed: of data and stalls; not negative.
        model: a name among ``MODELS``.
        waves: an FST file for the waveform of the steppable model's signals.
        progress: called by the steppable model now and then.
        timeline: observes the steppable model, unless there are waves.

    Raises:
        MismatchError: if the steppable model and golden differ, or its cycles and the law.
    """
    runs: list[Run] = []
    trace = None if waves is None else Trace(numbers_of(plans[0].engine))
    for plan in plans:
        if model == "fast":
            runs.append(_run_fast(plan, stalls, seed))
            continue
        before = sum(done.plan.ofmap_beats for done in runs)
        progress(plan.layer.name, before)

        def report(beats: int, layer: str = plan.layer.name, before: int = before) -> None:
            progress(layer, before + beats)

        runs.append(step_layer(plan, stalls, seed, report, trace or timeline))
    if trace is not None and waves is not None:
        trace.write_fst(waves)
    return Simulation(plans[0].engine, stalls, seed, model, tuple(runs))


def _run_fast(plan: AnyPlan, stalls: str, seed: int) -> Run:
    """One layer on the fast model."""
    if isinstance(plan, TiledPlan):
        return run_tiles(plan, stalls, seed)
    return run_fast(plan, stalls=StallPattern(PROFILES[stalls], seed))


def step_layer(
    plan: AnyPlan,
    stalls: str,
    seed: int,
    report: Callable[[int], None] | None = None,
    trace: Trace | Timeline | None = None,
) -> LayerRun | TiledRun:
    """One layer on the steppable model, with seeded data and stalls, compared with golden.

    Args:
        plan: the layer on its engine; an engine that requantises gets a random quantisation, one
            with an epilogue a random epilogue.
        stalls: a name among ``PROFILES``.
        seed: of data and stalls; not negative.
        report: called with the ofmap beats so far, now and then.
        trace: observes every cycle.

    Raises:
        MismatchError: if model and golden differ, or, without stalls, the cycles and the law.
    """
    ifmap, weight = random_layer_data(plan.layer, plan.engine, seed)
    values = (
        random_quantisation(plan.layer, plan.engine, seed),
        plan.interleave,
        random_epilogue(plan.layer, plan.engine, seed),
    )
    result: LayerRun | TiledRun
    if isinstance(plan, TiledPlan):
        plan = TiledPlan(plan.layer, plan.engine, *values)
        result = step_tiles(plan, (ifmap, weight), stalls, seed, report, trace)
    else:
        plan = Plan(plan.layer, plan.engine, *values)
        pattern = StallPattern(PROFILES[stalls], seed)
        observe = trace.observe if trace else None
        result = run_layer(plan, ifmap, weight, pattern, report, observe)
    where = f"layer {plan.layer.name}, stalls {stalls}, seed {seed}"
    ofmap = np.asarray(result.ofmap)
    wanted = golden_ofmap(
        ifmap, weight, plan.layer, plan.quantisation, plan.engine.float_sums, plan.epilogue
    )
    _compare(where, ofmap, wanted)
    if stalls == "none" and result.cycles != plan.cycles:
        raise MismatchError(f"{where}: {result.cycles} cycles, the timing law says {plan.cycles}")
    return result


def _compare(where: str, ofmap: np.ndarray, wanted: np.ndarray) -> None:
    """Raises MismatchError with the first of the values that differ."""
    wrong = np.argwhere(ofmap != wanted)
    if not len(wrong):
        return
    first = tuple(int(i) for i in wrong[0])
    raise MismatchError(
        f"{where}: model and golden differ in {len(wrong)} of {wanted.size} values, first at"
        f" (batch, row, column, channel) = {first}: model {ofmap[first]}, golden {wanted[first]}"
    )


def _row(run: Run) -> dict[str, Any]:
    plan = run.plan
    return {
        "layer": plan.layer.name,
        "interleave": plan.interleave,
        "cycles": run.cycles,
        "law_cycles": plan.cycles,
        "steady_cycles": plan.steady_cycles,
        "ideal": plan.ideal,
        "bound": plan.bound,
        "bound_share": plan.bound / run.cycles,
        "utilisation": run.utilisation,
        "param_cycles": run.param_cycles,
        **{key: run.activity[kind] for kind, key in _ACTIVITIES.items()},
    }
