"""`make mutate`: the mutants of every build, and their score; ends in one line of figures.

The figures go to tests/mutation/record.json, which the documentation shows.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dwsim.support.command_threads import CommandThreads
from tests.mutation.builds import BUILDS, Build
from tests.mutation.score import Score, score

RECORD = Path(__file__).parent / "record.json"
WANTED_IN_ALL = 98.0
WANTED_IN_EACH = 95.0
"""Least shares of killed mutants among those that no proof excludes, in percent."""


def main() -> int:
    """Scores the builds; returns 1 if a score is lower than wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("names", nargs="*", help="builds (default: all)")
    parser.add_argument("--mutants", type=int, default=1000, help="of each build")
    parser.add_argument("--jobs", type=int, default=2, help="builds at a time")
    parser.add_argument("--folder", type=Path, help="keeps the builds for the next run")
    parser.add_argument("--record", action="store_true", help="write the figures of these builds")
    arguments = parser.parse_args()
    wanted = [b for b in BUILDS if not arguments.names or b.name in arguments.names]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dwsim-mutate-") as scratch:
        folder = (arguments.folder or Path(scratch)).resolve()
        scores = _score_all(wanted, arguments.mutants, folder, arguments.jobs)
    builds = {made.build: _figures(made) for made in scores}
    if arguments.record:
        RECORD.write_text(json.dumps(_recorded() | builds, indent=1) + "\n")
    total = totals(builds)
    print(
        f"mutate: {total.killed} of {total.mutants} mutants of {len(scores)} builds killed by the"
        f" ports; {total.equivalent} proven equivalent, {total.unreachable} unreachable,"
        f" {total.explained} explained: {total.share:.1f} %,"
        f" {time.monotonic() - began:.0f} s"
    )
    low = [made for made in scores if made.share < WANTED_IN_EACH]
    return 1 if low or total.share < WANTED_IN_ALL else 0


@dataclass(frozen=True)
class Totals:
    """The mutants of several builds."""

    mutants: int
    killed: int
    equivalent: int
    unreachable: int
    explained: int

    @property
    def share(self) -> float:
        """Killed mutants among those that no proof excludes, in percent."""
        return 100 * self.killed / (self.mutants - self.equivalent - self.unreachable)


def totals(builds: Mapping[str, Mapping[str, Any]]) -> Totals:
    """The sum over the builds of a record."""

    def count(*keys: str) -> int:
        return sum(build[key] for build in builds.values() for key in keys)

    killed = count("by_value", "by_cycle")
    proven = count("equivalent"), count("unreachable")
    return Totals(count("mutants"), killed, *proven, count("explained"))


def _recorded() -> dict[str, dict[str, Any]]:
    """The record so far: a run of a few builds replaces only those."""
    recorded: dict[str, dict[str, Any]] = {}
    if RECORD.is_file():
        recorded = json.loads(RECORD.read_text())
    return recorded


def _score_all(builds: Sequence[Build], count: int, folder: Path, jobs: int) -> list[Score]:
    """The scores in the order of the builds; each is printed when it is there."""

    def work(build: Build) -> Score:
        began = time.monotonic()
        made = score(build, count, folder / build.name)
        lines = [
            f"{made.build:12} {made.share:5.1f} %: {made.by_value} by value,"
            f" {made.by_cycle} by cycle,"
            f" {made.equivalent} equivalent, {made.unreachable} unreachable,"
            f" {made.explained} explained, {made.alive} alive; {made.cycles} cycles,"
            f" {time.monotonic() - began:.0f} s"
        ]
        lines += [
            f"    {s.mutant.number:4} {s.explained or 'alive':12} {s.label}\n"
            f"         {s.mutant.place}  {s.mutant.source}"
            for s in made.survivors
        ]
        print("\n".join(lines), flush=True)
        return made

    with CommandThreads(jobs) as threads:
        return threads.map(work, builds)


def _figures(made: Score) -> dict[str, Any]:
    """The record of a build."""
    return {
        "mutants": made.mutants,
        "by_value": made.by_value,
        "by_cycle": made.by_cycle,
        "equivalent": made.equivalent,
        "unreachable": made.unreachable,
        "explained": made.explained,
        "alive": made.alive,
        "share": round(made.share, 1),
        "cycles": made.cycles,
        "survivors": [[survivor.label, survivor.explained] for survivor in made.survivors],
    }


if __name__ == "__main__":
    sys.exit(main())
