"""``dwsim replay``: repeats a failed simulation."""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path
from typing import Any

from dwsim.cli.arguments import add_command, add_simulator, any_path
from dwsim.cli.verify import COLUMNS, row
from dwsim.errors import SpecError, Violation
from dwsim.rtlsim.cosim import run_jobs
from dwsim.rtlsim.job import Job, read_jobs
from dwsim.spec.engine_spec import EngineSpec
from dwsim.support.text_table import text_table


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = add_command(
        commands,
        "replay",
        summary="repeat a simulation that failed",
        description="Repeats the simulation whose data dwsim kept in a folder after a mismatch.",
        examples=(
            ("dwsim replay dwsim-failures/CASE", "the simulation as it failed"),
            (
                "dwsim replay dwsim-failures/CASE --waves case.fst",
                "the same, with a waveform of every signal",
            ),
        ),
    )
    parser.add_argument(
        "folder", metavar="FOLDER", type=any_path, help="the folder that verify named"
    )
    add_simulator(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    engine, jobs, static = read_kept(arguments.folder)
    layer = jobs[0].layer if static else None
    done = run_jobs(engine, jobs, static=layer, simulator=arguments.sim, waves=arguments.waves)
    rows = [row(verified) for verified in done]
    print(text_table(COLUMNS, rows), end="")
    print("the failure does not show: RTL, model and golden agree")
    return 0


def read_kept(folder: Path) -> tuple[EngineSpec, list[Job], bool]:
    """The engine of a folder that verify kept, its jobs, and true if the engine is static.

    Raises:
        SpecError: if the folder holds nothing that this version can repeat.
    """
    try:
        engine, jobs, static = read_jobs(folder)
    except SpecError:
        raise
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        rule = f"is not a folder with a kept failure (jobs.json, jobs.npz): {error}"
        raise SpecError("replay", [Violation("FOLDER", str(folder), rule)]) from None
    if not jobs:
        raise SpecError("replay", [Violation("FOLDER", str(folder), "holds no jobs")])
    return engine, jobs, static
