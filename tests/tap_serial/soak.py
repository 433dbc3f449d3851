"""Random streams on random tap-serial builds, in lock step with the model.

``python -m tests.tap_serial.soak --builds 12 --streams 2000 --seed 1`` prints a line a build and
ends with one line of figures. A difference ends it with the command of its replay.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from dwsim import EngineSpec
from dwsim.derive import numbers_of
from dwsim.errors import MismatchError, SpecError
from dwsim.rtlsim.cosim import run_jobs
from dwsim.rtlsim.job import Job
from dwsim.spec.quantisation_limits import ROUNDINGS
from tests.tap_serial.cases import degenerate_layers, make_job, random_engine, random_jobs

WIDE = {"lanes": 16, "pixels": 18, "ifmap_pixels": 8, "ofmap_pixels": 3, "requantisers": 48}
"""The first build: 288 multipliers, and three pixels leave in a cycle."""
WIDE_STREAMS = 40
REQUANTISE = ("none", *ROUNDINGS, "both", "double+float", "single+float", "all")
RESETS = 0.05
"""The share of streams that a reset ends early."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs all builds; returns 1 at the first difference."""
    parser = argparse.ArgumentParser(prog="python -m tests.tap_serial.soak", description=__doc__)
    parser.add_argument("--builds", type=int, default=12, help="builds (default: 12)")
    parser.add_argument("--streams", type=int, default=2000, help="streams in all (default: 2000)")
    parser.add_argument("--seed", type=int, default=1, help="of everything random (default: 1)")
    arguments = parser.parse_args(argv)
    began = time.monotonic()
    streams = cycles = 0
    for number in range(arguments.builds):
        left, builds = arguments.streams - streams, arguments.builds - number
        count = -(-left // builds) if number else min(WIDE_STREAMS, left)
        engine = build(arguments.seed, number)
        try:
            done = run_jobs(engine, jobs_of(engine, arguments.seed, count))
        except MismatchError as error:
            print(f"soak: build {number} of seed {arguments.seed}, {engine}:\n{error}")
            return 1
        streams += len(done)
        ran = max(one.started + one.cycles for one in done)
        cycles += ran
        print(f"{_text(engine)}: {len(done)} streams, {ran:,} cycles", flush=True)
    print(
        f"soak: {streams:,} streams on {arguments.builds} builds, {cycles:,} cycles compared,"
        f" 0 differ, seed {arguments.seed}, {time.monotonic() - began:.0f} s"
    )
    return 0


def build(seed: int, number: int) -> EngineSpec:
    """Build ``number`` of a seed: any shape, roundings, widths and signs that a spec may have."""
    rng = random.Random(f"{seed} {number}")
    while True:
        fields: dict[str, object] = {
            "name": f"soak_{number}",
            "requantise": rng.choice(REQUANTISE),
            "ifmap_width": rng.choice([8, 8, 8, rng.randint(2, 16)]),
            "weight_width": rng.choice([8, 8, 8, rng.randint(2, 16)]),
            "ifmap_signed": rng.random() < 0.7,
            "weight_signed": rng.random() < 0.8,
        }
        try:
            engine = random_engine(rng, **fields, **({} if number else WIDE))
            least = numbers_of(engine).timing.fifo_depth_min
        except SpecError:  # another combination
            continue
        return replace(engine, fifo_depth=least) if rng.random() < 0.3 else engine


def jobs_of(engine: EngineSpec, seed: int, count: int) -> list[Job]:
    """The degenerate layers and random ones; resets end a few of them."""
    rng = random.Random(f"{engine.name} {seed} resets")
    ends = [make_job(layer, engine, seed, "both") for layer in degenerate_layers(engine)]
    jobs = [*ends, *random_jobs(engine, seed, count)][:count]
    return [
        replace(job, reset_after=rng.randint(1, 200)) if rng.random() < RESETS else job
        for job in jobs
    ]


def _text(engine: EngineSpec) -> str:
    return (
        f"{engine.lanes} x {engine.pixels}, {engine.ifmap_pixels} pixels in,"
        f" {engine.ofmap_pixels} out, {engine.requantisers} requantisers,"
        f" {engine.ifmap_width} x {engine.weight_width} bits, {engine.requantise}"
    )


if __name__ == "__main__":
    sys.exit(main())
