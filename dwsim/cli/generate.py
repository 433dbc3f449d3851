"""``dwsim generate``: the directory of an engine."""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from typing import Any

from dwsim.cli.arguments import add_command, add_spec, any_path
from dwsim.cli.loading import load_spec
from dwsim.codegen.delivery import deliver
from dwsim.codegen.library import GENERIC, targets
from dwsim.codegen.options import DEFAULT_SEED, DeliveryOptions
from dwsim.codegen.readme import multipliers
from dwsim.errors import SpecError, Violation


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = add_command(
        commands,
        "generate",
        summary="write an engine's Verilog",
        description="Writes a directory with the Verilog of an engine and everything that its"
        " integrator needs. The directory can be used without dwsim; its README.md explains it.",
        examples=(
            (
                "dwsim generate tiny --axil --vectors all -o tiny/",
                "an engine with AXI4-Lite registers, and a testbench that runs without dwsim",
            ),
            (
                "dwsim generate my_engine.toml --prefix left --target ecp5 -o left/",
                "an engine of ECP5 primitives; the name of each module starts with left_",
            ),
        ),
    )
    add_spec(parser)
    _add_files(parser)
    _add_modules(parser)
    parser.set_defaults(run=run)


def _add_files(parser: argparse.ArgumentParser) -> None:
    """The arguments that choose the files that are written."""
    parser.add_argument(
        "-o",
        dest="output",
        metavar="DIR",
        type=any_path,
        required=True,
        help="the directory to write",
    )
    parser.add_argument(
        "--static",
        nargs="+",
        action="extend",
        default=[],
        metavar="LAYER",
        help="also write an engine with the geometry of this layer tied off",
    )
    parser.add_argument(
        "--axil",
        action="store_true",
        help="also write the engine behind an AXI4-Lite port, a C header and a register table",
    )
    parser.add_argument(
        "--axis-bytes",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="give the tops around the core streams of whole bytes, with one bit of tkeep a byte,"
        " as a DMA expects (default: with --axil)",
    )
    parser.add_argument(
        "--vectors",
        nargs="+",
        action="extend",
        default=[],
        metavar="LAYER",
        help="also write stimulus and expected output of these layers, or of all, and testbenches",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        metavar="N",
        help=f"seed of the data of the vectors (default: {DEFAULT_SEED})",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="overwrite files that were edited, and keep files that dwsim did not write",
    )


def _add_modules(parser: argparse.ArgumentParser) -> None:
    """The arguments that change the modules of the engine."""
    parser.add_argument(
        "--prefix",
        default="",
        metavar="NAME",
        help="put NAME_ in front of the name of every module and file of Verilog",
    )
    parser.add_argument(
        "--target",
        default=GENERIC,
        metavar="TARGET",
        help=f"build the engine of this target's primitives: {', '.join(targets())}"
        f" (default: {GENERIC})",
    )


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    spec = load_spec(arguments.spec)
    options = DeliveryOptions(
        static=tuple(dict.fromkeys(arguments.static)),
        axil=arguments.axil,
        axis_bytes=arguments.axis_bytes,
        vectors=tuple(dict.fromkeys(arguments.vectors)),
        seed=arguments.seed,
        prefix=arguments.prefix,
        target=arguments.target,
    )
    try:
        made = deliver(
            spec.engine,
            spec.layers,
            output=arguments.output,
            options=options,
            force=arguments.force,
        )
    except SpecError as error:
        raise SpecError(error.subject, map(_as_argument, error.violations)) from None
    print(f"{made.directory}: {len(made.files)} files, top module {made.top}; see README.md")
    print(f"multipliers: {multipliers(spec.engine)}")
    return 0


def _as_argument(violation: Violation) -> Violation:
    """The violation under the name that the option has on the command line."""
    if violation.field in {field.name for field in fields(DeliveryOptions)}:
        return replace(violation, field=f"--{violation.field.replace('_', '-')}")
    return replace(violation, field="-o") if violation.field == "output" else violation
