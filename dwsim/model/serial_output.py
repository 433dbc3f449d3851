"""Model of ``dw_serial_output``: the values that leave the array become beats of the ofmap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import SERIAL_DRAIN_CYCLES
from dwsim.model.drain import Drain
from dwsim.model.output_fifo import OutputFifo
from dwsim.model.pipeline import Pipeline
from dwsim.model.pixel_merge import PixelMerge
from dwsim.model.pixel_pack import PixelPack


@dataclass(frozen=True)
class PixelBeat:
    """One beat of the ofmap stream; ``values`` is int64 of shape (ofmap_pixels * lanes,)."""

    values: np.ndarray
    pixels: int
    lanes: int
    all_lanes: int
    last: bool

    @property
    def keep(self) -> int:
        """``tkeep``: one bit for each value."""
        lanes = (1 << self.lanes) - 1
        return sum(lanes << (pixel * self.all_lanes) for pixel in range(self.pixels))


class SerialOutput:
    """Delays the drain's marks to its values, packs pixels, and holds beats for the sink."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.lanes = numbers.spec.lanes
        cycles = SERIAL_DRAIN_CYCLES + numbers.timing.requantise_cycles
        self.leaving = Pipeline(cycles, (False, 0, 0, None))
        """Active, lane, cell and marks of the drain."""
        self.together = numbers.shape.drain_pixels
        self.pixel_pack, self.pixel_merge = PixelPack(numbers), PixelMerge(numbers)
        self.pack = self.pixel_merge if self.together > 1 else self.pixel_pack
        early = self.together == 1  # dw_pixel_pack takes the marks one cycle before the values
        self.beat_marks = Pipeline(numbers.timing.pack_cycles + early, (0, False))
        self.output_fifo = OutputFifo(numbers.timing.fifo_depth)

    @property
    def tvalid(self) -> bool:
        """``m_axis_ofmap_tvalid``."""
        return self.output_fifo.m_valid

    @property
    def beat(self) -> PixelBeat:
        """``m_axis_ofmap_t*``, meaningful with ``tvalid``."""
        beat: PixelBeat = self.output_fifo.m_data
        return beat

    def popped(self, tready: bool) -> bool:
        """A beat leaves the FIFO's memory in this cycle."""
        return self.output_fifo.pop(tready)

    def compute(
        self,
        rst: bool,
        restart: bool,
        drain: Drain,
        values: np.ndarray,
        tready: bool,
        config: Mapping[str, Any],
    ) -> None:
        """``values`` are those of the drain's cycle that comes out of the delay."""
        pack = self.pack
        active, lane, cell, group = self.leaving.stages[-1 if self.together > 1 else -2]
        self.leaving.compute(rst, (drain.active, drain.lane, drain.cell, drain.marks))
        keep, final, stream_end = np.zeros(self.together, bool), False, False
        lanes = self.lanes
        if active:
            leaving = group.counts[cell : cell + self.together]
            keep[: len(leaving)] = leaving
            final = group.plane_end and 0 <= config["last_cell"] - cell < self.together
            lanes = config["tail_channels"] if group.tail else lanes
            stream_end = group.stream_end
        beat = None
        if pack.write:
            kept, last = self.beat_marks.q
            last = last and pack.ended
            beat = PixelBeat(pack.beat.reshape(-1), pack.count, kept, self.lanes, last)
        self.output_fifo.compute(rst, pack.write, beat, tready)
        clear = rst or restart
        if self.together > 1:
            self.pixel_merge.compute(clear, active, values, keep, final)
        else:
            self.pixel_pack.compute(clear, active, lane, values, bool(keep[0]), final)
        self.beat_marks.compute(False, (lanes, stream_end))

    def commit(self) -> None:
        """The clock edge."""
        for part in (self.leaving, self.pack, self.beat_marks, self.output_fifo):
            part.commit()
