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
        self.groups = Pipeline(timing.start_cycles, None)
        zeros = np.zeros(numbers.spec.lanes, np.int64)
        self.weights = Pipeline(MEMORY_CYCLES + WEIGHT_CYCLES, zeros)

    def compute(
        self, rst: bool, tap: Tap, counts: np.ndarray, sequencer: Sequencer, loader: SerialLoader
    ) -> None:
        """``counts`` are the cells with a pixel; the tap is this cycle's."""
        done = tap.fires and tap.completes
        group = None
        if done:
            group = Group(
                counts, tap.plane_end, tap.image_end, tap.stream_end, sequencer.weight_set
            )
        self.groups.compute(rst, group)
        self.complete.compute(rst, done)
        self.fires.compute(rst, (tap.fires, tap.first_column and tap.first_row))
        uses = tap.uses_segment
        self.moves.compute(rst, (tap.fires and uses, tap.fires and not uses))
        self.weights.compute(False, loader.weight[loader.active_bank, sequencer.weight_word])

    def commit(self) -> None:
        """The clock edge."""
        for delay in (self.moves, self.fires, self.complete, self.groups, self.weights):
            delay.commit()
