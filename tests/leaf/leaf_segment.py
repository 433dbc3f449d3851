"""Inside the simulator: the segments of pixels under the cells, and the mark of the next one."""

from __future__ import annotations

from typing import Any

from dwsim.model.fetch import Mark
from dwsim.model.segment import Segment
from dwsim.model.segment_ready import SegmentReady
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test
from tests.leaf.leaf_pixels import PixelCase


class SegmentCase(PixelCase):
    """Words for any places, also when none can enter; loads, and shifts between them."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = Segment(self.numbers)
        self.length = self.numbers.shape.segment
        self.valid, self.opens = Coin(self.rng), Coin(self.rng)
        self.loads, self.shifts = Coin(self.rng), Coin(self.rng)
        self.mark: Mark | None = None  # of this cycle
        self.accepts = False  # next_accepts of the cycle before
        self.places: list[int | None] = [None] * self.length  # of the collected segment
        self.cells: list[int | None] = [None] * self.length
        self.acts: tuple[bool, bool, Mark | None] = (False, False, None)
        # load, shift, and the mark of a word with pixels that entered: in the registers
        self.loaded = self.refused = 0

    def _mark(self) -> Mark:
        """Half of the words fill the places from 0 on, and some have no pixels."""
        rng = self.rng
        first = 0 if rng.random() < 0.5 else rng.randrange(self.length)
        return Mark(rng.random() < 0.9, False, first)

    def drive(self) -> Values:
        self.mark = self._mark() if self.valid() else None
        load = self.loads()
        return {
            "word_valid": int(self.mark is not None),
            "word_places": self._word_places(),
            "word": self.word(self.ring_pixels * self.width),
            "next_accepts": int(self.opens()),
            "load": int(load),
            "shift": int(not load and self.shifts()),
        }

    def _word_places(self) -> int:
        if self.mark is None:
            return self.word(self.length)
        return sum(1 << place for place in self._filled(self.mark))

    def _filled(self, mark: Mark) -> range:
        return range(mark.first if mark.filled else self.length, self.length)

    def model(self, i: Values) -> Expected:
        return {} if None in self.cells else {"cells": self.bits(self.component.cells)}

    def promise(self, i: Values) -> Expected:
        known = [pixel << p * self.width for p, pixel in enumerate(self.cells) if pixel is not None]
        return {"cells": sum(known) if len(known) == self.length else DONT_CARE}

    def clock(self, i: Values) -> None:
        load, shift = bool(i["load"]), bool(i["shift"])
        entered = self.mark if self.accepts else None
        self.component.compute(entered, self.pixels(i["word"], self.ring_pixels), load, shift)
        self.component.commit()
        self.refused += self.mark is not None and entered is None
        loads, shifts, fills = self.acts
        if loads:
            self.cells = [*self.places]
            self.loaded += None not in self.cells
        elif shifts:
            self.cells = [*self.cells[1:], self.cells[-1]]  # the last place keeps its pixel
        if fills is not None:
            for place in self._filled(fills):
                self.places[place] = self.pixel(i["word"], place % self.ring_pixels)
        self.acts = load, shift, entered
        self.accepts = bool(i["next_accepts"])

    def uncovered(self) -> str:
        enough = self.loaded > 100 and self.refused > 50
        return "" if enough else "loads, and words that cannot enter"


class SegmentReadyCase(Case):
    """Marks that wait until they can enter; taps that begin when a segment is ready, or later."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = SegmentReady()
        self.valid, self.last, self.loads = Coin(self.rng), Coin(self.rng), Coin(self.rng)
        self.mark: Mark | None = None  # of this cycle, and that of the next one
        self.mark_behind: Mark | None = None
        self.enters = False  # this cycle's mark can
        self.load = False  # the taps of a segment begin in this cycle
        self.started = False
        self.completed = self.begun = 0  # segments since the restart
        self.waited = self.followed = self.replaced = 0

    def drive(self) -> Values:
        restart = not self.started or self.rng.random() < 1 / 200
        load = not restart and self._ready() and self.loads()
        waits = self.mark is not None and not self.enters
        self.waited += waits
        if restart:
            self.mark_behind = None
        elif waits:
            self.mark_behind = self.mark
        else:
            self.mark_behind = Mark(True, self.last(), 0) if self.valid() else None
        completes = self.mark_behind is not None and self.mark_behind.last
        return {"restart": int(restart), "next_completes": int(completes), "next_load": int(load)}

    def _complete(self) -> int:
        """Segments whose last mark has entered by now."""
        return self.completed + (self.mark is not None and self.mark.last and self.enters)

    def _ready(self) -> bool:
        return self._complete() > self.begun

    def model(self, i: Values) -> Expected:
        if not self.started:
            return {"next_accepts": 1} if i["restart"] else {}
        ready = self.component.ready(self.mark, self.load)
        return {"next_accepts": i["restart"] or i["next_load"] or not ready, "ready": ready}

    def promise(self, i: Values) -> Expected:
        if not self.started:
            return {}
        left = self._complete() - self.begun - i["next_load"]
        return {"next_accepts": i["restart"] or left == 0, "ready": self._ready()}

    def clock(self, i: Values) -> None:
        self.component.compute(bool(i["restart"]), self.mark, self.load)
        self.component.commit()
        self.completed = self._complete()
        self.begun += i["next_load"]
        self.load = bool(i["next_load"])
        self.enters = self.completed == self.begun
        self.followed += i["next_load"] and i["next_completes"]
        if i["restart"]:
            self.replaced += self.completed > self.begun
            self.completed = self.begun = 0
            self.started = self.enters = True
        self.mark = self.mark_behind

    def uncovered(self) -> str:
        enough = self.waited > 50 and self.followed > 50 and self.replaced > 3
        return "" if enough else "marks that wait, segments without a pause, and restarts"


dw_segment = leaf_test("dw_segment", SegmentCase, 3000)
dw_segment_ready = leaf_test("dw_segment_ready", SegmentReadyCase, 4000)
