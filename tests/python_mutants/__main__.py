"""`make mutate-python`: mutants of Python, killed by the tests of `make quick`; ends in one line.

With ``--record`` the figures go to tests/python_mutants/record.json, which the documentation
shows, with every mutant that survived.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dwsim.support.compiled import INTERPRETED
from tests.python_mutants.mutants import PACKAGES, ROOT, VARIABLE, Mutant, all_mutants
from tests.python_mutants.plugin import (
    KILLED,
    NOT_REACHED,
    SURVIVED,
    TIMED_OUT,
    MutantRun,
    Reach,
    load,
    save,
)

RECORD = Path(__file__).parent / "record.json"
REACH = ROOT / "build" / "python_reach.json"
SEED = 1
MUTANTS = 75
"""Of each package."""
FOLDERS = [
    f"tests/{name}"
    for name in ("derive", "golden", "model", "codegen", "spec", "stream", "fast", "tap_serial")
] + [
    "tests/cli/test_generate.py",
    "tests/cli/test_generate_options.py",
    "tests/face/test_generate_explore.py",
]
"""The tests that may kill: those of the quick selection among these."""
COMPILED = "tests/fast/test_fast.py::test_without_a_compiler_the_same"
"""It compares compiled loops with plain ones, and here all loops are plain."""
_IMPORT_SECONDS = 600


def main(argv: Sequence[str] | None = None) -> int:
    """Runs; returns 1 if less than the aim is killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.python_mutants", description=__doc__)
    parser.add_argument("--mutants", type=int, default=MUTANTS, help="of each package")
    parser.add_argument("--seed", type=int, default=SEED, help="of the sample")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time (default: 2)")
    parser.add_argument(
        "--only", default="", metavar="PART", help="mutants of files with this part"
    )
    parser.add_argument("--tests", nargs="*", default=FOLDERS, help="that may kill")
    parser.add_argument("--reach", type=Path, default=REACH, help=f"default: {REACH}")
    parser.add_argument("--keep-reach", action="store_true", help="use its file if it is there")
    parser.add_argument("--record", action="store_true", help="write the figures to record.json")
    arguments = parser.parse_args(argv)
    began = time.monotonic()
    # numba's compiled loops would not see their mutants.
    os.environ[INTERPRETED] = "1"
    found: dict[Mutant, str] = {}

    def work(run: MutantRun) -> None:
        if not (arguments.keep_reach and arguments.reach.is_file()):
            save(run.reach(arguments.jobs), arguments.reach)
        reach = load(arguments.reach)
        print(f"reach: {len(reach.seconds)} tests, {time.monotonic() - began:.0f} s", flush=True)
        chosen = sample(arguments.mutants, arguments.seed, arguments.only)
        for mutant, verdict in run.verdicts(chosen, reach, arguments.jobs):
            found[mutant] = verdict
            if verdict not in ("", KILLED):
                print(f"{verdict}: {mutant}", flush=True)
        outside = [mutant for mutant, verdict in found.items() if not verdict]
        with ThreadPoolExecutor(arguments.jobs) as pool:
            for mutant, verdict in zip(
                outside, pool.map(lambda m: import_mutant(m, reach), outside), strict=True
            ):
                found[mutant] = verdict
                if verdict != KILLED:
                    print(f"{verdict}, by import: {mutant}", flush=True)

    options = ["--quick", "-q", "-p", "no:cacheprovider", f"--deselect={COMPILED}"]
    code = pytest.main([*options, *arguments.tests], plugins=[MutantRun(work)])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) or not found:
        return 2
    figures = figures_of(found)
    if arguments.record:
        RECORD.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"mutate-python: {one_line(figures)}, {time.monotonic() - began:.0f} s")
    return 0


def sample(each: int, seed: int, only: str) -> list[Mutant]:
    """A number of mutants of each package."""
    rng = random.Random(seed)
    chosen = []
    for package in PACKAGES:
        mutants = [m for m in all_mutants() if m.package == package]
        some = rng.sample(mutants, min(each, len(mutants)))
        chosen += [mutant for mutant in some if only in str(mutant)]
    return chosen


def import_mutant(mutant: Mutant, reach: Reach) -> str:
    """The verdict on a change outside functions, in a process that imports it."""
    tests = reach.tests_of_file(mutant)
    if not tests:
        return NOT_REACHED
    environment = os.environ | {VARIABLE: f"{mutant.file}:{mutant.number}"}
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "tests.python_mutants.imported"]
    command = [sys.executable, "-m", "pytest", "--quick", *options]
    arguments = (
        ROOT / "build" / f"mutant_{os.getpid()}_{mutant.file.replace('/', '_')}_{mutant.number}"
    )
    arguments.write_text("".join(f"{test}\n" for test in tests))
    try:
        done = subprocess.run(
            [*command, f"@{arguments}"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            timeout=_IMPORT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return TIMED_OUT
    finally:
        arguments.unlink()
    return SURVIVED if done.returncode == 0 else KILLED


def figures_of(found: dict[Mutant, str]) -> dict[str, Any]:
    """The record: counts by package, and the mutants that live."""
    packages = {}
    for package in PACKAGES:
        counts = Counter(verdict for mutant, verdict in found.items() if mutant.package == package)
        packages[package] = {
            "mutants": counts.total(),
            "killed": counts[KILLED],
            "timed_out": counts[TIMED_OUT],
            "survived": counts[SURVIVED],
            "not_reached": counts[NOT_REACHED],
        }
    alive = [str(m) for m, verdict in found.items() if verdict in (SURVIVED, NOT_REACHED)]
    return {"packages": packages, "alive": sorted(alive)}


def one_line(figures: dict[str, Any]) -> str:
    """The figures as text."""
    packages = figures["packages"].values()
    total = sum(p["mutants"] for p in packages)
    dead = sum(p["killed"] + p["timed_out"] for p in packages)
    return f"{dead:,} of {total:,} mutants are killed, {100 * dead / total:.1f} %"


if __name__ == "__main__":
    sys.exit(main())
