"""The memories of an engine, their accesses, and the steady interval of a layer."""

from __future__ import annotations

import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import EngineNumbers, Plan
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
