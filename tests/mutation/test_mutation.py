"""The ports of one build show its mutants; `make mutate` takes more mutants, and more builds.

A proof that a mutant cannot be seen must fail for mutants that the ports have shown.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.mutation.builds import BUILDS
from tests.mutation.reachability import unreachable_mutants
from tests.mutation.score import Score, score

MUTANTS = 200
WANTED = 95.0
SAMPLE = 5
BUILD = next(build for build in BUILDS if build.name == "raw")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutation")


@pytest.fixture(scope="module")
def made(folder: Path) -> Score:
    return score(BUILD, MUTANTS, folder)


def test_the_regression_kills_mutants(made: Score) -> None:
    lines = [f"{s.mutant.number} {s.label}" for s in made.survivors]
    assert made.share >= WANTED, "\n".join(lines)
    proven = made.equivalent + made.unreachable
    assert made.killed + proven + made.explained + made.alive == MUTANTS
    assert made.by_value > 0 < made.by_cycle
    assert made.unreachable > 0


def test_no_killed_mutant_is_proven(made: Score, folder: Path, seed: int) -> None:
    sample = random.Random(seed).sample(made.killed_numbers, SAMPLE)
    assert unreachable_mutants(BUILD, folder / "netlist", sample, jobs=2) == set()
