"""The fast model of tap-serial engines against the steppable one, and against itself."""

from __future__ import annotations

import random
import sys
from collections import Counter
from types import ModuleType

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import Plan, serial_loops, serial_reads
from dwsim.derive.serial_geometry import divides_last_pixels
from dwsim.derive.serial_law import group_cycles, run_cycles, run_shape
from dwsim.derive.serial_plan import SerialPlan
from dwsim.derive.serial_walk import plane_reads, plane_shape
from dwsim.fast.fast_run import run_layer
from dwsim.stream.stalls import PROFILES, StallPattern, StallProfile
from dwsim.workloads import read_network
from tests.fast.draw_serial import draw_plan, draw_serial_triple
from tests.fast.draw_triples import Triple
from tests.fast.plain_python import without_compiler
from tests.fast.triples import differences

TRIPLES = 400
BATCHES = 4
"""The batches of the triples, which several workers share."""

NEARLY_NEVER = StallProfile("nearly never", source=1e-300, sink=1e-300)
"""No stall comes, but the closed form is not for it."""


def check(seed: int, number: int) -> None:
    """Compares the models on one triple.

    Raises:
        AssertionError: with the triple, the differences, and the command that shows them again.
    """
    triple = draw_serial_triple(seed, number)
    found = differences(triple)
    replay = f"replay: python -m tests.fast.test_serial {seed} {number}"
    assert found == [], "\n  ".join(["the models differ:", *found, str(triple), replay])


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_triples(batch: int, seed: int) -> None:
    for number in range(batch, TRIPLES, BATCHES):
        check(seed, number)


def features(triple: Triple) -> set[str]:
    """The features that a triple tests."""
    plan = triple.plan
    assert isinstance(plan, SerialPlan)
    layer, engine, walk = plan.layer, plan.engine, plan.walk
    has = {
        f"stalls {triple.profile.name}": True,
        "a segment a tap": walk.tap_segments and layer.kernel_w > 1,
        "fewer cells than the engine": walk.cells < plan.numbers.formats.pixels,
        "surplus places": walk.places_w > layer.ofmap_w,
        "channel multiplier": layer.channel_multiplier > 1,
        "copied rings": engine.rings == "copied",
        "one tap": layer.kernel_h * layer.kernel_w == 1,
        "partial ifmap beat": layer.ifmap_h * layer.ifmap_w % plan.numbers.formats.ifmap_pixels > 0,
        "partial ofmap beat": plan.plane_pixels % plan.numbers.formats.ofmap_pixels > 0,
        "waits for the drain": plan.run.output_waits > 0,
        "waits for the input": plan.run.input_waits > 0,
        "waits for the ring": plan.run.ring_waits > 0,
        "beats of no use": plan.switch_cycles > 0,
        "boundary, several planes": triple.profile.boundary and plan.planes > 1,
        "least FIFO": engine.fifo_depth == plan.numbers.timing.fifo_depth_min,
        "requantise": engine.requantise != "none",
        "several pixels leave together": plan.numbers.shape.drain_pixels > 1,
        "a beat ends within the last pixels": divides_last_pixels(walk, plan.numbers),
    }
    return {name for name, holds in has.items() if holds}


def test_the_triples_are_of_all_kinds(seed: int) -> None:
    drawn = Counter(
        name for number in range(TRIPLES) for name in features(draw_serial_triple(seed, number))
    )
    wanted = features_of_all()
    assert {name: drawn[name] for name in wanted if drawn[name] < 5} == {}


def features_of_all() -> set[str]:
    """The names that ``features`` may give."""
    return {
        *(f"stalls {name}" for name in (*PROFILES, "eager", "long", "drawn")),
        "a segment a tap",
        "fewer cells than the engine",
        "surplus places",
        "channel multiplier",
        "copied rings",
        "one tap",
        "partial ifmap beat",
        "partial ofmap beat",
        "waits for the drain",
        "waits for the input",
        "waits for the ring",
        "beats of no use",
        "boundary, several planes",
        "least FIFO",
        "requantise",
        "several pixels leave together",
        "a beat ends within the last pixels",
    }


def test_planes_that_repeat_are_skipped_to_the_cycle(seed: int) -> None:
    """``run_cycles`` skips planes that repeat, ``group_cycles`` runs every one of them."""
    skipped = 0
    for number in range(400):
        rng = random.Random(f"planes {seed} {number}")
        try:
            plan = draw_plan(rng)
        except SpecError:
            continue
        planes = rng.choice((1, 2, 3, 5, 8, 30))
        run = run_cycles(plan.walk, plan.numbers, planes, plan.plane_beats)
        fires = group_cycles(plan.walk, plan.numbers, planes, plan.plane_beats)
        assert run.fire == fires[-1], (seed, number, planes, plan.engine, plan.layer)
        taps = plan.layer.kernel_h * plan.layer.kernel_w
        waits = run.input_waits + run.ring_waits + run.output_waits
        assert run.fire + 1 == run.first + fires.size * taps + waits, (seed, number)
        skipped += planes > 5
    assert skipped > 50


def test_rows_that_repeat_are_skipped_to_the_cycle(seed: int) -> None:
    """The law with and without the repeats of a plane: the same reads and the same end."""
    long = 0
    for number in range(300):
        rng = random.Random(f"rows {seed} {number}")
        try:
            plan = draw_plan(rng, rows=range(20, 60))
        except SpecError:
            continue
        case = (seed, number, plan.engine, plan.layer)
        listed, place = plane_reads(plan.walk, plan.numbers), plane_shape(plan.walk, plan.numbers)
        repeats = listed.repeats
        never = repeats._replace(end=repeats.first)
        counts, needs, free = (np.zeros_like(array) for array in listed[:3])
        assert serial_reads.list_reads(place, never, counts, needs, free) == needs.size, case
        for one, other in zip(listed[:3], (counts, needs, free), strict=True):
            np.testing.assert_array_equal(one, other, str(case))
        shape = run_shape(plan.walk, plan.numbers, plan.planes, plan.plane_beats)
        opened = np.empty(shape.planes * shape.groups + 1, np.int64)
        none = np.empty(0, np.int64)
        end = serial_loops.run_planes(shape, counts, needs, free, never, opened, none)
        assert plan.run == end, case
        long += repeats.end - repeats.first > 5 * repeats.period
    assert long > 50


@pytest.mark.parametrize("module", [serial_reads, serial_loops])
def test_the_law_without_a_compiler_is_the_same(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    plain = without_compiler(module, monkeypatch)
    for number in range(60):
        plan = draw_serial_triple(seed, number).plan
        assert isinstance(plan, SerialPlan)
        reads = plane_reads(plan.walk, plan.numbers)
        shape = run_shape(plan.walk, plan.numbers, plan.planes, plan.plane_beats)
        if module is serial_loops:
            opened = np.empty(shape.planes * shape.groups + 1, np.int64)
            end = plain.run_planes(shape, *reads, opened, np.empty(0, np.int64))
            assert plan.run == end, (seed, number)
        else:
            found = [np.zeros_like(array) for array in reads[:3]]
            place = plane_shape(plan.walk, plan.numbers)
            plain.list_reads(place, reads.repeats, *found)
            for one, other in zip(reads[:3], found, strict=True):
                np.testing.assert_array_equal(one, other, f"{seed} {number}")


@pytest.mark.parametrize("stride", [1, 2])
def test_closed_form_and_events_agree_on_a_network(stride: int, seed: int) -> None:
    layers = [x for x in read_network("mobilenet_v1").layers if x.stride_h == stride][-3:]
    engine = EngineSpec.smallest(layers, 16, dataflow="tap_serial", pixels=7, ifmap_pixels=4)
    for layer in layers:
        plan = Plan(layer, engine)
        freely = run_layer(plan)
        stalled = run_layer(plan, stalls=StallPattern(NEARLY_NEVER, seed))
        assert (freely.cycles, freely.activity) == (stalled.cycles, stalled.activity)
        np.testing.assert_array_equal(freely.ofmap_cycles, stalled.ofmap_cycles)


def test_a_ring_that_cannot_hold_a_segment_is_refused() -> None:
    """The last place of a row needs pixels of the next row, three ifmap rows further down."""
    layer = LayerSpec(5, 8, 12, 1, 2, stride_h=3, name="deep")
    engine = EngineSpec.smallest(
        [layer], 3, dataflow="tap_serial", pixels=2, ifmap_pixels=4, ring_rows=1, ring_pixels=4
    )
    with pytest.raises(SpecError, match="ring_rows"):
        Plan(layer, engine)


if __name__ == "__main__":
    check(*map(int, sys.argv[1:]))
    print("both models agree")
