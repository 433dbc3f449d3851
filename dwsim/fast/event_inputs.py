"""Inputs and results of the event loops: constants, slots, generators of stalls, cycles."""

from __future__ import annotations

import random
from typing import NamedTuple

import numpy as np

from dwsim.derive.parallel_plan import ParallelPlan
from dwsim.derive.stages import FIFO_CYCLES, SLOT_CYCLES
from dwsim.stream.stalls import Bursts, StallPattern


class Port(NamedTuple):
    """The stalls of one port: ``dwsim.stream.stalls.Bursts`` without its generator."""

    enter: float
    leave: float
    stalls: bool
    """The last draw."""


class StalledRun(NamedTuple):
    """A run under stalls; the reset ends before cycle 0."""

    transfers: np.ndarray
    """Cycle of each ofmap transfer: int64 of shape (ofmap_beats,)."""
    fill: int
    compute: int
    starved: int
    backpressured: int
    drain: int


class Constants(NamedTuple):
    """The numbers that are constant while a stream runs."""

    planes: int
    pitch: int
    """Slots from a plane to the next."""
    lag: int
    """Slots between the two rasters."""
    lead: bool
    """True if the input raster is behind, false if the output raster is."""
    multiples: int
    """Ofmap beats of a window."""
    passes: int
    """Cycles of an ofmap beat."""
    depth: int
    """Credits."""
    to_read: int
    """Cycles from a beat's first pass to the first cycle that can read it from the FIFO."""
    ifmap_beats: int
    ofmap_beats: int
    plane_ifmap: int
    """Ofmap beats of a plane; ``plane_ifmap`` counts its ifmap beats."""
    plane_ofmap: int
    boundary: bool
    """True if the source waits before each plane until all earlier outputs have been taken."""
    source: Port
    sink: Port


def constants_of(plan: ParallelPlan, stalls: StallPattern) -> Constants:
    """The constants of a layer on its engine."""
    passes = plan.engine.passes
    written = passes - 1 + SLOT_CYCLES + plan.numbers.timing.output_cycles
    ifmap_beats, ofmap_beats, planes = plan.ifmap_beats, plan.ofmap_beats, plan.planes
    return Constants(
        planes=planes,
        pitch=plan.raster.plane_pitch,
        lag=abs(plan.raster.lag),
        lead=plan.raster.lag < 0,
        multiples=plan.layer.channel_multiplier,
        passes=passes,
        depth=plan.numbers.timing.fifo_depth,
        to_read=written + FIFO_CYCLES - 1,
        ifmap_beats=ifmap_beats,
        ofmap_beats=ofmap_beats,
        plane_ifmap=ifmap_beats // planes,
        plane_ofmap=ofmap_beats // planes,
        boundary=stalls.profile.boundary,
        source=port_of(stalls.source),
        sink=port_of(stalls.sink),
    )


def port_of(bursts: Bursts) -> Port:
    """The port that continues the stalls of ``bursts``."""
    return Port(bursts.enter, bursts.leave, bursts.stalled)


def generator_of(rng: random.Random) -> np.random.Generator:
    """A generator whose ``random()`` continues the sequence of ``rng.random()``.

    Both make a double of 53 bits from two words of the same Mersenne Twister, in the same way;
    only the state is copied.
    """
    _, words, _ = rng.getstate()
    twister = np.random.MT19937(0)
    twister.state = {
        "bit_generator": "MT19937",
        "state": {"key": np.array(words[:-1], np.uint32), "pos": words[-1]},
    }
    return np.random.Generator(twister)


def slots_that_take(plan: ParallelPlan) -> np.ndarray:
    """The slots of the input raster's plane that take a beat: bool of shape (plane_pitch,)."""
    return _hits(plan, (plan.layer.ifmap_h, plan.layer.ifmap_w), (1, 1))


def slots_that_emit(plan: ParallelPlan) -> np.ndarray:
    """The slots of the output raster's plane that emit a window: bool of shape (plane_pitch,)."""
    layer = plan.layer
    return _hits(plan, (layer.ofmap_h, layer.ofmap_w), (layer.stride_h, layer.stride_w))


def _hits(plan: ParallelPlan, count: tuple[int, int], stride: tuple[int, int]) -> np.ndarray:
    """Slots of a plane at multiples of the strides, ``count`` of them on each axis."""
    hits = np.zeros((plan.raster.plane_rows, plan.raster.row_pitch, plan.interleave), np.bool_)
    rows, cols = (slice(0, (n - 1) * step + 1, step) for n, step in zip(count, stride, strict=True))
    hits[rows, cols] = True
    return hits.reshape(-1)
