"""The memories of an engine, and the accesses of a layer to each."""

from __future__ import annotations

from dataclasses import dataclass

from dwsim.derive.engine_numbers import EngineNumbers
from dwsim.derive.parallel_plan import ParallelPlan
from dwsim.derive.plan import Plan
from dwsim.derive.serial_geometry import plane_chunks
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_plan import SerialPlan
from dwsim.derive.serial_walk import plane_reads
from dwsim.derive.stages import SHIFT_LENGTH_MAX


@dataclass(frozen=True)
class Memory:
    """``count`` memories of one kind, each of ``words`` words of ``width`` bits.

    ``words`` is the need of the largest layer; a build rounds it up to a power of two.
    """

    kind: str
    """"line" (row and column delays), "weight", "scale" and "bias" (two banks each), or "fifo"."""
    count: int
    words: int
    width: int

    @property
    def bits(self) -> int:
        """Bits of one memory."""
        return self.words * self.width

    @property
    def total_bits(self) -> int:
        """Bits of all ``count`` memories."""
        return self.count * self.bits


@dataclass(frozen=True)
class Accesses:
    """Words that a stream reads from and writes to each of ``memory.count`` memories."""

    memory: Memory
    reads: int
    writes: int

    @property
    def total_bits(self) -> int:
        """Bits read and written, over all memories of the kind."""
        return (self.reads + self.writes) * self.memory.count * self.memory.width


def memories(numbers: EngineNumbers | SerialNumbers) -> tuple[Memory, ...]:
    """The memories that hold data: row and column delays, weights, scales, biases, output FIFO.

    A delay of up to ``SHIFT_LENGTH_MAX`` slots is a shift register and not listed, nor are the
    flags of the plane markers. A kind with no memory is left out.
    """
    if isinstance(numbers, SerialNumbers):
        return _serial_memories(numbers)
    spec = numbers.spec
    row_delays, col_delays = _delays(numbers)
    found = (
        Memory(
            "line", row_delays, numbers.counters.max_row_delay, numbers.formats.operand_beat_width
        ),
        Memory(
            "line", col_delays, numbers.counters.max_col_delay, numbers.formats.operand_beat_width
        ),
        Memory(
            "weight",
            spec.lane_multipliers,
            2 * numbers.counters.weight_words,
            numbers.formats.param_beat_width,
        ),
        Memory(
            "scale",
            numbers.formats.scale_words,
            2 * numbers.counters.weight_sets,
            numbers.formats.scale_word_width,
        ),
        Memory(
            "bias",
            numbers.formats.bias_words,
            2 * numbers.counters.weight_sets,
            numbers.formats.param_beat_width,
        ),
        Memory("fifo", 1, numbers.timing.fifo_depth, numbers.formats.ofmap_beat_width),
    )
    return tuple(memory for memory in found if memory.count)


def _serial_memories(numbers: SerialNumbers) -> tuple[Memory, ...]:
    """Ring, weights, scales or biases, output FIFO.

    A requantiser that serves several lanes has a copy of all scales; otherwise each lane has its
    own, which its requantisers share.
    """
    spec, shape, formats = numbers.spec, numbers.shape, numbers.formats
    sets = numbers.counters.weight_sets
    whole = shape.requantisers % spec.lanes == 0
    scales, lanes = (spec.lanes, 1) if whole else (shape.requantisers, spec.lanes)
    found = (
        _ring(numbers),
        Memory("weight", 1, 2 * sets * spec.taps, formats.param_beat_width),
        Memory("scale", scales * formats.requantises, 2 * sets * lanes, formats.scale_width),
        Memory("bias", scales * formats.has_epilogue, 2 * sets * lanes, formats.scale_width),
        Memory("fifo", 1, numbers.timing.fifo_depth, formats.ofmap_beat_width),
    )
    return tuple(memory for memory in found if memory.count)


def _ring(numbers: SerialNumbers) -> Memory:
    """The banks of the ring, or the rings of all cells, which are read pixel by pixel."""
    shape, formats = numbers.shape, numbers.formats
    if shape.copied_rings:
        pixels = shape.ring_beats * formats.ifmap_pixels
        return Memory("ring", numbers.spec.multipliers, pixels, formats.operand_width)
    banks = shape.ring_pixels // formats.ifmap_pixels
    return Memory("ring", banks, shape.ring_beats // banks, formats.operand_beat_width)


def _delays(numbers: EngineNumbers) -> tuple[int, int]:
    """The numbers of row delays and column delays that are memories."""
    spec = numbers.spec
    rows = (spec.kernel_h - 1) * (numbers.counters.max_row_delay > SHIFT_LENGTH_MAX)
    cols = spec.kernel_h * (spec.kernel_w - 1) * (numbers.counters.max_col_delay > SHIFT_LENGTH_MAX)
    return rows, cols


def accesses(plan: Plan, load: bool = True) -> tuple[Accesses, ...]:
    """The accesses of a stream to each memory of its engine.

    With ``load`` it brings its parameters, which are written once; otherwise they are there.

    A delay writes and reads a word in every slot. A pass reads one weight word of each multiplier,
    an ofmap beat reads its scale or its bias, and crosses the FIFO once. Reads whose word is not
    used do not count.
    """
    beats, sets = plan.ofmap_beats, plan.weight_sets if load else 0
    if isinstance(plan, SerialPlan):
        counts = _serial_counts(plan, sets)
        return tuple(Accesses(memory, *counts[memory.kind]) for memory in memories(plan.numbers))
    assert isinstance(plan, ParallelPlan), "a plan is one or the other"
    counts = {
        "line": (plan.slots, plan.slots),
        "weight": (beats * plan.engine.passes, sets * plan.engine.passes),
        "scale": (beats, sets),
        "bias": (beats, sets),
        "fifo": (beats, beats),
    }
    return tuple(Accesses(memory, *counts[memory.kind]) for memory in memories(plan.numbers))


def _serial_counts(plan: SerialPlan, sets: int) -> dict[str, tuple[int, int]]:
    """Words read from and written to each memory of a kind, if the stream loads ``sets`` sets.

    A read of the ring takes a word of every bank, a tap a word of the weights, a value of a
    requantiser one scale. If each cell has a ring, a tap takes a pixel of each, and a beat writes
    its pixels to all.
    """
    layer, formats = plan.layer, plan.numbers.formats
    groups = plan.walk.groups * layer.channel_multiplier * plan.planes
    if plan.numbers.shape.copied_rings:
        ring = groups * layer.kernel_h * layer.kernel_w, plan.ifmap_beats * formats.ifmap_pixels
    else:
        banks = plan.numbers.shape.ring_pixels // formats.ifmap_pixels
        reads = plane_reads(plan.walk, plan.numbers).needs.size
        ring = reads * layer.channel_multiplier * plan.planes, plan.ifmap_beats // banks
    chunks = plane_chunks(plan.walk, plan.numbers) * plan.planes
    # Each write enters the memories of all requantisers, or that of its lane.
    lanes = 1 if plan.numbers.shape.requantisers % plan.engine.lanes == 0 else plan.engine.lanes
    return {
        "ring": ring,
        "weight": (groups * layer.kernel_h * layer.kernel_w, sets * plan.engine.taps),
        "scale": (chunks, sets * lanes),
        "bias": (chunks, sets * lanes),
        "fifo": (plan.ofmap_beats, plan.ofmap_beats),
    }
