"""The table of the trust page that tells what each run of the tests measures again.

The numbers are those with which the tests run: a test that takes less changes the page.
"""

from __future__ import annotations

from tests.code_coverage.engines import ENGINES
from tests.exhaustive.test_exhaustive import EVERY
from tests.float.test_float_units import RANDOM_PAIRS, SAMPLE
from tests.host.test_random_writes import EPISODES
from tests.mutation.test_mutation import BUILD, MUTANTS, WANTED
from tests.soak import test_soak

NONE = "nothing: the table is that of the last run"


def each_run_table() -> list[str]:
    """Every figure of the page, the part that `make test` measures again, and the whole."""
    sparse = " and ".join(f"in {every} of {engine.name}" for engine, every in EVERY.items())
    soaked = " and ".join(f"`{engine.name}`" for engine in test_soak.ENGINES)
    covered = " and ".join(build.name for build in ENGINES)
    minutes = f"{test_soak.MINUTES} minute{'s' if test_soak.MINUTES != 1 else ''}"
    rows = [
        ("proofs", "every property, and the faults of one part", "`make formal`"),
        (
            "mutation score",
            f"{MUTANTS} mutants of {BUILD.name}: at least {WANTED:.0f} % killed",
            "`make mutate`",
        ),
        ("mutants of Python", NONE, "`make mutate-python`"),
        (
            "soak",
            f"{minutes} on {soaked}, without lock step in cocotb; a fault put into each is found",
            "`make soak`",
        ),
        ("functional coverage", "every bin and combination", "`make coverage`"),
        ("code coverage", f"lines and branches of {covered}: none is lost", "`make coverage`"),
        ("every geometry", f"one {sparse}; every fault is found", "`make exhaustive`"),
        (
            "accesses of the registers",
            f"{EPISODES:,} episodes; every fault is found",
            "`tests.host.random_writes`",
        ),
        (
            "float units",
            f"{RANDOM_PAIRS:,} random pairs for each of {len(SAMPLE)} units",
            "`tests.float.exhaustive`",
        ),
        ("random engines in floating point", NONE, "`tests.float.soak`"),
    ]
    lines = ["| figures | each run of `make test` measures | all of them |", "|---|---|---|"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]
