"""``dwsim verify``: layers on the generated Verilog, in lock step with the cycle model."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from dwsim.api import verify
from dwsim.cli import kept
from dwsim.cli.arguments import (
    add_command,
    add_form,
    add_interleave,
    add_layers,
    add_seed,
    add_simulator,
    add_spec_or_network,
    check_waves,
)
from dwsim.cli.data_options import add_data_options, own_data, save_ofmap
from dwsim.cli.engine_options import FLOAT_LANES, add_engine_options, refuse_engine_options
from dwsim.cli.loading import is_network, load_plans
from dwsim.cli.model_options import add_model_options, is_model
from dwsim.derive import AnyPlan, TiledPlan
from dwsim.errors import Rules
from dwsim.rtlsim.cosim import Verified
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.quantisation_limits import ROUNDINGS
from dwsim.stream.stalls import PROFILES
from dwsim.support.progress import Bar, progress
from dwsim.support.text_table import Column, csv_text, json_text, text_table
from dwsim.verification.kept_verdicts import KeptVerdicts

COLUMNS = (
    Column("layer", "layer", "text"),
    Column("stalls", "stalls", "text"),
    Column("interleave", "interleave", "number"),
    Column("cycles", "cycles"),
    Column("ideal", "ideal"),
    Column("bound", "bound"),
    Column("bound_share", "bound/cycles", "share"),
    Column("utilisation", "utilisation", "share"),
    Column("verdict", "verdict", "text"),
)


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = add_command(
        commands,
        "verify",
        summary="simulate the Verilog of an engine against the cycle model and the golden model",
        description="Simulates the generated Verilog with random or own data. Every port and probe"
        " is compared with the cycle model in every cycle, every value with the golden model. For a"
        " network, dwsim chooses the smallest engine with the given array. For a .tflite or .onnx"
        " file it also compares its depthwise layers with the TFLite interpreter or ONNX Runtime. A"
        " layer that cannot run, or that the runtime refuses, is named with the reason and does not"
        " stop the others.",
        examples=(
            ("dwsim verify tiny --stalls all", "every layer of a spec, with each stall profile"),
            (
                "dwsim verify model.tflite --dataflow tap_serial --pixels 7 --rounding float",
                "every depthwise layer of a model, on an engine that takes the taps in series,"
                " value by value against LiteRT's default kernels",
            ),
        ),
    )
    add_spec_or_network(parser)
    add_layers(parser)
    add_interleave(parser)
    parser.add_argument(
        "--stalls",
        choices=(*PROFILES, "all"),
        default="none",
        metavar="PROFILE",
        help=f"the stalls of source and sink: {', '.join(PROFILES)}, or all (default: none)",
    )
    add_seed(parser)
    add_simulator(parser)
    parser.add_argument(
        "--static",
        action="store_true",
        help="verify each layer on its static engine, whose geometry is tied off",
    )
    add_engine_options(parser, "a network or a model file", FLOAT_LANES)
    parser.add_argument(
        "--rounding",
        action="append",
        choices=ROUNDINGS,
        dest="roundings",
        help="a rounding of a .tflite file's 8-bit layers: double, that of LiteRT's reference"
        " kernels; float, that of its default kernels; or single, which differs from the default"
        " kernels beside ties; repeatable (default: double and single)",
    )
    parser.add_argument(
        "--optimise",
        action="store_true",
        help="compare an .onnx file with ONNX Runtime's optimised graph (default: as written)",
    )
    parser.add_argument(
        "--lockstep",
        action="store_true",
        help="compare every signal of every layer of a model file in every cycle (default without"
        " stalls: of all layers of a small network; of a large one the ofmap, the cycles and the"
        " ports, and the signals of a sample of its layers)",
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="simulate every layer of a network or a model file again (default: a layer with the"
        " same inputs, engine and tools keeps the verdict of an earlier run)",
    )
    add_model_options(parser)
    add_data_options(parser)
    add_form(parser, lines=True)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    if is_model(arguments.spec):
        # Here and not at the top: only this needs the verification of networks.
        from dwsim.cli import verify_model

        return verify_model.run(arguments)
    spec, plans = load_plans(arguments, cut=not arguments.static)
    _check_options(arguments, len(plans))
    rows: list[dict[str, Any]] = []
    try:
        for done in _verified(arguments, spec.engine, plans):
            found = [row(verified) for verified in done]
            rows += found
            if arguments.lines is not None:
                arguments.lines.layers(found)
            save_ofmap(arguments, done[0].ofmap, spec.engine.number_format)
    finally:
        # After a mismatch the layers that were verified before it are shown, too.
        if rows and arguments.lines is None:
            print(_text(arguments, rows), end="", flush=True)
        print(kept.line(rows), end="", file=sys.stderr)
    if arguments.waves is not None:
        print(f"waveform: {arguments.waves}", file=sys.stderr)
    return 0


def _verified(
    arguments: argparse.Namespace, engine: EngineSpec, plans: Sequence[AnyPlan]
) -> Iterator[list[Verified]]:
    """Verifies one layer after the other, with a progress bar."""
    data = own_data(arguments, len(plans))
    verdicts = None
    if is_network(arguments.spec):
        verdicts = KeptVerdicts(arguments.seed, arguments.again)
    profiles = len(PROFILES) if arguments.stalls == "all" else 1
    total = profiles * sum(plan.ofmap_beats for plan in plans)
    before = 0
    with progress(total, "beat", arguments.lines) as bar:
        for plan in plans:
            bar.describe(plan.layer.name)
            yield verify(
                plan.layer,
                engine,
                stalls=arguments.stalls,
                seed=arguments.seed,
                simulator=arguments.sim,
                interleave=plan.interleave,
                static=arguments.static,
                waves=arguments.waves,
                verdicts=verdicts,
                progress=partial(_show, bar, before, total),
                **data,
            )
            before += profiles * plan.ofmap_beats
            bar.show(before, total)


def _show(bar: Bar, before: int, total: int, beats: int) -> None:
    bar.show(before + beats, total)


def _check_options(arguments: argparse.Namespace, layers: int) -> None:
    check_waves("verify", arguments.waves, layers)
    rules = Rules("verify")
    if not is_network(arguments.spec):
        refuse_engine_options(rules, arguments, "networks and model files")
        rule = "is for networks and model files: the layers of a spec always run"
        rules.require(not arguments.again, "--again", True, rule)
    for option, value in (
        ("--batch", arguments.batch),
        ("--shape", arguments.shapes),
        ("--strict", arguments.strict or None),
        ("--optimise", arguments.optimise or None),
        ("--lockstep", arguments.lockstep or None),
        ("--rounding", arguments.roundings),
    ):
        rules.require(value is None, option, value, "is for model files, not for specs")
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
    verdict = "RTL = model = golden" if regular else "RTL = model"
    if isinstance(done.plan, TiledPlan):
        verdict += f", {len(done.plan.plans)} streams"
    verdict += kept.MARK if done.kept else ""
    return {
        "layer": done.job.layer.name,
        "stalls": done.job.stalls,
        "interleave": done.job.interleave,
        "cycles": done.cycles,
        "ideal": done.plan.ideal,
        "bound": done.plan.bound,
        "bound_share": done.plan.bound / done.cycles,
        "utilisation": done.plan.utilisation(done.cycles) if regular else None,
        "verdict": verdict,
        "kept": done.kept,
    }
