"""Model of ``dw_tap_mask``: operands, padding where a tap sees no ifmap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component


class TapMask(Component):
    """Operands have axes (column, row, lane)."""

    def __init__(self, numbers: EngineNumbers) -> None:
        spec = numbers.spec
        self.idle = np.zeros((spec.kernel_w, spec.kernel_h, spec.lanes), np.int64)
        self.mask: np.ndarray | None = None
        self.operands = self.idle

    def compute(
        self,
        emit: bool,
        row_mask: Sequence[bool],
        col_mask: Sequence[bool],
        taps: np.ndarray,
        padding: int,
    ) -> None:
        """Masks belong to the slot after that of the taps; ``padding`` is a masked value."""
        self.next = {"mask": None}
        if emit:
            self.next["mask"] = np.outer(col_mask, row_mask)[:, :, np.newaxis]
        if self.mask is not None:
            self.next["operands"] = np.where(self.mask, taps, padding)
        elif self.idle[0, 0, 0] != padding:
            self.next["operands"] = self.next["idle"] = np.full_like(self.idle, padding)
        else:
            self.next["operands"] = self.idle
