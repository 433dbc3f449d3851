"""The ports of one build show its mutants; `make mutate` takes more mutants, and more builds."""

from __future__ import annotations

from pathlib import Path

from tests.mutation.builds import BUILDS
from tests.mutation.score import score

MUTANTS = 200
WANTED = 95.0


def test_the_regression_kills_mutants(tmp_path: Path) -> None:
    build = next(build for build in BUILDS if build.name == "raw")
    made = score(build, MUTANTS, tmp_path)
    lines = [f"{m.number} {m.mode} {m.place} {m.source}" for m in made.survivors]
    assert made.share >= WANTED, "\n".join(lines)
    assert made.killed + made.equivalent + len(made.survivors) == MUTANTS
    assert made.by_value > 0 < made.by_cycle
