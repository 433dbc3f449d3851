"""The options that choose an engine for layers that come without one: a network, a model file."""

from __future__ import annotations

import argparse
from typing import Any

from dwsim.cli.arguments import positive
from dwsim.errors import Rules
from dwsim.spec.dataflow_rules import DATAFLOWS, RINGS
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.verification.layer_plans import DEFAULT_FLOAT_LANES, DEFAULT_LANES

DEFAULT_IFMAP_PIXELS = 4
"""Pixels of a beat of a tap-serial engine: with fewer, the input limits a wide array."""


FLOAT_LANES = f"; {DEFAULT_FLOAT_LANES} for layers of a model file in floating point"
"""The addition to the default of ``--lanes`` of a command that takes model files."""


def add_engine_options(parser: argparse.ArgumentParser, of: str, other_lanes: str = "") -> None:
    """--lanes, --dataflow, and the options of a tap-serial engine, for layers from ``of``."""
    parser.add_argument(
        "--lanes",
        type=positive,
        metavar="N",
        help=f"lanes of the engine for {of} (default: {DEFAULT_LANES}{other_lanes})",
    )
    parser.add_argument(
        "--dataflow",
        choices=DATAFLOWS,
        help=f"array of the engine for {of} (default: {DATAFLOWS[0]})",
    )
    parser.add_argument(
        "--pixels",
        type=positive,
        metavar="N",
        help="multipliers a lane of a tap_serial engine: the number of neighbouring pixels that"
        " it works on at once",
    )
    parser.add_argument(
        "--ifmap-pixels",
        type=positive,
        metavar="N",
        help="pixels of a beat of a tap_serial engine: 1, 2, 4 or 8"
        f" (default: {DEFAULT_IFMAP_PIXELS})",
    )
    parser.add_argument(
        "--rings",
        choices=RINGS,
        help="pixel memories of a tap_serial engine: one ring for all cells, or a copy for each"
        f" (default: {RINGS[0]})",
    )


def engine_fields(command: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """The fields of ``EngineSpec`` that the options choose, but for ``lanes``.

    Raises:
        SpecError: if the options belong to different dataflows.
    """
    rules = Rules(command)
    if arguments.dataflow != "tap_serial":
        for option, value in _serial_options(arguments):
            rules.require(value is None, option, value, "needs --dataflow tap_serial")
        rules.raise_if_any()
        return {}
    pixels, rule = arguments.pixels, "is required with --dataflow tap_serial"
    rules.require(pixels is not None, "--pixels", pixels, rule)
    rules.raise_if_any()
    beat = arguments.ifmap_pixels or DEFAULT_IFMAP_PIXELS
    rings = arguments.rings or RINGS[0]
    return {"dataflow": "tap_serial", "pixels": pixels, "ifmap_pixels": beat, "rings": rings}


def lanes_of(arguments: argparse.Namespace) -> int:
    """The lanes that ``--lanes`` chooses."""
    return DEFAULT_LANES if arguments.lanes is None else int(arguments.lanes)


def network_engine(
    command: str, layers: tuple[LayerSpec, ...], arguments: argparse.Namespace
) -> EngineSpec:
    """The smallest int8 engine for the layers of a network; it requantises in both roundings.

    Raises:
        SpecError: as ``engine_fields`` and ``EngineSpec.smallest``.
    """
    fields = engine_fields(command, arguments)
    return EngineSpec.smallest(
        layers, lanes_of(arguments), requantise="both", name="network_engine", **fields
    )


def refuse_engine_options(rules: Rules, arguments: argparse.Namespace, only: str) -> None:
    """Notes every engine option that was given for a spec, which defines its engine itself."""
    options = (("--lanes", arguments.lanes), ("--dataflow", arguments.dataflow))
    for option, value in (*options, *_serial_options(arguments)):
        rules.require(value is None, option, value, f"is for {only}: a spec defines its engine")


def _serial_options(arguments: argparse.Namespace) -> tuple[tuple[str, int | str | None], ...]:
    return (
        ("--pixels", arguments.pixels),
        ("--ifmap-pixels", arguments.ifmap_pixels),
        ("--rings", arguments.rings),
    )
