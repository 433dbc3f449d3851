"""``dwsim simulate``: layers on an engine model: where each cycle goes."""

from __future__ import annotations

import argparse
from typing import Any

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
from dwsim.errors import SpecError, Violation
from dwsim.spec.canonical import spec_hash
from dwsim.stream.stalls import PROFILES
from dwsim.support.progress import progress
from dwsim.support.text_table import csv_text, json_text
from dwsim.verification.simulation import COLUMNS, MODELS, Simulation, simulate_plans


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
    """Which model simulates; only the steppable one has signals."""
    if not arguments.waves:
        return arguments.model or "fast"
    if arguments.model == "fast":
        rule = "has no signals: leave --waves out, or take --model steppable"
        raise SpecError("simulate", [Violation("--model", "fast", rule)])
    return "steppable"


def _simulate(plans: list[Plan], arguments: argparse.Namespace) -> Simulation:
    """Runs the layers, with a progress bar."""
    total = sum(plan.ofmap_beats for plan in plans)
    with progress(total, "beat") as bar:

        def show(layer: str, beats: int) -> None:
            bar.describe(layer)
            bar.show(beats, total)

        return simulate_plans(
            plans, arguments.stalls, arguments.seed, _model(arguments), arguments.waves, show
        )
