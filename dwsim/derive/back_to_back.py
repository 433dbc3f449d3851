"""The start cycles of streams that run one after the other."""

from __future__ import annotations

from collections.abc import Sequence
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
            ready = starts[loaded] + NEXT_TENSOR_CYCLES + plans[index].param_beats
            start, loaded = max(start, ready), index
        starts.append(start)
    return starts


def interval_cycles(plans: Sequence[StreamTimes]) -> int:
    """Cycles from the start of a network to its next start, if it runs again and again.

    Every stream loads its parameters; the first repetition, which loads ahead of nothing, is
    left out.
    """
    starts = start_cycles([*plans, *plans, plans[0]], [True] * (2 * len(plans) + 1))
    return starts[-1] - starts[len(plans)]
