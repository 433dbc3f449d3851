"""Runs streams on the cycle model, one after the other, and keeps every signal of every cycle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dwsim.derive import EngineNumbers, Plan
from dwsim.model.engine import Engine, Inputs
from dwsim.model.layer_run import Source
from dwsim.model.trace import Trace
from dwsim.stream.layout import pack_ifmap, pack_parameters

CYCLE_LIMIT = 1000
"""The runs of the diagrams are short: a run that reaches this limit has stopped moving."""

Moves = Callable[[int], bool]
"""Tells if a source or a sink moves in a cycle, counted from the first cfg handshake."""


def always(cycle: int) -> bool:
    """Never stalls."""
    return True


@dataclass(frozen=True)
class Stream:
    """A layer on its engine with its integers: ifmap in NHWC, weight in TensorFlow's order."""

    plan: Plan
    ifmap: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True)
class Recording:
    """Every cycle of a run.

    ``starts`` and ``ends`` are indices into the trace: for each stream, the cycle of its cfg
    handshake and the cycle of its last ofmap transfer. ``slots`` has, for each cycle, the kind of
    the slot that enters: "beat", "void" or "" (no slot).
    """

    streams: tuple[Stream, ...]
    trace: Trace
    slots: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def cycles(self, index: int) -> int:
        """Cycles of a stream, from its cfg handshake to its last transfer, both included."""
        return self.ends[index] - self.starts[index] + 1


class _Port:
    """Offers several tensors on one input port, one after the other."""

    def __init__(self, tensors: Sequence[np.ndarray]) -> None:
        self.sources = [Source(beats) for beats in tensors]

    def drive(self, moves: bool = True) -> tuple[bool, np.ndarray | None, bool]:
        """This cycle's valid, data and last; a source that does not move begins no beat."""
        waiting = next((source for source in self.sources if not source.done), None)
        return waiting.drive(lambda _: not moves) if waiting else (False, None, False)

    def clock(self, ready: bool) -> None:
        """The clock edge."""
        for source in self.sources:
            source.clock(ready)


def record(
    streams: Sequence[Stream], source_moves: Moves = always, sink_moves: Moves = always
) -> Recording:
    """Runs the streams on one engine, and two more cycles.

    The first stream starts when its parameters are loaded. Parameters are always valid.

    Args:
        streams: at least one; all on the same engine.
        source_moves: lets the source of the ifmap begin a beat.
        sink_moves: drives ``m_axis_ofmap_tready``.

    Raises:
        RuntimeError: when a stream has not ended after ``CYCLE_LIMIT`` cycles.
    """
    engine = Engine(streams[0].plan.engine)
    trace = Trace(EngineNumbers(streams[0].plan.engine))
    param = _Port([pack_parameters(stream.weight, stream.plan) for stream in streams])
    ifmap = _Port([pack_ifmap(stream.ifmap, stream.plan) for stream in streams])
    slots: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    engine.step(Inputs(rst=True))
    for cycle in range(CYCLE_LIMIT):
        since_start = cycle - starts[0] if starts else 0
        first_loaded = param.sources[0].done
        plan = streams[len(starts)].plan if first_loaded and len(starts) < len(streams) else None
        inputs = Inputs(
            False,
            plan is not None,
            plan.config if plan else {},
            *param.drive(),
            *ifmap.drive(first_loaded and source_moves(since_start)),
            ofmap_tready=sink_moves(since_start),
        )
        if inputs.cfg_valid and engine.cfg_ready:
            starts.append(cycle)
        if engine.ofmap_tvalid and inputs.ofmap_tready and engine.ofmap.last:
            ends.append(cycle)
        param.clock(engine.param_tready)
        ifmap.clock(engine.ifmap_tready)
        trace.observe(engine, inputs)
        engine.step(inputs)
        slots.append(_slot(engine))
        if len(ends) == len(streams) and cycle == ends[-1] + 2:
            return Recording(tuple(streams), trace, tuple(slots), tuple(starts), tuple(ends))
    raise RuntimeError(f"{len(ends)} of {len(streams)} streams ended in {CYCLE_LIMIT} cycles")


def _slot(engine: Engine) -> str:
    """The kind of the slot that entered in the cycle just stepped; empty if none did."""
    if engine.now is None or not engine.now.step:
        return ""
    return "beat" if engine.now.take else "void"


def numbered_pixels(shape: Sequence[int]) -> np.ndarray:
    """An NHWC ifmap whose values tell row and column: 11, 12, ... in the first row, then 21, ..."""
    _, rows, columns, _ = shape
    values = 11 + 10 * np.arange(rows)[:, None] + np.arange(columns)[None, :]
    return np.broadcast_to(values[None, :, :, None], shape).astype(np.int64)


def centre_weight(shape: Sequence[int]) -> np.ndarray:
    """A filter that is 0 except in its centre: 1 in the first weight set, -1 in the second.

    An ofmap value is then the ifmap value under the kernel's centre, so the diagrams show which
    pixel an output belongs to.
    """
    weight = np.zeros(shape, np.int64)
    signs = np.where(np.arange(shape[3]) % 2, -1, 1)
    weight[shape[0] // 2, shape[1] // 2] = signs
    return weight
