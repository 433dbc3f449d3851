"""Compares the float units with the processor's arithmetic: ``python -m tests.float.exhaustive``.

16-bit units take every pair of inputs, float32 units --random pairs, and all of them every pair of
corner numbers. ``--first N`` runs the first N units only. All units take half an hour.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.float.units import UNITS, Unit, build


def runs(unit: Unit, random_pairs: int, seed: int) -> list[list[str]]:
    """The arguments of each run of a unit's bench."""
    if unit.pairs > 1 << 32:
        return [["corners"], ["random", str(random_pairs), str(seed)]]
    return [["corners"], ["all", "0", str(1 << 16)]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a line a run; 1 if a result differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=10**9, help="pairs of a float32 unit")
    parser.add_argument("--seed", type=int, default=1, help="of the random pairs")
    parser.add_argument("--first", type=int, default=len(UNITS), help="number of units")
    options = parser.parse_args(arguments)
    code = 0
    with tempfile.TemporaryDirectory(prefix="dwsim-float-") as folder:
        for unit in UNITS[: options.first]:
            bench = build(unit, Path(folder))
            for run in runs(unit, options.random, options.seed):
                begin = time.monotonic()
                done = subprocess.run([bench, *run], stdout=subprocess.PIPE, text=True, check=False)
                seconds = time.monotonic() - begin
                found = done.stdout.strip()
                print(f"{unit}, {' '.join(run)}: {found} ({seconds:.0f} s)", flush=True)
                code = code or done.returncode
    return code


if __name__ == "__main__":
    raise SystemExit(main())
