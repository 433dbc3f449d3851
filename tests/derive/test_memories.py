"""The memories of an engine, their accesses, and the steady interval of a layer."""

from __future__ import annotations

import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import EngineNumbers, Plan, numbers_of
from dwsim.derive.memories import accesses, memories

ENGINE = EngineSpec(4, 3, 2, 20, 30, max_channel_groups=5, max_channel_multiplier=2)
FLOATS = {
    "number_format": "bfloat16",
    "ifmap_width": 16,
    "weight_width": 16,
    "epilogue": "bias_clamp",
}


def test_memories_of_a_small_engine() -> None:
    """By hand: 4 lanes of 8 bits; 2 row delays of 20 words; 6 weights of 2 banks of 10 sets."""
    found = {(m.kind, m.count, m.words, m.width) for m in memories(EngineNumbers(ENGINE))}
    numbers = EngineNumbers(ENGINE)
    fifo = ("fifo", 1, numbers.timing.fifo_depth, numbers.formats.ofmap_beat_width)
    assert found == {("line", 2, 20, 32), ("weight", 6, 20, 32), fifo}
    assert sum(m.total_bits for m in memories(numbers) if m.kind == "line") == (
        numbers.line_buffer_bits
    )


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        ({"max_interleave": 5, "max_row_pitch": 100}, ["line", "line", "weight", "fifo"]),
        ({"requantise": "both"}, ["line", "weight", "scale", "fifo"]),
        (FLOATS, ["line", "weight", "bias", "fifo"]),
        ({"kernel_h": 1, "kernel_w": 1}, ["weight", "fifo"]),
        ({"max_row_pitch": 4}, ["weight", "fifo"]),
    ],
)
def test_an_engine_has_only_what_it_needs(fields: dict[str, object], kinds: list[str]) -> None:
    numbers = EngineNumbers(EngineSpec(**vars(ENGINE) | fields))
    assert [memory.kind for memory in memories(numbers)] == kinds
    assert all(memory.bits > 0 for memory in memories(numbers))


@pytest.mark.parametrize("values", [{"requantise": "both"}, FLOATS])
def test_words_of_a_bank_are_those_of_a_parameter_tensor(values: dict[str, object]) -> None:
    """A full parameter tensor writes every word of one bank, and there are two."""
    engine = EngineSpec(**vars(ENGINE) | {"taps_per_cycle": 1} | values)
    layer = LayerSpec(6, 7, 4 * 5, 3, 2, channel_multiplier=2)
    plan = Plan(layer, engine)
    written = {
        a.memory.kind: a.writes * a.memory.count
        for a in accesses(plan)
        if a.memory.kind in ("weight", "scale", "bias")
    }
    assert sum(written.values()) == plan.param_beats
    words = {m.kind: m.count * m.words for m in memories(plan.numbers)}
    assert {kind: 2 * count for kind, count in written.items()} == {
        kind: words[kind] for kind in written
    }


def test_each_multiplication_reads_a_weight() -> None:
    engine = EngineSpec(**vars(ENGINE) | {"taps_per_cycle": 2})
    plan = Plan(LayerSpec(6, 7, 8, 3, 2, channel_multiplier=2), engine)
    (weights,) = (a for a in accesses(plan) if a.memory.kind == "weight")
    assert engine.passes == 3
    assert weights.reads * weights.memory.count * engine.lanes == plan.layer.macs
    (fifo,) = (a for a in accesses(plan) if a.memory.kind == "fifo")
    assert fifo.reads == fifo.writes == plan.ofmap_beats


SERIAL = {"dataflow": "tap_serial", "pixels": 4, "ifmap_pixels": 2, "requantise": "double"}


@pytest.mark.parametrize(
    ("requantisers", "scales"), [(2, (2, 2 * 10 * 4)), (4, (4, 2 * 10)), (8, (4, 2 * 10))]
)
def test_memories_of_a_tap_serial_engine(requantisers: int, scales: tuple[int, int]) -> None:
    """Two banks of 10 sets. A requantiser of several lanes has a copy of all scales, of 4 lanes."""
    values = SERIAL | {"requantisers": requantisers, "ofmap_pixels": 4}
    numbers = numbers_of(EngineSpec(**vars(ENGINE) | values))
    found = {m.kind: (m.count, m.words, m.width) for m in memories(numbers)}
    count, words, width = found["ring"]
    assert (count * words, width) == (numbers.shape.ring_beats, 4 * 2 * 9)
    assert count * 2 == numbers.shape.ring_pixels
    assert found["weight"] == (1, 2 * 10 * 3 * 2, 4 * 8)
    assert found["scale"][:2] == scales
    assert found["scale"][2] >= 32 + 32 + 6
    assert found["fifo"][1:] == (numbers.timing.fifo_depth, numbers.formats.ofmap_beat_width)


@pytest.mark.parametrize("requantisers", [2, 4, 8])
def test_accesses_of_a_tap_serial_engine(requantisers: int) -> None:
    """3x3 outputs of 3 planes with 2 weight sets: 9 places are 3 groups of 4 cells."""
    values = SERIAL | {"requantisers": requantisers, "ofmap_pixels": 4}
    engine = EngineSpec(**vars(ENGINE) | values)
    plan = Plan(LayerSpec(5, 4, 12, 3, 2, channel_multiplier=2), engine)
    assert (plan.layer.ofmap_h, plan.layer.ofmap_w, plan.walk.cells) == (3, 3, 4)
    assert plan.walk.groups == -(-plan.walk.places // 4)
    turns = 3 * 2 * plan.walk.groups
    found = {a.memory.kind: (a.reads, a.writes) for a in accesses(plan)}
    assert found["weight"] == (turns * 6, 6 * 6)
    assert plan.ifmap_beats == 30
    assert found["ring"][1] == 7, "a beat enters one of four banks"
    sets = 6 * (4 if requantisers < 4 else 1)
    assert found["scale"][1] == sets
    assert found["fifo"] == (plan.ofmap_beats, plan.ofmap_beats)
    assert [a.writes for a in accesses(plan, load=False) if a.memory.kind != "fifo"][1:] == [0, 0]


def test_images_follow_each_other_in_the_steady_interval(seed: int) -> None:
    """Another image makes a stream longer by ``image_cycles``; the law of a stream is tested
    elsewhere, against the model."""
    import random

    rng = random.Random(seed)
    for _ in range(200):
        layer = LayerSpec(
            ifmap_h=rng.randint(1, 9),
            ifmap_w=rng.randint(1, 9),
            channels=4 * rng.randint(1, 3),
            kernel_h=3,
            kernel_w=rng.randint(1, 2),
            channel_multiplier=rng.randint(1, 2),
            stride_h=rng.randint(1, 3),
            stride_w=rng.randint(1, 3),
            pad_top=rng.randint(1, 3),
            pad_bottom=2,
            pad_left=1,
        )
        engine = EngineSpec(
            **vars(ENGINE)
            | {
                "taps_per_cycle": rng.choice([None, 1, 2]),
                "max_row_pitch": 64,
                "max_interleave": 3,
            }
        )
        groups = layer.channels // 4
        interleave = rng.choice([i for i in (1, 2, 3) if groups % i == 0])
        two, three = (
            Plan(LayerSpec(**vars(layer) | {"batch": batch}), engine, interleave=interleave)
            for batch in (2, 3)
        )
        assert three.cycles - two.cycles == three.image_cycles == two.image_cycles, layer


def test_rings_of_the_cells() -> None:
    """Each cell of each lane has the whole ring; a tap reads a pixel of each, a beat enters all."""
    layer = LayerSpec(12, 12, 8, 3, 3, batch=2)
    engine = EngineSpec.smallest(
        [layer], 4, dataflow="tap_serial", pixels=5, ifmap_pixels=4, rings="copied"
    )
    plan, numbers = Plan(layer, engine), numbers_of(engine)
    (ring,) = (one for one in accesses(plan) if one.memory.kind == "ring")
    assert ring.memory.count == 4 * 5
    assert ring.memory.words == numbers.shape.ring_beats * 4
    assert ring.memory.width == 8
    places = 10 * 12 - 2
    assert ring.reads == 2 * 2 * -(-places // 5) * 9
    assert ring.writes == 2 * 2 * 12 * 12
