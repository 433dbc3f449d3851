"""Model of ``dw_tap_axis``: the ifmap coordinate under each tap of one axis."""

from __future__ import annotations

from collections.abc import Sequence

from dwsim.model.component import Component


class TapAxis(Component):
    """Coordinates that grow with the raster, and the mask that follows from them."""

    def __init__(self, taps: int) -> None:
        self.coordinates = [0] * taps

    def mask(self, size: int) -> list[bool]:
        """True for each tap that sees the ifmap of ``size`` pixels."""
        return [0 <= coordinate < size for coordinate in self.coordinates]

    def compute(self, restart: bool, step: bool, reload: bool, start: Sequence[int]) -> None:
        """``start`` holds the coordinates at ofmap coordinate 0; ``reload`` returns to them."""
        self.next = {}
        if restart or (step and reload):
            self.next["coordinates"] = list(start)
        elif step:
            self.next["coordinates"] = [coordinate + 1 for coordinate in self.coordinates]
