"""Random streams on random engines in floating point, in lock step with the models.

``python -m tests.float.soak --builds 12 --streams 1000 --cycles 1000000 --seed 1`` prints a line a
build and ends with one line of figures. Each build runs its share of the streams in lock step with
the cycle model, every probe in every cycle, and then ``--cycles`` cycles of other streams with the
bench in C++, every port in every cycle. A difference ends it, with all that repeats it.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from dwsim.errors import MismatchError
from dwsim.rtlsim.cosim import run_jobs
from dwsim.rtlsim.stream_lockstep import Lockstep, build_lockstep
from tests.cosim.layers import Case
from tests.float.cases import random_engine
from tests.soak.draw import pool


def main(argv: Sequence[str] | None = None) -> int:
    """Runs all builds; returns 1 at the first difference."""
    parser = argparse.ArgumentParser(prog="python -m tests.float.soak", description=__doc__)
    parser.add_argument("--builds", type=int, default=12, help="builds (default: 12)")
    parser.add_argument("--streams", type=int, default=1000, help="streams in all (default: 1000)")
    parser.add_argument(
        "--cycles",
        type=int,
        default=1_000_000,
        help="cycles in C++, a build; 0: none (default: 1000000)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of everything random (default: 1)")
    arguments = parser.parse_args(argv)
    began = time.monotonic()
    streams = cycles = values = ports = 0
    for number in range(arguments.builds):
        count = -(-(arguments.streams - streams) // (arguments.builds - number))
        engine = random_engine(random.Random(f"{arguments.seed} {number}"), f"soak_{number}")
        jobs = Case(engine, randoms=count).jobs(arguments.seed * 1000 + number)[-count:]
        try:
            done = run_jobs(engine, jobs) if jobs else []
        except MismatchError as error:
            print(f"soak: build {number} of seed {arguments.seed}, {engine}:\n{error}")
            return 1
        if arguments.cycles:
            with tempfile.TemporaryDirectory(prefix="dwsim-soak-") as folder:
                layers = pool(engine, arguments.seed, number)
                bench = Lockstep(build_lockstep(engine), engine, layers, Path(folder))
                figures, difference = bench.random(arguments.seed, cycles=arguments.cycles)
            if difference is not None:
                print(f"soak: build {number} of seed {arguments.seed}, {engine}:\n{difference}")
                return 1
            ports += figures.cycles
        streams += len(done)
        cycles += max((one.started + one.cycles for one in done), default=0)
        values += sum(one.ofmap.size for one in done)
        kernel = f"{engine.kernel_h}x{engine.kernel_w}, {engine.multipliers} multipliers"
        made = f"{engine.dataflow}, {engine.arithmetic}, epilogue {engine.epilogue}, {kernel}"
        print(f"{made}: {len(done)} streams", flush=True)
    print(
        f"soak: {streams:,} streams on {arguments.builds} builds, {cycles:,} cycles and"
        f" {values:,} values compared; {ports:,} more cycles at the ports; 0 differ, seed"
        f" {arguments.seed}, {time.monotonic() - began:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
