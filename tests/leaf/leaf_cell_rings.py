"""Inside the simulator: the pixel memories of the cells, and the mark of a segment in them."""

from __future__ import annotations

from typing import Any

from dwsim.model.cell_rings import CellRings
from dwsim.model.fetch import Mark
from dwsim.model.segment_ready import SegmentReady
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test
from tests.leaf.leaf_pixels import PixelCase


class CellRingsCase(PixelCase):
    """Beats that wrap; each cell reads any pixel that was written, and at times any other."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = CellRings(self.numbers)
        self.cells = self.numbers.formats.pixels
        self.count = self.numbers.shape.ring_beats * self.beat_pixels
        self.place_width = (self.count - 1).bit_length()
        self.write = Coin(self.rng, 0.5, 0.9, 1.0)
        self.strays = Coin(self.rng, 0.0, 0.0, 0.1)
        self.stored: dict[int, int] = {}  # the pixel at each address
        self.order: list[int] = []  # addresses with a pixel
        self.beat = 0  # the beats since the restart
        self.first = DONT_CARE  # the address of the next beat; unknown before a restart
        # What comes out in this cycle and in the next one.
        self.out: list[int | None] = [DONT_CARE] * self.cells
        self.behind = self.out
        self.just_written: set[int] = set()
        self.fresh = self.wrapped = self.restarted = 0

    def _address(self, written: range) -> int:
        """Of a pixel to read: most have a promised value, many were written just now."""
        if not self.order or self.strays():
            return self.rng.randrange(self.count)
        recent = sorted(self.just_written)
        if recent and self.rng.random() < 0.2:
            return self.rng.choice(recent)
        for _ in range(10):
            address = self.rng.choice(self.order)
            if address not in written:
                return address
        return self.rng.randrange(self.count)

    def drive(self) -> Values:
        restart = self.first is None or self.rng.random() < 1 / 250
        write = self.first is not None and self.write()
        written = range(self.first, self.first + self.beat_pixels) if write else range(0)
        addresses = [self._address(written) for _ in range(self.cells)]
        return {
            "restart": int(restart),
            "write": int(write),
            "write_data": self.word(self.beat_pixels * self.width),
            "addresses": sum(a << q * self.place_width for q, a in enumerate(addresses)),
        }

    def _addresses(self, i: Values) -> list[int]:
        mask = (1 << self.place_width) - 1
        return [i["addresses"] >> q * self.place_width & mask for q in range(self.cells)]

    def model(self, i: Values) -> Expected:
        return {} if None in self.out else {"pixels": self.bits(self.component.pixels)}

    def promise(self, i: Values) -> Expected:
        known = [pixel for pixel in self.out if pixel is not None]
        if len(known) < self.cells:
            return {}
        return {"pixels": sum(pixel << q * self.width for q, pixel in enumerate(known))}

    def clock(self, i: Values) -> None:
        beat = self.pixels(i["write_data"], self.beat_pixels) if i["write"] else None
        addresses = self._addresses(i)
        self.component.compute(bool(i["restart"]), beat, addresses)
        self.component.commit()
        self.fresh += not self.just_written.isdisjoint(addresses)
        written: dict[int, int] = {}
        if i["write"]:
            pixels = range(self.beat_pixels)
            written = {self.first + p: self.pixel(i["write_data"], p) for p in pixels}
        # A pixel that is read while it is written has no promised value.
        reads = [DONT_CARE if a in written else self.stored.get(a, DONT_CARE) for a in addresses]
        self.out, self.behind = self.behind, reads
        self.order += [address for address in written if address not in self.stored]
        self.stored |= written
        self.just_written = set(written)
        self.beat += i["write"]
        if i["restart"]:
            self.restarted += self.beat > 0
            self.beat = 0
        if self.first is not None or i["restart"]:
            self.first = self.beat * self.beat_pixels % self.count
        self.wrapped += self.beat > 0 and self.first == 0

    def uncovered(self) -> str:
        enough = len(self.stored) == self.count and self.fresh > 100
        enough &= self.wrapped > 5 and self.restarted > 3
        return "" if enough else "all addresses, reads of new beats, laps, and restarts"


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


dw_cell_rings = leaf_test("dw_cell_rings", CellRingsCase, 3000)
dw_segment_ready = leaf_test("dw_segment_ready", SegmentReadyCase, 4000)
