"""Random (layer, engine, stalls) triples, and what holds the two engine models together on them.

``python -m tests.fast.triples SEED NUMBER`` compares the models on one triple, and shows it.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import EngineNumbers, Plan
from dwsim.fast.fast_run import FastRun
from dwsim.fast.fast_run import run_layer as run_fast
from dwsim.model.engine import Engine, Inputs
from dwsim.model.layer_run import LayerRun
from dwsim.model.layer_run import run_layer as run_steppable
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.stalls import PROFILES, StallPattern, StallProfile

MOST_CYCLES = 300
"""Longest run without stalls: many short runs meet more corners than few long ones."""

EAGER = StallProfile("eager", eager_cfg=True)
"""Nothing stalls, but the geometry is there before the parameters."""
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


# -- drawing -----------------------------------------------------------------------------------


def draw_triple(seed: int, number: int) -> Triple:
    """Triple ``number`` of a seed; each is drawn from its own generator."""
    rng = random.Random(f"triple {seed} {number}")
    while True:
        try:
            plan = _draw_plan(rng)
        except SpecError:
            continue  # an empty ofmap, or a surplus that no engine has
        if plan.cycles <= MOST_CYCLES:
            break
    profile = rng.choice((*PROFILES.values(), EAGER, LONG, None)) or _draw_profile(rng)
    return Triple(plan, profile, rng.randrange(10**6))


def _draw_profile(rng: random.Random) -> StallProfile:
    """Any profile, also those that no name has."""
    return StallProfile(
        "drawn",
        source=rng.choice((0.0, 0.2, 0.5, 0.8)),
        sink=rng.choice((0.0, 0.2, 0.5, 0.8)),
        burst=rng.choice((1.0, 2.0, 6.0)),
        boundary=rng.random() < 0.5,
        eager_cfg=rng.random() < 0.5,
    )


def _draw_axis(rng: random.Random) -> tuple[int, int, int, int, int, int]:
    """Size, kernel, dilation, stride and pads of one axis."""
    if rng.random() < 0.1:
        # One pixel far behind the first output, and no second one: outputs lead by planes.
        return 1, 1, 1, rng.randint(6, 9), rng.randint(0, 5), 0
    size, kernel = rng.choice((1, 2, 3, 4, 5, 6, 8)), rng.choice((1, 2, 3, 3, 4))
    dilation, stride = rng.choice((1, 1, 2, 3)), rng.choice((1, 1, 2, 3, 4))
    most_pad = rng.choice((0, 1, 2, 7))
    return size, kernel, dilation, stride, rng.randint(0, most_pad), rng.randint(0, most_pad)


def _draw_plan(rng: random.Random) -> Plan:
    h, w = _draw_axis(rng), _draw_axis(rng)
    layer = LayerSpec(
        ifmap_h=h[0],
        ifmap_w=w[0],
        channels=1,
        kernel_h=h[1],
        kernel_w=w[1],
        batch=rng.choice((1, 1, 2, 3)),
        channel_multiplier=rng.choice((1, 1, 2, 3)),
        dilation_h=h[2],
        dilation_w=w[2],
        stride_h=h[3],
        stride_w=w[3],
        pad_top=h[4],
        pad_bottom=h[5],
        pad_left=w[4],
        pad_right=w[5],
    )
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
    requantise = rng.choice(("none", "none", "none", "single", "double", "both"))
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


# -- comparing ---------------------------------------------------------------------------------


class Transfers:
    """Notes the cfg handshake and every ofmap transfer of the steppable model."""

    def __init__(self) -> None:
        self.cycle = 0
        self.started = 0
        self.cycles: list[int] = []

    def __call__(self, engine: Engine, inputs: Inputs) -> None:
        """An ``observe`` hook."""
        if engine.cfg_ready and inputs.cfg_valid:
            self.started = self.cycle
        if engine.ofmap_tvalid and inputs.ofmap_tready:
            self.cycles.append(self.cycle)
        self.cycle += 1

    @property
    def since_start(self) -> np.ndarray:
        """The transfers' cycles, that of the cfg handshake being 0."""
        return np.array(self.cycles, np.int64) - self.started


def differences(
    triple: Triple, observe: Callable[[Engine, Inputs], None] | None = None
) -> list[str]:
    """Where the fast model differs from the steppable one; both run, with data.

    ``observe`` sees every cycle of the steppable one.
    """
    plan = triple.plan
    data = random_layer_data(plan.layer, plan.engine, triple.seed)
    seen = Transfers()

    def see(engine: Engine, inputs: Inputs) -> None:
        seen(engine, inputs)
        if observe is not None:
            observe(engine, inputs)

    wanted = run_steppable(plan, *data, StallPattern(triple.profile, triple.seed), observe=see)
    got = run_fast(plan, *data, StallPattern(triple.profile, triple.seed))
    return list(_differences(wanted, seen.since_start, got))


def _differences(wanted: LayerRun, transfers: np.ndarray, got: FastRun) -> Iterator[str]:
    for name in ("cycles", "param_cycles"):
        one, other = getattr(wanted, name), getattr(got, name)
        if one != other:
            yield f"{name}: steppable {one}, fast {other}"
    for name in wanted.activity.keys() | got.activity.keys():
        one, other = wanted.activity.get(name), got.activity.get(name)
        if one != other:
            yield f"activity {name!r}: steppable {one}, fast {other}"
    if transfers.shape != got.ofmap_cycles.shape:
        yield f"ofmap beats: steppable {transfers.size}, fast {got.ofmap_cycles.size}"
        return
    wrong = np.flatnonzero(transfers != got.ofmap_cycles)
    if wrong.size:
        beat = wrong[0]
        yield (
            f"{wrong.size} of {transfers.size} ofmap beats, first beat {beat}: steppable in"
            f" cycle {transfers[beat]}, fast in cycle {got.ofmap_cycles[beat]}"
        )
    assert got.ofmap is not None
    wrong = np.argwhere(wanted.ofmap != got.ofmap)
    if len(wrong):
        where = tuple(int(index) for index in wrong[0])
        yield (
            f"{len(wrong)} of {got.ofmap.size} values, first at (batch, row, column, channel) ="
            f" {where}: steppable {wanted.ofmap[where]}, fast {got.ofmap[where]}"
        )


def check_triple(seed: int, number: int) -> Triple:
    """Compares the models on one triple.

    Raises:
        AssertionError: telling the triple, what differs, and how to see it again.
    """
    triple = draw_triple(seed, number)
    found = differences(triple)
    if found:
        raise AssertionError(
            "the fast model differs from the steppable one:\n  "
            + "\n  ".join(found)
            + f"\n{triple}\nreplay: python -m tests.fast.triples {seed} {number}"
        )
    return triple


def features(triple: Triple) -> set[str]:
    """What this triple is a test of."""
    plan, layer, engine = triple.plan, triple.plan.layer, triple.plan.engine
    reach = ((layer.kernel_h - 1) * layer.dilation_h, (layer.kernel_w - 1) * layer.dilation_w)
    boundary = triple.profile.boundary
    has = {
        f"stalls {triple.profile.name}": True,
        "lead": plan.raster.lag < 0,
        "lead over a plane": -plan.raster.lag > plan.raster.plane_pitch and plan.planes > 1,
        "no lag": plan.raster.lag == 0,
        "lag over a plane": plan.raster.lag > plan.raster.plane_pitch and plan.planes > 1,
        "padding over the kernel": layer.pad_top > reach[0] or layer.pad_left > reach[1],
        "channel multiplier": layer.channel_multiplier > 1,
        "passes": engine.passes > 1,
        "passes of a part of a row": engine.passes > 1
        and engine.lane_multipliers < engine.kernel_w,
        "passes, channel multiplier": engine.passes > 1 and layer.channel_multiplier > 1,
        "interleave": plan.interleave > 1,
        "interleave of some groups": 1 < plan.interleave < plan.channel_groups,
        "interleave, passes": plan.interleave > 1 and engine.passes > 1,
        "interleave, several planes": plan.interleave > 1 and plan.planes > 1,
        "stride": max(layer.stride_h, layer.stride_w) > 1,
        "beats of no use": plan.switch_cycles > 0,
        "batch": layer.batch > 1,
        "boundary, several planes": boundary and plan.planes > 1,
        "boundary, source stalls": boundary and triple.profile.source > 0,
        "least FIFO": engine.fifo_depth == plan.numbers.timing.fifo_depth_min,
        "raw": engine.requantise == "none",
        "requantise": engine.requantise != "none",
        "int16": engine.requantise != "none" and engine.ifmap_width == 16,
    }
    return {name for name, holds in has.items() if holds}


WANTED = {
    *(f"stalls {name}" for name in (*PROFILES, "eager", "long", "drawn")),
    "lead",
    "lead over a plane",
    "no lag",
    "lag over a plane",
    "padding over the kernel",
    "channel multiplier",
    "passes",
    "passes of a part of a row",
    "passes, channel multiplier",
    "interleave",
    "interleave of some groups",
    "interleave, passes",
    "interleave, several planes",
    "stride",
    "beats of no use",
    "batch",
    "boundary, several planes",
    "boundary, source stalls",
    "least FIFO",
    "raw",
    "requantise",
    "int16",
}

if __name__ == "__main__":
    print(check_triple(*map(int, sys.argv[1:])))
    print("both models agree")
