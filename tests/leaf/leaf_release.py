"""Inside the simulator: the oldest pixel that cells with rings of their own still read."""

from __future__ import annotations

from typing import Any

from dwsim.model.release import Release
from tests.leaf.fetch_walks import Walk
from tests.leaf.leaf_fetch_walk import SegmentsCase
from tests.leaf.leaf_harness import Coin, Expected, Values, leaf_test

CYCLES = 3
"""From the last tap of a group to the first pixel that the next group needs."""
ONE_TAP = {"kernel_h": 1, "kernel_w": 1, "tap_segments": 0, "channel_multiplier": 1}


class ReleaseCase(SegmentsCase):
    """The groups of random layers: each is a segment of the walk over kernels of one tap."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = Release(self.numbers)
        self.ends = Coin(self.rng, 0.1, 0.5, 1.0)
        self.without_rows = 0

    def _new_stream(self) -> None:
        super()._new_stream()
        beat = self.numbers.formats.ifmap_pixels
        self.walk = Walk({**self.config, **ONE_TAP}, beat, beat)
        self.segments = self.walk.segments()
        self.segment = next(self.segments)
        # The first pixel needed: what next_free shows now, in the next cycle, and so on.
        self.needed = [0] * CYCLES

    def drive(self) -> Values:
        restart = self._restarts(not self._left)
        if restart:
            self._new_stream()
        advance = not restart and self._left and self.ends()
        return {"restart": int(restart), "advance": int(advance), **self._geometry()}

    def model(self, i: Values) -> Expected:
        if not self.known or i["restart"]:
            return {}
        return {"next_free": self._wires("next_free", self.component.next_free)}

    def promise(self, i: Values) -> Expected:
        if not self.known or i["restart"]:
            return {}
        return {"next_free": self._wires("next_free", self.needed[0])}

    def clock(self, i: Values) -> None:
        self.component.compute(bool(i["restart"]), bool(i["advance"]), self.config)
        self.component.commit()
        if i["restart"]:
            self.known = True
            return
        needed = self.needed[-1]
        if i["advance"]:
            self._next_segment()
            freed = self.walk.freed(self.segment)
            self.without_rows += freed is None
            needed = needed if freed is None else freed
        self.needed = [*self.needed[1:], needed]

    def uncovered(self) -> str:
        rest = "" if self.without_rows > 5 else "groups that need no row"
        return ", ".join(part for part in (super().uncovered(), rest) if part)


dw_release = leaf_test("dw_release", ReleaseCase, 3500)
