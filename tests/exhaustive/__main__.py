"""`make exhaustive`: every geometry that small builds accept, in RTL; ends in a line of figures.

With ``--record`` the figures go to tests/exhaustive/record.json, which the documentation shows.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from dwsim import EngineSpec
from dwsim.support.command_threads import CommandThreads
from tests.exhaustive.builds import BUILDS, Broken, Figures, build, geometries, run

RECORD = Path(__file__).parent / "record.json"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs every geometry; returns 1 if a stream breaks a promise."""
    parser = argparse.ArgumentParser(prog="python -m tests.exhaustive", description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each n-th one")
    parser.add_argument("--record", action="store_true", help="write the figures to record.json")
    arguments = parser.parse_args(argv)
    began = time.monotonic()
    found: dict[str, Figures] = {}
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="dwsim-exhaustive-") as name:
        for engine in BUILDS:
            figures, broken = run_build(engine, Path(name), arguments.every)
            found[engine.name] = figures
            failures += [f"{engine.name}: {broken}"] if broken else []
            print(f"{engine.name}: {figures.geometries:,} geometries, {figures.cycles:,} cycles")
    for failure in failures:
        print(failure)
    if arguments.record and not failures and arguments.every == 1:
        record = {engine: asdict(figures) for engine, figures in found.items()}
        RECORD.write_text(json.dumps(record, indent=1) + "\n")
    total = sum(found.values(), Figures(0, 0, 0))
    print(
        f"exhaustive: {total.geometries:,} geometries of {len(found)} builds, each twice, in"
        f" {total.cycles:,} cycles; {len(failures)} broken promises,"
        f" {time.monotonic() - began:.0f} s"
    )
    return 1 if failures else 0


def run_build(engine: EngineSpec, folder: Path, every: int) -> tuple[Figures, Broken | None]:
    """Runs the geometries of a build; the next ones are made while two benches run."""
    total, broken = Figures(0, 0, 0), None
    with CommandThreads(2) as threads:
        executable = build(engine, folder / engine.name)
        running = [
            threads.submit(run, executable, engine, rows) for rows in geometries(engine, every)
        ]
        for one in running:
            figures, found = one.result()
            total += figures
            broken = broken or found
    return total, broken


if __name__ == "__main__":
    sys.exit(main())
