"""Model of ``dw_pass_walk``: the passes, ofmap beats, channel groups and planes of emissions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.countdown import Countdown


class Place(NamedTuple):
    """The place of the next emission: the combinational outputs of the walk."""

    beat_end: bool
    window_last: bool
    group_last: bool
    image_last: bool
    is_final: bool
    is_last: bool


class PassWalk(Component):
    """Walks the passes of a beat, the beats of a window, the groups of a pixel, the planes."""

    def __init__(self, numbers: EngineNumbers) -> None:
        self.passes = numbers.spec.passes
        self.pass_index = 0
        self.hold_index = 0
        self.beat, self.group, self.plane = Countdown(), Countdown(), Countdown()
        self.counters = (self.beat, self.group, self.plane)
        self.holding = False
        self.claims = True
        self.held_final = False
        self.held_last = False

    @property
    def pass_last(self) -> bool:
        """The next emission is the last pass of its ofmap beat."""
        return self.pass_index == self.passes - 1

    def place(self, emit: bool, plane_final: bool, plane_last: bool) -> Place:
        """``plane_final`` and ``plane_last`` describe a window that enters."""
        return Place(
            beat_end=emit and self.pass_last,
            window_last=self.pass_last and self.beat.last,
            group_last=self.group.last,
            image_last=self.plane.last,
            is_final=self.held_final if self.holding else plane_final,
            is_last=self.held_last if self.holding else plane_final and plane_last,
        )

    def compute(
        self,
        rst: bool,
        restart: bool,
        emit: bool,
        plane_final: bool,
        plane_last: bool,
        config: Mapping[str, Any],
    ) -> None:
        """The slot raster's decisions of this cycle."""
        now = self.place(emit, plane_final, plane_last)
        window_end = emit and now.window_last
        self.beat.compute(restart, now.beat_end, config["channel_multiplier"])
        self.group.compute(restart, window_end, config["interleave"])
        self.plane.compute(restart, window_end and now.is_final, config["image_planes"])
        self.next = {}
        if rst or restart:
            self.next.update(holding=False, claims=True)
        elif emit:
            self.next.update(holding=not now.window_last, claims=self.pass_last)
        if emit and not self.holding:
            self.next.update(held_final=plane_final, held_last=plane_final and plane_last)
        if restart:
            self.next.update(pass_index=0, hold_index=0)
        elif emit:
            self.next["pass_index"] = 0 if self.pass_last else self.pass_index + 1
            if now.beat_end:
                self.next["hold_index"] = 0 if self.beat.last else self.hold_index + 1

    def commit(self) -> None:
        """The clock edge, of the counters too."""
        for counter in self.counters:
            counter.commit()
        super().commit()
