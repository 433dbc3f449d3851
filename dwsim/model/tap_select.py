"""Model of ``dw_tap_select``: the operands of one pass of a window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component


class TapSelect(Component):
    """Operands have axes (column, row, lane) of the array."""

    def __init__(self, numbers: EngineNumbers) -> None:
        spec = numbers.spec
        self.taps = spec.taps
        shape = (numbers.formats.array_cols, numbers.formats.array_rows)
        # The tap of each cell in each pass; behind the last tap there is none.
        row, col = np.meshgrid(range(shape[1]), range(shape[0]))
        unit = row * shape[0] + col
        passes = np.arange(spec.passes)[:, np.newaxis, np.newaxis]
        self.tap = passes * spec.lane_multipliers + unit
        self.idle = np.zeros((*shape, spec.lanes), np.int64)
        self.pass_q = 0
        self.mask: np.ndarray | None = None
        self.mask_q: np.ndarray | None = None
        self.chosen = self.idle
        self.operands = self.idle

    def compute(
        self,
        emit: bool,
        row_mask: Sequence[bool],
        col_mask: Sequence[bool],
        pass_q: int,
        taps: np.ndarray,
    ) -> None:
        """Masks and pass belong to the slot after that of ``taps``, of axes (column, row, lane)."""
        mask = None
        if emit:
            masks = np.append(np.outer(row_mask, col_mask).reshape(-1), False)
            mask = masks[np.minimum(self.tap[pass_q], self.taps)][:, :, np.newaxis]
        mask_q = self.mask_q
        by_tap = taps.transpose(1, 0, 2).reshape(self.taps, -1)
        tap = self.tap[self.pass_q]
        chosen = by_tap[np.minimum(tap, self.taps - 1)]
        self.next = {
            "pass_q": pass_q,
            "mask": mask,
            "mask_q": self.mask,
            "operands": self.idle if mask_q is None else np.where(mask_q, self.chosen, 0),
            "chosen": np.where((tap < self.taps)[:, :, np.newaxis], chosen, 0),
        }
