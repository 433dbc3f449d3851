"""``dwsim verify``: layers on the generated Verilog, in lock step with the cycle model."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from dwsim.api import verify
from dwsim.cli.common import (
    add_interleave,
    add_layers,
    add_seed,
    add_simulator,
    add_spec,
    check_waves,
    load_plans,
)
from dwsim.errors import Rules
from dwsim.rtlsim.cosim import Verified
from dwsim.stream.stalls import PROFILES
from dwsim.support.progress import progress
from dwsim.support.text_table import Column, csv_text, json_text, text_table

COLUMNS = (
    Column("layer", "layer", "text"),
    Column("stalls", "stalls", "text"),
    Column("interleave", "interleave", "number"),
    Column("cycles", "cycles"),
    Column("bound", "bound"),
    Column("utilisation", "utilisation", "share"),
    Column("verdict", "verdict", "text"),
)


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "verify",
        help="RTL = model = golden, cycle by cycle",
        description="Simulates the generated Verilog in lock step with the cycle model, with"
        " random data, and compares the results with golden.",
    )
    add_spec(parser)
    add_layers(parser)
    add_interleave(parser)
    parser.add_argument(
        "--stalls",
        choices=(*PROFILES, "all"),
        default="none",
        metavar="PROFILE",
        help=f"how source and sink stall: {', '.join(PROFILES)}, or all (default: none)",
    )
    add_seed(parser)
    add_simulator(parser)
    parser.add_argument(
        "--static", action="store_true", help="each layer on its static engine, geometry tied off"
    )
    parser.add_argument(
        "--lanes",
        type=int,
        metavar="N",
        help="lanes of the engine that is chosen for a .tflite file (default: 16)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="JSON instead of a table")
    form.add_argument("--csv", action="store_true", help="CSV instead of a table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    if arguments.spec.endswith(".tflite"):
        # Here and not at the top: only this needs the interpreter.
        from dwsim.cli import verify_model

        return verify_model.run(arguments)
    spec, plans = load_plans(arguments)
    _check_options(arguments, len(plans))
    rows: list[dict[str, Any]] = []
    try:
        with progress(len(plans), "layer") as bar:
            for plan in plans:
                bar.describe(plan.layer.name)
                done = verify(
                    plan.layer,
                    spec.engine,
                    stalls=arguments.stalls,
                    seed=arguments.seed,
                    simulator=arguments.sim,
                    interleave=plan.interleave,
                    static=arguments.static,
                    waves=arguments.waves,
                )
                rows += [row(verified) for verified in done]
                bar.advance()
    finally:
        # What was verified before a mismatch is worth showing.
        if rows:
            print(_text(arguments, rows), end="", flush=True)
    if arguments.waves is not None:
        print(f"waveform: {arguments.waves}", file=sys.stderr)
    return 0


def _check_options(arguments: argparse.Namespace, layers: int) -> None:
    check_waves("verify", arguments.waves, layers)
    rules = Rules("verify")
    rules.require(
        arguments.lanes is None,
        "--lanes",
        arguments.lanes,
        "is for .tflite files: a spec says how many lanes its engine has",
    )
    rules.require(
        arguments.interleave == 1 or not arguments.static,
        "--interleave",
        arguments.interleave,
        "must be 1 with --static: a static engine is plane-major",
    )
    rules.raise_if_any()


def _text(arguments: argparse.Namespace, rows: list[dict[str, Any]]) -> str:
    if arguments.json:
        return json_text({"layers": rows})
    return csv_text(COLUMNS, rows) if arguments.csv else text_table(COLUMNS, rows)


def row(done: Verified) -> dict[str, Any]:
    """The numbers of a verified job, by the keys of ``COLUMNS``."""
    regular = done.job.is_regular
    return {
        "layer": done.job.layer.name,
        "stalls": done.job.stalls,
        "interleave": done.job.interleave,
        "cycles": done.cycles,
        "bound": done.plan.bound,
        "utilisation": done.plan.utilisation(done.cycles) if regular else None,
        "verdict": "RTL = model = golden" if regular else "RTL = model",
    }
