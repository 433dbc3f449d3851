"""Model of ``dw_fetch``: asks the ring for the pixels of one segment after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component
from dwsim.model.fetch_rows import FetchRows, Read
from dwsim.model.fetch_walk import FetchWalk


@dataclass(frozen=True)
class Mark:
    """The marks of a word: it has pixels, it completes its segment, its first pixel's place."""

    filled: bool
    last: bool
    first: int


class Fetch(Component):
    """Two reads that wait, the walks that find them, and the marks of the reads that were made."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.pixels = numbers.shape.ring_pixels
        self.walk = FetchWalk(numbers)
        self.rows = FetchRows(numbers)
        self.read: Read | None = None
        self.behind: Read | None = None
        self.free = self.next_free = 0
        """The oldest pixel that is needed, and that of the next cycle."""
        self.marks: tuple[Mark | None, ...] = (None, None, None)
        self.turns = (0, 0)

    @property
    def mark(self) -> Mark | None:
        """The mark of the word that comes out; None if none does."""
        return self.marks[-1]

    @property
    def amount(self) -> int:
        """The amount by which the rotator turns its word."""
        return self.turns[-1]

    @property
    def pixel(self) -> int:
        """The first pixel of the read; any number if there is none."""
        return 0 if self.read is None else self.read.pixel

    def compute(
        self, restart: bool, run: bool, step: bool, filled: int, config: Mapping[str, Any]
    ) -> None:
        """Makes a read if its pixels are there; ``filled`` is the count of pixels in the ring."""
        ready = self.behind is None
        take = self.rows.take(self.walk)
        self.walk.compute(restart, take, config)
        self.rows.compute(restart, self.walk, ready, config)
        read = self.read
        fits = read is not None and (not read.filled or read.last_pixel < filled)
        advance = run and step and fits
        self.next = {"free": self.next_free}
        if advance and read is not None and read.segment_end and read.free is not None:
            self.next["next_free"] = read.free
        entering = self.rows.read if ready else None
        if advance or read is None:
            self.next |= {"read": entering if ready else self.behind, "behind": None}
        elif ready:
            self.next["behind"] = entering
        if step:
            self._move_marks(read, advance)
        if restart:
            self.next = {
                "read": None, "behind": None, "free": 0, "next_free": 0,
                "marks": (None, None, None),
            }  # fmt: skip

    def _move_marks(self, read: Read | None, advance: bool) -> None:
        mark, turn = None, 0
        if read is not None:
            turn = (read.pixel - read.first) % self.pixels
            if advance:
                mark = Mark(read.filled, read.segment_end, read.first)
        self.next["marks"] = (mark, *self.marks[:-1])
        self.next["turns"] = (turn, self.turns[0])

    def commit(self) -> None:
        """The clock edge."""
        super().commit()
        self.walk.commit()
        self.rows.commit()
