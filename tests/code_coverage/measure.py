"""Runs the regression of the mutated builds on their Verilog, and counts the reached points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dwsim.rtlsim.stream_replay import build_replay, run_replay
from dwsim.support.command_threads import CommandThreads
from tests.code_coverage.points import Point, read_points
from tests.mutation.builds import Build
from tests.mutation.score import check_values

LINES = ("--coverage-line",)
"""Lines and branches."""
OPTIONS = (*LINES, "--coverage-toggle")


@dataclass(frozen=True)
class Measured:
    """The counts of a build, its Verilog by file name, and the cycles of its run."""

    build: str
    counts: Counter[Point]
    files: dict[str, str]
    cycles: int


def measure_all(builds: Sequence[Build], folder: Path, at_a_time: int) -> list[Measured]:
    """Measures the builds; each is printed when it is there."""

    def work(build: Build) -> Measured:
        made = measure(build, folder / build.name)
        reached = sum(1 for count in made.counts.values() if count)
        print(
            f"{build.name:12} {made.cycles:7} cycles, {reached} of {len(made.counts)} points",
            flush=True,
        )
        return made

    with CommandThreads(at_a_time) as threads:
        return threads.map(work, builds)


def measure(build: Build, folder: Path, options: Sequence[str] = OPTIONS) -> Measured:
    """Runs the jobs of a build, compares their values with golden's, and reads the points.

    ``options`` of Verilator choose the points that it counts.

    Raises:
        AssertionError: if the engine does not compute golden's values.
        ToolError: if a tool fails.
    """
    files, jobs = build.files(), build.jobs()
    folder.mkdir(parents=True)
    sources = []
    for name, text in files.items():
        sources.append(folder / name)
        sources[-1].write_text(text)
    bench = build_replay(
        build.top, files[f"{build.top}.v"], sources, folder / "bench", extra=options
    )
    replay = run_replay(
        bench, build.engine, jobs, folder, bus=build.bus(), has_config=not build.axil
    )
    check_values(build.engine, jobs, replay)
    return Measured(build.name, read_points([folder / "coverage.dat"]), files, replay.cycles)
