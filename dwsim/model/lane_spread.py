"""Model of the generated ``lane_spread``: lanes of a held window over its ofmap beats."""

from __future__ import annotations

import numpy as np

from dwsim.model.component import Component


class LaneSpread(Component):
    """Ofmap channel k*M + q comes from ifmap channel k, in TensorFlow's channel order."""

    def __init__(self, lanes: int) -> None:
        self.lane = np.arange(lanes)
        self.multiplier_q = 1
        self.hold_index_q = 0

    def spread(self, taps: np.ndarray) -> np.ndarray:
        """The taps of axes (column, row, lane) with the lanes of this beat."""
        if self.multiplier_q <= 1:
            return taps
        source = (self.hold_index_q * len(self.lane) + self.lane) // self.multiplier_q
        # Right after reset the registers hold no beat's numbers; nothing is emitted then.
        return taps[..., np.minimum(source, len(self.lane) - 1)]

    def compute(self, multiplier: int, hold_index: int) -> None:
        """Registers the beat that is being spread next cycle."""
        self.next = {"multiplier_q": multiplier, "hold_index_q": hold_index}
