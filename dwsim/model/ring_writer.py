"""Model of ``dw_ring_writer``: ifmap beats into the ring, while it has room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class RingWriter(Component):
    """Counts the beats of a stream; ``written`` and ``filled`` are pixels."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.beat_pixels = numbers.formats.ifmap_pixels
        self.capacity = numbers.shape.ring_beats * self.beat_pixels
        self.runs = False
        """A beat of the stream is left."""
        self.planes_left = 0
        self.beats_left = 0
        self.written = 0
        self.filled = 0
        self.write = False

    @property
    def done(self) -> bool:
        """No beat is left to take."""
        return not self.runs

    def take(self, available: bool, free: int) -> bool:
        """A beat is taken in this cycle; ``free`` is the oldest pixel that is still needed."""
        used = self.written - free // self.beat_pixels * self.beat_pixels
        return self.runs and available and used < self.capacity

    @property
    def final(self) -> bool:
        """The next beat is the last one of the stream."""
        return self.planes_left == 1 and self.beats_left == 1

    def compute(
        self, rst: bool, restart: bool, start: bool, take: bool, config: Mapping[str, Any]
    ) -> None:
        """``start`` ends a restart; ``take`` is this cycle's decision."""
        runs = start if restart else self.runs and not (take and self.final)
        self.next = {"write": take, "runs": runs and not rst}
        if restart:
            self.next |= {
                "planes_left": config["planes"],
                "beats_left": config["plane_beats"],
                "written": 0,
                "filled": 0,
                "write": False,
            }
            return
        if take:
            last = self.beats_left == 1
            self.next["beats_left"] = config["plane_beats"] if last else self.beats_left - 1
            self.next["planes_left"] = self.planes_left - last
            self.next["written"] = self.written + self.beat_pixels
        if self.write:
            self.next["filled"] = self.filled + self.beat_pixels
