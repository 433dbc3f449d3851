"""``dwsim explore``: the engines of a space on whole networks, and the best of them."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwsim.api import explore
from dwsim.cli.arguments import add_command, any_path, positive
from dwsim.cli.report import add_outputs, check_outputs, write_outputs
from dwsim.errors import SpecError, Violation
from dwsim.exploration.space import read_space, ready_spaces
from dwsim.support.optional_packages import exploration_packages
from dwsim.support.processes import cores
from dwsim.support.progress import progress

if TYPE_CHECKING:
    from dwsim.exploration.outcome import Outcome


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = add_command(
        commands,
        "explore",
        summary="evaluate many engines on whole networks, and print the front",
        description="Evaluates the engines of a space on its networks: exact cycles, area and the"
        " other objectives. Prints the front, the engines that no other engine beats in every"
        " objective. The directory keeps tables, spec files of the front's engines, and a store"
        " from which an interrupted run continues.",
        examples=(
            (
                "dwsim explore mobilenet_v1 --confirm 2",
                "the front of a ready-made space, two of its engines simulated as Verilog",
            ),
            (
                "dwsim explore eight_networks --report front.html",
                "an HTML page to choose an engine for eight networks",
            ),
        ),
    )
    ready = ", ".join(ready_spaces())
    parser.add_argument("space", metavar="SPACE", help=f"a TOML file, or one of: {ready}")
    parser.add_argument(
        "-o",
        metavar="DIR",
        dest="directory",
        type=any_path,
        help="directory of the results (default: dwsim-explore/SPACE)",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=positive, metavar="N", help="number of processes (default: one per core)"
    )
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="address of a Dask cluster, such as tcp://127.0.0.1:8786",
    )
    parser.add_argument(
        "--confirm",
        type=positive,
        default=0,
        metavar="N",
        help="also simulate the Verilog of the first N engines of the front, in lock step with the"
        " model",
    )
    add_outputs(parser)
    parser.add_argument(
        "--json-lines",
        action="store_true",
        help="print a line of JSON for each event, as it happens; the tables go to stderr",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    with exploration_packages(), ExitStack() as stack:
        if arguments.lines is not None:
            stack.enter_context(redirect_stdout(sys.stderr))
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    # Here and not at the top: only this command needs these.
    from dwsim.exploration import summary

    check_outputs(arguments)
    space = read_space(arguments.space)
    directory = arguments.directory or Path("dwsim-explore") / space.name
    try:
        with progress(0, "engine", arguments.lines) as bar:
            outcome = explore(
                space,
                directory,
                workers=arguments.workers,
                scheduler=arguments.scheduler,
                progress=bar.show,
            )
    except KeyboardInterrupt:
        where = f"{directory}/store.jsonl keeps the finished engines"
        print(
            f"\ndwsim: interrupted: {where}; the same command continues from there", file=sys.stderr
        )
        raise
    print(summary.summary(outcome) + summary.refusals(outcome), end="")
    print(summary.failures(outcome, directory), end="", file=sys.stderr)
    if not outcome.front:
        found = [Violation("front", 0, sentence) for sentence in outcome.why_empty()]
        raise SpecError(f"{space.name}: the front is empty", found)
    print(summary.front_table(outcome) + summary.fronts_of_networks(outcome), end="")
    print(f"written: {directory}/: points and layers (.parquet, .csv), explore.json, engines/")
    confirmed = _confirm(outcome, directory, arguments) if arguments.confirm else []
    write_outputs(directory, arguments)
    if arguments.lines is not None:
        arguments.lines.document(_document(outcome, directory, confirmed))
    return 0


def _document(outcome: Outcome, directory: Path, confirmed: list[dict[str, Any]]) -> dict[str, Any]:
    """The result for programs; the files in the directory have the rest."""
    space = outcome.space
    front = [
        {"engine_id": name, "objectives": found, "cut_layers": outcome.cut_layers[name]}
        for name, found in outcome.front.items()
    ]
    return {
        "directory": str(directory),
        "counts": outcome.counts,
        "objectives": [goal.title(space.network_names) for goal in space.objectives],
        "front": front,
        "confirmed": confirmed,
    }


def _confirm(
    outcome: Outcome, directory: Path, arguments: argparse.Namespace
) -> list[dict[str, Any]]:
    """Simulates the Verilog of engines of the front; prints, records and returns their cycles."""
    # Here and not at the top: only this needs the simulator's Python parts.
    from dwsim.exploration import summary
    from dwsim.exploration.confirm import confirm
    from dwsim.exploration.results import note_confirmed

    count = min(arguments.confirm, len(outcome.front))
    with progress(0, "beat", arguments.lines) as bar:
        done = confirm(outcome, count, arguments.workers or cores(), bar.show)
    rows = [row for one in done for row in one.rows]
    note_confirmed(directory, rows)
    print("\n" + summary.confirmations(done, len(outcome.front)), end="")
    return rows
