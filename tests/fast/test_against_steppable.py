"""Two models, one engine: no output's cycle and no counter may differ, whatever stalls."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from dwsim.derive import Plan
from dwsim.fast.run import FastRun
from dwsim.fast.run import run_layer as run_fast
from dwsim.spec.files import read_spec
from dwsim.stalls import PROFILES, StallPattern
from tests.fast import triples
from tests.fast.triples import WANTED, Triple, check_triple, differences, draw_triple, features

TRIPLES = 2048
BATCHES = 8
"""So that several workers share them."""


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_triples(batch: int, seed: int) -> None:
    compared = 0
    for number in range(batch, TRIPLES, BATCHES):
        check_triple(seed, number)
        compared += 1
    assert compared == TRIPLES // BATCHES


def test_the_triples_are_many_and_of_all_kinds(seed: int) -> None:
    assert TRIPLES >= 2000
    assert TRIPLES % BATCHES == 0
    drawn = Counter(
        name for number in range(TRIPLES) for name in features(draw_triple(seed, number))
    )
    assert {name: drawn[name] for name in WANTED if drawn[name] < 10} == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_layer_of_mobilenet_on_32_lanes(profile: str, seed: int) -> None:
    spec = read_spec("mobilenet_v1_32")
    assert differences(Triple(Plan(spec.layers[-1], spec.engine), PROFILES[profile], seed)) == []


def test_a_difference_is_told_with_all_it_takes(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    def late(plan: Plan, *data: np.ndarray) -> FastRun:
        run = run_fast(plan, *data)
        wrong = run.ofmap_cycles.copy()
        wrong[1:] += 1
        return replace(run, cycles=run.cycles + 1, transfers=wrong)

    monkeypatch.setattr(triples, "run_fast", late)
    number = next(n for n in range(TRIPLES) if draw_triple(seed, n).plan.ofmap_beats > 1)
    triple = draw_triple(seed, number)
    with pytest.raises(AssertionError) as caught:
        check_triple(seed, number)
    message = str(caught.value)
    beats = triple.plan.ofmap_beats
    for part in (
        r"first beat 1: steppable in cycle ",
        f"{beats - 1} of {beats} ofmap beats",
        str(triple.plan.engine),
        str(triple.plan.layer),
        str(triple.profile),
        f"seed {triple.seed}",
        f"replay: python -m tests.fast.triples {seed} {number}",
    ):
        assert part in message


def test_a_pattern_can_be_used_again(seed: int) -> None:
    plan = draw_triple(seed, 0).plan
    pattern = StallPattern(PROFILES["both"], seed)
    first, again = run_fast(plan, stalls=pattern), run_fast(plan, stalls=pattern)
    np.testing.assert_array_equal(first.ofmap_cycles, again.ofmap_cycles)
    assert (first.cycles, first.activity) == (again.cycles, again.activity)
