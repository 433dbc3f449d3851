"""Model of ``dw_output_stage``: the marks of the ofmap beats, and the FIFO."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.output_fifo import OutputFifo
from dwsim.model.pipeline import Pipeline


@dataclass(frozen=True)
class OfmapBeat:
    """One beat of the ofmap stream; ``values`` is int64 of shape (lanes,)."""

    values: np.ndarray
    keep_count: int
    last: bool

    @property
    def keep(self) -> int:
        """``tkeep``: one bit for each lane."""
        return (1 << self.keep_count) - 1


class OutputStage(Component):
    """``valids`` and ``marks`` travel beside the arithmetic until the values meet them."""

    def __init__(self, numbers: EngineNumbers) -> None:
        self.valids = Pipeline(numbers.timing.output_cycles, False)
        self.marks = Pipeline(numbers.timing.output_cycles - 1, (0, False))
        self.output_fifo = OutputFifo(numbers.timing.fifo_depth)

    @property
    def tvalid(self) -> bool:
        """``m_axis_ofmap_tvalid``."""
        return self.output_fifo.m_valid

    @property
    def beat(self) -> OfmapBeat:
        """The payload of ``m_axis_ofmap``, meaningful with ``tvalid``."""
        beat: OfmapBeat = self.output_fifo.m_data
        return beat

    def popped(self, tready: bool) -> bool:
        """An entry of the FIFO becomes free in this cycle."""
        return self.output_fifo.pop(tready)

    def compute(
        self,
        rst: bool,
        valid_q: bool,
        keep_count: int,
        last: bool,
        values: np.ndarray,
        tready: bool,
    ) -> None:
        """``values`` belong to the beat whose ``valid_q`` came ``output_cycles`` ago."""
        valid = self.valids.q
        beat = OfmapBeat(values, *self.marks.q) if valid else None
        self.valids.compute(rst, valid_q)
        self.marks.compute(False, (keep_count, last))
        self.output_fifo.compute(rst, valid, beat, tready)

    def commit(self) -> None:
        """The clock edge, of the parts."""
        self.valids.commit()
        self.marks.commit()
        self.output_fifo.commit()
