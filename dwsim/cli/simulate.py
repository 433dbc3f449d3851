"""``dwsim simulate``: layers on an engine model: where each cycle goes."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from dwsim.cli.common import (
    add_interleave,
    add_layers,
    add_seed,
    add_spec,
    add_waves,
    check_waves,
    load_plans,
)
from dwsim.derive import Plan
from dwsim.errors import MismatchError, SpecError, Violation
from dwsim.fast.fast_run import FastRun
from dwsim.fast.fast_run import run_layer as run_fast
from dwsim.golden.ofmap import golden_ofmap
from dwsim.model.activity import Activity
from dwsim.model.layer_run import LayerRun, run_layer
from dwsim.model.trace import Trace
from dwsim.spec.canonical import spec_hash
from dwsim.spec.engine_spec import EngineSpec
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.stalls import PROFILES, StallPattern
from dwsim.support.progress import progress
from dwsim.support.text_table import Column, csv_text, json_text, text_table

_ACTIVITIES = {kind.value: kind.value.replace("-", "_") for kind in Activity}
COLUMNS = (
    Column("layer", "layer", "text"),
    Column("interleave", "interleave", "number"),
    Column("cycles", "cycles"),
    Column("law_cycles", "law"),
    Column("steady_cycles", "steady"),
    Column("bound", "bound"),
    Column("bound_share", "bound/cycles", "share"),
    Column("utilisation", "utilisation", "share"),
    Column("param_cycles", "param load"),
    *(Column(key, title) for title, key in _ACTIVITIES.items()),
)
_LEGEND = """\
law: cycles without stalls; steady: what as many images more of the same layer add to them; bound:
the fewest that ports and multipliers permit; param load: cycles to load the parameters, which
precede the stream; then where each of the cycles went.
"""
MODELS = {
    "fast": "fast model; --model steppable steps every register and compares values with golden",
    "steppable": "model = golden in every value",
}
"""What simulates, and what a table says of it."""


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "simulate",
        help="cycles of layers on an engine, and what each was for",
        description="Finds what each cycle of the layers is for, under stalls too. The two models"
        " agree in every cycle; the steppable one takes random data and golden checks its values.",
    )
    add_spec(parser)
    add_layers(parser)
    add_interleave(parser)
    parser.add_argument(
        "--stalls",
        choices=tuple(PROFILES),
        default="none",
        metavar="PROFILE",
        help=f"how source and sink stall: {', '.join(PROFILES)} (default: none)",
    )
    add_seed(parser)
    parser.add_argument(
        "--model",
        choices=tuple(MODELS),
        help="fast (default): cycles alone, from events; steppable: every register, with values"
        " (default with --waves)",
    )
    add_waves(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="JSON instead of a table")
    form.add_argument("--csv", action="store_true", help="CSV instead of a table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    spec, plans = load_plans(arguments)
    check_waves("simulate", arguments.waves, len(plans))
    model = _model(arguments)
    if model == "fast":
        pattern = partial(StallPattern, PROFILES[arguments.stalls], arguments.seed)
        runs = [run_fast(plan, stalls=pattern()) for plan in plans]
    else:
        runs = _step(plans, arguments)
    rows = [row(done) for done in runs]
    total = total_row(plans, rows)
    if arguments.csv:
        print(csv_text(COLUMNS, rows), end="")
    elif arguments.json:
        settings = {"spec_hash": spec_hash(spec.engine, spec.layers), "stalls": arguments.stalls}
        described = {"engine": spec.engine.name, **settings, "seed": arguments.seed}
        print(json_text({**described, "layers": rows, "total": total}), end="")
    else:
        print(_title(spec.engine, arguments.stalls, arguments.seed))
        print(text_table(COLUMNS, rows, total), end="")
        print(f"{_LEGEND}{MODELS[model]}")
    return 0


def _model(arguments: argparse.Namespace) -> str:
    """Which model simulates; only the steppable one has signals."""
    if not arguments.waves:
        return arguments.model or "fast"
    if arguments.model == "fast":
        rule = "has no signals: leave --waves out, or take --model steppable"
        raise SpecError("simulate", [Violation("--model", "fast", rule)])
    return "steppable"


def _step(plans: Sequence[Plan], arguments: argparse.Namespace) -> list[LayerRun]:
    """The layers on the steppable model, one after the other, and the waveform if asked for."""
    trace = Trace(plans[0].numbers) if arguments.waves else None
    runs: list[LayerRun] = []
    total = sum(plan.ofmap_beats for plan in plans)
    with progress(total, "beat") as bar:
        for plan in plans:
            bar.describe(plan.layer.name)
            before = sum(done.plan.ofmap_beats for done in runs)

            def report(beats: int, before: int = before) -> None:
                bar.show(before + beats, total)

            runs.append(simulate(plan, arguments.stalls, arguments.seed, report, trace))
    if trace is not None:
        trace.write_fst(arguments.waves)
    return runs


def simulate(
    plan: Plan,
    stalls: str,
    seed: int,
    report: Callable[[int], None] | None = None,
    trace: Trace | None = None,
) -> LayerRun:
    """One layer on the steppable model, with seeded data and stalls, compared with golden.

    Args:
        plan: the layer on its engine; an engine that requantises gets a random quantisation.
        stalls: a name among ``PROFILES``.
        seed: of data and stalls; not negative.
        report: called with the ofmap beats so far, now and then.
        trace: records every cycle.

    Raises:
        MismatchError: when model and golden differ, or, without stalls, the cycles and the law.
    """
    ifmap, weight = random_layer_data(plan.layer, plan.engine, seed)
    quantisation = random_quantisation(plan.layer, plan.engine, seed)
    plan = Plan(plan.layer, plan.engine, quantisation, plan.interleave)
    pattern = StallPattern(PROFILES[stalls], seed)
    observe = trace.observe if trace else None
    result = run_layer(plan, ifmap, weight, pattern, report, observe)
    what = f"layer {plan.layer.name}, stalls {stalls}, seed {seed}"
    wanted = golden_ofmap(ifmap, weight, plan.layer, quantisation)
    wrong = np.argwhere(result.ofmap != wanted)
    if len(wrong):
        where = tuple(int(i) for i in wrong[0])
        raise MismatchError(
            f"{what}: model and golden differ in {len(wrong)} of {wanted.size} values, first at"
            f" (batch, row, column, channel) = {where}: model {result.ofmap[where]},"
            f" golden {wanted[where]}"
        )
    if stalls == "none" and result.cycles != plan.cycles:
        raise MismatchError(f"{what}: {result.cycles} cycles, the timing law says {plan.cycles}")
    return result


def row(result: FastRun | LayerRun) -> dict[str, Any]:
    """The numbers of a run, by the keys of ``COLUMNS``."""
    return {
        "layer": result.plan.layer.name,
        "interleave": result.plan.interleave,
        "cycles": result.cycles,
        "law_cycles": result.plan.cycles,
        "steady_cycles": result.plan.image_cycles * result.plan.layer.batch,
        "bound": result.plan.bound,
        "bound_share": result.plan.bound / result.cycles,
        "utilisation": result.utilisation,
        "param_cycles": result.param_cycles,
        **{key: result.activity[kind] for kind, key in _ACTIVITIES.items()},
    }


def total_row(plans: Sequence[Plan], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The sums of the rows; shares are those of the sums."""
    total = {
        column.key: sum(row[column.key] for row in rows)
        for column in COLUMNS
        if column.kind == "count"
    }
    work = sum(plan.utilisation(1) for plan in plans)
    shares = {
        "bound_share": total["bound"] / total["cycles"],
        "utilisation": work / total["cycles"],
    }
    return {"layer": "total", **total, **shares}


def _title(engine: EngineSpec, stalls: str, seed: int) -> str:
    shape = f"{engine.lanes} lanes, {engine.kernel_h}x{engine.kernel_w} taps"
    return f"{engine.name}: {shape}, {engine.multipliers} multipliers; stalls {stalls}, seed {seed}"
