"""The fast model by itself: its two roads, its draws, and the inputs that it refuses."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from dwsim import EngineSpec, SpecError
from dwsim.derive import Plan
from dwsim.fast import events
from dwsim.fast.event_inputs import generator_of, port_of
from dwsim.fast.fast_run import FastRun, run_layer
from dwsim.golden.ofmap import golden_ofmap
from dwsim.spec.spec_file import read_spec
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.stalls import PROFILES, Bursts, StallPattern, StallProfile
from tests.fast.draw_triples import draw_triple
from tests.fast.plain_python import without_compiler

NEARLY_NEVER = StallProfile("nearly never", source=1e-300, sink=1e-300)
"""No stall comes, but the closed form is not for it."""


def numbers(run: FastRun) -> tuple[int, int, dict[str, int], list[int]]:
    """All results of a run that concern time."""
    return run.cycles, run.param_cycles, run.activity, run.ofmap_cycles.tolist()


@pytest.mark.parametrize("taps", [None, 3, 2, 1])
@pytest.mark.parametrize("interleave", [1, 2, 0])
def test_closed_form_and_events_agree_on_a_network(taps: int | None, interleave: int) -> None:
    spec = read_spec("mobilenet_v1_32")
    engine = replace(
        spec.engine, taps_per_cycle=taps, max_interleave=32, max_row_pitch=4096, max_batch=2
    )
    for layer in spec.layers[2:]:
        groups = Plan(layer, engine).channel_groups
        plan = Plan(replace(layer, batch=2), engine, interleave=interleave or groups)
        run = run_layer(plan)
        assert numbers(run) == numbers(run_layer(plan, stalls=StallPattern(NEARLY_NEVER, 1)))
        assert run.cycles == plan.cycles == run.ofmap_cycles[-1] + 1
        assert run.utilisation == plan.utilisation(plan.cycles)


def test_closed_form_and_events_agree_on_any_layer(seed: int) -> None:
    for number in range(1000):
        plan = draw_triple(seed, number).plan
        pattern = StallPattern(NEARLY_NEVER, 1)
        assert numbers(run_layer(plan)) == numbers(run_layer(plan, stalls=pattern)), number


def test_without_a_compiler_the_same(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    assert hasattr(events.run_slots, "py_func")
    plain = without_compiler(events, monkeypatch)
    for number in range(100):
        triple = draw_triple(seed, number)
        pattern = StallPattern(triple.profile, triple.seed)
        compiled = numbers(run_layer(triple.plan, stalls=pattern))
        with monkeypatch.context() as patch:
            patch.setattr("dwsim.fast.events", plain)
            assert numbers(run_layer(triple.plan, stalls=pattern)) == compiled, number


@pytest.mark.parametrize("before", [0, 1, 311, 312, 700])
def test_a_generator_draws_what_the_random_would(before: int, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(before):
        rng.random()
    generator = generator_of(rng)
    assert [generator.random() for _ in range(1500)] == [rng.random() for _ in range(1500)]


@pytest.mark.parametrize(("share", "burst"), [(0.0, 2.0), (0.3, 3.0), (0.5, 1.0), (0.9, 1.0)])
def test_a_port_stalls_when_its_bursts_do(share: float, burst: float, seed: int) -> None:
    bursts = Bursts(share, burst, random.Random(seed))
    bursts.draw()
    port, rng = port_of(bursts), generator_of(bursts.rng)
    free = [cycle for cycle in range(2000) if not bursts.draw()]
    cycle, stalls = -1, port.stalls
    for wanted in free:
        cycle, stalls = events.next_free(cycle + 1, 0, stalls, port, rng)
        assert (cycle, stalls) == (wanted, False)


def test_values_are_golden(seed: int) -> None:
    for number in range(30):
        triple = draw_triple(seed, number)
        plan = triple.plan
        data = random_layer_data(plan.layer, plan.engine, seed)
        run = run_layer(plan, *data, StallPattern(triple.profile, triple.seed))
        np.testing.assert_array_equal(run.ofmap, golden_ofmap(*data, plan.layer, plan.quantisation))


class NeverReady(StallPattern):
    """A sink that takes nothing."""

    def ofmap_pause(self) -> bool:
        """Always."""
        return True


def test_what_cannot_be_compiled_is_refused() -> None:
    spec = read_spec("tiny")
    plan = Plan(spec.layers[0], spec.engine)
    with pytest.raises(SpecError, match="stalls = 'NeverReady': must be a StallPattern itself"):
        run_layer(plan, stalls=NeverReady(PROFILES["none"], 1))


def test_half_of_the_data_is_refused() -> None:
    spec = read_spec("tiny")
    plan = Plan(spec.layers[0], spec.engine)
    ifmap, weight = random_layer_data(plan.layer, plan.engine, 1)
    with pytest.raises(SpecError, match="weight = None: must be given if the other tensor is"):
        run_layer(plan, ifmap)
    with pytest.raises(SpecError, match="ifmap = None: must be given if the other tensor is"):
        run_layer(plan, weight=weight)


def test_values_of_an_engine_that_requantises_need_its_quantisation() -> None:
    spec = read_spec("tiny")
    engine: EngineSpec = replace(spec.engine, requantise="both")
    plan = Plan(spec.layers[0], engine)
    assert run_layer(plan).cycles == plan.cycles
    with pytest.raises(SpecError, match="quantisation = None: is required"):
        run_layer(plan, *random_layer_data(plan.layer, engine, 1))
