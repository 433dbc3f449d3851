"""Model of ``dw_release``: the oldest pixel that the cells still read from their rings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component
from dwsim.model.fetch_walk import FetchWalk

_ONE_TAP = {"kernel_h": 1, "kernel_w": 1, "tap_segments": 0, "channel_multiplier": 1}
"""A walk over kernels of one tap steps from group to group."""


class Release(Component):
    """A walk over the groups, and the first pixel that the present one needs."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.walk = FetchWalk(numbers)
        self.advances = False
        """The last tap of a group has fired in the cycle before."""
        self.free = self.next_free = 0
        """The oldest pixel that is needed, and that of the next cycle."""

    def compute(self, restart: bool, advance: bool, config: Mapping[str, Any]) -> None:
        """``advance``: the last tap of a group fires."""
        self.next = {"advances": advance, "free": self.next_free}
        free = self.walk.free_pixel(config)
        if restart:
            self.next |= {"free": 0, "next_free": 0}
        elif free is not None:
            self.next["next_free"] = free
        self.walk.compute(restart, self.advances, {**config, **_ONE_TAP})

    def commit(self) -> None:
        """The clock edge."""
        super().commit()
        self.walk.commit()
