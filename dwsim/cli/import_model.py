"""``dwsim import``: the depthwise layers of a ``.tflite`` file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dwsim.cli.arguments import add_command, add_form
from dwsim.support.text_table import csv_text, json_text, text_table


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = add_command(
        commands,
        "import",
        summary="list the depthwise layers of a .tflite file, and write them as specs",
        description="Lists a model's depthwise layers with their shapes and quantisation, and the"
        " reasons why a layer cannot run. Other operators are not read; they are counted.",
        examples=(
            ("dwsim import model.tflite", "a table of the depthwise layers"),
            ("dwsim import model.tflite -o layers/", "also write their specs and parameters"),
        ),
    )
    parser.add_argument("model", metavar="MODEL.tflite", type=Path)
    parser.add_argument(
        "-o",
        metavar="DIR",
        dest="directory",
        type=Path,
        help="directory to write the layers to: layers.toml and parameters.npz",
    )
    add_form(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    # Here and not at the top: only this command needs the schema of LiteRT.
    from dwsim.workloads.tflite import listing, read_model

    model = read_model(arguments.model)
    rows = listing.rows(model)
    if arguments.json:
        print(json_text({"layers": rows, "operators": dict(model.operators)}), end="")
    elif arguments.csv:
        print(csv_text(listing.COLUMNS, rows), end="")
    else:
        print(text_table(listing.COLUMNS, rows, listing.total(model)), end="")
        print(f"passed over: {listing.passed_over(model)}")
    if arguments.directory is not None:
        written = listing.write_specs(model, arguments.directory)
        if not (arguments.json or arguments.csv):
            print(f"written: {', '.join(str(path) for path in written)}")
    return 0
