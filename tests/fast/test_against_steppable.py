"""Two models of one engine: the cycles of all outputs and all counters agree under all stalls."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import EngineNumbers, Plan
from dwsim.fast.fast_run import FastRun
from dwsim.fast.fast_run import run_layer as run_fast
from dwsim.model.engine import Engine, Inputs
from dwsim.model.slot_raster import Decision
from dwsim.spec.spec_file import read_spec
from dwsim.stream.stalls import PROFILES, StallPattern, StallProfile
from dwsim.verification.integer_backends import small_engine
from tests.cosim.layers import DEGENERATE
from tests.fast import triples
from tests.fast.draw_triples import Triple, draw_triple
from tests.fast.triples import WANTED, check_triple, differences, features

TRIPLES = 2048
BATCHES = 8
"""The batches of the triples, which several workers share."""


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


WRAPPED = LayerSpec(1, 4, 9, 1, 3, dilation_w=3, pad_left=1, pad_right=2, name="wrapped")
"""The last beat enters after the outputs of a plane, before those of the next."""


@pytest.mark.parametrize("profile", PROFILES)
def test_degenerate_layers(profile: str, seed: int) -> None:
    for layer in (*DEGENERATE, WRAPPED):
        ifmap, weight = np.zeros(layer.ifmap_shape, np.int8), np.zeros(layer.weight_shape, np.int8)
        plan = Plan(layer, small_engine(ifmap, weight, layer))
        assert differences(Triple(plan, PROFILES[profile], seed)) == [], layer


@pytest.mark.parametrize("profile", PROFILES)
def test_a_layer_of_mobilenet_on_32_lanes(profile: str, seed: int) -> None:
    spec = read_spec("mobilenet_v1_32")
    assert differences(Triple(Plan(spec.layers[-1], spec.engine), PROFILES[profile], seed)) == []


class Waits:
    """Counts planes whose first beat comes while a window of the last plane waits for credit."""

    def __init__(self) -> None:
        self.before: Decision | None = None
        self.sure = False
        self.planes = 0

    def __call__(self, engine: Engine, inputs: Inputs) -> None:
        """An ``observe`` hook; ``engine.now`` is the decision of the cycle before."""
        begins = engine.now is not None and engine.now.slots.in_live and not self.sure
        before, self.before = self.before, engine.now
        if before is not None and not before.slots.in_live and not before.credit_ok:
            self.planes += begins
        self.sure = engine.slot_raster.plane_start.in_sure


def test_planes_that_start_while_a_window_waits_for_credit(seed: int) -> None:
    layer = LayerSpec(4, 5, 4, 3, 3, pad_top=1, pad_bottom=1, pad_left=1, pad_right=1)
    engine = EngineSpec(
        lanes=1, kernel_h=3, kernel_w=3, max_row_pitch=5, max_plane_rows=4, max_channel_groups=4
    )
    plan = Plan(layer, replace(engine, fifo_depth=EngineNumbers(engine).timing.fifo_depth_min))
    profile = StallProfile("long", source=0.8, sink=0.8, burst=20.0)
    seen = Waits()
    for number in range(50):
        triple = Triple(plan, profile, 1000 * seed + number)
        assert differences(triple, seen) == [], triple
    assert seen.planes > 0


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
