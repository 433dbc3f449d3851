"""The parts that the commands' parsers share: the help page with its examples, and arguments."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dwsim.errors import Rules
from dwsim.spec.spec_file import ready_specs
from dwsim.verification.layer_plans import ALL
from dwsim.workloads.network import ready_networks

Example = tuple[str, str]
"""A command line, and its effect in a few words."""

HELP_WIDTH = 79


def add_command(
    commands: Any,
    name: str,
    *,
    summary: str,
    description: str,
    examples: Sequence[Example],
    table: str = "",
) -> argparse.ArgumentParser:
    """Adds a command; its help page ends with the examples.

    Args:
        commands: the subparsers of the top parser.
        name: the command.
        summary: its line in ``dwsim --help``.
        description: the first paragraph of its help page.
        examples: complete command lines, each with its effect.
        table: lines that follow the description as they are.
    """
    lines = ["examples:"]
    for command, effect in examples:
        lines.append(f"  {command}")
        lines += textwrap.wrap(
            effect, HELP_WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6
        )
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=textwrap.fill(description, HELP_WIDTH) + (table and f"\n\n{table}"),
        epilog="\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


def add_spec(parser: argparse.ArgumentParser) -> None:
    """Adds SPEC."""
    ready = ", ".join(ready_specs())
    parser.add_argument("spec", metavar="SPEC", help=f"a TOML file, or one of: {ready}")


def add_spec_or_network(parser: argparse.ArgumentParser) -> None:
    """Adds SPEC for commands that also run networks."""
    ready, networks = ", ".join(ready_specs()), ", ".join(ready_networks())
    parser.add_argument(
        "spec",
        metavar="SPEC",
        help=f"a TOML file, or one of: {ready}; or a network, one of: {networks}",
    )


def add_layers(parser: argparse.ArgumentParser) -> None:
    """Adds --layer."""
    parser.add_argument(
        "--layer",
        nargs="+",
        action="extend",
        metavar="NAME",
        dest="layers",
        help="only these layers (default: all)",
    )


def add_interleave(parser: argparse.ArgumentParser) -> None:
    """Adds --interleave."""
    parser.add_argument(
        "--interleave",
        type=_interleave,
        default=1,
        metavar="N",
        help="number of channel groups whose pixels alternate in the streams: a divisor of each"
        f" layer's, or {ALL} for NHWC order (default: 1, plane-major)",
    )


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Adds --seed."""
    parser.add_argument(
        "--seed",
        type=natural,
        default=1,
        metavar="N",
        help="seed of data and stalls, at least 0 (default: 1)",
    )


def add_simulator(parser: argparse.ArgumentParser) -> None:
    """Adds --sim and --waves."""
    parser.add_argument(
        "--sim",
        choices=("verilator", "icarus"),
        default="verilator",
        help="the simulator (default: verilator)",
    )
    add_waves(parser)


def add_waves(parser: argparse.ArgumentParser) -> None:
    """Adds --waves."""
    parser.add_argument("--waves", type=_fst, metavar="FILE.fst", help="write a waveform")


def add_form(parser: argparse.ArgumentParser, lines: bool = False) -> None:
    """Adds --json and --csv, and with ``lines`` --json-lines."""
    form = parser.add_mutually_exclusive_group()
    if lines:
        form.add_argument(
            "--json-lines",
            action="store_true",
            help="print a line of JSON for each event, as it happens: progress, layers, the end",
        )
    form.add_argument("--json", action="store_true", help="print JSON instead of a table")
    form.add_argument("--csv", action="store_true", help="print CSV instead of a table")


def check_waves(command: str, waves: Path | None, layers: int) -> None:
    """Checks that a waveform is wanted of one layer only.

    Raises:
        SpecError: if there are several layers.
    """
    rules = Rules(command)
    rules.require(
        waves is None or layers == 1,
        "--waves",
        str(waves),
        "is the waveform of one simulation: choose one layer with --layer",
    )
    rules.raise_if_any()


def natural(text: str) -> int:
    """An argument's type: an integer of at least 0."""
    return _integer(text, 0)


def positive(text: str) -> int:
    """An argument's type: an integer of at least 1."""
    return _integer(text, 1)


def _integer(text: str, low: int) -> int:
    if not text.isdecimal() or int(text) < low:
        raise argparse.ArgumentTypeError(f"must be an integer of at least {low}, not {text!r}")
    return int(text)


def _interleave(text: str) -> int | str:
    if text == ALL:
        return text
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(
            f"must be a number of channel groups or {ALL}, not {text!r}"
        )
    return int(text)


def any_path(text: str) -> Path:
    """An argument's type: a path. The empty one is refused: ``-o "$UNSET"`` means no directory."""
    if not text or "\0" in text:
        raise argparse.ArgumentTypeError(f"must be a path, not {text!r}")
    return Path(text)


def _fst(text: str) -> Path:
    return named(text, ".fst")


def named(text: str, suffix: str) -> Path:
    """A path whose name must end with ``suffix``, because programs open the file by its name."""
    if not text.endswith(suffix):
        raise argparse.ArgumentTypeError(f"must be named *{suffix}, the format, not {text!r}")
    return any_path(text)
