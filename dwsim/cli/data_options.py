"""The options of ``dwsim verify`` that give a layer one's own data, from files of NumPy."""

from __future__ import annotations

import argparse
import io
from typing import Any

import numpy as np

from dwsim.cli.arguments import any_path
from dwsim.errors import Rules
from dwsim.spec.real_scales import ACTIVATIONS
from dwsim.support.whole_file import write_whole

ARRAYS = ("ifmap", "weight", "bias")


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """--ifmap, --weight, --bias, --quantisation, --activation and --ofmap."""
    shapes = {
        "ifmap": "batch, rows, columns, channels",
        "weight": "kernel_h, kernel_w, channels, channel_multiplier",
        "bias": "one number for each ofmap channel",
    }
    for name, shape in shapes.items():
        parser.add_argument(
            f"--{name}",
            type=any_path,
            metavar="FILE",
            help=f"the {name} of one layer, as .npy or .npz: {shape} (default: random)",
        )
    parser.add_argument(
        "--quantisation",
        type=any_path,
        metavar="FILE.npz",
        help="the fields of a Quantisation, one array each (default: random)",
    )
    parser.add_argument(
        "--activation",
        type=activation,
        metavar="NAME",
        help=f"the activation of one layer on an engine with an epilogue: {', '.join(ACTIVATIONS)},"
        " or two limits, such as --activation=-1,6 (default: random)",
    )
    parser.add_argument(
        "--ofmap", type=any_path, metavar="FILE.npy", help="write the ofmap of one layer"
    )


def activation(text: str) -> str | tuple[float, ...]:
    """A name, or numbers between commas; ``dwsim.verify`` checks both."""
    if "," not in text:
        return text
    try:
        return tuple(map(float, text.split(",")))
    except ValueError:
        names = ", ".join(ACTIVATIONS)
        raise argparse.ArgumentTypeError(
            f"must be one of {names}, or two limits as in -1,6, not {text!r}"
        ) from None


def given(arguments: argparse.Namespace) -> list[tuple[str, str]]:
    """The options that were given, with their files."""
    names = (*ARRAYS, "quantisation", "activation", "ofmap")
    return [
        (f"--{name}", str(getattr(arguments, name)))
        for name in names
        if getattr(arguments, name) is not None
    ]


def own_data(arguments: argparse.Namespace, layers: int) -> dict[str, Any]:
    """The data that the options give, as arguments of ``dwsim.verify``.

    Raises:
        SpecError: with several layers, and for files that cannot be read.
    """
    rules = Rules("verify")
    for option, value in given(arguments):
        rules.require(layers == 1, option, value, "is of one layer: choose one with --layer")
    rules.raise_if_any()
    # Here and not at the top: only own data need it.
    from dwsim.verification.own_data import read_array, read_quantisation

    found: dict[str, Any] = {
        name: read_array(getattr(arguments, name), name)
        for name in ARRAYS
        if getattr(arguments, name) is not None
    }
    if arguments.activation is not None:
        found["activation"] = arguments.activation
    if arguments.quantisation is not None:
        found["quantisation"] = read_quantisation(arguments.quantisation)
    return found


def save_ofmap(arguments: argparse.Namespace, ofmap: np.ndarray, number_format: str) -> None:
    """Writes the ofmap where ``--ofmap`` says, if it does, NHWC.

    It is int64, or of the engine's format; bfloat16, which a file of NumPy does not have, becomes
    float32.
    """
    if arguments.ofmap is None:
        return
    if number_format != "integer":
        from dwsim.stream.float_tensors import float_values

        ofmap = float_values(ofmap, number_format)
        ofmap = ofmap.astype(np.float32) if number_format == "bfloat16" else ofmap
    file = io.BytesIO()
    np.save(file, ofmap)
    write_whole(arguments.ofmap, file.getvalue())
