"""Model of ``dw_tap_pipeline``: the marks of a fired tap, delayed until its group leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import (
    MEMORY_CYCLES,
    WEIGHT_CYCLES,
)
from dwsim.model.pipeline import Pipeline
from dwsim.model.sequencer import Sequencer, Tap
from dwsim.model.serial_loader import SerialLoader


@dataclass(frozen=True)
class Group:
    """The marks that travel with the sums of a group to the output."""

    counts: np.ndarray
    """True for each cell that has an ofmap pixel: bool of shape (pixels,)."""
    plane_end: bool
    tail: bool
    stream_end: bool
    weight_set: int


class TapPipeline:
    """Delays of a tap's marks, and of the weights of all lanes."""

    def __init__(self, numbers: SerialNumbers) -> None:
        timing = numbers.timing
        self.moves = Pipeline(1, (False, False))
        """Load or shift the segment."""
        self.fires = Pipeline(timing.add_cycles, (False, False))
        """A tap fired; it is the first of its sum."""
        self.complete = Pipeline(timing.add_cycles + timing.sum_cycles, False)
        self.ends = Pipeline(1, None)
        """The marks of a group, until its cells with a pixel are known."""
        self.groups = Pipeline(timing.start_cycles - 1, None)
        zeros = np.zeros(numbers.spec.lanes, np.int64)
        self.weights = Pipeline(MEMORY_CYCLES + WEIGHT_CYCLES, zeros)

    def compute(
        self, rst: bool, tap: Tap, counts: np.ndarray, sequencer: Sequencer, loader: SerialLoader
    ) -> None:
        """``counts`` are the cells of the last tap with a pixel; the tap is this cycle's."""
        done = tap.fires and tap.completes
        ends = (tap.plane_end, tap.image_end, tap.stream_end, sequencer.weight_set)
        self.ends.compute(rst, ends if done else None)
        self.groups.compute(rst, None if self.ends.q is None else Group(counts, *self.ends.q))
        self.complete.compute(rst, done)
        self.fires.compute(rst, (tap.fires, tap.first_column and tap.first_row))
        uses = tap.uses_segment
        self.moves.compute(rst, (tap.fires and uses, tap.fires and not uses))
        self.weights.compute(False, loader.weight[loader.active_bank, sequencer.weight_word])

    def commit(self) -> None:
        """The clock edge."""
        delays = (self.moves, self.fires, self.complete, self.ends, self.groups, self.weights)
        for delay in delays:
            delay.commit()
