"""``dwsim simulate``: the cycles of layers on an engine model, by activity."""

from __future__ import annotations

import argparse
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
            ("dwsim simulate mobilenet_v1_32 --layer dw3", "the cycles of one layer"),
            (
                "dwsim simulate tiny --layer same --stalls both --waves same.fst",
                "a waveform under stalls, with the signal names of the Verilog",
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
    add_engine_options(parser, "a network")
    add_form(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    spec, plans = load_plans(arguments)
    check_waves("simulate", arguments.waves, len(plans))
    if not is_network(arguments.spec):
        rules = Rules("simulate")
        refuse_engine_options(rules, arguments, "networks")
        rules.raise_if_any()
    result = _simulate(plans, arguments)
    if arguments.csv:
        print(csv_text(COLUMNS, result.rows()), end="")
    elif arguments.json:
        settings = {"spec_hash": spec_hash(spec.engine, spec.layers), "stalls": arguments.stalls}
        described = {"engine": spec.engine.name, **settings, "seed": arguments.seed}
        print(
            json_text({**described, "layers": result.rows(), "total": result.total()}),
            end="",
        )
    else:
        print(result)
    return 0


def _model(arguments: argparse.Namespace) -> str:
    """The name of the model; a waveform needs the steppable one."""
    if not arguments.waves:
        return arguments.model or "fast"
    if arguments.model == "fast":
        rule = "has no signals for --waves: choose --model steppable"
        raise SpecError("simulate", [Violation("--model", "fast", rule)])
    return "steppable"


def _simulate(plans: list[AnyPlan], arguments: argparse.Namespace) -> Simulation:
    """Runs the layers, with a progress bar."""
    total = sum(plan.ofmap_beats for plan in plans)
    model = _model(arguments)
    with progress(total, "beat") as bar:

        def show(layer: str, beats: int) -> None:
            bar.describe(layer)
            bar.show(beats, total)

        return simulate_plans(plans, arguments.stalls, arguments.seed, model, arguments.waves, show)
