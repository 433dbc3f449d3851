"""The options of commands that read a model file: its unknown sizes, and ``--strict``."""

from __future__ import annotations

import argparse
import re

from dwsim.cli.arguments import positive

SUFFIXES = (".tflite", ".onnx")
"""The names of model files end in one of these."""


def is_model(path: str) -> bool:
    """True for the path of a model file."""
    return path.endswith(SUFFIXES)


def is_onnx(path: str) -> bool:
    """True for the path of an ``.onnx`` file."""
    return path.endswith(".onnx")


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """--batch, --shape and --strict."""
    parser.add_argument(
        "--batch",
        type=positive,
        metavar="N",
        help="batch of a model file that leaves it unknown (default: 1)",
    )
    parser.add_argument(
        "--shape",
        type=_shape,
        action="append",
        dest="shapes",
        metavar="[NAME=]1x224x224x3",
        help="shape of an input of a model file that leaves sizes unknown; NAME is the input's,"
        " and can be left out for the only input",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="exit with 2 if a layer of a model file cannot run or cannot be compared",
    )


def input_shapes(arguments: argparse.Namespace) -> dict[str, tuple[int, ...]]:
    """The shapes that ``--shape`` gave, by the input's name ("" where it was left out)."""
    return dict(arguments.shapes or [])


def _shape(text: str) -> tuple[str, tuple[int, ...]]:
    name, _, sizes = text.rpartition("=")
    if re.fullmatch(r"\d+(x\d+)*", sizes) is None:
        raise argparse.ArgumentTypeError(
            f"must be sizes as in 1x224x224x3, or NAME=1x224x224x3, not {text!r}"
        )
    return name, tuple(int(size) for size in sizes.split("x"))
