"""Inside the simulator: the segments of pixels under the cells of a tap-serial array."""

from __future__ import annotations

from typing import Any

from dwsim.model.fetch import Mark
from dwsim.model.segment import Segment
from tests.leaf.leaf_harness import DONT_CARE, Coin, Expected, Values, leaf_test
from tests.leaf.leaf_pixels import PixelCase


class SegmentCase(PixelCase):
    """Segments of any words in order of their places; loads when one is ready, shifts between."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = Segment(self.numbers)
        self.length = self.numbers.shape.segment
        self.valid, self.loads, self.shifts = Coin(self.rng), Coin(self.rng), Coin(self.rng)
        self.queue: list[tuple[Mark, int]] = []  # words of the segment that is collected
        self.places: list[int | None] = [None] * self.length  # of it
        self.cells: list[int | None] = [None] * self.length
        self.offered = self.complete = self.loads_next = False
        self.word_behind: int | None = None  # of the marks of the cycle before
        self.acts: tuple[bool, bool, Mark | None] = (False, False, None)
        # load, shift, and the mark of a word with pixels that entered: in the registers
        self.known = self.started = False
        self.loaded = self.waited = 0

    def _segment(self) -> list[tuple[Mark, int]]:
        """Words of a segment: most begin at place 0, and some have no pixels."""
        rng = self.rng
        firsts = sorted(rng.sample(range(self.length), rng.randint(1, min(self.length, 4))))
        if not self.known or rng.random() < 0.8:
            firsts[0] = 0
        marks = [
            Mark(not self.known or rng.random() < 0.9, place == firsts[-1], place)
            for place in firsts
        ]
        return [(mark, self.word(self.ring_pixels * self.width)) for mark in marks]

    def drive(self) -> Values:
        rng = self.rng
        restart = not self.started or rng.random() < 1 / 500
        if not self.queue:
            self.queue = self._segment()
        load = self.loads_next
        self.mark, word = self.queue[0]
        places = range(self.mark.first, self.length) if self.mark.filled else ()
        marks = sum(1 << place for place in places)
        behind = self.word_behind
        values = {
            "restart": int(restart),
            "word_valid": int(self.offered),
            "word_places": marks if self.offered else self.word(self.length),
            "word": self.word(self.ring_pixels * self.width) if behind is None else behind,
            "load": int(load),
            "shift": int(not load and self.shifts()),
        }
        self.word_behind = word if self.offered else None
        self.loads_next = self._ready(values) and not restart and self.loads()
        self._plan(values)
        completes = self.offered_next and self.queue_next[0][0].last
        return {
            **values, "next_completes": int(completes), "next_load": int(self.loads_next)
        }  # fmt: skip

    def _plan(self, i: Values) -> None:
        """Decides if a word is there in the next cycle; a restart discards the words."""
        entered = self.offered and self._accepts(i)
        waits = self.offered and not entered
        self.queue_next = ([] if i["restart"] else self.queue[entered:]) or self._segment()
        self.offered_next = not i["restart"] and (waits or self.valid())

    def model(self, i: Values) -> Expected:
        if not self.started:
            return {}
        load, mark = bool(i["load"]), self.mark if i["word_valid"] else None
        cells = self.bits(self.component.cells) if None not in self.cells else DONT_CARE
        return {
            "next_accepts": i["restart"] or i["next_load"] or not self.component.ready(mark, load),
            "ready": self.component.ready(mark, load),
            "cells": cells,
        }

    def _accepts(self, i: Values) -> bool:
        return not self.complete or bool(i["load"])

    def _ready(self, i: Values) -> bool:
        arrives = i["word_valid"] and self.mark.last and self._accepts(i)
        return bool(arrives or (self.complete and not i["load"]))

    def promise(self, i: Values) -> Expected:
        if not self.started:
            return {}
        known = [pixel << p * self.width for p, pixel in enumerate(self.cells) if pixel is not None]
        cells = sum(known) if len(known) == self.length else DONT_CARE
        complete = self._ready(i) and not i["restart"]  # in the next cycle
        return {
            "next_accepts": not complete or i["next_load"],
            "ready": self._ready(i),
            "cells": cells,
        }

    def clock(self, i: Values) -> None:
        mark, load, shift = self.mark if i["word_valid"] else None, bool(i["load"]), i["shift"]
        word = self.pixels(i["word"], self.ring_pixels)
        self.component.move(bool(i["restart"]), mark, word, load, bool(shift))
        self.component.commit()
        accepted = i["word_valid"] and self._accepts(i)
        self.waited += i["word_valid"] and not accepted
        loads, shifts, fills = self.acts
        if loads:
            self.cells, self.places = self.places, [None] * self.length
        elif shifts:
            self.cells = [*self.cells[1:], self.cells[-1]]  # the last place keeps its pixel
        if fills is not None:
            for place in range(fills.first, self.length):
                self.places[place] = self.pixel(i["word"], place % self.ring_pixels)
        self.acts = load, bool(shift), self.mark if accepted and self.mark.filled else None
        self.queue, self.offered = self.queue_next, self.offered_next
        if load:
            self.complete = False
            self.known = True
            self.loaded += 1
        if accepted:
            self.complete = self.mark.last
        if i["restart"]:
            self.complete, self.started = False, True
            self.places = [None] * self.length

    def uncovered(self) -> str:
        return "" if self.loaded > 100 and self.waited > 50 else "loads, and words that wait"


dw_segment = leaf_test("dw_segment", SegmentCase, 3000)
