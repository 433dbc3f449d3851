"""``dwsim simulate``: the cycles of layers on an engine model, by activity."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dwsim.cli.arguments import (
    add_command,
    add_form,
    add_interleave,
    add_layers,
    add_seed,
    add_spec_or_network,
    add_waves,
    check_waves,
    named,
)
from dwsim.cli.engine_options import add_engine_options, refuse_engine_options
from dwsim.cli.loading import is_network, load_plans
from dwsim.derive import AnyPlan
from dwsim.errors import Rules, SpecError, Violation
from dwsim.spec.canonical import spec_hash
from dwsim.stream.stalls import PROFILES
from dwsim.support.progress import progress
from dwsim.support.text_table import csv_text, json_text
from dwsim.verification.simulation import COLUMNS, MODELS, Simulation, simulate_plans
from dwsim.verification.timeline import Timeline


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = add_command(
        commands,
        "simulate",
        summary="count the cycles of layers on an engine, by activity",
        description="Counts the cycles of layers on an engine model, and divides them by activity,"
        " with or without stalls. The fast and the steppable model agree in every cycle; the"
        " steppable one also takes random data and compares every value with the golden model. For"
        " a network, dwsim chooses the smallest engine with the given array.",
        examples=(
            (
                "dwsim simulate tiny --layer same --stalls both --waves same.fst",
                "a waveform under stalls, with the signal names of the Verilog",
            ),
            (
                "dwsim simulate mobilenet_v1_serial --layer dw8 --timeline dw8.svg",
                "the cycles of one layer, and a chart of the work of each stage in them",
            ),
        ),
    )
    add_spec_or_network(parser)
    add_layers(parser)
    add_interleave(parser)
    parser.add_argument(
        "--stalls",
        choices=tuple(PROFILES),
        default="none",
        metavar="PROFILE",
        help=f"the stalls of source and sink: {', '.join(PROFILES)} (default: none)",
    )
    add_seed(parser)
    parser.add_argument(
        "--model",
        choices=tuple(MODELS),
        help="fast: only the cycles, from events (default); steppable: every register, with values"
        " (default with --waves)",
    )
    add_waves(parser)
    parser.add_argument(
        "--timeline",
        type=_figure,
        metavar="FILE.svg",
        help="write a chart of one layer (*.svg or *.png): the occupancy of input, buffer, array,"
        " requantisers and output over the cycles, from the steppable model",
    )
    add_engine_options(parser, "a network")
    add_form(parser, lines=True)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    spec, plans = load_plans(arguments)
    check_waves("simulate", arguments.waves, len(plans))
    _check_timeline(arguments, len(plans))
    if not is_network(arguments.spec):
        rules = Rules("simulate")
        refuse_engine_options(rules, arguments, "networks")
        rules.raise_if_any()
    timeline = Timeline() if arguments.timeline else None
    result = _simulate(plans, arguments, timeline)
    if timeline is not None:
        _write_timeline(timeline, arguments.timeline, plans[0], arguments.stalls)
    settings = {"spec_hash": spec_hash(spec.engine, spec.layers), "stalls": arguments.stalls}
    described = {"engine": spec.engine.name, **settings, "seed": arguments.seed}
    document = {**described, "layers": result.rows(), "total": result.total()}
    if arguments.csv:
        print(csv_text(COLUMNS, result.rows()), end="")
    elif arguments.json:
        print(json_text(document), end="")
    elif arguments.lines is not None:
        arguments.lines.document(document)
    else:
        print(result)
    return 0


def _model(arguments: argparse.Namespace) -> str:
    """The name of the model; a waveform or a timeline needs the steppable one."""
    if not arguments.waves and not arguments.timeline:
        return arguments.model or "fast"
    if arguments.model == "fast":
        option = "--waves" if arguments.waves else "--timeline"
        rule = f"has no signals for {option}: choose --model steppable"
        raise SpecError("simulate", [Violation("--model", "fast", rule)])
    return "steppable"


def _figure(text: str) -> Path:
    return named(text, ".png") if text.endswith(".png") else named(text, ".svg")


def _check_timeline(arguments: argparse.Namespace, layers: int) -> None:
    """Checks, before anything runs, that a timeline can be made.

    Raises:
        SpecError: if there are several layers, or also --waves.
        ToolError: if the package that draws it is missing.
    """
    path: Path | None = arguments.timeline
    if path is None:
        return
    rules = Rules("simulate")
    rules.require(layers == 1, "--timeline", str(path), "shows one layer: choose one with --layer")
    rules.require(not arguments.waves, "--timeline", str(path), "excludes --waves")
    rules.raise_if_any()
    # Here and not at the top: only a timeline needs it.
    from dwsim.exploration.report import vega

    vega.require()


def _write_timeline(timeline: Timeline, path: Path, plan: AnyPlan, stalls: str) -> None:
    from dwsim.exploration.report.timeline_chart import write_timeline

    engine = plan.engine
    title = f"{plan.layer.name} on {engine.name}, {engine.multipliers} multipliers; stalls {stalls}"
    write_timeline(timeline.spans(), path, title)


def _simulate(
    plans: list[AnyPlan], arguments: argparse.Namespace, timeline: Timeline | None
) -> Simulation:
    """Runs the layers, with a progress bar."""
    total = sum(plan.ofmap_beats for plan in plans)
    model = _model(arguments)
    with progress(total, "beat", arguments.lines) as bar:

        def show(layer: str, beats: int) -> None:
            bar.describe(layer)
            bar.show(beats, total)

        return simulate_plans(
            plans, arguments.stalls, arguments.seed, model, arguments.waves, show, timeline
        )
