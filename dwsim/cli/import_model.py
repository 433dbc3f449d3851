"""``dwsim import``: the depthwise layers of a model file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dwsim.cli.arguments import add_command, add_form, any_path, positive
from dwsim.cli.model_options import (
    SUFFIXES,
    add_model_options,
    input_shapes,
    is_model,
    is_onnx,
)
from dwsim.errors import SpecError, Violation
from dwsim.support.optional_packages import onnx_packages
from dwsim.support.text_table import csv_text, json_text, text_table
from dwsim.verification.assessment import Assessment
from dwsim.verification.layer_plans import DEFAULT_FLOAT_LANES, DEFAULT_LANES
from dwsim.workloads import listing
from dwsim.workloads.understood import understood_text


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = add_command(
        commands,
        "import",
        summary="list the depthwise layers of a model file, and write them as specs",
        description="Lists the depthwise layers of all graphs of a model with their shapes and"
        " quantisation, and the reason why a layer cannot run on an engine. A convolution with one"
        " group for each channel is a depthwise layer, too. A pad before a layer becomes its"
        " padding; SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND around it become its dilation. All other"
        " operators are counted. This table has all that dwsim understands; the command takes the"
        " .tflite and .onnx files of it, and read_network the others.",
        table=understood_text(),
        examples=(
            ("dwsim import model.tflite", "a table of the depthwise layers"),
            ("dwsim import model.onnx -o layers/", "also write their specs and parameters"),
        ),
    )
    parser.add_argument("model", metavar="MODEL", type=_model, help="a .tflite or .onnx file")
    parser.add_argument(
        "-o",
        metavar="DIR",
        dest="directory",
        type=any_path,
        help="directory to write the layers to: layers.toml and parameters.npz",
    )
    parser.add_argument(
        "--lanes",
        type=positive,
        metavar="N",
        help="lanes of the engine that each layer is checked against"
        f" (default: {DEFAULT_LANES}, in floating point {DEFAULT_FLOAT_LANES})",
    )
    add_model_options(parser)
    add_form(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    model, assessments = _assessed(arguments)
    rows = listing.rows(
        model,
        {found.layer.name: found.broken for found in assessments},
        {found.layer.name: found.partly for found in assessments},
        {found.layer.name: found.host_notes for found in assessments},
    )
    if arguments.json:
        print(json_text({"layers": rows, "operators": dict(model.operators)}), end="")
    elif arguments.csv:
        print(csv_text(listing.COLUMNS, rows), end="")
    else:
        print(text_table(listing.COLUMNS, rows, listing.total(rows)), end="")
        print(f"passed over: {listing.passed_over(model)}")
    violations = [
        Violation(f"{found.layer.name}: {reason.field}", reason.value, reason.rule)
        for found in assessments
        for reason in (*found.broken, *found.partly)
    ]
    if arguments.strict and violations:
        raise SpecError(f"{arguments.model}: --strict", violations)
    if arguments.directory is not None:
        written = listing.write_specs(model, arguments.directory)
        if not (arguments.json or arguments.csv):
            print(f"written: {', '.join(str(path) for path in written)}")
    return 0


def _assessed(arguments: argparse.Namespace) -> tuple[Any, list[Assessment[Any]]]:
    """The file, and for each of its layers the decision if an engine runs it."""
    sizes = (arguments.batch, input_shapes(arguments))
    # Here and not at the top: each format needs packages of its own.
    if is_onnx(arguments.model.name):
        with onnx_packages():
            from dwsim.verification.onnx_engine import assess_onnx
            from dwsim.workloads.onnx_model import read_onnx

            found = read_onnx(arguments.model, *sizes)
            return found, assess_onnx(found.layers, arguments.lanes)
    from dwsim.verification.layer_engine import assess
    from dwsim.workloads.tflite import read_model

    model = read_model(arguments.model, *sizes)
    return model, assess(model.layers, arguments.lanes)


def _model(text: str) -> Path:
    if not is_model(text):
        raise argparse.ArgumentTypeError(
            f"must be named {' or '.join('*' + suffix for suffix in SUFFIXES)}, not {text!r}"
        )
    return any_path(text)
