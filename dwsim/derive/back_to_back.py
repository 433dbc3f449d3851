"""When streams that run one after the other start."""

from __future__ import annotations

from collections.abc import Sequence

from dwsim.derive.plan import Plan
from dwsim.derive.stages import NEXT_TENSOR_CYCLES


def start_cycles(plans: Sequence[Plan], loads: Sequence[bool]) -> list[int]:
    """Cycle of each stream's cfg handshake when streams run back to back, without stalls.

    Counted from the first handshake; each geometry is offered from the cycle on that follows
    the last beat of its parameters. The stream before ends first, or the parameters do::

        start[n] = max(
            start[n - 1] + cycles[n - 1] + switch_cycles[n - 1],
            start[l] + NEXT_TENSOR_CYCLES + param_beats[n],
        )

    where l is the last stream before n that loads parameters: at its start a bank gets free.

    Args:
        plans: the streams, in order.
        loads: whether each brings parameters (``cfg_load``); the first does.
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
