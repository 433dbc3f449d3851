"""``EngineSpec.smallest``: it runs every layer, and no maximum can be one smaller."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from dwsim import EngineSpec, LayerSpec, Plan, SpecError
from dwsim.derive import EngineNumbers
from dwsim.spec.layer_maxima import largest, layer_maxima
from dwsim.workloads import read_network, ready_networks

CASES = 200


def random_layer(rng: random.Random) -> LayerSpec:
    """A layer that is not empty; one in four pads by more than its kernel reaches."""
    while True:
        kernel = [rng.randint(1, 4) for _ in range(2)]
        dilation = [rng.choice([1, 1, 2, 3]) for _ in range(2)]
        most = 9 if rng.random() < 0.25 else 2
        try:
            layer = LayerSpec(
                *(rng.randint(1, 9) for _ in range(2)),
                rng.randint(1, 12),
                *kernel,
                batch=rng.randint(1, 3),
                channel_multiplier=rng.randint(1, 3),
                stride_h=rng.randint(1, 3),
                stride_w=rng.randint(1, 3),
                dilation_h=dilation[0],
                dilation_w=dilation[1],
                pad_top=rng.randint(0, most),
                pad_bottom=rng.randint(0, most),
                pad_left=rng.randint(0, most),
                pad_right=rng.randint(0, most),
            )
        except SpecError:
            continue
        if not layer.is_empty:
            return layer


def runs(engine: EngineSpec, layers: list[LayerSpec]) -> bool:
    """True if the engine runs every layer."""
    try:
        for layer in layers:
            Plan(layer, engine)
    except SpecError:
        return False
    return True


def smaller(engine: EngineSpec, field: str) -> EngineSpec | None:
    """The engine with one maximum one smaller; None where the field's own limit forbids it."""
    try:
        return replace(engine, **{field: getattr(engine, field) - 1})
    except SpecError:
        return None


@pytest.mark.parametrize("case", range(CASES))
def test_no_maximum_can_be_one_smaller(case: int, seed: int) -> None:
    rng = random.Random(seed * CASES + case)
    layers = [random_layer(rng) for _ in range(rng.randint(1, 3))]
    lanes = rng.randint(1, 5)
    engine = EngineSpec.smallest(layers, lanes=lanes)
    assert engine.lanes == lanes
    assert runs(engine, layers), layers
    for field in layer_maxima(layers[0], lanes):
        less = smaller(engine, field)
        if less is None:
            continue
        # An engine grants the span of its own line buffers as a lead, also with a smaller max_lead.
        granted = field == "max_lead" and engine.max_lead <= EngineNumbers(less).counters.max_lag
        assert runs(less, layers) == granted, (field, layers)


def test_random_layers_reach_each_maximum(seed: int) -> None:
    """The test above means something for each field: some layers need more than its least value."""
    rng = random.Random(seed)
    found = largest(layer_maxima(random_layer(rng), 2) for _ in range(CASES))
    assert {name for name, value in found.items() if value <= 1} == {"max_interleave"}
    assert found["max_lead"] > 0


@pytest.mark.parametrize("name", ready_networks())
def test_the_smallest_engine_of_a_network_runs_it(name: str) -> None:
    layers = list(read_network(name).layers)
    engine = EngineSpec.smallest(layers, lanes=16)
    assert runs(engine, layers)
    for field in ("kernel_h", "kernel_w", "max_row_pitch", "max_plane_rows", "max_channel_groups"):
        less = smaller(engine, field)
        assert less is None or not runs(less, layers), field


def test_other_fields_are_kept() -> None:
    layer = LayerSpec(5, 6, 4, 3, 3)
    engine = EngineSpec.smallest(
        [layer], lanes=2, name="mine", requantise="both", taps_per_cycle=3, max_batch=8
    )
    assert (engine.name, engine.requantise) == ("mine", "both")
    assert (engine.taps_per_cycle, engine.max_batch) == (3, 8)
    assert engine.max_row_pitch == 6


@pytest.mark.parametrize(
    ("layers", "lanes", "fields"),
    [
        ([], 2, ["layers"]),
        ([LayerSpec(4, 4, 0, 3, 3, name="none")], 2, ["layer none"]),
        ([LayerSpec(4, 4, 0, 3, 3)], 0, ["layer", "lanes"]),
        ([LayerSpec(20, 20, 2, 12, 3)], 2, ["kernel_h"]),
        ([LayerSpec(20, 20, 2, 12, 13, batch=70_000)], 2, ["kernel_h", "kernel_w", "max_batch"]),
    ],
)
def test_what_no_engine_runs_is_refused(
    layers: list[LayerSpec], lanes: int, fields: list[str]
) -> None:
    with pytest.raises(SpecError) as caught:
        EngineSpec.smallest(layers, lanes=lanes)
    assert [violation.field for violation in caught.value.violations] == fields
