"""The start cycles of streams, and of layers, that run one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

from dwsim.derive.stages import NEXT_TENSOR_CYCLES


class StreamTimes(Protocol):
    """The figures of a stream that ``start_cycles`` needs; ``dwsim.derive.Plan`` has them."""

    @property
    def cycles(self) -> int:
        """From the cfg handshake to the last ofmap transfer."""

    @property
    def switch_cycles(self) -> int:
        """From there to the next cfg handshake, if the parameters are ready."""

    @property
    def param_beats(self) -> int:
        """Beats of the parameter tensor."""


class StreamCycles(NamedTuple):
    """The figures of a stream, as ``StreamTimes``."""

    cycles: int
    switch_cycles: int
    param_beats: int


def start_cycles(plans: Sequence[StreamTimes], loads: Sequence[bool]) -> list[int]:
    """Cycle of each stream's cfg handshake when streams run back to back, without stalls.

    Cycles count from the first handshake. Each geometry is offered from the cycle after the last
    beat of its parameters. A stream waits for the end of the previous stream and for its own
    parameters::

        start[n] = max(
            start[n - 1] + cycles[n - 1] + switch_cycles[n - 1],
            start[l] + NEXT_TENSOR_CYCLES + param_beats[n],
        )

    where l is the last stream before n that loads parameters: its start frees a bank.

    Args:
        plans: the streams, in order.
        loads: ``cfg_load`` of each stream, true if it brings parameters; the first one does.
    """
    starts = [0]
    loaded = 0
    for index in range(1, len(plans)):
        before = plans[index - 1]
        start = starts[-1] + before.cycles + before.switch_cycles
        if loads[index]:
            start = _loading(start, starts[loaded], plans[index].param_beats)
            loaded = index
        starts.append(start)
    return starts


def _loading(free: int, loaded: int, param_beats: int) -> int:
    """The start of a stream that loads: after ``free``, and once its parameters are there."""
    return max(free, loaded + NEXT_TENSOR_CYCLES + param_beats)


class LayerTimes(NamedTuple):
    """The figures of a layer, in one stream or several, that ``layer_starts`` needs."""

    cycles: int
    """From the first cfg handshake to the last ofmap transfer."""
    switch_cycles: int
    """``StreamTimes.switch_cycles`` of the last stream."""
    param_beats: int
    """Beats of the parameter tensor of the first stream, which loads."""
    load_cycle: int
    """From the first cfg handshake to that of the last stream that loads parameters."""


def layer_times(plans: Sequence[StreamTimes], loads: Sequence[bool]) -> LayerTimes:
    """The times of a layer that runs as these streams; the arguments are as in ``start_cycles``."""
    starts = start_cycles(plans, loads)
    last = plans[-1]
    loading = max(start for start, load in zip(starts, loads, strict=True) if load)
    return LayerTimes(starts[-1] + last.cycles, last.switch_cycles, plans[0].param_beats, loading)


def layer_starts(layers: Sequence[LayerTimes]) -> list[int]:
    """Cycle of each layer's first cfg handshake when layers run back to back, without stalls.

    These are the starts that ``start_cycles`` gives for all streams: a stream waits for the
    parameters of its own layer alone, so the cycles inside a layer are always the same.
    """
    starts = [0]
    for before, layer in pairwise(layers):
        free = starts[-1] + before.cycles + before.switch_cycles
        starts.append(_loading(free, starts[-1] + before.load_cycle, layer.param_beats))
    return starts


def interval_cycles(layers: Sequence[LayerTimes]) -> int:
    """Cycles from the start of a network to its next start, if it runs again and again.

    The first repetition, whose first layer waits for nothing, is left out.
    """
    starts = layer_starts([*layers, *layers, layers[0]])
    return starts[-1] - starts[len(layers)]
