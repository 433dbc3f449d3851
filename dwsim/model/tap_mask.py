"""Model of ``dw_tap_mask``: operands, zero where a tap sees no ifmap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component


class TapMask(Component):
    """Operands have axes (column, row, lane)."""

    def __init__(self, numbers: EngineNumbers) -> None:
        spec = numbers.spec
        self.zeros = np.zeros((spec.kernel_w, spec.kernel_h, spec.lanes), np.int64)
        self.mask: np.ndarray | None = None
        self.operands = self.zeros

    def compute(
        self, emit: bool, row_mask: Sequence[bool], col_mask: Sequence[bool], taps: np.ndarray
    ) -> None:
        """Masks belong to the slot before the one of the taps' next value."""
        self.next = {"mask": None}
        if emit:
            self.next["mask"] = np.outer(col_mask, row_mask)[:, :, np.newaxis]
        self.next["operands"] = self.zeros if self.mask is None else taps * self.mask
