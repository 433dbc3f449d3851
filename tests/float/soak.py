"""Random streams on random engines in floating point, in lock step with the model.

``python -m tests.float.soak --builds 12 --streams 1000 --seed 1`` prints a line a build and ends
with one line of figures. A difference ends it with the command of its replay.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence

from dwsim.errors import MismatchError
from dwsim.rtlsim.cosim import run_jobs
from tests.cosim.layers import Case
from tests.float.cases import random_engine


def main(argv: Sequence[str] | None = None) -> int:
    """Runs all builds; returns 1 at the first difference."""
    parser = argparse.ArgumentParser(prog="python -m tests.float.soak", description=__doc__)
    parser.add_argument("--builds", type=int, default=12, help="builds (default: 12)")
    parser.add_argument("--streams", type=int, default=1000, help="streams in all (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="of everything random (default: 1)")
    arguments = parser.parse_args(argv)
    began = time.monotonic()
    streams = cycles = values = 0
    for number in range(arguments.builds):
        count = -(-(arguments.streams - streams) // (arguments.builds - number))
        rng = random.Random(f"{arguments.seed} {number}")
        engine = random_engine(rng, f"soak_{number}")
        jobs = Case(engine, randoms=count).jobs(arguments.seed * 1000 + number)[-count:]
        try:
            done = run_jobs(engine, jobs)
        except MismatchError as error:
            print(f"soak: build {number} of seed {arguments.seed}, {engine}:\n{error}")
            return 1
        streams += len(done)
        cycles += max(one.started + one.cycles for one in done)
        values += sum(one.ofmap.size for one in done)
        print(f"{engine.arithmetic}, {engine.kernel_h}x{engine.kernel_w}: {len(done)}", flush=True)
    print(
        f"soak: {streams:,} streams on {arguments.builds} builds, {cycles:,} cycles and"
        f" {values:,} values compared, 0 differ, seed {arguments.seed},"
        f" {time.monotonic() - began:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
