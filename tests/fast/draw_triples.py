"""Random (layer, engine, stalls) triples, drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import EngineNumbers, Plan
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.stalls import PROFILES, StallProfile

MOST_CYCLES = 300
"""Longest run without stalls: many short runs meet more corners than few long ones."""

EAGER = StallProfile("eager", eager_cfg=True)
"""No port stalls, but the geometry comes before the parameters."""
LONG = StallProfile("long", source=0.6, sink=0.6, burst=20.0)
"""Stalls long enough for all credit to go, and for all slots to be void."""


@dataclass(frozen=True)
class Triple:
    """A layer on an engine, and how its ports stall; ``seed`` is that of data and stalls."""

    plan: Plan
    profile: StallProfile
    seed: int

    def __str__(self) -> str:
        plan = self.plan
        return (
            f"engine {plan.engine}\nlayer {plan.layer}\ninterleave {plan.interleave}\n"
            f"stalls {self.profile}, seed {self.seed}"
        )


def draw_triple(seed: int, number: int) -> Triple:
    """Triple ``number`` of a seed; each is drawn from its own generator."""
    rng = random.Random(f"triple {seed} {number}")
    while True:
        try:
            plan = draw_plan(rng)
        except SpecError:
            continue  # an empty ofmap, or a surplus that no engine has
        if plan.cycles <= MOST_CYCLES:
            break
    return Triple(plan, draw_profile(rng), rng.randrange(10**6))


def draw_profile(rng: random.Random) -> StallProfile:
    """A profile with a name, or any other one."""
    named = rng.choice((*PROFILES.values(), EAGER, LONG, None))
    return named or StallProfile(
        "drawn",
        source=rng.choice((0.0, 0.2, 0.5, 0.8)),
        sink=rng.choice((0.0, 0.2, 0.5, 0.8)),
        burst=rng.choice((1.0, 2.0, 6.0)),
        boundary=rng.random() < 0.5,
        eager_cfg=rng.random() < 0.5,
    )


Axis = tuple[int, int, int, int, int, int]
"""Size, kernel, dilation, stride and pads of one axis."""


def _draw_axis(rng: random.Random) -> Axis:
    if rng.random() < 0.1:
        # One pixel far behind the first output, and no second one: outputs lead by planes.
        return 1, 1, 1, rng.randint(6, 9), rng.randint(0, 5), 0
    size, kernel = rng.choice((1, 2, 3, 4, 5, 6, 8)), rng.choice((1, 2, 3, 3, 4))
    dilation, stride = rng.choice((1, 1, 2, 3)), rng.choice((1, 1, 2, 3, 4))
    most_pad = rng.choice((0, 1, 2, 7))
    return size, kernel, dilation, stride, rng.randint(0, most_pad), rng.randint(0, most_pad)


def layer_of(h: Axis, w: Axis, **others: int) -> LayerSpec:
    """The layer of two axes, and of the fields that belong to none."""
    return LayerSpec(
        ifmap_h=h[0],
        ifmap_w=w[0],
        kernel_h=h[1],
        kernel_w=w[1],
        dilation_h=h[2],
        dilation_w=w[2],
        stride_h=h[3],
        stride_w=w[3],
        pad_top=h[4],
        pad_bottom=h[5],
        pad_left=w[4],
        pad_right=w[5],
        **others,
    )


def draw_plan(rng: random.Random) -> Plan:
    h, w = _draw_axis(rng), _draw_axis(rng)
    batch, multiplier = rng.choice((1, 1, 2, 3)), rng.choice((1, 1, 2, 3))
    layer = layer_of(h, w, channels=1, batch=batch, channel_multiplier=multiplier)
    groups = rng.randint(1, 4)
    interleave = rng.choice([divisor for divisor in range(1, groups + 1) if groups % divisor == 0])
    lanes = rng.randint(1, 3)
    layer = replace(layer, channels=groups * lanes - rng.randrange(lanes))
    engine = _draw_engine(rng, layer, lanes, interleave)
    depth = EngineNumbers(engine).timing.fifo_depth_min
    engine = replace(engine, fifo_depth=rng.choice((None, None, depth, depth + 1, depth + 5)))
    quantisation = random_quantisation(layer, engine, rng.randrange(1000))
    return Plan(layer, engine, quantisation, interleave)


def _draw_engine(rng: random.Random, layer: LayerSpec, lanes: int, interleave: int) -> EngineSpec:
    """An engine that the layer fills, or one larger than it in every way."""
    surplus = rng.choice((0, 0, 1))
    requantise = rng.choice(("none", "none", "none", "single", "double", "both", "float", "all"))
    wide = requantise == "single" and rng.random() < 0.3
    row_pitch = max(layer.ifmap_w, (layer.ofmap_w - 1) * layer.stride_w + 1)
    plane_rows = max(layer.ifmap_h, (layer.ofmap_h - 1) * layer.stride_h + 1)
    kernel_h, kernel_w = layer.kernel_h + surplus, layer.kernel_w + surplus
    some = [*range(1, kernel_w + 1), *range(2 * kernel_w, kernel_h * kernel_w + 1, kernel_w)]
    return EngineSpec(
        lanes=lanes,
        kernel_h=kernel_h,
        kernel_w=kernel_w,
        taps_per_cycle=rng.choice((None, rng.choice(some))),
        ifmap_width=16 if wide else 8,
        max_row_pitch=row_pitch * interleave + surplus,
        max_plane_rows=plane_rows + surplus,
        max_dilation_h=layer.dilation_h + surplus,
        max_dilation_w=layer.dilation_w + surplus,
        max_interleave=interleave + surplus,
        max_channel_groups=-(-layer.channels // lanes) + surplus,
        max_channel_multiplier=layer.channel_multiplier + surplus,
        max_batch=layer.batch + surplus,
        max_lead=(layer.pad_top * row_pitch + layer.pad_left) * interleave,
        requantise=requantise,
    )
