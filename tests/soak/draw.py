"""Random builds of both arrays, and pools of layers for each, from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import Plan, numbers_of
from dwsim.rtlsim.job import Job
from dwsim.rtlsim.lockstep_pool import PoolLayer
from dwsim.spec.quantisation_limits import ROUNDINGS
from dwsim.stream.random_epilogue import random_epilogue
from dwsim.stream.random_quantisation import random_quantisation
from tests.cosim.layers import DEGENERATE, fits, interleaves, layer_data
from tests.cosim.layers import random_layer as random_parallel_layer
from tests.mutation.maxima import maxima_layers
from tests.tap_serial import cases

LAYERS = 16
"""Layers of a pool."""
IMAGES = 2
LONGEST = 4000
"""Cycles of a layer: many short layers meet more corners than few long ones."""
ROUNDING_SETS = ("none", "none", *ROUNDINGS, "both", "double+float", "single+float", "all")
WIDE = {"lanes": 16, "pixels": 18, "ifmap_pixels": 8, "ofmap_pixels": 3, "requantisers": 48}
"""The first tap-serial build: 288 multipliers, and three pixels leave in a cycle."""
RESETS = 0.05
"""The share of the streams in lock step that a reset ends early."""


def build(seed: int, number: int) -> EngineSpec:
    """Build ``number`` of a seed: tap-parallel if it is even, tap-serial if it is odd."""
    rng = random.Random(f"{seed} {number}")
    while True:
        try:
            engine = _serial(rng, number) if number % 2 else _parallel(rng, number)
            least = numbers_of(engine).timing.fifo_depth_min
        except SpecError:  # another combination
            continue
        return replace(engine, fifo_depth=least) if rng.random() < 0.3 else engine


def _widths(rng: random.Random) -> dict[str, object]:
    """Roundings, widths and signs; a combination that no engine has is refused by its rules."""
    return {
        "requantise": rng.choice(ROUNDING_SETS),
        "ifmap_width": rng.choice([8, 8, 8, rng.randint(2, 16)]),
        "weight_width": rng.choice([8, 8, 8, rng.randint(2, 16)]),
        "ifmap_signed": rng.random() < 0.7,
        "weight_signed": rng.random() < 0.8,
    }


def _serial(rng: random.Random, number: int) -> EngineSpec:
    wide = WIDE if number == 1 else {}
    return cases.random_engine(rng, name=f"soak_{number}", **_widths(rng), **wide)


def _parallel(rng: random.Random, number: int) -> EngineSpec:
    kernel = {"kernel_h": rng.randint(1, 4), "kernel_w": rng.randint(1, 4)}
    taps = kernel["kernel_h"] * kernel["kernel_w"]
    return EngineSpec(
        name=f"soak_{number}",
        lanes=rng.choice([1, 2, 3, 4, 8]),
        max_row_pitch=rng.randint(4, 40),
        max_plane_rows=rng.randint(4, 40),
        max_dilation_h=rng.randint(1, 3),
        max_dilation_w=rng.randint(1, 3),
        max_channel_groups=rng.randint(1, 6),
        max_channel_multiplier=rng.choice([1, 1, 2, 3, 4]),
        max_batch=rng.choice([3, 256]),
        max_lead=rng.choice([0, rng.randint(1, 250)]),
        taps_per_cycle=rng.choice([None, None, rng.randint(1, taps)]),
        max_interleave=rng.choice([1, rng.randint(1, 6)]),
        **kernel,
        **_widths(rng),
    )


def pool(engine: EngineSpec, seed: int, number: int) -> list[PoolLayer]:
    """Pool ``number`` of an engine: degenerate layers, layers at its maxima, and random ones."""
    rng = random.Random(f"{engine.name} {seed} {number}")
    made = list(rng.sample(edges := list(_edges(engine)), min(len(edges), LAYERS // 2)))
    while len(made) < LAYERS:
        if engine.dataflow == "tap_serial":
            made.append(cases.random_layer(rng, engine))
        else:
            made.append(random_parallel_layer(engine, rng, "random"))
    first = rng.randrange(1 << 24)
    # Every fifth seed makes the largest sums (layer_data).
    return [pool_layer(layer, engine, first + 3 * n, rng) for n, layer in enumerate(made)]


def _edges(engine: EngineSpec) -> Iterator[LayerSpec]:
    """Layers at the ends of the axes that are short enough."""
    serial = engine.dataflow == "tap_serial"
    known = cases.degenerate_layers(engine) if serial else [*DEGENERATE, *maxima_layers(engine)]
    for layer in known:
        if fits(layer, engine) and Plan(layer, engine).cycles <= LONGEST:
            yield layer


def pool_layer(
    layer: LayerSpec, engine: EngineSpec, seed: int, rng: random.Random, interleave: int = 0
) -> PoolLayer:
    """A layer with random data; any interleave that it permits, unless one is given."""
    if interleave == 0:
        serial = engine.dataflow == "tap_serial"
        interleave = 1 if serial else rng.choice(interleaves(layer, engine))
    quantisation = random_quantisation(layer, engine, seed)
    plan = Plan(layer, engine, quantisation, interleave, random_epilogue(layer, engine, seed))
    ifmap, weight = layer_data(layer, engine, seed)
    others = (layer_data(layer, engine, seed + n)[0] for n in range(1, IMAGES))
    short = rng.randint(1, max(1, plan.ifmap_beats - 1))
    return PoolLayer(plan, weight, (ifmap, *others), short)


def serial_jobs(engine: EngineSpec, seed: int, count: int) -> list[Job]:
    """Jobs in lock step: degenerate layers, then random ones; resets end a few of them."""
    rng = random.Random(f"{engine.name} {seed} resets")
    layers = cases.degenerate_layers(engine)
    ends = [cases.make_job(layer, engine, seed, "both") for layer in layers]
    jobs = [*ends, *cases.random_jobs(engine, seed, count)][:count]
    return [
        replace(job, reset_after=rng.randint(1, 200)) if rng.random() < RESETS else job
        for job in jobs
    ]
