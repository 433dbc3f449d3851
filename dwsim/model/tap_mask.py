"""Model of ``dw_tap_mask``: operands, 0 where a tap sees no ifmap."""

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
        pass_q: int,
        taps: np.ndarray,
    ) -> None:
        """Masks belong to the slot after that of the taps; there is one pass."""
        del pass_q
        operands = self.idle if self.mask is None else np.where(self.mask, taps, 0)
        self.next = {"mask": None, "operands": operands}
        if emit:
            self.next["mask"] = np.outer(col_mask, row_mask)[:, :, np.newaxis]
