"""Model of ``dw_ifmap_port``: beats for the raster, and recovery from streams of a wrong length."""

from __future__ import annotations

import numpy as np

from dwsim.model.component import Component


class IfmapPort(Component):
    """After an early tlast, zeros replace beats; up to a late tlast, beats are dropped."""

    def __init__(self, lanes: int) -> None:
        self.zeros = np.zeros(lanes, np.int64)
        self.beat = self.zeros
        self.short_stream = False
        self.excess = False
        self.zeros_available = False
        self.error_short = False
        self.error_long = False

    def available(self, s_valid: bool) -> bool:
        """The raster may take a beat in this cycle."""
        return s_valid or self.zeros_available

    def s_ready(self, take: bool) -> bool:
        """The skid buffer's beat leaves it in this cycle."""
        return self.excess or (take and not self.short_stream)

    def compute(
        self,
        rst: bool,
        restart: bool,
        s_valid: bool,
        s_last: bool,
        s_data: np.ndarray,
        take: bool,
        final_take: bool,
    ) -> None:
        """``s_*`` is the skid buffer's output, ``take`` the raster's decision."""
        take_real = take and not self.short_stream
        too_short = take_real and s_last and not final_take
        too_long = take_real and final_take and not s_last
        self.next = {
            "short_stream": not (rst or restart) and (self.short_stream or too_short),
            "zeros_available": not (rst or restart) and self.short_stream,
            "excess": not rst and (too_long or (self.excess and not (s_valid and s_last))),
            "error_short": not rst and (self.error_short or too_short),
            "error_long": not rst and (self.error_long or too_long),
        }
        # The RTL's register has no enable; the beat of a void is masked.
        if take:
            self.next["beat"] = self.zeros if self.short_stream else s_data
