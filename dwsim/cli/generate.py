"""``dwsim generate``: the Verilog of an engine, in a directory."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dwsim.cli.common import add_spec, load_spec
from dwsim.codegen.directory import generated_files, write_directory
from dwsim.codegen.register_files import axil_name


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "generate",
        help="write an engine's Verilog",
        description="Writes the Verilog of an engine, a file list, the spec and a README.",
    )
    add_spec(parser)
    parser.add_argument(
        "-o", dest="output", metavar="DIR", type=Path, required=True, help="where to write it"
    )
    parser.add_argument(
        "--static",
        nargs="+",
        action="extend",
        default=[],
        metavar="LAYER",
        help="also an engine with the geometry of this layer tied off",
    )
    parser.add_argument(
        "--axil",
        action="store_true",
        help="also the engine behind an AXI4-Lite port, with a C header and a register table",
    )
    parser.add_argument(
        "--force", action="store_true", help="write into a directory that holds other files, too"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    spec = load_spec(arguments.spec)
    static = spec.select(arguments.static, "--static")
    files = generated_files(spec.engine, spec.layers, static, arguments.axil)
    write_directory(files, arguments.output, arguments.force)
    top = axil_name(spec.engine) if arguments.axil else spec.engine.name
    print(f"{arguments.output}: {len(files)} files, top module {top}; see README.md")
    return 0
