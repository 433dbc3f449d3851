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

    def operands(self, taps: np.ndarray, padding: int) -> np.ndarray:
        """The taps of this cycle, masked; ``padding`` is a masked value."""
        if self.mask is not None:
            return np.where(self.mask, taps, padding)
        if self.idle[0, 0, 0] != padding:
            self.idle = np.full_like(self.idle, padding)
        return self.idle

    def compute(
        self,
        emit: bool,
        row_mask: Sequence[bool],
        col_mask: Sequence[bool],
        pass_q: int,
        taps: np.ndarray,
    ) -> None:
        """Masks belong to the slot after that of the taps; there is one pass."""
        del pass_q, taps
        self.next = {"mask": None}
        if emit:
            self.next["mask"] = np.outer(col_mask, row_mask)[:, :, np.newaxis]
