"""Compares the two engine models on triples of a layer, an engine and stalls.

``python -m tests.fast.triples SEED NUMBER`` compares the models on one triple, and shows it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np

from dwsim.fast.fast_run import FastRun
from dwsim.fast.fast_run import run_layer as run_fast
from dwsim.model.engine import Engine, Inputs
from dwsim.model.layer_run import LayerRun
from dwsim.model.layer_run import run_layer as run_steppable
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.stalls import PROFILES, StallPattern
from tests.fast.draw_triples import Triple, draw_triple


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
    """The differences between the fast model and the steppable one; both run, with data.

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
        AssertionError: with the triple, the differences, and the command that shows them again.
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
    """The features that this triple tests."""
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
        "float rounding": plan.quantisation is not None and plan.quantisation.rounding == "float",
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
    "float rounding",
    "int16",
}

if __name__ == "__main__":
    print(check_triple(*map(int, sys.argv[1:])))
    print("both models agree")
